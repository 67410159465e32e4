"""
What happens to the picture in Firefox when something happens to the encoder, to the line, or to us.

:mod:`tests.video.test_waiting_players` has the same for players that wait.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.detail import Detail
from tests.video.onair import OnAir, a_slate
from tests.video.players import Watched
from tests.video.viewing import BODY, LARGER, WHOLE, AudibleViewing, FirefoxViewing


class FirefoxTests(FirefoxViewing):
    """Firefox runs on, whatever happens: so its delay is the same before and after."""

    def check_same(self, before: float, after: float = 5) -> None:
        """Some seconds later all is as it was."""
        self.air.go(after + 6)
        self.assertApproximates(self.steady(self.now - 6), before, 0.045)

    def test_F6_whenever_he_comes(self) -> None:
        """In the stream's first second, or before it: smooth from the first picture on, under a second behind."""
        for after in (0.0, 0.5, 1.95, 2.9):
            self.assertLess(self.settle(after=after), 0.9)
            self.assertEqual(self.watched().freezes(), [])

    def test_F6_who_comes_while_the_encoder_is_away(self) -> None:
        """He waits for the picture, and is as near as others then; no slate is a beginning."""
        for away in (0.1, 0.5, 3.0):
            self.settle()
            self.air.end()
            self.air.go(away)
            self.eyes = self.player(self.air, self.profile)
            self.line = self.air.play(self.eyes, self.profile)
            self.air.go(1)
            self.air.begin(body=BODY)
            self.air.go(20)
            watched = Watched(self.eyes.shown(), self.air.began[-1:])
            self.assertLess(watched.delays()[-1], 1.0)
            self.assertEqual((watched.freezes(), watched.slates()), ([], 0))

    def test_F6_without_sound(self) -> None:
        """Smooth at once, and nearer still."""
        for after in (0.5, 2.5):
            self.assertLess(self.settle(audio=False, after=after), 0.7)
            self.assertEqual(self.watched().freezes(), [])

    def test_R01_the_encoder_is_back_in_a_moment(self) -> None:
        """After 0.3 s: one short freeze, no slate."""
        before = self.settle()
        self.restart(0.3)
        self.check_same(before, after=2)
        self.assertEqual((len(self.watched().freezes()), self.watched().slates()), (1, 0))

    def test_R01_with_another_size(self) -> None:
        """The same; nothing is asked for anew."""
        before = self.settle()
        self.restart(0.3, LARGER)
        self.check_same(before, after=2)

    def test_R01_the_encoder_is_away_for_two_seconds(self) -> None:
        """The slate stands in from the first second on."""
        before = self.settle()
        self.restart(2)
        self.check_same(before, after=2)
        self.check_slate(15)

    def test_R01_for_twenty(self) -> None:
        """The slate is there all the time, and then the picture."""
        before = self.settle()
        self.restart(20, LARGER)
        self.check_same(before, after=2)
        self.check_slate(500)

    def test_R01_without_a_slate(self) -> None:
        """The picture stands still for as long, and no longer."""
        before = self.settle(slate=False)
        self.restart(20)
        self.check_same(before, after=2)
        self.assertLess(sum(self.watched().freezes()), 20.6)

    def test_R22_the_line_stands_still_for_a_second(self) -> None:
        """A freeze, and on."""
        before = self.settle()
        self.stand_still(1)
        self.check_same(before, after=2)

    def test_R22_for_three(self) -> None:
        """He is late, so he gets the sound alone until the next keyframe; he stays at the live edge."""
        before = self.settle()
        self.stand_still(3)
        self.check_same(before, after=3)
        self.assertLess(sum(self.watched().freezes()), 3.6)
        self.assertEqual(self.air.broadcast.skipped, 0)

    def test_R22_for_thirty(self) -> None:
        """He is moved to the live edge; the gap stays in the times, so the delay is the same as before."""
        before = self.settle()
        self.stand_still(30)
        self.check_same(before, after=3)
        self.assertEqual(self.air.broadcast.skipped, 1)

    def test_D41_who_is_moved_on_while_he_is_squeezed(self) -> None:
        """The rest of it is done as if nothing had happened."""
        settled = self.settle()
        self.begin(behind=4)
        self.air.go(4)
        self.stand_still(10)
        self.check_same(settled, after=10)
        self.assertEqual(self.air.broadcast.skipped, 1)

    def test_R23_a_line_of_60_per_cent(self) -> None:
        """
        A slide show at the live edge, with whole sound; the whole picture when the line is good again.

        While that is tried, the delay grows: what is on its way is not known here.
        """
        before = self.settle()
        self.line.rate = 0.6 * WHOLE
        self.air.go(80)
        watched = self.watched()
        self.assertIs(self.detail, Detail.KEYFRAMES)
        self.assertApproximates(min(watched.delays(self.now - 20)), before, 0.045)
        self.assertLess(max(watched.delays(self.now - 20)), 6)
        self.assertLess(max(watched.freezes(self.now - 20)), 1.3)
        self.assertEqual(self.air.broadcast.skipped, 0)
        self.line.rate = 2 * WHOLE
        self.check_same(before, after=82)
        self.assertIs(self.detail, Detail.WHOLE)

    def test_R32_the_daemon_stands_still(self) -> None:
        """For 3 s, whatever it looks at first then: the same delay as before, and no slate."""
        for pipe_first in (True, False):
            before = self.settle()
            self.air.freeze(3, pipe_first=pipe_first)
            self.check_same(before, after=2)
            self.assertEqual(self.watched().slates(), 0)

    def test_R02_an_encoder_that_hangs_and_goes_on(self) -> None:
        """The slate stands in for it, in the middle of a run."""
        before = self.settle()
        self.air.hang(4)
        self.check_same(before, after=3)
        self.assertGreater(self.watched().slates(), 60)


class AudibleTests(AudibleViewing):
    """
    Firefox with its sound on, which looks the same from here as one without: it waits when its line stands still, and
    stays behind by what its buffer did not cover.
    """

    def test_it_is_squeezed_as_well(self) -> None:
        """Without a freeze, and as near as one that is muted."""
        self.assertLess(self.settle(), 0.8)
        self.assertEqual(self.watched().freezes(), [])

    def test_R01_an_encoder_that_is_started_again(self) -> None:
        """The sound goes on, so it does not wait for more than a moment."""
        for seconds in (0.3, 2, 20):
            before = self.settle()
            self.restart(seconds, LARGER)
            self.check_behind(before, 0.6)
            self.assertLess(max(self.watched().freezes()), 1.1)

    def test_R22_a_line_that_stands_still(self) -> None:
        """It goes on."""
        for seconds in (1, 3):
            before = self.settle()
            self.stand_still(seconds)
            self.check_behind(before, seconds)

    def test_R23_a_line_of_60_per_cent(self) -> None:
        """A slide show with whole sound."""
        self.settle()
        self.line.rate = 0.6 * WHOLE
        self.air.go(80)
        self.assertIs(self.detail, Detail.KEYFRAMES)
        self.assertLess(max(self.watched().freezes(self.now - 15)), 1.3)


class StartTests(SynchronousTestCase):
    """Those who wait for the stream to begin."""

    def test_F6_nobody_watches_nothing_is_made(self) -> None:
        """An encoder that is away costs nothing while nobody watches, and nobody comes too late for the slate."""
        air = OnAir(slate=a_slate())
        air.begin(body=BODY)
        air.go(5)
        air.end()
        made = len(air.window.everything)
        air.go(5)
        self.assertEqual(len(air.window.everything), made)
        air.begin(body=BODY)
        air.go(5)
        self.assertEqual({one.generation for one in air.window.everything}, {1, 2})
        self.assertEqual(Watched([], air.began).slates(), 0)
