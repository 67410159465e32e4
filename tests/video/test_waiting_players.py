"""What happens to the picture in Chromium and the like, which wait when they have run out, when something happens."""

from __future__ import annotations

from onionstream.video.detail import Detail
from tests.video.viewing import LARGER, WHOLE, ChromiumViewing, Viewing


class ChromiumTests(ChromiumViewing):
    """Chromium waits; what it has missed is cut out of its times, and it comes back to where it was."""

    def check_back(self, before: float, after: float = 25, *, late: float = 0.1) -> None:
        """Some seconds later it is (nearly) as near as it was, smooth, and its sound and picture are together."""
        self.air.go(after + 6)
        self.assertLess(self.steady(self.now - 6), before + late)
        self.assertLess(abs(self.watched().shown[-1].apart), 0.06)

    def test_F6_whenever_he_comes(self) -> None:
        """Smooth from the first picture on; under 1.5 s behind in the end."""
        for after in (0.0, 0.5, 1.95, 2.9):
            self.assertLess(self.settle(after=after), 1.5)
            self.assertEqual(self.watched().freezes(), [])

    def test_F6_without_sound(self) -> None:
        """There is a picture, and it is smooth."""
        self.assertLess(self.settle(audio=False, after=2.9), 3.5)
        self.assertEqual(self.watched().freezes(), [])

    def test_R01_the_encoder_is_back_in_a_moment(self) -> None:
        """After 0.3 s, with the same or with another size."""
        for size in ((320, 180), LARGER):
            before = self.settle()
            self.restart(0.3, size)
            self.check_back(before, after=2)
            self.assertEqual((len(self.watched().freezes()), self.watched().slates()), (1, 0))

    def test_R01_the_encoder_is_away_for_two_seconds(self) -> None:
        """The slate keeps it from running out: it never waits."""
        before = self.settle()
        self.restart(2)
        self.check_back(before, after=2)
        self.check_slate(15)

    def test_R01_for_twenty(self) -> None:
        """The same."""
        before = self.settle()
        self.restart(20)
        self.check_back(before, after=2)
        self.check_slate(500)

    def test_R01_without_a_slate(self) -> None:
        """It waits, and what it has missed is cut out."""
        for seconds in (2, 20):
            before = self.settle(slate=False)
            self.restart(seconds)
            self.check_back(before)
            self.assertLess(sum(self.watched().freezes()), seconds + 0.8)

    def test_R22_the_line_stands_still_for_a_second(self) -> None:
        """Hardly anything is seen of it."""
        before = self.settle()
        self.stand_still(1)
        self.check_back(before, after=2, late=0.3)
        self.assertEqual(self.watched().freezes(), [])

    def test_R22_for_three(self) -> None:
        """One freeze; afterwards it comes back to where it was, as far as can be known."""
        before = self.settle()
        self.stand_still(3)
        self.check_back(before, late=0.4)
        self.assertLess(sum(self.watched().freezes()), 3)

    def test_R22_for_thirty(self) -> None:
        """It goes on near the live edge: what lies between is cut out. What was on its way is not known here."""
        before = self.settle()
        self.stand_still(30)
        self.check_back(before, late=1.0)
        self.assertLess(sum(self.watched().freezes()), 31)

    def test_R23_a_line_of_60_per_cent(self) -> None:
        """A slide show with whole sound, at most once a minute interrupted by a try; and back when the line is good."""
        before = self.settle()
        self.line.rate = 0.6 * WHOLE
        self.air.go(80)
        skipped = self.air.broadcast.skipped
        self.assertLess(skipped, 8)
        self.assertIs(self.detail, Detail.KEYFRAMES)
        self.assertLess(max(self.watched().freezes(self.now - 15)), 2)
        self.air.go(60)
        self.assertLess(self.air.broadcast.skipped, skipped + 4)
        self.line.rate = 2 * WHOLE
        self.air.go(100)
        self.assertIs(self.detail, Detail.WHOLE)
        self.assertLess(self.watched().delays()[-1], before + 2)
        self.assertEqual(self.watched().freezes(self.now - 6), [])

    def test_R32_the_daemon_stands_still(self) -> None:
        """It goes on smoothly, no further behind than that."""
        for pipe_first in (True, False):
            before = self.settle()
            self.air.freeze(3, pipe_first=pipe_first)
            self.air.go(15)
            self.assertLess(self.steady(self.now - 6), before + 2.5)
            self.assertEqual(self.watched().slates(), 0)

    def test_R02_an_encoder_that_hangs_and_goes_on(self) -> None:
        """The slate stands in for it, in the middle of a run."""
        before = self.settle()
        self.air.hang(4)
        self.check_back(before, after=3)
        self.assertGreater(self.watched().slates(), 60)


class PlainTests(Viewing):
    """mpv and its like, which get the stream as it is."""

    def test_F6_whenever_he_comes(self) -> None:
        """Smooth from the first picture on, as near as the newest keyframe."""
        for after in (0.0, 0.5, 1.95, 2.9):
            self.assertLess(self.settle(after=after), 1.1)
            self.assertEqual(self.watched().freezes(), [])

    def test_R01_an_encoder_that_is_started_again(self) -> None:
        """After a moment, after two seconds, after twenty, with another size: nothing is lost but what is not there."""
        for seconds in (0.3, 2, 20):
            before = self.settle()
            self.restart(seconds, LARGER)
            self.check_behind(before, 0.05)
            self.assertEqual(self.watched().slates() > 0, seconds > 1)

    def test_R22_a_line_that_stands_still(self) -> None:
        """He waits, and stays behind by what his buffer did not cover: nothing is cut out of a stream as it is."""
        for seconds in (1, 3):
            before = self.settle()
            self.stand_still(seconds)
            self.check_behind(before, seconds)

    def test_R22_for_thirty(self) -> None:
        """He is moved on, though such a player waits through the gap as well; he is never stuck."""
        before = self.settle()
        self.stand_still(30)
        self.check_behind(before, 30)
        self.assertEqual(self.air.broadcast.skipped, 1)

    def test_R23_a_line_of_60_per_cent(self) -> None:
        """A slide show with whole sound."""
        self.settle()
        self.line.rate = 0.6 * WHOLE
        self.air.go(80)
        self.assertIs(self.detail, Detail.KEYFRAMES)
        self.assertLess(max(self.watched().freezes(self.now - 15)), 1.3)
        self.assertEqual(self.air.broadcast.skipped, 0)

    def test_R32_the_daemon_stands_still(self) -> None:
        """He waits as long."""
        for pipe_first in (True, False):
            before = self.settle()
            self.air.freeze(3, pipe_first=pipe_first)
            self.check_behind(before, 2.9)
