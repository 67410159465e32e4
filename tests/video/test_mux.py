"""What goes out: an init segment and fragments, clean and readable."""

from __future__ import annotations

import struct
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.boxes import child
from onionstream.video.demux import Demuxer
from onionstream.video.mux import VIDEO_TIMESCALE, TrackRun, fragment_header, init_segment, timescale
from onionstream.video.samples import AudioTrack, Kind, Sample, Tracks
from tests.video.onair import fragments, served
from tests.video.strategies import films
from tests.video.streams import Frame, build, film, tracks
from tests.video.walk import faults, handler_names, video_samples, walk


def ours(given: Tracks) -> Tracks:
    """The tracks with the ticks that we send."""
    video = given.video and replace(given.video, timescale=VIDEO_TIMESCALE)
    audio = given.audio and replace(given.audio, timescale=given.audio.rate)
    return Tracks(video=video, audio=audio)


class InitSegmentTests(SynchronousTestCase):
    """``init_segment``."""

    def test_our_own_demuxer_reads_it(self) -> None:
        """With both kinds of track and with either alone, the same tracks come out, in our ticks."""
        for video, audio in ((True, True), (True, False), (False, True)):
            sent = tracks(video=video, audio=audio)
            self.assertEqual(list(Demuxer().feed(init_segment(sent))), [ours(sent)])

    def test_rates_that_do_not_fit_into_16_bits(self) -> None:
        """88.2 and 96 kHz stand in the esds box and in the ticks, not in the sample entry."""
        for index, rate in ((0, 96000), (1, 88200)):
            config = struct.pack(">H", 2 << 11 | index << 7 | 2 << 3)
            sent = Tracks(audio=AudioTrack(rate=rate, channels=2, timescale=rate, config=config))
            self.assertEqual(list(Demuxer().feed(init_segment(sent))), [sent])

    def test_L31_nothing_in_it_tells_who_made_it(self) -> None:
        """Only the boxes that are needed; times 0, names empty, language undetermined."""
        self.assertEqual(faults(init_segment(tracks())), [])
        self.assertEqual(handler_names(init_segment(tracks())), [b"\0", b"\0"])

    def test_it_ends_a_box_in_every_box(self) -> None:
        """The walk reaches the innermost boxes, and each fills its parent exactly."""
        paths = [path for path, _ in walk(init_segment(tracks()))]
        self.assertIn((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1", b"avcC"), paths)
        self.assertIn((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"mp4a", b"esds"), paths)

    def test_ticks_of_a_track_that_is_not_there(self) -> None:
        """It is a ``KeyError``."""
        self.assertRaises(KeyError, timescale, Kind.AUDIO, tracks(audio=False))
        self.assertRaises(KeyError, timescale, Kind.VIDEO, tracks(video=False))


class FragmentTests(SynchronousTestCase):
    """``TrackRun`` and ``fragment_header``."""

    @given(films(most=30))
    def test_our_own_demuxer_reads_the_same_samples(self, frames: list[Frame]) -> None:
        """Data, keyframes, decode times and offsets come back as they went in."""
        sent, made = fragments(frames)
        data = init_segment(sent) + b"".join(one.data for one in made)
        got = [one for one in Demuxer().feed(data) if isinstance(one, Sample)]
        put = [sample for one in made for run in one.runs for sample in run.samples]
        self.assertEqual(
            [(one.kind, one.decode_time, one.offset, one.keyframe, one.data) for one in got],
            [(one.kind, one.decode_time, one.offset, one.keyframe, one.data) for one in put],
        )

    def test_a_missing_frame_leaves_its_time_free(self) -> None:
        """A player adds durations up: within a fragment they are what lies between the decode times."""
        sound = [Sample(kind=Kind.AUDIO, decode_time=time, duration=1024, data=b"x") for time in (0, 1024, 9000, 10024)]
        header = fragment_header(1, [TrackRun(Kind.AUDIO, tuple(sound))])
        got = list(Demuxer().feed(init_segment(tracks(video=False)) + header + b"xxxx"))[1:]
        self.assertEqual(
            [(one.decode_time, one.duration) for one in got if isinstance(one, Sample)],
            [(0, 1024), (1024, 7976), (9000, 1024), (10024, 1024)],
        )

    @given(st.integers(1, 2**33), films())
    def test_the_header_ends_where_the_media_begins(self, number: int, frames: list[Frame]) -> None:
        """With any number, which is kept to 32 bits."""
        runs = fragments(frames, length=1000)[1][0].runs
        header = fragment_header(number, runs)
        size = sum(len(one.data) for run in runs for one in run.samples)
        self.assertEqual(header[-8:], struct.pack(">I4s", 8 + size, b"mdat"))
        self.assertEqual(child(header[:-8], b"moof", b"mfhd"), struct.pack(">II", 0, number % 2**32))

    def test_only_keyframes_are_marked_as_such(self) -> None:
        """Sample flags: depends on no other, or on others and no sync sample (ISO/IEC 14496-12, 8.8.3.1)."""
        frames = film(0.1, audio=False)
        runs = fragments(frames)[1][0].runs
        trun = child(fragment_header(1, runs)[:-8], b"moof", b"traf", b"trun")
        assert trun is not None
        flags = [row[2] for row in struct.iter_unpack(">IIIi", trun[12:])]
        self.assertEqual(flags, [0x02000000, 0x01010000, 0x01010000])

    def test_L30_L31_all_that_is_served_is_clean(self) -> None:
        """Boxes, NAL units and words of a second of film whose encoder left its names everywhere."""
        self.assertEqual(faults(served(film(1))), [])

    def test_the_walk_sees_what_it_looks_for(self) -> None:
        """The encoder's own bytes are full of faults of every kind."""
        found = "\n".join(faults(build(film(1))))
        for fault in ("udta", "edts", "a time in", "a language", "a handler called", "a compressor", "type 6", "x264"):
            self.assertIn(fault, found)

    def test_parameter_sets_go_with_every_keyframe(self) -> None:
        """So that a player can begin there, and follow a new size (video.md, 4)."""
        samples = list(video_samples(served(film(2))))
        self.assertEqual([sample[4] & 31 for sample in samples if sample[4] & 31 != 1], [7, 7])
        self.assertEqual(len(samples), 60)
