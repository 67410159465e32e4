"""
A viewer's own times: brought nearer to the live edge than his player would stay by itself.

A player begins late, because it gathers a second of sound before it shows anything, and keeps that delay for ever.
Without a script nobody can tell it to play faster; but the times in the stream are ours. While a viewer is squeezed,
his pictures last a little less than they did, and now and then a frame of sound is left out. His player shows them as
their times say, and is nearer to the live edge by as much.

Too much of it cannot be seen from here and never heals: a player whose buffer is squeezed away shows one frame a second
for ever (measured). So the total is bounded by the profile.

What becomes of a fragment depends on the fragment and on when the squeeze began, and on nothing else: viewers who began
at the same keyframe get the same, whatever each of them has missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

from onionstream.video.mux import VIDEO_TIMESCALE, TrackRun
from onionstream.video.samples import AAC_FRAME, Kind, Sample

_ROUNDING = 0.001
"""Seconds: far more than what is lost when seconds are added and multiplied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Squeeze:
    """
    The times of a viewer, from his first fragment on.

    :ivar already: steps by which he is nearer before it begins; a step is a frame of sound, some 21 ms.
    :ivar total: steps by which he is nearer at the end; no fewer.
    :ivar begins: seconds on the broadcast's timeline from which it is done; minus infinity: it has been done already.
    :ivar pace: how much of the time is taken away meanwhile: 0.05 makes 20 s out of 21. At most 0.2.
    :ivar rate: of the sound, audio samples a second.
    """

    already: int = 0
    total: int
    begins: float
    pace: float
    rate: int

    @property
    def most(self) -> float:
        """Seconds by which pictures are nearer at the end."""
        return self._seconds(self.total)

    def shift(self, time: float) -> float:
        """
        How much nearer the pictures of a time are.

        :param time: seconds on the broadcast's timeline.
        :return: seconds.
        """
        shift = self._seconds(self.already) + max(0.0, (time - self.begins) * self.pace)
        return min(shift, self.most)

    def phase(self, earliest: float, latest: float) -> Squeeze | None:
        """
        What has to be done between two times.

        :param earliest: seconds on the broadcast's timeline.
        :param latest: seconds on the broadcast's timeline.
        :return: None before it begins. At the end, when times are only moved, by ``total`` steps, what is the same for
            all viewers with such a profile. This one in between.
        """
        if self.shift(latest) == self._seconds(self.already):
            return self._done(self.already)
        return self._done(self.total) if self.shift(earliest) == self.most else self

    @property
    def ends(self) -> float:
        """Seconds on the broadcast's timeline: what begins then or later has ``total`` steps, however it is rounded."""
        taken = self._seconds(self.total - self.already)
        return self.begins + taken / self.pace + _ROUNDING if taken else -inf

    @property
    def done(self) -> Squeeze | None:
        """What it is from then on: what ``phase`` says, which need not be asked any more."""
        return self._done(self.total)

    def _done(self, steps: int) -> Squeeze | None:
        """When times are only moved."""
        return _moved(steps, self.pace, self.rate) if steps else None

    def runs(self, runs: tuple[TrackRun, ...], sound_before: int | None) -> tuple[TrackRun, ...]:
        """
        One fragment's samples as this viewer gets them.

        :param runs: what is in the fragment.
        :param sound_before: ticks: the decode time of the last frame of sound before these, if there was one.
        :return: the same pictures, other times; some sound may be missing, and a run with it.
        """
        return tuple(moved for run in runs if (moved := self._moved(run, sound_before)).samples)

    def _moved(self, run: TrackRun, sound_before: int | None) -> TrackRun:
        if run.kind is Kind.VIDEO:
            return TrackRun(run.kind, tuple(self._picture(sample) for sample in run.samples))
        return TrackRun(run.kind, tuple(self._sound(run.samples, sound_before)))

    def _picture(self, sample: Sample) -> Sample:
        """Decoding, showing and the end are three times; each is moved by itself, so that none overtakes another."""
        starts = self._ticks(sample.decode_time)
        ends = self._ticks(sample.decode_time + sample.duration)
        shown = self._ticks(sample.decode_time + sample.offset)
        return replace(sample, decode_time=starts, duration=ends - starts, offset=shown - starts)

    def _ticks(self, time: int) -> int:
        return time - round(self.shift(time / VIDEO_TIMESCALE) * VIDEO_TIMESCALE)

    def _sound(self, samples: tuple[Sample, ...], before: int | None) -> Iterator[Sample]:
        """
        Those that are kept.

        When another step is due since the frame before, this one is left out; unless there is a gap before it as long
        as a frame, which becomes shorter then.
        """
        reached = None
        for sample in samples:
            time, due = sample.decode_time, self._due(sample.decode_time)
            since, before = before, time
            if since is None or due <= self._due(since) or time - since >= 2 * AAC_FRAME:
                moved = time - due * AAC_FRAME
                reached = moved if reached is None else max(moved, reached)  # frames may be shorter than they should
                yield replace(sample, decode_time=reached)

    def _due(self, time: int) -> int:
        """How many frames of sound are to be left out up to a time, in ticks."""
        return round(self.shift(time / self.rate) * self.rate / AAC_FRAME)

    def _seconds(self, steps: int) -> float:
        return steps * AAC_FRAME / self.rate


@lru_cache(maxsize=64)
def _moved(steps: int, pace: float, rate: int) -> Squeeze:
    """:return: times that are only moved; one object for all who get them, so that it is seen at once that it is so."""
    return Squeeze(already=steps, total=steps, begins=-inf, pace=pace, rate=rate)
