"""A viewer's line between his open response and his player, on an invented clock."""

from __future__ import annotations

from collections import deque
from math import inf
from typing import Protocol

from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import Clock

HIDDEN = 100_000
"""Bytes that sockets and tor take before they refuse more."""

_STEP = 0.02
"""Seconds from one look at a slow line to the next."""


class Player(Protocol):
    """What is at the end of a line."""

    def receive(self, data: bytes) -> None:
        """Bytes of the response."""


class Line:
    """
    A viewer's open response (``onionstream.video.viewer.Response``) and his line, which may stand still for a while.

    :ivar producer: the viewer.
    :ivar ending: ``finished``, ``aborted``, or empty.
    :ivar carried: bytes that the player has got.
    :ivar rate: bytes a second that go through at the most.
    """

    def __init__(
        self,
        clock: Clock,
        player: Player,
        *,
        latency: float = 0.02,
        full: int = 2**14,
        rate: float = inf,
        hidden: int = 0,
    ) -> None:
        """
        :param clock: of the broadcast.
        :param player: at its end.
        :param latency: seconds.
        :param full: bytes that are unsent when the viewer is told to wait.
        :param rate: bytes a second that go through at the most.
        :param hidden: bytes on their way that nobody here knows of: what sockets and tor have taken.
        """
        self.producer: IPushProducer | None = None
        self.ending = ""
        self.carried = 0
        self.rate = rate
        self._clock = clock
        self._player = player
        self._latency = latency
        self._full = full
        self._hidden = hidden
        self._kept: deque[bytes] = deque()
        self._size = 0
        self._stalled = False
        self._paused = False
        self._credit = 0.0
        self._draining = False

    def write(self, data: bytes) -> None:
        """See ``Response.write``."""
        assert not self.ending, f"written to after it was {self.ending}"
        self._kept.append(data)
        self._size += len(data)
        if self.rate == inf and not self._stalled:
            self._deliver(self._size)
        else:
            self._drain_later()
        if self.unsent() > self._full and not self._paused and self.producer is not None:
            self._paused = True
            self.producer.pauseProducing()

    def unsent(self) -> int:
        """See ``Response.unsent``."""
        return max(0, self._size - self._hidden)

    def wavering(self) -> float:
        """See ``Response.wavering``: nothing is known."""
        return 0.0

    def finish(self) -> None:
        """See ``Response.finish``."""
        self.ending = "finished"

    def abort(self) -> None:
        """See ``Response.abort``."""
        self.ending = "aborted"

    def stall(self) -> None:
        """Nothing goes through any more."""
        self._stalled = True

    def flow(self) -> None:
        """It goes through again, first what has been kept."""
        self._stalled = False
        self._credit = 0.0
        if self.rate == inf:
            self._deliver(self._size)
            self._resume()
        else:
            self._drain_later()

    def _drain_later(self) -> None:
        if not self._draining:
            self._draining = True
            self._clock.callLater(_STEP, self._drain)

    def _drain(self) -> None:
        """What a slow line carries in a moment."""
        self._draining = False
        if not self._stalled:
            self._credit += self.rate * _STEP
            whole = int(min(self._credit, self._size))
            self._credit = self._credit - whole if self._size > whole else 0.0
            self._deliver(whole)
            self._resume()
        if self._size:
            self._drain_later()

    def _deliver(self, size: int) -> None:
        """So many bytes arrive."""
        while size > 0:
            piece = self._kept.popleft()
            if len(piece) > size:
                self._kept.appendleft(piece[size:])
                piece = piece[:size]
            size -= len(piece)
            self._size -= len(piece)
            self.carried += len(piece)
            self._clock.callLater(self._latency, self._player.receive, piece)

    def _resume(self) -> None:
        if self._paused and not self.unsent() and self.producer is not None and not self.ending:
            self._paused = False
            self.producer.resumeProducing()
