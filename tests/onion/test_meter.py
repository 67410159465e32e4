"""How fast bytes come."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.meter import Meter


class MeterTests(SynchronousTestCase):
    """``Meter``."""

    def test_the_beginning_does_not_count(self) -> None:
        """A stock that comes at once is no pace."""
        meter = Meter(100.0, 2.0)
        meter.count(1_000_000, 100.1)
        for tick in range(10):
            meter.count(50_000, 102.5 + tick)
        self.assertEqual((meter.total, meter.rate(112.0)), (1_500_000, 400.0))

    def test_what_stands_still_is_slow(self) -> None:
        """Seconds without a byte count as the others."""
        meter = Meter(0.0, 1.0)
        meter.count(1000, 0.5)
        meter.count(125_000, 9.0)
        self.assertEqual(meter.rate(11.0), 100.0)
        self.assertEqual(Meter(0.0, 1.0).rate(5.0), 0.0)

    def test_what_is_over_soon_counts_as_a_whole(self) -> None:
        """It ended before it had got going."""
        meter = Meter(0.0, 2.0)
        meter.count(125_000, 0.9)
        self.assertEqual(meter.rate(1.0), 1000.0)

    def test_a_moment_says_nothing(self) -> None:
        """There is no rate then."""
        meter = Meter(0.0, 2.0)
        meter.count(125_000, 0.1)
        self.assertIsNone(meter.rate(0.1))
