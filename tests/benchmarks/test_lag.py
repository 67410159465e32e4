"""How late a reactor was."""

from __future__ import annotations

from array import array
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.lag import EVERY, lateness

_MS = 10**6


class LatenessTests(SynchronousTestCase):
    """``lateness``."""

    def written(self, *looks: tuple[int, int, int]) -> Path:
        """A file: when, how late, and of that its own work, in milliseconds."""
        file = Path(self.mktemp())
        file.write_bytes(array("q", [figure * _MS for look in looks for figure in look]).tobytes())
        return file

    def test_only_the_span_counts(self) -> None:
        """From its start to right before its end."""
        file = self.written((99, 1, 1), (100, 2, 1), (199, 3, 1), (200, 4, 1))
        self.assertEqual(lateness(file, 100 * _MS, 200 * _MS), [0.002, 0.003])

    def test_a_long_pause_counts_for_all_that_was_due_in_it(self) -> None:
        """Or one pause of a second would be one of a thousand looks."""
        late = lateness(self.written((100, 35, 0)), 0, 1000 * _MS)
        self.assertEqual([round(one, 3) for one in late], [0.005, 0.015, 0.025, 0.035])
        self.assertEqual(EVERY, 0.01)

    def test_what_others_took_of_the_processor_can_be_left_out(self) -> None:
        """On a machine where much else runs."""
        self.assertEqual(lateness(self.written((100, 9, 2)), 0, 1000 * _MS, own=True), [0.002])
