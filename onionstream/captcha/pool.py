"""Pictures that are drawn before somebody needs one."""

from __future__ import annotations

from collections import deque
from random import Random, SystemRandom

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.allowance import BusyError
from onionstream.captcha.drawing import Artist, Picture
from onionstream.threads import Runner

STOCK = 128
"""Pictures that lie ready; more are drawn than were allowed to be taken in the time (D-24)."""

_AGAIN = 5.0
"""Seconds after which it is tried again to draw one."""


class Pool:
    """
    Keeps a stock of pictures, of which each is taken once.

    They are drawn in a thread, one at a time, so that the thread never holds the interpreter for long. ``SystemRandom``
    has no state that a picture could tell anything about.
    """

    _log = Logger()

    def __init__(
        self, artist: Artist, workers: Runner, clock: IReactorTime, stock: int = STOCK, chance: Random | None = None
    ) -> None:
        """
        :param artist: who draws.
        :param workers: where he does.
        :param clock: for when that did not work.
        :param stock: pictures.
        :param chance: used in the thread; none: the system's.
        """
        self._artist = artist
        self._workers = workers
        self._clock = clock
        self._most = stock
        self._chance = chance or SystemRandom()
        self._stock: deque[Picture] = deque()
        self._drawing: Deferred[Picture] | None = None
        self._again: IDelayedCall | None = None
        self._open = False

    def __len__(self) -> int:
        """How many lie ready."""
        return len(self._stock)

    def open(self) -> None:
        """Draw, until there are enough."""
        self._open = True
        self._draw()

    def close(self) -> None:
        """Draw no more."""
        self._open = False
        if self._drawing:
            self._drawing.cancel()
        if self._again:
            self._again.cancel()
            self._again = None

    def replace(self, artist: Artist) -> None:
        """Have another one draw, and throw away what the old one drew."""
        self._artist = artist
        self._stock.clear()
        if self._drawing:
            self._drawing.cancel()
        self._draw()

    def take(self) -> Picture:
        """
        :return: one that nobody else gets.
        :raises BusyError: there is none at the moment.
        """
        if not self._stock:
            raise BusyError("No captcha is ready.")
        picture = self._stock.popleft()
        self._draw()
        return picture

    def _draw(self) -> None:
        """Have one more drawn, if one is lacking and nothing stands in the way."""
        if not self._open or self._drawing or self._again or len(self._stock) >= self._most:
            return
        try:
            drawing = self._workers.run(self._artist.draw, self._chance)
        except BusyError:
            self._later()
            return
        self._drawing = drawing
        drawing.addCallbacks(self._stock.append, self._failed).addCallback(self._done)

    def _done(self, _: None) -> None:
        self._drawing = None
        self._draw()

    def _failed(self, failure: Failure) -> None:
        if not failure.check(CancelledError):
            self._log.error("A captcha could not be drawn: {error}", error=failure.value)
            self._later()

    def _later(self) -> None:
        self._again = self._clock.callLater(_AGAIN, self._resume)

    def _resume(self) -> None:
        self._again = None
        self._draw()
