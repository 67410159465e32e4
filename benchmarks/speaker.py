"""
One person who says a line again and again: ``python -m benchmarks.speaker PORT MILLISECONDS CHARACTERS``.

In a process of its own, so that it speaks in time while the audience is busy hearing.
"""

from __future__ import annotations

import asyncio
import sys
import time

from benchmarks.hearing import stamp
from benchmarks.talking import Fate, Person, Way


async def speak(port: int, every: float, characters: int, lines: int = sys.maxsize) -> None:
    """
    Say so many lines.

    :param every: seconds from one to the next.
    :param characters: of each.
    :raises RuntimeError: the site does not let him.
    """
    person = Person(Way(port))
    if not await person.arrive():
        raise RuntimeError("the site gives no cookie")
    due = time.monotonic()
    for number in range(lines):
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due += every
        moment = stamp()
        words = f"line {number} of a talk that goes on and on and on ".ljust(characters, ".")
        fate = await person.say(words[: characters - len(moment)] + moment)
        if fate is not Fate.SAID:
            raise RuntimeError(f"line {number}: {fate.value}; {person.sentence}")
    person.leave()


if __name__ == "__main__":
    asyncio.run(speak(int(sys.argv[1]), int(sys.argv[2]) / 1000, int(sys.argv[3])))
