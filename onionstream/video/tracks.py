"""The ``moov`` box: which tracks the encoder sends, and what decoders need to know of them (ISO/IEC 14496-12, 8.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from onionstream.video.avc import AvcConfig
from onionstream.video.boxes import child, children
from onionstream.video.errors import CodecError, DemuxError
from onionstream.video.fields import Fields
from onionstream.video.samples import AudioTrack, Kind, Tracks, VideoTrack

_SAMPLING_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
"""ISO/IEC 14496-3, table 1.18."""

_CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8}
"""How many channels a channel configuration has: ISO/IEC 14496-3, table 1.19."""

_AAC_LC = 2
"""The audio object type, ISO/IEC 14496-3, table 1.17."""

_MOST_EDITS = 16
_NO_MEDIA = 2**64 - 1
"""The time in an edit list that means that nothing is shown (8.6.6.3); its upper half is left out in short lists."""

_LONGEST_DELAY = 10.0
"""Seconds; a track that begins later than this beside the other is no delay of an encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """
    What holds for a track's samples where a fragment says nothing (``trex``).

    :ivar kind: which track of ours this is.
    :ivar duration: ticks.
    :ivar size: bytes.
    :ivar shift: ticks that all its samples are later than their fragments say (the edit list).
    """

    kind: Kind
    duration: int = 0
    size: int = 0
    shift: int = 0


def read_tracks(moov: bytes) -> tuple[Tracks, dict[int, Defaults]]:
    """
    Read a ``moov`` payload.

    :return: the tracks, and each one's defaults by its number in the encoder's file.
    :raises VideoError: without any track, with two of a kind, or with a codec we do not send.
    """
    defaults = dict(_defaults(moov))
    delays: dict[Kind, float] = {}
    found: dict[Kind, VideoTrack | AudioTrack] = {}
    numbers: dict[int, Defaults] = {}
    for trak in children(moov):
        if trak.kind != b"trak":
            continue
        number, kind, track = _track(trak.payload)
        if kind in found or number in numbers:
            raise DemuxError(f"more than one {kind.name.lower()} track")
        found[kind] = track
        duration, size = defaults.get(number, (0, 0))
        numbers[number] = Defaults(kind=kind, duration=duration, size=size)
        delays[kind] = _delay(moov, trak.payload, track.timescale)
    numbers = {number: _shifted(one, found[one.kind].timescale, delays) for number, one in numbers.items()}
    video, audio = found.get(Kind.VIDEO), found.get(Kind.AUDIO)
    if not found:
        raise DemuxError("neither a video nor an audio track")
    assert video is None or isinstance(video, VideoTrack)
    assert audio is None or isinstance(audio, AudioTrack)
    return Tracks(video=video, audio=audio), numbers


def _defaults(moov: bytes) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each track's number with its default duration and size."""
    for trex in children(child(moov, b"mvex") or b""):
        if trex.kind == b"trex":
            fields = Fields(trex.payload)
            fields.skip(4)
            number, _description = fields.u32(), fields.u32()
            yield number, (fields.u32(), fields.u32())


def _delay(moov: bytes, trak: bytes, timescale: int) -> float:
    """
    Seconds that a track begins later than its samples' times say, by its edit list (8.6.6).

    A list without a time to begin at, or with more of them, says nothing that could be done to a live stream.
    """
    payload = child(trak, b"edts", b"elst")
    if payload is None:
        return 0.0
    fields = Fields(payload)
    long = bool(fields.u32() >> 24)
    movie = Fields(_needed(moov, b"mvhd"))
    movie.skip(16 if movie.u32() >> 24 else 8)
    ticks = movie.u32()
    empty, begins = 0, []
    for _ in range(min(fields.u32(), _MOST_EDITS)):
        length = fields.u64() if long else fields.u32()
        time = fields.u64() if long else fields.u32()
        fields.skip(4)
        if time == (_NO_MEDIA if long else _NO_MEDIA >> 32):
            empty += length
        else:
            begins.append(time)
    delay = empty / ticks - begins[0] / timescale if ticks and len(begins) == 1 else 0.0
    return delay if abs(delay) <= _LONGEST_DELAY else 0.0


def _shifted(defaults: Defaults, timescale: int, delays: dict[Kind, float]) -> Defaults:
    """
    The same with the track's shift.

    What counts is how the tracks lie to each other. The sound is left where it is: its frames stand on whole numbers
    of frames, and so do those that fill its gaps.
    """
    shift = delays[defaults.kind] - delays.get(Kind.AUDIO, 0.0)
    return replace(defaults, shift=round(shift * timescale))


def _track(trak: bytes) -> tuple[int, Kind, VideoTrack | AudioTrack]:
    """Read one ``trak`` payload; :return: its number, what it is, and the track."""
    fields = Fields(_needed(trak, b"tkhd"))
    fields.skip(16 if fields.u32() >> 24 else 8)
    number = fields.u32()
    fields = Fields(_needed(trak, b"mdia", b"mdhd"))
    fields.skip(16 if fields.u32() >> 24 else 8)
    timescale = fields.u32()
    if not timescale:
        raise DemuxError("a track with a timescale of 0")
    description = _needed(trak, b"mdia", b"minf", b"stbl", b"stsd")
    entries = list(children(description[8:]))
    if len(entries) != 1:
        raise DemuxError(f"a track with {len(entries)} sample descriptions; we understand one")
    entry = entries[0]
    if entry.kind in (b"avc1", b"avc3"):
        return number, Kind.VIDEO, _video(entry.payload, timescale)
    if entry.kind == b"mp4a":
        return number, Kind.AUDIO, _audio(entry.payload, timescale)
    raise CodecError(f"a track of codec {entry.kind!r}; we send H.264 and AAC")


def _video(entry: bytes, timescale: int) -> VideoTrack:
    """Read an ``avc1`` sample entry (ISO/IEC 14496-15, 5.4.2.1)."""
    fields = Fields(entry)
    fields.skip(24)
    width, height = fields.u16(), fields.u16()
    record = child(entry[78:], b"avcC")
    if not width or not height or record is None:
        raise CodecError("a video track without a size or an avcC record")
    return VideoTrack(width=width, height=height, timescale=timescale, avc=AvcConfig.parse(record))


def _audio(entry: bytes, timescale: int) -> AudioTrack:
    """
    Read an ``mp4a`` sample entry down to its AudioSpecificConfig (ISO/IEC 14496-1, 7.2.6).

    Only the two bytes that name AAC-LC, rate and channels are kept: what encoders append to them differs from one to
    the other. The last three bits must be 0: they tell of frames of another length, and of further fields.
    """
    esds = child(entry[28:], b"esds")
    if esds is None:
        raise CodecError("an audio track without an esds box")
    decoder = _descriptor(_descriptor(esds[4:], 0x03)[3:], 0x04)
    config = _descriptor(decoder[13:], 0x05)
    if len(config) < 2:
        raise CodecError("the AudioSpecificConfig is too short")
    bits = int.from_bytes(config[:2], "big")
    codec, rate, channels = bits >> 11, bits >> 7 & 15, bits >> 3 & 15
    if codec != _AAC_LC or rate >= len(_SAMPLING_RATES) or channels not in _CHANNELS or bits & 0x7:
        raise CodecError("a sound track that is no plain AAC-LC; we send nothing else")
    return AudioTrack(rate=_SAMPLING_RATES[rate], channels=_CHANNELS[channels], timescale=timescale, config=config[:2])


def _descriptor(data: bytes, tag: int) -> bytes:
    """The payload of an MPEG-4 descriptor (ISO/IEC 14496-1, 8.3.3); :raises CodecError: when it is another one."""
    if not data or data[0] != tag:
        raise CodecError("the esds box is not built as we know it")
    length, position = 0, 1
    while position < min(len(data), 5):
        length = length << 7 | data[position] & 0x7F
        position += 1
        if not data[position - 1] & 0x80:
            break
    return data[position : position + length]


def _needed(payload: bytes, *path: bytes) -> bytes:
    """A child's payload; :raises DemuxError: when it is not there."""
    found = child(payload, *path)
    if found is None:
        raise DemuxError(f"a track without a {path[-1].decode()} box")
    return found
