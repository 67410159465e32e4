"""What was measured of a chat's delays, as a table to read."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.hearing import Delays, summary
from benchmarks.report import spread

_PAUSE = 0.5
"""Seconds without anything new after which a page has begun."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """
    Of a live page.

    :ivar size: bytes until it has said all that it knows.
    :ivar seconds: after the request.
    """

    size: int
    seconds: float

    @classmethod
    def of(cls, port: int, request: bytes) -> Beginning:
        """Ask for one, and read until nothing more comes."""
        with socket.create_connection(("127.0.0.1", port), timeout=_PAUSE) as link:
            begun = last = time.monotonic()
            size = 0
            link.sendall(request)
            with suppress(TimeoutError):
                while data := link.recv(1 << 18):
                    size += len(data)
                    last = time.monotonic()
        return cls(size, last - begun)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """
    One server in one round.

    :ivar delays: of those who keep up.
    :ivar seconds: that were measured.
    :ivar cpu: of the server, as a share of one core.
    :ivar audience: the same for the audience; near 1, it is the audience that was measured.
    :ivar line: bytes that came to a reader for each line, with all else that came meanwhile.
    :ivar begin: what a page begins with; ``None``: the peer's have no beginning.
    :ivar memory: bytes that the server grew by for each reader who keeps up...
    :ivar others: ... and for each other one, if there were any.
    :ivar cut: how many who keep up, are slow, and never read were cut.
    """

    server: str
    delays: Delays
    seconds: float
    cpu: float
    audience: float
    line: float
    begin: Beginning | None
    memory: float
    others: float | None
    cut: tuple[int, int, int]


def table(rounds: Sequence[tuple[Heard, Heard]]) -> Iterator[str]:
    """:return: a row for each figure: medians over the rounds, and from the least to the most."""
    names = [one.server for one in rounds[0]]
    yield _row("", names)
    for name, figure in _FIGURES.items():
        yield _row(name, [spread([figure(each[number]) for each in rounds], 1) for number in range(len(names))])
    yield from (
        f"{name}, ours / {names[1]}: {spread([_ratio(figure, *each) for each in rounds], 1)}"
        for name, figure in (("p99 of the delay", _p99), ("server's CPU", _cpu))
    )


def _row(name: str, values: Sequence[str]) -> str:
    return f"{name:44}" + "".join(f"{value:>26}" for value in values)


def _ratio(figure: Callable[[Heard], float], ours: Heard, peer: Heard) -> float | None:
    return figure(ours) / figure(peer) if figure(peer) else None


def _p99(one: Heard) -> float:
    return summary(one.delays.each)[1] * 1000


def _cpu(one: Heard) -> float:
    return one.cpu * 100


_FIGURES: dict[str, Callable[[Heard], float | None]] = {
    "delay, ms: median": lambda one: summary(one.delays.each)[0] * 1000,
    "  of 99 % not more than (wanted: 100)": _p99,
    "  the worst": lambda one: summary(one.delays.each)[2] * 1000,
    "delay to the last reader, ms: median": lambda one: summary(one.delays.last)[0] * 1000,
    "  of 99 % of the lines not more than": lambda one: summary(one.delays.last)[1] * 1000,
    "  the worst line": lambda one: summary(one.delays.last)[2] * 1000,
    "lines": lambda one: len(one.delays.last),
    "  each heard by, at the least": lambda one: one.delays.readers,
    "server's CPU, % of a core": _cpu,
    "  ms for a line": lambda one: one.cpu * one.seconds * 1000 / max(1, len(one.delays.last)),
    "audience's CPU, % of a core": lambda one: one.audience * 100,
    "bytes for a line": lambda one: one.line,
    "kB for each who keeps up": lambda one: one.memory / 1000,
    "kB for each other one": lambda one: None if one.others is None else one.others / 1000,
    "kB that a page begins with": lambda one: None if one.begin is None else one.begin.size / 1000,
    "  ms until they are there": lambda one: None if one.begin is None else one.begin.seconds * 1000,
    "cut of those who keep up": lambda one: one.cut[0],
    "  of the slow": lambda one: one.cut[1],
    "  of those who never read": lambda one: one.cut[2],
}
