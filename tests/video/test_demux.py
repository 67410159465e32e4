"""The encoder's fragmented MP4 in any pieces, to tracks and samples."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.boxes import box, full_box
from onionstream.video.demux import LARGEST_TABLE, MOST_BOXES, MOST_SAMPLES, Demuxer
from onionstream.video.errors import DemuxError, VideoError
from onionstream.video.samples import Kind, Sample, Tracks
from tests.video.bad_streams import (
    BAD,
    FINE,
    GOOD,
    SECOND,
    SHORT,
    SIX,
    VIDEO_ONLY,
    alike,
    moof_and_mdat,
    picture,
    track_fragment,
)
from tests.video.strategies import CUTS, LAYOUTS, chunks, films
from tests.video.streams import (
    AVC,
    PLAIN,
    STEREO_48K,
    Frame,
    Layout,
    avc1,
    build,
    film,
    init,
    moov,
    mp4a,
    tracks,
    trak,
)


def demuxed(pieces: Iterable[bytes]) -> tuple[list[Tracks | Sample], str]:
    """What comes out, and the sentence of the ``VideoError`` at its end, if there is one."""
    demuxer = Demuxer()
    events: list[Tracks | Sample] = []
    try:
        for piece in pieces:
            events.extend(demuxer.feed(piece))
    except VideoError as problem:
        return events, str(problem)
    return events, ""


def _samples(data: bytes) -> list[Sample]:
    """The samples of a good stream."""
    events, problem = demuxed([data])
    assert not problem, problem
    return [event for event in events if isinstance(event, Sample)]


def _of_each_kind(samples: Iterable[Sample]) -> list[list[Sample]]:
    """The samples of each kind: within one fragment, the kinds come one after the other."""
    everything = list(samples)
    return [[one for one in everything if one.kind is kind] for kind in Kind]


class GoodStreamTests(SynchronousTestCase):
    """What encoders write."""

    def test_the_tracks_come_first(self) -> None:
        """As soon as the ``moov`` box is there, and before any sample."""
        events, _ = demuxed([GOOD])
        self.assertEqual(events[0], tracks())
        self.assertEqual(demuxed([init()]), ([tracks()], ""))

    @given(films(), LAYOUTS)
    def test_every_layout_gives_the_same_samples(self, frames: list[Frame], layout: Layout) -> None:
        """Versions, lengths of sizes, numbers of runs, places of defaults, boxes in between: all are understood."""
        expected = _of_each_kind(frame.sample() for frame in frames)
        self.assertEqual(_of_each_kind(_samples(build(frames, layout))), expected)

    @given(films(), LAYOUTS, CUTS)
    def test_any_chunking_gives_the_same_events(self, frames: list[Frame], layout: Layout, cuts: list[int]) -> None:
        """Tracks and samples come out in one order, wherever the bytes are cut."""
        data = build(frames, layout)
        self.assertEqual(demuxed(chunks(data, cuts)), demuxed([data]))

    def test_byte_by_byte(self) -> None:
        """The smallest pieces there are."""
        self.assertEqual(demuxed(GOOD[start : start + 1] for start in range(len(GOOD))), demuxed([GOOD]))

    def test_without_decode_times_one_sample_follows_the_other(self) -> None:
        """A ``tfdt`` box may be missing: a fragment begins where the track's last one ended."""
        self.assertEqual(_samples(build(SECOND, replace(PLAIN, decode_times=False))), [one.sample() for one in SECOND])

    def test_L30_nothing_of_the_encoders_names_comes_out(self) -> None:
        """SEI messages stay behind."""
        self.assertIn(b"x264", GOOD)
        self.assertNotIn(b"x264", b"".join(sample.data for sample in _samples(GOOD)))

    def test_a_sound_frame_with_ffmpegs_wrong_times_is_mended(self) -> None:
        """A duration of 0 and the time of its end: it begins where the frame before it ended."""
        times = ((0, 1024), (1024, 1024), (3072, 0), (3072, 1024))
        frames = [Frame(kind=Kind.AUDIO, time=time, duration=duration) for time, duration in times]
        seen = [(one.decode_time, one.duration) for one in _samples(build(frames))]
        self.assertEqual(seen, [(0, 1024), (1024, 1024), (2048, 1024), (3072, 1024)])

    def test_a_first_sound_frame_that_ffmpeg_has_stretched_is_mended(self) -> None:
        """Sound that starts late: the first frame is written from 0 on, and ends where the second begins."""
        frames = [Frame(kind=Kind.AUDIO, time=time, duration=62400 - time or 1024) for time in (0, 62400)]
        seen = [(one.decode_time, one.duration) for one in _samples(build(frames))]
        self.assertEqual(seen, [(62400 - 1024, 1024), (62400, 1024)])

    def test_a_second_fragment_of_a_track_in_one_moof_box(self) -> None:
        """Two ``traf`` boxes of the same track: the second goes on where the first ended, when it says no time."""
        data = init(audio=False) + moof_and_mdat(
            track_fragment(alike(2, size=6)), track_fragment(alike(1, size=6)), media=picture() * 3
        )
        self.assertEqual([one.decode_time for one in _samples(data)], [0, 10, 20])


class BadStreamTests(SynchronousTestCase):
    """B-50: what no encoder should write."""

    def test_B50_what_is_refused(self) -> None:
        """Each of these is a ``VideoError`` with a sentence, and the same one however the bytes are cut."""
        for name, data in BAD.items():
            events, problem = demuxed([data])
            self.assertTrue(problem, name)
            self.assertEqual(demuxed(chunks(data, list(range(0, 10_000, 7)))), (events, problem), name)

    def test_B50_what_is_understood(self) -> None:
        """Each of these gives samples."""
        for name, data in FINE.items():
            events, problem = demuxed([data])
            self.assertEqual(problem, "", name)
            self.assertGreater(len(events), 1, name)

    def test_B50_some_empty_boxes_are_nothing(self) -> None:
        """The stream goes on after them, again and again."""
        demuxer = Demuxer()
        self.assertEqual(list(demuxer.feed(box(b"free") * 900)), [])
        self.assertEqual(len(list(demuxer.feed(SHORT))), 2)
        self.assertEqual(list(demuxer.feed(box(b"free") * 900)), [])

    def test_B50_no_end_of_empty_boxes_is_no_video(self) -> None:
        """To pass over a file full of them took half a minute, in which nobody got anything."""
        demuxer = Demuxer()
        self.assertEqual(list(demuxer.feed(box(b"free") * MOST_BOXES)), [])
        self.assertRaises(DemuxError, list, demuxer.feed(box(b"free")))

    def test_B50_cut_at_every_byte(self) -> None:
        """An encoder that dies in mid-write has sent good samples up to there, and nothing is raised."""
        data = build(film(0.1, body=4))
        before = 0
        for length in range(len(data)):
            events, problem = demuxed([data[:length]])
            self.assertEqual(problem, "")
            self.assertGreaterEqual(len(events), before)
            before = len(events)

    def test_B50_samples_may_not_share_their_media(self) -> None:
        """Two that lie in it one after the other are fine; more bytes than there are, in all, are not."""
        events, problem = demuxed([BAD["samples that share their media"]])
        self.assertEqual(len(events), 1 + 2)
        self.assertIn("does not lie", problem)

    def test_B50_tables_that_ask_for_any_amount_of_memory_are_refused(self) -> None:
        """Runs without tables cost 20 bytes each and claim 2**32-1 samples: the first 10 000 are the last."""
        run = full_box(b"trun", 0, 0, struct.pack(">I", 2**32 - 1))
        traf = track_fragment(*[run] * 1000, flags=0x020018, number=2, rest=struct.pack(">II", 0, 1))
        stream = init(video=False) + moof_and_mdat(traf, media=bytes(10**6))
        events, problem = demuxed([stream])
        self.assertEqual(len(events), 1 + MOST_SAMPLES)
        self.assertIn("more than", problem)

    def test_a_position_goes_with_boxes_in_between(self) -> None:
        """Bytes between ``moof`` and ``mdat`` count where samples say their place."""
        seen = _samples(FINE["boxes between moof and mdat"])
        self.assertEqual([one.data for one in seen], [SIX])

    def test_a_larger_box_than_allowed_is_refused(self) -> None:
        """The bound is the caller's."""
        self.assertRaises(VideoError, list, Demuxer(largest=1000).feed(VIDEO_ONLY + box(b"free", bytes(993))))

    def test_B50_tables_that_take_long_to_read_are_refused(self) -> None:
        """Boxes in boxes are as many as their bytes allow; bytes in one of them do no harm up to there."""
        for kind, before in ((b"moov", b""), (b"moof", VIDEO_ONLY)):
            fine, large = (
                demuxed([before + box(kind, box(b"free", bytes(LARGEST_TABLE - rest))) + box(b"mdat")])[1]
                for rest in (16, 15)
            )
            self.assertNotIn("we accept", fine)
            self.assertIn(f"a {kind.decode()} box of {LARGEST_TABLE + 1} bytes; we accept", large)

    def test_the_sentence_names_what_is_wrong(self) -> None:
        """It is what the broadcaster reads."""
        self.assertRaisesRegex(DemuxError, "track 9", list, Demuxer().feed(BAD["unknown track"]))

    @given(st.lists(st.integers(0, len(GOOD) * 8 - 1), min_size=1, max_size=20))
    def test_B50_flipped_bits_raise_nothing_else(self, places: list[int]) -> None:
        """A damaged stream gives samples, or a ``VideoError``."""
        data = bytearray(GOOD)
        for place in places:
            data[place // 8] ^= 1 << place % 8
        demuxed([bytes(data)])

    @given(st.binary(max_size=300))
    def test_B50_any_bytes_raise_nothing_else(self, data: bytes) -> None:
        """Alone, after a good beginning, and as the payload of the boxes that are read."""
        for stream in (
            data,
            VIDEO_ONLY + data,
            box(b"moov", data),
            VIDEO_ONLY + box(b"moof", data) + box(b"mdat", data),
        ):
            demuxed([stream])

    @given(st.data())
    def test_B50_boxes_with_anything_in_them_raise_nothing_else(self, data: st.DataObject) -> None:
        """Boxes of the kinds that are read, in any order and depth, with any numbers in them."""
        number = st.sampled_from((0, 1, 2, 6, 7, 2**31 - 1, 2**31, 2**32 - 1)) | st.integers(0, 2**32 - 1)
        numbers = st.lists(number, max_size=12).map(lambda row: struct.pack(f">{len(row)}I", *row))
        kinds = st.sampled_from((b"tfhd", b"tfdt", b"trun", b"traf", b"mfhd", b"free"))
        leaf = st.builds(box, kinds, numbers)
        known = st.builds(_run_of_flags, st.integers(0, 2**12 - 1), st.integers(0, 1), numbers)
        header = st.builds(
            lambda flags, rest: track_fragment(_run_of_one(flags), rest=rest), st.integers(0, 0x3F), numbers
        )
        tree = st.recursive(leaf | known | header, lambda inner: st.lists(inner, max_size=4).map(_traf_of))
        moof = box(b"moof", *data.draw(st.lists(tree, max_size=4)))
        media = data.draw(st.binary(max_size=50))
        for beginning in (VIDEO_ONLY, init(video=False)):
            demuxed([beginning + moof + box(b"mdat", SIX + media)])


def _run_of_flags(flags: int, version: int, numbers: bytes) -> bytes:
    """A track fragment with a ``trun`` box of any flags."""
    return track_fragment(full_box(b"trun", version, flags, numbers))


def _run_of_one(flags: int) -> bytes:
    """A ``trun`` box of one sample, with these lowest flags."""
    return full_box(b"trun", 0, flags | 0x200, struct.pack(">III", 1, 6, 6))


def _traf_of(boxes: list[bytes]) -> bytes:
    return track_fragment(*boxes)


class SoundAloneTests(SynchronousTestCase):
    """Streams of one kind."""

    def test_sound_alone(self) -> None:
        """Every sample is one where a player may start."""
        frames = film(0.5, video=False)
        self.assertTrue(all(one.keyframe for one in _samples(build(frames))))

    def test_defaults_of_the_track(self) -> None:
        """Duration and size from ``trex``: nothing stands in the fragment."""
        sound = trak(Kind.AUDIO, mp4a(STEREO_48K), 48000)
        run = full_box(b"trun", 0, 0, struct.pack(">I", 2))
        data = moov(sound, defaults=((2, 1024, 3),)) + moof_and_mdat(track_fragment(run, number=2), media=b"abcdef")
        self.assertEqual([(one.duration, one.data) for one in _samples(data)], [(1024, b"abc"), (1024, b"def")])

    def test_a_tracks_number_may_be_any(self) -> None:
        """It is the encoder's."""
        picture = trak(Kind.VIDEO, avc1(AVC.record()), 1000, number=77)
        data = moov(picture) + moof_and_mdat(track_fragment(alike(1, size=6), number=77), media=SIX)
        self.assertEqual([one.kind for one in _samples(data)], [Kind.VIDEO])

    def test_nothing_is_read_before_it_is_asked_for(self) -> None:
        """``feed`` gives its events one by one, and an error only where it stands."""
        feed = Demuxer().feed(SHORT + bytes(8))
        with contextlib.suppress(VideoError):
            self.assertEqual(len([next(feed), next(feed)]), 2)
        self.assertRaises(VideoError, next, feed)
