"""What systemd is told, through a real socket in a folder of the test's own."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from onionstream.notify import HALT, Listener, Pulse


class FakeReactor:
    """
    A reactor that has not begun.

    :ivar first: what is to be done when it does.
    """

    def __init__(self) -> None:
        """Nothing is to be done."""
        self.first: list[Callable[[], object]] = []

    def callWhenRunning(self, function: Callable[[], object]) -> None:
        """Keep it."""
        self.first.append(function)


class NotifyCase(SynchronousTestCase):
    """Tests with somebody who listens."""

    def setUp(self) -> None:
        """In a folder with a short name: a socket's path must not be longer than 107 bytes."""
        folder = TemporaryDirectory(prefix="notify")
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name, "socket"))
        self.ear = self.listen(self.path)

    def listen(self, address: str) -> socket.socket:
        """:return: the end at which somebody listens; it never waits."""
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(ear.close)
        ear.bind(address)
        ear.setblocking(False)
        return ear

    def heard(self, ear: socket.socket | None = None) -> list[str]:
        """:return: what was said since the last time."""
        words = []
        with contextlib.suppress(BlockingIOError):
            while True:
                words.append((ear or self.ear).recv(4096).decode())
        return words


class ListenerTests(NotifyCase):
    """``Listener``."""

    def test_nobody_asks(self) -> None:
        """Without systemd, or by a way that is not known here, nothing is sent."""
        for environment in ({}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}, {"WATCHDOG_USEC": "3000000"}):
            listener = Listener.of(environment, 1)
            self.assertEqual(listener, Listener())
            listener.tell("READY=1")

    def test_a_path(self) -> None:
        """One datagram for each word."""
        listener = Listener.of({"NOTIFY_SOCKET": self.path}, 1)
        listener.tell("READY=1")
        listener.tell("STOPPING=1")
        self.assertEqual(self.heard(), ["READY=1", "STOPPING=1"])

    def test_an_abstract_name(self) -> None:
        """In the environment it has an ``@`` for the NUL."""
        name = f"{self.path}/abstract"
        ear = self.listen(f"\0{name}")
        Listener.of({"NOTIFY_SOCKET": f"@{name}"}, 1).tell("READY=1")
        self.assertEqual(self.heard(ear), ["READY=1"])

    def test_the_watchdog_is_for_one_process(self) -> None:
        """In seconds; one of another process, or what is no number, is none."""
        asked = {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": "30000000"}
        self.assertEqual(Listener.of(asked, 7).watchdog, 30.0)
        self.assertEqual(Listener.of({**asked, "WATCHDOG_PID": "7"}, 7).watchdog, 30.0)
        self.assertEqual(Listener.of({**asked, "WATCHDOG_PID": "8"}, 7).watchdog, 0.0)
        self.assertEqual(Listener.of({**asked, "WATCHDOG_USEC": "soon"}, 7).watchdog, 0.0)

    def test_R42_one_who_does_not_listen_holds_nobody_up(self) -> None:
        """Neither when he is gone nor when he takes nothing any more."""
        listener = Listener(self.path)
        for _ in range(1000):
            listener.tell("WATCHDOG=1")
        self.assertTrue(self.heard())
        self.ear.close()
        listener.tell("WATCHDOG=1")


class PulseTests(NotifyCase):
    """``Pulse``."""

    def start(self, watchdog: float = 30.0) -> Pulse:
        """:return: one that has begun; the reactor has not."""
        self.clock, self.reactor = Clock(), FakeReactor()
        pulse = Pulse(Listener(self.path, watchdog), self.reactor, self.clock)
        pulse.startService()
        return pulse

    def test_R52_it_is_ready_when_the_reactor_runs(self) -> None:
        """Not before."""
        self.addCleanup(self.start().stopService)
        self.assertNotIn("READY=1", self.heard())
        self.reactor.first.pop()()
        self.assertEqual(self.heard(), ["READY=1"])

    def test_R52_it_says_that_it_lives(self) -> None:
        """Three times in the time that it is given."""
        self.addCleanup(self.start().stopService)
        self.heard()
        self.clock.pump([0.5] * 60)
        self.assertEqual(self.heard(), ["WATCHDOG=1"] * 3)

    def test_without_a_watchdog_it_says_nothing(self) -> None:
        """Nobody would hear."""
        self.addCleanup(self.start(watchdog=0).stopService)
        self.clock.pump([0.5] * 200)
        self.assertEqual(self.heard(), [])

    def test_R40_it_says_that_it_ends(self) -> None:
        """And then nothing more."""
        pulse = self.start()
        self.heard()
        pulse.stopService()
        self.clock.pump([0.5] * 200)
        self.assertEqual(self.heard(), ["STOPPING=1"])

    def halts(self, *steps: float) -> list[str]:
        """:return: what the log says when the clock goes on in these steps, in seconds."""
        pulse = self.start()
        with capturedLogs() as logged:
            self.clock.pump(steps)
        pulse.stopService()
        return [formatEvent(event) for event in logged]

    def test_R52_a_halt_of_two_seconds_is_told(self) -> None:
        """Once, with its length and nothing else."""
        self.assertEqual(self.halts(0.5, 0.5, 3.0, 0.5), ["Nothing was done for 2.5 s: too much work at once?"])
        self.assertEqual(len(self.halts(0.5, 0.3, HALT, 0.5, HALT, 0.5)), 2)

    def test_R52_a_shorter_one_is_not(self) -> None:
        """Any long piece of work is one."""
        self.assertEqual(self.halts(0.5, 1.2, 0.5, 1.4), [])
