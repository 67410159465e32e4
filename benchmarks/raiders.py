"""
A raid: people with new tokens over some circuits, who write as fast as they can and answer no captcha.

    python -m benchmarks.raiders SOCKET PEOPLE CIRCUITS POSTS SECONDS

POSTS is how many they try in a second, all together. At the end it prints as JSON how many requests they have made and
what became of their posts.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

from benchmarks.talking import Fate, Person, Way

CIRCUIT = 0x100000
"""The first one's number."""

WORD = "raid"
"""Stands in all that they say."""


class Raid:
    """
    All of them.

    :ivar fates: of their posts.
    """

    def __init__(self, ways: list[Way], posts: float, seconds: float) -> None:
        """
        :param ways: of each of them.
        :param posts: a second, of all together.
        :param seconds: how long.
        """
        self.fates = Counter[Fate]()
        self._people = [Person(way) for way in ways]
        self._every = len(ways) / posts
        self._seconds = seconds

    @property
    def asked(self) -> int:
        """Requests that they have made."""
        return sum(person.asked for person in self._people)

    async def run(self) -> None:
        """Until the time is over."""
        await asyncio.gather(*(self._flood(person, number) for number, person in enumerate(self._people)))

    async def _flood(self, person: Person, number: int) -> None:
        ticks = _ticks(self._every, number * self._every / len(self._people), self._seconds)
        while await ticks() and not await person.arrive():
            pass
        while await ticks():
            self.fates[await person.say(f"{WORD} {number} {token_hex(4)}")] += 1
        person.leave()


def _ticks(every: float, first: float, seconds: float) -> Callable[[], asyncio.Future[bool]]:
    """:return: what waits for the next of so many moments, and says whether there is one; those missed are left out."""
    begun = time.monotonic()
    due = begun + first

    async def wait() -> bool:
        nonlocal due
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due = max(due + every, time.monotonic())
        return due - begun < seconds

    return lambda: asyncio.ensure_future(wait())


def main() -> None:
    """Run it; see the top of the file."""
    os.nice(10)  # it stands for other machines
    socket, people, circuits, posts, seconds = sys.argv[1:]
    ways = [Way(0, Path(socket), CIRCUIT + number % int(circuits)) for number in range(int(people))]
    raid = Raid(ways, float(posts), float(seconds))
    asyncio.run(raid.run())
    print(json.dumps({"asked": raid.asked, "fates": {fate.name: count for fate, count in raid.fates.items()}}))


if __name__ == "__main__":
    main()
