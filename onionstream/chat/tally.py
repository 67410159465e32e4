"""How often something has happened lately, of many things, with a bound on how many of them are remembered."""

from __future__ import annotations

from collections.abc import Hashable


class Tally:
    """
    Counts what happens more than so many times within some seconds.

    Each thing is forgotten when it has not happened for that long. Where there are too many, the one that has not
    happened for the longest time gives way.
    """

    def __init__(self, most: int, seconds: float, places: int = 1) -> None:
        """
        :param most: times within ``seconds`` that are still well.
        :param seconds: seconds.
        :param places: things that are remembered.
        """
        self._most = most
        self._seconds = seconds
        self._places = places
        self._times: dict[Hashable, tuple[float, ...]] = {}  # the one that happened last stands last

    def __len__(self) -> int:
        """How many things are remembered."""
        return len(self._times)

    def wait(self, thing: Hashable, now: float) -> float:
        """:return: seconds until this may happen again; 0: it may happen now."""
        times = self._times.get(thing, ())
        return max(0.0, times[0] + self._seconds - now) if len(times) >= self._most else 0.0

    def full(self, thing: Hashable, now: float) -> bool:
        """:return: whether once more would be too much."""
        return self.wait(thing, now) > 0

    def count(self, thing: Hashable, now: float) -> None:
        """It has happened."""
        if thing not in self._times:
            self.forget(now)
            if len(self._times) >= self._places:
                del self._times[next(iter(self._times))]
        self._times[thing] = (*self._times.pop(thing, ()), now)[-self._most :]

    def forget(self, now: float) -> None:
        """Forget what has not happened within the seconds that count."""
        while self._times:
            thing, times = next(iter(self._times.items()))
            if now - times[-1] < self._seconds:
                return
            del self._times[thing]
