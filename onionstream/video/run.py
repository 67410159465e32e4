"""One run of the encoder, from its bytes to samples that go on air."""

from __future__ import annotations

from typing import Protocol

from onionstream.video.demux import Demuxer
from onionstream.video.samples import Kind, Sample, Tracks


class Stage(Protocol):
    """What of the broadcast is needed here."""

    def begin(self, tracks: Tracks, generation: int) -> None:
        """A run's tracks are known; its samples follow."""

    def take(self, sample: Sample) -> None:
        """A sample of the present run."""

    def cut(self) -> None:
        """Send what has gathered."""


class Run:
    """One run of the encoder: its bytes become samples on the broadcast's timeline."""

    def __init__(self, broadcast: Stage, generation: int) -> None:
        """
        :param broadcast: where they go.
        :param generation: the run's number, from 1.
        """
        self._broadcast = broadcast
        self._generation = generation
        self._demuxer = Demuxer()
        self._counted = Kind.VIDEO

    def feed(self, data: bytes) -> int:
        """
        Take bytes of fragmented MP4.

        :return: how many frames of the picture they completed; of the sound, where there is no picture.
        :raises VideoError: for bytes that cannot be used: the run is over then.
        """
        return sum(map(self.take, self._demuxer.feed(data)))

    def take(self, event: Tracks | Sample) -> int:
        """
        Take what a demuxer has made of bytes: the tracks first, once, and then samples.

        :return: as ``feed`` does.
        :raises TimelineError: for a sample's time that cannot be: the run is over then.
        """
        if isinstance(event, Sample):
            self._broadcast.take(event)
            return int(event.kind is self._counted)
        self._counted = event.leading
        self._broadcast.begin(event, self._generation)
        return 0

    def end(self) -> None:
        """The run is over: what has gathered goes out."""
        self._broadcast.cut()
