"""How much went out to viewers, and how much waits for them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.viewer import Delivery
from tests.fakes import FakeResponse
from tests.video.onair import OnAir


class DeliveryTests(SynchronousTestCase):
    """``Broadcast.delivery``."""

    def setUp(self) -> None:
        """An encoder that runs."""
        self.air = OnAir()
        self.air.begin()
        self.air.go(2.0)

    def test_nobody_is_there(self) -> None:
        """Nothing went out, and nobody waits."""
        self.assertEqual(self.air.broadcast.delivery(), Delivery(size=0, behind=None))

    def test_all_bytes_that_were_taken_count(self) -> None:
        """Also those of viewers who have gone since: the sum never falls."""
        first, viewer = self.air.join()
        second, _ = self.air.join()
        self.air.go(1.0)
        self.assertEqual(self.air.broadcast.delivery().size, len(first.data) + len(second.data))
        self.air.broadcast.leave(viewer)
        before = len(first.data)
        self.air.go(1.0)
        self.assertEqual(self.air.broadcast.delivery().size, before + len(second.data))

    def test_who_keeps_up_is_not_behind(self) -> None:
        """All that was offered to him is gone."""
        self.air.join()
        self.air.go(1.0)
        self.assertEqual(self.air.broadcast.delivery().behind, 0.0)

    def test_what_a_line_has_not_taken_is_told_in_seconds_of_the_stream(self) -> None:
        """What waits in the socket, and what was not written since it is full."""
        response, _ = self.air.join(FakeResponse(prompt=False, full=2000))
        self.air.go(1.0)
        delivery = self.air.broadcast.delivery()
        assert delivery.behind is not None
        self.assertApproximates(delivery.behind, 2.0, 1.1)
        self.assertEqual(delivery.size, 0)
        self.air.go(3.0)
        later = self.air.broadcast.delivery()
        assert later.behind is not None
        self.assertApproximates(later.behind - delivery.behind, 3.0, 0.3)
        response.take()
        self.assertGreater(self.air.broadcast.delivery().size, 0)

    def test_it_is_an_average(self) -> None:
        """One of two who keeps up halves it."""
        self.air.join(FakeResponse(prompt=False, full=2000))
        self.air.go(3.0)
        alone = self.air.broadcast.delivery().behind
        self.air.join()
        both = self.air.broadcast.delivery().behind
        assert alone is not None and both is not None
        self.assertApproximates(both, alone / 2, 0.01)

    def test_who_waits_for_a_picture_is_not_behind(self) -> None:
        """There is nothing to be sent to him yet."""
        air = OnAir()
        air.begin()
        air.join()
        self.assertEqual(air.broadcast.delivery(), Delivery(size=0, behind=None))

    def test_one_whose_line_is_far_behind_counts_as_he_may_lag_at_the_most(self) -> None:
        """What he was to get is not in the window any more; he will be moved on."""
        air = OnAir(seconds=5, behind=4)
        air.begin()
        air.go(1.0)
        air.join(FakeResponse(prompt=False, full=2000))
        air.go(12.0)
        behind = air.broadcast.delivery().behind
        assert behind is not None
        self.assertTrue(4 <= behind < 8)

    def test_a_response_that_is_broken_hurts_nobody(self) -> None:
        """It is let go, as everywhere."""
        broken, viewer = self.air.join()
        other, _ = self.air.join()
        broken.broken = True
        self.assertEqual(self.air.broadcast.delivery().size, len(other.data))
        self.air.broadcast.leave(viewer)
        self.assertEqual(len(self.flushLoggedErrors(AssertionError, RuntimeError, OSError)), 1)
