"""What the chat room needs done now and then: it has no clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.room import Room
from onionstream.regular import Regular

TIDY = 10.0
"""Seconds between two times that the room may forget somebody."""

TURN = 0.25
"""Seconds between two looks for messages that have waited for their turn."""


class Housekeeping:
    """Does it."""

    def __init__(self, room: Room, present: Iterable[bytes], clock: IReactorTime, when: Callable[[], float]) -> None:
        """
        :param room: it is done there.
        :param present: keys of those who are here, whenever it is asked.
        :param clock: never goes back.
        :param when: seconds since 1970-01-01 00:00 UTC, now.
        """
        self._room = room
        self._present = present
        self._clock = clock
        self._when = when

    def timers(self) -> tuple[Regular, ...]:
        """:return: what has to run as long as the daemon does."""
        return Regular(TIDY, self.forget, self._clock), Regular(TURN, self.release, self._clock)

    def release(self) -> None:
        """Say what has waited for its turn."""
        now, due = self._clock.seconds(), self._room.due()
        if due is not None and due <= now:
            self._room.release(now, int(self._when()))

    def forget(self) -> None:
        """Let the room forget those who are not here and have left nothing."""
        now = self._clock.seconds()
        for key in self._present:
            self._room.seen(key, now)
        self._room.forget(now)
