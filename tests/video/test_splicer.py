"""Runs of the encoder spliced into one stream."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.fragment import Fragment, Fragmenter
from onionstream.video.offers import Offers
from onionstream.video.samples import AAC_FRAME, Kind, Sample
from onionstream.video.splicer import Splicer
from tests.video.onair import OnAir, received
from tests.video.streams import AUDIO_TICKS, VIDEO_TICKS, tracks

RATE = 10  # pictures a second

SILENT = Sample(kind=Kind.AUDIO, decode_time=0, duration=AAC_FRAME, data=b"silence")


def picture(number: int) -> Sample:
    """One of a run; each is a keyframe."""
    return Sample(kind=Kind.VIDEO, decode_time=number * VIDEO_TICKS // RATE, duration=VIDEO_TICKS // RATE, data=b"p")


def sound(start: float, duration: int = AAC_FRAME) -> list[Sample]:
    """A second of it that begins at this time of a run's clock, in seconds."""
    begin = round(start * AUDIO_TICKS)
    times = range(begin, begin + AUDIO_TICKS, duration)
    return [Sample(kind=Kind.AUDIO, decode_time=one, duration=duration, data=b"sound") for one in times]


class SplicerTests(SynchronousTestCase):
    """``Splicer``."""

    def setUp(self) -> None:
        """Nothing has come."""
        self.offers = Offers()
        self.splicer = Splicer(Fragmenter(0.1), self.offers)
        self.made: list[Fragment] = []

    def run_of(self, samples: list[Sample], now: float) -> None:
        """One run, which comes at once and ends."""
        self.splicer.begin(tracks(), 1, SILENT)
        for sample in samples:
            self.made.extend(self.splicer.add(sample, now, now))
        self.made.extend(self.splicer.cut())

    def assert_times_rise(self) -> None:
        """Those of each track, in all that was made."""
        runs = [run for one in self.made for run in one.runs]
        for kind in Kind:
            times = [sample.decode_time for run in runs if run.kind is kind for sample in run.samples]
            for before, after in pairwise(times):
                self.assertLess(before, after)

    @settings(max_examples=60)
    @given(
        runs=st.lists(
            st.tuples(
                st.floats(0, 11),
                st.floats(0, 1),
                st.sampled_from((AAC_FRAME, AAC_FRAME // 2, AAC_FRAME + 1, 2 * AAC_FRAME, 5000)),
                st.booleans(),
            ),
            min_size=2,
            max_size=4,
        )
    )
    def test_times_rise_whatever_a_run_begins_with(self, runs: list[tuple[float, float, int, bool]]) -> None:
        """Sound from long before the first picture, of frames that are longer or shorter, after gaps of any length."""
        self.setUp()
        now = 0.0
        for away, early, duration, picture_first in runs:
            now += away
            pictures, sounds = [picture(RATE + number) for number in range(RATE)], sound(1 - early, duration)
            self.run_of([*pictures, *sounds] if picture_first else [*sounds, *pictures], now)
            now += 2
        self.assert_times_rise()

    def test_what_waited_of_a_run_that_was_not_cut_counts_for_no_fragment(self) -> None:
        """It is forgotten, and so is when it came."""
        self.splicer.begin(tracks(), 1, None)
        self.assertEqual(list(self.splicer.add(sound(0)[0], 0.0, 0.0)), [])
        self.splicer.begin(tracks(), 2, None)
        (fragment,) = self.splicer.add(picture(0), 7.0, 7.0)
        self.offers.left(fragment, 7.5)
        self.assertEqual(self.offers.since(0)[fragment.number].waited, 0.5)


class OverTests(SynchronousTestCase):
    """A stream that is over, and another."""

    def test_R01_after_it_a_run_that_ends_and_another_are_one_stream_again(self) -> None:
        """Who watches the second stream keeps his response when its encoder dies and comes back."""
        air = OnAir()
        for returning in (False, True, True):
            air.begin()
            air.go(1)
            air.end(returning=returning)
        watching, _ = air.join()
        air.begin()
        air.go(1)
        self.assertEqual(watching.ending, "")
        air.end()
        air.begin()
        air.go(1)
        self.assertEqual(watching.ending, "")
        self.assertEqual({one.generation for one in received(watching, air.window.everything)}, {4, 5})
