"""An invented encoder on an invented clock, and what the broadcast makes of its frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from twisted.internet.task import Clock, LoopingCall

from onionstream.video.broadcast import Broadcast
from onionstream.video.fragment import Fragment, Fragmenter
from onionstream.video.mux import init_segment
from onionstream.video.profile import Profile
from onionstream.video.samples import Kind, Tracks
from onionstream.video.slate import Slate
from onionstream.video.timeline import Timeline
from onionstream.video.viewer import Patience, Viewer
from onionstream.video.window import Window
from tests.fakes import FakeResponse
from tests.video.lines import Line, Player
from tests.video.streams import AUDIO_TICKS, STEREO_48K, VIDEO_TICKS, Frame, film, filming, fragment, init, tracks

_STEP = 0.02
"""Seconds by which the clock is moved at the most: timers fire when they are due."""


def a_slate(
    *, video: bool = True, audio: bool = True, config: bytes = STEREO_48K, size: tuple[int, int] = (320, 180)
) -> Slate:
    """A second of small frames that have no number, like those of ``streams.film``."""
    sent = tracks(video=video, audio=audio, size=size)
    if sent.audio is not None:
        sent = replace(sent, audio=replace(sent.audio, config=config))
    frames = [replace(one, body=b"slate") for one in film(1, video=video, audio=audio)]
    return Slate(tracks=sent, samples=tuple(one.sample() for one in frames))


def fragments(frames: list[Frame], length: float = 0.1) -> tuple[Tracks, list[Fragment]]:
    """Frames through timeline and fragmenter, as the broadcast does it."""
    kinds = {frame.kind for frame in frames}
    sent = tracks(video=Kind.VIDEO in kinds, audio=Kind.AUDIO in kinds)
    timeline, fragmenter = Timeline(), Fragmenter(length)
    timeline.begin(sent)
    fragmenter.begin(sent, 1)
    made: list[Fragment] = []
    for frame in frames:
        placed = timeline.place(frame.sample(), 0.0)
        if placed is not None:
            made.extend(fragmenter.add(placed))
    return sent, [*made, *fragmenter.cut()]


def served(frames: list[Frame]) -> bytes:
    """All bytes that a viewer gets of these frames."""
    sent, made = fragments(frames)
    return init_segment(sent) + b"".join(one.data for one in made)


class RecordingWindow(Window):
    """
    A window that also remembers what it forgets.

    :ivar everything: all fragments that ever were in it.
    """

    def __init__(self, seconds: float, size: int) -> None:
        """As that of ``Window``."""
        super().__init__(seconds, size)
        self.everything: list[Fragment] = []

    def append(self, fragment: Fragment) -> None:
        """Remember it."""
        self.everything.append(fragment)
        super().append(fragment)


class OnAir:
    """
    A broadcast, its encoder and its viewers.

    :ivar clock: nothing but this moves the time.
    :ivar generation: the present run of the encoder.
    :ivar began: when each run began, in seconds of the clock.
    """

    def __init__(
        self,
        *,
        seconds: float = 60,
        size: int = 2**25,
        fragment: float = 0.1,
        behind: float = 10,
        silent: float = 45,
        slate: Slate | None = None,
        quiet: float = 1.0,
    ) -> None:
        """
        The arguments are those of window, fragments and patience.

        :param slate: what viewers get while the encoder gives nothing.
        :param quiet: seconds after which they get it.
        """
        self.clock = Clock()
        self.window = RecordingWindow(seconds, size)
        self.broadcast = Broadcast(
            window=self.window,
            fragment=fragment,
            patience=Patience(behind=behind, silent=silent),
            clock=self.clock.seconds,
        )
        self.broadcast.slate, self.broadcast.quiet = slate, quiet
        filling = LoopingCall(self.broadcast.fill)
        filling.clock = self.clock
        filling.start(0.1, now=False)
        self.generation = 0
        self._coming: Iterator[Frame] = iter(())
        self._next: Frame | None = None
        self.began: list[float] = []

    def begin(
        self,
        *,
        video: bool = True,
        audio: bool = True,
        size: tuple[int, int] = (320, 180),
        config: bytes = STEREO_48K,
        keyframes: int = 30,
        body: int = 40,
    ) -> None:
        """A run of the encoder begins: its first bytes come, but no frame yet."""
        self.generation += 1
        self.run = self.broadcast.begin_run(self.generation)
        self._coming = filming(300, keyframes=keyframes, video=video, audio=audio, body=body)
        self._next = next(self._coming, None)
        self.began.append(self.clock.seconds())
        self.run.feed(init(video=video, audio=audio, size=size, config=config))

    def go(self, seconds: float) -> int:
        """
        Time passes, and the encoder sends its frames when they are due.

        :return: how many.
        """
        end, count = self.clock.seconds() + seconds, 0
        while self._next is not None and (due := self.began[-1] + _seconds(self._next)) <= end:
            self._pass(due)
            frame, self._next = self._next, next(self._coming, None)
            self.run.feed(_written(frame))
            count += 1
        self._pass(end)
        return count

    def _pass(self, until: float) -> None:
        """The clock goes on to a time."""
        while (left := until - self.clock.seconds()) > 0:
            self.clock.advance(min(left, _STEP))

    def freeze(self, seconds: float, *, pipe_first: bool = True) -> None:
        """
        The daemon stands still, and the encoder goes on; then all comes at once.

        :param pipe_first: what the encoder has sent is read before the timers that are due.
        """
        if not pipe_first:
            self.clock.advance(seconds)
        else:
            self.clock.rightNow += seconds
        self.go(0)
        self.clock.advance(0)

    def hang(self, seconds: float) -> None:
        """The encoder stands still, goes on, and has lost nothing but time: its clock stood still as well."""
        self._pass(self.clock.seconds() + seconds)
        self.began[-1] += seconds

    def end(self, *, returning: bool = True) -> None:
        """The encoder dies."""
        self._next = None
        self.run.end()
        self.broadcast.off_air(returning=returning)

    def join(self, response: FakeResponse | None = None) -> tuple[FakeResponse, Viewer]:
        """A viewer comes, as the web lets him in."""
        response = response or FakeResponse()
        viewer = self.broadcast.watch(response)
        response.producer = viewer
        self.broadcast.welcome(viewer)
        return response, viewer

    def play(self, player: Player, profile: Profile, **how: Any) -> Line:  # noqa: ANN401 - see ``Line``
        """A viewer comes with a player at the end of his line; ``how`` it is."""
        line = Line(self.clock, player, **how)
        line.producer = self.broadcast.watch(line, profile)
        self.broadcast.welcome(line.producer)
        return line


@lru_cache(maxsize=2**15)
def _written(frame: Frame) -> bytes:
    """What the encoder writes for a frame. Most tests see the same film."""
    return fragment([frame])


def _seconds(frame: Frame) -> float:
    """When it is due, from the run's beginning."""
    return (frame.time + frame.duration) / (VIDEO_TICKS if frame.kind is Kind.VIDEO else AUDIO_TICKS)


def received(response: FakeResponse, made: Sequence[Fragment]) -> list[Fragment]:
    """
    The fragments that a viewer was sent, after one init segment.

    :param made: all that there were.
    :raises AssertionError: unless they are whole, rising, begin with a keyframe and jump to keyframes only.
    """
    if not response.pieces:
        return []
    by_data = {one.data: one for one in made}
    assert response.pieces[0][4:8] == b"ftyp"
    sent = [by_data[piece] for piece in response.pieces[1:]]
    assert sent and sent[0].keyframe
    for before, after in pairwise(sent):
        assert after.number == before.number + 1 or (after.keyframe and after.number > before.number)
    return sent


def jumps(sent: Sequence[Fragment]) -> int:
    """How often a viewer was moved on."""
    return sum(after.number != before.number + 1 for before, after in pairwise(sent))
