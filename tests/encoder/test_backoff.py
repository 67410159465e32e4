"""How long to wait before the next try."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.backoff import Backoff

BACKOFF = Backoff(first=1.0, longest=60.0, settled=60.0)


class BackoffTests(SynchronousTestCase):
    """The numbers of the wait."""

    def test_it_doubles_up_to_the_longest(self) -> None:
        """1, 2, 4, 8, 16, 32, 60, 60 s."""
        self.assertEqual([BACKOFF.wait(one, 0) for one in range(1, 9)], [1, 2, 4, 8, 16, 32, 60, 60])

    @given(st.integers(1, 10**9), st.floats(-1, 1))
    def test_no_wait_leaves_its_bounds(self, failures: int, jitter: float) -> None:
        """A fifth more than the longest at the most, a fifth less than the first at the least."""
        self.assertLessEqual(BACKOFF.wait(failures, jitter), 72.0)
        self.assertGreaterEqual(BACKOFF.wait(failures, jitter), 0.8)

    def test_a_long_run_forgets_the_failures_before_it(self) -> None:
        """60 s on air are enough, 59 are not."""
        self.assertEqual([BACKOFF.failures(7, 59.0), BACKOFF.failures(7, 60.0)], [8, 1])
