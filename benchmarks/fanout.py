"""
How many can watch, and what it costs: the daemon, a program that only writes, and Icecast, one after the other.

    .venv/bin/python -m benchmarks.fanout --viewers 1000 --seconds 20
    .venv/bin/python -m benchmarks.fanout --slow 0 --never-reading 0 --rounds 3
    .venv/bin/python -m benchmarks.fanout --profile firefox --servers onionstream sender

Each gets the same audience, on the loopback address, for the same time; the peers send as many bytes as the daemon did.
The figure that counts is the ratio of the servers' CPU times. It ends by itself, after some two minutes a round.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure import AGENTS, Plan, measure
from benchmarks.ours import daemon
from benchmarks.peers import icecast, sender
from benchmarks.ratios import OURS, Result, ratios, table
from benchmarks.server import MissingError, Pace, Server

SERVERS = (OURS, "sender", "icecast")


@contextmanager
def started(name: str, plan: Plan, pace: Pace) -> Iterator[Server]:
    """
    One of ``SERVERS``.

    :param pace: of the peers.
    :raises MissingError: it is not installed.
    """
    which = {
        OURS: lambda: daemon(plan.kilobits, plan.fragment),
        "sender": lambda: sender(pace),
        "icecast": lambda: icecast(pace, plan.viewers),
    }
    with which[name]() as server:
        yield server


def one_round(names: list[str], plan: Plan) -> Iterator[Result]:
    """
    Each server once.

    :param names: those that are not installed are taken out.
    """
    pace = plan.pace
    for name in tuple(names):
        try:
            with started(name, plan, pace) as server:
                print(f"  {server.name} …", file=sys.stderr, flush=True)
                result = measure(server, plan, numbered=name == OURS)
        except MissingError as missing:
            print(missing)
            names.remove(name)
            continue
        if name == OURS:
            pace = plan.paced(result.rate)
        yield result


def room_for(files: int) -> None:
    """Let this process and its children have so many open files; :raises SystemExit: they may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(files, hard, soft), max(files, hard)))
    except (ValueError, OSError):
        sys.exit(f"{files} open files are needed and {hard} allowed: ask for fewer viewers, or raise `ulimit -n`.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 2)[1])
    parser.add_argument("--viewers", type=int, default=1000, help="all together (1000)")
    parser.add_argument("--slow", type=float, default=10, help="percent of them read more slowly than it comes (10)")
    parser.add_argument("--never-reading", type=float, default=1, help="percent of them ask and never read (1)")
    parser.add_argument("--seconds", type=float, default=20, help="how long each is measured (20)")
    parser.add_argument("--bitrate", type=int, default=500, help="kbit/s of picture and sound (500)")
    parser.add_argument("--fragment", type=int, default=200, help="milliseconds in one (200)")
    parser.add_argument("--profile", choices=tuple(AGENTS), default="plain", help="of the players (plain)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured (1)")
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=SERVERS, help="which of them (all)")
    return parser.parse_args()


def main() -> None:
    """Run it; see the top of the file."""
    options = _options()
    plan, names = Plan.of(options), [name for name in SERVERS if name in options.servers]
    if plan.keeping_up < 1:
        sys.exit("Nobody is left who keeps up: fewer percent must be slow or never read.")
    room_for(plan.viewers + 200)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    print(plan)
    rounds = [list(one_round(names, plan)) for _ in range(options.rounds)]
    print(*table(rounds), *ratios(rounds), sep="\n")


if __name__ == "__main__":
    main()
