"""Supervision of real processes: a real ffmpeg, and odd programs in its place (R-01 to R-08)."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from twisted.internet.task import deferLater

from onionstream.encoder.commands import Command
from onionstream.encoder.supervisor import State
from tests.real.encoding import POLICY, EncoderTestCase, child_of, is_alive, odd, prepared


class RealEncoderTests(EncoderTestCase):
    """A real ffmpeg with the test picture."""

    async def test_R01_an_ffmpeg_that_is_killed_comes_back(self) -> None:
        """After ``kill -9`` the next run gives pictures, and nothing is left of the first."""
        supervisor = self.start(prepared())
        await self.see_pictures(supervisor)
        (first,) = child_of(os.getpid())
        os.kill(first, signal.SIGKILL)
        await self.see("the second run", lambda: self.air.runs, lambda runs: runs == [1, 2])
        await self.see_pictures(supervisor)
        self.assertFalse(Path(f"/proc/{first}").exists())
        self.assertEqual((self.air.open, supervisor.status().generation), (1, 2))

    async def test_R02_an_ffmpeg_that_is_stopped_is_replaced(self) -> None:
        """After ``kill -STOP`` no picture comes: it is ended though it cannot run, and the next run gives pictures."""
        supervisor = self.start(prepared())
        await self.see_pictures(supervisor)
        (first,) = child_of(os.getpid())
        os.kill(first, signal.SIGSTOP)
        await self.see("the second run", lambda: self.air.runs, lambda runs: runs == [1, 2])
        await self.see_pictures(supervisor)
        self.assertFalse(Path(f"/proc/{first}").exists())

    async def test_R08_stopping_leaves_no_process(self) -> None:
        """When the service has stopped, ffmpeg has ended and is reaped."""
        supervisor = self.start(prepared())
        await self.see_pictures(supervisor)
        (first,) = child_of(os.getpid())
        await supervisor.stopService()
        self.assertFalse(Path(f"/proc/{first}").exists())
        self.assertEqual((supervisor.status().state, self.air.open), (State.STOPPED, 0))

    async def test_R08_no_ffmpeg_outlives_a_daemon_that_is_killed(self) -> None:
        """After ``kill -9`` of the daemon the kernel ends ffmpeg; also one that is stopped, which no pipe could end."""
        daemon = subprocess.Popen(
            [sys.executable, "-m", "tests.real.encoder_daemon"], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        seen = await self.see("the daemon's ffmpeg", lambda: [pid for pid in child_of(daemon.pid) if is_ffmpeg(pid)])
        os.kill(seen[0], signal.SIGSTOP)
        daemon.kill()
        await self.see("its end", lambda: not is_alive(seen[0]))

    async def test_a_new_command_takes_the_place_of_the_old_one(self) -> None:
        """The old ffmpeg ends, the new one gives pictures, and no failure is counted."""
        supervisor = self.start(prepared())
        await self.see_pictures(supervisor)
        supervisor.replace(prepared)
        await self.see("the second run", lambda: self.air.runs, lambda runs: runs == [1, 2])
        await self.see_pictures(supervisor)
        self.assertEqual(len(child_of(os.getpid())), 1)


class OddProgramTests(EncoderTestCase):
    """Programs that no ffmpeg should be like."""

    async def test_R04_a_hundred_quick_deaths_leave_nothing(self) -> None:
        """No process waits to be reaped and no file descriptor stays open."""
        quick = replace(POLICY, first_wait=0.001, longest_wait=0.001)
        false = Command(program="/bin/false", arguments=("/bin/false",), environment={}, text="")
        supervisor = self.start(false, quick)
        await self.see("5 deaths", lambda: len(self.air.runs), lambda runs: runs >= 5)
        await supervisor.stopService()
        before = self.descriptors()
        supervisor.startService()
        await self.see("100 deaths", lambda: len(self.air.runs), lambda runs: runs >= 105)
        await supervisor.stopService()
        self.assertEqual((child_of(os.getpid()), self.air.open), ([], 0))
        self.assertEqual(self.descriptors(), before)

    async def test_R05_garbage_ends_the_process_and_the_next_begins(self) -> None:
        """Bytes that are no boxes: the run is over, and memory does not grow."""
        supervisor = self.start(odd("garbage"))
        await self.see("a third run", lambda: len(self.air.runs), lambda runs: runs >= 3)
        await supervisor.stopService()
        self.assertEqual((self.air.samples, self.air.open), ([], 0))

    async def test_R07_a_flood_on_stderr_does_not_hold_up_the_reactor(self) -> None:
        """While a program complains without end, other calls have their turn, and only the last lines are kept."""
        supervisor = self.start(odd("flood"))
        await self.see("complaints", lambda: supervisor.status().lines)
        for _ in range(50):
            await deferLater(self.reactor, 0.01)
        self.assertEqual(len(supervisor.status().lines), 20)
        await supervisor.stopService()

    async def test_R08_a_process_that_ignores_TERM_is_killed(self) -> None:
        """Stopping takes 3 s longer, and then it is gone."""
        supervisor = self.start(odd("deaf"))
        await self.see("its word", lambda: supervisor.status().lines, lambda lines: "deaf" in lines)
        (deaf,) = child_of(os.getpid())
        await supervisor.stopService()
        self.assertFalse(Path(f"/proc/{deaf}").exists())

    async def test_a_child_that_keeps_the_pipes_open_delays_nothing(self) -> None:
        """The run is over though somebody could still write."""
        supervisor = self.start(odd("holder"))
        (line,) = await self.see("the child's number", lambda: supervisor.status().lines[:1])
        self.addCleanup(os.kill, int(line), signal.SIGKILL)
        await self.see("the end", lambda: supervisor.status().state, lambda state: state is State.WAITING)
        await supervisor.stopService()

    def descriptors(self) -> int:
        """:return: how many files are open in this process."""
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))


def is_ffmpeg(pid: int) -> bool:
    """:return: whether a process has become ffmpeg."""
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "ffmpeg\n"
    except OSError:
        return False
