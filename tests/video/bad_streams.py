"""B-50: streams that no encoder should write, by what is wrong with them, and the odd ones that are understood."""

from __future__ import annotations

import struct
from dataclasses import replace

from onionstream.video.boxes import box, full_box
from onionstream.video.demux import MOST_SAMPLES
from tests.video.streams import PLAIN, build, film, fragment, init, moov


def picture(body: bytes = b"x") -> bytes:
    """A sample with one NAL unit; six bytes for a body of one."""
    return struct.pack(">I", 1 + len(body)) + b"\x41" + body


def track_fragment(*inside: bytes, flags: int = 0x020000, number: int = 1, rest: bytes = b"") -> bytes:
    """A ``traf`` box with these boxes after its ``tfhd`` box."""
    return box(b"traf", full_box(b"tfhd", 0, flags, struct.pack(">I", number), rest), *inside)


def alike(count: int, *, size: int, duration: int = 10, start: int | None = None) -> bytes:
    """A ``trun`` box of samples that are all alike."""
    rows = struct.pack(">II", duration, size) * min(count, 20_000)
    where = b"" if start is None else struct.pack(">i", start)
    return full_box(b"trun", 0, 0x300 | (start is not None), struct.pack(">I", count), where, rows)


def decode_time(time: int) -> bytes:
    """A ``tfdt`` box."""
    return full_box(b"tfdt", 1, 0, struct.pack(">Q", time))


def moof_and_mdat(*trafs: bytes, media: bytes = b"", between: bytes = b"") -> bytes:
    """A fragment of these ``traf`` boxes, with something between its two boxes."""
    return box(b"moof", full_box(b"mfhd", 0, 0, bytes(4)), *trafs) + between + box(b"mdat", media)


SECOND = film(1)
GOOD = build(SECOND)
VIDEO_ONLY = init(audio=False)
SIX = picture()
SHORT = init(audio=False) + fragment(SECOND[:1])

BAD: dict[str, bytes] = {
    "size 0": VIDEO_ONLY + struct.pack(">I4s", 0, b"mdat"),
    "size 7": VIDEO_ONLY + struct.pack(">I4s", 7, b"mdat"),
    "size 2**32-1": VIDEO_ONLY + struct.pack(">I4s", 2**32 - 1, b"mdat"),
    "size 1 with nothing of the long size allowed": VIDEO_ONLY + struct.pack(">I4sQ", 1, b"mdat", 7),
    "mdat of 4 GiB": VIDEO_ONLY + struct.pack(">I4sQ", 1, b"mdat", 2**32 + 16),
    "a moof box of 2**64-1": struct.pack(">I4sQ", 1, b"moof", 2**64 - 1),
    "text": b"ffmpeg version 5.1.9 Copyright (c) 2000-2026 the FFmpeg developers\n" * 10,
    "zeros": bytes(100),
    "moof without moov": fragment(SECOND[:1]),
    "mdat without moof": VIDEO_ONLY + box(b"mdat", SIX),
    "mdat before everything": box(b"mdat", SIX),
    "one moof for two mdat": VIDEO_ONLY
    + moof_and_mdat(track_fragment(alike(1, size=6)), media=SIX)
    + box(b"mdat", SIX),
    "two moov": VIDEO_ONLY * 2,
    "init changes mid-stream": GOOD + init(size=(640, 360)),
    "zero tracks": moov(),
    "an empty moov": box(b"moov"),
    "nested 100 deep": box(b"moov", *[struct.pack(">I4s", 8 * depth, b"trak") for depth in range(100, 0, -1)]),
    "unknown track": VIDEO_ONLY + moof_and_mdat(track_fragment(alike(1, size=6), number=9), media=SIX),
    "traf without tfhd": VIDEO_ONLY + moof_and_mdat(box(b"traf", alike(1, size=6)), media=SIX),
    "an empty tfhd": VIDEO_ONLY + moof_and_mdat(box(b"traf", box(b"tfhd"), alike(1, size=6)), media=SIX),
    "positions in the file": VIDEO_ONLY
    + moof_and_mdat(track_fragment(alike(1, size=6), flags=1, rest=bytes(8)), media=SIX),
    "an empty tfdt": VIDEO_ONLY + moof_and_mdat(track_fragment(box(b"tfdt"), alike(1, size=6)), media=SIX),
    "an empty trun": VIDEO_ONLY + moof_and_mdat(track_fragment(box(b"trun")), media=SIX),
    "trun count 2**31": VIDEO_ONLY + moof_and_mdat(track_fragment(alike(2**31, size=6)), media=SIX),
    "trun count 2**32-1 without tables": VIDEO_ONLY
    + moof_and_mdat(
        track_fragment(
            full_box(b"trun", 0, 0, struct.pack(">I", 2**32 - 1)), flags=0x020018, rest=struct.pack(">II", 0, 6)
        ),
        media=SIX,
    ),
    "too many samples": init(video=False)
    + moof_and_mdat(
        track_fragment(
            full_box(b"trun", 0, 0, struct.pack(">I", MOST_SAMPLES + 1)),
            flags=0x020018,
            number=2,
            rest=struct.pack(">II", 10, 1),
        ),
        media=bytes(20_000),
    ),
    "a moof box of 64 KiB": VIDEO_ONLY + moof_and_mdat(box(b"free") * 8192),
    "many boxes and no samples": VIDEO_ONLY + moof_and_mdat() * 1000,
    "a sample past the media": VIDEO_ONLY + moof_and_mdat(track_fragment(alike(1, size=7)), media=SIX),
    "a sample of 2**32-1 bytes": VIDEO_ONLY + moof_and_mdat(track_fragment(alike(1, size=2**32 - 1)), media=SIX),
    "a sample before the media": VIDEO_ONLY + moof_and_mdat(track_fragment(alike(1, size=6, start=8)), media=SIX),
    "a sample before everything": VIDEO_ONLY
    + moof_and_mdat(track_fragment(alike(1, size=6, start=-(2**31))), media=SIX),
    "an empty sample": VIDEO_ONLY + moof_and_mdat(track_fragment(alike(1, size=0)), media=SIX),
    "samples that share their media": init(video=False)
    + moof_and_mdat(track_fragment(*[alike(1, size=100, start=188 + 8)] * 5, number=2), media=bytes(200)),
    "a NAL unit that does not fit": VIDEO_ONLY + moof_and_mdat(track_fragment(alike(1, size=5)), media=SIX),
    "a traf with bytes left over": VIDEO_ONLY + moof_and_mdat(track_fragment(alike(1, size=6), b"abc"), media=SIX),
}
"""B-50: streams that are refused, by what is wrong with them."""

FINE: dict[str, bytes] = {
    "unknown boxes": VIDEO_ONLY + box(b"wxyz", bytes(100)) + fragment(SECOND[:1]),
    "boxes between moof and mdat": VIDEO_ONLY
    + moof_and_mdat(track_fragment(alike(1, size=6, start=76 + 9 + 8)), media=SIX, between=box(b"free", b"x")),
    "a 64-bit size": init(replace(PLAIN, long_sizes=True), audio=False) + fragment(SECOND[:1]),
    "a wrong sequence of fragments": VIDEO_ONLY + fragment(SECOND[:1], number=2**32 - 1) + fragment(SECOND[:1]),
    "a decode time of 2**64-1": VIDEO_ONLY
    + moof_and_mdat(track_fragment(decode_time(2**64 - 1), alike(1, size=6)), media=SIX),
    "a decode time that runs backwards": VIDEO_ONLY
    + b"".join(moof_and_mdat(track_fragment(decode_time(time), alike(1, size=6)), media=SIX) for time in (1000, 10)),
    "a moof box without samples": VIDEO_ONLY + moof_and_mdat() + fragment(SECOND[:1]),
    "a run of no samples": VIDEO_ONLY
    + moof_and_mdat(track_fragment(decode_time(7), alike(0, size=0), alike(1, size=6)), media=SIX),
    "one byte too few": GOOD[:-1],
    "a fragment that names its sample description": VIDEO_ONLY
    + moof_and_mdat(track_fragment(alike(1, size=6), flags=0x020002, rest=struct.pack(">I", 1)), media=SIX),
    "a moov box nested 100 deep in a box nobody reads": box(
        b"free", *[struct.pack(">I4s", 8 * depth, b"moov") for depth in range(100, 0, -1)]
    )
    + SHORT,
}
"""B-50: streams that are odd, but understood; or odd in what only the timeline judges."""
