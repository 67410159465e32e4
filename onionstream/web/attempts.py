"""
Attempts to log in: whose turn it is, and how often one may come (D-21).

A right password can be told from a wrong one only by trying it. So nothing is refused because *others* have failed:
when too many have, attempts wait. Each circuit has one place, so who has many passwords to try needs as many circuits.
One that has not failed lately comes before those that have, and takes the place of one of them if there is no other.
Whoever is on this machine itself has places of his own, comes before all circuits, and waits for none of them.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from onionstream.allowance import PLACES as CIRCUITS
from onionstream.allowance import Allowance, BusyError
from onionstream.chat.tally import Tally

PLACES = 8
"""Attempts that wait at the most, of circuits and of this machine each."""

BURST, EVERY = 10, 6.0
"""Wrong attempts at once, all circuits together, and then one in so many seconds; the same for this machine."""

EACH, MINUTE = 3, 60.0
"""Wrong attempts of one circuit within so many seconds; and of all, after which they have to solve captchas."""

Attempt = TypeVar("Attempt")


class OftenError(BusyError):
    """One circuit has tried too often."""


class Attempts(Generic[Attempt]):
    """Those that wait, and the one that is being tried: never more than one (R-27)."""

    def __init__(self) -> None:
        """Nobody has tried yet."""
        self._near: list[Attempt] = []
        self._far: dict[bytes, Attempt] = {}  # by circuit; who came first stands first
        self._tried: list[bytes | None] = []  # whose attempt is being tried: one or none
        self._near_pace = Allowance(BURST, EVERY)
        self._far_pace = Allowance(BURST, EVERY)
        self._each = Tally(EACH, MINUTE, CIRCUITS)
        self._lately = Tally(1, MINUTE, CIRCUITS)
        self._all = Tally(EACH, MINUTE)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._near) + len(self._far)

    def suspicious(self, now: float) -> bool:
        """:return: whether circuits have failed so often that their attempts need captchas."""
        return self._all.full("", now)

    def enter(self, bucket: bytes | None, attempt: Attempt, now: float) -> Attempt | None:
        """
        An attempt is to wait for its turn.

        :param bucket: what limits know its circuit by; ``None``: it comes from this machine.
        :param now: seconds.
        :return: another one that has lost its place to it.
        :raises OftenError: this circuit has failed too often, or waits already.
        :raises BusyError: there is no place.
        """
        if bucket is None:
            if len(self._near) >= PLACES:
                raise self._full(self._near_pace, now)
            self._near.append(attempt)
            return None
        if wait := self._each.wait(bucket, now):
            raise OftenError("You have tried several wrong passwords.", seconds=wait)
        if bucket in self._far or bucket in self._tried:
            raise OftenError("You are trying a password already.", seconds=self._far_pace.wait(now) or 1)
        displaced = self._make_room(bucket, now)
        self._far[bucket] = attempt
        return displaced

    def leave(self, bucket: bytes | None, attempt: Attempt) -> None:
        """Whoever waited has gone; nothing happens if it is his turn already."""
        if bucket is None:
            self._near = [one for one in self._near if one is not attempt]
        elif self._far.get(bucket) is attempt:
            del self._far[bucket]

    def take(self, now: float) -> Attempt | None:
        """
        :param now: seconds.
        :return: the attempt that is to be tried now, until ``done``; ``None``: none is.
        """
        for tally in (self._each, self._lately, self._all):
            tally.forget(now)
        if self._tried:
            return None
        if self._near and not self._near_pace.wait(now):
            self._tried = [None]
            return self._near.pop(0)
        if not self._far or self._far_pace.wait(now):
            return None
        bucket = next((one for one in self._far if not self._lately.full(one, now)), next(iter(self._far)))
        self._tried = [bucket]
        return self._far.pop(bucket)

    def done(self, now: float, *, wrong: bool) -> None:
        """
        What was taken has been tried.

        :param now: seconds.
        :param wrong: it was a wrong password.
        """
        (bucket,), self._tried = self._tried, []
        if not wrong:
            return
        if bucket is None:
            self._near_pace.take(now)
            return
        self._far_pace.take(now)
        self._each.count(bucket, now)
        self._lately.count(bucket, now)
        self._all.count("", now)

    def wait(self, now: float) -> float | None:
        """:return: seconds after which ``take`` has something, unless it has now; ``None``: nobody waits."""
        waits = []
        if self._near:
            waits.append(self._near_pace.wait(now))
        if self._far:
            waits.append(self._far_pace.wait(now))
        return min(waits, default=None)

    def _make_room(self, bucket: bytes, now: float) -> Attempt | None:
        """:raises BusyError: all who wait have the same right to it, or more."""
        if len(self._far) < PLACES:
            return None
        last = next((one for one in reversed(self._far) if self._lately.full(one, now)), None)
        if last is None or self._lately.full(bucket, now):
            raise self._full(self._far_pace, now)
        return self._far.pop(last)

    @staticmethod
    def _full(pace: Allowance, now: float) -> BusyError:
        return BusyError("Many are trying to log in.", seconds=pace.wait(now) or EVERY)
