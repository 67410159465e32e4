"""A viewer's own times, nearer to the live edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.fragment import Fragment, Fragmenter
from onionstream.video.mux import VIDEO_TIMESCALE, TrackRun, fragment_header
from onionstream.video.samples import AAC_FRAME, AudioTrack, Kind, Sample
from onionstream.video.squeeze import Squeeze
from tests.video.onair import fragments
from tests.video.strategies import films
from tests.video.streams import Frame, film, tracks

FEW = settings(max_examples=25)
"""Each example is a stream of many seconds."""

RATES = st.sampled_from((8000, 22050, 44100, 48000, 96000))
SQUEEZES = st.builds(Squeeze, total=st.integers(1, 60), begins=st.floats(0, 5), pace=st.floats(0.01, 0.2), rate=RATES)
PICTURES = st.sampled_from((24, 25, 30, 50, 60, 120))


def _pictures(start: float, end: float, rate: int, offsets: Sequence[int] = (0,)) -> Iterable[Sample]:
    """Frames of video between two times; ``offsets`` in frames, again and again."""
    step = VIDEO_TIMESCALE // rate
    for index in range(round(start * rate), round(end * rate)):
        yield Sample(
            kind=Kind.VIDEO,
            decode_time=index * step,
            duration=step,
            offset=offsets[index % len(offsets)] * step,
            keyframe=index % rate == 0,
            data=b"%d" % index,
        )


def _sounds(start: float, end: float, rate: int, jitter: Sequence[int] = (0,)) -> Iterable[Sample]:
    """Frames of sound between two times; ``jitter`` in ticks is added to their times, again and again."""
    for index in range(round(start * rate / AAC_FRAME), round(end * rate / AAC_FRAME)):
        time = index * AAC_FRAME + jitter[index % len(jitter)]
        after = (index + 1) * AAC_FRAME + jitter[(index + 1) % len(jitter)]
        yield Sample(kind=Kind.AUDIO, decode_time=time, duration=after - time, data=b"%d" % index)


def _made(samples: Iterable[Sample], rate: int, length: float = 0.1, *, video: bool = True) -> list[Fragment]:
    """Their fragments, in the order of their times."""
    ticks = {Kind.VIDEO: VIDEO_TIMESCALE, Kind.AUDIO: rate}
    sound = AudioTrack(rate=rate, channels=2, timescale=rate, config=b"\x11\x90")
    fragmenter = Fragmenter(length)
    fragmenter.begin(replace(tracks(video=video), audio=sound), 1)
    ordered = sorted(samples, key=lambda one: one.decode_time / ticks[one.kind])
    return [one for sample in ordered for one in fragmenter.add(sample)] + list(fragmenter.cut())


def _sent(squeeze: Squeeze, made: Iterable[Fragment]) -> dict[Kind, list[Sample]]:
    """What a viewer gets of these fragments, as the packing asks for it."""
    sent: dict[Kind, list[Sample]] = {kind: [] for kind in Kind}
    for one in made:
        phase = squeeze.phase(*one.span)
        for run in one.runs if phase is None else phase.runs(one.runs, one.sound_before):
            assert run.samples
            sent[run.kind] += run.samples
    return sent


def _put(made: Iterable[Fragment], kind: Kind) -> list[Sample]:
    return [sample for one in made for run in one.runs if run.kind is kind for sample in run.samples]


def _lost(squeeze: Squeeze) -> float:
    """Seconds that are lost in the end."""
    return squeeze.total * AAC_FRAME / squeeze.rate


def _end(squeeze: Squeeze) -> float:
    """Seconds at which it is certainly done."""
    return squeeze.begins + _lost(squeeze) / squeeze.pace + 1


class RegularTests(SynchronousTestCase):
    """A stream of regular frames, without a gap."""

    @FEW
    @given(SQUEEZES, PICTURES, st.floats(0.02, 1))
    def test_pictures_lose_exactly_the_total(self, squeeze: Squeeze, rate: int, length: float) -> None:
        """Each begins where the one before ended, none lasts no time, and in the end they lack what was asked for."""
        squeeze = replace(squeeze, total=min(squeeze.total, 10))
        made = _made(_pictures(0, _end(squeeze), rate), squeeze.rate, length)
        sent = _sent(squeeze, made)[Kind.VIDEO]
        self.assertEqual([one.data for one in sent], [one.data for one in _put(made, Kind.VIDEO)])
        for before, after in pairwise(sent):
            self.assertEqual(before.decode_time + before.duration, after.decode_time)
        self.assertGreater(min(one.duration for one in sent), VIDEO_TIMESCALE / rate * 0.79 - 1)
        lost = _put(made, Kind.VIDEO)[-1].decode_time - sent[-1].decode_time
        self.assertEqual(lost, round(_lost(squeeze) * VIDEO_TIMESCALE))

    @FEW
    @given(SQUEEZES, st.floats(0.02, 1))
    def test_sound_loses_exactly_as_many_frames(self, squeeze: Squeeze, length: float) -> None:
        """Whole ones, and what is left is contiguous to the tick: a hole or an overlap would be heard."""
        made = _made(_sounds(0, _end(squeeze), squeeze.rate), squeeze.rate, length)
        sent, put = _sent(squeeze, made)[Kind.AUDIO], _put(made, Kind.AUDIO)
        self.assertEqual(len(put) - len(sent), squeeze.total)
        self.assertEqual([one.decode_time for one in sent], [index * AAC_FRAME for index in range(len(sent))])
        self.assertEqual({one.duration for one in sent}, {AAC_FRAME})

    @FEW
    @given(SQUEEZES, st.floats(-0.1, 0.1))
    def test_sound_stays_with_its_picture(self, squeeze: Squeeze, late: float) -> None:
        """To within one step, and a millisecond, all the time: what is heard together is seen together."""
        squeeze = replace(squeeze, total=min(squeeze.total, 20), begins=2.0)
        sounds = _sounds(0.2 + late, _end(squeeze), squeeze.rate)
        made = _made([*_pictures(0, _end(squeeze), 30), *sounds], squeeze.rate)
        sent = _sent(squeeze, made)
        moved = {one.data: one for one in sent[Kind.AUDIO]}
        within = AAC_FRAME / squeeze.rate + 0.001
        shifts = [
            (put.decode_time / VIDEO_TIMESCALE, (put.decode_time - got.decode_time) / VIDEO_TIMESCALE)
            for put, got in zip(_put(made, Kind.VIDEO), sent[Kind.VIDEO], strict=True)
        ]
        heard = [one for one in _put(made, Kind.AUDIO) if one.data in moved]
        for time, shift in shifts[::7]:
            near = min(heard, key=lambda one: abs(one.decode_time / squeeze.rate - time))
            heard_shift = (near.decode_time - moved[near.data].decode_time) / squeeze.rate
            self.assertLessEqual(abs(heard_shift - shift), within)

    @FEW
    @given(SQUEEZES, PICTURES, st.lists(st.integers(0, 16), min_size=1, max_size=8))
    def test_pictures_are_shown_in_their_order(self, squeeze: Squeeze, rate: int, reorder: list[int]) -> None:
        """With B-frames too: none is shown before its decode time, nor in another order than before."""
        squeeze = replace(squeeze, total=min(squeeze.total, 10))
        made = _made(_pictures(0, _end(squeeze), rate, reorder), squeeze.rate)
        sent, put = _sent(squeeze, made)[Kind.VIDEO], _put(made, Kind.VIDEO)
        self.assertGreaterEqual(min(one.offset for one in sent), 0)
        shown = [one.decode_time + one.offset for one in put]
        ours = [one.decode_time + one.offset for one in sent]
        order = sorted(range(len(put)), key=lambda index: shown[index])
        for before, after in pairwise(order):
            self.assertGreaterEqual(ours[after] - ours[before], (shown[after] - shown[before]) * 0.79 - 2)

    @FEW
    @given(SQUEEZES)
    def test_nothing_is_moved_before_it_begins(self, squeeze: Squeeze) -> None:
        """The player gathers what it needs first; the very runs of the fragment go out."""
        self.assertIsNone(squeeze.phase(0, squeeze.begins))
        self.assertIs(squeeze.phase(0, squeeze.begins + 0.001), squeeze)

    @FEW
    @given(SQUEEZES, st.floats(0, 5), st.lists(st.integers(-9, 9), min_size=1))
    def test_done_is_a_constant_shift(self, squeeze: Squeeze, later: float, jitter: list[int]) -> None:
        """The same for everyone with such a profile, whenever he began; nothing is left out any more."""
        start = _end(squeeze) + later
        sounds = _sounds(start, start + 2, squeeze.rate, jitter)
        made = _made([*_pictures(start, start + 2, 30, (2, -1)), *sounds], squeeze.rate)
        for one in made[2:]:
            phase = squeeze.phase(*one.span)
            other = replace(squeeze, begins=squeeze.begins / 2).phase(*one.span)
            assert phase is not None
            self.assertIsNot(phase, squeeze)
            self.assertEqual(phase, other)
            moved = phase.runs(one.runs, one.sound_before)
            for run, ours in zip(one.runs, moved, strict=True):
                ticks = VIDEO_TIMESCALE if run.kind is Kind.VIDEO else squeeze.rate
                expected = [
                    replace(sample, decode_time=sample.decode_time - round(_lost(squeeze) * ticks))
                    for sample in run.samples
                ]
                self.assertEqual(list(ours.samples), expected)

    def test_a_viewer_who_begins_at_0(self) -> None:
        """No time is negative, even if there is nothing to wait for."""
        squeeze = Squeeze(total=60, begins=0.0, pace=0.2, rate=48000)
        sent = _sent(squeeze, _made([*_pictures(0, 9, 120), *_sounds(0, 9, 48000)], 48000))
        self.assertEqual(min(one.decode_time for samples in sent.values() for one in samples), 0)

    def test_a_fragment_whose_sound_is_all_left_out(self) -> None:
        """Its picture goes alone: a run without samples would be none."""
        squeeze = Squeeze(total=19, begins=0.0, pace=0.05, rate=48000)
        made = _made([*_pictures(0, 9, 60), *_sounds(0, 9, 48000)], 48000, length=0.016)
        kinds = []
        for one in made:
            phase = squeeze.phase(*one.span)
            runs = one.runs if phase is None else phase.runs(one.runs, one.sound_before)
            kinds.append({run.kind for run in runs} == {run.kind for run in one.runs})
            self.assertTrue(all(run.samples for run in runs))
        self.assertEqual(kinds.count(False), 19)

    def test_a_fragment_of_nothing_but_sound_that_is_left_out(self) -> None:
        """There is nothing to send."""
        squeeze = Squeeze(total=19, begins=0.0, pace=0.05, rate=48000)
        made = _made(_sounds(0, 9, 48000), 48000, length=0.02, video=False)
        sent = [squeeze.runs(one.runs, one.sound_before) for one in made]
        self.assertEqual(sent.count(()), 19)


class GapTests(SynchronousTestCase):
    """A viewer who was moved on, an encoder that was started again."""

    @FEW
    @given(SQUEEZES, st.floats(0.3, 8), st.floats(0.1, 6), st.floats(0.02, 0.5))
    def test_a_gap_stays_a_gap(self, squeeze: Squeeze, at: float, outage: float, length: float) -> None:
        """It is shorter by no more than what was due meanwhile; a closed one breaks Firefox for ever (measured)."""
        back, end = at + outage, at + outage + 3
        pictures = [*_pictures(0, at, 30), *_pictures(back, end, 30)]
        sounds = [*_sounds(0, at, squeeze.rate), *_sounds(back, end, squeeze.rate)]
        made = _made([*pictures, *sounds], squeeze.rate, length)
        sent = _sent(squeeze, made)
        for kind, ticks in ((Kind.VIDEO, VIDEO_TIMESCALE), (Kind.AUDIO, squeeze.rate)):
            gaps = [
                max((after.decode_time - before.decode_time) / ticks for before, after in pairwise(samples))
                for samples in (_put(made, kind), sent[kind])
            ]
            self.assertLessEqual(gaps[1], gaps[0] + 2 / ticks)
            step = 2.1 * AAC_FRAME / squeeze.rate
            self.assertGreaterEqual(gaps[1], max(0, gaps[0] * (1 - squeeze.pace) - step))

    @FEW
    @given(SQUEEZES, st.lists(st.booleans(), min_size=1, max_size=20), st.lists(st.integers(-90, 90), min_size=1))
    def test_whatever_is_missing_times_never_run_backwards(
        self, squeeze: Squeeze, pattern: list[bool], jitter: list[int]
    ) -> None:
        """Fragments that a viewer never got, and sound whose times are not quite right: no frame overlaps much."""
        squeeze = replace(squeeze, total=min(squeeze.total, 20))
        made = _made([*_pictures(0, 12, 30), *_sounds(0.1, 12, squeeze.rate, jitter)], squeeze.rate)
        got = [one for index, one in enumerate(made) if pattern[index % len(pattern)]]
        for samples in _sent(squeeze, got).values():
            for before, after in pairwise(samples):
                ends = before.decode_time + before.duration
                allowed = 0 if after.kind is Kind.VIDEO else 180 * 2
                self.assertGreaterEqual(after.decode_time, ends - allowed)

    @FEW
    @given(SQUEEZES, st.floats(0.5, 20))
    def test_after_a_gap_the_sound_goes_on_at_once(self, squeeze: Squeeze, outage: float) -> None:
        """What was due meanwhile has been lost in the gap: no frame is left out for it."""
        squeeze = replace(squeeze, begins=1.0)
        back = 2 + outage
        after = list(_sounds(back, back + 1, squeeze.rate))
        made = _made([*_sounds(0, 2, squeeze.rate), *after], squeeze.rate)
        self.assertIn(after[0].data, [one.data for one in _sent(squeeze, made)[Kind.AUDIO]])

    def test_sound_that_comes_late_or_never(self) -> None:
        """The picture's squeeze is done all the same; the sound is with it when it comes, without a frame left out."""
        squeeze = Squeeze(total=19, begins=2.0, pace=0.05, rate=48000)
        made = _made([*_pictures(0, 15, 30), *_sounds(12, 15, 48000)], 48000)
        phases = [squeeze.phase(*one.span) for one in made]
        self.assertNotIn(phases[110], (None, squeeze))
        sent, put = _sent(squeeze, made)[Kind.AUDIO], _put(made, Kind.AUDIO)
        self.assertEqual([one.decode_time for one in sent], [one.decode_time - 19 * AAC_FRAME for one in put])


class AnyTests(SynchronousTestCase):
    """Whatever an encoder writes."""

    @given(films(most=40), SQUEEZES, st.floats(0.02, 0.5))
    def test_B50_it_can_be_written(self, frames: list[Frame], squeeze: Squeeze, length: float) -> None:
        """Frames of any lengths: the muxer takes what comes out, and every picture is in it."""
        squeeze = replace(squeeze, begins=squeeze.begins / 10)
        for one in fragments(frames, length)[1]:
            moved = squeeze.runs(one.runs, one.sound_before)
            if moved:
                fragment_header(one.number, moved)
            self.assertEqual(_lengths(moved, Kind.VIDEO), _lengths(one.runs, Kind.VIDEO))

    def test_B50_sound_in_frames_that_are_too_short(self) -> None:
        """Decode times in a fragment do not run backwards, which could not be written."""
        squeeze = Squeeze(total=60, begins=0.0, pace=0.2, rate=48000)
        samples = [Sample(kind=Kind.AUDIO, decode_time=50 * one, duration=50, data=b"x") for one in range(900)]
        for one in _made(samples, 48000, 5.0):
            for run in squeeze.runs(one.runs, one.sound_before):
                times = [sample.decode_time for sample in run.samples]
                self.assertEqual(times, sorted(times))

    def test_the_same_fragment_is_always_the_same(self) -> None:
        """In whatever order it is asked for: nothing is remembered."""
        squeeze = Squeeze(total=19, begins=0.5, pace=0.05, rate=48000)
        made = fragments(film(5))[1]
        forwards = [squeeze.runs(one.runs, one.sound_before) for one in made]
        backwards = [squeeze.runs(one.runs, one.sound_before) for one in reversed(made)]
        self.assertEqual(forwards, backwards[::-1])


def _lengths(runs: tuple[TrackRun, ...], kind: Kind) -> list[int]:
    return [len(run.samples) for run in runs if run.kind is kind]
