"""
What an encoder writes, built from invented frames: fragmented MP4 in the forms that ffmpeg and others give it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge

from onionstream.video.avc import AvcConfig
from onionstream.video.boxes import box, full_box
from onionstream.video.samples import AudioTrack, Kind, Sample, Tracks, VideoTrack

SPS = bytes.fromhex("6764000dacb40a0cfcf80880000003008000001e478a1550")
PPS = bytes.fromhex("68ef0fcb")
AVC = AvcConfig(profile=SPS[1:4], length_size=4, sps=(SPS,), pps=(PPS,), depth=b"\xfd\xf8\xf8")

STEREO_48K = b"\x11\x90"
"""An AudioSpecificConfig: AAC-LC, 48 kHz, two channels."""

SEI = b"\x06\x05\x10" + b"x264 - core 164 - H.264/MPEG-4 AVC codec - Lavc59.37.100 libx264"
DELIMITER = b"\x09\xf0"

VIDEO_TICKS, AUDIO_TICKS = 15360, 48000
_TICKS = {Kind.VIDEO: VIDEO_TICKS, Kind.AUDIO: AUDIO_TICKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """
    A frame as an encoder makes it.

    :ivar time: ticks of its track.
    :ivar duration: ticks.
    :ivar body: what tells it from others; not empty.
    """

    kind: Kind
    time: int
    duration: int
    offset: int = 0
    keyframe: bool = True
    body: bytes = b"body"

    def encoded(self, length_size: int = 4) -> bytes:
        """The sample as the encoder writes it: for video with a delimiter, an SEI message and the parameter sets."""
        if self.kind is Kind.AUDIO:
            return self.body
        units = [DELIMITER, *((SPS, PPS) if self.keyframe else ()), SEI, self._slice()]
        return b"".join(len(unit).to_bytes(length_size, "big") + unit for unit in units)

    def sent(self) -> bytes:
        """The sample as viewers are to get it."""
        if self.kind is Kind.AUDIO:
            return self.body
        units = [*((SPS, PPS) if self.keyframe else ()), self._slice()]
        return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)

    def sample(self) -> Sample:
        """What the demuxer is to make of it."""
        return Sample(
            kind=self.kind,
            decode_time=self.time,
            duration=self.duration,
            offset=self.offset,
            keyframe=self.keyframe,
            data=self.sent(),
        )

    def _slice(self) -> bytes:
        return (b"\x65" if self.keyframe else b"\x41") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    One of the ways to write the same stream.

    :ivar version: of the boxes that come in versions 0 and 1.
    :ivar long_sizes: 64-bit sizes of the outer boxes.
    :ivar together: frames in one fragment.
    :ivar run: frames in one ``trun`` box at the most.
    :ivar positions: every ``trun`` says where it begins, not only the first of its track.
    :ivar defaults: the box that gives durations and sizes where they are all the same: none, ``tfhd`` or ``trex``.
    :ivar decode_times: with ``tfdt`` boxes.
    :ivar other: boxes that nobody needs stand between all others.
    """

    version: int = 0
    long_sizes: bool = False
    together: int = 1
    run: int = 100
    positions: bool = True
    defaults: bytes = b""
    decode_times: bool = True
    length_size: int = 4
    other: bool = False

    def outer(self, kind: bytes, payload: bytes) -> bytes:
        """A box of the outermost level."""
        if self.long_sizes:
            return struct.pack(">I4sQ", 1, kind, 16 + len(payload)) + payload
        return box(kind, payload)

    @property
    def between(self) -> bytes:
        """What stands between the boxes."""
        return box(b"free", b"anything") + box(b"\xff\xfe\0\x80") if self.other else b""


PLAIN = Layout()
"""As ffmpeg writes with ``frag_every_frame``."""


def tracks(*, video: bool = True, audio: bool = True, size: tuple[int, int] = (320, 180)) -> Tracks:
    """What ``init`` with the same arguments tells."""
    picture = VideoTrack(width=size[0], height=size[1], timescale=VIDEO_TICKS, avc=AVC)
    sound = AudioTrack(rate=48000, channels=2, timescale=AUDIO_TICKS, config=STEREO_48K)
    return Tracks(video=picture if video else None, audio=sound if audio else None)


def avc1(record: bytes, size: tuple[int, int] = (320, 180)) -> bytes:
    """A video sample entry, with the compressor's name."""
    name = b"Lavc59.37.100 libx264"
    look = struct.pack(">6xH16xHHIIIHB31sHh", 1, *size, 0x480000, 0x480000, 0, 1, len(name), name, 0x18, -1)
    return box(b"avc1", look, box(b"avcC", record), box(b"pasp", bytes(8)), box(b"btrt", bytes(12)))


def mp4a(config: bytes, rate: int = 48000) -> bytes:
    """A sound sample entry with descriptor lengths of four bytes, as ffmpeg writes them."""

    def descriptor(tag: int, payload: bytes) -> bytes:
        return bytes((tag, 0x80, 0x80, 0x80, len(payload))) + payload

    decoder = descriptor(4, b"\x40\x15" + bytes(11) + descriptor(5, config))
    stream = descriptor(3, b"\0\1\0" + decoder + descriptor(6, b"\2"))
    look = struct.pack(">6xH8xHHIHH", 1, 2, 16, 0, rate & 0xFFFF, 0)
    return box(b"mp4a", look, full_box(b"esds", 0, 0, stream), box(b"btrt", bytes(12)))


def trak(kind: Kind, entry: bytes, timescale: int, *, version: int = 0, number: int | None = None) -> bytes:
    """A ``trak`` box with the times, names and language that encoders put there."""
    wide = ">QQ" if version else ">II"
    when = struct.pack(wide, 3_800_000_000, 3_800_000_001)
    header = (
        when + struct.pack(">II", kind.value if number is None else number, 0) + bytes(8 if version else 4) + bytes(60)
    )
    media = when + struct.pack(">I", timescale) + bytes(8 if version else 4) + struct.pack(">HH", 0x15C7, 0)
    handler = struct.pack(">I4s12x", 0, b"vide" if kind is Kind.VIDEO else b"soun") + b"libobs Handler\0"
    table = box(b"stbl", full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry), full_box(b"stts", 0, 0, bytes(4)))
    return box(
        b"trak",
        full_box(b"tkhd", version, 3, header),
        box(b"edts", full_box(b"elst", 0, 0, bytes(16))),
        box(
            b"mdia",
            full_box(b"mdhd", version, 0, media),
            full_box(b"hdlr", 0, 0, handler),
            box(b"minf", full_box(b"vmhd", 0, 1, bytes(8)), table),
        ),
        box(b"udta", box(b"name", b"OBS")),
    )


def moov(*traks: bytes, defaults: Sequence[tuple[int, int, int]] = (), layout: Layout = PLAIN) -> bytes:
    """
    A ``moov`` box.

    :param defaults: number, duration and size of each ``trex`` box.
    """
    extends = [full_box(b"trex", 0, 0, struct.pack(">5I", number, 1, *rest, 0)) for number, *rest in defaults]
    header = full_box(b"mvhd", 0, 0, struct.pack(">II", 3_800_000_000, 3_800_000_001), bytes(88))
    name = box(b"udta", full_box(b"meta", 0, 0, box(b"ilst", box(b"\xa9too", b"Lavf59.27.100"))))
    return layout.outer(b"moov", b"".join((header, *traks, box(b"mvex", *extends), name)))


def init(
    layout: Layout = PLAIN,
    *,
    video: bool = True,
    audio: bool = True,
    size: tuple[int, int] = (320, 180),
    config: bytes = STEREO_48K,
    frames: Sequence[Frame] = (),
) -> bytes:
    """
    ``ftyp`` and ``moov``.

    :param frames: those that follow, for the ``trex`` defaults.
    """
    record = replace(AVC, length_size=layout.length_size).record()
    record = record[:4] + bytes((0xFC | layout.length_size - 1,)) + record[5:]
    traks = []
    if video:
        traks.append(trak(Kind.VIDEO, avc1(record, size), VIDEO_TICKS, version=layout.version))
    if audio:
        traks.append(trak(Kind.AUDIO, mp4a(config), AUDIO_TICKS, version=layout.version))
    defaults = [(kind.value, *_defaults(kind, frames, layout)) for kind in Kind]
    brand = layout.outer(b"ftyp", b"iso5\0\0\2\0iso5iso6mp41")
    return brand + layout.between + moov(*traks, defaults=defaults, layout=layout) + layout.between


def _same(values: set[int]) -> int:
    """The one value there is, or 0."""
    return values.pop() if len(values) == 1 else 0


def _defaults(kind: Kind, frames: Sequence[Frame], layout: Layout) -> tuple[int, int]:
    """Duration and size of all frames of a kind, where they are the same; else 0."""
    ours = [frame for frame in frames if frame.kind is kind]
    durations = {frame.duration for frame in ours}
    return _same(durations), _same({len(frame.encoded(layout.length_size)) for frame in ours})


def trun(
    frames: Sequence[Frame], layout: Layout, position: int | None, *, durations: bool = True, sizes: bool = True
) -> bytes:
    """A ``trun`` box; ``position`` in bytes from the ``moof`` box."""
    signed = any(frame.offset < 0 for frame in frames)
    flags = 0x004 | 0x800 | (position is not None) | durations << 8 | sizes << 9
    rows = [struct.pack(">I", len(frames))]
    rows += [struct.pack(">i", position)] if position is not None else []
    rows.append(struct.pack(">I", 0x02000000))
    for frame in frames:
        rows += [struct.pack(">I", frame.duration)] if durations else []
        rows += [struct.pack(">I", len(frame.encoded(layout.length_size)))] if sizes else []
        rows.append(struct.pack(">i" if signed or layout.version else ">I", frame.offset))
    return full_box(b"trun", 1 if signed else layout.version, flags, *rows)


def traf(frames: Sequence[Frame], layout: Layout, position: int, everything: Sequence[Frame]) -> bytes:
    """
    A ``traf`` box for frames of one kind.

    :param position: where their media begins, in bytes from the ``moof`` box.
    :param everything: all frames of the stream, which the ``trex`` defaults were made from.
    """
    kind = frames[0].kind
    duration, size = _defaults(kind, everything if layout.defaults == b"trex" else frames, layout)
    duration, size = (duration, size) if layout.defaults else (0, 0)
    own = layout.defaults == b"tfhd"
    flags = 0x020000 | (own and duration > 0) << 3 | (own and size > 0) << 4
    header = struct.pack(">I", kind.value)
    header += b"".join(struct.pack(">I", value) for value in (duration, size) if own and value)
    boxes = [full_box(b"tfhd", 0, flags, header)]
    if layout.decode_times:
        boxes.append(
            full_box(b"tfdt", layout.version, 0, struct.pack(">Q" if layout.version else ">I", frames[0].time))
        )
    for start in range(0, len(frames), layout.run):
        part = frames[start : start + layout.run]
        told = position if start == 0 or layout.positions else None
        boxes.append(trun(part, layout, told, durations=not duration, sizes=not size))
        position += sum(len(frame.encoded(layout.length_size)) for frame in part)
    return box(b"traf", *boxes)


def fragment(
    frames: Sequence[Frame], layout: Layout = PLAIN, *, number: int = 1, everything: Sequence[Frame] = ()
) -> bytes:
    """One ``moof`` and its ``mdat`` box."""
    by_kind = [[frame for frame in frames if frame.kind is kind] for kind in Kind]
    by_kind = [group for group in by_kind if group]
    groups = [b"".join(frame.encoded(layout.length_size) for frame in group) for group in by_kind]

    def moof(media: int) -> bytes:
        starts = [media + sum(len(one) for one in groups[:index]) for index in range(len(groups))]
        trafs = [traf(group, layout, start, everything or frames) for group, start in zip(by_kind, starts, strict=True)]
        return layout.outer(b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", number)) + b"".join(trafs))

    header = 16 if layout.long_sizes else 8
    media = len(moof(0)) + len(layout.between) + header
    return moof(media) + layout.between + layout.outer(b"mdat", b"".join(groups))


def build(frames: Sequence[Frame], layout: Layout = PLAIN, *, size: tuple[int, int] = (320, 180)) -> bytes:
    """The whole of a stream, with the tracks that the frames are of."""
    kinds = {frame.kind for frame in frames}
    video, audio = Kind.VIDEO in kinds, Kind.AUDIO in kinds
    pieces = [init(layout, video=video, audio=audio, size=size, frames=frames)]
    for number, start in enumerate(range(0, len(frames), layout.together), 1):
        group = frames[start : start + layout.together]
        pieces.append(fragment(group, layout, number=number, everything=frames))
    return b"".join(pieces)


def film(
    seconds: float, *, rate: int = 30, keyframes: int = 30, video: bool = True, audio: bool = True, body: int = 40
) -> list[Frame]:
    """
    Frames of picture and sound in the order in which an encoder writes them.

    :param rate: frames a second; divides 15360.
    :param keyframes: frames from one keyframe to the next.
    :param body: bytes of a frame.
    """
    return list(filming(seconds, rate=rate, keyframes=keyframes, video=video, audio=audio, body=body))


def filming(
    seconds: float, *, rate: int = 30, keyframes: int = 30, video: bool = True, audio: bool = True, body: int = 40
) -> Iterator[Frame]:
    """The same, each made when it is asked for: most tests leave before the end."""
    kinds = [_pictures(seconds, rate, keyframes, body)] * video + [_sounds(seconds, body)] * audio
    return merge(*kinds, key=lambda frame: frame.time / _TICKS[frame.kind])


def _pictures(seconds: float, rate: int, keyframes: int, body: int) -> Iterator[Frame]:
    step = VIDEO_TICKS // rate
    for index in range(round(seconds * rate)):
        yield Frame(
            kind=Kind.VIDEO,
            time=index * step,
            duration=step,
            keyframe=index % keyframes == 0,
            body=b"picture %d " % index + bytes(body),
        )


def _sounds(seconds: float, body: int) -> Iterator[Frame]:
    for index in range(int(seconds * AUDIO_TICKS / 1024)):
        yield Frame(kind=Kind.AUDIO, time=index * 1024, duration=1024, body=b"sound %d " % index + bytes(body // 4))
