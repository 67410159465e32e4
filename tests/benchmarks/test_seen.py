"""The figures that follow from what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from benchmarks.seen import Pause, Seen, look


def run(seconds: float, *times: float, late: float = 500) -> Seen:
    """:return: a run with pictures at these times."""
    return Seen(seconds, [(at, late) for at in times])


class SeenTests(SynchronousTestCase):
    """One run's figures."""

    def test_delay_is_the_median(self) -> None:
        """Of the pictures in these seconds; the end is not part of them."""
        seen = Seen(10, [(1, 100), (2, 900), (3, 200), (4, 5000)])
        self.assertEqual(seen.delay(1, 4), 200)

    def test_without_pictures_there_is_no_delay(self) -> None:
        """But a rate, which is 0."""
        self.assertEqual((run(10, 1).delay(5, 7), run(10, 1).rate(5, 7)), (None, 0))

    def test_a_pause_is_from_picture_to_picture(self) -> None:
        """Or to the end of the run."""
        self.assertEqual(list(run(10, 1, 2, 5).pauses()), [Pause(1, 1), Pause(2, 3), Pause(5, 5)])

    def test_the_longest_pause_of_some_seconds_may_reach_beyond_them(self) -> None:
        """On either side."""
        self.assertEqual(run(10, 1, 2, 5, 5.5).longest(3, 4), 3)

    def test_a_pause_belongs_to_what_happened_at_its_beginning(self) -> None:
        """Also when the last picture came a moment before; but not if it had begun long before."""
        seen = run(20, 1, 4.97, 9, 9.5)
        self.assertAlmostEqual(seen.begun(5, 9) or 0, 4.03)
        self.assertEqual(seen.begun(7, 9.3), 0.5)

    def test_freezes_count_from_a_second_after_the_first_picture(self) -> None:
        """What a player does while it begins is another matter."""
        times = [3, 3.8, 4.0, 4.2, 4.6, *(4.6 + 0.2 * count for count in range(1, 10))]
        (freeze,) = run(6.5, *times).freezes()
        self.assertAlmostEqual(freeze.length, 0.4)

    def test_a_picture_that_never_comes_back_is_a_freeze(self) -> None:
        """Although there is no picture after it."""
        self.assertEqual(run(60, 1, 1.5, 2.2).freezes(), [Pause(2.2, 57.8)])

    def test_a_run_that_showed_nothing(self) -> None:
        """Has no figures, and no freeze: it has not begun."""
        seen = run(10)
        self.assertEqual((seen.first, seen.delay(0, 10), seen.longest(0, 10), seen.freezes()), (None, None, None, []))


class LookTests(SynchronousTestCase):
    """The loop that looks at the screen."""

    def look(self, codes: Callable[[], Iterator[int | None]], seconds: float = 0.5) -> tuple[Seen, list[float]]:
        """:return: what was seen of a screen that shows these codes, ten a second; and when something could happen."""
        clock, shown, acts = Clock(), codes(), list[float]()
        seen = look(
            lambda: next(shown),
            lambda code, now: now * 1000 - code,
            clock.seconds,
            lambda: clock.advance(0.1),
            seconds,
            acts.append,
        )
        return seen, acts

    def test_a_new_code_is_a_new_picture(self) -> None:
        """The same one again is the same picture; none, or one that cannot be read, is none."""
        seen, _ = self.look(lambda: iter([None, 10, 10, None, 300]))
        self.assertEqual([(round(at, 3), round(late)) for at, late in seen.frames], [(0.1, 90), (0.4, 100)])

    def test_it_ends_when_the_time_is_over(self) -> None:
        """After each look something can happen."""
        seen, acts = self.look(lambda: iter([None] * 99), 0.35)
        self.assertEqual((seen.seconds, [round(at, 3) for at in acts]), (0.35, [0, 0.1, 0.2, 0.3]))
