"""How often something may be asked for, by one and by all."""

from __future__ import annotations

from inspect import getdoc
from math import ceil

PLACES = 4096
"""Askers that are remembered at the most (D-50)."""


class BusyError(Exception):
    """
    Too much is asked of this at the moment.

    :ivar seconds: after which another try makes sense, for ``Retry-After``.
    """

    def __init__(self, sentence: str = "", *, seconds: float = 5.0) -> None:
        """
        :param sentence: for the visitor, if there is a better one than the docstring's.
        :param seconds: as above; rounded up.
        """
        super().__init__(sentence)
        self.seconds = max(1, ceil(seconds))

    @property
    def sentence(self) -> str:
        """What the visitor reads."""
        said = str(self) or (getdoc(BusyError) or "").partition("\n")[0]
        return f"{said} Please try again in {self.seconds} second{'s' * (self.seconds > 1)}."


class Allowance:
    """
    So many at once, and then one in so many seconds.

    One number is kept: when all that was taken is earned again (the generic cell rate algorithm of ATM, ITU-T I.371).
    """

    __slots__ = ("_ahead", "_every", "earned")

    def __init__(self, burst: int, every: float) -> None:
        """
        :param burst: at once, if nothing was taken for long.
        :param every: seconds for one in the long run.
        """
        self._every = every
        self._ahead = (burst - 1) * every
        self.earned = 0.0

    def wait(self, now: float) -> float:
        """
        :param now: seconds.
        :return: seconds until one may be taken; 0: now.
        """
        return max(0.0, self.earned - now - self._ahead)

    def take(self, now: float) -> float:
        """
        Take one, if there is one.

        :param now: seconds.
        :return: seconds until there is one again, and nothing is taken; 0: it is taken.
        """
        wait = self.wait(now)
        if not wait:
            self.earned = max(self.earned, now) + self._every
        return wait


class Allowances:
    """
    One allowance for each who asks.

    Whose allowance is whole again is forgotten, and if there are too many, then who asked longest ago: something that
    holds for all together has to stand behind this.
    """

    def __init__(self, burst: int, every: float, places: int = PLACES) -> None:
        """
        :param burst: see ``Allowance``.
        :param every: see ``Allowance``; seconds.
        :param places: how many are remembered.
        """
        self._burst = burst
        self._every = every
        self._places = places
        self._given: dict[bytes, Allowance] = {}  # who took last stands last

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._given)

    def wait(self, key: bytes, now: float) -> float:
        """:return: seconds until this one may take; 0: now."""
        allowance = self._given.get(key)
        return allowance.wait(now) if allowance else 0.0

    def take(self, key: bytes, now: float) -> float:
        """
        Take one.

        :param key: who asks.
        :param now: seconds.
        :return: see ``Allowance.take``.
        """
        self._forget(now)
        allowance = self._given.pop(key, None) or Allowance(self._burst, self._every)
        self._given[key] = allowance
        if len(self._given) > self._places:
            del self._given[next(iter(self._given))]
        return allowance.take(now)

    def _forget(self, now: float) -> None:
        """Those at the front whose allowance is whole again."""
        while self._given:
            key = next(iter(self._given))
            if self._given[key].earned > now:
                return
            del self._given[key]
