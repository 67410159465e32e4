"""What is sent while the encoder gives no picture."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.errors import VideoError
from onionstream.video.samples import Kind, Sample, Tracks
from onionstream.video.slate import Interlude, Slate
from tests.video.onair import a_slate
from tests.video.strategies import CUTS, films
from tests.video.streams import Frame, build, film, init, tracks

MONO_48K = b"\x11\x88"


class ParseTests(SynchronousTestCase):
    """``Slate.parse``."""

    def test_a_film(self) -> None:
        """Its tracks, and all of its samples in the order of the file."""
        frames = film(0.5)
        slate = Slate.parse(build(frames))
        self.assertEqual(slate.tracks, tracks())
        self.assertEqual([replace(one, disposable=False) for one in slate.samples], [one.sample() for one in frames])

    def test_nothing_in_it(self) -> None:
        """Nothing at all, no sample, or none of one of its tracks: refused."""
        for data in (b"", init()):
            self.assertRaises(VideoError, Slate.parse, data)
        pictures_only = init() + build(film(0.5, audio=False))[len(init(audio=False)) :]
        self.assertRaises(VideoError, Slate.parse, pictures_only)

    def test_an_end_that_is_missing(self) -> None:
        """What is there is a slate as well."""
        data = build(film(0.5))
        self.assertGreater(len(Slate.parse(data[:-10]).samples), 30)

    @given(CUTS)
    def test_B50_flipped_bits_raise_nothing_else(self, places: list[int]) -> None:
        """A slate, or a video error."""
        data = bytearray(build(film(0.2, keyframes=3)))
        for place in places:
            data[place % len(data)] ^= 1 << place % 8
        try:
            slate = Slate.parse(bytes(data))
        except VideoError:
            return
        self.assertEqual({one.kind for one in slate.samples}, slate.tracks.kinds)


class LikeTests(SynchronousTestCase):
    """``Slate.like``: as a part of another stream."""

    def setUp(self) -> None:
        """It has picture and sound."""
        self.slate = a_slate()

    def test_the_same_tracks(self) -> None:
        """All of it; the picture may be of another size."""
        for size in ((320, 180), (640, 360)):
            self.assertEqual(self.slate.like(tracks(size=size)), self.slate)

    def test_no_more_tracks_than_the_stream_has(self) -> None:
        """A silent film gets the picture alone, and a stream of sound the silence."""
        for video, audio in ((True, False), (False, True)):
            kind = Kind.VIDEO if video else Kind.AUDIO
            slate = self.slate.like(tracks(video=video, audio=audio))
            assert slate is not None
            self.assertEqual((slate.tracks.kinds, {one.kind for one in slate.samples}), ({kind}, {kind}))

    def test_one_that_players_could_not_follow(self) -> None:
        """Other sound, or a track that is missing."""
        other = tracks()
        assert other.audio is not None
        self.assertIsNone(self.slate.like(replace(other, audio=replace(other.audio, config=MONO_48K))))
        for video, audio in ((True, False), (False, True)):
            self.assertIsNone(a_slate(video=video, audio=audio).like(tracks()))
        self.assertIsNone(a_slate(audio=False).like(tracks(video=False)))
        self.assertIsNone(self.slate.like(Tracks()))


class SilenceTests(SynchronousTestCase):
    """``Slate.silence``."""

    def test_a_frame_from_the_middle(self) -> None:
        """The first ones are an encoder's beginning."""
        sound = [one for one in a_slate().samples if one.kind is Kind.AUDIO]
        self.assertIs(Slate(tracks=tracks(), samples=tuple(sound)).silence, sound[len(sound) // 2])

    def test_without_sound_there_is_none(self) -> None:
        """A silent film has no gaps in its sound."""
        self.assertIsNone(a_slate(audio=False).silence)


def _slates() -> st.SearchStrategy[Slate]:
    """Of any frames, also such as last no time."""

    def made(frames: list[Frame]) -> Slate:
        kinds = {one.kind for one in frames}
        sent = tracks(video=Kind.VIDEO in kinds, audio=Kind.AUDIO in kinds)
        return Slate(tracks=sent, samples=tuple(one.sample() for one in frames))

    return films().map(made)


class ForeverTests(SynchronousTestCase):
    """``Slate.forever``."""

    def test_each_track_is_repeated_by_itself(self) -> None:
        """Without a hole: sound and picture are never of quite the same length."""
        coming = list(islice(a_slate().forever(0.7), 400))
        for kind, begins in ((Kind.AUDIO, 0.0), (Kind.VIDEO, 0.7)):
            samples = [one for _, one in coming if one.kind is kind]
            self.assertEqual(samples[0].decode_time, round(begins * tracks().timescale(kind)))
            for before, after in pairwise(samples):
                self.assertEqual(after.decode_time, before.decode_time + before.duration)

    def test_every_turn_of_the_picture_begins_with_a_keyframe(self) -> None:
        """Once a second here: a player may begin, and nothing is decoded twice."""
        pictures = [one for _, one in islice(a_slate().forever(0.0), 300) if one.kind is Kind.VIDEO]
        self.assertEqual([index for index, one in enumerate(pictures) if one.keyframe], [0, 30, 60, 90][:4])

    @given(_slates(), st.floats(0, 5))
    def test_whatever_is_in_it(self, slate: Slate, picture: float) -> None:
        """Samples are due in the order of their times, and it never ends nor stands still."""
        coming = list(islice(slate.forever(picture), 300))
        self.assertEqual(len(coming), 300)
        due = [time for time, _ in coming]
        self.assertEqual(due, sorted(due))
        for kind in slate.tracks.kinds:
            times = [one.decode_time for _, one in coming if one.kind is kind]
            self.assertEqual(times, sorted(times))
        self.assertGreater(due[-1], 0)


class InterludeTests(SynchronousTestCase):
    """``Interlude``: the slate on air from second 100 of the clock, its picture from 100.5 on."""

    def setUp(self) -> None:
        """It is about to begin."""
        self.interlude = Interlude(a_slate(), 100.0, 0.5)

    def _due(self, now: float) -> list[Sample]:
        return list(self.interlude.due(now))

    def test_what_is_due(self) -> None:
        """Each sample once, when its time has come: 47 frames of sound a second, and 30 of the picture."""
        self.assertEqual([one.kind for one in self._due(100.0)], [Kind.AUDIO])
        self.assertEqual({one.kind for one in self._due(100.499)}, {Kind.AUDIO})
        self.assertEqual(self._due(100.499), [])
        due = self._due(101.5)
        self.assertEqual([one.kind for one in due].count(Kind.VIDEO), 31)
        self.assertTrue(next(one for one in due if one.kind is Kind.VIDEO).keyframe)

    @given(st.lists(st.floats(0, 3), max_size=20))
    def test_however_often_it_is_asked(self, waits: list[float]) -> None:
        """All of it, and nothing twice."""
        interlude, now = Interlude(a_slate(), 0.0, 0.5), 0.0
        got: list[Sample] = []
        for wait in waits:
            now += wait
            got += interlude.due(now)
        self.assertEqual(got, list(Interlude(a_slate(), 0.0, 0.5).due(now))[: len(got)])
        self.assertTrue(not waits or len(got) == len(list(Interlude(a_slate(), 0.0, 0.5).due(now))))
