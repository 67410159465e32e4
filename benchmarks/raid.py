"""
What a raid does to the chat: many new people write as fast as they can, and a few honest ones go on talking.

    .venv/bin/python -m benchmarks.raid
    .venv/bin/python -m benchmarks.raid --posts 2000 --people 400

They come by the socket that is tor's, each with a circuit's number as tor would tell it. Meanwhile somebody watches the
video, somebody reads the chat, and the daemon looks how late its own timers are. It ends by itself, after two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from array import array
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import lag
from benchmarks.hearing import Delays, Ears, stamp, summary
from benchmarks.ours import daemon
from benchmarks.raiders import WORD
from benchmarks.server import Load, Server
from benchmarks.talking import Fate, Person, Way

VIDEO, FRAGMENT = 500, 200
"""kbit/s of the stream, and milliseconds of a fragment."""

EVERY = 10.0
"""Seconds between two messages of somebody honest."""

_APART = 2.6
"""Seconds between two honest people's coming: more of them at once would look like a raid."""

HONEST = 0x200000
"""The first honest circuit's number: each has one of his own."""


@dataclass
class Honest:
    """
    What becomes of what honest people say.

    :ivar waits: seconds from sending the form to its answer.
    """

    fates: Counter[Fate] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    async def say(self, person: Person) -> None:
        """One of them says something."""
        begun = time.monotonic()
        self.fates[await person.say(f"something friendly {stamp()}")] += 1
        self.waits.append(time.monotonic() - begun)


class Watching:
    """
    Somebody who watches the video.

    :ivar came: seconds at which something of it came.
    """

    def __init__(self) -> None:
        """Nothing has come."""
        self.came: list[float] = []

    def feed(self, _: bytes) -> None:
        """Take what has come."""
        self.came.append(time.monotonic())

    def gap(self, start: float, end: float) -> float:
        """:return: the longest time without anything, between two moments."""
        moments = [start, *(one for one in self.came if start < one < end), end]
        return max(after - before for before, after in pairwise(moments))


class Reading:
    """
    Somebody who reads the chat.

    :ivar heard: what honest people have said; see ``Ears``.
    :ivar raided: messages of raiders.
    """

    def __init__(self) -> None:
        """He has read nothing."""
        self.heard = array("q")
        self.raided = 0
        self._ears = Ears(self.heard)

    def feed(self, data: bytes) -> None:
        """Take what has come."""
        self._ears.feed(data)
        self.raided += data.count(f">{WORD} ".encode())


async def follow(port: int, path: str, taking: Watching | Reading) -> None:
    """Read something that does not end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\n\r\n".encode())
    while data := await reader.read(1 << 16):
        taking.feed(data)
    raise RuntimeError(f"{path} has ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """
    A stretch of the run.

    :ivar start: seconds of the monotonic clock...
    :ivar end: ... as this.
    :ivar cpu: of the daemon, as a share of one core.
    :ivar memory: bytes that the daemon takes at its end.
    :ivar raided: raiders' messages that a reader of the chat has got.
    """

    start: float
    end: float
    cpu: float
    memory: int
    raided: int


class Scene:
    """
    All who are there, and what they see.

    :ivar known: what becomes of those who have talked before the raid...
    :ivar new: ... and of those who come during it.
    :ivar before: the time before the raid...
    :ivar during: ... and that of the raid.
    :ivar raiders: what ``raiders`` says at its end.
    """

    before: Span
    during: Span

    def __init__(self, server: Server, options: argparse.Namespace) -> None:
        """:param server: ours."""
        self.video, self.page = Watching(), Reading()
        self.known, self.new = Honest(), Honest()
        self.raiders: dict[str, Any] = {}
        self._server = server
        self._options = options
        self._tasks: list[asyncio.Task[None]] = []

    async def play(self) -> None:
        """From the beginning to the end."""
        options = self._options
        self._begin(follow(self._server.port, "/stream.mp4", self.video))
        self._begin(follow(self._server.port, "/live", self.page))
        for number in range(options.honest):
            await self._come(number, self.known)
            await asyncio.sleep(_APART)
        self.before = await self._span(asyncio.sleep(options.before))
        self.known = Honest()
        self.during = await self._span(self._raid())
        for task in self._tasks:
            if task.done():
                task.result()
            task.cancel()

    def _begin(self, something: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.ensure_future(something))

    async def _come(self, number: int, group: Honest) -> None:
        """One more honest person, who begins to talk."""
        person = Person(Way(0, self._server.socket, HONEST + number))
        await person.arrive()
        self._begin(self._talk(person, group is self.new))

    async def _talk(self, person: Person, new: bool) -> None:
        while True:
            await (self.new if new else self.known).say(person)
            await asyncio.sleep(EVERY)

    async def _raid(self) -> None:
        options = self._options
        words = (self._server.socket, options.people, options.circuits, options.posts, options.seconds)
        command = (sys.executable, "-m", "benchmarks.raiders", *map(str, words))
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        for number in range(options.new):
            await asyncio.sleep(1)
            await self._come(options.honest + number, self.new)
        said, _ = await process.communicate()
        self.raiders = json.loads(said)

    async def _span(self, meanwhile: Coroutine[Any, Any, None]) -> Span:
        begun, start, raided = Load.of(self._server.pid), time.monotonic(), self.page.raided
        await meanwhile
        over, end = Load.of(self._server.pid), time.monotonic()
        return Span(
            start=start,
            end=end,
            cpu=(over.cpu - begun.cpu) / (end - start),
            memory=over.memory,
            raided=self.page.raided - raided,
        )


def report(scene: Scene, late: Path) -> Iterator[str]:
    """:param late: what ``lag`` has written."""
    spans = {"before": scene.before, "during the raid": scene.during}
    yield f"{'':48}" + "".join(f"{name:>18}" for name in spans)
    for name, figure in _FIGURES.items():
        yield f"{name:48}" + "".join(f"{figure(scene, span, late):18.1f}" for span in spans.values())
    seconds = scene.during.end - scene.during.start
    posts = scene.raiders["fates"]
    tried, asked = sum(posts.values()) / seconds, scene.raiders["asked"] / seconds
    yield f"raiders: {tried:.0f} posts a second, {asked:.0f} requests"
    yield f"  {_fates({Fate[name]: count for name, count in posts.items()})}"
    yield f"  {scene.during.raided} of their messages came to a reader"
    yield f"honest people who have talked before: {_fates(scene.known.fates)}"
    yield f"  answered after {_waits(scene.known)}"
    yield f"honest people who came during the raid: {_fates(scene.new.fates)}"
    yield f"  answered after {_waits(scene.new)}"


def _late(which: int, *, own: bool = False) -> Callable[[Scene, Span, Path], float]:
    def figure(_: Scene, span: Span, late: Path) -> float:
        return summary(lag.lateness(late, int(span.start * 1e9), int(span.end * 1e9), own=own))[which] * 1000

    return figure


def _heard(which: int) -> Callable[[Scene, Span, Path], float]:
    def figure(scene: Scene, span: Span, _: Path) -> float:
        delays = Delays.of(scene.page.heard, int(span.start * 1e9), int(span.end * 1e9))
        return summary(delays.last)[which] * 1000

    return figure


_FIGURES: dict[str, Callable[[Scene, Span, Path], float]] = {
    "the daemon's timers late, ms: median": _late(0),
    "  of 99 % not more than": _late(1),
    "  the worst": _late(2),
    "  by its own work, of 99 % not more than": _late(1, own=True),
    "  by its own work, the worst": _late(2, own=True),
    "longest time without video, ms": lambda scene, span, _: scene.video.gap(span.start, span.end) * 1000,
    "honest messages read after, ms: median": _heard(0),
    "  the last one": _heard(2),
    "daemon's CPU, % of a core": lambda _, span, __: span.cpu * 100,
    "daemon's memory, MB": lambda _, span, __: span.memory / 1e6,
}


def _fates(fates: Mapping[Fate, int]) -> str:
    return ", ".join(f"{count} {fate.value}" for fate, count in sorted(fates.items(), key=lambda one: -one[1]))


def _waits(honest: Honest) -> str:
    middle, _, worst = summary(sorted(honest.waits))
    return f"{middle * 1000:.0f} ms (median), {worst * 1000:.0f} ms at the worst"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 2)[1])
    parser.add_argument("--people", type=int, default=200, help="of the raid (200)")
    parser.add_argument("--circuits", type=int, default=50, help="over which they come (50)")
    parser.add_argument("--posts", type=float, default=1000, help="that they try in a second, all together (1000)")
    parser.add_argument("--honest", type=int, default=20, help="people who talk before and during it (20)")
    parser.add_argument("--new", type=int, default=5, help="honest people who come during it (5)")
    parser.add_argument("--before", type=float, default=12, help="seconds that are measured before it (12)")
    parser.add_argument("--seconds", type=float, default=25, help="seconds that it lasts (25)")
    return parser.parse_args()


def main() -> None:
    """Run it; see the top of the file."""
    options = _options()
    with TemporaryDirectory(prefix="o-") as folder:
        late = Path(folder, "late")
        with daemon(VIDEO, FRAGMENT, wrapper=(sys.executable, lag.__file__, str(late))) as server:
            scene = Scene(server, options)
            asyncio.run(scene.play())
        print(*report(scene, late), sep="\n")


if __name__ == "__main__":
    main()
