"""How fast bytes come."""

from __future__ import annotations

_LEAST = 0.5
"""Seconds; over less than that a rate says nothing but how the bytes were bundled."""


class Meter:
    """
    Counts what comes, and how fast it comes once it has got going.

    :ivar total: bytes so far.
    """

    def __init__(self, begun: float, settle: float) -> None:
        """
        :param begun: now, in seconds.
        :param settle: seconds at the beginning that are no measure: what waited in some buffer comes at once, and a
            new connection is slow at first.
        """
        self.total = 0
        self._begun = begun
        self._settled = begun + settle
        self._before = 0

    def count(self, size: int, now: float) -> None:
        """So many bytes have come."""
        self.total += size
        if now < self._settled:
            self._before = self.total

    def rate(self, now: float) -> float | None:
        """:return: kbit/s from when it had got going until now; ``None``: that is too short a time to tell."""
        for since, before in ((self._settled, self._before), (self._begun, 0)):
            if now - since >= _LEAST:
                return (self.total - before) * 8 / 1000 / (now - since)
        return None
