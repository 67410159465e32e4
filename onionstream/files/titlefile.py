"""
What viewers read about the stream: as the configuration has it, or as two files in the state directory say.

``title.txt`` and ``about.txt`` can be edited by hand while the stream is on, as ever (S31, R-33); the broadcaster's
page writes them. Who takes them away gets the configuration's words back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from twisted.logger import Logger

from onionstream.chat import text as texts
from onionstream.chat.errors import ChatError
from onionstream.files import ownfile
from onionstream.files.textfile import TextFileError, read_text

LOOK = 1.0
"""Seconds between two looks at the files."""

MOST = 4096
"""Bytes of a file at the most, and read of it (R-33); the last one of a file that we write ends its line."""


class TitleError(Exception):
    """This cannot be a title, or no description; the text is a sentence."""


class Words(Protocol):
    """What the configuration says, as ``config.Stream``."""

    @property
    def title(self) -> str:
        """One line."""

    @property
    def description(self) -> str:
        """Several lines, or none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One of the two texts.

    :ivar file: its name in the state directory.
    :ivar most: characters.
    :ivar empty: it may be.
    :ivar clean: the way of D-11 for it.
    """

    file: str
    most: int
    empty: bool
    clean: Callable[[str], str]

    def check(self, typed: str) -> str:
        """
        :return: the text as it is shown.
        :raises TitleError: it is none; half a sentence.
        """
        try:
            text = self.clean(typed)
        except ChatError as error:
            raise TitleError("holds characters that are no text") from error
        if len(text) > self.most or len(text.encode()) >= MOST:
            raise TitleError(f"has more than {self.most} characters or {MOST - 1} bytes")
        if not (text or self.empty):
            raise TitleError("is empty")
        return text


TITLE = Kind("title.txt", 200, empty=False, clean=texts.line)
ABOUT = Kind("about.txt", 2000, empty=True, clean=texts.clean)


def read(folder: Path, kind: Kind) -> str | None:
    """
    :param folder: the state directory.
    :param kind: which of the two.
    :return: what stands in the file; ``None``: it is not there.
    :raises TitleError: it cannot be used; half a sentence.
    """
    path = folder / kind.file
    try:
        return None if _signature(path) is None else kind.check(read_text(path, MOST))
    except TextFileError as problem:
        raise TitleError(str(problem)) from problem


class _File:
    """
    One file, and what was in it when it was good.

    :ivar text: that; ``None``: there is no file.
    """

    _log = Logger()

    def __init__(self, folder: Path, kind: Kind) -> None:
        """:param folder: where it is, or will be."""
        self.kind = kind
        self.path = folder / kind.file
        self.text: str | None = None
        self._seen: tuple[int, ...] | None = ()

    def look(self) -> bool:
        """Read it if it is another one than before; :return: whether its text is."""
        before, seen = self.text, _signature(self.path)
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            self.text = read(self.path.parent, self.kind)
        except TitleError as problem:
            self._log.warn("{file} {problem}; what was said before stays.", file=self.kind.file, problem=str(problem))
        return self.text != before

    def write(self, text: str) -> None:
        """:raises OSError: it cannot be written, and is as before."""
        ownfile.write(self.path, f"{text}\n")
        self.text, self._seen = text, _signature(self.path)

    def remove(self) -> None:
        """:raises OSError: it cannot be removed."""
        self.path.unlink(missing_ok=True)
        self.text, self._seen = None, _signature(self.path)


class Titles:
    """The title and the description that hold now."""

    def __init__(self, folder: Path, words: Words, changed: Callable[[], None] = lambda: None) -> None:
        """
        :param folder: the state directory.
        :param words: what holds where there are no files; may be replaced at any time.
        :param changed: called when something else holds.
        """
        self.words = words
        self.changed = changed
        self._title, self._about = _File(folder, TITLE), _File(folder, ABOUT)
        self.look()

    @property
    def title(self) -> str:
        """One line; a page has to escape it."""
        return self.words.title if self._title.text is None else self._title.text

    @property
    def description(self) -> str:
        """Any number of lines, perhaps none; a page has to escape it."""
        return self.words.description if self._about.text is None else self._about.text

    @property
    def own(self) -> tuple[bool, bool]:
        """Whether the title and the description are from files, and not from the configuration."""
        return self._title.text is not None, self._about.text is not None

    def look(self) -> None:
        """Look at the files. To be called every second or two."""
        if any([self._title.look(), self._about.look()]):
            self.changed()

    def set_title(self, typed: str) -> None:
        """
        :param typed: empty: what the configuration says.
        :raises TitleError: it cannot be; nothing has changed then.
        """
        self._set(self._title, typed, "The title")

    def set_description(self, typed: str) -> None:
        """
        :param typed: as for ``set_title``.
        :raises TitleError: as there.
        """
        self._set(self._about, typed, "The description")

    def _set(self, file: _File, typed: str, name: str) -> None:
        before = self.title, self.description
        try:
            if typed.strip():
                file.write(file.kind.check(typed))
            else:
                file.remove()
        except TitleError as problem:
            raise TitleError(f"{name} {problem}. It stays as it was.") from problem
        except OSError as problem:
            raise TitleError(f"{name} cannot be kept: {problem.strerror}. It stays as it was.") from problem
        if (self.title, self.description) != before:
            self.changed()


def _signature(path: Path) -> tuple[int, ...] | None:
    """:return: what is another one after a file was written or replaced; ``None``: there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as problem:  # a ring of links, or a folder that may not be entered
        return (problem.errno or 0,)
    return (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode)
