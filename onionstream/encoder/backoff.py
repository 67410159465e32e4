"""How long to wait before the encoder is started again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """
    The wait doubles with each failure in a row, up to a bound.

    :ivar first: seconds before the first restart.
    :ivar longest: seconds; no wait is longer, but for its jitter.
    :ivar settled: seconds on air after which a run counts as healthy: the next wait is the first one again.
    """

    first: float
    longest: float
    settled: float

    def failures(self, before: int, ran_for: float) -> int:
        """
        :param before: failures in a row before this one.
        :param ran_for: seconds the run that just ended was on air.
        :return: failures in a row, with this one.
        """
        return 1 if ran_for >= self.settled else before + 1

    def wait(self, failures: int, jitter: float) -> float:
        """
        :param failures: in a row, at least 1.
        :param jitter: from -1 to 1; a fifth of the wait moves with it.
        :return: seconds.
        """
        return min(self.first * 2.0 ** min(failures - 1, 20), self.longest) * (1 + jitter / 5)
