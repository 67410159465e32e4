"""What a viewer's player has in hand, as far as it can be known from here."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.fragment import Fragment
from onionstream.video.line import QUEUE
from onionstream.video.playback import BLOCKED, RESUMES, SLIDES, Playback
from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN, Profile
from onionstream.video.samples import AAC_FRAME, Kind
from onionstream.video.squeeze import Squeeze
from tests.video.onair import fragments
from tests.video.streams import film, tracks

FRAME = AAC_FRAME / 48_000
"""Seconds of a frame of sound."""

MADE = fragments(film(60))[1]
"""A minute of a stream, ten fragments a second."""


def _step(seconds: float) -> int:
    return int(seconds / FRAME)


class PlaybackCase(SynchronousTestCase):
    """A player that begins at second 3 of the stream."""

    def begin(self, profile: Profile, got: float, *, audio: bool = True) -> None:
        """With so many seconds at once."""
        self.playback = Playback(profile, tracks(audio=audio), 3.0, 3.0 + got)
        self.next = 30
        self.give_until(3.0 + got)

    def give_until(self, edge: float, late: float = 0.0) -> Squeeze | None:
        """:return: the times of the last of the fragments that are due; each is sent so many seconds late."""
        times = None
        while self.next < len(MADE) and MADE[self.next].end <= edge + 0.001:
            times = self.playback.times(MADE[self.next], MADE[self.next].end + late)
            self.next += 1
        return times

    def total(self, edge: float = 20.0) -> float:
        """:return: seconds by which it is nearer at the end."""
        times = self.give_until(edge)
        return 0.0 if times is None else times.total * FRAME

    @property
    def due(self) -> Fragment:
        """What is to be sent next."""
        return MADE[self.next]


class BeginTests(PlaybackCase):
    """How much is taken away, from what a player gathers before it begins."""

    def test_firefox_gathers_a_second(self) -> None:
        """0.6 s of it are left, in whole frames of sound; it begins two seconds after the viewer did."""
        for got in (0.0, 0.1, 0.95):
            self.begin(FIREFOX, got)
            plan = Squeeze(total=_step(0.4), begins=5.0, pace=0.05, rate=48_000)
            self.assertEqual(self.give_until(6), plan)
            self.assertEqual(self.give_until(20), plan.phase(19.0, 20.0))  # done: the same for all

    def test_those_who_began_at_the_same_keyframe_get_the_same(self) -> None:
        """Whenever they came, with a keyframe a second: so what is packed for them is made once."""
        plans = set()
        for got in (0.1, 0.3, 0.9):
            self.begin(FIREFOX, got)
            plans.add(self.give_until(20))
        self.assertEqual(len(plans), 1)

    def test_chromium_begins_at_once_with_its_backlog(self) -> None:
        """What it has got is what it has in hand; 1.2 s are left."""
        for got in (2.4, 3.0, 3.3):
            self.begin(CHROMIUM, got)
            self.assertApproximates(self.total(), got - 1.2, FRAME)

    def test_without_its_backlog_it_gathers_more(self) -> None:
        """In the stream's first seconds."""
        for got in (0.0, 1.0, 2.3):
            self.begin(CHROMIUM, got)
            self.assertApproximates(self.total(), 3.4 - 1.2, FRAME)

    def test_without_sound_there_is_no_squeeze(self) -> None:
        """Firefox gathers sound only: a silent film is as near as can be at once (measured: 0.36 s)."""
        self.begin(FIREFOX, 0.5, audio=False)
        self.assertIsNone(self.give_until(20))

    def test_no_times_of_ones_own(self) -> None:
        """For players of which nothing is known, or where it is switched off."""
        for profile in (PLAIN, replace(FIREFOX, buffer=0.0), replace(CHROMIUM, buffer=0.0)):
            self.begin(profile, 1.0)
            self.assertIsNone(self.give_until(20))

    def test_whatever_the_rate_of_its_sound(self) -> None:
        """The whole frames of sound in it."""
        sound = tracks().audio
        assert sound is not None
        for rate, total in ((48_000, 18), (44_100, 17), (8000, 3)):
            playback = Playback(FIREFOX, replace(tracks(), audio=replace(sound, rate=rate)), 3.0, 3.0)
            times = playback.times(MADE[30], MADE[30].end)
            assert times is not None
            self.assertEqual((times.total, times.rate), (total, rate))


class FitTests(PlaybackCase):
    """What a line has shown to need is not taken from a player that runs on."""

    def test_a_good_line(self) -> None:
        """All of it is taken."""
        self.begin(FIREFOX, 0.5)
        self.give_until(6.0, late=0.0)
        self.assertEqual(self.total(), _step(0.4) * FRAME)

    def test_a_line_that_is_late_before_the_squeeze_begins(self) -> None:
        """Rounded up to a tenth, so that others on such lines get the same; what it would leave is as much less."""
        for late, needed in ((0.05, 0.1), (0.09, 0.1), (0.17, 0.2), (0.29, 0.3)):
            self.begin(FIREFOX, 0.5)
            self.give_until(4.0, late=late)
            self.assertApproximates(self.total(), (_step(0.4) - _step(needed)) * FRAME, 0.001)

    def test_a_line_that_needs_all_of_it(self) -> None:
        """Nothing is taken."""
        self.begin(FIREFOX, 0.5)
        self.give_until(4.0, late=0.5)
        self.assertEqual(self.total(), 0)

    def test_what_is_known_of_the_line_from_elsewhere(self) -> None:
        """Is left to its player as well; the larger of the two counts."""
        for late, wavering, needed in ((0.0, 0.25, 0.3), (0.15, 0.05, 0.2), (0.0, 0.0, 0.0)):
            self.begin(FIREFOX, 0.5)
            self.playback = Playback(FIREFOX, tracks(), 3.0, 3.5, partial(float, wavering))
            self.next = 30
            self.give_until(3.5)
            self.give_until(4.0, late=late)
            self.assertApproximates(self.total(), (_step(0.4) - _step(needed)) * FRAME, 0.001)

    def test_what_comes_at_once_is_not_late(self) -> None:
        """The backlog of the beginning says nothing about the line."""
        playback = Playback(FIREFOX, tracks(), 3.0, 3.9)
        for one in MADE[30:39]:
            playback.times(one, 3.9)
        times = [playback.times(one, one.end) for one in MADE[39:100]][-1]
        assert times is not None
        self.assertEqual(times.total, _step(0.4))

    def test_what_comes_late_afterwards(self) -> None:
        """It has begun: a plan that is under way is not changed."""
        self.begin(FIREFOX, 0.5)
        self.give_until(6.0)
        before = self.give_until(8.0, late=2.0)
        assert before is not None
        self.assertEqual(before.phase(19.0, 20.0), self.give_until(20))


class StarvedTests(PlaybackCase):
    """Whether it waits, and what it has missed then."""

    def test_one_that_runs_on(self) -> None:
        """Never, for all we know; its gap stays a gap."""
        for profile in (FIREFOX, PLAIN):
            self.begin(profile, 0.5)
            before = self.give_until(20)
            self.next += 100
            self.assertFalse(self.playback.starved(self.due, 50.0))
            self.assertEqual(self.playback.times(self.due, self.due.end), before)

    def test_one_that_waits(self) -> None:
        """
        When more is missing than it has in hand: 3.4 s at first, and 1.2 s when it has been brought nearer.

        What is held up for half a second is not all: as much again as it has in hand is on its way then.
        """
        self.begin(CHROMIUM, 0.0)
        self.give_until(10)
        self.assertFalse(self.playback.starved(self.due, 10.5))
        self.give_until(40)
        for missing, starved in ((0.3, False), (BLOCKED - 0.05, False), (BLOCKED + 0.05, True), (5, True)):
            self.assertEqual(self.playback.starved(self.due, 40 + missing), starved, missing)

    def test_an_outage_of_the_encoder(self) -> None:
        """Nothing was held up: it has in hand what it was sent."""
        self.begin(CHROMIUM, 3.0)
        self.give_until(40)
        for missing, starved in ((1.0, False), (1.5, True)):
            after = replace(self.due, start=40 + missing, end=40.1 + missing, span=(40 + missing, 40.1 + missing))
            self.assertEqual(self.playback.starved(after, after.end), starved)

    def test_its_gap_is_closed(self) -> None:
        """Of an outage of four seconds nothing is left in its times."""
        self.begin(CHROMIUM, 3.0)
        self.give_until(40)
        before = self.playback._shift(40.0)
        self.next += 40
        times = self.playback.times(self.due, self.due.end)
        assert times is not None
        self.assertApproximates(times.shift(self.due.start), before + 4, FRAME + 0.1)
        self.assertGreaterEqual(times.total, times.already)

    def test_what_it_goes_on_with_is_taken_back(self) -> None:
        """It is left with its buffer in the end, as before."""
        self.begin(CHROMIUM, 3.0)
        self.give_until(40)
        before = self.playback._shift(40.0)
        times = self.playback.times(self.due, 43.0)
        assert times is not None
        held_up = 3.0 + QUEUE
        self.assertApproximates(times.total * FRAME, before + held_up - 1.2, 2 * FRAME)
        self.assertLess(times.already * FRAME, before + 2 * FRAME)

    def test_slides_push_it_back(self) -> None:
        """It gets as much to catch up with; one that runs on does not."""
        self.begin(CHROMIUM, 3.0)
        before = self.total(40)
        self.playback.slides()
        self.assertApproximates(self.total(59), before + SLIDES, 2 * FRAME)
        self.begin(FIREFOX, 0.5)
        before = self.total(40)
        self.playback.slides()
        self.assertEqual(self.total(59), before)

    def test_it_knows_what_a_player_resumes_with(self) -> None:
        """Less than that it cannot have, or nothing would be seen."""
        self.assertLess(RESUMES, CHROMIUM.buffer)


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(1, 60)),
        st.tuples(st.just("pause"), st.integers(1, 60)),
        st.tuples(st.just("jump"), st.integers(1, 60)),
        st.tuples(st.just("slides"), st.just(0)),
    ),
    max_size=14,
)


class AnythingTests(SynchronousTestCase):
    """Whatever happens."""

    @settings(max_examples=80)
    @given(
        EVENTS,
        st.sampled_from((FIREFOX, CHROMIUM, replace(CHROMIUM, pace=0.2), replace(CHROMIUM, buffer=0.0), PLAIN)),
        st.floats(0, 4),
    )
    def test_times_never_run_backwards(self, events: list[tuple[str, int]], profile: Profile, got: float) -> None:
        """A line that stands still, jumps to where it is of use, a slide show: in any order."""
        playback, place, edge = Playback(profile, tracks(), 0.0, got), 0, int(got * 10)
        latest = {Kind.VIDEO: -inf, Kind.AUDIO: -inf}
        for what, count in (*events, ("send", 30)):
            match what:
                case "pause":
                    edge += count
                case "jump":
                    edge, place = edge + count, max(place, edge + count - 10)
                case "slides":
                    playback.slides()
                case _:
                    edge += count
            while what == "send" and place < min(edge, len(MADE)):
                self._send(playback, MADE[place], MADE[min(edge, len(MADE)) - 1].end, latest)
                place += 1
            if place >= len(MADE):
                break

    def _send(self, playback: Playback, one: Fragment, edge: float, latest: dict[Kind, float]) -> None:
        """One fragment, as the packing makes it."""
        times = playback.times(one, edge)
        phase = None if times is None else times.phase(*one.span)
        for run in one.runs if phase is None else phase.runs(one.runs, one.sound_before):
            ticks = 90_000 if run.kind is Kind.VIDEO else 48_000
            for before, after in pairwise(run.samples):
                self.assertLessEqual(before.decode_time + before.duration, after.decode_time + 1)
            first, last = run.samples[0], run.samples[-1]
            self.assertGreaterEqual(first.decode_time / ticks, latest[run.kind] - FRAME, (run.kind, one.number))
            self.assertGreaterEqual(first.decode_time, 0)
            latest[run.kind] = (last.decode_time + last.duration) / ticks
