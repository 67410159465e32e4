"""What script/test makes of a run of the tests."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

from twisted.python.failure import Failure
from twisted.trial.reporter import Reporter
from twisted.trial.unittest import SynchronousTestCase

from tests.closing_line import Lanes
from tests.runs import Echo, Outcome, run_program, watch
from tests.suite import notes, tally


def outcome(*, passed: int = 3, failed: int = 0, skipped: int = 0, notes: tuple[str, ...] = ()) -> Outcome:
    """:return: how an invented run ended."""
    return Outcome(passed=passed, failed=failed, skipped=skipped, notes=notes)


class Lines(SynchronousTestCase):
    """The closing line and the exit status."""

    def test_a_run_without_skips_says_nothing_of_them(self) -> None:
        """The line that CI reads."""
        self.assertEqual(outcome().closing_line(), "3 passed, 0 failed")

    def test_skips_are_counted(self) -> None:
        """They come last."""
        self.assertEqual(outcome(failed=1, skipped=2).closing_line(), "3 passed, 1 failed, 2 skipped")

    def test_a_failed_test_fails_the_run(self) -> None:
        """However many passed."""
        self.assertFalse(outcome(failed=1).is_good(nothing_skipped=False))

    def test_a_skipped_test_fails_the_run_in_CI_only(self) -> None:
        """A developer may lack a browser; CI may not."""
        self.assertTrue(outcome(skipped=1).is_good(nothing_skipped=False))
        self.assertFalse(outcome(skipped=1).is_good(nothing_skipped=True))

    def test_a_run_without_tests_fails(self) -> None:
        """It proves nothing."""
        self.assertFalse(outcome(passed=0).is_good(nothing_skipped=False))

    def test_several_runs_are_added(self) -> None:
        """Each number, what is to be said of them, and the time of each test."""
        one = Outcome(passed=1, failed=2, skipped=3, notes=("a",), seconds={"x": 3.0})
        other = Outcome(passed=10, failed=20, skipped=30, notes=("b",), seconds={"y": 2.0})
        both = Outcome(passed=11, failed=22, skipped=33, notes=("a", "b"), seconds={"x": 3.0, "y": 2.0})
        self.assertEqual(one + other, both)

    def test_what_took_longest_is_told(self) -> None:
        """Modules first, then tests."""
        seconds = {"tests.a.One.x": 1.0, "tests.a.Two.y": 2.0, "tests.b.One.z": 2.5, "tests.c.One.z": 0.1}
        ended = Outcome(passed=4, failed=0, skipped=0, seconds=seconds)
        told = ["   3.0 s  tests.a", "   2.5 s  tests.b", "   2.5 s  tests.b.One.z", "   2.0 s  tests.a.Two.y"]
        self.assertEqual(ended.slowest(2), told)


class Tallies(SynchronousTestCase):
    """Trial's result as three numbers."""

    def setUp(self) -> None:
        """A run that has just begun."""
        self.result = Reporter(stream=io.StringIO())
        self.addCleanup(self.result.done)

    def test_a_test_that_fails_twice_is_one_test(self) -> None:
        """Trial notes the failure of a test and that of its clean-up one by one."""
        self.result.addError(self, Failure(ValueError()))
        self.result.addFailure(self, Failure(AssertionError()))
        self.assertEqual(tally(self.result), {"passed": 0, "failed": 1, "skipped": 0})

    def test_an_expected_failure_counts_as_skipped(self) -> None:
        """It proves nothing either way."""
        self.result.addSuccess(self)
        self.result.addSkip(self, "no reason")
        self.result.addExpectedFailure(self, Failure(ValueError()))
        self.assertEqual(tally(self.result), {"passed": 1, "failed": 0, "skipped": 2})

    def test_tests_that_did_not_pass_are_named(self) -> None:
        """What failed once, and what was skipped with the reason."""
        self.result.addError(self, Failure(ValueError()))
        self.result.addFailure(self, Failure(AssertionError()))
        self.result.addSkip(self, "no browser")
        self.assertEqual(notes(self.result), [f"failed: {self.id()}", f"skipped: {self.id()}: no browser"])


class Echoes(SynchronousTestCase):
    """What is heard in the output."""

    def setUp(self) -> None:
        """A listener that shows to a list."""
        self.shown: list[bytes] = []
        self.echo = Echo(self.shown.append)

    def test_everything_is_passed_on_at_once(self) -> None:
        """Also half a line."""
        for piece in (b"one\ntw", b"o\n", b""):
            self.echo.feed(piece)
        self.assertEqual(self.shown, [b"one\ntw", b"o\n", b""])
        self.assertEqual(self.echo.betrayals, [])

    def test_an_unhandled_error_is_heard_across_pieces(self) -> None:
        """Output comes in whatever pieces the pipe makes."""
        for piece in (b"fine\nUnhandled er", b"ror in Deferred:\nfi", b"ne\n"):
            self.echo.feed(piece)
        self.assertEqual(self.echo.betrayals, ["Unhandled error in Deferred:"])

    def test_an_unhandled_error_in_an_unfinished_last_line_is_heard(self) -> None:
        """A process that crashes may not get to its line end."""
        for piece in (b"unhandled error", b""):
            self.echo.feed(piece)
        self.assertEqual(self.echo.betrayals, ["unhandled error"])

    def test_the_last_whole_line_is_known(self) -> None:
        """It says where a run stands."""
        for piece in (b"one\ntw", b"o\n", b"\nthr"):
            self.echo.feed(piece)
        self.assertEqual(self.echo.last, "two")


class Watching(SynchronousTestCase):
    """Running a command to its end."""

    def setUp(self) -> None:
        """Nothing of what these commands say goes to the terminal: it would be heard there."""
        self.shown: list[bytes] = []
        self.echo = Echo(self.shown.append)

    def test_both_outputs_are_shown(self) -> None:
        """Standard output and standard error, in the order written."""
        said = watch([sys.executable, "-c", "import os; os.write(1, b'one '); os.write(2, b'two')"], self.echo)
        self.assertEqual(said, [])
        self.assertEqual(b"".join(self.shown), b"one two")

    def test_an_unhandled_error_is_told(self) -> None:
        """With the line that betrayed it."""
        wrong = watch([sys.executable, "-c", "print('Unhandled error in x')"], self.echo)
        self.assertEqual(wrong, ["said while the tests ran: Unhandled error in x"])

    def test_a_command_that_does_not_end_is_killed(self) -> None:
        """Better a run that failed than one that CI ended without a word."""
        wrong = watch([sys.executable, "-c", "import signal; signal.pause()"], self.echo, longest=0.0)
        self.assertEqual(wrong, ["the suite ran longer than 0 s"])

    def test_a_process_left_behind_is_told(self) -> None:
        """It still holds the output, which so never ends. Here it waits until somebody writes to a pipe."""
        pipe = Path("pipe").resolve()
        os.mkfifo(pipe)
        self.addCleanup(pipe.write_bytes, b"")
        wrong = watch(["sh", "-c", f"cat {pipe} & exit 0"], self.echo, echo_for=0.0)
        self.assertEqual(wrong, ["a process that a test started is still running"])

    def test_a_program_that_fails_is_one_failure(self) -> None:
        """One that does not fail is no test that passed."""
        good, bad = (run_program(["sh", "-c", f"exit {status}"], self.echo) for status in (0, 3))
        self.assertEqual(good, outcome(passed=0))
        self.assertEqual(bad, outcome(passed=0, failed=1, notes=("sh ended with status 3",)))


class SideBySide(SynchronousTestCase):
    """Several runs at a time."""

    def setUp(self) -> None:
        """What is said is kept; no time passes."""
        self.said: list[str] = []
        self.lanes = Lanes(self.said.append, lambda: 0.0)

    def says(self, text: bytes, ended: Outcome) -> Callable[[Echo], Outcome]:
        """:return: a run that says something and ends so."""

        def run(echo: Echo) -> Outcome:
            echo.feed(text)
            return ended

        return run

    def test_what_a_good_run_says_is_not_shown(self) -> None:
        """One line when it begins, and one when it has ended."""
        self.lanes.run([("good", self.says(b"talk\n", outcome()))], at_once=2)
        self.assertEqual(self.said, ["[0:00] good begins", "[0:00] good has ended: 3 passed, 0 failed"])

    def test_a_program_without_tests_is_well_or_not(self) -> None:
        """Two noughts would say nothing."""
        self.lanes.run([("lint", self.says(b"", outcome(passed=0)))], at_once=1)
        self.assertEqual(self.said[1], "[0:00] lint has ended: all is well")

    def test_what_a_bad_run_says_is_shown_whole(self) -> None:
        """In one piece, whatever runs beside it."""
        self.lanes.run([("bad", self.says(b"one\ntwo\n", outcome(failed=1)))], at_once=2)
        self.assertEqual(self.said[1], "one\ntwo\n[0:00] bad has ended: 3 passed, 1 failed")

    def test_all_are_counted(self) -> None:
        """Also those of an earlier round."""
        self.lanes.run([("a", self.says(b"", outcome(failed=1)))], at_once=1)
        self.lanes.run([("b", self.says(b"", outcome())), ("c", self.says(b"", outcome()))], at_once=1)
        self.assertEqual(self.lanes.outcome, outcome(passed=9, failed=1))

    def test_while_nothing_ends_there_are_signs_of_life(self) -> None:
        """With the last line of each run."""
        seen = Event()

        def run(echo: Echo) -> Outcome:
            echo.feed(b"tests.a ... [OK]\n")
            seen.wait()
            return outcome()

        def say(text: str) -> None:
            self.said.append(text)
            if text.endswith("a: tests.a ... [OK]"):
                seen.set()

        Lanes(say, lambda: 61.0).run([("a", run)], at_once=1, sign=0.001)
        self.assertIn("[0:00] still running\n  a: tests.a ... [OK]", self.said)
