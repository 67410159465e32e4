"""A supervisor of real processes for tests, and a video side that reads what they send."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.trial.unittest import TestCase

from onionstream.encoder.commands import Command, command
from onionstream.encoder.confinement import find_confinement
from onionstream.encoder.supervisor import State, Supervisor
from onionstream.encoder.surroundings import look_around
from onionstream.settings import config
from onionstream.settings.config import Config, FileSource, Source
from onionstream.video.demux import Demuxer
from onionstream.video.samples import Kind, Sample
from tests.real.waiting import until

T = TypeVar("T")

POLICY = config.Encoder(stall=2.0, first_wait=0.2, longest_wait=1.0)
"""The waits of a daemon, but short."""


class ReadRun:
    """One run whose video is understood and counted."""

    def __init__(self, air: ReadAir) -> None:
        """Begin."""
        self._air = air
        self._demuxer = Demuxer()

    def feed(self, data: bytes) -> int:
        """:return: how many pictures there were."""
        self._air.raw += data
        samples = [event for event in self._demuxer.feed(data) if isinstance(event, Sample)]
        self._air.samples += samples
        return sum(sample.kind is Kind.VIDEO for sample in samples)

    def end(self) -> None:
        """The run is over."""
        self._air.open -= 1


@dataclass(eq=False)
class ReadAir:
    """
    Where runs go on air.

    :ivar runs: their numbers.
    :ivar open: how many are open; never more than one.
    :ivar samples: of all runs.
    :ivar raw: what ffmpeg sent.
    """

    runs: list[int] = field(default_factory=list)
    open: int = 0
    samples: list[Sample] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)

    def begin_run(self, generation: int) -> ReadRun:
        """Begin a run."""
        self.runs.append(generation)
        self.open += 1
        return ReadRun(self)

    def off_air(self, *, returning: bool) -> None:
        """No run is open."""

    def count(self, kind: Kind) -> int:
        """:return: samples of a kind so far."""
        return sum(sample.kind is kind for sample in self.samples)


class EncoderTestCase(TestCase):
    """A test with a real encoder, which ends with it."""

    timeout = 600

    def setUp(self) -> None:
        """Prepare the video side."""
        from twisted.internet import reactor

        self.reactor = cast("IReactorTime", reactor)
        self.air = ReadAir()

    def start(self, made: Command, policy: config.Encoder = POLICY) -> Supervisor:
        """:return: a supervisor that was started now."""
        supervisor = Supervisor(lambda: made, self.air, cast("IReactorProcess", self.reactor), policy, lambda: 0.0)
        supervisor.startService()
        self.addCleanup(supervisor.stopService)
        return supervisor

    async def see(self, what: str, look: Callable[[], T], good: Callable[[T], bool] = bool) -> T:
        """:return: what was seen, when it is good."""
        return await until(self.reactor, what, look, good)

    async def see_pictures(self, supervisor: Supervisor, count: int = 20) -> None:
        """Wait until so many pictures have come since now."""
        before = self.air.count(Kind.VIDEO)
        await self.see(
            f"{count} pictures",
            lambda: (self.air.count(Kind.VIDEO) - before, supervisor.status()),
            lambda seen: seen[0] >= count and seen[1].state is State.RUNNING,
        )


def prepared(
    settings: Config | None = None, *, environment: Mapping[str, str] | None = None, confined: bool = True
) -> Command:
    """:return: a command as the daemon makes it."""
    made = command(settings or Config(), look_around("ffmpeg", os.environ if environment is None else environment))
    return find_confinement().around(made) if confined else made


def playing(*paths: str) -> Config:
    """:return: a configuration whose source are files."""
    return Config(source=Source(kind="file", file=FileSource(paths=paths)))


def odd(mode: str) -> Command:
    """:return: a command that starts an odd program in ffmpeg's place."""
    import sys

    script = Path(__file__).parent.parent / "encoder" / "fake_ffmpeg.py"
    words = (sys.executable, str(script), mode)
    return Command(program=words[0], arguments=words, environment={}, text=mode)


def child_of(pid: int) -> list[int]:
    """:return: the numbers of a process's children; without those of the private network, which outlives a test."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(number) for task in tasks for number in task.read_text().split()]
    return [number for number in found if _name(number) != "tor"]


def _name(pid: int) -> str:
    """:return: a process's name; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """:return: whether a process runs; one that is only waiting to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
