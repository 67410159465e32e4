"""
What was seen of a stream on a screen, and the figures that follow from it.

This module is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

FREEZE = 0.25
"""Seconds; a longer pause counts as a freeze."""

_PICTURES = 0.1
"""Seconds: three pictures. What stops the next one begins after the last."""


@dataclass(frozen=True, slots=True)
class Pause:
    """
    A time without a new picture.

    :ivar at: when it began, in seconds since the browser's start.
    :ivar length: seconds.
    """

    at: float
    length: float

    @property
    def end(self) -> float:
        """When there was a new picture."""
        return self.at + self.length


@dataclass(slots=True)
class Seen:
    """
    What one run has shown.

    :ivar seconds: how long was looked, from the browser's start.
    :ivar frames: of each new picture, when it was seen (seconds since the browser's start), and how late it was (ms).
    """

    seconds: float
    frames: list[tuple[float, float]] = field(default_factory=list)

    @property
    def first(self) -> float | None:
        """When the first picture was seen."""
        return self.frames[0][0] if self.frames else None

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """The pictures of some seconds."""
        return [one for one in self.frames if start <= one[0] < end]

    def delay(self, start: float, end: float) -> float | None:
        """:return: the median of these seconds, in ms; none: there was no picture."""
        return median(late) if (late := [one[1] for one in self.between(start, end)]) else None

    def rate(self, start: float, end: float) -> float:
        """:return: new pictures a second."""
        return len(self.between(start, end)) / (end - start)

    def pauses(self) -> Iterator[Pause]:
        """:return: what lies between two pictures; the last one ends with the run."""
        for before, after in pairwise([*(at for at, _ in self.frames), self.seconds]):
            yield Pause(before, after - before)

    def longest(self, start: float, end: float) -> float | None:
        """:return: seconds of the longest pause that was not over before, nor began after; none: no picture yet."""
        return max((one.length for one in self.pauses() if one.end > start and one.at < end), default=None)

    def begun(self, start: float, end: float) -> float | None:
        """
        :return: seconds of the longest pause that began in this time, or with the last picture before it; none: no
            picture yet.
        """
        begins = [one for one in self.pauses() if start - _PICTURES <= one.at < end - _PICTURES]
        return max((one.length for one in begins), default=None)

    def freezes(self) -> list[Pause]:
        """:return: the long pauses that began a second after the first picture or later."""
        return [one for one in self.pauses() if one.length > FREEZE and one.at >= (self.first or 0.0) + 1]


def look(
    read: Callable[[], int | None],
    delay: Callable[[int, float], float],
    now: Callable[[], float],
    rest: Callable[[], None],
    seconds: float,
    act: Callable[[float], None],
) -> Seen:
    """
    Look at a screen for some time.

    :param read: the code that it shows, if any; a new one is a new picture.
    :param delay: how late a code is at a time, in ms.
    :param now: the time, in seconds.
    :param rest: passes the time between two looks.
    :param seconds: how long.
    :param act: called after each look, with the seconds since the first.
    """
    seen, last, begun = Seen(seconds), None, now()
    while (at := now() - begun) < seconds:
        code = read()
        if code is not None and code != last:
            seen.frames.append((at, delay(code, begun + at)))
            last = code
        act(at)
        rest()
    return seen
