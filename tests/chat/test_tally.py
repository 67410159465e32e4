"""How often something has happened lately."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.tally import Tally


class TallyTests(SynchronousTestCase):
    """So many times in so many seconds."""

    def test_it_is_full_after_so_many_times(self) -> None:
        """Until the oldest of them is long enough ago."""
        tally = Tally(2, 10.0, places=5)
        tally.count("it", 0)
        self.assertFalse(tally.full("it", 1))
        tally.count("it", 4)
        self.assertEqual(tally.wait("it", 7), 3.0)
        self.assertTrue(tally.full("it", 9.9))
        self.assertFalse(tally.full("it", 10))
        self.assertFalse(tally.full("other", 5))

    def test_only_the_last_times_count(self) -> None:
        """Once more, and the oldest is forgotten."""
        tally = Tally(2, 10.0)
        for now in (0, 5, 8):
            tally.count("it", now)
        self.assertEqual(tally.wait("it", 9), 6.0)

    def test_D50_the_one_that_did_not_happen_for_the_longest_time_gives_way(self) -> None:
        """Where there are too many."""
        tally = Tally(1, 10.0, places=2)
        for thing in ("one", "two", "one", "three"):
            tally.count(thing, 0)
        self.assertEqual([tally.full(thing, 1) for thing in ("one", "two", "three")], [True, False, True])
        self.assertEqual(len(tally), 2)

    def test_D50_what_is_old_is_forgotten(self) -> None:
        """When asked, or when there is something new."""
        tally = Tally(1, 10.0, places=5)
        tally.count("one", 0)
        tally.count("two", 5)
        tally.forget(10)
        self.assertEqual(len(tally), 1)
        tally.count("three", 15)
        self.assertEqual(len(tally), 1)
