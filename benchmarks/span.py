"""What a server and its audience have taken over a span of time, from looks at both of them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.audience import Audience, Habit, Look
from benchmarks.server import Load, Server


@dataclass(frozen=True, slots=True)
class Moment:
    """
    What both sides have taken so far.

    :ivar time: nanoseconds of the monotonic clock.
    :ivar audience: seconds of CPU time of this process, which the audience is.
    """

    time: int
    server: Load
    audience: float

    @classmethod
    def now(cls, server: Server) -> Moment:
        """Look."""
        return cls(time.monotonic_ns(), Load.of(server.pid), time.process_time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """
    When it was looked.

    :ivar empty: before anybody came.
    :ivar settled: when those who keep up had.
    :ivar begun: the beginning of the span...
    :ivar over: ... and its end.
    """

    empty: Moment
    settled: Moment
    begun: Moment
    over: Moment

    @property
    def seconds(self) -> float:
        """How long the span was."""
        return (self.over.time - self.begun.time) / 1e9

    @property
    def cpu(self) -> float:
        """Seconds of CPU time of the server, for each of the span."""
        return (self.over.server.cpu - self.begun.server.cpu) / self.seconds

    @property
    def audience(self) -> float:
        """The same of the audience."""
        return (self.over.audience - self.begun.audience) / self.seconds

    def memory(self, audience: Audience[Look]) -> tuple[float, float | None]:
        """:return: bytes for each who keeps up, and for each of the others, if there are any."""
        keeping_up = len(audience.of(Habit.KEEPS_UP))
        others = len(audience.viewers) - keeping_up
        grown = (self.settled.server.memory - self.empty.server.memory) / keeping_up
        return grown, (self.over.server.memory - self.settled.server.memory) / others if others else None


def cut(audience: Audience[Look]) -> tuple[int, int, int]:
    """:return: how many the server has put out: of those who keep up, are slow, never read."""
    habits = [one.habit for one in audience.cut()]
    return habits.count(Habit.KEEPS_UP), habits.count(Habit.SLOW), habits.count(Habit.SILENT)
