"""One open response: its place in the window, its bounds, its catching up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from onionstream.video.detail import Detail
from onionstream.video.filling import Blocks, empty
from onionstream.video.fragment import Fragment
from onionstream.video.line import Line
from onionstream.video.packing import Packing
from onionstream.video.playback import BLOCKED, Playback
from onionstream.video.samples import Tracks
from onionstream.video.window import Window


class Response(Protocol):
    """What a viewer writes to: an open HTTP response. The web implements it."""

    def write(self, data: bytes) -> None:
        """Send; may call ``pauseProducing`` of the viewer before it returns."""

    def unsent(self) -> int:
        """Bytes written that the operating system has not taken yet."""

    def wavering(self) -> float:
        """By how many seconds the line may be late at times, as far as that is known."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    How much went out to one viewer, or to all.

    :ivar size: bytes that the operating system has taken, with all that players need around the stream.
    :ivar behind: seconds of the stream that are still here: not written yet, or written and not taken; of all viewers
        the average. ``None``: there is nobody who is being sent any.
    """

    size: int
    behind: float | None


@implementer(IPushProducer)
class Viewer:
    """
    Sends the stream to one response as fast as it takes it, and never holds up anybody else.

    It begins at a keyframe. When its transport is full it waits for ``resumeProducing``. Where it goes on then, and
    with how much of the picture, depends on how far it lags and on the player: at its place, if that is of use, or
    else at a keyframe near the live edge.

    Once it has ended, by whichever side, it writes nothing any more.

    :ivar skipped: how often it was moved on.
    """

    # There may be thousands, and all are visited for each fragment: with slots they take less memory and time.
    __slots__ = (
        "_begun",
        "_blocks",
        "_ended",
        "_in_time",
        "_lagging",
        "_line",
        "_next",
        "_over",
        "_packing",
        "_patience",
        "_paused",
        "_playback",
        "_response",
        "_taken",
        "_taken_at",
        "_window",
        "_written",
        "skipped",
    )

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
        self._line = Line()
        profile = packing.profile
        self._blocks = Blocks(profile.block, profile.fill) if profile.block and profile.fill else None
        self._in_time = min(profile.slow / 2, BLOCKED)
        self._next = 0
        self._begun = 0
        self._playback: Playback | None = None
        self._paused = False
        self._over = False
        self._written = 0
        self._taken = 0
        self._taken_at: float | None = None
        self._lagging: tuple[float, int] | None = None

    @property
    def watching(self) -> bool:
        """Whether it has been sent anything yet."""
        return self._playback is not None

    @property
    def detail(self) -> Detail:
        """How much of the picture it gets at present."""
        return self._line.detail

    def delivery(self, rate: float) -> Delivery:
        """:param rate: of the stream, in bytes a second. :return: how much it got, and how much waits for it."""
        unsent = self._response.unsent()
        waits = unsent / rate if rate else 0.0
        newest, place = self._window.newest, self._window.get(self._next)
        if newest is not None and self._next <= newest.number:
            waits += self._patience.behind if place is None else newest.end - place.start
        return Delivery(size=self._written - unsent, behind=waits if self.watching else None)

    def begin(self, tracks: Tracks) -> None:
        """
        Start at the keyframe that his player needs, if there is one.

        :param tracks: what is on air.
        """
        first = self._first()
        if first is not None and not self._over:
            self._next = first.number
            self._begun = self._window.newest.number if self._window.newest else first.number
            self._playback = Playback(self._packing.profile, tracks, first.start, self._edge, self._response.wavering)
            self._write(self._packing.init(tracks))
            if self._blocks is not None:
                self._blocks.add(self._written, self._edge)
            self.advance()

    def advance(self) -> None:
        """
        Send what there is, as far as the response takes it.

        Nearly always that is the newest fragment, to a viewer who has taken all before it. With a thousand viewers this
        is what costs, so nothing is asked there that is known.
        """
        newest, playback = self._window.newest, self._playback
        while playback is not None and newest is not None and self._next <= newest.number and self._may_write:
            edge = newest.end
            if self._next == newest.number and edge - newest.start <= self._in_time and self._line.good(edge):
                self._send(newest, playback, Detail.WHOLE, edge)
                return
            fragment = self._due(newest, playback)
            if fragment is None:
                return
            self._send(fragment, playback, self._detail(fragment, playback), edge)

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
        if self._lagging is None:
            self._lagging = self._edge, self._written - self._response.unsent()

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

    def _send(self, fragment: Fragment, playback: Playback, detail: Detail, edge: float) -> None:
        self._next = fragment.number + 1
        data = self._packing.fragment(fragment, playback.times(fragment, edge), detail)
        if data:
            self._write(data)
        if self._blocks is not None and (box := self._blocks.add(len(data), edge, spare=not self._line.slow)):
            self._write(empty(box))
        if edge - fragment.start < BLOCKED:
            self._lagging = None

    def _write(self, data: bytes) -> None:
        self._written += len(data)
        self._response.write(data)

    def _first(self) -> Fragment | None:
        """The keyframe to begin with."""
        keyframe = self._window.keyframe_before(self._packing.profile.backlog)
        first = None if keyframe is None else self._window.get(keyframe)
        if first is not None and self._edge - first.start > self._patience.behind:  # it would be moved on at once
            keyframe = self._window.newest_keyframe
            first = None if keyframe is None else self._window.get(keyframe)
        return first

    @property
    def _edge(self) -> float:
        """The live edge: seconds on the broadcast's timeline."""
        newest = self._window.newest
        return 0.0 if newest is None else newest.end

    def _due(self, newest: Fragment, playback: Playback) -> Fragment | None:
        """The fragment that is to be sent next: the one at its place, unless it lags too much."""
        place = self._window.get(self._next)
        if place is None or newest.end - place.start > self._patience.behind:
            waits, newest_keyframe = self._packing.profile.waits, self._window.newest_keyframe
            self._move_to(self._window.keyframe_before(playback.keeps) if waits else newest_keyframe)
        elif newest.end - place.start > BLOCKED and playback.starved(place, newest.end):
            self._line.fall(newest.end, self._carried())
            self._move_to(self._window.keyframe_before(playback.keeps))
        return self._window.get(self._next)

    def _carried(self) -> float:
        """How much of the stream the line has carried since the viewer began to lag: 1 is all of it."""
        if self._lagging is None:
            return 0.0
        since, taken = self._lagging
        seconds, rate = self._edge - since, self._window.rate
        if seconds < BLOCKED or not rate:
            return 0.0
        return (self._written - self._response.unsent() - taken) / seconds / rate

    def _move_to(self, keyframe: int | None) -> None:
        """Leave out what lies between, if it is ahead."""
        if keyframe is not None and keyframe > self._next:
            self._next = keyframe
            self.skipped += 1

    def _detail(self, fragment: Fragment, playback: Playback) -> Detail:
        """How much of it the line carries; what was there before he came says nothing about that."""
        if fragment.number <= self._begun:
            return Detail.WHOLE
        lag, profile, before = self._edge - fragment.start, self._packing.profile, self._line.detail
        late = not profile.waits and lag > profile.slow
        detail = self._line.decide(
            late=late,
            strained=lag > profile.slow / 2,
            keyframe=fragment.keyframe,
            newest=fragment.number == self._window.newest_keyframe,
            carried=self._carried() if late else 1.0,
            now=self._edge,
        )
        if before is Detail.KEYFRAMES and not self._line.slow:
            playback.slides()
        return detail
