"""What a player's demuxer makes of the bytes that it gets, on an invented clock."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from twisted.internet.task import Clock

from onionstream.video.boxes import BoxReader, child, children
from onionstream.video.mux import VIDEO_TIMESCALE
from onionstream.video.samples import Kind

SOUND_RATE = 48_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """
    A frame that a player's demuxer has got.

    :ivar kind: its track.
    :ivar begins: seconds on the stream's timeline: when it is to be shown or heard.
    :ivar ends: seconds on the stream's timeline.
    :ivar sync: it is said to be a keyframe.
    :ivar at: seconds of the clock.
    :ivar number: of the picture in its run of the encoder, as ``streams.film`` numbers them; -1: it is no such picture.
    """

    kind: Kind
    begins: float
    ends: float
    sync: bool
    at: float
    number: int = -1


class Demuxed:
    """
    Fragments as they become whole.

    :ivar frames: all that came, in their order.
    """

    def __init__(self, clock: Clock) -> None:
        """:param clock: says when it came."""
        self.frames: list[Got] = []
        self._clock = clock
        self._boxes = BoxReader()
        self._moof = b""

    def feed(self, data: bytes) -> None:
        """Bytes of the stream."""
        for box in self._boxes.feed(data):
            if box.kind == b"moof":
                self._moof = box.payload
            elif box.kind == b"mdat":
                self.frames += _frames(self._moof, box.payload, self._clock.seconds())

    def of(self, kind: Kind) -> list[Got]:
        """Those of one track."""
        return [frame for frame in self.frames if frame.kind is kind]


def _frames(moof: bytes, media: bytes, now: float) -> Iterator[Got]:
    """The frames of one fragment, as the tables of our own muxer tell of them: media lies in their order."""
    start = 0
    for traf in children(moof):
        if traf.kind != b"traf":
            continue
        header, times, run = (child(traf.payload, kind) or b"" for kind in (b"tfhd", b"tfdt", b"trun"))
        kind = Kind(struct.unpack_from(">I", header, 4)[0])
        (time,) = struct.unpack_from(">Q", times, 4)
        ticks = VIDEO_TIMESCALE if kind is Kind.VIDEO else SOUND_RATE
        for duration, size, flags, offset in struct.iter_unpack(">IIIi", run[12:]):
            begins = (time + offset) / ticks
            name = re.search(rb"picture (\d+) ", media[start : start + size])
            yield Got(
                kind=kind,
                begins=begins,
                ends=begins + duration / ticks,
                sync=flags == 0x02000000,
                at=now,
                number=int(name[1]) if name else -1,
            )
            time, start = time + duration, start + size
