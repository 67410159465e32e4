"""When frames came from the encoder, and when the fragments they are in were offered to viewers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from onionstream.video.fragment import MOST_SAMPLES, Fragment

KEPT = 1024
"""Fragments of which it is known: those of 100 s, with ten a second."""


@dataclass(frozen=True, slots=True)
class Offer:
    """
    One fragment's.

    :ivar number: of the fragment.
    :ivar at: when viewers were offered it, in seconds of the clock.
    :ivar waited: seconds that its samples had been here by then, on average, and...
    :ivar longest: ... the first of them.
    """

    number: int
    at: float
    waited: float
    longest: float


class Offers:
    """
    The newest ones.

    Samples leave in the order in which they came, and all together that wait: so a fragment of so many samples has
    those that came first.
    """

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._came: deque[float] = deque(maxlen=2 * MOST_SAMPLES)
        self._made: deque[Offer] = deque(maxlen=KEPT)

    def begin(self) -> None:
        """Another run begins; what waits of the one before is forgotten, as the fragmenter does."""
        self._came.clear()

    def came(self, now: float) -> None:
        """The last byte of a sample is here. :param now: seconds of a monotonic clock."""
        self._came.append(now)

    def left(self, fragment: Fragment, now: float) -> None:
        """A fragment is being offered. :param now: seconds of the same clock."""
        count = min(sum(len(run.samples) for run in fragment.runs), len(self._came))
        times = [self._came.popleft() for _ in range(count)]
        if times:
            self._made.append(Offer(fragment.number, now, now - sum(times) / count, now - times[0]))

    def since(self, number: int) -> dict[int, Offer]:
        """:return: those of the fragments from this number on, as far as they are known."""
        found: dict[int, Offer] = {}
        for offer in reversed(self._made):
            if offer.number < number:
                break
            found[offer.number] = offer
        return found
