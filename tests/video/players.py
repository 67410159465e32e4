"""
Players as they were measured, on an invented clock: what they show of a stream, when, and where they stand still.

They are models, not browsers: each rule is one that was seen (``docs/performance.md``), and what follows from several
of them together is what the tests look at. ``tests/real`` has the browsers.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import Clock

from onionstream.video.boxes import BoxReader, child, children
from onionstream.video.mux import VIDEO_TIMESCALE
from onionstream.video.samples import Kind

SOUND_RATE = 48_000

FREEZE = 0.25
"""Seconds without a new picture that are seen as one."""

LATE = 0.05
"""Seconds after which Firefox leaves a picture out, rather than show it late."""

SELDOM = 0.5
"""Seconds after which it shows one all the same: 1 to 3 pictures a second were seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """
    A frame that a player's demuxer has got.

    :ivar kind: its track.
    :ivar begins: seconds on the stream's timeline: when it is to be shown or heard.
    :ivar ends: seconds on the stream's timeline.
    :ivar sync: it is said to be a keyframe.
    :ivar at: seconds of the clock.
    :ivar number: of the picture in its run of the encoder; as ``streams.film`` numbers them.
    """

    kind: Kind
    begins: float
    ends: float
    sync: bool
    at: float
    number: int = -1


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A picture on the screen.

    :ivar at: seconds of the clock.
    :ivar number: of the picture in its run.
    """

    at: float
    number: int


class Player(Protocol):
    """What is at the end of a line."""

    def receive(self, data: bytes) -> None:
        """Bytes of the response."""


class Line:
    """
    A viewer's open response (``onionstream.video.viewer.Response``) and his line, which may stand still for a while.

    :ivar producer: the viewer.
    :ivar ending: ``finished``, ``aborted``, or empty.
    """

    def __init__(self, clock: Clock, player: Player, *, latency: float = 0.02, full: int = 2**16) -> None:
        """
        :param clock: of the broadcast.
        :param player: at its end.
        :param latency: seconds.
        :param full: bytes that are unsent when the viewer is told to wait.
        """
        self.producer: IPushProducer | None = None
        self.ending = ""
        self._clock = clock
        self._player = player
        self._latency = latency
        self._full = full
        self._kept: list[bytes] | None = None
        self._paused = False

    def write(self, data: bytes) -> None:
        """See ``Response.write``."""
        assert not self.ending, f"written to after it was {self.ending}"
        if self._kept is None:
            self._clock.callLater(self._latency, self._player.receive, data)
            return
        self._kept.append(data)
        if self.unsent() > self._full and not self._paused and self.producer is not None:
            self._paused = True
            self.producer.pauseProducing()

    def unsent(self) -> int:
        """See ``Response.unsent``."""
        return sum(len(piece) for piece in self._kept or ())

    def finish(self) -> None:
        """See ``Response.finish``."""
        self.ending = "finished"

    def abort(self) -> None:
        """See ``Response.abort``."""
        self.ending = "aborted"

    def stall(self) -> None:
        """Nothing goes through any more."""
        self._kept = []

    def flow(self) -> None:
        """It goes through again, first what has been kept."""
        kept, self._kept = self._kept or [], None
        for piece in kept:
            self.write(piece)
        if self._paused and self.producer is not None:
            self._paused = False
            self.producer.resumeProducing()


class _Demuxed:
    """
    Fragments as they become whole.

    :ivar frames: all that came, in their order.
    """

    def __init__(self, clock: Clock) -> None:
        self.frames: list[Got] = []
        self._clock = clock
        self._boxes = BoxReader()
        self._moof = b""

    def feed(self, data: bytes) -> None:
        for box in self._boxes.feed(data):
            if box.kind == b"moof":
                self._moof = box.payload
            elif box.kind == b"mdat":
                self.frames += _frames(self._moof, box.payload, self._clock.seconds())

    def of(self, kind: Kind) -> list[Got]:
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


class Firefox:
    """
    Firefox ESR, muted, with scripts off.

    Its demuxer gets whole blocks of 32 KiB. It begins when it has a second of sound, or at once where there is none. It
    shows a picture when the *next* keyframe has come. From its beginning its clock runs on for ever: it waits for
    nothing, and what comes late is left out.
    """

    BLOCK = 32 * 1024
    GATHERS = 1.0

    def __init__(self, clock: Clock, *, gzip: bool) -> None:
        """
        :param clock: of the broadcast.
        :param gzip: the response has ``Content-Encoding: gzip``.
        """
        self._demuxed = _Demuxed(clock)
        self._decompressor = zlib.decompressobj(31) if gzip else None
        self._loaded = b""

    def receive(self, data: bytes) -> None:
        """See ``Player.receive``."""
        self._loaded += self._decompressor.decompress(data) if self._decompressor else data
        whole = len(self._loaded) // self.BLOCK * self.BLOCK
        self._demuxed.feed(self._loaded[:whole])
        self._loaded = self._loaded[whole:]

    def shown(self) -> list[Shown]:
        """All pictures, up to now."""
        ready = list(self._ready())
        begins = self._begins(ready)
        seen: list[Shown] = []
        if begins is None:
            return seen
        first = min(frame.begins for frame in self._demuxed.frames)
        for frame, at in ready:
            due = begins + frame.begins - first
            now = max(due, at)
            if at <= due + LATE or not seen or now - seen[-1].at >= SELDOM:
                seen.append(Shown(now, frame.number))
        return seen

    def _ready(self) -> Iterator[tuple[Got, float]]:
        """Each picture, and when it could be shown: when the next keyframe is there."""
        pictures = self._demuxed.of(Kind.VIDEO)
        waiting: list[Got] = []
        for picture in pictures:
            if picture.sync:
                yield from ((one, picture.at) for one in waiting)
                waiting = []
            waiting.append(picture)

    def _begins(self, ready: Sequence[tuple[Got, float]]) -> float | None:
        """When its clock begins to run, if it has."""
        sounds = self._demuxed.of(Kind.AUDIO)
        if not sounds:
            return ready[0][1] if ready else None
        return next((one.at for one in sounds if one.ends - sounds[0].begins >= self.GATHERS), None)


class Patient:
    """
    Chromium, mpv and their like: it gathers, then plays what it has, and waits where there is nothing.

    It bridges a gap in the times by waiting as long as it is. What it has waited for anything else it stays behind.
    """

    def __init__(self, clock: Clock, *, gathers: float) -> None:
        """
        :param clock: of the broadcast.
        :param gathers: seconds of the stream that it has before it begins.
        """
        self._demuxed = _Demuxed(clock)
        self._gathers = gathers

    def receive(self, data: bytes) -> None:
        """See ``Player.receive``."""
        self._demuxed.feed(data)

    def shown(self) -> list[Shown]:
        """All pictures that have come by now, also those that are shown later."""
        pictures = self._demuxed.of(Kind.VIDEO)
        begins = next((one.at for one in pictures if one.ends - pictures[0].begins >= self._gathers), None)
        seen: list[Shown] = []
        if begins is not None:
            ahead = begins - pictures[0].begins
            for picture in pictures:
                ahead = max(ahead, picture.at - picture.begins)
                seen.append(Shown(picture.begins + ahead, picture.number))
        return seen


@dataclass(frozen=True, slots=True)
class Watched:
    """
    What a viewer saw.

    :ivar shown: in the order in which it was shown.
    :ivar began: when each run of the encoder began that he saw, in seconds of the clock.
    """

    shown: Sequence[Shown]
    began: Sequence[float]

    def delays(self, since: float = 0) -> list[float]:
        """
        Seconds from the camera to the screen, for each picture.

        :param since: seconds of the clock.
        """
        found, run = [], 0
        for before, now in pairwise((Shown(0, -1), *self.shown)):
            run += now.number < before.number
            if now.at >= since:
                found.append(now.at - self.began[run] - now.number / 30)
        return found

    def freezes(self, since: float = 0) -> list[float]:
        """How long the picture stood still, each time it did."""
        times = [one.at for one in self.shown if one.at >= since]
        return [after - before for before, after in pairwise(times) if after - before > FREEZE]

    def rate(self, since: float, until: float) -> float:
        """Pictures a second between two times."""
        return sum(since <= one.at < until for one in self.shown) / (until - since)
