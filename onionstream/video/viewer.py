"""One open response: its place in the window, its bounds, its catching up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from onionstream.video.fragment import Fragment
from onionstream.video.packing import Packing
from onionstream.video.samples import Tracks
from onionstream.video.squeeze import Squeeze
from onionstream.video.window import Window


class Response(Protocol):
    """What a viewer writes to: an open HTTP response. The web implements it."""

    def write(self, data: bytes) -> None:
        """Send; may call ``pauseProducing`` of the viewer before it returns."""

    def unsent(self) -> int:
        """Bytes written that the operating system has not taken yet."""

    def finish(self) -> None:
        """End the response cleanly: a player shows its last frame."""

    def abort(self) -> None:
        """Cut the connection; nothing of what is unsent goes out."""


@dataclass(frozen=True, slots=True)
class Patience:
    """
    How much a viewer may lag.

    :ivar behind: seconds of the stream; a viewer who lags more is moved to the newest keyframe.
    :ivar silent: seconds; a viewer who takes no byte at all for so long is let go.
    """

    behind: float = 10.0
    silent: float = 45.0


@implementer(IPushProducer)
class Viewer:
    """
    Sends the stream to one response as fast as it takes it, and never holds up anybody else.

    It begins at a keyframe. When its transport is full it waits for ``resumeProducing``; where it goes on then is its
    own affair: at its place, if that is still in the window and near enough, or else at the newest keyframe. The gap in
    the times stays: players bridge it.

    Once it has ended, by whichever side, it writes nothing any more.

    :ivar skipped: how often it was moved on.
    """

    def __init__(
        self,
        response: Response,
        window: Window,
        packing: Packing,
        patience: Patience,
        ended: Callable[[Viewer], None],
    ) -> None:
        """
        :param response: where to write.
        :param window: what to send.
        :param packing: as what his player gets it.
        :param patience: how much it may lag.
        :param ended: called once, when the viewer is let go because it takes nothing.
        """
        self.skipped = 0
        self._response = response
        self._window = window
        self._packing = packing
        self._patience = patience
        self._ended = ended
        self._next: int | None = None
        self._squeeze: Squeeze | None = None
        self._paused = False
        self._over = False
        self._written = 0
        self._taken = 0
        self._taken_at: float | None = None

    @property
    def watching(self) -> bool:
        """Whether it has been sent anything yet."""
        return self._next is not None

    def begin(self, tracks: Tracks) -> None:
        """
        Start at the keyframe that his player needs, if there is one.

        :param tracks: what is on air.
        """
        backlog = min(self._packing.profile.backlog, self._patience.behind)  # or it would be moved on at once
        keyframe = self._window.keyframe_within(backlog)
        first = None if keyframe is None else self._window.get(keyframe)
        if first is not None and not self._over:
            self._next = first.number
            self._squeeze = self._packing.squeeze(tracks, first.start)
            self._write(self._packing.init(tracks))
            self.advance()

    def advance(self) -> None:
        """Send what there is, as far as the response takes it."""
        self._catch_up()
        while self._next is not None and self._may_write and (fragment := self._window.get(self._next)) is not None:
            self._next += 1
            for piece in self._packing.fragment(fragment, self._squeeze):
                self._write(piece)

    def finish(self) -> None:
        """The stream is over, or goes on as something that this player cannot follow."""
        if not self._over:
            self._over = True
            self._response.finish()

    def abort(self) -> None:
        """Cut the connection."""
        if not self._over:
            self._over = True
            self._response.abort()

    def check(self, now: float) -> None:
        """
        Let the viewer go when he has taken nothing for too long.

        :param now: seconds of a monotonic clock.
        """
        unsent = self._response.unsent()
        taken = self._written - unsent
        if unsent == 0 or taken != self._taken or self._taken_at is None:
            self._taken, self._taken_at = taken, now
        elif now - self._taken_at >= self._patience.silent:
            self._ended(self)
            self.abort()

    def pauseProducing(self) -> None:
        """The transport is full."""
        self._paused = True

    def resumeProducing(self) -> None:
        """The transport is empty."""
        self._paused = False
        self.advance()

    def stopProducing(self) -> None:
        """The connection is gone."""
        self._over = True

    @property
    def _may_write(self) -> bool:
        return not self._paused and not self._over

    def _write(self, data: bytes) -> None:
        self._written += len(data)
        self._response.write(data)

    def _catch_up(self) -> None:
        """Move to the newest keyframe when the place is lost or too far behind."""
        newest, keyframe = self._window.newest, self._window.newest_keyframe
        if not self._may_write or self._next is None or newest is None or keyframe is None or keyframe <= self._next:
            return
        if self._lags(self._window.get(self._next), newest):
            self._next = keyframe
            self.skipped += 1

    def _lags(self, place: Fragment | None, newest: Fragment) -> bool:
        return place is None or newest.end - place.start > self._patience.behind
