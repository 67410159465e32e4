"""Who may not chat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from onionstream.chat.errors import ChatError
from onionstream.chat.people import Person


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
    All bans, the oldest first. Where there are too many, the oldest one of the word filter gives way: anybody can make
    those by writing, and they must not leave moderators without room.
    """

    def __init__(self, places: int) -> None:
        """:param places: for so many."""
        self._places = places
        self._bans: dict[bytes, Ban] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._bans)

    def __iter__(self) -> Iterator[Ban]:
        """All of them."""
        return iter(tuple(self._bans.values()))

    def get(self, key: bytes) -> Ban | None:
        """:return: the ban of that person, if there is one."""
        return self._bans.get(key)

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
        ban.person.banned = True
        self._bans[ban.person.key] = ban
        return given

    def remove(self, key: bytes) -> Ban | None:
        """:return: the ban that was taken back, if there was one."""
        ban = self._bans.pop(key, None)
        if ban is not None:
            ban.person.banned = False
        return ban
