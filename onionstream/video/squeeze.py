"""
A viewer's own times: brought nearer to the live edge than his player would stay by itself.

A player begins late, because it gathers a second of sound before it shows anything, and keeps that delay for ever.
Without a script nobody can tell it to play faster; but the times in the stream are ours. While a viewer is squeezed,
his pictures last a little less than they did, and now and then a frame of sound is left out. His player shows them as
their times say, and is nearer to the live edge by as much.

Too much of it cannot be seen from here and never heals: a player whose buffer is squeezed away shows one frame a second
for ever (measured). So the total is bounded by the profile.
"""

from __future__ import annotations

from dataclasses import replace

from onionstream.video.mux import VIDEO_TIMESCALE, TrackRun
from onionstream.video.samples import Kind, Sample

AAC_FRAME = 1024
"""Audio samples in one frame of sound (ISO/IEC 14496-3): the step in which sound can be left out."""

NO_SOUND = 48_000
"""Audio samples a second by which a step is measured where there is no sound."""


class Squeeze:
    """
    The times of one viewer, from his first fragment on.

    :ivar total: steps by which he is nearer at the end; a step is a frame of sound, some 21 ms.
    """

    def __init__(self, nearer: float, *, begins: float, pace: float, sound: int | None) -> None:
        """
        :param nearer: seconds; what comes nearest in whole steps is taken.
        :param begins: seconds on the broadcast's timeline from which it is done.
        :param pace: how much of the time is taken away meanwhile: 0.05 makes 20 s out of 21.
        :param sound: audio samples a second; None: there is no sound.
        """
        self._rate = sound or NO_SOUND
        self._step = AAC_FRAME / self._rate
        self.total = round(nearer / self._step)
        self._begins = begins
        self._pace = pace
        self._left_out = 0 if sound else self.total

    def done(self, time: float) -> bool:
        """
        Whether times from then on are only moved, by ``total`` steps.

        :param time: seconds on the broadcast's timeline.
        """
        return self._left_out == self.total and self._shift(time) >= self.total * self._step

    def runs(self, runs: tuple[TrackRun, ...]) -> tuple[TrackRun, ...]:
        """
        One fragment's samples as this viewer gets them; to be called for each fragment in turn.

        :return: the same pictures, other times; some sound may be missing.
        """
        return tuple(moved for run in runs if (moved := self._moved(run)).samples)

    def _moved(self, run: TrackRun) -> TrackRun:
        if run.kind is Kind.VIDEO:
            return TrackRun(run.kind, tuple(self._picture(sample) for sample in run.samples))
        kept = (self._sound(sample) for sample in run.samples)
        return TrackRun(run.kind, tuple(sample for sample in kept if sample is not None))

    def _picture(self, sample: Sample) -> Sample:
        starts = self._ticks(sample.decode_time)
        return replace(sample, decode_time=starts, duration=self._ticks(sample.decode_time + sample.duration) - starts)

    def _ticks(self, time: int) -> int:
        return time - round(self._shift(time / VIDEO_TIMESCALE) * VIDEO_TIMESCALE)

    def _sound(self, sample: Sample) -> Sample | None:
        """None when it is this frame's turn to be left out."""
        due = round(self._shift(sample.decode_time / self._rate) / self._step)
        if due > self._left_out:
            self._left_out += 1
            return None
        return replace(sample, decode_time=sample.decode_time - self._left_out * AAC_FRAME)

    def _shift(self, time: float) -> float:
        """Seconds by which pictures of a time are moved."""
        return min(max(0.0, (time - self._begins) * self._pace), self.total * self._step)
