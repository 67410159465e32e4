"""What is printed about several runs."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.events import Event
from benchmarks.report import segments, spread, summary, table
from benchmarks.seen import Seen


def steady(late: float, seconds: float = 20, begin: float = 1, missing: tuple[float, float] = (0, 0)) -> Seen:
    """:return: a run with ten pictures a second, but for some seconds without any."""
    times = [begin + count / 10 for count in range(int((seconds - begin) * 10))]
    return Seen(seconds, [(at, late) for at in times if not missing[0] < at < missing[1]])


class SpreadTests(SynchronousTestCase):
    """A figure of several runs."""

    def test_median_and_from_least_to_most(self) -> None:
        """In this order."""
        self.assertEqual(spread([3, 1, 8]), "3 (1 to 8)")

    def test_one_value_stands_alone(self) -> None:
        """And so do several that look the same."""
        self.assertEqual((spread([7.04], 1), spread([7.04, 7.01], 1)), ("7.0", "7.0"))

    def test_a_run_without_the_figure_is_told(self) -> None:
        """It must not be taken for one like the others."""
        self.assertEqual(spread([1, None, 1, None]), "1, in 2 of 4")

    def test_no_run_has_it(self) -> None:
        """A dash."""
        self.assertEqual(spread([None]), "-")


class SummaryTests(SynchronousTestCase):
    """All of it."""

    def test_a_row_for_every_two_seconds(self) -> None:
        """Delay, pictures a second, and the longest pause."""
        rows = [row.split() for row in table([steady(500, 6)])]
        self.assertEqual(
            rows[1:], [["0", "500", "5.0", "0.10"], ["2", "500", "10.0", "0.10"], ["4", "500", "10.0", "0.10"]]
        )

    def test_before_and_after_each_event(self) -> None:
        """The delay that was reached, the pause, and the pictures a second."""
        runs = [steady(500, missing=(10, 12)), steady(700, missing=(10, 13))]
        self.assertEqual(
            list(segments(runs, [Event(10, "stall", "2")])),
            [
                "before stall:2 at 10 s: delay 600 (500 to 700) ms, 10.0 frames a second",
                "after stall:2 at 10 s: a pause of 2.50 (2.00 to 3.00) s, "
                "then delay 600 (500 to 700) ms, 10.0 frames a second",
            ],
        )

    def test_events_come_in_their_order(self) -> None:
        """However they were given; each has the time until the next."""
        lines = list(segments([steady(500)], [Event(15, "kill"), Event(5, "mute")]))
        self.assertEqual(
            [line.split(":")[0] for line in lines], ["before mute at 5 s", "after mute at 5 s", "after kill at 15 s"]
        )

    def test_freezes_and_the_last_ten_seconds(self) -> None:
        """Of each run, with the time of each freeze."""
        lines = list(summary([steady(500, missing=(5, 6)), steady(500)], []))
        self.assertEqual(
            lines[-3:],
            [
                "freezes over 0.25 s after the first second: 1, 0",
                "  run 1: 1.00 s at 5.0 s",
                "last 10 s: delay 500 ms, 10.0 frames a second",
            ],
        )

    def test_runs_that_showed_nothing(self) -> None:
        """There is still a report, and it says so."""
        lines = list(summary([Seen(4), Seen(4)], [Event(2, "kill")]))
        self.assertEqual(lines[-1], "last 10 s: delay - ms, 0.0 frames a second")
