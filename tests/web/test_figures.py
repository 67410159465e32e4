"""What is said of figures, and how high bars are."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from onionstream.web.figures import LETTERS, LEVELS, LINES, Chart
from onionstream.web.measures import BARS
from tests.web.entry import FIGURES


class ChartTests(SynchronousTestCase):
    """A small picture."""

    def test_nothing_yet(self) -> None:
        """It is as wide as ever, and empty."""
        chart = Chart((None, None), 500.0)
        self.assertEqual((chart.known, chart.least, chart.most), (False, 0.0, 0.0))
        self.assertEqual(chart.levels, (0,) * BARS)

    def test_the_newest_is_at_the_right(self) -> None:
        """What is missing is at the left, where time was before the start."""
        self.assertEqual(Chart((1.0, 2.0)).levels, (*(0,) * (BARS - 2), LEVELS // 2, LEVELS))

    def test_the_highest_fills_it_unless_the_scale_is_higher(self) -> None:
        """So a stream that is as it should be looks the same at any bitrate."""
        self.assertEqual(Chart((100.0,), 200.0).levels[-1], LEVELS // 2)
        self.assertEqual(Chart((300.0,), 200.0).levels[-1], LEVELS)

    def test_little_is_not_nothing(self) -> None:
        """One viewer among a thousand is seen, and an outage is a gap."""
        self.assertEqual(Chart((1.0, 0.0, None, 1000.0)).levels[-4:], (1, 0, 0, LEVELS))

    def test_outages_do_not_count_for_the_least(self) -> None:
        """What is said is of the time in which there was anything."""
        chart = Chart((400.0, None, 380.0))
        self.assertEqual((chart.known, chart.least, chart.most), (True, 380.0, 400.0))

    def test_more_than_there_is_room_for(self) -> None:
        """The oldest goes."""
        self.assertEqual(len(Chart(tuple(float(one) for one in range(99))).levels), BARS)


class EncoderTests(SynchronousTestCase):
    """The encoder's."""

    def test_slower_than_the_clock(self) -> None:
        """By more than a measurement may be wrong."""
        for speed, slow in ((None, False), (1.0, False), (0.98, False), (0.9, True)):
            self.assertEqual(replace(FIGURES.encoder, speed=speed).slow, slow)

    def test_the_last_words_are_few(self) -> None:
        """The newest of them, so that one who chatters costs little."""
        said = tuple(f"line {number}" for number in range(20))
        self.assertEqual(replace(FIGURES.encoder, said=said).words, said[-LINES:])
        words = replace(FIGURES.encoder, said=("gone", "a" * 600, "b" * 600)).words
        self.assertEqual(words, ("a" * 399 + "…", "b" * 600))
        self.assertEqual(sum(map(len, words)), LETTERS)
        self.assertEqual(replace(FIGURES.encoder, said=()).words, ())
