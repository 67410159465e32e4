"""One server with its audience: what it takes, and what the audience gets."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.audience import Audience, Habit
from benchmarks.ratios import Result
from benchmarks.reading import Reading
from benchmarks.server import Pace, Server
from benchmarks.span import Moment, Moments, cut

AGENTS = {
    "plain": "benchmark",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}

SETTLING = {"plain": 4.0, "firefox": 13.0}
"""Seconds from the last viewer's coming to the span: in Firefox's profile the first 10 s have times of their own."""

JOINING = 3.0
"""Seconds between the coming of the others and the span."""

LOOKED_AT = 10
"""How many viewers' gzip streams are unpacked and looked into; without gzip all are looked into."""

SLOW = 0.6
"""The share of the stream's bytes that a slow viewer reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What each server is given.

    :ivar kilobits: a second, of picture and sound.
    :ivar fragment: milliseconds.
    :ivar seconds: of the span.
    :ivar profile: of the players.
    """

    keeping_up: int
    slow: int
    silent: int
    kilobits: int
    fragment: int
    seconds: float
    profile: str

    @classmethod
    def of(cls, options: argparse.Namespace) -> Plan:
        """From the command line."""
        slow = round(options.viewers * options.slow / 100)
        silent = round(options.viewers * options.never_reading / 100)
        return cls(
            keeping_up=options.viewers - slow - silent,
            slow=slow,
            silent=silent,
            kilobits=options.bitrate,
            fragment=options.fragment,
            seconds=options.seconds,
            profile=options.profile,
        )

    @property
    def viewers(self) -> int:
        """How many there are."""
        return self.keeping_up + self.slow + self.silent

    @property
    def pace(self) -> Pace:
        """Of a stream without any overhead."""
        return self.paced(self.kilobits * 125)

    def paced(self, rate: float) -> Pace:
        """:param rate: bytes a second."""
        return Pace(round(rate * self.fragment / 1000), self.fragment / 1000)

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.viewers} viewers, profile {self.profile}: {self.keeping_up} keep up, {self.slow} read {SLOW:.0%}, "
            f"{self.silent} never read; {self.kilobits} kbit/s, fragments of {self.fragment} ms, {self.seconds:.0f} s"
        )


def measure(server: Server, plan: Plan, *, numbered: bool) -> Result:
    """
    One server with its audience.

    :param numbered: it sends our fragments, which can be looked into.
    """
    request = f"GET /stream.mp4 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {AGENTS[plan.profile]}\r\n\r\n".encode()
    audience = Audience[Reading](server.port, SLOW * plan.kilobits * 125, lambda _: request)
    try:
        empty = Moment.now(server)
        look = _looks(plan, numbered=numbered)
        audience.join(Habit.KEEPS_UP, plan.keeping_up, look)
        audience.watch(SETTLING[plan.profile])
        settled = Moment.now(server)
        audience.join(Habit.SLOW, plan.slow, lambda number: look(number + plan.keeping_up))
        audience.join(Habit.SILENT, plan.silent, lambda _: None)
        audience.watch(JOINING)
        audience.begin_span()
        seen: dict[int, int] = {}
        for one in audience.viewers:
            if one.reading is not None:
                one.reading.start_over(seen)
        begun = Moment.now(server)
        audience.watch(plan.seconds)
        moments = Moments(empty=empty, settled=settled, begun=begun, over=Moment.now(server))
        return _result(server.name, audience, moments)
    finally:
        audience.leave()


def _looks(plan: Plan, *, numbered: bool) -> Callable[[int], Reading | None]:
    """:return: who looks into what the how manieth viewer gets."""
    gzip, seen = plan.profile == "firefox", dict[int, int]()
    most = 0 if not numbered else LOOKED_AT if gzip else plan.viewers

    def look(number: int) -> Reading | None:
        return Reading(seen, gzip=gzip) if number < most else None

    return look


def _result(name: str, audience: Audience[Reading], moments: Moments) -> Result:
    seconds, keeping_up = moments.seconds, audience.of(Habit.KEEPS_UP)
    memory, others = moments.memory(audience)
    rates = [one.got / seconds for one in keeping_up]
    readings = [one.reading for one in audience.viewers if one.reading is not None]
    missed = [one.reading.missed for one in keeping_up if one.reading is not None]
    return Result(
        server=name,
        cpu=moments.cpu,
        audience=moments.audience,
        rate=median(rates),
        slowest=min(rates),
        total=sum(one.got for one in audience.viewers) / seconds,
        memory=memory,
        memory_of_others=others,
        cut=cut(audience),
        missed=sum(missed) if readings else None,
        wrong=sum(one.wrong for one in readings) if readings else None,
        looked_at=sum(one.fragments for one in readings) if readings else None,
    )
