"""To be told when something in a folder changes, where the system can tell (inotify(7), Linux)."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorFDSet
from twisted.python.filepath import FilePath

try:
    from twisted.internet import inotify
except ImportError:  # another system; whoever wants to know has to look
    inotify = None  # type: ignore[assignment]


class Notices:
    """Tells of one folder, until ``end``. Where that does not work nothing is told: one has to look all the same."""

    def __init__(self, reactor: object, path: str, changed: Callable[[], object]) -> None:
        """
        :param reactor: reads what the system tells.
        :param path: of the folder.
        :param changed: called for each file that is made, written, renamed or removed; what it was is not told.
        """
        self._watch = None
        if inotify is None or not IReactorFDSet.providedBy(reactor):
            return
        try:
            watch = inotify.INotify(reactor)
        except OSError:  # there are as many as the system allows
            return
        # Not IN_ACCESS and the like: our own reading would wake us.
        mask = inotify.IN_CREATE | inotify.IN_MODIFY | inotify.IN_CLOSE_WRITE | inotify.IN_MOVED_TO | inotify.IN_DELETE
        try:
            watch.watch(FilePath(path), mask, callbacks=[lambda *_: changed()])
        except (OSError, inotify.INotifyError):
            watch.loseConnection()
            return
        watch.startReading()
        self._watch = watch

    def end(self) -> None:
        """Tell nothing more."""
        if self._watch is not None:
            self._watch.loseConnection()
            self._watch = None
