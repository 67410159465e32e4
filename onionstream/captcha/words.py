"""
Exercises in words, for people who cannot see pictures (D-25).

A program that was written for them solves each of them, so they must not be what a robot would rather have. Their
answer is as hard to guess as a picture's; but what counts is that they are few and slow: no answer is looked at within
``PATIENCE`` seconds, and there is one every ``EVERY`` seconds for all visitors together, against ten pictures a second,
of which programs read a good part as well. The price: somebody with many circuits can ask for all of them, and then a
person who needs one has to wait until he stops.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")

PARTS = 5
"""Letters of an answer."""

PATIENCE = 15.0
"""Seconds before which no answer is looked at. Somebody who listens to the words needs longer."""

EVERY = 10.0
"""Seconds for each exercise in the long run: six a minute..."""

BURST = 6
"""... of which all may be posed at once."""

_RARE = 12  # letters with fewer places than this in all words are not asked for: their words would become known

_PLACES = {"first": 0, "second": 1, "third": 2, "last": -1}

_WORDS = """
    after again almost animal apple autumn badge balloon banana basket before bench bicycle blanket bottle branch bread
    bridge bright brother butter button cabin camel candle carpet castle chair cheese cherry circle city clock cloud
    coast coffee colour copper corner cotton country cousin dance daughter desert dinner doctor dolphin donkey dragon
    dream eagle early earth engine evening family farmer father feather finger flower forest fountain friend frog
    future garden giant ginger glass glove golden grape green guitar hammer harbour harvest hedgehog hill history honey
    horse hotel hungry island jacket journey jungle kettle kitchen ladder lake lamp lemon library lion little
    magnet market meadow melon metal milk mirror monday money morning mother mountain music narrow needle night north
    nothing ocean office olive onion orange orchard owner paper parrot pencil pepper picture pillow planet
    pocket potato purple rabbit radio railway rainbow river rocket round saddle salad sailor salt sandwich school
    season shadow shelter shoulder silver sister smoke snow spider spoon spring square station stone story
    street student sugar summer sunday supper sweet table teacher thunder ticket tiger tomato tower travel tunnel
    turtle uncle under valley velvet village violin walnut water weather whisper window winter wonder wood yellow
    yesterday young
""".split()  # noqa: SIM905 - a list would take many times the room


class Chance(Protocol):
    """What is used of a ``random.Random``."""

    def choice(self, seq: Sequence[T], /) -> T:
        """:return: one of these, each as likely as the others."""


def _places() -> dict[str, list[str]]:
    """:return: for each letter that is asked for, what it can be called."""
    places: dict[str, list[str]] = {}
    for word in _WORDS:
        for name, place in _PLACES.items():
            places.setdefault(word[place], []).append(f"the {name} letter of {word}")
    return {letter: sorted(names) for letter, names in sorted(places.items()) if len(names) >= _RARE}


PLACES = _places()
"""Each letter that is asked for, and how."""


def pose(chance: Chance) -> tuple[str, str]:
    """
    Make one.

    :param chance: decides; each letter is as likely as every other one, so that none is a good guess.
    :return: the question and its answer.
    """
    solution = "".join(chance.choice([*PLACES]) for _ in range(PARTS))
    parts = [chance.choice(PLACES[letter]) for letter in solution]
    return (
        f"Write these {PARTS} letters one after the other: {', '.join(parts)}. "
        f"You can send your answer {PATIENCE:.0f} seconds from now.",
        solution,
    )
