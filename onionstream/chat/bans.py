"""Who may not chat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from onionstream.chat.errors import ChatError
from onionstream.chat.people import Person, Role
from onionstream.chat.tripcode import Tripcode


class BansFullError(ChatError):
    """There is no room for another ban. Take back some old ones first."""


class Why(Enum):
    """Who has banned somebody."""

    MODERATION = "moderation"
    FILTER = "filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """
    One ban.

    :ivar person: whom it is about.
    :ivar when: seconds since the epoch, in whole minutes; 0: nobody knows.
    :ivar why: who has banned him.
    """

    person: Person
    when: int = 0
    why: Why = Why.MODERATION


class Bans:
    """
    All bans, the oldest first. Whoever has a tripcode is banned by that as well: nobody else can have it.

    Where there are too many, the oldest one of the word filter gives way: anybody can make those by writing, and they
    must not leave moderators without room.
    """

    def __init__(self, places: int) -> None:
        """:param places: for so many."""
        self._places = places
        self._bans: dict[bytes, Ban] = {}
        self._trips: dict[Tripcode, int] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._bans)

    def __iter__(self) -> Iterator[Ban]:
        """All of them."""
        return iter(tuple(self._bans.values()))

    def get(self, key: bytes) -> Ban | None:
        """:return: the ban of that person, if there is one."""
        return self._bans.get(key)

    def covers(self, trip: Tripcode | None) -> bool:
        """:return: whether somebody with this tripcode is banned."""
        return trip in self._trips

    def add(self, ban: Ban) -> Ban | None:
        """
        Ban somebody who is not banned.

        :return: the ban that had to give way.
        :raises BansFullError: none may.
        """
        given = None
        if len(self._bans) >= self._places:
            given = next((old for old in self._bans.values() if old.why is Why.FILTER), None)
            if given is None:
                raise BansFullError
            self.remove(given.person.key)
        ban.person.banned, ban.person.role = True, Role.VIEWER
        self._bans[ban.person.key] = ban
        self._count(ban, 1)
        return given

    def remove(self, key: bytes) -> Ban | None:
        """:return: the ban that was taken back, if there was one."""
        ban = self._bans.pop(key, None)
        if ban is not None:
            ban.person.banned = False
            self._count(ban, -1)
        return ban

    def lift(self, key: bytes) -> list[Ban]:
        """:return: the bans that were taken back: that of a person, and of everybody with his tripcode."""
        ban = self._bans.get(key)
        if ban is None:
            return []
        return [one for twin in twins(ban.person, (each.person for each in self)) if (one := self.remove(twin.key))]

    def _count(self, ban: Ban, more: int) -> None:
        """One more with his tripcode is banned, or one less."""
        if (trip := ban.person.look.trip) is None:
            return
        self._trips[trip] = self._trips.get(trip, 0) + more
        if not self._trips[trip]:
            del self._trips[trip]


def twins(person: Person, people: Iterable[Person]) -> list[Person]:
    """:return: somebody, and all of these people who have his tripcode, which makes them one."""
    trip = person.look.trip
    same = (one for one in people if trip is not None and one.look.trip == trip and one.role is not Role.BROADCASTER)
    return [*dict.fromkeys((person, *same))]
