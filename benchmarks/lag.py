"""
How late the daemon's reactor is: run twistd with a timer that looks at the clock a hundred times a second.

    python lag.py FILE twistd ...

When it ends it writes into the file, by turns: when it looked, how late that was, and how much of that the daemon
itself has worked and not waited for a processor; in nanoseconds.
"""

from __future__ import annotations

import sys
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

from twisted.scripts import twistd

EVERY = 0.01
"""Seconds between two looks."""


def watch(file: Path) -> None:
    """Begin as soon as the reactor runs: before that it has another clock (``tap``)."""
    from twisted.internet import reactor  # when twistd wants it

    seen = array("q")
    clock: object = reactor

    def look(due: int, worked: int) -> None:
        now, late = time.monotonic_ns(), time.monotonic_ns() - due
        seen.extend((now, late, min(late, time.process_time_ns() - worked)))
        wait()

    def wait() -> None:
        due = time.monotonic_ns() + int(EVERY * 1e9)
        clock.callLater(EVERY, look, due, time.process_time_ns())  # type: ignore[attr-defined]

    clock.callWhenRunning(wait)  # type: ignore[attr-defined]
    clock.addSystemEventTrigger("after", "shutdown", lambda: file.write_bytes(seen.tobytes()))  # type: ignore[attr-defined]


def lateness(file: Path, start: int, end: int, *, own: bool = False) -> list[float]:
    """
    :param start: nanoseconds of the monotonic clock...
    :param end: ... between which it counts.
    :param own: count only what the daemon itself has worked; on a busy machine the rest says nothing of it.
    :return: how late something would have been that was due at any of the moments between, in seconds, the least first:
        a reactor that stands still for a second is late for all that was due in it, and not only once.
    """
    seen = array("q", file.read_bytes())
    looks = zip(seen[::3], seen[1 + own :: 3], strict=True)
    return sorted(late for now, most in looks if start <= now < end for late in _all_of(most / 1e9))


def _all_of(most: float) -> Iterator[float]:
    while most >= 0:
        yield most
        most -= EVERY


if __name__ == "__main__":
    out, sys.argv = Path(sys.argv[1]), sys.argv[2:]
    watch(out)
    twistd.run()
