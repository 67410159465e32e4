"""How long tor's restarts wait."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.backoff import Backoff


class BackoffTests(SynchronousTestCase):
    """``Backoff``."""

    def test_L23_chance_decides_after_a_crash(self) -> None:
        """Between 5 and 60 seconds."""
        self.assertEqual([Backoff().wait(1, chance) for chance in (0.0, 0.5, 1.0)], [5.0, 32.5, 60.0])

    def test_each_failure_in_a_row_doubles_the_wait_up_to_a_bound(self) -> None:
        """A tor that cannot run is not started all the time."""
        waits = [Backoff().wait(failures, 0.0) for failures in (1, 2, 3, 4, 5, 6, 1000)]
        self.assertEqual(waits, [5.0, 10.0, 20.0, 40.0, 80.0, 80.0, 80.0])

    def test_a_long_run_is_healthy(self) -> None:
        """Its end is the first failure again."""
        self.assertEqual([Backoff().failures(7, ran_for) for ran_for in (299.0, 300.0)], [8, 1])
