"""
What a viewer's line carries, judged by how far he lags: how much of the picture he gets therefore.

A line that stood still for a moment and one that is too slow for good look the same at first: what is due is not taken.
Both are helped by sending less until the viewer is at the live edge again. Whether all of it fits then can only be
tried. So it is tried at once the first time; and when it fails again, less and less often.
"""

from __future__ import annotations

from math import inf

from onionstream.video.detail import Detail

FIRST_REST, LONGEST_REST = 4.0, 60.0
"""Seconds for which a viewer stays with less after his second fall in a row, and after many."""

WELL = 60.0
"""Seconds without a fall after which a line counts as good again."""


class Line:
    """
    Decides, fragment by fragment, what is sent.

    :ivar detail: what was sent last.
    :ivar falls: how often the viewer has fallen behind.
    """

    __slots__ = ("_rest", "_until", "detail", "falls")

    def __init__(self) -> None:
        """A line of which nothing is known yet, so a good one."""
        self.detail = Detail.WHOLE
        self.falls = 0
        self._rest = 0.0
        self._until = -inf

    def good(self, now: float) -> bool:
        """
        Whether all is sent, and will be of what is in time: then ``decide`` need not be asked.

        :param now: seconds on the clock of ``decide``.
        """
        return self.detail is Detail.WHOLE and now >= self._until

    def decide(self, *, late: bool, strained: bool, newest_keyframe: bool, now: float) -> Detail:
        """
        What to send of the next fragment.

        :param late: the viewer lags too much.
        :param strained: he lags, but not yet too much.
        :param newest_keyframe: the fragment begins with the newest keyframe there is.
        :param now: seconds on any one clock.
        """
        fallen = self.detail in (Detail.KEYFRAMES, Detail.SOUND)
        if late and not fallen:
            self.fall(now)
        if late:
            self.detail = Detail.SOUND
        elif now < self._until or (fallen and not newest_keyframe):
            self.detail = Detail.KEYFRAMES
        else:
            self.detail = Detail.REFERENCES if strained else Detail.WHOLE
        return self.detail

    def fall(self, now: float) -> None:
        """He has fallen behind; how long he gets less depends on how long the line was good before."""
        again = now < self._until + WELL
        self._rest = min(max(FIRST_REST, 2 * self._rest), LONGEST_REST) if again else 0.0
        self._until = now + self._rest
        self.falls += 1
