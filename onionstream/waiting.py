"""Those who wait for something to happen."""

from __future__ import annotations

from twisted.internet.defer import Deferred


class Waiting:
    """Any number of Deferreds that fire together."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._deferreds: list[Deferred[None]] = []

    def wait(self) -> Deferred[None]:
        """:return: fires at the next ``wake``. May be cancelled."""
        waiting: Deferred[None] = Deferred(self._forget)
        self._deferreds.append(waiting)
        return waiting

    def wake(self) -> None:
        """It has happened. Those who begin to wait meanwhile wait for the next time."""
        waiting, self._deferreds = self._deferreds, []
        for one in waiting:
            if not one.called:  # one of those before it may have cancelled it
                one.callback(None)

    def _forget(self, waiting: Deferred[None]) -> None:
        if waiting in self._deferreds:
            self._deferreds.remove(waiting)
