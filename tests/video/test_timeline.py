"""Decode times over several runs of the encoder."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

from hypothesis import assume, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.errors import TimelineError
from onionstream.video.mux import TrackRun, timescale
from onionstream.video.samples import Kind, Sample, Tracks
from onionstream.video.timeline import LEAP, Timeline
from tests.video.streams import tracks

_USUAL = (1, 2, 3, 600, 1000, 12800, 15360, 30000, 44100, 48000, 90000, 2**32 - 1)
TICKS = st.sampled_from(_USUAL) | st.integers(1, 2**32 - 1)
STEPS = st.lists(st.integers(0, 2**32), min_size=1, max_size=8)


def _tracks(video: int = 30, audio: int = 48000) -> Tracks:
    """Tracks with these ticks a second."""
    both = tracks()
    assert both.video is not None and both.audio is not None
    return Tracks(video=replace(both.video, timescale=video), audio=replace(both.audio, timescale=audio))


def _picture(time: int, duration: int = 1, offset: int = 0) -> Sample:
    return Sample(kind=Kind.VIDEO, decode_time=time, duration=duration, offset=offset, data=b"x")


def _sound(time: int, duration: int = 1024) -> Sample:
    return Sample(kind=Kind.AUDIO, decode_time=time, duration=duration, data=b"x")


class TimelineTests(SynchronousTestCase):
    """Runs with 30 video and 48 000 audio ticks a second."""

    def setUp(self) -> None:
        """A run has begun."""
        self.timeline = Timeline()
        self.timeline.begin(_tracks())

    def _placed(self, sample: Sample, now: float = 0.0) -> tuple[int, int, int] | None:
        """Decode time, duration and offset that it gives."""
        placed = self.timeline.place(sample, now)
        return None if placed is None else (placed.decode_time, placed.duration, placed.offset)

    def test_the_first_sample_stands_at_0(self) -> None:
        """Whatever the encoder and the clock on the wall say."""
        self.assertEqual(self._placed(_picture(12345), now=9e8), (0, 3000, 0))
        self.assertEqual(self._placed(_picture(12346), now=9e8), (3000, 3000, 0))

    def test_pictures_without_their_keyframe_are_left_out(self) -> None:
        """A keyframe that would overlap the run before takes those with it that need it."""
        self._placed(_picture(0, duration=300), now=0)
        self.timeline.begin(_tracks())
        late = replace(_picture(6), keyframe=False)
        self.assertIsNotNone(self._placed(_sound(14400), now=10.1))
        self.assertIsNone(self._placed(_picture(0), now=10.1))
        self.assertIsNone(self._placed(late, now=10.1))
        self.assertIsNotNone(self._placed(_picture(30), now=10.1))
        self.assertIsNotNone(self._placed(replace(late, decode_time=31), now=10.1))

    def test_within_a_run_the_encoders_clock_counts(self) -> None:
        """Samples may come late, or many at once."""
        self.assertEqual([self._placed(_picture(time), now=time * 7.0) for time in (0, 1, 2)][2], (6000, 3000, 0))

    def test_sound_and_picture_keep_their_distance(self) -> None:
        """Sound that starts late starts late."""
        self._placed(_picture(0))
        self.assertEqual(self._placed(_sound(96000)), (96000, 1024, 0))

    def test_an_outage_leaves_a_gap_as_long_as_it_took(self) -> None:
        """Measured: players bridge a gap, and break when it is closed (video.md, 3)."""
        self._placed(_picture(0), now=100.0)
        self.timeline.begin(_tracks())
        self.assertEqual(self._placed(_picture(777), now=112.5), (1125000, 3000, 0))

    def test_a_run_never_overlaps_the_one_before(self) -> None:
        """An encoder that ran ahead of the wall is followed by one that begins where it ended."""
        self._placed(_picture(0, duration=90), now=100.0)
        self.timeline.begin(_tracks())
        self.assertEqual(self._placed(_picture(0), now=101.0), (270000, 3000, 0))

    def test_nor_what_the_one_before_has_yet_to_show(self) -> None:
        """With B-frames, the last picture is shown after its decode time."""
        self._placed(_picture(0, offset=2))
        self.timeline.begin(_tracks())
        self.assertEqual(self._placed(_picture(0)), (9000, 3000, 0))

    def test_sound_that_would_overlap_is_left_out(self) -> None:
        """A run whose sound begins before its picture, right after another run."""
        self._placed(_picture(0))
        self.timeline.begin(_tracks())
        self._placed(_picture(30))
        self.assertIsNone(self._placed(_sound(47999)))
        self.assertEqual(self._placed(_sound(48000)), (1600, 1024, 0))

    def test_where_it_ends(self) -> None:
        """In seconds, over both tracks."""
        self._placed(_picture(0, duration=15))
        self._placed(_sound(0))
        self.assertEqual(self.timeline.end, 0.5)

    def test_B50_times_that_cannot_be(self) -> None:
        """Clocks that run backwards or leap, alone or away from the other track's, and frames that last for minutes."""
        table: dict[str, tuple[Sample, Sample]] = {
            "backwards": (_picture(10), _picture(9)),
            "leaps": (_picture(0), _picture(30 * LEAP + 1)),
            "2**64-1": (_picture(0), _picture(2**64 - 1)),
            "0 after 2**64-1": (_picture(2**64 - 1), _picture(0)),
            "away from the other track": (_picture(0), _sound(2**64 - 1)),
            "behind the other track": (_picture(2**64 - 1), _sound(0)),
            "a frame of 4 years": (_picture(0), _picture(1, duration=2**32 - 1)),
            "shown in two years": (_picture(0), _picture(1, offset=2**31 - 1)),
            "shown two years ago": (_picture(0), _picture(1, offset=-(2**31))),
        }
        for name, (first, second) in table.items():
            timeline = Timeline()
            timeline.begin(_tracks())
            timeline.place(first, 0.0)
            with self.assertRaises(TimelineError, msg=name):
                timeline.place(second, 0.0)

    def test_the_first_sample_must_be_possible_too(self) -> None:
        """Its time may be any; how long it lasts may not."""
        self.assertRaises(TimelineError, self._placed, _picture(0, duration=30 * LEAP + 1))
        self.assertEqual(self._placed(_picture(2**64 - 1, duration=30 * LEAP)), (0, 90000 * LEAP, 0))

    def test_just_within_bounds(self) -> None:
        """The same time twice, a leap of the longest kind, and a track that comes back after a long silence."""
        self._placed(_sound(0))
        self._placed(_picture(0))
        self._placed(_picture(0))
        for minute in range(1, 10):
            self._placed(_picture(minute * 30 * LEAP))
        self.assertEqual(self._placed(_sound(9 * LEAP * 48000)), (9 * LEAP * 48000, 1024, 0))

    def test_the_sentence_names_track_and_times(self) -> None:
        """It is what the broadcaster reads."""
        self._placed(_picture(45))
        with self.assertRaisesRegex(TimelineError, r"video clock runs backwards, from 1\.5 s to 0\.5 s"):
            self._placed(_picture(15))


class PrecisionTests(SynchronousTestCase):
    """Rounding, over hours and with odd ticks."""

    @given(TICKS, st.integers(0, 2**63), st.integers(1, 2**31), st.sampled_from(Kind))
    def test_no_rounding_error_adds_up(self, ticks: int, start: int, duration: int, kind: Kind) -> None:
        """Hours later a sample is less than one tick from where it belongs, and none overlaps or leaves a hole."""
        duration = min(duration, LEAP * ticks)
        timeline = Timeline()
        timeline.begin(_tracks(ticks, ticks))
        end = None
        for index in range(300):
            sample = Sample(kind=kind, decode_time=start + index * duration, duration=duration, data=b"")
            placed = timeline.place(sample, 0.0)
            assert placed is not None
            exact = Fraction(index * duration, ticks) * timescale(kind, _tracks())
            self.assertEqual(placed.decode_time, floor(exact))
            self.assertIn(end, (None, placed.decode_time))
            end = placed.decode_time + placed.duration

    @given(st.lists(st.tuples(TICKS, st.floats(0, 1e6), STEPS), max_size=6))
    def test_time_never_runs_backwards(self, runs: list[tuple[int, float, list[int]]]) -> None:
        """Over any runs with any ticks, at any times: each run begins where the one before has ended, or later."""
        timeline, clock, last, floor_of_run = Timeline(), 0.0, 0, 0.0
        for ticks, waited, steps in runs:
            timeline.begin(_tracks(ticks, ticks))
            floor_of_run, clock = timeline.end, clock + waited
            time = 0
            for step in steps:
                time += min(step, LEAP * ticks)
                placed = timeline.place(_picture(time, duration=min(step, LEAP * ticks)), clock)
                assert placed is not None
                self.assertGreaterEqual(placed.decode_time, last)
                self.assertGreaterEqual(placed.decode_time + 1, floor(floor_of_run * 90000))
                last = placed.decode_time

    @given(
        TICKS,
        TICKS,
        st.lists(
            st.tuples(
                st.sampled_from(Kind),
                st.sampled_from((0, 1, 2**32 - 1, 2**63, 2**64 - 1)) | st.integers(0, 2**64 - 1),
                st.sampled_from((0, 1, 2**32 - 1)) | st.integers(0, 2**32 - 1),
                st.sampled_from((0, -(2**31), 2**32 - 1)) | st.integers(-(2**31), 2**32 - 1),
            ),
            min_size=1,
            max_size=6,
        ),
    )
    def test_B50_what_is_placed_can_be_written(
        self, video: int, audio: int, rows: list[tuple[Kind, int, int, int]]
    ) -> None:
        """Any numbers that fit into an encoder's boxes: what the timeline lets through fits into ours."""
        timeline, placed = Timeline(), []
        timeline.begin(_tracks(video, audio))
        try:
            for kind, time, duration, offset in rows:
                sample = Sample(kind=kind, decode_time=time, duration=duration, offset=offset, data=b"x")
                placed.append(timeline.place(sample, 0.0))
        except TimelineError:
            assume(placed)
        for kind in Kind:
            run = tuple(one for one in placed if one is not None and one.kind is kind)
            if run:
                self.assertTrue(TrackRun(kind, run).box(0))
