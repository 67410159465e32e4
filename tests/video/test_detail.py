"""What of a fragment is sent over a line that cannot carry all of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.detail import Detail, reduced
from onionstream.video.mux import TrackRun
from onionstream.video.samples import Kind, Sample

SAMPLES = st.builds(
    Sample,
    kind=st.just(Kind.VIDEO),
    decode_time=st.integers(0, 9000),
    duration=st.just(100),
    keyframe=st.booleans(),
    disposable=st.booleans(),
    data=st.binary(min_size=1, max_size=3),
)
RUNS = st.lists(SAMPLES, min_size=1, max_size=9).map(lambda samples: TrackRun(Kind.VIDEO, tuple(samples)))
SOUND = TrackRun(Kind.AUDIO, (Sample(kind=Kind.AUDIO, decode_time=0, duration=1024, data=b"sound"),))


def _run(first: bool, count: int = 4) -> TrackRun:
    """Pictures, every second of them needed by no other; the first one is a keyframe, or not."""
    return TrackRun(
        Kind.VIDEO,
        tuple(
            Sample(
                kind=Kind.VIDEO,
                decode_time=100 * number,
                duration=100,
                keyframe=first and number == 0,
                disposable=number % 2 == 1,
                data=b"%d" % number,
            )
            for number in range(count)
        ),
    )


def _left(runs: tuple[TrackRun, ...]) -> list[bytes]:
    return [bytes(sample.data) for run in runs for sample in run.samples]


class ReducedTests(SynchronousTestCase):
    """``reduced``."""

    def test_the_whole(self) -> None:
        """The very runs."""
        runs = (_run(first=True), SOUND)
        self.assertIs(reduced(runs, Detail.WHOLE), runs)

    def test_without_what_no_other_picture_needs(self) -> None:
        """All others, and the sound."""
        self.assertEqual(_left(reduced((_run(first=False), SOUND), Detail.REFERENCES)), [b"0", b"2", b"sound"])

    def test_keyframes(self) -> None:
        """With the one after it, at which Firefox shows it; of other fragments the sound alone."""
        self.assertEqual(_left(reduced((_run(first=True), SOUND), Detail.KEYFRAMES)), [b"0", b"1", b"sound"])
        self.assertEqual(_left(reduced((_run(first=True, count=1), SOUND), Detail.KEYFRAMES)), [b"0", b"sound"])
        self.assertEqual(reduced((_run(first=False), SOUND), Detail.KEYFRAMES), (SOUND,))

    def test_sound(self) -> None:
        """No picture at all."""
        self.assertEqual(reduced((_run(first=True), SOUND), Detail.SOUND), (SOUND,))

    def test_a_silent_film(self) -> None:
        """Nothing may be left of a fragment; a run without samples there is never."""
        self.assertEqual(reduced((_run(first=False),), Detail.KEYFRAMES), ())
        self.assertEqual(reduced((_run(first=True),), Detail.SOUND), ())
        dropped = TrackRun(Kind.VIDEO, (replace(_run(first=False).samples[0], disposable=True),))
        self.assertEqual(reduced((dropped,), Detail.REFERENCES), ())

    @given(run=RUNS, detail=st.sampled_from(Detail), sound=st.booleans())
    def test_sound_is_never_left_out_and_nothing_is_changed(
        self, run: TrackRun, detail: Detail, *, sound: bool
    ) -> None:
        """What is left is what was there, in its order; whatever is decoded after less of it has what it needs."""
        runs = (run, SOUND) if sound else (run,)
        left = reduced(runs, detail)
        self.assertEqual(SOUND in left, sound)
        self.assertTrue(all(one.samples for one in left))
        pictures = [sample for one in left if one.kind is Kind.VIDEO for sample in one.samples]
        places = [index for index, sample in enumerate(run.samples) if any(sample is one for one in pictures)]
        self.assertEqual([run.samples[index] for index in places], pictures)
        if detail is Detail.KEYFRAMES:
            self.assertEqual(places, list(range(len(places))))
            self.assertTrue(not places or run.samples[0].keyframe)
        if detail is Detail.REFERENCES:
            self.assertEqual(len(pictures), sum(not one.disposable for one in run.samples))
