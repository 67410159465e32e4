"""Who is here, and who watches: exactly those who have something open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from onionstream.chat.people import Person, Role


class Way(Enum):
    """What somebody has open."""

    PAGE = "page"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Groups:
    """
    Everybody who is here: the broadcaster first, then moderators, then by the time of their coming.

    :ivar watching: those with a video.
    :ivar others: those without.
    """

    watching: tuple[Person, ...]
    others: tuple[Person, ...]


class Presence:
    """
    Counts what is open, for each person. Nothing else is stored, so it is as large as there are connections (S80).
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        """:param changed: called when somebody has come, has gone, or watches from now on, or does not any more."""
        self._changed = changed
        self._open: dict[bytes, dict[Way, int]] = {}  # in the order of their coming
        self._watching = 0

    def __len__(self) -> int:
        """How many people are here."""
        return len(self._open)

    def __iter__(self) -> Iterator[bytes]:
        """The keys of everybody who is here."""
        return iter(tuple(self._open))

    def __contains__(self, key: bytes) -> bool:
        """Whether somebody is here."""
        return key in self._open

    @property
    def watching(self) -> int:
        """How many people have a video, however many each."""
        return self._watching

    def watches(self, key: bytes) -> bool:
        """:return: whether this person has a video."""
        return Way.VIDEO in self._open.get(key, {})

    def enter(self, key: bytes, way: Way) -> None:
        """Somebody has opened something."""
        here, mine = key in self._open, self._open.setdefault(key, {})
        mine[way] = mine.get(way, 0) + 1
        begins = way is Way.VIDEO and mine[way] == 1
        self._watching += begins
        if begins or not here:
            self._changed()

    def leave(self, key: bytes, way: Way) -> None:
        """It is closed; each call belongs to one of ``enter``."""
        mine = self._open[key]
        mine[way] -= 1
        if mine[way]:
            return
        del mine[way]
        self._watching -= way is Way.VIDEO
        if not mine:
            del self._open[key]
        if way is Way.VIDEO or not mine:
            self._changed()

    def groups(self, person: Callable[[bytes], Person]) -> Groups:
        """:param person: who has a key."""
        people = sorted(((person(key), self.watches(key)) for key in self._open), key=lambda one: _RANK[one[0].role])
        return Groups(
            watching=tuple(one for one, watches in people if watches),
            others=tuple(one for one, watches in people if not watches),
        )


_RANK = {Role.BROADCASTER: 0, Role.MODERATOR: 1, Role.VIEWER: 2}
