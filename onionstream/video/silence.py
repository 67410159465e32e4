"""
Sound without holes.

Where the sound of a stream has a gap, Chromium plays what comes after it at once, and shows the pictures as late as
their times say: from then on sound and picture are apart by as much (measured). So gaps are filled with silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from onionstream.video.samples import AAC_FRAME, Sample

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

    def before(self, sound: Sample, rate: int) -> Iterator[Sample]:
        """
        What is to be sent before a frame of sound.

        :param sound: the next frame, placed on the timeline.
        :param rate: audio samples a second.
        """
        end, self._end = self._end, sound.decode_time + sound.duration
        if self.frame is None or end is None or sound.decode_time - end > LONGEST * rate:
            return
        for time in range(end, sound.decode_time - AAC_FRAME + 1, AAC_FRAME):
            yield replace(self.frame, decode_time=time, duration=AAC_FRAME)
