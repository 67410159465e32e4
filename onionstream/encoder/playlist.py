"""
An HLS playlist that a writer keeps in a folder (RFC 8216), as far as it is needed to follow what it writes.

Understood is a media playlist of fragmented MP4: one ``EXT-X-MAP`` and the names of its segments. Names are those of
files in the same folder and nothing else: whoever can write the playlist must not be able to have other files read.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

LARGEST = 1 << 20
"""Bytes of a playlist at the most. With OBS's recipe it has 4 kB; one that forgets nothing reaches this in 17 hours."""

KEPT = 32
"""The newest segments, which are all that is ever read."""

LONGEST_NAME = 255
"""Bytes of a file's name on Linux."""

LONGEST_SEGMENT = 60.0
"""Seconds; a writer that says more is not believed."""

_OTHERS = {
    "#EXT-X-STREAM-INF": "lists other playlists; name one that lists segments as `playlist` in [source.folder]",
    "#EXT-X-BYTERANGE": "lists parts of one file; each segment must have a file of its own",
    "#EXT-X-KEY": "lists encrypted segments",
}
_URI = re.compile(r'(?:^|[:,])URI="([^"]*)"')
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{0,9})?", re.ASCII)


class PlaylistError(Exception):
    """A playlist that cannot be followed; the text goes on behind its name."""

    @property
    def reason(self) -> str:
        """:return: what it is about: the same for all that are to be told as one."""
        return str(self)


class UnreadableError(PlaylistError):
    """It names a file that cannot be read."""

    def __init__(self, name: str) -> None:
        """:param name: of the file."""
        super().__init__(f'names "{name}", which is not there, may not be read, or is no file (links are not followed)')

    @property
    def reason(self) -> str:
        """:return: the same for all files: a writer may name one after the other."""
        return "a file that cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """
    One segment.

    :ivar sequence: its number in the stream, rising by one.
    :ivar name: of its file.
    :ivar init: name of the file with its init segment.
    :ivar breaks: it does not continue the one before.
    """

    sequence: int
    name: str
    init: str
    breaks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """
    What a playlist says.

    :ivar segments: the newest ones, the oldest first.
    :ivar target: seconds of a segment at the most.
    :ivar ended: nothing more will come.
    """

    segments: tuple[Segment, ...] = ()
    target: float = 0.0
    ended: bool = False


def is_name(text: str) -> bool:
    """:return: whether this can be the name of a file in a folder, and leads nowhere else."""
    plain = text.isprintable() and not text.startswith(".") and not set("/\\") & set(text)
    return bool(text) and plain and len(text.encode(errors="replace")) <= LONGEST_NAME


def parse(data: bytes) -> Playlist:
    """
    :param data: all of the file. A line without an end is one that is still being written, and is left out.
    :raises PlaylistError: it is none that can be followed.
    """
    if len(data) > LARGEST:
        raise PlaylistError(f"has more than {LARGEST >> 10} KiB")
    *lines, _ = data.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if not lines:
        return Playlist()
    if lines[0].rstrip() != "#EXTM3U":
        raise PlaylistError("is no playlist: its first line is not #EXTM3U")
    reading = _Reading()
    for line in lines[1:]:
        reading.take(line.rstrip())
    return Playlist(segments=tuple(reading.segments), target=reading.target, ended=reading.ended)


class _Reading:
    """A playlist, line by line."""

    def __init__(self) -> None:
        self.segments: deque[Segment] = deque(maxlen=KEPT)
        self.target = 0.0
        self.ended = False
        self._sequence = 0
        self._init = ""
        self._breaks = False

    def take(self, line: str) -> None:
        """:raises PlaylistError: it says what cannot be followed."""
        tag, _, value = line.partition(":")
        if tag in _OTHERS and value != "METHOD=NONE":
            raise PlaylistError(_OTHERS[tag])
        if tag == "#EXT-X-MEDIA-SEQUENCE":
            self._sequence = int(_number(value))
        elif tag == "#EXT-X-TARGETDURATION":
            self.target = min(_number(value), LONGEST_SEGMENT)
        elif tag == "#EXT-X-MAP":
            self._map(value)
        elif tag == "#EXT-X-DISCONTINUITY":
            self._breaks = True
        elif tag == "#EXT-X-ENDLIST":
            self.ended = True
        elif line and not line.startswith("#"):
            self._segment(line)

    def _map(self, value: str) -> None:
        """The init segment of those that follow."""
        uri = _URI.search(value)
        if "BYTERANGE=" in value:
            raise PlaylistError(_OTHERS["#EXT-X-BYTERANGE"])
        self._init = _name(uri[1] if uri else "")

    def _segment(self, name: str) -> None:
        if not self._init:
            raise PlaylistError("names no init segment: the segments must be fragmented MP4 (hls_segment_type=fmp4)")
        found = Segment(sequence=self._sequence, name=_name(name), init=self._init, breaks=self._breaks)
        self.segments.append(found)
        self._sequence += 1
        self._breaks = False


def _name(text: str) -> str:
    """:raises PlaylistError: it is not a file's name."""
    if not is_name(text):
        raise PlaylistError("names what is not a file in its own folder")
    return text


def _number(text: str) -> float:
    """:raises PlaylistError: it is none."""
    if not _NUMBER.fullmatch(text.strip()):
        raise PlaylistError("holds a number that is none")
    return float(text)
