"""A real tor for tests, under our care and without a network."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.trial.unittest import TestCase

from onionstream.onion.backoff import Backoff
from onionstream.onion.progress import State
from onionstream.onion.surroundings import Surroundings
from onionstream.onion.tor import Tor
from onionstream.onion.torrc import Paths
from onionstream.settings import config
from tests.real.daemon import children
from tests.real.waiting import PATIENCE, until

T = TypeVar("T")

QUICK = Backoff(least=0.2, most=0.2, settled=0.0)
"""Waits that a test can wait for."""

OFFLINE = "DisableNetwork 1"
"""The line with which a tor does all but reach out."""


def paths_in(state: Path) -> Paths:
    """:return: where tor's things are in this state directory."""
    return Paths(state=state, site=state / "web.sock")


def a_tor(reactor: object, state: Path, extra: str = OFFLINE, settings: config.Tor | None = None) -> Tor:
    """:return: a tor that is not started yet."""
    return Tor(
        settings or config.Tor(allow_tmpfs=True),
        paths_in(state),
        cast("IReactorProcess", reactor),
        lambda: 0.0,
        Surroundings(search_path=os.environ["PATH"], extra=extra),
        backoff=QUICK,
    )


def mode(path: Path) -> int:
    """:return: a path's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


class TorCase(TestCase):
    """Tests with a real tor, which ends with them."""

    timeout = 600

    def setUp(self) -> None:
        """Find the reactor."""
        from twisted.internet import reactor

        self.reactor = cast("IReactorTime", reactor)
        self.others = set(children(os.getpid()))  # such as those of the private network

    def folder(self, name: str = "") -> Path:
        """:return: a new state directory with a short path, into which sockets fit. It goes with the test."""
        made = Path(tempfile.mkdtemp(prefix="o-"))
        self.addCleanup(shutil.rmtree, made, ignore_errors=True)
        state = made / name if name else made
        state.mkdir(mode=0o700, exist_ok=True)
        return state

    def tor(self, state: Path, extra: str = OFFLINE, settings: config.Tor | None = None) -> Tor:
        """:return: a tor that was started now."""
        tor = a_tor(self.reactor, state, extra, settings)
        tor.startService()
        self.addCleanup(tor.stopService)
        return tor

    async def see(
        self, what: str, look: Callable[[], T], good: Callable[[T], bool] = bool, timeout: float = PATIENCE
    ) -> T:
        """`tests.real.waiting.until`."""
        return await until(self.reactor, what, look, good, timeout=timeout)

    async def connected(self, tor: Tor, state: State = State.CONNECTING) -> int:
        """Wait until tor runs and is heard; :return: its process."""
        await self.see(f"tor {state.value}", lambda: (tor.state, tor.status().sentence), lambda seen: seen[0] is state)
        (pid,) = self.processes()
        return pid

    def processes(self) -> list[int]:
        """:return: the tors that this process has started and that still run."""
        started = set(children(os.getpid())) - self.others
        return [pid for pid in started if Path(f"/proc/{pid}/comm").read_text().strip() == "tor"]
