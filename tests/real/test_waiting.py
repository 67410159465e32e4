"""
Tests of waiting, on a turned clock.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.real.waiting import NotSeenError, until


class UntilTest(SynchronousTestCase):
    """
    Looking until something is seen.
    """

    def test_the_first_good_result_is_returned(self) -> None:
        """
        Looks go on until then, and no longer.
        """
        clock, seen = Clock(), iter([1, 2, 30, 40])
        done = Deferred.fromCoroutine(until(clock, "ten", lambda: next(seen), lambda n: n > 10, every=0.5))
        self.assertNoResult(done)
        clock.pump([0.5, 0.5])
        self.assertEqual(self.successResultOf(done), 30)
        self.assertEqual(next(seen), 40)

    def test_after_the_time_it_says_what_was_waited_for_and_what_was_seen(self) -> None:
        """
        A reader of the failure knows what to look for.
        """
        clock = Clock()
        done = Deferred.fromCoroutine(until(clock, "a green page", lambda: "red", lambda c: c == "green", timeout=2))
        clock.pump([0.05] * 60)
        error = self.failureResultOf(done, NotSeenError).value
        self.assertEqual(str(error), "waited 2 s for a green page; seen last: 'red'")
