"""
The files that a writer leaves in a folder, read with bounds.

Names come from a playlist, which anybody may have written who may write there. So they are looked up in the folder that
was opened and nowhere else, and no symbolic link is followed, nor is anything read but regular files.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from onionstream.encoder.follower import Stamp
from onionstream.encoder.playlist import LARGEST, PlaylistError, is_name

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

_MOST_FILES = 10_000  # names that are looked at for the newest playlist


class FolderError(Exception):
    """The folder cannot be read; the text is a sentence."""


class SegmentFiles:
    """A folder, open until ``close``."""

    def __init__(self, path: str, playlist: str) -> None:
        """
        :param path: of the folder.
        :param playlist: the name of the playlist in it; empty: the newest one whose name ends with ``.m3u8``.
        :raises FolderError: it cannot be opened.
        """
        self._name = playlist
        try:
            self._folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as problem:
            raise FolderError(f'The folder "{path}" cannot be opened: {problem.strerror}.') from problem
        found = os.fstat(self._folder)
        self._identity = found.st_dev, found.st_ino
        self._path = path

    def close(self) -> None:
        """Read nothing more."""
        os.close(self._folder)

    @property
    def moved(self) -> bool:
        """Whether another folder is there now by this name, or none."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - as for the rest, by the name as it is
        except OSError:
            return True
        return (found.st_dev, found.st_ino) != self._identity

    def playlist(self) -> bytes | None:
        """See ``follower.Files``; one byte more than there may be of one that is too large."""
        name = self._name or self._newest()
        if not name or self.look(name) is None:
            return None
        if not os.access(name, os.R_OK, dir_fd=self._folder, effective_ids=True):
            raise PlaylistError("may not be read by the user that onionstream runs as")
        return self.piece(name, 0, LARGEST + 1)

    def look(self, name: str) -> Stamp | None:
        """See ``follower.Files``."""
        if not is_name(name):
            return None
        try:
            found = os.stat(name, dir_fd=self._folder, follow_symlinks=False)
        except (OSError, ValueError):
            return None
        return Stamp(found.st_mtime_ns, found.st_size, found.st_ino) if stat.S_ISREG(found.st_mode) else None

    def piece(self, name: str, start: int, most: int) -> bytes:
        """See ``follower.Files``."""
        if not is_name(name):
            return b""
        try:
            file = os.open(name, _FLAGS, dir_fd=self._folder)
        except (OSError, ValueError):
            return b""
        try:
            return os.pread(file, most, start) if stat.S_ISREG(os.fstat(file).st_mode) else b""
        except OSError:
            return b""
        finally:
            os.close(file)

    def _newest(self) -> str:
        """:return: the name of the newest playlist; empty: there is none."""
        found: dict[str, int] = {}
        with suppress(OSError), os.scandir(self._folder) as entries:
            for _, entry in zip(range(_MOST_FILES), entries, strict=False):
                if entry.name.endswith(".m3u8") and (stamp := self.look(entry.name)):
                    found[entry.name] = stamp.changed
        return max(found, key=lambda name: (found[name], name), default="")
