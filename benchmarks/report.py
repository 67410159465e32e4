"""
Several runs' figures as text: the median, and from the least to the most.

This module is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from benchmarks.events import Event
from benchmarks.seen import FREEZE, Seen

SPAN = 2
"""Seconds of one row of the table."""

LAST = 10.0
"""Seconds at the end of a run that count for the last line."""

SETTLED = 3.0
"""Seconds before an event, or the end, in which the delay is taken as the one that was reached."""


def spread(values: Sequence[float | None], digits: int = 0) -> str:
    """
    :param values: of each run; none: it has none.
    :return: ``median (least to most)``, or only the value where all are the same, or a dash.
    """
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    middle, least, most = (f"{value:.{digits}f}" for value in (median(known), min(known), max(known)))
    text = middle if least == most else f"{middle} ({least} to {most})"
    return text if len(known) == len(values) else f"{text}, in {len(known)} of {len(values)}"


def table(runs: Sequence[Seen]) -> Iterator[str]:
    """:return: a row for every two seconds."""
    yield f"{'from':>6}   {'delay ms':26}  {'frames/s':20}  longest pause s"
    for start in range(0, int(runs[0].seconds), SPAN):
        end = start + SPAN
        delays = spread([run.delay(start, end) for run in runs])
        rates = spread([run.rate(start, end) for run in runs], 1)
        yield f"{start:6d}   {delays:26}  {rates:20}  {spread([run.longest(start, end) for run in runs], 2)}"


def segments(runs: Sequence[Seen], events: Sequence[Event]) -> Iterator[str]:
    """:return: a sentence for the time before the first event, and for each from one to the next."""
    ordered = sorted(events, key=lambda event: event.at)
    ends = [*(event.at for event in ordered), runs[0].seconds]
    if ordered:
        yield f"before {ordered[0].text}: {_reached(runs, ends[0])}"
    for event, (start, end) in zip(ordered, pairwise(ends), strict=True):
        pause = spread([run.begun(start, end) for run in runs], 2)
        yield f"after {event.text}: a pause of {pause} s, then {_reached(runs, end)}"


def summary(runs: Sequence[Seen], events: Sequence[Event]) -> Iterator[str]:
    """:return: all that several runs of the same kind have to say."""
    yield from table(runs)
    yield f"first picture after {spread([run.first for run in runs], 2)} s, with the browser's start"
    yield from segments(runs, events)
    freezes = [run.freezes() for run in runs]
    yield f"freezes over {FREEZE} s after the first second: {', '.join(str(len(one)) for one in freezes)}"
    for number, pauses in enumerate(freezes, 1):
        if pauses:
            yield f"  run {number}: {', '.join(f'{one.length:.2f} s at {one.at:.1f} s' for one in pauses)}"
    end = runs[0].seconds
    yield f"last {LAST:.0f} s: {_over(runs, lambda run: max(0.0, run.seconds - LAST), end)}"


def _reached(runs: Sequence[Seen], end: float) -> str:
    return _over(runs, lambda _: max(0.0, end - SETTLED), end)


def _over(runs: Sequence[Seen], start: Callable[[Seen], float], end: float) -> str:
    delays = spread([run.delay(start(run), end) for run in runs])
    rates = spread([run.rate(start(run), end) for run in runs], 1)
    return f"delay {delays} ms, {rates} frames a second"
