"""Something that is done when it is wanted, but not too often."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Pace:
    """
    Does something at once when it has not been wanted for long, and otherwise once, a little later, for all who want
    it.

    :ivar rest: seconds between two times; may be changed at any time.
    """

    def __init__(self, clock: IReactorTime, rest: float, act: Callable[[], object]) -> None:
        """
        :param clock: for the time between.
        :param rest: seconds.
        :param act: what is done.
        """
        self.rest = rest
        self._clock = clock
        self._act = act
        self._last: float | None = None
        self._due: IDelayedCall | None = None

    def want(self) -> None:
        """Let it be done, now or soon."""
        if self._due is not None:
            return
        wait = 0.0 if self._last is None else self._last + self.rest - self._clock.seconds()
        if wait > 0:
            self._due = self._clock.callLater(wait, self._later)
        else:
            self._do()

    def hurry(self) -> None:
        """If it is still to be done, do it now."""
        if self._due is not None:
            self._due.cancel()
            self._later()

    def stop(self) -> None:
        """Forget that it was wanted."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _later(self) -> None:
        self._due = None
        self._do()

    def _do(self) -> None:
        self._last = self._clock.seconds()
        self._act()
