"""
What a viewer's player has in hand, as far as that can be known from here, and the times he is given therefore.

Without a script nobody can ask a player. But it is known what it gathers before it begins, what it has been sent since
and when, and what it does when it has nothing left: so it can be followed from afar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil, inf

from onionstream.video.fragment import Fragment
from onionstream.video.line import QUEUE
from onionstream.video.profile import Profile
from onionstream.video.samples import AAC_FRAME, Tracks
from onionstream.video.squeeze import Squeeze

SLIDES = 2.6
"""Seconds by which a player that waits falls back when it gets keyframes alone (Chromium, measured)."""

RESUMES = 0.75
"""Seconds of the stream that it gathers before it goes on, when it has waited (Chromium, measured)."""

BLOCKED = 0.5
"""Seconds; what is due for longer, and still here, is held up by the line."""

_MARGIN = 0.1
"""Seconds to which what a line has shown to need is rounded up, so that viewers on good lines get the same times."""


class Playback:
    """
    Follows one player from its beginning.

    :ivar keeps: seconds that it is to have in hand after it has waited for something to show.
    """

    __slots__ = (
        "_first_edge",
        "_fitted",
        "_full",
        "_gathered",
        "_moved",
        "_profile",
        "_rate",
        "_sent",
        "_spare",
        "_squeeze",
        "_squeezed",
        "_target",
        "_wavering",
        "_worst",
        "keeps",
    )

    def __init__(
        self, profile: Profile, tracks: Tracks, begins: float, edge: float, wavering: Callable[[], float] = lambda: 0.0
    ) -> None:
        """
        :param profile: of the player.
        :param tracks: what it gets.
        :param begins: seconds on the broadcast's timeline: its first fragment.
        :param edge: seconds on the broadcast's timeline: the live edge.
        :param wavering: by how many seconds its line may be late at times, as far as somebody knows.
        """
        self.keeps = profile.buffer or profile.backlog or profile.gathers
        self._profile = profile
        self._rate = 48_000 if tracks.audio is None else tracks.audio.rate
        # Without sound there is nothing to gather: Firefox begins at once then (measured), and has nothing to take.
        self._target = 0.0 if tracks.audio is None else profile.buffer
        got = edge - begins
        self._gathered = got if 0 < profile.backlog <= got else max(got, profile.gathers)
        self._first_edge = edge
        self._sent = begins
        self._full = edge + profile.gathers
        self._worst = 0.0
        self._wavering = wavering
        self._fitted = profile.waits or not self._target
        self._plan(begins + profile.settled)

    def starved(self, due: Fragment, edge: float) -> bool:
        """
        Whether it waits for something to show; of one that runs on instead, that cannot be said.

        :param due: what it gets next.
        :param edge: seconds on the broadcast's timeline: the live edge.
        """
        if not self._profile.waits or edge < self._full:
            return False
        if edge - self._sent < self._spare and edge - due.span[0] <= BLOCKED:
            return False
        return edge - self._sent + self._hidden(due, edge) > self._gathered - self._shift(self._sent)

    def times(self, fragment: Fragment, edge: float) -> Squeeze | None:
        """
        The times of what it is sent next. To be called once for each fragment, in their order.

        :param fragment: what it is sent.
        :param edge: seconds on the broadcast's timeline: the live edge.
        """
        if self.starved(fragment, edge):
            self._close(fragment, edge)
        elif not self._fitted:
            self._fit(fragment, edge)
        self._sent = fragment.span[1]
        if edge - self._sent < BLOCKED:
            self._full = edge
        return self._squeeze if fragment.span[0] < self._squeezed else self._moved

    def slides(self) -> None:
        """It has got keyframes alone for a while, and gets all of the picture from now on."""
        if self._profile.waits:
            self._gathered += SLIDES
            self._plan(self._sent + self._profile.settled, self._shift(self._sent))

    def _shift(self, time: float) -> float:
        return 0.0 if self._squeeze is None else self._squeeze.shift(time)

    def _steps(self, seconds: float) -> int:
        """Whole frames of sound in some seconds."""
        return int(seconds * self._rate / AAC_FRAME)

    def _hidden(self, due: Fragment, edge: float) -> float:
        """Seconds of the stream that it has been sent and has not got, if its line holds them up."""
        return QUEUE if edge - due.span[0] > BLOCKED else 0.0

    def _close(self, due: Fragment, edge: float) -> None:
        """It has waited. What it has missed is cut out of its times: sound and picture would part at a gap."""
        before, gap = self._shift(self._sent), max(0.0, due.span[0] - self._sent)
        waited = edge - self._sent + self._hidden(due, edge)
        self._gathered = max(waited - gap, RESUMES) + before + gap
        self._plan(due.start + self._profile.settled, before + gap)
        self._full = edge + self.keeps  # until it has got what it missed, what is due looks held up

    def _fit(self, fragment: Fragment, edge: float) -> None:
        """
        Until the squeeze begins it is seen how the line is; what it needs is not taken away.

        A player that runs on when it has nothing left never gets back what was taken from it.
        """
        assert self._squeeze is not None
        if fragment.span[1] <= self._squeeze.begins:
            if self._sent > self._first_edge:
                self._worst = max(self._worst, edge - fragment.end)
            return
        self._fitted = True
        needed = ceil(max(self._worst, self._wavering()) / _MARGIN) * _MARGIN
        total = max(0, self._squeeze.total - self._steps(needed))
        self._give(replace(self._squeeze, total=total) if total else None)

    def _plan(self, begins: float, already: float = 0.0) -> None:
        """
        Lay out how it is brought to what it is to have in hand.

        :param already: seconds by which it is nearer at once.
        """
        done = self._steps(already)
        total = max(done, self._steps(self._gathered - self._target) if self._target else 0)
        pace, rate = self._profile.pace, self._rate
        self._give(Squeeze(already=done, total=total, begins=begins, pace=pace, rate=rate) if total else None)
        self._fitted = self._fitted or self._squeeze is None

    def _give(self, squeeze: Squeeze | None) -> None:
        """
        From now on it gets these times.

        What they come to, and how much it has in hand at the least, is worked out here, once.
        """
        self._squeeze: Squeeze | None = squeeze
        self._moved = None if squeeze is None else squeeze.done
        self._squeezed = inf if squeeze is None else squeeze.ends
        self._spare = self._gathered - (0.0 if squeeze is None else squeeze.most)
