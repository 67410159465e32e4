"""
Players as they were measured, on an invented clock: what they show of a stream, when, and where they stand still.

They are models, not browsers: each rule is one that was seen (``docs/performance.md``), and what follows from several
of them together is what the tests look at. ``tests/real`` has the browsers.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from twisted.internet.task import Clock

from onionstream.video.samples import Kind
from tests.video.demuxed import Demuxed, Got

BLOCK = 32 * 1024
"""Bytes in which Firefox and Chromium read."""

FREEZE = 0.25
"""Seconds without a new picture that are seen as one."""

LATE = 0.05
"""Seconds after which Firefox leaves a picture out, rather than show it late."""

SELDOM = 0.5
"""Seconds after which it shows one all the same: 1 to 3 pictures a second were seen."""

_STEP = 0.005
"""Seconds from one look at a player's clock to the next."""


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A picture on the screen.

    :ivar at: seconds of the clock.
    :ivar number: of the picture in its run; -1: the slate.
    :ivar apart: seconds by which what is heard with it is ahead of it.
    """

    at: float
    number: int
    apart: float = 0.0


class Firefox:
    """
    Firefox ESR, muted, with scripts off.

    Its demuxer gets whole blocks of 32 KiB. It begins when it has a second of sound, or at once where there is none. It
    shows a picture when the *next* keyframe has come. From its beginning its clock runs on for ever: it waits for
    nothing, and what comes late is left out.
    """

    GATHERS = 1.0

    def __init__(self, clock: Clock, *, gzip: bool) -> None:
        """
        :param clock: of the broadcast.
        :param gzip: the response has ``Content-Encoding: gzip``.
        """
        self._demuxed = Demuxed(clock)
        self._decompressor = zlib.decompressobj(31) if gzip else None
        self._loaded = b""

    def receive(self, data: bytes) -> None:
        """See ``lines.Player``."""
        self._loaded += self._decompressor.decompress(data) if self._decompressor else data
        whole = len(self._loaded) // BLOCK * BLOCK
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


class Audible(Firefox):
    """Firefox whose sound is on: it waits when sound or picture has run out, and goes on when both are there again."""

    def __init__(self, clock: Clock, *, gzip: bool) -> None:
        """See ``Firefox``."""
        super().__init__(clock, gzip=gzip)
        self._clock = clock

    def shown(self) -> list[Shown]:
        """All pictures, up to now."""
        ready = list(self._ready())
        begins = self._begins(ready)
        if begins is None:
            return []
        return _played(ready, self._demuxed.of(Kind.AUDIO), begins, self._clock.seconds(), resumes=0.0, gaps=True)


class Patient:
    """
    mpv and its like: it gathers, then plays what it has, and waits where there is nothing.

    It bridges a gap in the times by waiting as long as it is. What it has waited for anything else it stays behind.
    """

    def __init__(self, clock: Clock, *, gathers: float) -> None:
        """
        :param clock: of the broadcast.
        :param gathers: seconds of the stream that it has before it begins.
        """
        self._demuxed = Demuxed(clock)
        self._gathers = gathers

    def receive(self, data: bytes) -> None:
        """See ``lines.Player``."""
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


class Chromium:
    """
    Chromium with scripts off.

    Its demuxer gets whole blocks of 32 KiB. With 2.4 s of the stream at the beginning it begins at once, else it shows
    nothing until it has 3.4 s. Its clock is the sound that it has played: it plays it without regard to gaps in its
    times, and shows pictures as late as theirs say. When sound or picture has run out it waits until it has 0.75 s.
    """

    AT_ONCE, GATHERS, RESUMES = 2.4, 3.4, 0.75

    def __init__(self, clock: Clock) -> None:
        """:param clock: of the broadcast."""
        self._clock = clock
        self._demuxed = Demuxed(clock)
        self._arrived = Demuxed(clock)
        self._loaded = b""

    def receive(self, data: bytes) -> None:
        """See ``lines.Player``."""
        self._arrived.feed(data)
        self._loaded += data
        whole = len(self._loaded) // BLOCK * BLOCK
        self._demuxed.feed(self._loaded[:whole])
        self._loaded = self._loaded[whole:]

    def shown(self) -> list[Shown]:
        """All pictures, up to now."""
        begins, pictures = self._begins(), self._demuxed.of(Kind.VIDEO)
        if begins is None or not pictures:
            return []
        ready = [(one, one.at) for one in pictures]
        begins = max(begins, pictures[0].at)
        sounds, now = self._demuxed.of(Kind.AUDIO), self._clock.seconds()
        return _played(ready, sounds, begins, now, resumes=self.RESUMES, gaps=False)

    def _begins(self) -> float | None:
        frames = self._arrived.frames
        for one in frames:
            enough = self.AT_ONCE if one.at - frames[0].at < 0.2 else self.GATHERS
            if one.ends - frames[0].begins >= enough:
                return one.at
        return None


def _played(
    pictures: Sequence[tuple[Got, float]],
    sounds: Sequence[Got],
    begins: float,
    until: float,
    *,
    resumes: float,
    gaps: bool,
) -> list[Shown]:
    """
    What a player shows that waits when it has run out.

    :param pictures: and when each could be shown.
    :param sounds: of the stream; none: a silent film.
    :param begins: seconds of the clock.
    :param until: seconds of the clock.
    :param resumes: seconds of sound and picture that it has when it goes on.
    :param gaps: it keeps gaps in the sound's times; if not, it plays what comes after them at once.
    """
    coming, heard = _Coming([at for _, at in pictures]), _Coming([one.at for one in sounds])
    ends = [one.ends for one, _ in pictures]
    starts = [one.begins for one in sounds]
    sound_ends = _sound_ends(sounds, gaps=gaps)
    place = min([pictures[0][0].begins, *starts[:1]])
    seen: list[Shown] = []
    playing, now, playback = True, begins, 0
    while now <= until:
        ahead = [
            items[there - 1] - place for items, there in ((ends, coming.by(now)), (sound_ends, heard.by(now))) if there
        ]
        enough = min(ahead, default=0.0)
        playing = enough > 0 if playing else enough >= max(resumes, _STEP)
        while len(seen) < coming.by(now) and pictures[len(seen)][0].begins <= place + 1e-6:
            while playback < len(sound_ends) - 1 and sound_ends[playback] <= place:
                playback += 1
            real = sounds[playback].ends - sound_ends[playback] if sounds else 0.0
            seen.append(Shown(now, pictures[len(seen)][0].number, real))
        place += _STEP * playing
        now += _STEP
    return seen


def _sound_ends(sounds: Sequence[Got], *, gaps: bool) -> list[float]:
    """Where on the player's clock each frame of sound ends."""
    if gaps or not sounds:
        return [one.ends for one in sounds]
    ends, end = [], sounds[0].begins
    for one in sounds:
        end += one.ends - one.begins
        ends.append(end)
    return ends


class _Coming:
    """How many of some things there are at a time, which never goes back."""

    def __init__(self, times: Sequence[float]) -> None:
        self._times = times
        self._count = 0

    def by(self, now: float) -> int:
        while self._count < len(self._times) and self._times[self._count] <= now:
            self._count += 1
        return self._count


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
        Seconds from the camera to the screen, for each picture that has come from a camera.

        :param since: seconds of the clock.
        """
        found, run = [], 0
        live = [one for one in self.shown if one.number >= 0]
        for before, now in pairwise((Shown(0, -1), *live)):
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

    def slates(self) -> int:
        """How many pictures of the slate he has seen."""
        return sum(one.number < 0 for one in self.shown)
