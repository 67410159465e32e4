"""What is kept for somebody for a little while: a table with a bound and an end for everything in it."""

from __future__ import annotations

from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """
    One thing for each key.

    All things are kept equally long, so the one that was put there first is also the first to go.
    """

    def __init__(self, most: int, seconds: float) -> None:
        """
        :param most: things at the most; one more, and the oldest goes.
        :param seconds: how long each is kept.
        """
        self._most = most
        self._seconds = seconds
        self._things: dict[bytes, tuple[float, Thing]] = {}

    def __len__(self) -> int:
        """How many things there are, old ones among them."""
        return len(self._things)

    def put(self, key: bytes, thing: Thing, now: float) -> None:
        """
        :param key: whose it is; what was there for him before is gone.
        :param thing: anything.
        :param now: seconds.
        """
        self._things.pop(key, None)
        self._things[key] = (now + self._seconds, thing)
        self.forget(now)

    def get(self, key: bytes, now: float) -> Thing | None:
        """
        :param key: whose.
        :param now: seconds.
        :return: what is kept for him; ``None``: nothing, or not any more.
        """
        end, thing = self._things.get(key, (now, None))
        return thing if end > now else None

    def pop(self, key: bytes, now: float) -> Thing | None:
        """The same as ``get``, and it is gone then."""
        thing = self.get(key, now)
        self._things.pop(key, None)
        return thing

    def forget(self, now: float) -> None:
        """
        Throw away what is too old or too much.

        :param now: seconds.
        """
        while self._things:
            oldest = next(iter(self._things))
            if self._things[oldest][0] > now and len(self._things) <= self._most:
                return
            del self._things[oldest]
