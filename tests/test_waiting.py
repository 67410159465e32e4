"""Those who wait for something to happen."""

from __future__ import annotations

from functools import partial

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from onionstream.waiting import Waiting


def _add(woken: list[int], number: int, _: None) -> None:
    woken.append(number)


class WaitingTests(SynchronousTestCase):
    """``Waiting``."""

    def setUp(self) -> None:
        """Nobody waits."""
        self.waiting = Waiting()

    def test_all_are_woken_once(self) -> None:
        """In the order in which they came; the next time nobody is left."""
        woken: list[int] = []
        for number in range(3):
            self.waiting.wait().addCallback(partial(_add, woken, number))
        self.waiting.wake()
        self.waiting.wake()
        self.assertEqual(woken, [0, 1, 2])

    def test_one_who_goes_is_forgotten(self) -> None:
        """And hears that by himself."""
        gone, stays = self.waiting.wait(), self.waiting.wait()
        gone.cancel()
        self.waiting.wake()
        self.failureResultOf(gone, CancelledError)
        self.assertIsNone(self.successResultOf(stays))

    def test_one_who_goes_while_all_are_woken(self) -> None:
        """He may not be called any more."""
        first, second, third = (self.waiting.wait() for _ in range(3))
        first.addCallback(lambda _: second.cancel())
        self.waiting.wake()
        self.failureResultOf(second, CancelledError)
        self.assertIsNone(self.successResultOf(third))

    def test_one_who_begins_to_wait_meanwhile(self) -> None:
        """He waits for the next time."""
        again: list[Deferred[None]] = []
        self.waiting.wait().addCallback(lambda _: again.append(self.waiting.wait()))
        self.waiting.wake()
        self.assertNoResult(again[0])
        self.waiting.wake()
        self.assertIsNone(self.successResultOf(again[0]))

    def test_what_goes_wrong_with_one(self) -> None:
        """Is his own; the others are woken."""
        bad, good = self.waiting.wait(), self.waiting.wait()
        bad.addCallback(lambda _: 1 / 0)
        self.waiting.wake()
        self.failureResultOf(bad, ZeroDivisionError)
        self.assertIsNone(self.successResultOf(good))
