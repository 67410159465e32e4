"""
The encoder's fragmented MP4, in any pieces, to codec parameters and samples (ISO/IEC 14496-12, section 8.8).

Understood is what ffmpeg's muxer writes with ``empty_moov`` and ``default_base_moof``, and everything like it: H.264
and AAC-LC, times and sizes in the fragment or in its track's defaults, and edit lists, as far as they tell how picture
and sound lie to each other. All else is refused with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from onionstream.video import aac
from onionstream.video.boxes import LARGEST, Box, BoxReader, child, children
from onionstream.video.errors import DemuxError
from onionstream.video.fields import Fields
from onionstream.video.samples import AAC_FRAME, Kind, Sample, Tracks
from onionstream.video.tracks import Defaults, read_tracks

LARGEST_TABLE = 64 * 1024
"""Bytes of a ``moov`` or ``moof`` box at the most; the tables of a minute of video and sound have about 45 000."""

MOST_SAMPLES = 10_000
"""Samples in one fragment at the most; 10 s of video and sound have about 800."""


MOST_BOXES = 1000
"""
Boxes in a row of which none gives a sample; real streams have about five. What lies in a folder may be of anybody's
making, and 64 MiB of empty boxes took 35 s to pass over (measured).
"""


class _Entry(NamedTuple):
    """
    One sample as the tables of a ``moof`` box tell of it.

    :ivar kind: its track.
    :ivar time: ticks; None: when the track's sample before ended.
    :ivar start: where it begins, in bytes from the start of the ``moof`` box; None: after the sample before.
    :ivar duration: ticks.
    :ivar size: bytes.
    :ivar offset: ticks.
    """

    kind: Kind
    time: int | None
    start: int | None
    duration: int
    size: int
    offset: int


def _check_size(table: Box) -> None:
    """:raises DemuxError: for a box whose boxes would take long to go through."""
    if table.size > LARGEST_TABLE:
        raise DemuxError(f"a {table.kind.decode()} box of {table.size} bytes; we accept {LARGEST_TABLE}")


def _entries(moof: bytes, tracks: dict[int, Defaults]) -> Iterator[_Entry]:
    """The samples that a ``moof`` payload tells of; one after the other, since it may tell of billions."""
    for traf in children(moof):
        if traf.kind == b"traf":
            yield from _track_entries(traf.payload, tracks)


def _track_entries(traf: bytes, tracks: dict[int, Defaults]) -> Iterator[_Entry]:
    """Those of a ``traf`` payload (8.8.6); :raises DemuxError: for an unknown track, or positions in the file."""
    defaults = _fragment_defaults(traf, tracks)
    time = _decode_time(traf)
    for run in children(traf):
        if run.kind == b"trun":
            for entry in _run_entries(run.payload, defaults, time):
                yield entry
                time = None


def _run_entries(trun: bytes, defaults: Defaults, time: int | None) -> Iterator[_Entry]:
    """Those of a ``trun`` payload (8.8.8), the first of which has this time."""
    fields = Fields(trun)
    first = fields.u32()
    version, flags, count = first >> 24, first & 0xFFFFFF, fields.u32()
    start = fields.s32() if flags & 0x1 else None
    if flags & 0x4:
        fields.u32()  # the first sample's flags: the NAL units tell us what is a keyframe
    for _ in range(count):
        duration = fields.u32() if flags & 0x100 else defaults.duration
        size = fields.u32() if flags & 0x200 else defaults.size
        if flags & 0x400:
            fields.u32()
        offset = 0
        if flags & 0x800:
            offset = fields.s32() if version else fields.u32()
        yield _Entry(kind=defaults.kind, time=time, start=start, duration=duration, size=size, offset=offset)
        time = start = None


def _fragment_defaults(traf: bytes, tracks: dict[int, Defaults]) -> Defaults:
    """What the ``tfhd`` box says over the track's own defaults (8.8.7)."""
    header = child(traf, b"tfhd")
    if header is None:
        raise DemuxError("a traf box without a tfhd box")
    fields = Fields(header)
    flags, number = fields.u32() & 0xFFFFFF, fields.u32()
    if number not in tracks:
        raise DemuxError(f"a fragment of track {number}, which the moov box does not name")
    if flags & 0x1:
        raise DemuxError("a fragment gives positions in the file; default-base-is-moof is needed")
    if flags & 0x2:
        fields.u32()  # which sample description: there is one only
    track = tracks[number]
    duration = fields.u32() if flags & 0x8 else track.duration
    size = fields.u32() if flags & 0x10 else track.size
    return replace(track, duration=duration, size=size)


def _decode_time(traf: bytes) -> int | None:
    """The ``tfdt`` box's time in ticks (8.8.12), or None when there is none."""
    payload = child(traf, b"tfdt")
    if payload is None:
        return None
    fields = Fields(payload)
    return fields.u64() if fields.u32() >> 24 else fields.u32()


class Demuxer:
    """
    Bytes in; the tracks, then samples out.

    After an error it is of no use any more.
    """

    def __init__(self, largest: int = LARGEST) -> None:
        """
        :param largest: bytes of the largest box that is accepted.
        """
        self._boxes = BoxReader(largest)
        self._tracks: Tracks | None = None
        self._defaults: dict[int, Defaults] = {}
        self._moof: Box | None = None
        self._since_moof = 0
        self._shifts: dict[Kind, int] = {}
        self._ends: dict[Kind, int] = {}
        self._sound_frame = 0
        self._empty = 0

    def feed(self, data: bytes) -> Iterator[Tracks | Sample]:
        """
        Take more bytes.

        :return: what they complete, in the order of the file; to be read to its end before more bytes come.
        :raises VideoError: for bytes that are no such MP4.
        """
        for box in self._boxes.feed(data):
            self._empty += 1
            if self._empty > MOST_BOXES:
                raise DemuxError(f"more than {MOST_BOXES} boxes without a picture or a sound in them")
            if box.kind == b"moov":
                yield self._begin(box)
            elif box.kind == b"moof":
                self._moof, self._since_moof = box, 0
            elif box.kind == b"mdat":
                moof, self._moof = self._moof, None
                yield from self._samples(moof, box)
            self._since_moof += box.size

    def _begin(self, moov: Box) -> Tracks:
        if self._tracks is not None:
            raise DemuxError("a second moov box")
        _check_size(moov)
        self._tracks, self._defaults = read_tracks(moov.payload)
        self._shifts = {track.kind: track.shift for track in self._defaults.values()}
        if (sound := self._tracks.audio) is not None:
            self._sound_frame = AAC_FRAME * sound.timescale // sound.rate
        return self._tracks

    def _samples(self, moof: Box | None, mdat: Box) -> Iterator[Sample]:
        """
        The samples of one fragment.

        They may have no more bytes together than the media: some that share theirs could ask for any amount of memory.
        """
        if self._tracks is None or moof is None:
            raise DemuxError("media before its moov and moof boxes")
        _check_size(moof)
        media_starts = self._since_moof + mdat.header
        position, left = media_starts, len(mdat.payload)
        for count, entry in enumerate(_entries(moof.payload, self._defaults)):
            if count == MOST_SAMPLES:
                raise DemuxError(f"a fragment of more than {MOST_SAMPLES} samples")
            start = (position if entry.start is None else entry.start) - media_starts
            left -= entry.size
            if entry.size == 0 or left < 0 or not 0 <= start <= len(mdat.payload) - entry.size:
                raise DemuxError("a sample that is empty or does not lie in its fragment's media")
            position = media_starts + start + entry.size
            self._empty = 0
            yield self._sample(entry, mdat.payload[start : start + entry.size])

    def _sample(self, entry: _Entry, data: bytes) -> Sample:
        """One sample, cleaned of what decoders do not need."""
        time, duration = self._times(entry)
        time += self._shifts[entry.kind]
        keyframe, disposable = True, False
        if entry.kind is Kind.VIDEO:
            assert self._tracks is not None and self._tracks.video is not None
            picture = self._tracks.video.avc.clean(data)
            data, keyframe, disposable = picture.data, picture.keyframe, picture.disposable
        else:
            data = aac.clean(data)
        return Sample(
            kind=entry.kind,
            decode_time=time,
            duration=duration,
            offset=entry.offset,
            keyframe=keyframe,
            disposable=disposable,
            data=data,
        )

    def _times(self, entry: _Entry) -> tuple[int, int]:
        """
        A sample's decode time and duration in ticks, with two faults of ffmpeg's mended.

        With one fragment a frame, ffmpeg 5.1 gives one sound frame in twenty a duration of 0 and the time at which it
        *ends*; it begins where the frame before it ended. And when the sound starts late, its first frame is stretched
        back to the beginning; it is as long as any other, and it ends at the right time.
        """
        before = self._ends.get(entry.kind)
        time, duration = entry.time, entry.duration
        if time is None:
            time = before or 0
        if before is None and entry.kind is Kind.AUDIO:
            stretched = max(0, duration - self._sound_frame)
            time, duration = time + stretched, duration - stretched
        elif duration == 0 and before is not None and before < time:
            time, duration = before, time - before
        self._ends[entry.kind] = time + duration
        return time, duration
