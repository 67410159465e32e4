"""Signals and reload, without a process: the real ones are in tests/real/test_daemon.py."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from dataclasses import replace

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import LogLevel, capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from onionstream.life import InTurn, Reload, Signals, harden
from onionstream.settings.config import Config, ConfigError, Stream, Video, Web


class FakeReactor:
    """A reactor that runs what it is given when told to."""

    def __init__(self) -> None:
        """Nothing is due."""
        self.due: list[Callable[[], object]] = []
        self.stopped = 0

    def callWhenRunning(self, function: Callable[[], object]) -> None:
        """Call it now: it runs."""
        function()

    def callFromThread(self, function: Callable[[], object]) -> None:
        """Keep it for ``turn``."""
        self.due.append(function)

    def stop(self) -> None:
        """Count."""
        self.stopped += 1

    def turn(self) -> None:
        """Run what is due."""
        due, self.due = self.due, []
        for function in due:
            function()


class SignalTests(SynchronousTestCase):
    """``Signals``."""

    def setUp(self) -> None:
        """A service that has taken the signals over; they are given back after the test."""
        taken = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
        for number in taken:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        self.reactor = FakeReactor()
        self.reloads = 0
        self.tests = 0
        Signals(self.reactor, self.reload, self.count_test).startService()

    def reload(self) -> None:
        """Count."""
        self.reloads += 1

    def count_test(self) -> None:
        """Count."""
        self.tests += 1

    def send(self, number: signal.Signals) -> None:
        """Send this process a signal, and let the reactor turn."""
        os.kill(os.getpid(), number)
        self.reactor.turn()

    def test_R40_sigterm_stops_the_reactor(self) -> None:
        """In good order: the reactor stops its services."""
        self.send(signal.SIGTERM)
        self.assertEqual(self.reactor.stopped, 1)

    def test_R42_sigint_does_the_same(self) -> None:
        """Ctrl-C is the same to us."""
        self.send(signal.SIGINT)
        self.assertEqual(self.reactor.stopped, 1)

    def test_R41_sighup_reloads(self) -> None:
        """And stops nothing."""
        self.send(signal.SIGHUP)
        self.assertEqual((self.reloads, self.reactor.stopped), (1, 0))

    def test_R42_other_signals_do_no_harm(self) -> None:
        """SIGUSR2 would end a process that does not say otherwise."""
        self.send(signal.SIGUSR2)
        self.assertEqual((self.reloads, self.tests, self.reactor.stopped), (0, 0, 0))

    def test_sigusr1_asks_for_a_self_test(self) -> None:
        """And for nothing else."""
        self.send(signal.SIGUSR1)
        self.assertEqual((self.reloads, self.tests, self.reactor.stopped), (0, 1, 0))


class HardenTests(SynchronousTestCase):
    """``harden``, with limits that are invented."""

    def limits(self, soft: int, hard: int) -> list[tuple[int, int]]:
        """Let the system have these limits for open files; :return: those that are set from now on."""
        made: list[tuple[int, int]] = []

        def take(which: int, limits: tuple[int, int]) -> None:
            if which == resource.RLIMIT_NOFILE:
                made.append(limits)

        self.patch(resource, "getrlimit", lambda _which: (soft, hard))
        self.patch(resource, "setrlimit", take)
        return made

    def test_D32_as_many_files_as_connections_may_need(self) -> None:
        """The soft limit is raised, and all connections are possible."""
        made = self.limits(1024, 1 << 20)
        self.assertEqual((harden(2000), made), (2000, [(8064, 1 << 20)]))

    def test_R24_connections_leave_files_for_ffmpeg(self) -> None:
        """Where the system gives few files there are fewer connections."""
        self.limits(1024, 1024)
        self.assertEqual(harden(2000), 984)

    def test_a_higher_limit_stays(self) -> None:
        """Nothing is lowered, least of all what has no limit."""
        self.assertEqual(self.limits(1 << 19, 1 << 20), [])
        harden(2000)
        made = self.limits(resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        harden(2000)
        self.assertEqual(made, [])


class ReloadTests(SynchronousTestCase):
    """``Reload``."""

    def setUp(self) -> None:
        """A program of two parts, and a configuration that can be changed."""
        self.file: Config | ConfigError = Config()
        self.applied: list[tuple[str, Config]] = []
        self.reload = Reload(
            Config(),
            self.load,
            {
                frozenset({"stream"}): lambda config: self.applied.append(("page", config)),
                frozenset({"source", "video"}): lambda config: self.applied.append(("encoder", config)),
            },
        )

    def load(self) -> Config:
        """What is in the file now."""
        if isinstance(self.file, ConfigError):
            raise self.file
        return self.file

    def test_R41_nothing_changed(self) -> None:
        """Nobody is touched."""
        self.reload()
        self.assertEqual(self.applied, [])

    def test_R41_only_what_changed(self) -> None:
        """A new title does not reach the encoder."""
        self.file = Config(stream=Stream(title="New"))
        self.reload()
        self.assertEqual(self.applied, [("page", self.file)])

    def test_R41_once_for_several_tables(self) -> None:
        """Two tables of one part make one change."""
        self.file = replace(Config(), video=Video(rate=25), source=replace(Config().source, kind="screen"))
        self.reload()
        self.assertEqual(self.applied, [("encoder", self.file)])

    def test_R41_compared_with_the_last_one(self) -> None:
        """A second reload of the same file changes nothing."""
        self.file = Config(stream=Stream(title="New"))
        self.reload()
        self.reload()
        self.assertEqual(len(self.applied), 1)

    def test_R34_a_wrong_file_changes_nothing(self) -> None:
        """The log says what is wrong, and that everything stays as it was."""
        self.file = ConfigError("my.toml", "something is wrong")
        with capturedLogs() as logs:
            self.reload()
        self.assertEqual(self.applied, [])
        self.assertEqual([event["log_level"] for event in logs], [LogLevel.error])
        self.assertIn("something is wrong", str(logs[0]["error"]))

    def test_R41_what_needs_a_restart_is_said(self) -> None:
        """A change that no part can follow while it runs is not passed over in silence."""
        self.file = Config(web=Web(port=6000))
        with capturedLogs() as logs:
            self.reload()
        self.assertIn((LogLevel.warn, "[web]"), [(event["log_level"], event.get("tables")) for event in logs])

    def test_R34_who_waits_for_it_is_told_the_same(self) -> None:
        """What has changed and what needs a restart; or what is wrong."""
        self.file = Config(stream=Stream(title="New"), web=Web(port=6000))
        told = "The configuration was read again; changed: [stream], [web]. A change of [web] needs a restart."
        self.assertEqual(self.reload.again(), told)
        self.file = ConfigError("my.toml", "something is wrong")
        self.assertRaises(ConfigError, self.reload.again)
        self.assertEqual(len(self.applied), 1)

    def test_what_needs_a_restart_is_known_until_it_is_as_before(self) -> None:
        """However often the file is read again meanwhile."""
        self.file = Config(stream=Stream(title="New"), web=Web(port=6000))
        for _ in range(2):
            self.reload()
            self.assertEqual(self.reload.late, ("web",))
        self.file = Config()
        self.reload()
        self.assertEqual(self.reload.late, ())

    def test_R34_other_files_are_looked_at_in_any_case(self) -> None:
        """And what was found in them is said with the rest."""
        looked: list[str] = []
        self.reload = Reload(
            Config(), self.load, {}, (lambda: looked.append("list"), lambda: "Another guest can come.")
        )
        told = "The configuration was read again; changed: nothing. Another guest can come."
        self.assertEqual(self.reload.again(), told)
        self.file = ConfigError("my.toml", "something is wrong")
        self.reload()
        self.assertEqual(looked, ["list", "list"])


class Slow(Service):
    """A service that takes its time to stop."""

    def __init__(self) -> None:
        """It is not asked yet."""
        self.stopping: Deferred[None] | None = None

    def stopService(self) -> Deferred[None]:
        """:return: fires when somebody makes it."""
        super().stopService()
        self.stopping = Deferred()
        return self.stopping


class InTurnTests(SynchronousTestCase):
    """``InTurn``."""

    def test_R40_each_stops_when_the_one_before_has_stopped(self) -> None:
        """So viewers hear of the end before tor ends."""
        services, whole = [Slow(), Slow()], InTurn()
        for service in services:
            service.setServiceParent(whole)
        whole.startService()
        self.assertTrue(all(service.running for service in services))
        stopped = whole.stopService()
        first, second = services
        assert first.stopping is not None
        self.assertIsNone(second.stopping)
        first.stopping.callback(None)
        assert second.stopping is not None
        self.assertNoResult(stopped)
        second.stopping.callback(None)
        self.successResultOf(stopped)
