"""Files that people make for us: read with a bound, and what may be wrong with one said in a sentence."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_REASONS = {
    errno.EACCES: "may not be read by this user: look at its rights and its folder's",
    errno.ELOOP: "is a symbolic link that leads in a circle",
    errno.ENOENT: "does not exist",
    errno.ENOTDIR: "does not exist: something on the way to it is not a folder",
    errno.ENXIO: "is a socket or device, not a regular file",
}


class TextFileError(Exception):
    """A file cannot be read, or is no text; the text is one sentence, in which the file itself is left out."""


def read_text(path: Path, most: int) -> str:
    """
    Read a whole file of text; see ``read_bytes``.

    :raises TextFileError: as there; or it is not UTF-8.
    """
    return _decode(read_bytes(path, most))


def read_bytes(path: Path, most: int) -> bytes:
    """
    Read a whole file, without ever waiting for one that has no end or no writer.

    :param most: bytes; a larger file is refused, and no more than this is read of it.
    :raises TextFileError: it is not there, no regular file, or too large.
    """
    try:
        # Without O_NONBLOCK, opening a FIFO waits until somebody writes to it.
        content = _read(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), most)
    except OSError as problem:
        raise TextFileError(_reason(problem)) from problem
    except ValueError as problem:  # a NUL in the name, or characters this system cannot write
        raise TextFileError("cannot be the name of a file") from problem
    if len(content) > most:
        raise TextFileError(f"is larger than {most >> 10} KiB")
    return content


def _reason(problem: OSError) -> str:
    """:return: what the operating system said, in our words where we have some."""
    return _REASONS.get(problem.errno or 0, f"cannot be read: {problem.strerror}")


def _read(descriptor: int, most: int) -> bytes:
    """:return: what a regular file holds, up to one byte more than ``most``; the descriptor is closed."""
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise TextFileError("is a folder, not a file")
        if not stat.S_ISREG(mode):
            raise TextFileError("is a FIFO or device, not a regular file")
        pieces = []
        while most >= 0 and (piece := os.read(descriptor, most + 1)):
            pieces.append(piece)
            most -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def _decode(content: bytes) -> str:
    """:return: the text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:4]:
        raise TextFileError("is UTF-16 or UTF-32, but must be UTF-8")
    if content.startswith(b"\xef\xbb\xbf"):
        raise TextFileError("begins with a byte order mark, but must be UTF-8 without one")
    try:
        return content.decode()
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise TextFileError(f"is not UTF-8: line {line} holds the byte 0x{content[problem.start]:02X}") from problem
