"""The encoder that costs nothing."""

from __future__ import annotations

from itertools import islice, pairwise

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.synthetic import frames
from onionstream.video.samples import Kind

SECOND = 30 + 46
"""Frames of picture and of sound in a second, but for one of sound that is not complete."""


class FrameTests(SynchronousTestCase):
    """``frames``."""

    def test_a_second_has_as_many_bits_as_asked_for(self) -> None:
        """To a percent: what is measured is measured at a known rate."""
        taken = [len(frame.sent()) for due, frame in islice(frames(500), 10 * (SECOND + 1)) if due <= 8]
        self.assertApproximates(sum(taken) * 8 / 8, 500_000, 5000)

    def test_every_second_begins_with_a_keyframe(self) -> None:
        """And has no other."""
        pictures = [frame for _, frame in islice(frames(500), 3 * SECOND) if frame.kind is Kind.VIDEO]
        self.assertEqual([index for index, frame in enumerate(pictures) if frame.keyframe], [0, 30, 60])

    def test_each_track_is_without_gaps(self) -> None:
        """A frame begins where the one before it ends."""
        some = [frame for _, frame in islice(frames(500), 3 * SECOND)]
        for kind in Kind:
            for one, after in pairwise(frame for frame in some if frame.kind is kind):
                self.assertEqual(one.time + one.duration, after.time)
