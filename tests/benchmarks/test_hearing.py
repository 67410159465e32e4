"""When lines are heard."""

from __future__ import annotations

import time
from array import array

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.hearing import Delays, Ears, stamp, summary


def line(moment: int, words: str = "words") -> bytes:
    """As it stands in a page."""
    return f"<div>{words} ~{moment:020}~</div>\n".encode()


class EarsTests(SynchronousTestCase):
    """``Ears``."""

    def setUp(self) -> None:
        """Nothing was heard."""
        self.heard = array("q")
        self.ears = Ears(self.heard)

    def moments(self) -> list[int]:
        """Of all that was heard."""
        return self.heard[::2].tolist()

    def test_a_line_is_heard_once_however_it_comes(self) -> None:
        """Byte by byte, with things around it that are no lines."""
        whole = b"<style>x</style>\n" + line(17) + b"<span>~</span>\n" + line(18)
        for number in range(len(whole)):
            self.ears.feed(whole[number : number + 1])
        self.assertEqual(self.moments(), [17, 18])

    def test_a_line_counts_when_its_last_byte_is_there(self) -> None:
        """Not when its stamp is."""
        self.ears.feed(line(17)[:-1])
        self.assertEqual(self.moments(), [])
        self.ears.feed(b"\n")
        self.assertEqual(self.moments(), [17])

    def test_the_delay_is_from_the_stamp(self) -> None:
        """Of the clock that all processes share."""
        before = time.monotonic_ns()
        said = f"{stamp()}\n".encode()
        self.ears.feed(said)
        moment, delay = self.heard
        self.assertTrue(before <= moment <= moment + delay <= time.monotonic_ns())


class DelaysTests(SynchronousTestCase):
    """``Delays``."""

    def test_of_each_line_and_of_its_last_reader(self) -> None:
        """In seconds, the least first; a line that nobody has heard does not count."""
        second = 10**9
        heard = array("q", [100, 3 * second, 100, second, 200, 2 * second])
        delays = Delays.of(heard, 0, second)
        self.assertEqual((delays.each, delays.last, delays.readers), ([1.0, 2.0, 3.0], [2.0, 3.0], 1))

    def test_only_what_was_said_in_the_span(self) -> None:
        """However late it was heard."""
        delays = Delays.of(array("q", [99, 1, 100, 10**12, 199, 1, 200, 1]), 100, 200)
        self.assertEqual(delays.last, [1e-9, 1000.0])


class SummaryTests(SynchronousTestCase):
    """``summary``."""

    def test_it_has_three_figures(self) -> None:
        """The middle, that of which 99 of 100 are not more, the worst."""
        self.assertEqual(summary([float(number) for number in range(1, 201)]), (100.5, 198.0, 200.0))

    def test_of_few_the_worst_counts(self) -> None:
        """Nothing is left out that could be seen."""
        self.assertEqual(summary([1.0, 5.0]), (3.0, 5.0, 5.0))

    def test_of_nothing_there_is_nothing(self) -> None:
        """And no error."""
        self.assertEqual(summary([]), (0.0, 0.0, 0.0))
