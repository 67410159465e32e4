"""
Samples to MP4 that players understand and that tells nothing of who made it: an init segment, and fragments.

Every field that could name a program, a time or a person is zero or empty; the boxes are those that ISO/IEC 14496-12
asks for and no others.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from onionstream.video.boxes import box, full_box
from onionstream.video.samples import AudioTrack, Kind, Sample, Tracks, VideoTrack

VIDEO_TIMESCALE = 90_000
"""Ticks a second of the video track we send: whole numbers of them for 24, 25, 30, 50, 60 and 29.97 frames a second."""

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""No rotation, no scaling."""

_UNDETERMINED = 0x55C4
"""The language code ``und`` (8.4.2.3)."""

_SYNC, _NOT_SYNC = 0x02000000, 0x01010000
"""Sample flags of a frame that depends on no other, and of one that does (8.8.3.1)."""


def timescale(kind: Kind, tracks: Tracks) -> int:
    """
    Ticks a second of a track *that we send*: 90 000 for video, the sampling rate for sound.

    :raises KeyError: when there is no such track.
    """
    if kind is Kind.VIDEO and tracks.video is not None:
        return VIDEO_TIMESCALE
    if kind is Kind.AUDIO and tracks.audio is not None:
        return tracks.audio.rate
    raise KeyError(kind)


def init_segment(tracks: Tracks) -> bytes:
    """What a player needs before the first fragment: ``ftyp`` and ``moov``."""
    boxes = []
    if tracks.video is not None:
        boxes.append(_video_track(tracks.video))
    if tracks.audio is not None:
        boxes.append(_audio_track(tracks.audio))
    defaults = [
        full_box(b"trex", 0, 0, struct.pack(">5I", kind.value, 1, 0, 0, 0)) for kind in Kind if kind in tracks.kinds
    ]
    header = struct.pack(">4IIH10x36s24xI", 0, 0, 1000, 0, 0x10000, 0x100, _MATRIX, 3)
    movie = box(b"moov", full_box(b"mvhd", 0, 0, header), *boxes, box(b"mvex", *defaults))
    return box(b"ftyp", b"iso5", struct.pack(">I", 512), b"iso5iso6mp41") + movie


def _track(kind: Kind, size: tuple[int, int], ticks: int, handler: bytes, media_header: bytes, entry: bytes) -> bytes:
    """A ``trak`` box; ``size`` in pixels, ``ticks`` a second, ``handler`` is four letters."""
    volume = 0x100 if kind is Kind.AUDIO else 0
    width, height = size[0] << 16, size[1] << 16
    where = struct.pack(">5I8xHHHH36sII", 0, 0, kind.value, 0, 0, 0, 0, volume, 0, _MATRIX, width, height)
    nothing = struct.pack(">I", 0)
    table = box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        full_box(b"stts", 0, 0, nothing),
        full_box(b"stsc", 0, 0, nothing),
        full_box(b"stsz", 0, 0, nothing, nothing),
        full_box(b"stco", 0, 0, nothing),
    )
    here = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    return box(
        b"trak",
        full_box(b"tkhd", 0, 3, where),
        box(
            b"mdia",
            full_box(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, ticks, 0, _UNDETERMINED, 0)),
            full_box(b"hdlr", 0, 0, struct.pack(">I4s12xx", 0, handler)),
            box(b"minf", media_header, here, table),
        ),
    )


def _video_track(track: VideoTrack) -> bytes:
    """The ``trak`` box of an H.264 track; the compressor's name is left empty."""
    look = struct.pack(">6xH16xHHIIIH32xHh", 1, track.width, track.height, 0x480000, 0x480000, 0, 1, 0x18, -1)
    entry = box(b"avc1", look, box(b"avcC", track.avc.record()))
    header = full_box(b"vmhd", 0, 1, bytes(8))
    return _track(Kind.VIDEO, (track.width, track.height), VIDEO_TIMESCALE, b"vide", header, entry)


def _audio_track(track: AudioTrack) -> bytes:
    """The ``trak`` box of an AAC track."""

    def descriptor(tag: int, *parts: bytes) -> bytes:
        payload = b"".join(parts)
        return bytes((tag, len(payload))) + payload

    decoder = descriptor(0x04, struct.pack(">BB3xII", 0x40, 0x15, 0, 0), descriptor(0x05, track.config))
    stream = descriptor(0x03, bytes(3), decoder, descriptor(0x06, b"\x02"))
    # 88.2 and 96 kHz do not fit into the 16 bits there are; decoders take the rate from the esds box
    rate = track.rate if track.rate < 0x10000 else 0
    look = struct.pack(">6xH8xHHIHH", 1, track.channels, 16, 0, rate, 0)
    entry = box(b"mp4a", look, full_box(b"esds", 0, 0, stream))
    header = full_box(b"smhd", 0, 0, bytes(4))
    return _track(Kind.AUDIO, (0, 0), track.rate, b"soun", header, entry)


@dataclass(frozen=True, slots=True)
class TrackRun:
    """
    What one fragment holds of one track.

    :ivar kind: the track.
    :ivar samples: in the order of decoding, times in ticks of the track we send; at least one. No decode time is
        before the one it follows.
    """

    kind: Kind
    samples: tuple[Sample, ...]

    def box(self, media_offset: int) -> bytes:
        """
        This as a ``traf`` box.

        :param media_offset: where the first sample begins, in bytes from the beginning of the ``moof`` box.
        """
        rows = b"".join(
            struct.pack(">IIIi", duration, len(one.data), _SYNC if one.keyframe else _NOT_SYNC, one.offset)
            for one, duration in zip(self.samples, self._durations(), strict=True)
        )
        return box(
            b"traf",
            full_box(b"tfhd", 0, 0x020000, struct.pack(">I", self.kind.value)),
            full_box(b"tfdt", 1, 0, struct.pack(">Q", self.samples[0].decode_time)),
            full_box(b"trun", 1, 0x000F01, struct.pack(">Ii", len(self.samples), media_offset), rows),
        )

    def _durations(self) -> list[int]:
        """
        Ticks from each sample to the next one.

        A player adds them up to know when a sample is due, so they are what lies between the decode times, whatever the
        encoder says how long a frame lasts: the two differ when frames are missing.
        """
        times = [one.decode_time for one in self.samples]
        times.append(times[-1] + self.samples[-1].duration)
        return [after - before for before, after in pairwise(times)]


def fragment_header(number: int, runs: Sequence[TrackRun]) -> bytes:
    """
    All of a fragment but its media: the ``moof`` box and the header of the ``mdat`` box.

    :param number: the fragment's place in the stream, from 1.
    :param runs: at least one; the media that follows is their samples' data, one run after the other.
    """
    sizes = [sum(len(one.data) for one in run.samples) for run in runs]
    length = len(_moof(number, runs, [0] * len(runs)))
    offsets = [length + 8 + sum(sizes[:index]) for index in range(len(runs))]
    return _moof(number, runs, offsets) + struct.pack(">I4s", 8 + sum(sizes), b"mdat")


def _moof(number: int, runs: Sequence[TrackRun], offsets: Sequence[int]) -> bytes:
    """The ``moof`` box; its length does not depend on the offsets."""
    tracks = (run.box(offset) for run, offset in zip(runs, offsets, strict=True))
    return box(b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", number & 0xFFFFFFFF)), *tracks)
