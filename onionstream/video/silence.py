"""
Sound without holes.

Where the sound of a stream has a gap, Chromium plays what comes after it at once, and shows the pictures as late as
their times say: from then on sound and picture are apart by as much (measured). So gaps are filled with silence.

What fills the gap between two runs of the encoder goes before the new one's first frame, not before its first sound: in
a fragment of its own. Whoever begins with the keyframe after it would be as late as the gap was long (measured in
Chromium: 8.7 s after a gap of 7 s).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from onionstream.video.samples import AAC_FRAME, Sample

EARLY = 0.1
"""Seconds by which the first sound of a run may be before its first picture; encoders begin with a frame or two."""

LONGEST = 10.0
"""Seconds of a gap that is filled; a longer one was no outage of the encoder but of the machine."""


class Silence:
    """
    Follows the sound, and fills what is missing.

    :ivar frame: a silent frame for the present sound; None: there is none, and gaps stay.
    """

    def __init__(self) -> None:
        """No sound has come yet."""
        self.frame: Sample | None = None
        self._end: int | None = None

    def until(self, time: float, rate: int) -> Iterator[Sample]:
        """
        What is to be sent before the first frame of a run.

        :param time: of that frame, of whichever track; seconds on the timeline.
        :param rate: audio samples a second.
        """
        return self._fill(int((time - EARLY) * rate), rate)

    def before(self, sound: Sample, rate: int) -> Iterator[Sample]:
        """
        What is to be sent before a frame of sound.

        :param sound: the next frame, placed on the timeline.
        :param rate: audio samples a second.
        """
        yield from self._fill(sound.decode_time, rate)
        self._end = sound.decode_time + sound.duration

    def covers(self, sound: Sample) -> bool:
        """
        :return: whether there is silence already where this frame would be. A frame that says it is longer than frames
            are could end after that silence, and begin before its last frame: times would run backwards.
        """
        return self._end is not None and sound.decode_time + min(sound.duration, AAC_FRAME) <= self._end

    def _fill(self, until: int, rate: int) -> Iterator[Sample]:
        """:param until: audio samples."""
        if self.frame is None or self._end is None or until - self._end > LONGEST * rate:
            return
        for time in range(self._end, until - AAC_FRAME + 1, AAC_FRAME):
            self._end = time + AAC_FRAME
            yield replace(self.frame, decode_time=time, duration=AAC_FRAME)
