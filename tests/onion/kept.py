"""A `Tor` in invented surroundings, for tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, AnyStr, cast

from twisted.internet.interfaces import IProcessProtocol, IProcessTransport
from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import CannotStartError
from onionstream.onion.progress import State
from onionstream.onion.replies import CircuitRate
from onionstream.onion.surroundings import Surroundings
from onionstream.onion.tor import Tor
from onionstream.onion.torrc import Paths
from onionstream.settings import config
from tests.encoder.fakes import FakeProcess
from tests.onion.fakes import FakeReactor
from tests.onion.test_key import service

ADDRESS = service()["hostname"].decode().strip()

DONE = '650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"'
UPLOADED = f"650 HS_DESC UPLOADED {ADDRESS.removesuffix('.onion')} UNKNOWN $F~n d"


class TorReactor(FakeReactor):
    """
    One in which tor tells its version when it is asked, and makes a key when it is started.

    :ivar version: what it says.
    :ivar verdict: what it says of a configuration that it is to look at.
    """

    def __init__(self, onion: Path) -> None:
        """:param onion: the directory of the service."""
        super().__init__()
        self.version = b"Tor version 0.4.9.11.\n"
        self.verdict = b"Configuration was valid\n"
        self._onion = onion
        self.answers["GETINFO process/pid"] = lambda link: link.says(f"250-process/pid={self.runs[-1].pid}\n250 OK")
        self.answers["SIGNAL TERM"] = lambda _: self.callLater(0, self.tor_ends)

    @property
    def runs(self) -> list[FakeProcess]:
        """All processes of tor itself."""
        return [process for process in self.processes if not {"--version", "--verify-config"} & {*process.arguments}]

    def tor_ends(self) -> None:
        """The newest tor has done as it was told."""
        if self.runs[-1].obedient and not self.runs[-1].ended:
            self.link.cut()
            self.runs[-1].end(0)

    def spawnProcess(
        self,
        processProtocol: IProcessProtocol,
        executable: bytes | str,
        args: Any,  # noqa: ANN401 - as the interface has it
        env: Mapping[AnyStr, AnyStr] | None = None,
        *more: Any,  # noqa: ANN401
        **named: Any,  # noqa: ANN401
    ) -> IProcessTransport:
        """Start an invented tor."""
        process = super().spawnProcess(processProtocol, executable, args, env, *more, **named)
        if "--version" in args:
            self.callLater(0, self._answer, self.process, self.version)
        elif "--verify-config" in args:
            self.callLater(0, self._answer, self.process, self.verdict)
        elif not (self._onion / "hostname").exists():
            for name, data in service().items():
                (self._onion / name).write_bytes(data)
        return process

    def _answer(self, process: FakeProcess, answer: bytes) -> None:
        if not process.ended:
            process.says(answer)
            process.end(0)


class FakeSurroundings(Surroundings):
    """Surroundings in which tor is where the test says."""

    there = True

    def program(self, name: str) -> str:
        """:return: a path."""
        if not self.there:
            raise CannotStartError(f'There is no program "{name}" that this user may run.')
        return f"/usr/sbin/{name}"


class TorTestCase(SynchronousTestCase):
    """A tor with its invented surroundings; not started yet."""

    settings = config.Tor(allow_tmpfs=True)

    def setUp(self) -> None:
        """Build it."""
        state = Path(tempfile.mkdtemp(prefix="o-"))  # a short path: a UNIX socket must fit into it
        self.addCleanup(shutil.rmtree, state, ignore_errors=True)
        self.paths = Paths(state=state, site=state / "web.sock")
        self.reactor = TorReactor(self.paths.service)
        self.surroundings = FakeSurroundings(search_path="/bin", extra="DisableNetwork 1")
        self.chance = 0.0
        self.rates: list[CircuitRate] = []
        self.told: list[tuple[State, int]] = []
        self.logged: list[LogEvent] = []
        observer = cast("ILogObserver", self._observe)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.tor = Tor(
            self.settings,
            self.paths,
            self.reactor,
            lambda: self.chance,
            self.surroundings,
            traffic=self.rates.append,
        )
        self._watch()

    def _observe(self, event: LogEvent) -> None:
        if str(event["log_namespace"]).startswith("onionstream.onion"):
            self.logged.append(event)

    def _watch(self, _: object = None) -> None:
        """Follow what it tells of itself."""
        status = self.tor.status()
        self.told.append((status.state, status.percent))
        self.tor.changed().addCallback(self._watch)

    @property
    def log(self) -> str:
        """All that was logged, a line for each."""
        return "\n".join(formatEvent(event) for event in self.logged)

    @property
    def state(self) -> State:
        """How it is."""
        return self.tor.status().state

    @property
    def sentence(self) -> str:
        """What it says of that."""
        return self.tor.status().sentence

    def start(self) -> None:
        """Start it, and let it connect."""
        self.tor.startService()
        self.reactor.advance(0)

    def publish(self) -> None:
        """Let tor reach its network, and publish the address."""
        self.reactor.link.says(f"{DONE}\n{UPLOADED}")

    def stop(self) -> None:
        """Stop it, and let tor heed that."""
        stopped = self.tor.stopService()
        self.reactor.advance(0)
        self.assertIsNone(self.successResultOf(stopped))

    def other(self, **changes: Any) -> config.Tor:  # noqa: ANN401 - of any key
        """:return: the settings with changes."""
        return replace(self.settings, **changes)
