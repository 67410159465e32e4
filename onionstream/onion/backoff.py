"""How long to wait before tor is started again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """
    Chance decides between ``least`` and ``most``, and both double with each failure in a row, up to a bound.

    When a service goes and comes back tells whoever watches a line whether it is that line's; so it does not come back
    at once (L-23).

    :ivar least: seconds after the first failure, at the least.
    :ivar most: seconds after the first failure, at the most.
    :ivar doublings: how often they double at the most; after them it is the same for each failure.
    :ivar settled: seconds after which a run counts as healthy.
    """

    least: float = 5.0
    most: float = 60.0
    doublings: int = 4
    settled: float = 300.0

    def failures(self, before: int, ran_for: float) -> int:
        """
        :param before: failures in a row before this one.
        :param ran_for: seconds the run that just ended has lasted.
        :return: failures in a row, with this one.
        """
        return 1 if ran_for >= self.settled else before + 1

    def wait(self, failures: int, chance: float) -> float:
        """
        :param failures: in a row, at least 1.
        :param chance: from 0 to 1.
        :return: seconds.
        """
        return (self.least + (self.most - self.least) * chance) * 2.0 ** min(failures - 1, self.doublings)
