"""
Decode times: one clock over all runs of the encoder, locked to the wall.

Every run of the encoder counts from zero again, in ticks of its own. On the broadcast's timeline its first frame
stands where the clock on the wall says, so that an outage leaves a gap as long as it took: measured, players bridge a
gap in the times, and break when it is closed (Firefox then shows one frame a second for ever).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, lcm

from onionstream.video.errors import TimelineError
from onionstream.video.mux import timescale
from onionstream.video.samples import AAC_FRAME, Kind, Sample, Tracks

LEAP = 60
"""Seconds by which the times of two frames in a row may differ, and that a frame may last; more is a fault."""


class Timeline:
    """
    Places samples of one run after the other; every time it gives is later than those of the runs before.

    Nothing is rounded but what it gives. Within a run all times are whole numbers of a unit, so fine that the ticks of
    its tracks are whole numbers of it too, and the place where it begins.
    """

    def __init__(self) -> None:
        """A timeline that begins with its first sample, at 0."""
        self._origin: float | None = None
        # In seconds: where the runs before have ended, and their sound.
        self._end_before = Fraction(0)
        self._sound_before: Fraction | None = None
        # In units, of which there are so many a second.
        self._unit = 1
        self._ticks: dict[Kind, int] = {}
        self._place: int | None = None
        self._floor = 0
        self._end = 0
        self._sound_end: int | None = None
        self._latest: dict[Kind, int] = {}
        self._tracks = Tracks()
        self._incomplete = False

    @property
    def end(self) -> float:
        """Seconds: where all samples placed so far have been decoded and shown."""
        return float(self._exact_end)

    def begin(self, tracks: Tracks) -> None:
        """
        A run of the encoder begins: the samples placed from now on are of it.

        :param tracks: what it sends.
        """
        self._end_before = self._exact_end
        if self._sound_end is not None:
            self._sound_before = Fraction(self._sound_end, self._unit)
        self._unit = lcm(*(tracks.timescale(kind) for kind in tracks.kinds))
        self._ticks = {kind: self._unit // tracks.timescale(kind) for kind in tracks.kinds}
        self._place, self._end, self._sound_end, self._latest = None, 0, None, {}
        self._tracks = tracks
        self._incomplete = False

    def place(self, sample: Sample, now: float) -> Sample | None:
        """
        Give a sample its time on this timeline, in ticks of the track that we send.

        :param sample: of the present run, times in the encoder's ticks.
        :param now: seconds of a monotonic clock; counts for the first sample of each run.
        :return: None for a sample that would overlap the run before: a few frames of sound at a restart at the most.
        :raises TimelineError: when the encoder's clock runs backwards or leaps.
        """
        tick = self._ticks[sample.kind]
        time, duration, offset = sample.decode_time * tick, sample.duration * tick, sample.offset * tick
        self._check(sample.kind, time, max(duration, abs(offset)))
        if self._place is None:
            self._begin_at(self._first_place(Fraction(time, self._unit), now))
            return self.place(sample, now)
        begins = self._place + time
        if begins < self._floor:
            self._incomplete = self._incomplete or sample.kind is Kind.VIDEO
            return None
        if sample.kind is Kind.VIDEO and self._incomplete:
            if not sample.keyframe:
                return None  # it needs a picture that was left out
            self._incomplete = False
        self._end = max(self._end, begins + duration + max(offset, 0))
        if sample.kind is Kind.AUDIO:
            self._sound_end = begins + duration
        ours, unit = timescale(sample.kind, self._tracks), self._unit
        starts = begins * ours // unit
        ends, shown = (begins + duration) * ours // unit, (begins + offset) * ours // unit
        return replace(sample, decode_time=starts, duration=ends - starts, offset=shown - starts)

    @property
    def _exact_end(self) -> Fraction:
        """Seconds."""
        return max(self._end_before, Fraction(self._end, self._unit))

    def _first_place(self, time: Fraction, now: float) -> Fraction:
        """:return: seconds: where a run's clock stands at 0 whose first sample has this time, and comes now."""
        self._origin = now if self._origin is None else self._origin
        return self._after_whole_frames(max(Fraction(now - self._origin), self._end_before) - time)

    def _begin_at(self, place: Fraction) -> None:
        """
        Make the unit so fine that it goes into the place too.

        :param place: seconds: where the run's clock stands at 0.
        """
        finer = lcm(self._unit, place.denominator) // self._unit
        self._unit *= finer
        self._ticks = {kind: tick * finer for kind, tick in self._ticks.items()}
        self._place = int(place * self._unit)
        self._floor = ceil(self._end_before * self._unit)
        self._latest = {}

    def _after_whole_frames(self, place: Fraction) -> Fraction:
        """
        A little later, so that the sound begins a whole number of frames after the sound before: the gap can be filled.

        An encoder's first frame of sound stands at 0 of its clock, or a whole number of frames from there.
        """
        sound, before = self._tracks.audio, self._sound_before
        if sound is None or before is None:
            return place
        frame = Fraction(AAC_FRAME, sound.rate)
        return before + ceil((place - before) / frame) * frame

    def _check(self, kind: Kind, time: int, span: int) -> None:
        """
        Hold a track's clock to running forwards, and all of the run's to going together.

        :param time: in units, as ``span``.
        :param span: how long the sample lasts or waits to be shown.
        """
        unit = self._unit
        before = self._latest.get(kind, time)
        newest = max(self._latest.values(), default=time)
        name = kind.name.lower()
        if time < before:
            raise TimelineError(f"the encoder's {name} clock runs backwards, from {before / unit} s to {time / unit} s")
        if abs(time - newest) > LEAP * unit:
            raise TimelineError(f"the encoder's {name} clock leaps from {newest / unit} s to {time / unit} s")
        if span > LEAP * unit:
            raise TimelineError(f"a frame of {name} takes {span / unit} s")
        self._latest[kind] = time
