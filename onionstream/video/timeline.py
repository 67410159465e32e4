"""
Decode times: one clock over all runs of the encoder, locked to the wall.

Every run of the encoder counts from zero again, in ticks of its own. On the broadcast's timeline its first frame
stands where the clock on the wall says, so that an outage leaves a gap as long as it took: measured, players bridge a
gap in the times, and break when it is closed (Firefox then shows one frame a second for ever).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from onionstream.video.errors import TimelineError
from onionstream.video.mux import timescale
from onionstream.video.samples import AAC_FRAME, Kind, Sample, Tracks

LEAP = 60
"""Seconds by which the times of two frames in a row may differ, and that a frame may last; more is a fault."""


class Timeline:
    """Places samples of one run after the other; every time it gives is later than those of the runs before."""

    def __init__(self) -> None:
        """A timeline that begins with its first sample, at 0."""
        self._origin: float | None = None
        self._end = Fraction(0)
        self._tracks = Tracks()
        self._place: Fraction | None = None
        self._floor = Fraction(0)
        self._incomplete = False
        self._latest: dict[Kind, Fraction] = {}
        self._sound_end: Fraction | None = None

    @property
    def end(self) -> float:
        """Seconds: where all samples placed so far have been decoded and shown."""
        return float(self._end)

    def begin(self, tracks: Tracks) -> None:
        """
        A run of the encoder begins: the samples placed from now on are of it.

        :param tracks: what it sends.
        """
        self._tracks = tracks
        self._place = None
        self._floor = self._end
        self._incomplete = False
        self._latest = {}

    def place(self, sample: Sample, now: float) -> Sample | None:
        """
        Give a sample its time on this timeline, in ticks of the track that we send.

        :param sample: of the present run, times in the encoder's ticks.
        :param now: seconds of a monotonic clock; counts for the first sample of each run.
        :return: None for a sample that would overlap the run before: a few frames of sound at a restart at the most.
        :raises TimelineError: when the encoder's clock runs backwards or leaps.
        """
        theirs = self._tracks.timescale(sample.kind)
        ours = timescale(sample.kind, self._tracks)
        time = Fraction(sample.decode_time, theirs)
        duration, offset = Fraction(sample.duration, theirs), Fraction(sample.offset, theirs)
        self._check(sample.kind, time, max(duration, abs(offset)))
        if self._place is None:
            self._origin = now if self._origin is None else self._origin
            self._place = self._after_whole_frames(max(Fraction(now - self._origin), self._floor) - time)
        if time + self._place < self._floor:
            self._incomplete = self._incomplete or sample.kind is Kind.VIDEO
            return None
        if sample.kind is Kind.VIDEO and self._incomplete:
            if not sample.keyframe:
                return None  # it needs a picture that was left out
            self._incomplete = False
        begins = time + self._place
        self._end = max(self._end, begins + duration + max(offset, Fraction(0)))
        if sample.kind is Kind.AUDIO:
            self._sound_end = begins + duration
        ticks = floor(begins * ours)
        ends, shown = floor((begins + duration) * ours), floor((begins + offset) * ours)
        return replace(sample, decode_time=ticks, duration=ends - ticks, offset=shown - ticks)

    def _after_whole_frames(self, place: Fraction) -> Fraction:
        """
        A little later, so that the sound begins a whole number of frames after the sound before: the gap can be filled.

        An encoder's first frame of sound stands at 0 of its clock, or a whole number of frames from there.
        """
        if self._tracks.audio is None or self._sound_end is None:
            return place
        frame = Fraction(AAC_FRAME, self._tracks.audio.rate)
        return self._sound_end + ceil((place - self._sound_end) / frame) * frame

    def _check(self, kind: Kind, time: Fraction, span: Fraction) -> None:
        """
        Hold a track's clock to running forwards, and all of the run's to going together.

        :param span: seconds: how long the sample lasts or waits to be shown.
        """
        before = self._latest.get(kind, time)
        newest = max(self._latest.values(), default=time)
        name = kind.name.lower()
        if time < before:
            raise TimelineError(f"the encoder's {name} clock runs backwards, from {float(before)} s to {float(time)} s")
        if abs(time - newest) > LEAP:
            raise TimelineError(f"the encoder's {name} clock leaps from {float(newest)} s to {float(time)} s")
        if span > LEAP:
            raise TimelineError(f"a frame of {name} takes {float(span)} s")
        self._latest[kind] = time
