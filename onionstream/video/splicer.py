"""Runs of the encoder spliced into one stream: on one timeline, without holes in the sound, cut into fragments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from onionstream.video.fragment import Fragment, Fragmenter
from onionstream.video.mux import timescale
from onionstream.video.offers import Offers
from onionstream.video.samples import Kind, Sample, Tracks
from onionstream.video.silence import Silence
from onionstream.video.timeline import Timeline


class Splicer:
    """One run after the other; the slate's too."""

    def __init__(self, fragmenter: Fragmenter, offers: Offers) -> None:
        """
        :param fragmenter: makes fragments of what is placed.
        :param offers: hears when it came.
        """
        self._fragmenter = fragmenter
        self._offers = offers
        self._tracks = Tracks()
        self.forget()

    def forget(self) -> None:
        """Another stream begins, at 0: nothing of the one before goes on. ``begin`` follows."""
        self._timeline = Timeline()
        self._silence = Silence()
        self._first = False

    def begin(self, tracks: Tracks, generation: int, silent: Sample | None) -> None:
        """
        A run begins. What has gathered of the run before is forgotten: call ``cut`` before.

        :param tracks: what it sends.
        :param generation: its number.
        :param silent: a silent frame of such sound; ``None``: there is none, and gaps stay.
        """
        self._tracks, self._first = tracks, True
        self._silence.frame = silent
        self._timeline.begin(tracks)
        self._fragmenter.begin(tracks, generation)
        self._offers.begin()

    def add(self, sample: Sample, came: float, now: float) -> Iterator[Fragment]:
        """
        Take a sample of the run.

        :param came: when it came, in seconds of a monotonic clock.
        :param now: seconds of the same clock.
        :return: the fragments it completes.
        :raises TimelineError: when its time cannot be.
        """
        placed = self._timeline.place(sample, now)
        if placed is None or (placed.kind is Kind.AUDIO and self._silence.covers(placed)):
            return
        if self._tracks.audio is not None:
            yield from self._fill(placed, self._tracks.audio.rate, came)
        yield from self._add(placed, came)

    def cut(self) -> Iterator[Fragment]:
        """What has gathered so far as a fragment, if anything has."""
        return self._fragmenter.cut()

    def _fill(self, placed: Sample, rate: int, came: float) -> Iterator[Fragment]:
        """What is missing of the sound before a sample."""
        first, self._first = self._first, False
        if first:
            for fragment in self._fill_outage(placed.decode_time / timescale(placed.kind, self._tracks), rate, came):
                yield replace(fragment, keyframe=False)  # where there is sound alone it would be one
        if placed.kind is Kind.AUDIO:
            for silent in self._silence.before(placed, rate):
                yield from self._add(silent, came)

    def _fill_outage(self, until: float, rate: int, came: float) -> Iterator[Fragment]:
        """Silence up to the run's first frame, in fragments of its own, with which nobody may begin."""
        for silent in self._silence.until(until, rate):
            yield from self._add(silent, came)
        yield from self.cut()

    def _add(self, placed: Sample, came: float) -> Iterator[Fragment]:
        self._offers.came(came)
        yield from self._fragmenter.add(placed)
