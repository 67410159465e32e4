"""Small files that only we write: whole or not at all, and read only if nobody else could have written them."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path


class OwnFileError(Exception):
    """A file of ours cannot be used as it is; the text is half a sentence, in which the file itself is left out."""


def write(path: Path, text: str) -> None:
    """
    Write a file that only this user may read (mode 0600): whole, or not at all.

    :raises OSError: it cannot be written; the file is then as it was before.
    """
    new = path.with_name(f"{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a Path cannot open a descriptor
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        new.replace(path)
        _keep_name(path)
    except OSError:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def read(path: Path, most: int) -> str | None:
    """
    :param most: bytes; a larger file is refused, and no more than this is read of it.
    :return: what is in the file; ``None``: it is not there.
    :raises OwnFileError: it cannot be read, is no file, is larger, or is not text; or it is not ours alone.
    """
    try:
        # Without O_NONBLOCK, opening a FIFO waits until somebody writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as problem:
        link = problem.errno == errno.ELOOP
        raise OwnFileError("is a link, not a file" if link else f"cannot be read: {problem.strerror}") from problem
    try:
        _check(os.fstat(descriptor))
        content = os.read(descriptor, most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise OwnFileError("is too large")
    try:
        return content.decode()
    except UnicodeDecodeError as problem:
        raise OwnFileError("is damaged") from problem


def _keep_name(path: Path) -> None:
    """Have the disk keep the new name too, where its file system can be asked to."""
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _check(found: os.stat_result) -> None:
    """:raises OwnFileError: it is no file, or not ours alone."""
    if not stat.S_ISREG(found.st_mode):
        raise OwnFileError("is no regular file")
    if found.st_uid != os.geteuid():
        raise OwnFileError("belongs to somebody else")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise OwnFileError(f"may be used by others on this machine (mode {stat.S_IMODE(found.st_mode):04o}, not 0600)")
