"""Looks at every box of what is served, for whatever could tell who made it (L-30, L-31)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onionstream.video.avc import kind_of, nal_units
from onionstream.video.boxes import BoxReader, child, children
from onionstream.video.demux import _entries
from onionstream.video.samples import Kind
from onionstream.video.tracks import Defaults, read_tracks

_INSIDE = {
    b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"dinf": 0, b"stbl": 0, b"mvex": 0, b"moof": 0, b"traf": 0,
    b"stsd": 8, b"dref": 8, b"avc1": 78, b"mp4a": 28,
}  # fmt: skip
"""Boxes with boxes inside, and how many bytes stand before those."""

_ALONE = frozenset({
    b"ftyp", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"vmhd", b"smhd", b"url ", b"stts", b"stsc", b"stsz", b"stco", b"avcC",
    b"esds", b"trex", b"mfhd", b"tfhd", b"tfdt", b"trun", b"mdat",
})  # fmt: skip
"""The other boxes that are needed. There is no udta, meta, uuid, prft, emsg, sidx, styp, edts, btrt or pasp."""

_WORDS = re.compile(
    rb"x264|lav[cfu]|libav|ffmpeg|obs|nvenc|videotoolbox|handbrake|handler|mainconcept|qsv|vaapi|gpac|gstreamer",
    re.IGNORECASE,
)
"""Names that encoders and muxers leave behind."""

_WORDS_IN_MEDIA = re.compile(rb"x264 |Lav[cfu]\d|libav|libx26|libobs|[Ff][Ff]mpeg|nvenc|VideoToolbox|HandBrake|Handler")
"""The same where any bytes may stand, some of which are short words by chance."""


def walk(data: bytes, *above: bytes) -> Iterator[tuple[tuple[bytes, ...], bytes]]:
    """Every box of ``data`` with the kinds above it, outermost first, and its payload."""
    for one in BoxReader().feed(data) if not above else children(data):
        path = (*above, one.kind)
        yield path, one.payload
        if one.kind in _INSIDE:
            yield from walk(one.payload[_INSIDE[one.kind] :], *path)


def faults(data: bytes) -> list[str]:
    """What is in these bytes that should not go out; an empty list is good."""
    return [*_box_faults(data), *_nal_faults(data), *_word_faults(data)]


def _box_faults(data: bytes) -> Iterator[str]:
    for path, payload in walk(data):
        kind = path[-1]
        if kind not in _ALONE and kind not in _INSIDE:
            yield f"a box {b'/'.join(path)!r}"
        if kind in (b"mvhd", b"tkhd", b"mdhd") and any(payload[4 : 20 if payload[0] else 12]):
            yield f"a time in {kind!r}"
        if kind == b"mdhd" and payload[-4:-2] != b"\x55\xc4":
            yield "a language"
        if kind == b"hdlr" and any(payload[24:]):
            yield f"a handler called {payload[24:]!r}"
        if kind == b"avc1" and any(payload[42:74]):
            yield f"a compressor called {payload[42:74]!r}"


def _nal_faults(data: bytes) -> Iterator[str]:
    for sample in video_samples(data):
        for unit in nal_units(sample, 4):
            if kind_of(unit) not in (1, 5, 7, 8):
                yield f"a NAL unit of type {kind_of(unit)}"


def video_samples(data: bytes) -> Iterator[bytes]:
    """The samples of the video track as they stand in these bytes."""
    numbers: dict[int, Defaults] = {}
    moof, length = b"", 0
    for one in BoxReader().feed(data):
        if one.kind == b"moov":
            _, numbers = read_tracks(one.payload)
        elif one.kind == b"moof":
            moof, length = one.payload, one.size
        elif one.kind == b"mdat":
            position = 0
            for entry in _entries(moof, numbers):
                position = position if entry.start is None else entry.start - length - one.header
                if entry.kind is Kind.VIDEO:
                    yield one.payload[position : position + entry.size]
                position += entry.size


def _word_faults(data: bytes) -> Iterator[str]:
    for one in BoxReader().feed(data):
        words = _WORDS_IN_MEDIA if one.kind == b"mdat" else _WORDS
        for match in words.finditer(one.payload):
            yield f"the word {match[0]!r} in {one.kind!r}"


def handler_names(data: bytes) -> list[bytes]:
    """The names of all tracks' handlers."""
    moov = next(payload for path, payload in walk(data) if path == (b"moov",))
    traks = [one.payload for one in children(moov) if one.kind == b"trak"]
    return [(child(trak, b"mdia", b"hdlr") or b"")[24:] for trak in traks]
