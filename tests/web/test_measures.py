"""What is measured over some time, with invented values and times."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.samples import Kind
from onionstream.video.slate import Slate
from onionstream.video.window import Window
from onionstream.web.measures import BARS, EACH, GAP, LOOKS, SPAN, Flow, Pace, Tally, Trace
from tests.video.onair import OnAir, a_slate
from tests.video.streams import Frame, film, fragment, init


class TallyTests(SynchronousTestCase):
    """How often something happened."""

    def test_the_last_minute_counts(self) -> None:
        """And all there were."""
        tally = Tally()
        for second in (0, 30, 61):
            tally.count(second)
        self.assertEqual((tally.lately(61), tally.total), (2, 3))
        self.assertEqual(tally.lately(1000), 0)

    def test_several_at_once(self) -> None:
        """Or none, which is nothing to remember."""
        tally = Tally()
        tally.count(0.0, 5)
        tally.count(0.0, 0)
        self.assertEqual((tally.lately(1.0), tally.total), (5, 5))


class TraceTests(SynchronousTestCase):
    """The last five minutes."""

    def test_a_bar_is_the_average_of_a_quarter_of_a_minute_that_is_over(self) -> None:
        """So it changes that often, and not with each look."""
        trace = Trace()
        for second, value in ((0, 10.0), (4, 20.0), (8, None), (14, 30.0)):
            trace.note(float(second), value)
            self.assertEqual(trace.bars, ())
        trace.note(15.0, 99.0)
        self.assertEqual(trace.bars, (20.0,))

    def test_where_there_was_nothing_there_is_a_gap(self) -> None:
        """No picture, or no look because the machine slept: neither is 0."""
        trace = Trace()
        for second, value in ((0, 1.0), (15, None), (30, 2.0), (75, 3.0), (90, None)):
            trace.note(float(second), value)
        self.assertEqual(trace.bars, (1.0, None, 2.0, None, None, 3.0))

    def test_D50_there_are_so_many_and_no_more(self) -> None:
        """Also after a night of sleep."""
        trace = Trace()
        for number in range(BARS + 5):
            trace.note(float(number * EACH), float(number))
        self.assertEqual((len(trace.bars), trace.bars[-1]), (BARS, BARS + 3.0))
        trace.note(1e6, 1.0)
        self.assertEqual(set(trace.bars), {None})


class FlowTests(SynchronousTestCase):
    """Bytes that go out."""

    def test_nothing_is_known_before_two_looks(self) -> None:
        """It could only be invented."""
        flow = Flow()
        self.assertEqual((flow.rate, flow.each), (None, None))
        flow.look(0.0, 1_000_000, 3)
        self.assertEqual((flow.rate, flow.each), (None, None))

    def test_all_together_and_each(self) -> None:
        """In kbit/s, of what was taken since."""
        flow = Flow()
        for second in range(0, 6, 2):
            flow.look(float(second), 5000 + second * 100_000, 2)
        self.assertEqual((flow.rate, flow.each), (800.0, 400.0))

    def test_who_came_between_counts_for_half_of_the_time(self) -> None:
        """When exactly, nobody knows."""
        flow = Flow()
        flow.look(0.0, 0, 0)
        flow.look(2.0, 100_000, 2)
        self.assertEqual((flow.rate, flow.each), (400.0, 400.0))

    def test_nobody_is_there(self) -> None:
        """Nothing goes out; to each of none is no number."""
        flow = Flow()
        for second in (0.0, 2.0):
            flow.look(second, 777, 0)
        self.assertEqual((flow.rate, flow.each), (0.0, None))

    def test_only_the_last_ten_seconds_count(self) -> None:
        """After a gap there is nothing to compare with."""
        flow = Flow()
        for second, size in ((0.0, 0), (2.0, 9_000_000), (4.0, 9_000_000), (13.0, 9_000_000)):
            flow.look(second, size, 1)
        self.assertEqual(flow.rate, 0.0)
        flow.look(13.0 + GAP + 1, 99_000_000, 1)
        self.assertEqual(flow.rate, None)

    def test_two_looks_at_the_same_moment(self) -> None:
        """Two pages were opened at once."""
        flow = Flow()
        flow.look(1.0, 5, 1)
        flow.look(1.0, 5, 1)
        self.assertEqual((flow.rate, flow.each), (None, None))


class PaceCase(SynchronousTestCase):
    """A broadcast with an invented encoder, that is looked at every two seconds."""

    slate: Slate | None = None

    def setUp(self) -> None:
        """It has begun, and runs for ten seconds."""
        self.air = OnAir(slate=self.slate, quiet=0.5)
        self.pace = Pace(self.air.window, self.air.broadcast.offers)
        self.pace.look(0.0)
        self.assertEqual((self.pace.frames, self.pace.rate, self.pace.speed, self.pace.waited), (None,) * 4)
        self.air.begin()
        self.go(10.0)

    @property
    def now(self) -> float:
        """Seconds of the clock."""
        return self.air.clock.seconds()

    def go(self, seconds: float) -> None:
        """Time passes, and is looked at every two seconds."""
        for _ in range(round(seconds / 2)):
            self.air.go(2.0)
            self.pace.look(self.now)

    def send(self, frames: list[Frame]) -> None:
        """The encoder sends these at once."""
        for one in frames:
            self.air.run.feed(fragment([one]))

    def known(self, figure: float | None) -> float:
        """:return: the figure, which was measured."""
        assert figure is not None
        return figure


class PaceTests(PaceCase):
    """How fast pictures come."""

    def test_an_encoder_as_it_should_be(self) -> None:
        """Pictures and kilobits a second by the clock, in real time, and none that is missing or late."""
        self.assertApproximates(self.known(self.pace.frames), 30, 0.5)
        self.assertApproximates(self.known(self.pace.rate), self.air.window.rate * 8 / 1000, 1)
        self.assertApproximates(self.known(self.pace.speed), 1.0, 0.02)
        self.assertEqual((self.pace.missing.total, self.pace.late.total), (0, 0))

    def test_how_long_a_picture_waits_for_its_fragment(self) -> None:
        """Half of it on average, and the first nearly all of it."""
        self.assertApproximates(self.known(self.pace.waited), 0.05, 0.01)
        self.assertTrue(0.05 < self.pace.longest < 0.15)

    def test_nothing_counts_twice_and_old_things_not_at_all(self) -> None:
        """Another look at the same moment changes nothing; without anything new it is soon not known any more."""
        before = self.pace.frames, self.pace.rate, self.pace.speed
        self.pace.look(self.now)
        self.assertEqual((self.pace.frames, self.pace.rate, self.pace.speed), before)
        self.pace.look(self.now + 1.5)
        self.assertEqual((self.pace.frames, self.pace.rate, self.pace.speed), (None,) * 3)

    def test_after_a_rest_the_pace_is_that_of_what_came_since(self) -> None:
        """An encoder that is started anew is not slow for having been away, nor late for beginning when it did."""
        self.air.end()
        self.go(6.0)
        self.assertEqual(self.pace.frames, None)
        self.air.begin()
        self.go(4.0)
        self.assertApproximates(self.known(self.pace.frames), 30, 1)
        self.assertApproximates(self.known(self.pace.speed), 1.0, 0.05)
        self.assertEqual((self.pace.missing.total, self.pace.late.total), (0, 0))

    def test_an_encoder_that_is_too_slow(self) -> None:
        """Its own times go on more slowly than the clock; and its pictures are later and later."""
        due = film(5.0)[: 5 * 30]
        self.air.end()
        self.air.run = self.air.broadcast.begin_run(2)
        self.air.run.feed(init())
        for one in due:
            self.air.clock.advance(one.duration / (15360 if one.kind is Kind.VIDEO else 48000))
            self.send([one])
            self.pace.look(self.now)
        self.assertLess(self.known(self.pace.speed), 0.8)
        self.assertGreater(self.pace.late.total, 20)

    def test_a_moment_in_which_nothing_came_makes_pictures_late(self) -> None:
        """They come together, after the others: the speed is the same, and what viewers saw is not."""
        self.air.freeze(1.0)
        self.go(10.0)
        self.assertTrue(0 < self.pace.late.total <= 40)
        self.assertEqual(self.pace.missing.total, 0)

    def test_pictures_that_are_left_out(self) -> None:
        """Between two of the others there is room for them, by their times."""
        coming = [*islice(self.air._coming, 2000)]
        left_out = [one for one in coming if one.kind is Kind.VIDEO and not one.keyframe][5:8]
        self.air._coming = iter([one for one in coming if one not in left_out])
        self.go(4.0)
        self.assertEqual((self.pace.missing.total, self.pace.missing.lately(self.now)), (3, 3))
        self.assertEqual(self.pace.missing.lately(self.now + 61), 0)

    def test_an_encoder_that_comes_back_with_other_pictures_a_second(self) -> None:
        """Has them all; it is compared with nobody but itself."""
        self.air.end()
        slower = [replace(one, duration=2 * one.duration) for one in film(12.0, audio=False)[::2]]
        self.air.run = self.air.broadcast.begin_run(2)
        self.air.run.feed(init(audio=False))
        began = self.now
        for number, one in enumerate(slower):
            self.air.clock.advance(began + (number + 1) / 15 - self.now)
            self.send([one])
        self.pace.look(self.now)
        self.assertEqual(self.pace.missing.total, 0)

    def test_R32_what_came_while_this_program_stood_still_counts_for_nothing(self) -> None:
        """It says nothing of the encoder, and neither does the time."""
        self.air.go(GAP + 5)
        self.pace.look(self.now)
        self.assertEqual((self.pace.frames, self.pace.speed), (None, None))
        self.go(4.0)
        self.assertApproximates(self.known(self.pace.frames), 30, 1)
        self.assertApproximates(self.known(self.pace.speed), 1.0, 0.05)
        self.assertEqual((self.pace.missing.total, self.pace.late.total), (0, 0))

    def test_a_window_that_was_cleared_begins_again(self) -> None:
        """Numbers go on or begin anew; what was missed is not known."""
        self.air.go(1.0)
        self.air.window.clear()
        self.pace.look(self.now)
        self.go(4.0)
        self.assertEqual((self.pace.missing.total, self.pace.late.total), (0, 0))

    def test_D50_many_looks_take_no_more_room(self) -> None:
        """Each page that is opened is one."""
        for _ in range(LOOKS + 10):
            self.pace.look(self.now)
        self.assertLessEqual(len(self.pace._heard), LOOKS)

    def test_sound_alone_has_no_pictures(self) -> None:
        """Its pace is known all the same."""
        air = self.air = OnAir()
        self.pace = Pace(air.window, air.broadcast.offers)
        air.begin(video=False)
        self.go(6.0)
        self.assertEqual(self.pace.frames, None)
        self.assertApproximates(self.known(self.pace.speed), 1.0, 0.1)


class SlateTests(PaceCase):
    """While viewers get the slate."""

    slate = a_slate()

    def test_the_slate_does_not_count(self) -> None:
        """It does not come from the encoder, and what is after it is not late for it."""
        self.air.join()
        self.air._next, following = None, self.air._next
        self.go(6.0)
        newest = self.air.window.newest
        assert newest is not None
        self.assertEqual(newest.generation, 0)
        self.assertEqual((self.pace.frames, self.pace.rate), (None, None))
        self.air.began[-1] += 6.0
        self.air._next = following
        self.go(4.0)
        self.assertApproximates(self.known(self.pace.frames), 30, 8)
        self.assertEqual((self.pace.missing.total, self.pace.late.total), (0, 0))


class EmptyTests(SynchronousTestCase):
    """Before the first picture."""

    def test_nothing_is_known(self) -> None:
        """And nothing is held against anybody."""
        air = OnAir()
        pace = Pace(Window(60, 1 << 20), air.broadcast.offers)
        for second in range(int(SPAN)):
            pace.look(float(second))
        self.assertEqual((pace.frames, pace.rate, pace.speed, pace.waited, pace.longest), (None, None, None, None, 0.0))
        self.assertEqual((pace.missing.total, pace.late.total), (0, 0))
