"""What each circuit carries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.rates import CIRCUITS, SILENCE, Rate, Rates
from onionstream.onion.replies import CircuitRate


def news(delivered: int, circuit: int = 1, round_trip: int | None = None, window: int | None = None) -> CircuitRate:
    """What tor says of a circuit."""
    return CircuitRate(circuit=circuit, delivered=delivered, round_trip=round_trip, window=window)


class RatesTests(SynchronousTestCase):
    """``Rates``."""

    def setUp(self) -> None:
        """Nothing is known."""
        self.rates = Rates()

    def delivered(self, now: float, circuit: int = 1) -> float:
        """Bytes a second."""
        rate = self.rates.of(circuit, now)
        assert rate is not None
        return rate.delivered

    def test_the_first_news_is_the_rate(self) -> None:
        """As tor told it; a round trip in seconds."""
        self.rates.hear(news(1000, round_trip=66, window=633), 5)
        self.assertEqual(self.rates.of(1, 5), Rate(delivered=1000, round_trip=0.066, window=633))

    def test_how_late_a_circuit_may_be(self) -> None:
        """Half of what its round trip is longer than a quick one, within a bound; nothing where it is unknown."""
        for round_trip, seconds in ((None, 0.0), (60, 0.0), (200, 0.0), (500, 0.15), (5000, 0.4)):
            self.setUp()
            self.rates.hear(news(1000, round_trip=round_trip), 5)
            rate = self.rates.of(1, 5)
            assert rate is not None
            self.assertAlmostEqual(rate.wavering, seconds)

    def test_a_steady_rate_is_told_as_it_is(self) -> None:
        """Whenever it is asked for, before the next news is due and a little after."""
        for second in range(60):
            self.rates.hear(news(1000), second)
        self.assertAlmostEqual(self.delivered(59.0), 1000)
        self.assertAlmostEqual(self.delivered(60.0), 1000)

    def test_a_change_is_followed_in_some_seconds(self) -> None:
        """One second alone changes little."""
        for second in range(20):
            self.rates.hear(news(1000), second)
        self.rates.hear(news(9000), 20)
        self.assertTrue(1000 < self.delivered(20) < 3000)
        for second in range(21, 40):
            self.rates.hear(news(9000), second)
        self.assertTrue(8500 < self.delivered(39) < 9000)

    def test_news_that_comes_late_tells_of_all_the_time(self) -> None:
        """Tor says nothing of a second in which nothing was carried."""
        for second in range(0, 200, 10):
            self.rates.hear(news(1000), second)
        self.assertTrue(90 < self.delivered(190) < 130)

    def test_a_line_that_stands_still_is_seen(self) -> None:
        """Though there is no news of it."""
        self.rates.hear(news(1000), 0)
        self.assertLess(self.delivered(15), 100)

    def test_news_at_the_same_moment_is_not_lost(self) -> None:
        """And divides nothing by nothing."""
        self.rates.hear(news(1000), 0)
        self.rates.hear(news(1000), 0)
        self.assertGreater(self.delivered(0), 1000)

    def test_a_round_trip_that_is_not_told_is_still_the_last(self) -> None:
        """So is the window."""
        self.rates.hear(news(1, round_trip=80, window=100), 0)
        self.rates.hear(news(1), 1)
        self.rates.hear(news(1, round_trip=90), 2)
        rate = self.rates.of(1, 2)
        assert rate is not None
        self.assertEqual((rate.round_trip, rate.window), (0.09, 100))

    def test_what_was_never_told_is_not_known(self) -> None:
        """Of a circuit without congestion control, of another one, and of none."""
        self.rates.hear(news(1), 0)
        rate = self.rates.of(1, 0)
        assert rate is not None
        self.assertEqual((rate.round_trip, rate.window), (None, None))
        self.assertEqual((self.rates.of(2, 0), self.rates.of(None, 0)), (None, None))

    def test_D50_it_is_forgotten_after_a_minute_without_news(self) -> None:
        """Each by itself."""
        self.rates.hear(news(1, 1), 0)
        self.rates.hear(news(1, 2), 0)
        self.rates.hear(news(1, 1), 30)
        self.assertIsNone(self.rates.of(2, SILENCE))
        self.assertIsNotNone(self.rates.of(1, SILENCE))
        self.assertEqual(len(self.rates), 1)
        self.assertIsNone(self.rates.of(1, 30 + SILENCE))
        self.assertEqual(len(self.rates), 0)

    def test_D50_of_more_circuits_than_there_is_room_for_the_known_ones_stay(self) -> None:
        """A newcomer has to wait until one of them is forgotten."""
        for circuit in range(CIRCUITS + 10):
            self.rates.hear(news(1000, circuit), 0)
        self.assertEqual(len(self.rates), CIRCUITS)
        self.assertEqual((self.delivered(0, 0), self.rates.of(CIRCUITS, 0)), (1000, None))
        self.rates.hear(news(1000, CIRCUITS), SILENCE)
        self.assertEqual((len(self.rates), self.delivered(SILENCE, CIRCUITS)), (1, 1000))

    @given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10**18), st.floats(0, 100))))
    def test_D50_any_news_at_all(self, told: list[tuple[int, int, float]]) -> None:
        """The table is bounded, and a rate is a number between what was told last and what was told most."""
        rates, now = Rates(4), 0.0
        for circuit, delivered, passed in told:
            now += passed
            rates.hear(news(delivered, circuit), now)
            self.assertLessEqual(len(rates), 4)
            rate = rates.of(circuit, now)
            self.assertTrue(rate is None or 0 <= rate.delivered <= 10**22)

    def test_D84_nothing_is_shown(self) -> None:
        """The number of a circuit is in no text that may get into a log."""
        self.rates.hear(news(1, 4711), 0)
        self.assertNotIn("4711", repr(self.rates) + repr(self.rates.of(4711, 0)))
