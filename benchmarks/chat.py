"""
How soon everybody reads what somebody has said: the daemon's live page, and a program that only writes the same bytes.

    .venv/bin/python -m benchmarks.chat
    .venv/bin/python -m benchmarks.chat --rounds 3
    .venv/bin/python -m benchmarks.chat --slow 5 --never-reading 5 --seconds 80 --characters 500

Everybody has a cookie of his own and the live page open, on the loopback address; one person talks, with the form of
the page. The delay is from the moment at which the form is sent until the last byte of the line is there, at each
reader. It ends by itself, after a minute and a half a round.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.audience import Audience, Habit
from benchmarks.fanout import room_for
from benchmarks.heard import Beginning, Heard, table
from benchmarks.hearing import Delays, Ears
from benchmarks.ours import daemon
from benchmarks.peers import sender
from benchmarks.server import Pace, Server, running
from benchmarks.span import Moment, Moments, cut
from benchmarks.speaker import speak
from benchmarks.talking import Person, Way

HISTORY = 100
"""Messages that a live page begins with."""

VIDEO = 500
"""kbit/s of the stream that goes on beside the chat, and which nobody watches here."""

SETTLING = 18.0
"""Seconds before the span: by then each reader has been told that he does not have the video open."""

SHARE = 0.6
"""Of what comes, as much is read by who is slow."""

_FRAGMENT = 100
"""Milliseconds of one of the video's."""

_MARKUP = 150
"""Bytes of a line beside its text, nearly."""

_FREE = """
[chat]
between = 0
burst = 100
burst_seconds = 1
burst_lines = 1000
[captcha]
when = "never"
"""
"""One person may say ten lines a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What each server is given.

    :ivar every: milliseconds from one line to the next.
    :ivar characters: of a line.
    :ivar seconds: of the span.
    """

    keeping_up: int
    slow: int
    silent: int
    every: int
    characters: int
    seconds: float

    @classmethod
    def of(cls, options: argparse.Namespace) -> Plan:
        """From the command line."""
        slow = round(options.readers * options.slow / 100)
        silent = round(options.readers * options.never_reading / 100)
        return cls(
            keeping_up=options.readers - slow - silent,
            slow=slow,
            silent=silent,
            every=options.every,
            characters=options.characters,
            seconds=options.seconds,
        )

    @property
    def readers(self) -> int:
        """How many there are."""
        return self.keeping_up + self.slow + self.silent

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.readers} open live pages: {self.keeping_up} keep up, {self.slow} read {SHARE:.0%}, {self.silent} "
            f"never read; a line of {self.characters} characters every {self.every} ms, {self.seconds:.0f} s"
        )


def measure(server: Server, plan: Plan, *, ours: bool) -> Heard:
    """
    One server with its audience.

    :param ours: its readers have cookies, and somebody talks; the peer talks by itself.
    """
    requests = asyncio.run(_prepare(server.port, plan)) if ours else [_request(b"")] * plan.readers
    begin = Beginning.of(server.port, requests[0]) if ours else None
    heard = array("q")
    rate = SHARE * (plan.characters + _MARKUP) * 1000 / plan.every
    audience = Audience[Ears](server.port, rate, requests.__getitem__)
    try:
        empty = Moment.now(server)
        audience.join(Habit.KEEPS_UP, plan.keeping_up, lambda _: Ears(heard))
        audience.watch(2)
        settled = Moment.now(server)
        audience.join(Habit.SLOW, plan.slow, lambda _: None)
        audience.join(Habit.SILENT, plan.silent, lambda _: None)
        audience.watch(SETTLING if ours else 1)
        with _talk(server.port, plan) if ours else nullcontext():
            audience.watch(1)
            audience.begin_span()
            begun = Moment.now(server)
            audience.watch(plan.seconds)
            over = Moment.now(server)
            audience.watch(0.5)
        moments = Moments(empty=empty, settled=settled, begun=begun, over=over)
        return _result(server.name, audience, begin, moments, heard)
    finally:
        audience.leave()


def _request(cookie: bytes) -> bytes:
    return b"GET /live HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % cookie


async def _prepare(port: int, plan: Plan) -> list[bytes]:
    """:return: the requests of people who were here already; and enough was said for a page's beginning."""
    await speak(port, 0, plan.characters, HISTORY)
    requests = []
    for _ in range(plan.readers):
        person = Person(Way(port))
        await person.arrive()
        person.leave()
        requests.append(_request(person.cookie))
    return requests


@contextmanager
def _talk(port: int, plan: Plan) -> Iterator[None]:
    """Somebody talks, in a process of his own; :raises RuntimeError: he was not let."""
    command = (sys.executable, "-m", "benchmarks.speaker", str(port), str(plan.every), str(plan.characters))
    with TemporaryDirectory(prefix="o-") as folder:
        log = Path(folder, "log")
        with running(command, log) as process:
            yield
            if process.poll() is not None:
                raise RuntimeError(f"the speaker has ended: {log.read_text()}")


def _result(
    name: str,
    audience: Audience[Ears],
    begin: Beginning | None,
    moments: Moments,
    heard: array[int],
) -> Heard:
    delays = Delays.of(heard, moments.begun.time, moments.over.time)
    memory, others = moments.memory(audience)
    return Heard(
        server=name,
        delays=delays,
        seconds=moments.seconds,
        cpu=moments.cpu,
        audience=moments.audience,
        line=median(one.got for one in audience.of(Habit.KEEPS_UP)) / max(1, len(delays.last)),
        begin=begin,
        memory=memory,
        others=others,
        cut=cut(audience),
    )


def one_round(plan: Plan) -> tuple[Heard, Heard]:
    """:return: ours, and the peer's, which sends as many bytes at the same times."""
    with daemon(VIDEO, _FRAGMENT, _FREE) as server:
        print(f"  {server.name} …", file=sys.stderr, flush=True)
        ours = measure(server, plan, ours=True)
    with sender(Pace(round(ours.line), plan.every / 1000), stamped=True) as server:
        print(f"  {server.name} …", file=sys.stderr, flush=True)
        return ours, measure(server, plan, ours=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 2)[1])
    parser.add_argument("--readers", type=int, default=1000, help="all together (1000)")
    parser.add_argument("--slow", type=float, default=0, help="percent of them read more slowly than it comes (0)")
    parser.add_argument("--never-reading", type=float, default=0, help="percent of them ask and never read (0)")
    parser.add_argument("--seconds", type=float, default=20, help="how long each is measured (20)")
    parser.add_argument("--every", type=int, default=100, help="milliseconds from one line to the next (100)")
    parser.add_argument("--characters", type=int, default=80, help="of a line, 40 to 512 (80)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured (1)")
    return parser.parse_args()


def main() -> None:
    """Run it; see the top of the file."""
    plan = Plan.of(options := _options())
    if plan.keeping_up < 1:
        sys.exit("Nobody is left who keeps up: fewer percent must be slow or never read.")
    room_for(plan.readers + 200)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    print(plan, flush=True)
    print(*table([one_round(plan) for _ in range(options.rounds)]), sep="\n")


if __name__ == "__main__":
    main()
