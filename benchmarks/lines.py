"""
What a line does to what goes through it: how late, how unevenly and how fast it arrives.

This module is pure: times are arguments, in seconds of one clock, and chance is a function that was handed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

QUEUE = 32 * 1024
"""Bytes that wait at the line's beginning at the most; a sender who has more has to keep it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    The kind of a line.

    :ivar delay: seconds from one end to the other.
    :ivar jitter: up to so many seconds more, another time for each piece.
    :ivar late: up to so many seconds more for a few pieces.
    :ivar late_share: how many those are, of 1.
    :ivar rate: bytes a second; 0: as many as come.
    """

    delay: float = 0.0
    jitter: float = 0.0
    late: float = 0.0
    late_share: float = 0.0
    rate: float = 0.0


TORISH = Shape(delay=0.25, jitter=0.06, late=0.7, late_share=0.004, rate=150_000)
"""Like a circuit through Tor of the better kind."""


class Lane:
    """
    One direction of a line; all its connections share it.

    :ivar shape: may be replaced at any time.
    :ivar still_until: nothing moves before.
    """

    def __init__(self, shape: Shape, chance: Callable[[], float]) -> None:
        """:param chance: from 0 to 1, another number each time."""
        self.shape = shape
        self.still_until = 0.0
        self._chance = chance
        self._free = 0.0

    def turn(self, came: float) -> float:
        """:return: when a piece that came at this time can set off."""
        return max(came, self._free, self.still_until)

    def send(self, size: int, now: float) -> float:
        """
        Let a piece set off.

        :param size: bytes.
        :return: when it arrives.
        """
        shape = self.shape
        self._free = now + (size / shape.rate if shape.rate else 0.0)
        late = shape.late * self._chance() if self._chance() < shape.late_share else 0.0
        return self._free + shape.delay + shape.jitter * self._chance() + late


class Flow:
    """The bytes of one connection in one direction: first they wait, then they are on their way, in order."""

    def __init__(self, lane: Lane) -> None:
        """:param lane: on which they go."""
        self._lane = lane
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._flying: deque[tuple[float, bytes]] = deque()
        self._last = 0.0

    @property
    def room(self) -> int:
        """Bytes that it takes now."""
        return max(0, QUEUE - sum(len(data) for _, data in self._waiting))

    @property
    def empty(self) -> bool:
        """Whether all has arrived."""
        return not self._waiting and not self._flying

    def put(self, data: bytes, now: float) -> None:
        """Take a piece in."""
        self._waiting.append((now, data))

    def take(self, now: float) -> bytes:
        """:return: what has arrived."""
        self._set_off(now)
        arrived = []
        while self._flying and max(self._flying[0][0], self._lane.still_until) <= now:
            arrived.append(self._flying.popleft()[1])
        return b"".join(arrived)

    def next(self) -> float:
        """:return: when there is something to do: a piece sets off, or arrives."""
        times = [self._lane.turn(self._waiting[0][0])] if self._waiting else []
        times += [max(self._flying[0][0], self._lane.still_until)] if self._flying else []
        return min(times, default=float("inf"))

    def _set_off(self, now: float) -> None:
        while self._waiting and (turn := self._lane.turn(self._waiting[0][0])) <= now:
            _, data = self._waiting.popleft()
            self._last = max(self._last, self._lane.send(len(data), turn))
            self._flying.append((self._last, data))
