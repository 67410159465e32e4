"""What counts as overhead."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.size import container, fragments, overhead, placed
from onionstream.video.profile import FIREFOX, PLAIN
from tests.video.streams import Layout, build, film

STREAM = build(film(2))


class OverheadTests(SynchronousTestCase):
    """``overhead``."""

    def setUp(self) -> None:
        """Fragments of 200 ms."""
        self.parts = list(fragments(*placed(STREAM), 0.2))

    def test_of_plain_fragments_it_is_their_headers(self) -> None:
        """Nothing else is sent beside the samples."""
        self.assertEqual(overhead(PLAIN, self.parts), sum(len(part.data) - len(part.media) for part in self.parts))

    def test_filling_counts(self) -> None:
        """Without gzip each fragment becomes a whole block."""
        profile = replace(PLAIN, block=10_000)
        media = sum(len(part.media) for part in self.parts)
        self.assertEqual(overhead(profile, self.parts), 10_000 * len(self.parts) - media)

    def test_filling_counts_as_it_is_packed(self) -> None:
        """In a gzip stream a block of 32 KiB of filling costs less than 100 bytes."""
        self.assertLess(overhead(FIREFOX, self.parts) - overhead(PLAIN, self.parts), 100 * len(self.parts))


class ContainerTests(SynchronousTestCase):
    """``container``."""

    def test_it_is_all_but_the_samples(self) -> None:
        """And but the init segment."""
        frames = film(1)
        layout = Layout(together=10)
        samples = sum(len(frame.encoded()) for frame in frames)
        head = build(frames, layout).index(b"moof") - 4
        count, beside = container(build(frames, layout))
        self.assertEqual((count, beside), (-(-len(frames) // 10), len(build(frames, layout)) - head - samples))
