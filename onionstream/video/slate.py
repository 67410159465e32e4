"""
The slate: what viewers are sent while the encoder gives no picture.

A player that gets nothing shows a dead frame, and some need seconds of the stream before they go on. A second of a
still picture with silence, encoded once with the stream's own settings, is sent over and over instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import count

from onionstream.video.demux import Demuxer
from onionstream.video.errors import VideoError
from onionstream.video.samples import Kind, Sample, Tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """
    A short film that can be repeated.

    :ivar tracks: what is in it.
    :ivar samples: all of it, in the order of its file; each track begins with a keyframe.
    """

    tracks: Tracks
    samples: tuple[Sample, ...]

    @classmethod
    def parse(cls, data: bytes) -> Slate:
        """
        :param data: fragmented MP4.
        :raises VideoError: it is none, or nothing is in it.
        """
        events = tuple(Demuxer().feed(data))
        tracks = next((one for one in events if isinstance(one, Tracks)), None)
        samples = tuple(one for one in events if isinstance(one, Sample))
        if tracks is None or {one.kind for one in samples} != tracks.kinds:
            raise VideoError("a slate needs a sample of each of its tracks")
        return cls(tracks=tracks, samples=samples)

    def like(self, tracks: Tracks) -> Slate | None:
        """
        This as a part of another stream.

        :param tracks: what viewers are used to.
        :return: the same with no more tracks than that; None when their players could not follow it.
        """
        video = self.tracks.video if tracks.video else None
        audio = self.tracks.audio if tracks.audio else None
        if (video, audio) == (None, None):
            return None
        fitting = Slate(
            tracks=Tracks(video=video, audio=audio),
            samples=tuple(one for one in self.samples if one.kind in tracks.kinds),
        )
        return fitting if fitting.tracks.continues(tracks) else None

    @property
    def silence(self) -> Sample | None:
        """A frame of silence, if there is sound; not the first, which is an encoder's beginning."""
        sound = [one for one in self.samples if one.kind is Kind.AUDIO]
        return sound[len(sound) // 2] if sound else None

    def forever(self, picture: float) -> Iterator[tuple[float, Sample]]:
        """
        All samples, over and over, and when each is due: seconds from the beginning.

        Each track is repeated by itself: sound and picture are never of quite the same length.

        :param picture: seconds after which the picture begins; the sound begins at once.
        """
        starts = {Kind.AUDIO: 0.0, Kind.VIDEO: picture}
        kinds = sorted(self.tracks.kinds, key=lambda kind: kind.value)
        return merge(*(self._over_and_over(kind, starts[kind]) for kind in kinds), key=lambda one: one[0])

    def _over_and_over(self, kind: Kind, start: float) -> Iterator[tuple[float, Sample]]:
        samples = [one for one in self.samples if one.kind is kind]
        ticks = self.tracks.timescale(kind)
        first, last = samples[0], samples[-1]
        length = max(1, last.decode_time + last.duration - first.decode_time)
        for turn in count():
            for sample in samples:
                time = round(start * ticks) + sample.decode_time - first.decode_time + turn * length
                yield time / ticks, replace(sample, decode_time=time)


class Interlude:
    """The slate on air."""

    def __init__(self, slate: Slate, begins: float, picture: float) -> None:
        """
        :param slate: what is sent.
        :param begins: seconds of a monotonic clock.
        :param picture: seconds after which the picture begins.
        """
        self._coming = slate.forever(picture)
        self._next = next(self._coming)
        self._begins = begins

    def due(self, now: float) -> Iterator[Sample]:
        """
        What is to be sent since this was asked last.

        :param now: seconds of the same clock.
        """
        while self._begins + self._next[0] <= now:
            yield self._next[1]
            self._next = next(self._coming)
