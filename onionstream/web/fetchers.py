"""
Who watches by fetching one segment after the other.

Nobody has anything open then: so whoever has fetched a segment a short while ago counts as somebody who watches. Who
carries no token is not told apart from others who do not. But each of them fetches each segment once: as many are there
as fetch the same one.
"""

from __future__ import annotations

from secrets import token_bytes

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from onionstream.chat.presence import Presence, Way

LATELY = 15.0
"""Seconds from one segment to the next, at the most; a segment has about two."""

MOST = 500
"""People who are remembered at the most; others watch without being counted."""

_SWEEP = 5.0
_REMEMBERED = 16  # segments whose strangers are counted; fetched are the newest


class Fetchers:
    """Those who fetch segments."""

    def __init__(self, presence: Presence, clock: IReactorTime) -> None:
        """
        :param presence: is told who watches.
        :param clock: says when somebody does not any more.
        """
        self._presence = presence
        self._clock = clock
        self._last: dict[bytes, float] = {}  # in the order of their last segments
        self._strangers: list[bytes] = []
        self._counts: dict[int, int] = {}
        self._sweeping: IDelayedCall | None = None

    def fetched(self, key: bytes | None, sequence: int) -> None:
        """
        Somebody has asked for a segment.

        :param key: whose visit it is; None: nobody knows.
        :param sequence: the segment's number.
        """
        key = self._stranger(sequence) if key is None else key
        known = self._last.pop(key, None) is not None
        if not known and len(self._last) >= MOST:
            return
        self._last[key] = self._clock.seconds()
        if not known:
            self._presence.enter(key, Way.VIDEO)
        if self._sweeping is None:
            self._sweeping = self._clock.callLater(_SWEEP, self._sweep)

    def close(self) -> None:
        """Nobody watches any more."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        gone, self._last = self._last, {}
        for key in gone:
            self._presence.leave(key, Way.VIDEO)

    def _stranger(self, sequence: int) -> bytes:
        """:return: the key of the first stranger who has not fetched this segment."""
        index = self._counts.get(sequence, 0)
        self._counts[sequence] = min(index + 1, MOST - 1)
        while len(self._counts) > _REMEMBERED:
            del self._counts[min(self._counts)]
        if index == len(self._strangers):
            self._strangers.append(token_bytes(16))
        return self._strangers[index]

    def _sweep(self) -> None:
        """Let those go who have fetched nothing for a while."""
        self._sweeping = None
        before = self._clock.seconds() - LATELY
        for key in [key for key, last in self._last.items() if last <= before]:
            del self._last[key]
            self._presence.leave(key, Way.VIDEO)
        if self._last:
            self._sweeping = self._clock.callLater(_SWEEP, self._sweep)
