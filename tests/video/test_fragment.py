"""Samples regrouped into fragments."""

from __future__ import annotations

from fractions import Fraction as Ratio

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.fragment import LARGEST, MOST_SAMPLES, Fragment, Fragmenter
from onionstream.video.mux import VIDEO_TIMESCALE
from onionstream.video.samples import Kind, Sample
from tests.video.onair import fragments
from tests.video.strategies import films
from tests.video.streams import Frame, film, tracks


def _pictures(rate: Ratio, count: int, keyframes: int = 10**6) -> list[Sample]:
    """Frames of video at this rate, in our ticks."""
    times = [int(index * VIDEO_TIMESCALE / rate) for index in range(count + 1)]
    return [
        Sample(
            kind=Kind.VIDEO,
            decode_time=times[index],
            duration=times[index + 1] - times[index],
            keyframe=index % keyframes == 0,
            data=b"%d" % index,
        )
        for index in range(count)
    ]


def _sound(time: int, duration: int = 1024, data: bytes = b"s") -> Sample:
    return Sample(kind=Kind.AUDIO, decode_time=time, duration=duration, data=data)


def _made(samples: list[Sample], length: float = 0.1, *, video: bool = True, audio: bool = True) -> list[Fragment]:
    """The fragments of these samples, with what is left at the end."""
    fragmenter = Fragmenter(length)
    fragmenter.begin(tracks(video=video, audio=audio), 1)
    return [one for sample in samples for one in fragmenter.add(sample)] + list(fragmenter.cut())


class LengthTests(SynchronousTestCase):
    """Where a fragment is cut."""

    def test_nearest_to_the_length_asked_for(self) -> None:
        """At every usual rate, no other number of frames comes nearer to it; only the last fragment may be shorter."""
        for rate in (Ratio(24), Ratio(24000, 1001), Ratio(25), Ratio(30000, 1001), Ratio(30), Ratio(50), Ratio(60)):
            for length in (0.033, 0.066, 0.1, 0.2, 0.5, 1.0):
                counts = {len(one.runs[0].samples) for one in _made(_pictures(rate, 241), length, audio=False)[:-1]}
                best = min(abs(count / rate - length) for count in range(1, 100))
                for count in counts:
                    self.assertAlmostEqual(float(abs(count / rate - length)), float(best), 3, (rate, length))

    def test_a_fragment_has_one_frame_at_least(self) -> None:
        """However short it is asked to be."""
        self.assertEqual([len(one.runs[0].samples) for one in _made(_pictures(Ratio(10), 3), 0.01)], [1, 1, 1])

    def test_a_keyframe_begins_a_fragment(self) -> None:
        """Whatever has gathered before goes out first; and only such a fragment is one where a player may start."""
        made = _made(_pictures(Ratio(30), 60, keyframes=10))
        self.assertEqual([len(one.runs[0].samples) for one in made], [3, 3, 3, 1] * 6)
        self.assertEqual([one.keyframe for one in made], [True, False, False, False] * 6)

    def test_sound_goes_along_with_the_picture(self) -> None:
        """It does not cut fragments while there is a picture."""
        _, made = fragments(film(1))
        self.assertEqual([len(one.runs[0].samples) for one in made], [3] * 10)
        self.assertTrue(all(len(one.runs) == 2 for one in made))

    def test_sound_before_a_keyframe_goes_along_with_it(self) -> None:
        """A few frames of sound are no fragment of their own."""
        _, made = fragments(film(3))
        self.assertEqual([one.keyframe for one in made], ([True] + [False] * 9) * 3)

    def test_sound_goes_alone_when_the_picture_stays_away(self) -> None:
        """After twice the length; no player may start there."""
        made = _made([_sound(time) for time in range(0, 48000, 1024)])
        self.assertEqual([len(one.runs[0].samples) for one in made], [9] * 5 + [2])
        self.assertFalse(any(one.keyframe for one in made))

    def test_sound_alone(self) -> None:
        """Where there is no picture at all, a player may start at any fragment."""
        made = _made([_sound(time) for time in range(0, 48000, 1024)], video=False)
        self.assertEqual({len(one.runs[0].samples) for one in made[:-1]}, {5})
        self.assertTrue(all(one.keyframe for one in made))


class ContentTests(SynchronousTestCase):
    """What is in a fragment."""

    @given(films(most=40), st.floats(0.01, 2))
    def test_nothing_is_lost_and_nothing_is_doubled(self, frames: list[Frame], length: float) -> None:
        """All samples of each track come out in their order, and the media is theirs."""
        made = _made([frame.sample() for frame in frames], length)
        for kind in Kind:
            samples = [one for piece in made for run in piece.runs if run.kind is kind for one in run.samples]
            self.assertEqual([one.data for one in samples], [frame.sent() for frame in frames if frame.kind is kind])
        for piece in made:
            self.assertEqual(bytes(piece.media), b"".join(one.data for run in piece.runs for one in run.samples))

    @given(films(most=40))
    def test_numbers_rise_by_one(self, frames: list[Frame]) -> None:
        """From 1."""
        made = fragments(frames)[1]
        self.assertEqual([one.number for one in made], list(range(1, len(made) + 1)))

    def test_numbers_go_on_over_runs(self) -> None:
        """And each fragment tells its generation."""
        fragmenter = Fragmenter(0.1)
        made: list[Fragment] = []
        for generation in (1, 2):
            fragmenter.begin(tracks(), generation)
            made += [one for sample in _pictures(Ratio(30), 6) for one in fragmenter.add(sample)]
        self.assertEqual([(one.number, one.generation) for one in made], [(1, 1), (2, 1), (3, 2), (4, 2)])

    def test_start_and_end_are_seconds(self) -> None:
        """Of the picture."""
        made = _made(_pictures(Ratio(30), 6))
        self.assertEqual([(one.start, one.end) for one in made], [(0.0, 0.1), (0.1, 0.2)])

    def test_D40_its_samples_are_views_of_its_media(self) -> None:
        """What stays in memory is one copy."""
        for one in fragments(film(1))[1]:
            for sample in (sample for run in one.runs for sample in run.samples):
                assert isinstance(sample.data, memoryview)
                self.assertIs(sample.data.obj, one.data)

    def test_what_is_left_of_a_run_is_forgotten_by_the_next(self) -> None:
        """Unless it was cut before."""
        fragmenter = Fragmenter(1)
        fragmenter.begin(tracks(), 1)
        list(fragmenter.add(_sound(0)))
        fragmenter.begin(tracks(), 2)
        self.assertEqual((list(fragmenter.cut()), fragmenter.gathered), ([], 0))


class BoundTests(SynchronousTestCase):
    """D-50: what gathers is bounded, whatever the samples say."""

    def test_D50_frames_that_take_no_time(self) -> None:
        """A duration of 0 and the same time for ever: a fragment is full after a thousand samples."""
        for sample in (
            _sound(0, duration=0),
            Sample(kind=Kind.VIDEO, decode_time=5, duration=0, keyframe=False, data=b"x"),
        ):
            made = _made([sample] * 5000)
            self.assertEqual([sum(len(run.samples) for run in one.runs) for one in made], [MOST_SAMPLES] * 5)

    def test_D50_a_picture_that_never_comes(self) -> None:
        """With a picture in the tracks and only sound in the stream, fragments go out all the same."""
        made = _made([_sound(0, duration=0, data=bytes(300_000)) for _ in range(40)])
        self.assertEqual({len(one.media) for one in made}, {900_000, 300_000})

    @given(st.lists(st.tuples(st.sampled_from(Kind), st.integers(1, 2 * LARGEST)), max_size=12))
    def test_D40_a_fragment_is_not_larger_than_its_largest_sample_or_1_MiB(self, sizes: list[tuple[Kind, int]]) -> None:
        """And neither is what waits."""
        fragmenter = Fragmenter(1)
        fragmenter.begin(tracks(), 1)
        for kind, size in sizes:
            sample = Sample(kind=kind, decode_time=0, duration=0, keyframe=False, data=bytes(size))
            for one in fragmenter.add(sample):
                largest = max(len(inside.data) for run in one.runs for inside in run.samples)
                self.assertLessEqual(len(one.media), max(LARGEST, largest))
            self.assertLessEqual(fragmenter.gathered, max(LARGEST, size))
