"""What goes wrong with ffmpeg, and what becomes of it; on invented processes and an invented clock."""

from __future__ import annotations

from dataclasses import replace

from onionstream.encoder.supervisor import State
from tests.encoder.fakes import FRAME, GARBAGE, SURPRISE
from tests.encoder.supervised import POLICY, SupervisorTestCase


class FailureTests(SupervisorTestCase):
    """What goes wrong with a process (R-01 to R-08)."""

    def test_R01_a_death_is_followed_by_a_new_run_after_the_first_wait(self) -> None:
        """Ffmpeg ends with an error: viewers are asked to wait, and 1 s later the next one runs."""
        self.stream(3)
        self.process.end(1)
        self.assertEqual(self.state, State.WAITING)
        self.assertEqual(self.air.heard[-2:], ["end 1", "back soon"])
        self.reactor.pass_time(0.75)
        self.assertEqual(len(self.reactor.processes), 1)
        self.reactor.pass_time(0.25)
        self.assertEqual((len(self.reactor.processes), self.state), (2, State.STARTING))

    def test_R01_the_status_tells_how_it_died_and_when_the_next_try_is(self) -> None:
        """The sentence has the signal, ffmpeg's own error, advice, and the seconds that are left."""
        self.process.complains(b"[x11grab @ 0x55d7468c4e00] [error] Cannot open display :77, error 1.\n")
        self.process.end(0, 9)
        sentence = self.supervisor.status().sentence
        self.assertIn("ffmpeg was ended by signal 9 (SIGKILL).", sentence)
        self.assertIn('It said: "Cannot open display :77, error 1".', sentence)
        self.assertIn("may this user see it? Next try in 1 s.", sentence)

    def test_R02_a_run_that_falls_silent_is_ended_within_9_s(self) -> None:
        """8 s without a byte: TERM, and CONT for one that was stopped; viewers are asked to wait."""
        self.process.obedient = False
        self.stream(3)
        self.reactor.pass_time(6)
        self.assertEqual(self.process.signals, [])
        self.reactor.pass_time(2)
        self.assertEqual((self.process.signals, self.state), (["TERM", "CONT"], State.FAILING))
        self.assertEqual(self.air.heard[-2:], ["end 1", "back soon"])
        self.assertIn("gave no picture for 8 s", self.supervisor.status().sentence)

    def test_R02_one_that_does_not_heed_TERM_is_killed_3_s_later(self) -> None:
        """KILL also ends a process that is stopped; the next run follows after the first wait."""
        self.reactor.processes[0].obedient = False
        self.stream(1)
        self.reactor.pass_time(7)
        self.reactor.pass_time(2.75)
        self.assertNotIn("KILL", self.process.signals)
        self.reactor.pass_time(0.25)
        self.assertEqual((self.process.signals[-1], self.state), ("KILL", State.WAITING))
        self.assertIn("gave no picture for 8 s", self.supervisor.status().sentence)
        self.reactor.pass_time(1)
        self.assertEqual(self.state, State.STARTING)

    def test_R02_a_device_may_take_15_s_to_open(self) -> None:
        """Before its first byte a run has more patience than after it."""
        self.reactor.pass_time(14)
        self.assertEqual((self.process.signals, self.state), ([], State.STARTING))
        self.reactor.pass_time(1)
        self.assertEqual(self.process.signals, ["TERM", "CONT"])

    def test_R03_bytes_without_frames_are_silence(self) -> None:
        """A run that sends boxes but never a frame is ended after the same 8 s."""
        for _ in range(8):
            self.process.says(b"free")
            self.reactor.pass_time(1)
        self.assertEqual((self.process.signals, self.state), (["TERM", "CONT"], State.WAITING))

    def test_R04_each_death_in_a_row_doubles_the_wait_up_to_the_longest(self) -> None:
        """1, 2, 4, ... 60 s, and never more."""
        waits = [self.wait_after_death() for _ in range(9)]
        self.assertEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60])

    def test_R04_chance_moves_a_wait_by_a_fifth(self) -> None:
        """Many daemons that failed together do not come back together."""
        self.jitter = -1.0
        self.assertEqual(self.wait_after_death(0.05), 0.8)

    def test_R04_a_minute_on_air_makes_the_next_wait_the_first_again(self) -> None:
        """A run that was healthy pays nothing for those before it."""
        for _ in range(5):
            self.wait_after_death()
        self.stream(62)
        self.assertEqual(self.wait_after_death(), 1)

    def test_R04_time_without_a_picture_does_not_count_as_healthy(self) -> None:
        """A long stall is not a long life."""
        self.supervisor.replace(self.next_command, replace(POLICY, stall=300.0))
        self.wait_after_death()
        self.reactor.pass_time(200)
        self.assertEqual(self.wait_after_death(), 2)

    def test_R04_there_is_one_line_in_the_log_for_each_attempt(self) -> None:
        """A hundred quick deaths are a hundred lines, and nothing is left over."""
        for _ in range(100):
            self.wait_after_death(1)
        self.assertEqual(len(self.logged), 100)
        self.assertEqual(len(self.reactor.getDelayedCalls()), 1)

    def test_R04_viewers_are_not_asked_to_wait_for_one_that_has_never_given_a_picture(self) -> None:
        """Four failures in a row are enough: there is nothing yet that could come back."""
        self._deaths(6)
        self.assertEqual(self._said(), ["back soon"] * 4 + ["off"] * 2)

    def test_R04_one_that_has_given_a_picture_has_more_patience(self) -> None:
        """Eight failures in a row, whatever the configuration says about waiting."""
        self.supervisor.replace(self.next_command, replace(POLICY, first_wait=1.0, longest_wait=1.0))
        self.reactor.advance(0)
        self.process.says(FRAME)
        del self.air.heard[:]
        self._deaths(10)
        self.assertEqual(self._said(), ["back soon"] * 8 + ["off"] * 2)

    def test_R04_but_viewers_are_not_asked_to_sit_through_a_long_wait(self) -> None:
        """Up to 20 s they are; here the waits are 1, 2, 4, 8, 16 and 32 s."""
        self.process.says(FRAME)
        self._deaths(6)
        self.assertEqual(self._said(), ["back soon"] * 5 + ["off"])

    def test_R04_a_healthy_run_makes_viewers_patient_again(self) -> None:
        """What failed before it is forgotten."""
        self._deaths(6)
        self.stream(62)
        del self.air.heard[:]
        self._deaths(5)
        self.assertEqual(self._said(), ["back soon"] * 5)

    def test_R04_after_other_settings_there_is_nothing_to_come_back(self) -> None:
        """Until the first picture with them: who has written something wrong does not let viewers wait for it."""
        self.process.says(FRAME)
        self.supervisor.replace(self.next_command, replace(POLICY, first_wait=1.0, longest_wait=1.0))
        self.reactor.advance(0)
        del self.air.heard[:]
        self._deaths(5)
        self.assertEqual(self._said(), ["back soon"] * 4 + ["off"])

    def _deaths(self, count: int) -> None:
        """So many runs end without a picture, one after the other; one that is on air first."""
        for _ in range(count):
            self.wait_after_death()

    def _said(self) -> list[str]:
        """What the video side was told about coming back."""
        return [words for words in self.air.heard if words in ("back soon", "off")]

    def test_R04_a_healthy_run_that_falls_silent_is_soon_followed_by_another(self) -> None:
        """What failed before it is forgotten: viewers are asked to wait for the first wait, and keep their response."""
        for _ in range(3):
            self.wait_after_death()
        self.stream(62)
        del self.air.heard[:]
        self.reactor.pass_time(9)
        self.assertNotIn("off", self.air.heard)
        self.assertIn("back soon", self.air.heard)

    def test_R05_garbage_ends_the_run_at_once(self) -> None:
        """No byte after it is looked at, ffmpeg is ended, and the next run begins after the first wait."""
        self.reactor.processes[0].obedient = False
        self.process.says(FRAME)
        self.process.says(GARBAGE)
        self.process.says(GARBAGE + FRAME)
        self.assertEqual((self.process.signals, self.state), (["TERM", "CONT"], State.FAILING))
        self.assertEqual(self.air.heard, ["run 1", "end 1", "back soon"])
        self.process.end(0, 15)
        self.assertIn("no video we can use (no box has this size)", self.supervisor.status().sentence)
        self.reactor.pass_time(1)
        self.assertEqual(self.state, State.STARTING)

    def test_R05_a_fault_of_ours_costs_one_run(self) -> None:
        """An exception that nobody foresaw is logged and does not escape; the next run begins."""
        self.process.says(SURPRISE)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.reactor.advance(0)
        self.reactor.pass_time(1)
        self.assertEqual((len(self.reactor.processes), self.state), (2, State.STARTING))

    def test_R07_a_flood_on_stderr_is_read_in_portions(self) -> None:
        """After 64 KiB stderr is left alone for a tenth of a second; the picture goes on meanwhile."""
        for _ in range(8):
            self.process.complains(b"x" * 8191 + b"\n")
        self.assertTrue(self.process.pipes[2].paused)
        self.process.says(FRAME)
        self.assertEqual(self.state, State.RUNNING)
        self.reactor.advance(0.1)
        self.assertFalse(self.process.pipes[2].paused)

    def test_R08_stopping_kills_what_ignores_TERM(self) -> None:
        """The service has stopped when the process is gone: 3 s at the most."""
        self.process.obedient = False
        stopped = self.supervisor.stopService()
        self.assertEqual((self.process.signals, self.state), (["TERM", "CONT"], State.STOPPING))
        self.reactor.pass_time(2.75)
        self.assertNoResult(stopped)
        self.reactor.pass_time(0.25)
        self.assertIsNone(self.successResultOf(stopped))
        self.assertEqual((self.process.signals[-1], self.state), ("KILL", State.STOPPED))

    def test_R32_a_daemon_that_slept_does_not_blame_ffmpeg(self) -> None:
        """After a minute in which nothing could be read, what waits in the pipe is read before anybody is ended."""
        self.stream(2)
        self.reactor.advance(60)
        self.assertEqual((self.process.signals, self.state), ([], State.RUNNING))

    def wait_after_death(self, step: float = 0.25) -> float:
        """:return: seconds from the death of the present run to the next start."""
        before, seconds = len(self.reactor.processes), 0.0
        self.process.end(1)
        while len(self.reactor.processes) == before:
            self.reactor.advance(step)
            seconds += step
        return round(seconds, 2)
