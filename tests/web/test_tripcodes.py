"""Tripcodes, made in threads and remembered for a while."""

from __future__ import annotations

import gc

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.tripcode import LongPasswordError, Tripcode, make
from onionstream.threads import BusyError
from onionstream.web.tripcodes import REMEMBERED, Tripcodes
from tests.fakes import FakeWorkers

PEPPER, ANN, BOB = b"p" * 32, b"a" * 16, b"b" * 16


class TripcodesTests(SynchronousTestCase):
    """``Tripcodes``."""

    def setUp(self) -> None:
        """None is made yet."""
        self.clock = Clock()
        self.workers = FakeWorkers(prompt=False)
        self.tripcodes = Tripcodes(self.workers, PEPPER, self.clock)

    def make(self, password: str, key: bytes = ANN) -> Deferred[Tripcode]:
        """Ask for one."""
        return self.tripcodes.make(key, password)

    def made(self, password: str, key: bytes = ANN) -> Tripcode:
        """:return: one, for which the workers have worked."""
        making = self.make(password, key)
        self.workers.work()
        return self.successResultOf(making)

    def test_D22_it_is_made_elsewhere(self) -> None:
        """And is what ``make`` says."""
        making = self.make("secret")
        self.assertNoResult(making)
        self.workers.work()
        self.assertEqual(self.successResultOf(making), make("secret", PEPPER))

    def test_D22_it_is_remembered(self) -> None:
        """For everybody who knows the password; there is nothing to wait for then."""
        made = self.made("secret")
        self.assertEqual([self.successResultOf(self.make("secret", key)) for key in (ANN, BOB)], [made, made])
        self.assertEqual(self.workers.runs, 1)

    def test_D22_no_password_is_remembered(self) -> None:
        """Nor anything that one could try passwords on without this process' secret."""
        password = "-".join(["pass", "word", "of", "ann"])  # put together here, so that it is no constant of this code
        self.made(password)
        gc.collect()
        names = [*self.tripcodes._made]
        self.assertEqual([len(name) for name in names], [16])
        other = Tripcodes(self.workers, PEPPER, self.clock)
        self.successResultOf(self._made_by(other, password))
        self.assertNotEqual(names, [*other._made])
        self.assertFalse([one for one in gc.get_referrers(password) if isinstance(one, dict | list | tuple)])

    def _made_by(self, other: Tripcodes, password: str) -> Deferred[Tripcode]:
        making = other.make(ANN, password)
        self.workers.work()
        return making

    def test_D22_two_at_once_and_then_one_in_half_a_minute(self) -> None:
        """For each person; what is remembered does not count."""
        self.made("one")
        self.made("two")
        error = self.assertRaises(BusyError, self.make, "three")
        self.assertEqual(error.seconds, 30)
        self.assertIn("several passwords", error.sentence)
        self.made("one")
        self.made("three", BOB)
        self.clock.advance(30)
        self.made("four")
        self.assertRaises(BusyError, self.make, "five")

    def test_D22_busy_workers_cost_nothing(self) -> None:
        """Whoever was sent away may ask as often as before."""
        self.workers.busy = True
        for _ in range(5):
            self.assertRaises(BusyError, self.make, "one")
        self.workers.busy = False
        self.made("one")
        self.made("two")

    def test_a_password_that_is_too_long(self) -> None:
        """Is said at once, and costs nothing."""
        for _ in range(5):
            self.assertRaises(LongPasswordError, self.make, "x" * 1025)
        self.assertEqual(self.workers.runs, 0)

    def test_who_has_gone_is_not_told(self) -> None:
        """His request ends, and so does the waiting."""
        making = self.make("secret")
        making.cancel()
        self.failureResultOf(making, CancelledError)
        self.workers.work()
        self.assertEqual(len(self.tripcodes), 0)

    def test_D50_1024_are_remembered(self) -> None:
        """Whoever was asked for longest ago is forgotten."""
        first, second = self.made("first"), self.made("second")
        for number in range(REMEMBERED - 2):
            self.tripcodes._remember(b"%d" % number, Tripcode(b"x" * 32))
        self.make("first")
        self.tripcodes._remember(b"another", Tripcode(b"x" * 32))
        self.assertEqual(len(self.tripcodes), 1024)
        self.assertEqual(self.successResultOf(self.make("first")), first)
        self.assertEqual(self.made("second", BOB), second)
        self.assertEqual(self.workers.runs, 3)
