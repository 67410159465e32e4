"""Messages that came too soon after their author's last one, and wait for their turn instead of being refused."""

from __future__ import annotations

from dataclasses import dataclass

from onionstream.chat.people import Person


@dataclass(frozen=True, slots=True)
class Later:
    """
    A message was taken and is said soon.

    :ivar seconds: until then.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """
    A message that waits.

    :ivar person: whose.
    :ivar text: as it will be said.
    :ivar due: seconds of the monotonic clock.
    """

    person: Person
    text: str
    due: float


class Turns:
    """All that waits: one message of a person, and not more than so many in all."""

    def __init__(self, places: int) -> None:
        """:param places: messages that wait at the same time."""
        self._places = places
        self._turns: dict[bytes, Turn] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._turns)

    def get(self, key: bytes) -> Turn | None:
        """:return: what waits of a person."""
        return self._turns.get(key)

    @property
    def full(self) -> bool:
        """Whether nothing more can wait."""
        return len(self._turns) >= self._places

    def add(self, turn: Turn) -> None:
        """One more waits; there has to be room for it, and nothing else may wait of that person."""
        self._turns[turn.person.key] = turn

    def take(self, key: bytes) -> Turn | None:
        """:return: what waited of a person, and does not any more."""
        return self._turns.pop(key, None)

    def due(self) -> float | None:
        """:return: seconds of the monotonic clock at which the next one is due, if one waits."""
        return min((turn.due for turn in self._turns.values()), default=None)

    def next(self, now: float) -> Turn | None:
        """:return: the one that is due for the longest time, and does not wait any more."""
        if not self._turns:
            return None
        turn = min(self._turns.values(), key=lambda turn: turn.due)  # the first that came, of those equally due
        return self.take(turn.person.key) if turn.due <= now else None
