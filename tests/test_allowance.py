"""How often something may be asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.allowance import PLACES, Allowance, Allowances, BusyError


class BusyTests(SynchronousTestCase):
    """``BusyError``."""

    def test_it_says_when_to_come_again(self) -> None:
        """In whole seconds, rounded up."""
        error = BusyError("Too many letters.", seconds=2.1)
        self.assertEqual((error.seconds, error.sentence), (3, "Too many letters. Please try again in 3 seconds."))

    def test_it_has_a_sentence_of_its_own(self) -> None:
        """And never says to come again in no time."""
        error = BusyError(seconds=0.0)
        self.assertEqual(error.sentence, "Too much is asked of this at the moment. Please try again in 1 second.")


class AllowanceTests(SynchronousTestCase):
    """``Allowance``."""

    def test_so_many_at_once(self) -> None:
        """Then one is to be waited for; asking too early costs nothing."""
        allowance = Allowance(burst=3, every=5)
        self.assertEqual([allowance.take(100) for _ in range(5)], [0, 0, 0, 5, 5])
        self.assertEqual([allowance.take(104), allowance.take(105), allowance.take(105)], [1, 0, 5])

    def test_asking_takes_nothing(self) -> None:
        """``wait`` may be called as often as one likes."""
        allowance = Allowance(burst=1, every=5)
        self.assertEqual([allowance.wait(9) for _ in range(3)], [0, 0, 0])
        self.assertEqual((allowance.take(9), allowance.wait(10)), (0, 4))

    @given(steps=st.lists(st.sampled_from((0.0, 0.25, 0.5, 1.0, 40.0)), max_size=60), burst=st.integers(1, 5))
    def test_never_more_than_the_rate_and_a_burst(self, steps: list[float], burst: int) -> None:
        """In whatever stretch of time, and however it is asked."""
        allowance, now, taken = Allowance(burst, every=0.5), 0.0, []
        for step in steps:
            now += step
            if not allowance.take(now):
                taken.append(now)
        for place, first in enumerate(taken):
            for count, last in enumerate(taken[place:], 1):
                self.assertLessEqual(count, burst + (last - first) / 0.5)


class AllowancesTests(SynchronousTestCase):
    """``Allowances``."""

    def test_each_has_his_own(self) -> None:
        """What one takes another one still has."""
        allowances = Allowances(burst=1, every=5)
        self.assertEqual([allowances.take(key, 0) for key in (b"a", b"a", b"b")], [0, 5, 0])
        self.assertEqual([allowances.wait(key, 1) for key in (b"a", b"b", b"c")], [4, 4, 0])

    def test_D50_who_has_all_of_it_again_is_forgotten(self) -> None:
        """He is then no other than somebody new."""
        allowances = Allowances(burst=2, every=5)
        for key in (b"a", b"b", b"c"):
            allowances.take(key, 0)
        allowances.take(b"d", 5)
        self.assertEqual(len(allowances), 1)

    def test_D50_there_are_only_so_many_places(self) -> None:
        """Whoever asked longest ago loses his."""
        allowances = Allowances(burst=1, every=1e9)
        for number in range(PLACES + 10):
            allowances.take(b"%d" % number, 0)
        self.assertEqual(len(allowances), 4096)
        self.assertEqual([bool(allowances.wait(key, 0)) for key in (b"9", b"10", b"%d" % PLACES)], [False, True, True])
