"""When frames came, and when they went out."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.fragment import MOST_SAMPLES
from onionstream.video.offers import KEPT, Offer, Offers
from tests.video.onair import OnAir, fragments
from tests.video.streams import film


class OffersTests(SynchronousTestCase):
    """``Offers``."""

    def setUp(self) -> None:
        """Two fragments of the same film."""
        self.offers = Offers()
        _, made = fragments(film(1.0, audio=False))
        self.first, self.second = made[:2]
        self.count = sum(len(run.samples) for run in self.first.runs)

    def test_a_fragment_has_the_samples_that_came_first(self) -> None:
        """What came with its last one belongs to the next."""
        for second in range(self.count + 1):
            self.offers.came(float(second))
        self.offers.left(self.first, 10.0)
        average = 10.0 - (self.count - 1) / 2
        self.assertEqual(self.offers.since(1), {1: Offer(1, 10.0, average, 10.0)})
        self.assertEqual(self.offers.since(2), {})
        self.offers.left(self.second, 11.0)
        self.assertEqual(self.offers.since(2)[2].longest, 11.0 - self.count)

    def test_what_waited_of_the_run_before_is_forgotten(self) -> None:
        """As the fragmenter forgets it."""
        self.offers.came(0.0)
        self.offers.begin()
        for _ in range(self.count):
            self.offers.came(5.0)
        self.offers.left(self.first, 6.0)
        self.assertEqual(self.offers.since(1)[1].longest, 1.0)

    def test_a_fragment_of_which_nothing_is_known(self) -> None:
        """Says nothing."""
        self.offers.left(self.first, 6.0)
        self.assertEqual(self.offers.since(0), {})

    def test_D50_it_does_not_grow(self) -> None:
        """Whatever comes, and whether it goes out or not."""
        for _ in range(5 * MOST_SAMPLES):
            self.offers.came(0.0)
        for _ in range(KEPT + 5):
            self.offers.came(0.0)
            self.offers.left(self.first, 1.0)
        kept = (self.offers._came, self.offers._made)
        self.assertTrue(all(len(one) <= 2 * MOST_SAMPLES for one in kept))
        self.assertLessEqual(len(kept[1]), KEPT)


class OnAirTests(SynchronousTestCase):
    """What the broadcast notes."""

    def test_every_fragment_has_its_times(self) -> None:
        """Over a restart of the encoder too; none waits longer than a fragment lasts, and a frame."""
        air = OnAir()
        for _ in range(2):
            air.begin()
            air.go(3.0)
            air.end()
        offers = air.broadcast.offers.since(1)
        self.assertEqual(sorted(offers), [one.number for one in air.window.everything])
        self.assertLess(max(offer.longest for offer in offers.values()), 0.15)
