"""A supervisor in invented surroundings, for tests."""

from __future__ import annotations

from typing import cast

from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.commands import Command
from onionstream.encoder.supervisor import State, Supervisor
from onionstream.settings import config
from tests.encoder.fakes import FRAME, FakeAir, FakeProcess, FakeReactor, a_command

POLICY = config.Encoder(stall=8.0, first_wait=1.0, longest_wait=60.0, settled=60.0)


class SupervisorTestCase(SynchronousTestCase):
    """A supervisor with its invented surroundings; started."""

    def setUp(self) -> None:
        """Start it."""
        self.reactor = FakeReactor()
        self.air = FakeAir()
        self.command = a_command()
        self.problem: Exception | None = None
        self.there = True
        self.jitter = 0.0
        self.logged: list[LogEvent] = []
        observer = cast("ILogObserver", self._observe)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.supervisor = Supervisor(
            self.next_command, self.air, self.reactor, POLICY, lambda: self.jitter, runnable=lambda _: self.there
        )
        self.supervisor.startService()

    def _observe(self, event: LogEvent) -> None:
        """Keep what the encoder's code logs."""
        if str(event["log_namespace"]).startswith("onionstream.encoder"):
            self.logged.append(event)

    def next_command(self) -> Command:
        """:return: what is started next."""
        if self.problem:
            raise self.problem
        return self.command

    @property
    def process(self) -> FakeProcess:
        """The newest process."""
        return self.reactor.process

    @property
    def state(self) -> State:
        """The supervisor's state, as it shows it."""
        return self.supervisor.status().state

    def stop(self) -> None:
        """Stop it, and let ffmpeg heed that."""
        stopped = self.supervisor.stopService()
        self.reactor.advance(0)
        self.assertIsNone(self.successResultOf(stopped))

    def restart(self) -> None:
        """Start it anew, and let ffmpeg heed that."""
        self.supervisor.restart()
        self.reactor.advance(0)

    def stream(self, seconds: float) -> None:
        """Let frames come for a time."""
        for _ in range(round(seconds)):
            self.process.says(FRAME)
            self.reactor.pass_time(1)
