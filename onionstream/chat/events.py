"""What happens in the chat, for those who show it."""

from __future__ import annotations

from dataclasses import dataclass

from onionstream.chat.people import Person


@dataclass(eq=False, slots=True, kw_only=True)
class Message:
    r"""
    Something that was said.

    :ivar number: from 1, one more each time.
    :ivar author: whoever said it; his look may change later.
    :ivar text: what was said, clean and plain: a page has to escape it. Lines are divided by ``\n``.
    :ivar when: seconds since 1970-01-01 00:00 UTC, in whole minutes (L-17).
    :ivar hidden: nobody is to see it.
    """

    number: int
    author: Person
    text: str
    when: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """There is a new message, for everybody to see."""

    message: Message


@dataclass(frozen=True, slots=True)
class Hidden:
    """These messages are to vanish, wherever they are shown."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """These messages were hidden, and are to be seen again; pages that never had them do not get them."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """
    A person looks different now, or is something else; so do his old messages.

    :ivar role: he is something else.
    """

    person: Person
    role: bool = False


@dataclass(frozen=True, slots=True)
class Banned:
    """A person may not chat any more. What he has said stays, unless that is hidden as well."""

    person: Person


@dataclass(frozen=True, slots=True)
class Unbanned:
    """A person may chat again."""

    person: Person


Event = Said | Hidden | Shown | Changed | Banned | Unbanned
