"""What a viewer's line carries, judged by how far he lags."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.detail import Detail
from onionstream.video.line import FIRST_REST, LONGEST_DRAIN, LONGEST_REST, QUEUE, SLOW, SLOW_REST, WELL, Line

STEPS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from((0.1, 0.1, 1.0, 30.0, 100.0))), max_size=60
)
"""Late, strained, a newest keyframe, and seconds since the last fragment."""


class LineTests(SynchronousTestCase):
    """Fragments of a tenth of a second, with a keyframe a second."""

    def setUp(self) -> None:
        """Nothing is known of it yet."""
        self.line = Line()
        self.now = 100.0

    def decide(
        self, *, late: bool = False, strained: bool = False, keyframe: bool = False, carried: float = 0.0
    ) -> Detail:
        """Of the next fragment. A line that carried nothing stood still."""
        self.now += 0.1
        return self.line.decide(
            late=late,
            strained=strained or late,
            keyframe=keyframe,
            newest=keyframe,
            carried=carried,
            now=self.now,
        )

    def fall_and_count(self) -> float:
        """:return: seconds of keyframes after a fall, until the newest one is there."""
        self.decide(late=True)
        begins = self.now
        while self.decide(keyframe=True) is Detail.KEYFRAMES:
            self.assertLess(self.now - begins, 1000)
        return round(self.now - begins - 0.1)

    def test_a_good_line(self) -> None:
        """All of it, all the time."""
        for index in range(50):
            self.assertIs(self.decide(keyframe=index % 10 == 0), Detail.WHOLE)
        self.assertEqual(self.line.falls, 0)

    def test_a_strained_one(self) -> None:
        """First the pictures go that no other needs; that is no fall, and over at once."""
        self.assertIs(self.decide(strained=True), Detail.REFERENCES)
        self.assertIs(self.decide(), Detail.WHOLE)
        self.assertEqual(self.line.falls, 0)

    def test_one_that_falls_behind(self) -> None:
        """The sound alone as long as he is late, then keyframes until the newest one."""
        self.assertIs(self.decide(late=True), Detail.SOUND)
        self.assertIs(self.decide(late=True, keyframe=True), Detail.SOUND)
        self.assertIs(self.decide(), Detail.KEYFRAMES)
        self.assertIs(self.decide(strained=True), Detail.KEYFRAMES)
        self.assertIs(self.decide(keyframe=True), Detail.WHOLE)
        self.assertIs(self.decide(), Detail.WHOLE)
        self.assertEqual(self.line.falls, 1)

    def test_the_whole_is_tried_at_once_the_first_time_and_then_less_and_less_often(self) -> None:
        """Rests double up to the longest."""
        self.assertEqual([self.fall_and_count() for _ in range(7)], [0, 4, 8, 16, 32, 60, 60])
        self.assertEqual((FIRST_REST, LONGEST_REST, self.line.falls), (4, 60, 7))

    def test_a_minute_without_a_fall_makes_it_good_again(self) -> None:
        """Counted from the end of the rest; what comes then is a first fall."""
        for _ in range(3):
            self.fall_and_count()
        self.now += WELL - 1
        self.assertEqual(self.fall_and_count(), 16)
        self.now += WELL + 0.2
        self.assertEqual(self.fall_and_count(), 0)
        self.assertEqual(self.fall_and_count(), 4)

    def test_a_slow_line_drains_first(self) -> None:
        """What is on its way already takes the longer the less the line carries; sound alone goes out meanwhile."""
        for carried, seconds in ((0.9, QUEUE / 0.9), (0.6, QUEUE / 0.6), (SLOW, QUEUE / SLOW)):
            self.setUp()
            self.decide(late=True, carried=carried)
            begins = self.now
            while self.decide(keyframe=True, carried=carried) is Detail.SOUND:
                self.assertLess(self.now - begins, LONGEST_DRAIN + 0.2)
            self.assertApproximates(self.now - begins, seconds, 0.11)

    def test_and_stays_with_less_for_long(self) -> None:
        """From the first fall on: a whole picture that does not fit costs seconds each time."""
        self.decide(late=True, carried=0.6)
        begins = self.now
        while self.decide(keyframe=True) is not Detail.WHOLE:
            self.assertTrue(self.line.slow)
        self.assertApproximates(self.now - begins, SLOW_REST, 0.11)

    def test_one_that_carries_less_than_half(self) -> None:
        """Every other keyframe, the first of them at once."""
        self.decide(late=True, carried=0.45)
        self.now += LONGEST_DRAIN
        sent = [self.decide(keyframe=True) for _ in range(4)]
        self.assertEqual(sent, [Detail.KEYFRAMES, Detail.SOUND] * 2)

    def test_a_fall_that_is_known_from_elsewhere(self) -> None:
        """As when a player has waited: it counts as one, and rests follow."""
        self.line.fall(self.now)
        self.assertIs(self.decide(), Detail.WHOLE)
        self.line.fall(self.now)
        self.assertEqual((self.decide(keyframe=True), self.line.falls), (Detail.KEYFRAMES, 2))

    @given(STEPS)
    def test_whatever_comes(self, steps: list[tuple[bool, bool, bool, float]]) -> None:
        """
        Who is late gets sound alone, and nobody else; a picture that needs others comes after a keyframe with all of
        those between.
        """
        complete = True
        for late, strained, keyframe, waited in steps:
            self.now += waited
            detail = self.line.decide(
                late=late, strained=strained, keyframe=keyframe, newest=keyframe, carried=0.0, now=self.now
            )
            self.assertEqual(detail is Detail.SOUND, late)
            if detail in (Detail.WHOLE, Detail.REFERENCES):
                complete = complete or keyframe
                self.assertTrue(complete)
            else:
                complete = False
