"""
The window as an HLS playlist (RFC 8216), for players that take nothing else.

Segments are whole groups of pictures: each begins with a keyframe and consists of the same fragments that other viewers
get. Nothing is made for them before somebody asks, and nothing is copied.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from onionstream.video.fragment import Fragment
from onionstream.video.mux import init_segment
from onionstream.video.samples import Tracks
from onionstream.video.window import Window

LENGTH = 2.0
"""Seconds of a segment at least. Players begin three of them before the newest; each costs them two requests."""

LISTED = 30.0
"""Seconds of the stream in a playlist, or what there is. Those before can be had for as long as the window has them."""

LEAST = 3
"""Segments in a playlist at the least. Players begin so many before its end, and Chromium gives up where there are less
(measured)."""

_NEARLY = 0.05  # seconds that a segment may be shorter: times are rounded

_HEAD = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-TARGETDURATION:{target}
#EXT-X-MEDIA-SEQUENCE:{sequence}
#EXT-X-DISCONTINUITY-SEQUENCE:{breaks}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """
    A piece of the stream.

    :ivar sequence: its number, rising by one.
    :ivar first: the number of its first fragment.
    :ivar last: the number of its last fragment.
    :ivar start: seconds on the broadcast's timeline.
    :ivar end: seconds on the broadcast's timeline.
    :ivar init: the number of its init segment.
    :ivar breaks: how many breaks of the stream there were, from the first segment to this.
    """

    sequence: int
    first: int
    last: int
    start: float
    end: float
    init: int
    breaks: int

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


class Segments:
    """The segments in a window."""

    def __init__(self, window: Window) -> None:
        """:param window: whose."""
        self._window = window
        self._segments: deque[Segment] = deque()
        self._next = 0
        self._gathered: list[Fragment] = []
        self._sequence = self._breaks = self._generation = 0
        self._inits: dict[int, Tracks] = {}
        self._init = 0
        self._target = round(LENGTH)

    def playlist(self, address: Callable[[str], str]) -> str | None:
        """
        :param address: makes a file's name an address.
        :return: None where there are too few segments yet.
        """
        self._update()
        listed = self._listed()
        if len(listed) < LEAST:
            return None
        head = _HEAD.format(target=self._target, sequence=listed[0].sequence, breaks=listed[0].breaks)
        lines = []
        before = listed[0]
        for one in listed:
            if one.breaks != before.breaks:
                lines.append("#EXT-X-DISCONTINUITY")
            if one is listed[0] or one.init != before.init:
                lines.append(f'#EXT-X-MAP:URI="{address(f"init{one.init}.mp4")}"')
            lines += [f"#EXTINF:{one.duration:.3f},", address(f"stream{one.sequence}.m4s")]
            before = one
        return head + "\n".join([*lines, ""])

    def init(self, number: int | None = None) -> bytes | None:
        """
        :param number: of an init segment; None: that of the newest segment.
        :return: all of it; None where no segment needs one of this number.
        """
        self._update()
        needed = [one.init for one in self._segments if number in (None, one.init)]
        return init_segment(self._inits[needed[-1]]) if needed else None

    def segment(self, sequence: int) -> tuple[bytes, ...] | None:
        """
        :param sequence: its number.
        :return: its fragments; None where it is not in the window, or not complete.
        """
        self._update()
        index = sequence - self._segments[0].sequence if self._segments else -1
        if not 0 <= index < len(self._segments):
            return None
        one = self._segments[index]
        fragments = (self._window.get(number) for number in range(one.first, one.last + 1))
        return tuple(fragment.data for fragment in fragments if fragment is not None)

    def _listed(self) -> list[Segment]:
        """The newest segments."""
        oldest = self._segments[-1].end - LISTED if self._segments else 0.0
        count = sum(one.start >= oldest for one in self._segments)
        return list(self._segments)[-max(count, LEAST) :]

    def _update(self) -> None:
        """Take note of what has come to the window, and what has left it."""
        newest = self._window.newest
        oldest = newest.number - len(self._window) + 1 if newest is not None else self._next
        while self._segments and self._segments[0].first < oldest:
            self._segments.popleft()
        if self._gathered and self._gathered[0].number < oldest:
            self._gathered = []
        for number in range(max(self._next, oldest), 0 if newest is None else newest.number + 1):
            fragment = self._window.get(number)
            assert fragment is not None
            self._take(fragment)
            self._next = number + 1
        needed = {one.init for one in self._segments} | {self._init}
        self._inits = {number: tracks for number, tracks in self._inits.items() if number in needed}

    def _take(self, fragment: Fragment) -> None:
        """A fragment more."""
        if not fragment.keyframe:
            if self._gathered and self._goes_with(self._gathered[0], fragment):
                self._gathered.append(fragment)
            return
        if self._gathered:
            first = self._gathered[0]
            if first.generation == fragment.generation and fragment.start - first.start < LENGTH - _NEARLY:
                self._gathered.append(fragment)
                return
            self._close()
        self._begin(fragment)

    def _goes_with(self, first: Fragment, fragment: Fragment) -> bool:
        """
        Whether what begins with no keyframe belongs to what is gathered.

        Sound that comes before another run's first picture does as long as no segment becomes longer by it than others
        are. The silence that fills an outage is left out: players would stay behind by three times its length.
        """
        return first.generation == fragment.generation or round(fragment.end - first.start) <= self._target

    def _close(self) -> None:
        """The segment that was gathered is complete."""
        first, last = self._gathered[0], self._gathered[-1]
        self._sequence += 1
        made = Segment(
            sequence=self._sequence,
            first=first.number,
            last=last.number,
            start=first.start,
            end=max(one.end for one in self._gathered),
            init=self._init,
            breaks=self._breaks,
        )
        self._segments.append(made)
        self._target = max(self._target, round(made.duration))

    def _begin(self, fragment: Fragment) -> None:
        """Another segment begins, after a break where it is of another run, or where something is missing."""
        follows = bool(self._gathered) and self._gathered[-1].number == fragment.number - 1
        if self._generation != fragment.generation or not follows:
            self._breaks += 1
            self._generation = fragment.generation
        if self._inits.get(self._init) != fragment.tracks:
            self._init += 1
            self._inits[self._init] = fragment.tracks
        self._gathered = [fragment]
