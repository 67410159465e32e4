"""The ``moov`` box: which tracks there are."""

from __future__ import annotations

import contextlib
import struct
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.boxes import box, children, full_box
from onionstream.video.errors import CodecError, DemuxError, VideoError
from onionstream.video.samples import Kind, Tracks
from onionstream.video.tracks import Defaults, read_tracks
from tests.video.streams import AUDIO_TICKS, AVC, STEREO_48K, VIDEO_TICKS, avc1, moov, mp4a, tracks, trak

VIDEO = trak(Kind.VIDEO, avc1(AVC.record()), VIDEO_TICKS)
AUDIO = trak(Kind.AUDIO, mp4a(STEREO_48K), AUDIO_TICKS)


def _read(*traks: bytes, defaults: tuple[tuple[int, int, int], ...] = ()) -> tuple[Tracks, dict[int, Defaults]]:
    """Read a ``moov`` box of these tracks."""
    return read_tracks(moov(*traks, defaults=defaults)[8:])


def _sound(config: bytes) -> bytes:
    """A sound track with this AudioSpecificConfig."""
    return trak(Kind.AUDIO, mp4a(config), AUDIO_TICKS)


def _config(codec: int = 2, rate: int = 3, channels: int = 2, rest: int = 0) -> bytes:
    """An AudioSpecificConfig of these fields (ISO/IEC 14496-3, 1.6.2.1)."""
    return struct.pack(">H", codec << 11 | rate << 7 | channels << 3 | rest)


MOVIE_TICKS = 1000


def _delayed(kind: Kind, empty: int | None, begins: int, *, long: bool = False, more: bytes = b"") -> bytes:
    """A track with an edit list: nothing for so long (movie ticks; None: no such edit), then its media from there."""
    form = ">QQI" if long else ">III"
    none = 2**64 - 1 if long else 2**32 - 1
    edits = [] if empty is None else [struct.pack(form, empty, none, 0x10000)]
    edits += [struct.pack(form, 0, begins, 0x10000)]
    edits += [more] * bool(more)
    entry, ticks = (avc1(AVC.record()), VIDEO_TICKS) if kind is Kind.VIDEO else (mp4a(STEREO_48K), AUDIO_TICKS)
    inner = [one for one in children(trak(kind, entry, ticks)[8:]) if one.kind != b"edts"]
    told = box(b"edts", full_box(b"elst", int(long), 0, struct.pack(">I", len(edits)), *edits))
    return box(b"trak", told, *(box(one.kind, one.payload) for one in inner))


def _shifts(*traks: bytes) -> dict[Kind, int]:
    """How much later the samples of each track are, in ticks."""
    payload = moov(*traks)[8:]
    movie = next(one.payload for one in children(payload) if one.kind == b"mvhd")
    ticks = movie[:12] + struct.pack(">I", MOVIE_TICKS) + movie[16:]
    return {one.kind: one.shift for one in read_tracks(payload.replace(movie, ticks))[1].values()}


class EditListTests(SynchronousTestCase):
    """How picture and sound lie to each other."""

    def test_what_ffmpeg_writes_for_pictures_that_wait_for_others(self) -> None:
        """With B-frames and the beginning of its AAC encoder: the sound stays, and the picture is 45 ms earlier."""
        for long in (False, True):
            video, audio = _delayed(Kind.VIDEO, 66, 1024, long=long), _delayed(Kind.AUDIO, 45, 0, long=long)
            expected = round((0.066 - 1024 / VIDEO_TICKS - 0.045) * VIDEO_TICKS)
            self.assertEqual(_shifts(video, audio), {Kind.VIDEO: expected, Kind.AUDIO: 0})

    def test_without_sound_the_picture_is_where_its_list_says(self) -> None:
        """It is alone, and nobody can tell."""
        self.assertEqual(_shifts(_delayed(Kind.VIDEO, None, 1024)), {Kind.VIDEO: -1024})

    def test_sound_that_begins_earlier_moves_the_picture(self) -> None:
        """As much later."""
        video, audio = _delayed(Kind.VIDEO, None, 0), _delayed(Kind.AUDIO, None, 1024)
        self.assertEqual(_shifts(video, audio), {Kind.VIDEO: round(1024 / 48000 * VIDEO_TICKS), Kind.AUDIO: 0})

    def test_lists_that_say_nothing_to_a_live_stream(self) -> None:
        """Several pieces, none at all, or a beginning that is a minute away."""
        piece = struct.pack(">III", 10, 5000, 0x10000)
        for video in (
            _delayed(Kind.VIDEO, None, 0, more=piece),
            trak(Kind.VIDEO, avc1(AVC.record()), VIDEO_TICKS),
            _delayed(Kind.VIDEO, 60_000, 0),
            _delayed(Kind.VIDEO, None, VIDEO_TICKS * 60),
        ):
            self.assertEqual(_shifts(video), {Kind.VIDEO: 0})

    def test_B50_a_list_that_is_cut_off(self) -> None:
        """It promises more than there is."""
        broken = _delayed(Kind.VIDEO, 66, 0).replace(struct.pack(">III", 0, 0, 0x10000), b"")
        size = struct.pack(">I", len(broken))
        self.assertRaises(VideoError, _shifts, size + broken[4:])


class ReadTests(SynchronousTestCase):
    """What is understood."""

    def test_video_and_sound(self) -> None:
        """Each track with its size or rate, its ticks, and what decoders need."""
        self.assertEqual(_read(VIDEO, AUDIO)[0], tracks())

    def test_one_kind_alone(self) -> None:
        """A silent film, and sound alone."""
        self.assertEqual(_read(VIDEO)[0], tracks(audio=False))
        self.assertEqual(_read(AUDIO)[0], tracks(video=False))

    def test_both_versions_of_the_headers(self) -> None:
        """Version 1 has times of 64 bits before what we want."""
        for version in (0, 1):
            video = trak(Kind.VIDEO, avc1(AVC.record()), 12800, version=version, number=7)
            found, numbers = _read(video)
            self.assertEqual(found.timescale(Kind.VIDEO), 12800)
            self.assertEqual(list(numbers), [7])

    def test_the_numbers_of_the_tracks_may_be_any(self) -> None:
        """Defaults are found by the encoder's number of the track; a track without any has 0."""
        audio = trak(Kind.AUDIO, mp4a(STEREO_48K), AUDIO_TICKS, number=2**32 - 1)
        _, numbers = _read(VIDEO, audio, defaults=((2**32 - 1, 1024, 99),))
        self.assertEqual(
            numbers, {1: Defaults(kind=Kind.VIDEO), 2**32 - 1: Defaults(kind=Kind.AUDIO, duration=1024, size=99)}
        )

    def test_L32_of_the_sounds_config_two_bytes_are_kept(self) -> None:
        """Encoders append different things to it; none of them goes out."""
        found, _ = _read(_sound(STEREO_48K + b"\x56\xe5\x00Lavc"))
        self.assertEqual(found.audio, tracks().audio)

    def test_every_rate_and_number_of_channels(self) -> None:
        """The tables of ISO/IEC 14496-3; configuration 7 is eight channels."""
        rates = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
        for index, rate in enumerate(rates):
            audio = _read(_sound(_config(rate=index)))[0].audio
            self.assertEqual(audio and audio.rate, rate)
        for index, channels in enumerate((1, 2, 3, 4, 5, 6, 8), 1):
            audio = _read(_sound(_config(channels=index)))[0].audio
            self.assertEqual(audio and audio.channels, channels)


class RefusedTests(SynchronousTestCase):
    """What is refused, with a sentence."""

    def test_B50_tracks_that_cannot_be(self) -> None:
        """No track, two of a kind, the same number twice, missing boxes, a timescale of 0."""
        bare = box(b"trak", full_box(b"tkhd", 0, 3, bytes(80)))
        table = {
            "zero tracks": (),
            "two video tracks": (VIDEO, trak(Kind.VIDEO, avc1(AVC.record()), 1, number=9)),
            "one number for both": (VIDEO, trak(Kind.AUDIO, mp4a(STEREO_48K), 1, number=1)),
            "a timescale of 0": (trak(Kind.VIDEO, avc1(AVC.record()), 0),),
            "an empty track": (box(b"trak"),),
            "a track with a header only": (bare,),
            "no sample description": (trak(Kind.VIDEO, b"", 1),),
            "two sample descriptions": (trak(Kind.VIDEO, avc1(AVC.record()) * 2, 1),),
        }
        for name, traks in table.items():
            with self.assertRaises(DemuxError, msg=name):
                _read(*traks)

    def test_B50_codecs_that_we_do_not_send(self) -> None:
        """Other codecs, a picture without a size, and sound that is no plain AAC-LC."""
        table = {
            "another video codec": trak(Kind.VIDEO, box(b"hvc1", bytes(78)), 1),
            "a codec whose name is no text": trak(Kind.VIDEO, box(b"\xff\xfe\0\1", bytes(78)), 1),
            "no width": trak(Kind.VIDEO, avc1(AVC.record(), (0, 180)), 1),
            "no avcC record": trak(Kind.VIDEO, box(b"avc1", bytes(24), b"\1\0\1\0", bytes(50)), 1),
            "HE-AAC": _sound(_config(codec=5)),
            "a rate of its own": _sound(_config(rate=15)),
            "channels of its own": _sound(_config(channels=0)),
            "more channels than we know": _sound(_config(channels=11)),
            "frames of 960 samples": _sound(_config(rest=4)),
            "a config of one byte": _sound(b"\x11"),
            "no esds box": trak(Kind.AUDIO, box(b"mp4a", bytes(28)), 1),
            "an esds box of another kind": trak(Kind.AUDIO, box(b"mp4a", bytes(28), box(b"esds", b"\0\0\0\0\4\0")), 1),
            "an empty esds box": trak(Kind.AUDIO, box(b"mp4a", bytes(28), box(b"esds")), 1),
        }
        for name, one in table.items():
            with self.assertRaises(CodecError, msg=name):
                _read(one)

    def test_B50_a_moov_box_cut_anywhere_is_refused(self) -> None:
        """Or is whole at that point."""
        payload = moov(VIDEO, AUDIO, defaults=((1, 512, 0), (2, 1024, 0)))[8:]
        ends = [sum(one.size for one in list(children(payload))[:count]) for count in range(5)]
        for length in range(len(payload)):
            if length not in ends:
                with self.assertRaises(VideoError, msg=str(length)):
                    read_tracks(payload[:length])

    @given(st.data())
    def test_B50_flipped_bits_raise_nothing_else(self, data: st.DataObject) -> None:
        """A damaged ``moov`` box gives tracks or a ``VideoError``."""
        payload = bytearray(moov(VIDEO, AUDIO, defaults=((1, 512, 0),))[8:])
        for place in data.draw(st.lists(st.integers(0, len(payload) * 8 - 1), min_size=1, max_size=8)):
            payload[place // 8] ^= 1 << place % 8
        with contextlib.suppress(VideoError):
            read_tracks(bytes(payload))

    @given(st.integers(0, 200), st.binary(max_size=60))
    def test_B50_any_sample_entry_raises_nothing_else(self, empty: int, rest: bytes) -> None:
        """Sample entries of our two codecs with anything in them."""
        for kind, codec in ((Kind.VIDEO, b"avc1"), (Kind.AUDIO, b"mp4a")):
            for inner in (rest, box(b"avcC", rest), full_box(b"esds", 0, 0, rest)):
                with contextlib.suppress(VideoError):
                    _read(trak(kind, box(codec, b"\1" * empty, inner), 1000))


class ContinuesTests(SynchronousTestCase):
    """``Tracks.continues``: whether players can follow from one run to the next."""

    def test_another_size_can_be_followed(self) -> None:
        """Parameter sets stand before every keyframe (measured, video.md 4)."""
        self.assertTrue(tracks(size=(640, 360)).continues(tracks()))

    def test_the_same_tracks_can_be_followed(self) -> None:
        """With sound, and without."""
        for audio in (True, False):
            self.assertTrue(tracks(audio=audio).continues(tracks(audio=audio)))

    def test_other_sound_cannot(self) -> None:
        """AAC has nothing of the kind."""
        sound = tracks().audio
        assert sound is not None
        mono = replace(sound, channels=1, config=b"\x11\x88")
        self.assertFalse(replace(tracks(), audio=mono).continues(tracks()))

    def test_tracks_that_come_or_go_cannot(self) -> None:
        """A player was told how many there are."""
        self.assertFalse(tracks(audio=False).continues(tracks()))
        self.assertFalse(tracks().continues(tracks(video=False)))

    def test_a_track_that_is_not_there_has_no_timescale(self) -> None:
        """It is a ``KeyError``."""
        self.assertRaises(KeyError, tracks(audio=False).timescale, Kind.AUDIO)
