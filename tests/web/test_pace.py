"""What is wanted often is done now and then."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.web.pace import Pace


class PaceTests(SynchronousTestCase):
    """Two seconds between two times."""

    def setUp(self) -> None:
        """Nothing was wanted yet."""
        self.clock = Clock()
        self.done: list[float] = []
        self.pace = Pace(self.clock, 2.0, lambda: self.done.append(self.clock.seconds()))

    def test_the_first_time_is_at_once(self) -> None:
        """Nobody waits while nothing else happens."""
        self.pace.want()
        self.assertEqual(self.done, [0.0])

    def test_many_wishes_are_granted_together(self) -> None:
        """However often it is wanted: once each two seconds, and the last wish is not lost."""
        for _ in range(50):
            self.pace.want()
            self.clock.advance(0.1)
        self.clock.pump([0.1] * 100)
        self.assertEqual([round(time) for time in self.done], [0, 2, 4, 6])

    def test_after_a_rest_it_is_at_once_again(self) -> None:
        """The time between has passed already."""
        self.pace.want()
        self.clock.advance(2)
        self.pace.want()
        self.assertEqual(self.done, [0.0, 2.0])

    def test_hurry_does_what_is_due_and_only_that(self) -> None:
        """Nothing is done that was not wanted, nor twice."""
        self.pace.hurry()
        self.assertEqual(self.done, [])
        self.pace.want()
        self.pace.want()
        self.pace.hurry()
        self.clock.advance(10)
        self.assertEqual(self.done, [0.0, 0.0])

    def test_stopped_it_leaves_nothing_behind(self) -> None:
        """No timer runs on."""
        self.pace.want()
        self.pace.want()
        self.pace.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
