"""Trying passwords: one at a time, each to its end (D-21, D-23, R-27)."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.allowance import BusyError
from onionstream.passwords import Printed
from onionstream.web.attempts import BURST, EVERY, PLACES, OftenError
from onionstream.web.basic import Credentials
from onionstream.web.guard import Guard
from tests.fakes import FakeWorkers
from tests.web.entry import PASSWORD, Slow


class Broken(Slow):
    """A machine without memory."""

    def matches(self, given: bytes) -> bool:
        """See ``Password``."""
        raise MemoryError


class GuardTests(SynchronousTestCase):
    """``Guard``, with a password that is tried in a thread."""

    def setUp(self) -> None:
        """The thread works when the test says so."""
        self.clock = Clock()
        self.workers = FakeWorkers(prompt=False)
        self.guard = Guard(Slow(), self.workers, self.clock)

    def attempt(self, circuit: str, password: str = "wrong", user: str = "broadcaster") -> Deferred[bool]:
        """Somebody tries; ``near``: from this machine."""
        bucket = None if circuit == "near" else circuit.encode()
        return self.guard.attempt(bucket, Credentials(user.encode(), password.encode()))

    def fail_as(self, *circuits: str) -> None:
        """Each tries a wrong one."""
        for circuit in circuits:
            attempt = self.attempt(circuit)
            self.workers.work()
            self.assertIs(self.successResultOf(attempt), False)

    def test_D20_the_right_one_lets_in(self) -> None:
        """With the name in any letter case (S11)."""
        for number, user in enumerate(("broadcaster", "Broadcaster", "BROADCASTER")):
            attempt = self.attempt(str(number), PASSWORD, user)
            self.workers.work()
            self.assertIs(self.successResultOf(attempt), True)

    def test_D23_a_wrong_name_takes_as_long(self) -> None:
        """The password is tried, and right or wrong, he is not in."""
        for number, password in enumerate((PASSWORD, "wrong")):
            attempt = self.attempt(str(number), password, "somebody")
            self.assertNoResult(attempt)
            self.workers.work()
            self.assertIs(self.successResultOf(attempt), False)
        self.assertEqual(self.workers.runs, 2)

    def test_R27_one_is_tried_at_a_time(self) -> None:
        """However many come; each hears when it is its turn."""
        attempts = [self.attempt(str(number)) for number in range(PLACES)]
        for number, attempt in enumerate(attempts):
            self.assertEqual(self.workers.runs, number + 1)
            self.assertNoResult(attempt)
            self.workers.work(1)
            self.assertIs(self.successResultOf(attempt), False)

    def test_R27_a_hundred_at_once(self) -> None:
        """One is tried, eight wait, and all others hear at once that they are too many."""
        waiting = [self.attempt(str(number)) for number in range(PLACES + 1)]
        for number in range(PLACES + 1, 100):
            self.assertRaises(BusyError, self.attempt, str(number))
        self.assertEqual((len(self.guard), self.workers.runs), (PLACES, 1))
        self.workers.work()
        for attempt in waiting:
            self.assertIs(self.successResultOf(attempt), False)

    def test_D21_the_right_one_comes_through_a_flood(self) -> None:
        """Circuits that fail for ever make it wait, and no more; this machine does not even wait."""
        self.fail_as(*map(str, range(BURST)))
        right, near = self.attempt("right", PASSWORD), self.attempt("near", PASSWORD)
        self.workers.work()
        self.assertIs(self.successResultOf(near), True)
        self.assertNoResult(right)
        self.clock.advance(EVERY)
        self.workers.work()
        self.assertIs(self.successResultOf(right), True)

    def test_D21_who_loses_his_place_hears_it(self) -> None:
        """With when to come again."""
        self.fail_as("a")
        blocking = self.attempt("0")
        loser = self.attempt("a")
        others = [self.attempt(str(number)) for number in range(1, PLACES + 1)]
        self.assertEqual(self.failureResultOf(loser, BusyError).value.seconds, EVERY)
        self.workers.work()
        for attempt in (blocking, *others):
            self.assertIs(self.successResultOf(attempt), False)

    def test_who_goes_before_his_turn_costs_nothing(self) -> None:
        """His place is free."""
        first, second = self.attempt("a"), self.attempt("b")
        second.cancel()
        self.failureResultOf(second, CancelledError)
        self.workers.work()
        self.assertIs(self.successResultOf(first), False)
        self.assertEqual((self.workers.runs, len(self.guard)), (1, 0))

    def test_D21_who_goes_while_it_is_tried_has_tried_it(self) -> None:
        """It is tried to its end, the next one begins only then, and it counts: nobody tries for nothing."""
        for _ in range(3):
            gone, waiting = self.attempt("a"), self.attempt("b", PASSWORD)
            gone.cancel()
            self.failureResultOf(gone, CancelledError)
            before = self.workers.runs
            self.workers.work(1)
            self.assertEqual(self.workers.runs, before + 1)
            self.workers.work()
            self.assertIs(self.successResultOf(waiting), True)
        self.assertRaises(OftenError, self.attempt, "a")

    def test_D21_captchas_are_for_circuits_and_after_failures(self) -> None:
        """Never for this machine."""
        self.assertFalse(self.guard.wants_captcha(b"x"))
        self.fail_as("a", "b", "c")
        self.assertTrue(self.guard.wants_captcha(b"x"))
        self.assertFalse(self.guard.wants_captcha(None))

    def test_what_goes_wrong_is_told_and_the_next_one_is_tried(self) -> None:
        """And it is no failure of his."""
        self.guard.password = Broken()
        attempts = [self.attempt(circuit) for circuit in "abc"]
        self.workers.work()
        for attempt in attempts:
            self.failureResultOf(attempt, MemoryError)
        self.assertFalse(self.guard.wants_captcha(b"x"))

    def test_without_threads_all_are_refused(self) -> None:
        """As at the end of the daemon."""
        first, second = self.attempt("a"), self.attempt("b")
        self.workers.busy = True
        self.workers.work()
        self.assertIs(self.successResultOf(first), False)
        self.failureResultOf(second, BusyError)
        self.failureResultOf(self.attempt("c"), BusyError)

    def test_a_password_that_has_changed_meanwhile_is_wrong(self) -> None:
        """The new one counts."""
        attempt = self.attempt("a", PASSWORD)
        self.guard.password = Printed("another")
        self.workers.work()
        self.assertIs(self.successResultOf(attempt), False)
        self.assertIs(self.successResultOf(self.attempt("b", "another")), True)

    def test_D21_a_printed_password_needs_no_thread_but_has_the_same_limits(self) -> None:
        """128 bits cannot be guessed, however quickly one may try."""
        self.guard = Guard(Printed(PASSWORD), self.workers, self.clock)
        self.assertIs(self.successResultOf(self.attempt("a", PASSWORD)), True)
        for _ in range(3):
            self.assertIs(self.successResultOf(self.attempt("a")), False)
        self.assertRaises(OftenError, self.attempt, "a")
        self.assertEqual(self.workers.runs, 0)
