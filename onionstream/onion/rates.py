"""
What each circuit carries, from tor's own figures (``CIRC_BW``): for whoever decides about a slow viewer.

tor tells of a circuit once a second, and nothing of one that has carried nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1

from onionstream.onion.replies import CircuitRate

CIRCUITS = 4096
"""Circuits of which figures are kept at the most (D-50)."""

SILENCE = 60.0
"""Seconds without news after which a circuit is forgotten."""

SMOOTHING = 5.0
"""Seconds: what happened so long ago counts e times less than what happens now."""

NEAR = 0.2
"""Seconds of a round trip on a circuit that is quick and even: on a private network it takes 0.05 s."""

MOST_WAVERING = 0.4
"""Seconds: as much as a viewer is brought nearer to the live edge at the most."""

_PERIOD = 1.0  # seconds from one CIRC_BW to the next of a circuit that carries something


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """
    The newest figures of one circuit.

    :ivar delivered: bytes a second of ours that went out on it, smoothed.
    :ivar round_trip: seconds to the other end and back; ``None``: never told.
    :ivar window: cells, of about 500 bytes each, that may be on their way at once; ``None``: never told.
    """

    delivered: float
    round_trip: float | None
    window: int | None

    @property
    def wavering(self) -> float:
        """
        Seconds by which the circuit may be late at times.

        A guess: half of what its round trip is too long, for it is queues that make it so, and they come and go.
        """
        return 0.0 if self.round_trip is None else min(max(0.0, (self.round_trip - NEAR) / 2), MOST_WAVERING)


class _Course:
    """What one circuit has carried so far."""

    def __init__(self, news: CircuitRate, now: float) -> None:
        """The first that is heard of it is taken for what it carries in a second."""
        self.heard = now
        self._delivered = news.delivered / _PERIOD
        self._round_trip = news.round_trip
        self._window = news.window

    def hear(self, news: CircuitRate, now: float) -> None:
        """Bytes since the last news weigh as much as the time since then."""
        passed = max(now - self.heard, _PERIOD / 1000)
        share = -expm1(-passed / SMOOTHING)
        self._delivered += (news.delivered / passed - self._delivered) * share
        self.heard = now
        self._round_trip = self._round_trip if news.round_trip is None else news.round_trip
        self._window = self._window if news.window is None else news.window

    def rate(self, now: float) -> Rate:
        """When news is due and does not come, nothing is carried."""
        quiet = max(0.0, now - self.heard - _PERIOD)
        return Rate(
            delivered=self._delivered * exp(-quiet / SMOOTHING),
            round_trip=None if self._round_trip is None else self._round_trip / 1000,
            window=self._window,
        )


class Rates:
    """
    The newest figures of all circuits.

    When there are more circuits than room, those that are known stay, and the others are not kept: taking turns would
    leave no figure that is worth anything.
    """

    def __init__(self, circuits: int = CIRCUITS) -> None:
        """:param circuits: for which there is room."""
        self._room = circuits
        self._courses: dict[int, _Course] = {}  # in the order of their last news

    def __len__(self) -> int:
        """How many circuits are known."""
        return len(self._courses)

    def hear(self, news: CircuitRate, now: float) -> None:
        """
        :param news: what a circuit has carried.
        :param now: seconds.
        """
        self._forget(now)
        course = self._courses.pop(news.circuit, None)
        if course is not None:
            course.hear(news, now)
        elif len(self) < self._room:
            course = _Course(news, now)
        else:
            return
        self._courses[news.circuit] = course

    def of(self, circuit: int | None, now: float) -> Rate | None:
        """
        :param circuit: as a request knows it.
        :param now: seconds.
        :return: its figures; ``None``: nothing was heard of it for ``SILENCE`` seconds.
        """
        self._forget(now)
        course = None if circuit is None else self._courses.get(circuit)
        return None if course is None else course.rate(now)

    def _forget(self, now: float) -> None:
        """Forget those of whom nothing is heard any more."""
        while self._courses:
            circuit, course = next(iter(self._courses.items()))
            if now - course.heard < SILENCE:
                return
            del self._courses[circuit]
