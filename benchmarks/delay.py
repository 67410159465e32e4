"""
How late the picture is: a real browser without scripts, and the wall clock that the test source draws into the picture.

    .venv/bin/python -m benchmarks.delay --browser firefox --seconds 30 --runs 5
    .venv/bin/python -m benchmarks.delay --seconds 40 --at 15=kill --at 25=stall:3 --at 33=size:480x270

Every run starts a daemon, an X screen and a browser of its own; the pixels are read from the framebuffer 100 times a
second. The delay is from the moment at which ffmpeg stamped the picture to the moment at which it was seen.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.real.browser import Browser
from tests.real.clockcode import Rectangle, contained, delay_ms, read_code
from tests.real.daemon import Daemon
from tests.real.profiles import Habits
from tests.real.screen import Screen

WIDTH, HEIGHT = 640, 360
LOOKS = 0.01
"""Seconds between two looks at the screen."""

SPAN = 2
"""Seconds of one row of the table."""

CONFIG = """
[source.test]
code = true
[video]
size = "{size}"
preset = "veryfast"
"""


@dataclass(slots=True)
class Seen:
    """
    What was on the screen.

    :ivar frames: seconds since the browser was started, and the delay in ms, of each new frame.
    """

    frames: list[tuple[float, float]] = field(default_factory=list)

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """The frames of some seconds."""
        return [one for one in self.frames if start <= one[0] < end]

    def freezes(self, start: float, end: float, longest: float = 0.25) -> list[float]:
        """Seconds of each pause that was longer."""
        gaps = (after[0] - before[0] for before, after in pairwise(self.between(start, end)))
        return [gap for gap in gaps if gap > longest]

    def table(self, seconds: float) -> str:
        """A row for every two seconds."""
        rows = ["   from   delay ms   frames/s   longest pause s"]
        for start in range(0, int(seconds), SPAN):
            frames = self.between(start, start + SPAN)
            if frames:
                pause = max([0.0, *self.freezes(start - SPAN, start + SPAN, 0)])
                delay = median(one[1] for one in frames)
                rows.append(f"{start:7d}   {delay:8.0f}   {len(frames) / SPAN:8.1f}   {pause:15.2f}")
            else:
                rows.append(f"{start:7d}          -        0.0                 -")
        return "\n".join(rows)


@dataclass(frozen=True, slots=True)
class Event:
    """
    Something that happens to the stream.

    :ivar at: seconds after the browser's start.
    :ivar what: ``kill`` (the encoder), ``stall:SECONDS`` (the daemon stands still), or ``size:WIDTHxHEIGHT``.
    """

    at: float
    what: str

    @classmethod
    def parse(cls, text: str) -> Event:
        """Read ``15=kill``."""
        at, _, what = text.partition("=")
        return cls(float(at), what)

    def happen(self, daemon: Daemon) -> list[Event]:
        """Do it; :return: what is to follow."""
        kind, _, value = self.what.partition(":")
        if kind == "kill":
            os.kill(daemon.encoder()[0], signal.SIGKILL)
        elif kind == "size":
            daemon.config.write_text(CONFIG.format(size=value))
            daemon.signal(signal.SIGHUP)
        elif kind == "stall":
            daemon.signal(signal.SIGSTOP)
            return [Event(self.at + float(value), "go on")]
        elif kind == "go on":
            daemon.signal(signal.SIGCONT)
        else:
            raise ValueError(f"no such event: {self.what}")
        return []


def watch(start: Callable[[Screen, str], Browser], query: str, seconds: float, events: Sequence[Event]) -> Seen:
    """
    One run.

    :param start: starts the browser.
    :param query: of the player's address.
    :param seconds: how long to look.
    :param events: what happens meanwhile.
    """
    with TemporaryDirectory(prefix="o-") as folder:
        daemon = Daemon(Path(folder), CONFIG.format(size=f"{WIDTH}x{HEIGHT}"))
        screen = Screen.start(WIDTH, HEIGHT)
        try:
            _wait_for(lambda: "On air." in daemon.output)
            browser = start(screen, f"{daemon.url}player{query}")
            try:
                return _look(screen, daemon, seconds, list(events))
            finally:
                browser.end()
        finally:
            screen.stop()
            daemon.end()


def _wait_for(seen: Callable[[], bool]) -> None:
    for _ in range(300):
        if seen():
            return
        time.sleep(0.1)
    raise RuntimeError("no stream after 30 s")


def _look(screen: Screen, daemon: Daemon, seconds: float, events: list[Event]) -> Seen:
    seen, last = Seen(), None
    shown = contained(Rectangle(0, 0, WIDTH, HEIGHT), 16, 9)
    strip = (0, 0, WIDTH, WIDTH // 16)
    begun = time.time()
    while (now := time.time()) - begun < seconds:
        code = read_code(screen.picture(strip), shown)
        if code is not None and code != last:
            seen.frames.append((now - begun, delay_ms(code, now)))
            last = code
        for event in [event for event in events if now - begun >= event.at]:
            events.remove(event)
            events += event.happen(daemon)
        time.sleep(LOOKS)
    return seen


def main() -> None:
    """Run it; see the top of the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 2)[1])
    parser.add_argument("--browser", choices=("firefox", "chromium"), default="firefox")
    parser.add_argument("--runs", type=int, default=1, help="how often (1)")
    parser.add_argument("--seconds", type=float, default=30, help="how long each (30)")
    parser.add_argument(
        "--mode", choices=("fast", "normal", "safe", "plain"), default="normal", help="the player's mode"
    )
    parser.add_argument("--audible", action="store_true", help="start with the sound on")
    parser.add_argument(
        "--at",
        type=Event.parse,
        action="append",
        default=[],
        metavar="SECONDS=EVENT",
        help="kill, stall:SECONDS or size:WIDTHxHEIGHT; may be given several times",
    )
    options = parser.parse_args()
    habits = Habits(audible=options.audible)
    browser = {"firefox": Browser.firefox, "chromium": Browser.chromium}[options.browser]
    delays, rates = [], []
    for number in range(1, options.runs + 1):
        query = f"?mode={options.mode}"
        seen = watch(lambda screen, url: browser(screen, url, habits), query, options.seconds, options.at)
        tail = seen.between(options.seconds - 10, options.seconds)
        first = seen.frames[0][0] if seen.frames else float("nan")
        print(f"run {number}: first frame after {first:.2f} s (with the browser's start)")
        print(seen.table(options.seconds))
        if tail:
            delays.append(median(one[1] for one in tail))
            rates.append(len(tail) / 10)
    if delays:
        print(
            f"last 10 s of each run: delay {median(delays):.0f} ms (from {min(delays):.0f} to {max(delays):.0f}), "
            f"{median(rates):.1f} frames a second (from {min(rates):.1f} to {max(rates):.1f})"
        )


if __name__ == "__main__":
    main()
