"""An invented writer of HLS segments, and a folder in memory for it to write into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from onionstream.encoder.follower import Beginning, Follower, Stamp
from onionstream.video.samples import Kind
from tests.video import streams
from tests.video.streams import Frame

PLAYLIST = "stream.m3u8"

SECOND = 1_000_000_000
"""Nanoseconds."""


class MemoryFiles:
    """
    A folder (``follower.Files``).

    :ivar now: nanoseconds of the wall clock; moves on with everything that is written.
    """

    def __init__(self) -> None:
        """An empty folder."""
        self.now = 1000 * SECOND
        self._files: dict[str, tuple[Stamp, bytes]] = {}
        self._locked: set[str] = set()

    def put(self, name: str, data: bytes) -> None:
        """Write a file, anew or over the one that is there."""
        self.now += 1000
        before = self._files.get(name)
        number = before[0].number if before else len(self._files)
        self._files[name] = Stamp(self.now, len(data), number), data

    def remove(self, name: str) -> None:
        """Remove a file."""
        del self._files[name]

    def lock(self, name: str) -> None:
        """A file that is there may be read no more."""
        self._locked.add(name)

    def playlist(self) -> bytes | None:
        """See ``follower.Files``."""
        found = self._files.get(PLAYLIST)
        return found[1] if found else None

    def look(self, name: str) -> Stamp | None:
        """See ``follower.Files``."""
        found = self._files.get(name)
        return found[0] if found else None

    def piece(self, name: str, start: int, most: int) -> bytes:
        """See ``follower.Files``."""
        found = self._files.get(name)
        return found[1][start : start + most] if found and name not in self._locked else b""


def shifted(frames: list[Frame], seconds: float) -> list[Frame]:
    """The same frames, later."""
    ticks = {Kind.VIDEO: streams.VIDEO_TICKS, Kind.AUDIO: streams.AUDIO_TICKS}
    return [replace(frame, time=frame.time + round(seconds * ticks[frame.kind])) for frame in frames]


class Writer:
    """
    Writes segments of two seconds as ffmpeg's muxer does, each with all its pictures before its sound.

    :ivar written: how many segments there are.
    :ivar bodies: what was written into each file.
    """

    def __init__(
        self,
        put: Callable[[str, bytes], object],
        *,
        size: tuple[int, int] = (320, 180),
        listed: int = 5,
        first: int = 0,
    ) -> None:
        """
        :param put: writes a file.
        :param size: of the picture.
        :param listed: segments in the playlist at the most.
        :param first: number of the first segment.
        """
        self._put = put
        self._size = size
        self._listed = listed
        self._first = first
        self.written = 0
        self.bodies: dict[str, bytes] = {}

    def name(self, index: int) -> str:
        """Of a segment's file."""
        return f"stream{self._first + index}.m4s"

    def begin(self) -> None:
        """Write the init segment."""
        self._write("init.mp4", streams.init(size=self._size))

    def body(self, index: int) -> bytes:
        """What a segment holds."""
        frames = shifted(streams.film(2, rate=10, keyframes=10), 2 * index)
        pictures, sounds = ([one for one in frames if one.kind is kind] for kind in (Kind.VIDEO, Kind.AUDIO))
        return streams.fragment([*pictures, *sounds], number=index + 1)

    def segment(self) -> None:
        """Write one segment more, and the playlist."""
        self._write(self.name(self.written), self.body(self.written))
        self.list()

    def list(self, *, ended: bool = False, breaks: bool = False) -> None:
        """Write the playlist with one segment more."""
        self.written += not ended
        first = max(0, self.written - self._listed)
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:2"]
        lines += [f"#EXT-X-MEDIA-SEQUENCE:{self._first + first}", '#EXT-X-MAP:URI="init.mp4"']
        for index in range(first, self.written):
            last = index == self.written - 1
            lines += ["#EXT-X-DISCONTINUITY"] * (breaks and last) + ["#EXTINF:2.000000,", self.name(index)]
        self._write(PLAYLIST, "\n".join([*lines, *["#EXT-X-ENDLIST"] * ended, ""]).encode())

    def end(self) -> None:
        """Say that it is over."""
        self.list(ended=True)

    def _write(self, name: str, data: bytes) -> None:
        self.bodies[name] = data
        self._put(name, data)


def read(follower: Follower, files: MemoryFiles, since: int = 0) -> list[bytes]:
    """What a follower reads now; each run begins with ``b"RUN"``, and what is left out is ``b"GAP"``."""
    return [
        piece if isinstance(piece, bytes) else b"RUN" if isinstance(piece, Beginning) else b"GAP"
        for piece in follower.turn(files, since)
    ]
