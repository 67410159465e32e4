"""The stream as Firefox shows it: delay, smoothness, and what happens to it when something happens; and the models."""

from __future__ import annotations

from dataclasses import replace

from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN
from tests.video.viewing import ChromiumViewing, FirefoxViewing

STILL = replace(FIREFOX, buffer=0.0)
"""Every trick but the squeeze."""

STEADY = 14.0
"""Seconds of the clock after which a squeeze of 0.4 s is done for certain, for who came in the fourth second."""


class FirefoxCase(FirefoxViewing):
    """A stream that has been on air for 3.3 s when somebody comes with Firefox."""

    def delay(self, since: float = STEADY) -> float:
        """The delay from a time on, which is the same all the time, to a frame."""
        delays = self.watched().delays(since)
        self.assertLess(max(delays) - min(delays), 0.04)
        return delays[-1]

    def natural(self) -> float:
        """The delay of the same viewer without a squeeze."""
        case = type(self)()
        case.begin(STILL)
        case.air.go(20)
        return case.delay()


class ModelTests(FirefoxCase):
    """That the simulated Firefox fails as the real one did: without our tricks."""

    def test_the_stream_as_it_is(self) -> None:
        """Measured: 1.4 to 1.5 s, freezes of 0.3 s and more, again and again."""
        self.begin(PLAIN)
        self.air.go(30)
        watched = self.watched()
        self.assertGreaterEqual(len(watched.freezes(STEADY)), 5)
        self.assertLess(watched.rate(STEADY, 30), 29)
        self.assertTrue(1.2 < max(watched.delays(STEADY)) < 1.7)

    def test_only_with_filled_blocks(self) -> None:
        """Measured: 1.16 s, smooth."""
        self.begin(replace(STILL, all_sync=False))
        self.air.go(30)
        self.assertEqual(self.watched().freezes(), [])
        self.assertTrue(1.05 < self.delay() < 1.3)

    def test_a_squeeze_without_all_sync(self) -> None:
        """Measured: a freeze of 0.35 s at every keyframe."""
        self.begin(replace(FIREFOX, all_sync=False))
        self.air.go(31)
        freezes = self.watched().freezes(STEADY)
        self.assertTrue(15 <= len(freezes) <= 20)
        self.assertTrue(all(0.3 < one < 0.55 for one in freezes))

    def test_too_much_squeeze(self) -> None:
        """Measured: one to three pictures a second, for ever, a moment behind the live edge."""
        self.begin(replace(FIREFOX, gathers=1.6, buffer=0.4))  # which is more than it has
        self.air.go(60)
        watched = self.watched()
        self.assertTrue(1 <= watched.rate(45, 60) <= 3)
        self.assertLess(max(watched.delays(45)), 0.3)

    def test_a_silent_film_begins_at_once(self) -> None:
        """Measured: 0.36 s for one who came at a keyframe; there is nothing to squeeze."""
        self.begin(STILL, audio=False, after=3.1)
        self.air.go(20)
        self.assertLess(self.delay(), 0.5)


class ChromiumModelTests(ChromiumViewing):
    """That the simulated Chromium does as the real one did."""

    def test_without_its_backlog(self) -> None:
        """Measured: one picture stands still for 3 s."""
        self.begin(replace(CHROMIUM, backlog=0.0, buffer=0.0))
        self.air.go(10)
        self.assertGreater(self.watched().shown[0].at, 3.3 + 2.3)
        self.assertGreater(self.steady(7), 3.3)

    def test_with_its_backlog(self) -> None:
        """It begins at once."""
        self.begin()
        self.air.go(10)
        self.assertLess(self.watched().shown[0].at, 3.3 + 0.2)

    def test_sound_and_picture_part_at_a_gap(self) -> None:
        """Where no silence is put into it, by as much; what comes late has been waited for."""
        before = self.settle(slate=False)
        self.restart(0.6)
        self.air.go(10)
        self.assertApproximates(self.steady(self.now - 5), before, 0.1)
        self.assertApproximates(self.watched().shown[-1].apart, 0.6, 0.1)

    def test_a_line_that_stands_still_without_closing(self) -> None:
        """Measured: it stays behind by as long as it has waited."""
        before = self.settle(profile=replace(CHROMIUM, waits=False))
        self.stand_still(3)
        self.air.go(20)
        self.assertTrue(1.5 < self.steady(self.now - 5) - before < 3)


class FirefoxTests(FirefoxCase):
    """With our tricks."""

    def test_the_delay_is_what_it_would_be_less_the_squeeze(self) -> None:
        """0.4 s nearer, and under a second; without a single freeze, before, during and after."""
        self.begin(FIREFOX)
        self.air.go(30)
        self.assertApproximates(self.delay(), self.natural() - 0.4, 0.04)
        self.assertLess(self.delay(), 0.9)
        self.assertEqual(self.watched().freezes(), [])
        self.assertApproximates(self.watched().rate(STEADY, 33), 30, 0.3)

    def test_whenever_he_comes(self) -> None:
        """In the first second of the stream, before it, right at a keyframe or right before one."""
        for after in (0.0, 0.5, 1.02, 1.95, 2.5):
            self.begin(FIREFOX, after=after)
            self.air.go(30 - after)
            self.assertEqual(self.watched().freezes(), [], after)
            self.assertTrue(0.55 < self.delay() < 1.0, after)

    def test_a_silent_film(self) -> None:
        """Smooth, wherever he comes in: without a second of sound to gather he must not be squeezed."""
        for after in (0.0, 2.1, 2.5, 2.9):
            self.begin(FIREFOX, audio=False, after=after)
            self.air.go(30)
            self.assertEqual(self.watched().freezes(), [], after)

    def test_the_line_costs_him_what_it_takes(self) -> None:
        """A constant latency is added to his delay, and nothing breaks."""
        self.begin(FIREFOX)
        self.air.go(30)
        near = self.delay()
        self.begin(latency=0.5)
        self.air.go(30)
        self.assertEqual(self.watched().freezes(), [])
        self.assertTrue(near + 0.3 < self.delay() < near + 0.6)
