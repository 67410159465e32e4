"""What was measured, as a table to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

OURS = "onionstream"
"""Our server's name."""

WANTED = {"sender": 2.5, "Icecast": 0.25}
"""How many times its CPU time ours may be, by the first word of a peer's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    One server in one round.

    :ivar server: its name.
    :ivar cpu: of the server, as a share of one core.
    :ivar audience: the same for the audience; near 1, it is the audience that was measured.
    :ivar rate: bytes a second that came to a viewer who keeps up; the median of them.
    :ivar slowest: the least of them.
    :ivar total: bytes a second that came to all viewers.
    :ivar memory: bytes that the server grew by for each viewer who keeps up.
    :ivar memory_of_others: the same for each who is slow or does not read.
    :ivar cut: how many viewers who keep up, are slow, and never read were cut.
    :ivar missed: fragments that viewers who keep up did not get; none: they have no numbers.
    :ivar wrong: fragments that were not as others got them.
    :ivar looked_at: fragments that were looked at.
    """

    server: str
    cpu: float
    audience: float
    rate: float
    slowest: float
    total: float
    memory: float
    memory_of_others: float | None = None
    cut: tuple[int, int, int] = (0, 0, 0)
    missed: int | None = None
    wrong: int | None = None
    looked_at: int | None = None


def table(rounds: Sequence[Sequence[Result]]) -> Iterator[str]:
    """
    :param rounds: the results of each; the same servers in all, and in the same order.
    :return: a row for each figure and a column for each server: medians, but for the counts sums.
    """
    columns = [list(column) for column in zip(*rounds, strict=True)]
    yield _row("", [column[0].server for column in columns])
    for name, figure in _FIGURES.items():
        yield _row(name, [figure(column) for column in columns])


def ratios(rounds: Sequence[Sequence[Result]]) -> Iterator[str]:
    """
    :param rounds: as for ``table``; ours is the first server, if it is there.
    :return: a line for each peer: how much CPU time ours took for each second of the peer's. None where ours was not
        measured.
    """
    ours, *others = (list(column) for column in zip(*rounds, strict=True))
    if ours[0].server != OURS:
        return
    for peer in others:
        each = [one.cpu / other.cpu if other.cpu else inf for one, other in zip(ours, peer, strict=True)]
        name = peer[0].server
        spread = f" (from {min(each):.2f} to {max(each):.2f})" if len(each) > 1 else ""
        wanted = WANTED[name.split()[0]]
        yield f"CPU of {ours[0].server} / {name}: {median(each):.2f}{spread}; wanted: at most {wanted}"


def _row(name: str, values: Sequence[str]) -> str:
    return f"{name:38}" + "".join(f"{value:>16}" for value in values)


def _middle(of: Callable[[Result], float | None], unit: float = 1, digits: int = 0) -> Callable[[list[Result]], str]:
    """:return: what writes the median of a figure, divided by ``unit``."""

    def write(results: list[Result]) -> str:
        values = [value for result in results if (value := of(result)) is not None]
        return f"{median(values) / unit:.{digits}f}" if values else "-"

    return write


def _sum(of: Callable[[Result], int | None]) -> Callable[[list[Result]], str]:
    """:return: what writes the sum of a count."""

    def write(results: list[Result]) -> str:
        values = [value for result in results if (value := of(result)) is not None]
        return f"{sum(values)}" if values else "-"

    return write


_FIGURES: dict[str, Callable[[list[Result]], str]] = {
    "server's CPU, % of a core": _middle(lambda one: one.cpu, 0.01, 1),
    "audience's CPU, % of a core": _middle(lambda one: one.audience, 0.01, 1),
    "kbit/s to each who keeps up": _middle(lambda one: one.rate, 125),
    "  to the one who got the least": _middle(lambda one: one.slowest, 125),
    "Mbit/s to all together": _middle(lambda one: one.total, 125_000),
    "kB for each who keeps up": _middle(lambda one: one.memory, 1000, 1),
    "kB for each other one": _middle(lambda one: one.memory_of_others, 1000, 1),
    "cut of those who keep up": _sum(lambda one: one.cut[0]),
    "  of the slow": _sum(lambda one: one.cut[1]),
    "  of those who never read": _sum(lambda one: one.cut[2]),
    "fragments missed by those who keep up": _sum(lambda one: one.missed),
    "  not as others got them": _sum(lambda one: one.wrong),
    "  looked at": _sum(lambda one: one.looked_at),
}
