"""Whose turn it is to try a password (D-21)."""

from __future__ import annotations

from typing import cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from twisted.trial.unittest import SynchronousTestCase

from onionstream.allowance import BusyError
from onionstream.web.attempts import BURST, EACH, EVERY, MINUTE, PLACES, Attempts, OftenError


class AttemptsTests(SynchronousTestCase):
    """``Attempts``; each is called as its circuit is, and those of this machine ``near``."""

    def setUp(self) -> None:
        """Nobody has tried."""
        self.now = 0.0
        self.attempts: Attempts[str] = Attempts()

    def enter(self, *names: str) -> list[str | None]:
        """They come in this order; :return: who lost his place."""
        return [self.attempts.enter(bucket(name), name, self.now) for name in names]

    def refused(self, name: str) -> BusyError:
        """:return: why this one cannot come."""
        return cast("BusyError", self.assertRaises(BusyError, self.enter, name))

    def fail_one(self) -> str | None:
        """The next one fails; :return: who that was."""
        taken = self.attempts.take(self.now)
        if taken is not None:
            self.attempts.done(self.now, wrong=True)
        return taken

    def fail_as(self, *names: str) -> None:
        """These fail."""
        for name in names:
            self.enter(name)
            self.assertEqual(self.fail_one(), name)

    def test_R27_one_at_a_time(self) -> None:
        """In the order in which they came."""
        self.enter("a", "b")
        self.assertEqual(self.attempts.take(0), "a")
        self.assertIsNone(self.attempts.take(0))
        self.attempts.done(0, wrong=False)
        self.assertEqual(self.attempts.take(0), "b")

    def test_D21_a_circuit_has_one_place(self) -> None:
        """While it waits, and while it is tried."""
        self.enter("a")
        self.assertIsInstance(self.refused("a"), OftenError)
        self.attempts.take(0)
        self.assertIsInstance(self.refused("a"), OftenError)
        self.attempts.done(0, wrong=False)
        self.enter("a")

    def test_D21_three_wrong_ones_a_minute_over_one_circuit(self) -> None:
        """Others go on; and so does this one when the first is a minute old."""
        for self.now in (0, 10, 20):
            self.fail_as("a")
        error = self.refused("a")
        self.assertIsInstance(error, OftenError)
        self.assertEqual(error.seconds, MINUTE - 20)
        self.enter("b")
        self.now = MINUTE
        self.enter("a")

    def test_D21_right_ones_are_not_counted(self) -> None:
        """However many."""
        for _ in range(20):
            self.enter("a")
            self.attempts.take(0)
            self.attempts.done(0, wrong=False)
        self.assertFalse(self.attempts.suspicious(0))

    def test_D21_when_many_have_failed_others_wait_and_are_not_refused(self) -> None:
        """Ten at once, and then one in six seconds."""
        self.fail_as(*map(str, range(BURST)))
        self.enter("right")
        self.assertIsNone(self.attempts.take(0))
        self.assertEqual(self.attempts.wait(0), EVERY)
        self.assertEqual(self.attempts.take(EVERY), "right")

    def test_D21_this_machine_is_never_starved_by_circuits(self) -> None:
        """It comes first, and waits for nothing that they have done."""
        self.fail_as(*map(str, range(BURST)))
        self.enter(*"abcdefgh", "near")
        self.assertEqual(self.attempts.take(0), "near")

    def test_D21_it_has_a_pace_of_its_own(self) -> None:
        """As somebody on it may guess; circuits are not held up by that."""
        for _ in range(BURST):
            self.fail_as("near")
        self.enter("near", "near", "a")
        self.assertEqual(self.fail_one(), "a")
        self.assertIsNone(self.fail_one())
        self.assertEqual(self.attempts.wait(0), EVERY)
        self.assertFalse(self.attempts.suspicious(0))

    def test_D21_there_are_eight_places(self) -> None:
        """For circuits and for this machine each; who is refused hears when to come again."""
        self.enter(*"abcdefgh", *["near"] * PLACES)
        for name in ("i", "near"):
            error = self.refused(name)
            self.assertNotIsInstance(error, OftenError)
            self.assertGreater(error.seconds, 0)

    def test_D21_who_has_not_failed_comes_first(self) -> None:
        """Whoever came before him."""
        self.fail_as("a", "b")
        self.enter("a", "b", "c")
        self.assertEqual([self.fail_one() for _ in "abc"], ["c", "a", "b"])

    def test_D21_who_has_not_failed_takes_the_place_of_one_who_has(self) -> None:
        """Of the last of those; nobody can take his."""
        self.fail_as("a", "b")
        self.assertEqual(self.enter(*"abcdefgh"), [None] * PLACES)
        self.assertEqual(self.enter("i", "j"), ["b", "a"])
        self.refused("k")
        self.refused("a")

    def test_D21_three_wrong_ones_of_all_are_suspicious(self) -> None:
        """Within a minute."""
        self.fail_as("a", "b")
        self.assertFalse(self.attempts.suspicious(0))
        self.fail_as("c")
        self.assertTrue(self.attempts.suspicious(MINUTE - 1))
        self.assertFalse(self.attempts.suspicious(MINUTE))

    def test_who_goes_leaves_his_place(self) -> None:
        """If he is still in it."""
        self.enter("a", "near", "near")
        self.attempts.leave(b"a", "a")
        self.attempts.leave(None, "near")
        self.assertEqual((len(self.attempts), self.attempts.take(0)), (0, None))
        self.enter("b")
        self.attempts.take(0)
        self.attempts.leave(b"b", "b")
        self.assertIsNone(self.attempts.wait(0))


def bucket(name: str) -> bytes | None:
    """:return: what limits know somebody by."""
    return None if name.startswith("near") else name[:1].encode()


class AnyAttempts(RuleBasedStateMachine):
    """People and attackers come, wait, go and fail at any time."""

    def __init__(self) -> None:
        """Nobody has tried."""
        super().__init__()
        self.attempts: Attempts[str] = Attempts()
        self.now = 0.0
        self.count = 0
        self.waiting: list[str] = []
        self.tried = ""
        self.failed: list[tuple[float, bytes | None]] = []

    def lately(self, who: bytes | None) -> int:
        """:return: how often this one has failed within a minute."""
        return sum(one == who and self.now - when < MINUTE for when, one in self.failed)

    @rule(seconds=st.floats(0, 8) | st.floats(0, 90))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @rule(name=st.sampled_from(("near", *"abcdefghijkl")))
    def come(self, name: str) -> None:
        """Somebody comes. He is refused only for his own failures, or where all places have as good a right."""
        self.count += 1
        attempt = f"{name}{self.count}"
        who = bucket(name)
        mine = [one for one in [*self.waiting, self.tried] if one and bucket(one) == who]
        full = len([one for one in self.waiting if (bucket(one) is None) == (who is None)]) >= PLACES
        try:
            displaced = self.attempts.enter(who, attempt, self.now)
        except OftenError:
            assert who is not None
            assert self.lately(who) >= EACH or mine
        except BusyError as error:
            assert full
            assert error.seconds > 0
            assert who is None or self.lately(who) or not any(self.lately(bucket(one)) for one in self.far)
        else:
            assert who is None or not mine
            assert (displaced is not None) == (full and who is not None)
            if displaced is not None:
                assert self.lately(bucket(displaced))
                assert not self.lately(who)
                self.waiting.remove(displaced)
            self.waiting.append(attempt)

    @property
    def far(self) -> list[str]:
        """Those of circuits."""
        return [one for one in self.waiting if bucket(one) is not None]

    @rule(which=st.integers(0, 20))
    def go(self, which: int) -> None:
        """Somebody who waits goes away."""
        if self.waiting:
            attempt = self.waiting.pop(which % len(self.waiting))
            self.attempts.leave(bucket(attempt), attempt)

    @rule()
    def take(self) -> None:
        """The next one is tried: one of this machine first, then one that has not failed, then who came first."""
        wait = self.attempts.wait(self.now)
        attempt = self.attempts.take(self.now)
        if attempt is None:
            assert self.tried or wait != 0.0
            return
        assert not self.tried
        near = [one for one in self.waiting if bucket(one) is None]
        good = [one for one in self.far if not self.lately(bucket(one))]
        if bucket(attempt) is None:
            assert attempt == near[0]
        else:
            assert attempt == (good or self.far)[0]
        self.waiting.remove(attempt)
        self.tried = attempt

    @rule(wrong=st.booleans() | st.just(True))
    def end(self, wrong: bool) -> None:
        """What was tried is known."""
        if self.tried:
            self.attempts.done(self.now, wrong=wrong)
            if wrong:
                self.failed.append((self.now, bucket(self.tried)))
            self.tried = ""

    @invariant()
    def bounded(self) -> None:
        """All places are taken by who should have them, and no more have failed than may."""
        assert len(self.attempts) == len(self.waiting) <= 2 * PLACES
        for circuit in "abcdefghijkl":
            assert self.lately(circuit.encode()) <= EACH
        for near in (True, False):
            lately = [when for when, who in self.failed if (who is None) == near and self.now - when < MINUTE]
            assert len(lately) <= BURST + MINUTE / EVERY

    @invariant()
    def nobody_is_forgotten(self) -> None:
        """Who waits is tried in the end: one can always say when."""
        wait = self.attempts.wait(self.now)
        assert (wait is None) == (not self.waiting)
        assert wait is None or wait <= EVERY


class AnyAttemptsTests(SynchronousTestCase):
    """Whatever happens in whatever order."""

    def test_D21_R27_the_turns_are_fair_and_the_bounds_hold(self) -> None:
        """After every step."""
        run_state_machine_as_test(
            AnyAttempts, settings=settings(max_examples=150, stateful_step_count=60, database=None)
        )
