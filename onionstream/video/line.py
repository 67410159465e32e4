"""
What a viewer's line carries, judged by how far he lags: how much of the picture he gets therefore.

A line that stood still for a moment and one that is too slow for good both do not take what is due; but the slow one
takes some of it all the time. The first gets all of the picture again as soon as the viewer is at the live edge. The
other one has a queue on its way, in sockets and in tor, that must drain before anything is in time again: so it gets
sound alone for some seconds, and then as many keyframes as fit. Whether all of it fits again can only be tried: less
and less often, when it fails.
"""

from __future__ import annotations

from math import inf

from onionstream.video.detail import Detail

FIRST_REST, LONGEST_REST = 4.0, 60.0
"""Seconds for which a viewer stays with less after his second fall in a row, and after many."""

WELL = 60.0
"""Seconds without a fall after which a line counts as good again."""

SLOW = 0.4
"""What a line must have carried of the stream, when a viewer falls, to be a slow one and not one that stood still."""

SLOW_REST = 30.0
"""Seconds for which a viewer with a slow line stays with less after the first fall."""

QUEUE = 1.5
"""
Seconds of the stream that are on their way when a line holds up what is due: sockets and tor take some 100 kB before
they refuse more, and a line that stands still is not seen before that.
"""

LONGEST_DRAIN = 8.0
"""Seconds of sound alone at the most."""


class Line:
    """
    Decides, fragment by fragment, what is sent.

    :ivar detail: what was sent last.
    :ivar falls: how often the viewer has fallen behind.
    """

    __slots__ = ("_drained", "_every", "_keyframes", "_rest", "_until", "detail", "falls")

    def __init__(self) -> None:
        """A line of which nothing is known yet, so a good one."""
        self.detail = Detail.WHOLE
        self.falls = 0
        self._rest = 0.0
        self._until = self._drained = -inf
        self._every = 1
        self._keyframes = 0

    @property
    def slow(self) -> bool:
        """It does not carry all of the stream at present."""
        return self.detail in (Detail.KEYFRAMES, Detail.SOUND)

    def good(self, now: float) -> bool:
        """
        Whether all is sent, and will be of what is in time: then ``decide`` need not be asked.

        :param now: seconds on the clock of ``decide``.
        """
        return self.detail is Detail.WHOLE and now >= self._until

    def decide(self, *, late: bool, strained: bool, keyframe: bool, newest: bool, carried: float, now: float) -> Detail:
        """
        What to send of the next fragment.

        :param late: the viewer lags too much.
        :param strained: he lags, but not yet too much.
        :param keyframe: the fragment begins with a keyframe.
        :param newest: and there is no newer one.
        :param carried: what the line has carried of the stream lately: 1 is all of it. Counts for who is late.
        :param now: seconds on any one clock.
        """
        fallen = self.slow
        if late and not fallen:
            self.fall(now, carried)
        if late or now < self._drained:
            self.detail = Detail.SOUND
        elif now < self._until or (fallen and not newest):
            self.detail = self._slide(keyframe=keyframe)
        else:
            self.detail = Detail.REFERENCES if strained else Detail.WHOLE
        return self.detail

    def fall(self, now: float, carried: float = 0.0) -> None:
        """
        He has fallen behind; how long he gets less depends on the line, and on how long it was good before.

        :param now: seconds on any one clock.
        :param carried: what the line has carried of the stream lately: 1 is all of it.
        """
        again, slow = now < self._until + WELL, carried >= SLOW
        least = SLOW_REST if slow else FIRST_REST
        self._rest = min(max(least, 2 * self._rest), LONGEST_REST) if again or slow else 0.0
        self._until = now + self._rest
        self._drained = now + min(QUEUE / carried, LONGEST_DRAIN) if slow else -inf
        self._every = 2 if slow and carried < 0.5 else 1
        self.falls += 1

    def _slide(self, *, keyframe: bool) -> Detail:
        """As many keyframes as fit; the first one after a fall is sent in any case."""
        if not self.slow:
            self._keyframes = 0
        if keyframe:
            self._keyframes += 1
        return Detail.KEYFRAMES if self._keyframes % self._every == 1 % self._every else Detail.SOUND
