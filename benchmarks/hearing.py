"""
When something that was said is heard: a line carries the moment at which it was sent, and whoever gets it looks at the
clock.

All on one machine, whose processes have the same monotonic clock (clock_gettime(2)).
"""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

_STAMP = re.compile(rb"~(\d{20})~[^\n]*\n")
"""The moment in nanoseconds, and the end of the line: so it was heard to its last byte."""


def stamp() -> str:
    """:return: this moment, as it stands in a line."""
    return f"~{time.monotonic_ns():020}~"


class Ears:
    """
    What one reader hears.

    :ivar first: bytes that he got before the first line that is told from others.
    """

    __slots__ = ("_heard", "_rest", "first")

    def __init__(self, heard: array[int]) -> None:
        """:param heard: of all readers: moment and delay by turns, in nanoseconds."""
        self._heard = heard
        self._rest = b""

    def feed(self, data: bytes | memoryview) -> None:
        """Take what has come."""
        now = time.monotonic_ns()
        text = self._rest + data
        for moment in _STAMP.findall(text):
            sent = int(moment)
            self._heard.extend((sent, now - sent))
        self._rest = text[text.rfind(b"\n") + 1 :]


@dataclass(frozen=True, slots=True)
class Delays:
    """
    What was heard in a span, in seconds.

    :ivar each: of each line to each reader, the least first.
    :ivar last: of each line to the last of its readers, the least first.
    :ivar readers: of a line, the least.
    """

    each: Sequence[float]
    last: Sequence[float]
    readers: int

    @classmethod
    def of(cls, heard: array[int], start: int, end: int) -> Delays:
        """
        :param heard: as ``Ears`` have filled it.
        :param start: nanoseconds: what was sent before does not count...
        :param end: ... nor what was sent after this.
        """
        lines: dict[int, list[int]] = {}
        for sent, delay in _pairs(heard):
            if start <= sent < end:
                lines.setdefault(sent, []).append(delay)
        return cls(
            each=sorted(delay / 1e9 for delays in lines.values() for delay in delays),
            last=sorted(max(delays) / 1e9 for delays in lines.values()),
            readers=min(map(len, lines.values()), default=0),
        )


def summary(values: Sequence[float]) -> tuple[float, float, float]:
    """
    :param values: the least first.
    :return: the median, that of which 99 of 100 are not more, and the worst; all 0 where there are none.
    """
    if not values:
        return 0.0, 0.0, 0.0
    return median(values), values[-(-len(values) * 99 // 100) - 1], values[-1]


def _pairs(heard: array[int]) -> Iterator[tuple[int, int]]:
    return zip(heard[::2], heard[1::2], strict=True)
