"""Who is who."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from onionstream.chat.errors import ChatError
from onionstream.chat.looks import Look, Own
from onionstream.chat.standing import Standing

IDLE = 360.0
"""Seconds without doing anything after which somebody who never said anything is the first to be forgotten (D-50)."""

ABSENT = 86_400.0
"""Seconds without doing anything after which somebody is forgotten of whom there is no message (S10)."""


class CrowdError(ChatError):
    """There are too many people at once. Try again later; you can go on watching."""


class Role(Enum):
    """What a person is to the others."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    BROADCASTER = "broadcaster"


@dataclass(eq=False, slots=True, kw_only=True)
class Person:
    """
    Somebody, as the chat knows him. There is one object for one person, also in the messages he has written: what
    changes here changes there.

    :ivar key: 16 bytes; what his tokens are about. It is never shown.
    :ivar mark: ten hexadecimal digits, others after each start of the daemon: by it pages call him (L-65).
    :ivar look: how he looks now.
    :ivar role: what he is.
    :ivar banned: he may not chat.
    :ivar proven: he has solved a captcha, and nothing has asked for another one since.
    :ivar first: seconds of the monotonic clock when he first did something, and...
    :ivar last: ... did so last.
    :ivar standing: how much he has said.
    """

    key: bytes
    mark: str
    look: Look = field(default_factory=Look)
    role: Role = Role.VIEWER
    banned: bool = False
    proven: bool = False
    first: float = 0.0
    last: float = 0.0
    standing: Standing = field(default_factory=Standing)

    @property
    def staff(self) -> bool:
        """Whether he is the broadcaster or a moderator."""
        return self.role is not Role.VIEWER

    @property
    def tag(self) -> str:
        """What tells him from others without a name; empty where there is one."""
        return "" if self.look.name else f"#{self.mark[:3]}"

    @property
    def hue(self) -> int | Own:
        """The colour of his name: a number of the palette, or one of his own."""
        return int(self.mark[3], 16) if self.look.colour is None else self.look.colour


class People:
    """
    The people of whom something has to be remembered.

    Where there are too many, somebody is forgotten: first those who never said anything and have done nothing for some
    minutes, then whoever has done nothing for the longest time, and authors of kept messages only when there is nobody
    else. The broadcaster and moderators stay.
    """

    def __init__(self, places: int, wrote: Callable[[bytes], bool]) -> None:
        """
        :param places: for so many.
        :param wrote: whether a message of that person is kept.
        """
        self._places = places
        self._wrote = wrote
        self._people: dict[bytes, Person] = {}  # the one that did something last stands last

    def __len__(self) -> int:
        """How many there are."""
        return len(self._people)

    def __iter__(self) -> Iterator[Person]:
        """All of them."""
        return iter(tuple(self._people.values()))

    def get(self, key: bytes) -> Person | None:
        """:return: the person with that key, if anything is remembered of him."""
        return self._people.get(key)

    def keep(self, person: Person, now: float) -> None:
        """
        He does something, so he is remembered.

        :raises CrowdError: there is no room for him, and nobody else can be forgotten.
        """
        if person.key not in self._people:
            self._make_room(now)
            person.first = person.first or now
        self._people.pop(person.key, None)
        person.last = now
        self._people[person.key] = person

    def restore(self, person: Person) -> None:
        """He is remembered again, if there is room, in the place that he would have had."""
        if len(self._people) < self._places:
            self._people[person.key] = person
            self._people = dict(sorted(self._people.items(), key=lambda one: one[1].last))

    def remove(self, key: bytes) -> None:
        """He is remembered elsewhere, or not at all."""
        self._people.pop(key, None)

    def forget(self, now: float) -> None:
        """Forget who has been absent for a day and of whom no message is kept."""
        for person in self:
            if now - person.last < ABSENT:
                return
            if not person.staff and not self._wrote(person.key):
                self.remove(person.key)

    def _make_room(self, now: float) -> None:
        if len(self._people) < self._places:
            return
        others = authors = None
        for person in self._people.values():
            idle = now - person.last > IDLE
            if person.staff:
                continue
            if idle and not person.standing.messages:
                others = person
                break
            if self._wrote(person.key):
                authors = authors or person
            else:
                others = others or person
            if others and not idle:  # nor is anybody after him
                break
        given = others or authors
        if given is None:
            raise CrowdError
        self.remove(given.key)
