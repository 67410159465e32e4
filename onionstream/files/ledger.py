"""
A list that outlives the daemon, in a file of the state directory which people may edit too.

What was changed in the file by hand is never overwritten: it is read first, and holds. If it cannot be understood, the
file is left alone and told of in a sentence, and what changes here meanwhile is not kept until the file is right again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Generic

from twisted.application.service import Service
from twisted.internet.defer import Deferred, ensureDeferred, execute
from twisted.logger import Logger

from onionstream.files import ownfile
from onionstream.files.banlists import Entry, Form, ListError
from onionstream.files.state import StateError
from onionstream.files.textfile import TextFileError, read_text
from onionstream.logs import told
from onionstream.threads import BusyError, Runner
from onionstream.waiting import Waiting

LARGEST = 2 << 20
"""Bytes; 4096 bans have less than half of it."""


class LedgerError(StateError):
    """A list cannot be read."""


class Ledger(Service, Generic[Entry]):
    """
    Keeps one list.

    :ivar kept: the file is read and written; may be changed at any time.
    :ivar current: what the list holds here, now.
    :ivar apply: called with what was put into the file by hand, and with the names of what was taken out.
    """

    _log = Logger()

    def __init__(self, folder: Path, form: Form[Entry], runner: Runner) -> None:
        """
        :param folder: the state directory, which must be locked for us.
        :param form: of the file.
        :param runner: reads and writes, since a disk may take long.
        """
        self.kept = True
        self.current: Callable[[], Mapping[bytes, Entry]] = dict
        self.apply: Callable[[Mapping[bytes, Entry], Collection[bytes]], object] = lambda *_: None
        self._path = folder / form.name
        self._form = form
        self._runner = runner
        self._text: str | None = None  # of the file, as far as we know
        self._known: dict[bytes, Entry] = {}  # the same, understood
        self._due = self._saving = False
        self._said = ""
        self._idle = Waiting()

    def load(self) -> dict[bytes, Entry]:
        """
        Read the file at the start.

        :return: what it holds; nothing if there is none.
        :raises LedgerError: it cannot be used; it is as it was before.
        """
        self._text, self._known = read(self._path.parent, self._form)
        return dict(self._known)

    def look(self) -> None:
        """Somebody may have changed the file, and is told what came of it; what is in it holds from now on."""
        if not self.kept:
            return
        self._said = ""
        try:
            found = _content(self._path)
        except TextFileError as problem:
            self._complain(str(problem))
        else:
            if found is not None and found != self._text:
                self._merge(found)
            self.save()

    def save(self) -> None:
        """Something may have changed here. How often this is called is up to others."""
        self._due = True
        if not self._saving:
            ensureDeferred(self._save(self._runner.run)).addErrback(lambda failure: self._complain(told(failure)))

    def stopService(self) -> Deferred[None]:
        """:return: fires when all is written."""
        super().stopService()
        return Deferred.fromCoroutine(self._finish())

    async def _finish(self) -> None:
        if self._saving:
            await self._idle.wait()
        self._due = True
        await self._save(execute)  # threads may have ended

    async def _save(self, run: Callable[..., Deferred[str | None]]) -> None:
        self._saving = True
        try:
            while self._due:
                self._due = False
                await self._step(run)
        finally:
            self._saving = False
            self._idle.wake()

    async def _step(self, run: Callable[..., Deferred[str | None]]) -> None:
        """Write it once, or read what somebody else has written."""
        entries = dict(self.current())
        if not self.kept or entries == self._known:
            return
        text = self._form.written(entries)
        try:
            found = await run(_exchange, self._path, self._text, text)
        except OSError as problem:
            self._complain(f"cannot be written: {problem.strerror}")
        except (BusyError, TextFileError) as problem:
            self._complain(str(problem))
        else:
            if found is None:
                self._text, self._known, self._said = text, entries, ""
            else:
                self._due = self._merge(found)

    def _merge(self, found: str) -> bool:
        """Take over what somebody has changed in the file; :return: whether it can be understood."""
        try:
            entries = self._form.read(found)
        except ListError as problem:
            self._complain(str(problem))
            return False
        before, self._text, self._known, self._said = self._known, found, entries, ""
        new = {name: entry for name, entry in entries.items() if before.get(name) != entry}
        gone = [name for name in before if name not in entries]
        self.apply(new, gone)
        self._log.info(
            "{file} was changed: {new} put in, {gone} taken out.", file=self._path.name, new=len(new), gone=len(gone)
        )
        return True

    def _complain(self, problem: str) -> None:
        """Once for each problem: a disk may be full for hours (R-30)."""
        if problem != self._said:
            self._said = problem
            self._log.warn("What changes is not kept: {file} {problem}", file=self._path.name, problem=problem)


def read(folder: Path, form: Form[Entry]) -> tuple[str | None, dict[bytes, Entry]]:
    """
    :param folder: the state directory.
    :param form: of the file.
    :return: what stands in it, and what that means; ``None`` and nothing if it is not there.
    :raises LedgerError: it cannot be used.
    """
    path = folder / form.name
    try:
        text = _content(path)
        return text, {} if text is None else form.read(text)
    except (TextFileError, ListError) as problem:
        raise LedgerError(f"The file {path} {problem}. Put that right, or move the file away.") from problem


def _content(path: Path) -> str | None:
    """
    :return: what stands in a file; ``None``: it is not there.
    :raises TextFileError: it cannot be read.
    """
    return read_text(path, LARGEST) if os.path.lexists(path) else None


def _exchange(path: Path, expected: str | None, text: str) -> str | None:
    """
    Write a file, unless there is something else in it than we know. A file that was taken away is made again.

    :return: what else is in it; ``None``: the text is.
    :raises OSError: it cannot be written.
    :raises TextFileError: it cannot be read.
    """
    found = _content(path)
    if found not in (None, expected):
        return found
    ownfile.write(path, text)
    return None
