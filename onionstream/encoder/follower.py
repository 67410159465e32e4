"""
What to read next of a folder into which a writer puts the segments of an HLS stream.

ffmpeg's muxer, and so OBS, writes each segment in one go when it is complete, and then replaces the playlist (measured:
create, write, close, and the playlist's rename, within 2 ms). What is in the playlist is complete (RFC 8216, 6.2.1).
Other writers let a segment grow before they name it there: so the file that comes after the newest one is read as soon
as it is there and as far as it goes, if its name can be guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from onionstream.encoder.playlist import Playlist, PlaylistError, Segment, UnreadableError, parse

LARGEST_INIT = 64 * 1024
"""Bytes of an init segment at the most; real ones have about 1400."""

MOST_UNREAD = 2
"""Segments that may wait; where there are more, all but the newest are left out."""

PIECE = 1 << 16
"""Bytes that are read in one go: few enough to be taken apart in a moment, whatever is in them."""

_NUMBERED = re.compile(r"(.*?)(\d{1,15})(\D*)", re.ASCII)


class Stamp(NamedTuple):
    """
    By what a file that has been written again is known.

    :ivar changed: when, in nanoseconds of the wall clock.
    :ivar size: bytes.
    :ivar number: the file system's number of it.
    """

    changed: int
    size: int
    number: int


class Files(Protocol):
    """The folder."""

    def playlist(self) -> bytes | None:
        """:return: all of it; None: there is none; :raises PlaylistError: it may not be read."""

    def look(self, name: str) -> Stamp | None:
        """:return: how this file is now; None: there is no regular file of this name."""

    def piece(self, name: str, start: int, most: int) -> bytes:
        """:return: what the file holds from ``start`` on, up to ``most`` bytes; nothing where there is no such file."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """
    What follows is of another run of the writer.

    :ivar init: its init segment.
    :ivar changed: when its first segment was written, in nanoseconds of the wall clock.
    """

    init: bytes
    changed: int


@dataclass(slots=True)
class _Place:
    """
    Where we are.

    :ivar segment: which one is read.
    :ivar read: bytes of it.
    :ivar stamp: how it was before that.
    :ivar complete: it is in the playlist, and all of it has been read.
    """

    segment: Segment
    read: int = 0
    stamp: Stamp | None = None
    complete: bool = False

    @property
    def broken(self) -> bool:
        """Whether it was read in part, and the rest is not there any more: nothing can follow that."""
        return self.read > 0 and (self.stamp is None or self.read < self.stamp.size)


class Follower:
    """
    Follows one playlist, from its newest segment on.

    :ivar ended: the writer has said that nothing more will come.
    :ivar target: seconds of a segment at the most, as the writer says.
    """

    def __init__(self) -> None:
        """Nothing has been read."""
        self.ended = False
        self.target = 0.0
        self._text = b""
        self._playlist = Playlist()
        self._place: _Place | None = None
        self._init = b""
        self._init_stamp: Stamp | None = None
        self._spent: tuple[str, Stamp | None] = "", None

    def turn(self, files: Files, since: int) -> Iterator[Beginning | bytes | UnreadableError]:
        """
        :param files: as they are now.
        :param since: nanoseconds of the wall clock: what was written before is nothing to begin with.
        :return: what there is to read since the last time, to be taken to its end; and which segments were left out.
        :raises PlaylistError: the playlist cannot be followed.
        """
        self._read_playlist(files)
        if self._place is not None and self._is_another_writer(files, self._place):
            self.forget()
        if self._place is None:
            yield from self._begin(files, since)
        while (place := self._place) is not None:
            yield from self._read(files, place)
            following = self._following(files, place)
            if following is None:
                break
            yield from self._enter(files, place, following)

    def forget(self) -> None:
        """Begin anew, with another segment than the one that was read last, and none that is older."""
        if self._place is not None:
            self._spent = self._place.segment.name, self._place.stamp
        self._place = None

    def _read_playlist(self, files: Files) -> None:
        text = files.playlist() or b""
        if text != self._text:
            self._text, self._playlist = b"", Playlist()  # what is wrong with it is told each time
            self._playlist = parse(text)
            self._text = text
        self.ended, self.target = self._playlist.ended, self._playlist.target

    def _begin(self, files: Files, since: int) -> Iterator[Beginning]:
        """
        With the newest segment, unless the stream has ended with it, or one as new was read already.

        :raises PlaylistError: it cannot be read.
        """
        if self.ended or not self._playlist.segments:
            return
        newest = self._playlist.segments[-1]
        stamp = files.look(newest.name)
        if stamp is None:
            raise UnreadableError(newest.name)
        if stamp.changed < since:
            return
        name, spent = self._spent
        if spent is None or (stamp.changed >= spent.changed and (newest.name, stamp) != (name, spent)):
            yield from self._start(files, newest, stamp)

    def _start(self, files: Files, segment: Segment, stamp: Stamp) -> Iterator[Beginning]:
        """Another run begins with this segment, if its init segment is there: ffmpeg first makes an empty one."""
        init_stamp, init = files.look(segment.init), files.piece(segment.init, 0, LARGEST_INIT + 1)
        for name, found, seen in (
            (segment.init, init_stamp, init),
            (segment.name, stamp, files.piece(segment.name, 0, 1)),
        ):
            if found is None or (found.size and not seen):
                raise UnreadableError(name)
        if len(init) > LARGEST_INIT:
            raise PlaylistError(f"names an init segment of more than {LARGEST_INIT >> 10} KiB")
        if init:
            self._init, self._init_stamp = init, init_stamp
            self._place, self._spent = _Place(segment), ("", None)
            yield Beginning(init, stamp.changed)

    def _enter(self, files: Files, place: _Place, segment: Segment) -> Iterator[Beginning]:
        """Go on to another segment, of the same run or of the next."""
        if not segment.breaks and not place.broken and segment.init == place.segment.init:
            self._place = _Place(segment)
            return
        self.forget()
        if (stamp := files.look(segment.name)) is not None:
            yield from self._start(files, segment, stamp)

    def _read(self, files: Files, place: _Place) -> Iterator[bytes | UnreadableError]:
        """What the present segment holds that was not read yet; or, once, that it cannot be read."""
        if place.complete:
            return
        place.stamp = files.look(place.segment.name)
        while data := files.piece(place.segment.name, place.read, PIECE):
            place.read += len(data)
            yield data
        place.complete = self._listed(place.segment.sequence) is not None
        if place.complete and not place.read and (place.stamp is None or place.stamp.size):
            yield UnreadableError(place.segment.name)

    def _listed(self, sequence: int) -> Segment | None:
        """:return: the segment of this number, if the playlist has it."""
        segments = self._playlist.segments
        index = sequence - segments[0].sequence if segments else -1
        return segments[index] if 0 <= index < len(segments) else None

    def _following(self, files: Files, place: _Place) -> Segment | None:
        """:return: what is to be read after the present segment, if there is anything."""
        unread = [one for one in self._playlist.segments if one.sequence > place.segment.sequence]
        if unread:
            return unread[-1 if len(unread) > MOST_UNREAD else 0]
        if not place.complete or place.stamp is None or self.ended:
            return None
        guess = _after(place.segment)
        stamp = files.look(guess.name) if guess is not None else None
        # One that lies there from an earlier stream is older.
        return guess if stamp is not None and stamp.changed >= place.stamp.changed else None

    def _is_another_writer(self, files: Files, place: _Place) -> bool:
        """Whether what is there now was not written by the one whose segments were read."""
        segments = self._playlist.segments
        least = place.segment.sequence - (not place.complete)
        if not segments or segments[-1].sequence < least:
            return True
        listed = self._listed(place.segment.sequence)
        if listed is not None and replace(listed, breaks=place.segment.breaks) != place.segment:
            return True
        now = files.look(place.segment.name)
        if now is not None and (now.size < place.read or (place.complete and now != place.stamp)):
            return True
        return self._has_another_init(files, place.segment.init)

    def _has_another_init(self, files: Files, name: str) -> bool:
        """Whether an init segment is not what it was; some writers write the same one again and again."""
        stamp = files.look(name)
        if stamp is None or stamp == self._init_stamp:
            return False
        self._init_stamp = stamp
        return files.piece(name, 0, LARGEST_INIT) != self._init


def _after(segment: Segment) -> Segment | None:
    """:return: the segment that follows, if its name can be told: the last number before the dot is one more."""
    stem, dot, ending = segment.name.rpartition(".") if "." in segment.name else (segment.name, "", "")
    match = _NUMBERED.fullmatch(stem)
    if match is None:
        return None
    start, number, rest = match.groups()
    name = f"{start}{int(number) + 1:0{len(number)}d}{rest}{dot}{ending}"
    return replace(segment, sequence=segment.sequence + 1, name=name, breaks=False)
