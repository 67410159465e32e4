"""Pictures that are drawn before somebody needs one."""

from __future__ import annotations

from random import SystemRandom

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.allowance import BusyError
from onionstream.captcha.pool import STOCK, Pool
from tests.captcha.pictures import FakeArtist
from tests.fakes import FakeWorkers


class PoolTests(SynchronousTestCase):
    """``Pool``, for four pictures."""

    def setUp(self) -> None:
        """It has been opened, and nobody has begun to draw."""
        self.clock = Clock()
        self.workers = FakeWorkers(prompt=False)
        self.artist = FakeArtist()
        self.pool = Pool(self.artist, self.workers, self.clock, stock=4)
        self.pool.open()
        self.addCleanup(self.flushLoggedErrors)

    def test_D24_the_stock_is_what_was_agreed(self) -> None:
        """Between 64 and 256."""
        self.assertIn(STOCK, range(64, 257))

    def test_D24_nothing_is_drawn_on_the_reactors_thread(self) -> None:
        """Without pictures it is busy, and somebody has to come again."""
        self.assertEqual((self.artist.drawn, self.workers.runs), (0, 1))
        self.assertRaises(BusyError, self.pool.take)

    def test_it_is_filled(self) -> None:
        """One by one, and not more than that."""
        self.workers.work(1)
        self.assertEqual((len(self.pool), self.workers.runs), (1, 2))
        self.workers.work()
        self.assertEqual((len(self.pool), self.workers.runs), (4, 4))

    def test_A53_each_is_taken_once(self) -> None:
        """And replaced."""
        self.workers.work()
        taken = []
        for _ in range(6):
            taken.append(self.pool.take().solution)
            self.workers.work()
        self.assertEqual(taken, ["A1", "A2", "A3", "A4", "A5", "A6"])
        self.assertEqual(len(self.pool), 4)

    def test_all_can_be_taken_at_once(self) -> None:
        """Then it is busy until there is one more."""
        self.workers.work()
        for _ in range(4):
            self.pool.take()
        self.assertRaises(BusyError, self.pool.take)
        self.workers.work(1)
        self.assertEqual(self.pool.take().solution, "A5")

    def test_it_waits_for_busy_workers(self) -> None:
        """And asks them again after a while."""
        self.workers.busy = True
        self.workers.work(1)
        self.assertEqual(self.workers.runs, 1)
        self.workers.busy = False
        self.clock.advance(5)
        self.workers.work()
        self.assertEqual(len(self.pool), 4)

    def test_what_cannot_be_drawn_is_logged(self) -> None:
        """And tried again after a while, not at once."""
        self.artist.broken = True
        self.workers.work()
        self.assertEqual((len(self.pool), self.workers.runs), (0, 1))
        self.artist.broken = False
        self.clock.advance(4.9)
        self.assertEqual(self.workers.runs, 1)
        self.clock.advance(0.1)
        self.workers.work()
        self.assertEqual(len(self.pool), 4)

    def test_R41_another_artist(self) -> None:
        """What the old one drew is gone, also what he is at."""
        self.workers.work(2)
        self.pool.replace(FakeArtist("B"))
        self.assertRaises(BusyError, self.pool.take)
        self.workers.work()
        self.assertEqual([self.pool.take().solution for _ in range(4)], ["B1", "B2", "B3", "B4"])

    def test_R41_another_artist_while_it_is_closed(self) -> None:
        """Nothing is drawn before it opens again."""
        self.pool.close()
        self.pool.replace(FakeArtist("B"))
        self.assertEqual(self.workers.runs, 1)

    def test_it_can_be_closed(self) -> None:
        """Nothing goes on afterwards, whatever it was at."""
        self.pool.close()
        self.workers.work()
        self.assertEqual((len(self.pool), self.workers.runs, self.clock.getDelayedCalls()), (0, 1, []))

    def test_it_can_be_closed_while_it_waits(self) -> None:
        """For workers that were busy."""
        self.workers.busy = True
        self.workers.work(1)
        self.pool.close()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_D24_its_chance_is_the_systems(self) -> None:
        """Unless a test wants to know beforehand what comes."""
        self.assertIsInstance(self.pool._chance, SystemRandom)
