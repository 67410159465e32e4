"""
What somebody who guesses the broadcaster's password does to those who watch: a hundred wrong ones.

    .venv/bin/python -m benchmarks.guessing
    .venv/bin/python -m benchmarks.guessing --within 0

First nobody guesses; then guesses come by the socket that is tor's, each over a circuit of its own; then from this
machine, where nobody is asked for captchas. Each time the broadcaster logs in a second after them, with the right one.
The figures that count are the ratios to the time before, with the same audience. It ends by itself, after two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from benchmarks import lag
from benchmarks.audience import Audience, Habit
from benchmarks.fanout import room_for
from benchmarks.hearing import summary
from benchmarks.ours import daemon
from benchmarks.server import Load, Server
from benchmarks.talking import Person, Way
from onionstream.files import passwordfile

VIDEO, FRAGMENT = 100, 200
"""kbit/s of the stream, and milliseconds of a fragment."""

PASSWORD = "correct horse battery"
"""The right one: chosen, and so slow to try."""

CIRCUIT = 0x300000
"""The first guesser's number."""

_LOOK = 0.1  # seconds between two looks at the daemon's memory
_GUESSES = {"nobody guesses": "", "over circuits": "circuits", "on this machine": "here"}


class Gaps:
    """
    The longest time for which one viewer got nothing.

    :ivar longest: seconds, since ``begin``.
    """

    __slots__ = ("_last", "longest")

    def __init__(self) -> None:
        """He has just come."""
        self.begin()

    def begin(self) -> None:
        """From now on it counts."""
        self.longest = 0.0
        self._last = time.monotonic()

    def feed(self, _: bytes | memoryview = b"") -> None:
        """Something has come, or the time is over."""
        now = time.monotonic()
        self.longest = max(self.longest, now - self._last)
        self._last = now


@dataclass
class Attempts:
    """
    What becomes of those who want to log in.

    :ivar answers: to guesses, by status; 0: the connection was cut.
    :ivar login: seconds until the broadcaster was in; ``None``: he was not.
    """

    answers: Counter[int] = field(default_factory=Counter)
    login: float | None = None

    async def run(self, server: Server, where: str, moments: Sequence[float]) -> None:
        """A guess at each of these seconds, if there are to be any; and the broadcaster after the first second."""
        ways = [(_way(server, where, number), moment) for number, moment in enumerate(moments) if where]
        await asyncio.gather(self._log_in(server), *(self._guess(*way) for way in ways))

    async def _guess(self, way: Way, moment: float) -> None:
        await asyncio.sleep(moment)
        self.answers[(await _try(Person(way), f"wrong horse {moment}"))] += 1

    async def _log_in(self, server: Server) -> None:
        await asyncio.sleep(1)
        begun, person = time.monotonic(), Person(Way(server.port))
        while (status := await _try(person, PASSWORD)) != 303:
            if status not in (429, 503):
                return
            await asyncio.sleep(0.5)
        self.login = time.monotonic() - begun


def _way(server: Server, where: str, number: int) -> Way:
    return Way(server.port) if where == "here" else Way(0, server.socket, CIRCUIT + number)


async def _try(person: Person, password: str) -> int:
    """:return: the status of the answer."""
    body = urlencode({"user": "broadcaster", "password": password}).encode()
    answer = await person.ask(b"POST", "/login", b"Accept: text/html\r\n", body)
    person.leave()
    return answer.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """
    A stretch of the run.

    :ivar start: seconds of the monotonic clock...
    :ivar end: ... as this.
    :ivar cpu: of the daemon, as a share of one core.
    :ivar memory: bytes that the daemon takes at the most.
    :ivar gaps: seconds: each viewer's longest, the least first.
    :ivar lines: of the log.
    """

    start: float
    end: float
    cpu: float
    memory: int
    gaps: Sequence[float]
    lines: int
    attempts: Attempts


def span(server: Server, audience: Audience[Gaps], where: str, options: argparse.Namespace) -> Span:
    """The same audience for the same time, while somebody guesses or nobody does."""
    attempts = Attempts()
    moments = [number * options.within / options.guesses for number in range(options.guesses)]
    trying = threading.Thread(target=lambda: asyncio.run(attempts.run(server, where, moments)))
    log = server.socket.parent.parent / "output.txt"
    looks = [reading for viewer in audience.viewers if (reading := viewer.reading) is not None]
    for look in looks:
        look.begin()
    begun, start, lines, most = Load.of(server.pid), time.monotonic(), _lines(log), 0
    trying.start()
    while time.monotonic() < start + options.seconds or trying.is_alive():
        audience.watch(_LOOK)
        most = max(most, Load.of(server.pid).memory)
    over, end = Load.of(server.pid), time.monotonic()
    for look in looks:
        look.feed()
    return Span(
        start=start,
        end=end,
        cpu=(over.cpu - begun.cpu) / (end - start),
        memory=most,
        gaps=sorted(look.longest for look in looks),
        lines=_lines(log) - lines,
        attempts=attempts,
    )


def _lines(log: Path) -> int:
    return log.read_bytes().count(b"\n")


def play(server: Server, options: argparse.Namespace) -> list[Span]:
    """:return: a span without guesses, and two with them."""
    passwordfile.keep(server.socket.parent, PASSWORD)
    os.kill(server.pid, signal.SIGHUP)
    request = b"GET /stream.mp4 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\n\r\n"
    audience = Audience[Gaps](server.port, 0.0, lambda _: request)
    try:
        audience.join(Habit.KEEPS_UP, options.viewers, lambda _: Gaps())
        audience.watch(options.seconds / 2)
        spans = [span(server, audience, where, options) for where in _GUESSES.values()]
        if cut := audience.cut():
            raise RuntimeError(f"{len(cut)} viewers were cut")
        return spans
    finally:
        audience.leave()


def report(spans: Sequence[Span], late: Path) -> Iterator[str]:
    """:param late: what ``lag`` has written."""
    yield f"{'':44}" + "".join(f"{name:>26}" for name in _GUESSES)
    for name, figure in _FIGURES.items():
        first = figure(spans[0], late)
        cells = (f"{(value := figure(one, late)):.1f} ({value / first if first else 0:.2f})" for one in spans)
        yield f"{name:44}" + "".join(f"{cell:>26}" for cell in cells)
    for name, one in zip(_GUESSES, spans, strict=True):
        login = "did not get in" if one.attempts.login is None else f"was in after {one.attempts.login * 1000:.0f} ms"
        answers = ", ".join(f"{count} times {status}" for status, count in sorted(one.attempts.answers.items()))
        yield f"{name}: the broadcaster {login}; {one.lines} lines in the log; answers to guesses: {answers or 'none'}"


def _late(which: int, *, own: bool = False) -> Callable[[Span, Path], float]:
    def figure(one: Span, late: Path) -> float:
        return summary(lag.lateness(late, int(one.start * 1e9), int(one.end * 1e9), own=own))[which] * 1000

    return figure


def _gap(which: int) -> Callable[[Span, Path], float]:
    return lambda one, _: summary(one.gaps)[which] * 1000


_FIGURES: dict[str, Callable[[Span, Path], float]] = {
    "longest time without video, ms: median": _gap(0),
    "  of 99 % of viewers not more than": _gap(1),
    "  of the worst": _gap(2),
    "the daemon's timers late, ms: 99 %": _late(1),
    "  the worst": _late(2),
    "  by its own work, of 99 % not more than": _late(1, own=True),
    "daemon's CPU, % of a core": lambda one, _: one.cpu * 100,
    "daemon's memory at the most, MB": lambda one, _: one.memory / 1e6,
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 2)[1])
    parser.add_argument("--viewers", type=int, default=500, help="who watch (500)")
    parser.add_argument("--guesses", type=int, default=100, help="wrong passwords (100)")
    parser.add_argument("--within", type=float, default=10, help="seconds in which they come; 0: all at once (10)")
    parser.add_argument("--seconds", type=float, default=20, help="how long each is measured (20)")
    return parser.parse_args()


def main() -> None:
    """Run it; see the top of the file."""
    options = _options()
    room_for(options.viewers + options.guesses)
    with TemporaryDirectory(prefix="o-") as folder:
        late = Path(folder, "late")
        with daemon(VIDEO, FRAGMENT, wrapper=(sys.executable, lag.__file__, str(late))) as server:
            spans = play(server, options)
        print(*report(spans, late), sep="\n")


if __name__ == "__main__":
    main()
