"""What newcomers have said lately: what is to be hidden after a raid."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from onionstream.chat.events import Message

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Extent:
    """
    How much a sweep is about.

    :ivar messages: so many...
    :ivar people: ... of so many.
    """

    messages: int
    people: int

    @classmethod
    def of(cls, messages: Collection[Message]) -> Extent:
        """:return: how much these are."""
        return cls(len(messages), len({one.author.key for one in messages}))

    @property
    def words(self) -> str:
        """``41 messages of 12 people``."""
        return f"{counted(self.messages)} of {self.people} {'person' if self.people == 1 else 'people'}"


def counted(messages: int) -> str:
    """:return: so many messages, in words."""
    return f"{messages} message{'' if messages == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Sweep:
    """
    All messages of the last minutes by people who have not been here for long.

    :ivar minutes: how far back; messages know their minute only (L-17), so up to one minute more.
    :ivar younger: minutes: people who first did something longer ago are left alone.
    """

    minutes: int
    younger: int

    def find(self, messages: Iterable[Message], now: float, when: int) -> tuple[Message, ...]:
        """
        :param messages: those that everybody sees.
        :param now: seconds of the monotonic clock.
        :param when: seconds since the epoch.
        :return: those that are meant. The broadcaster's and moderators' never are.
        """
        since = (when - self.minutes * MINUTE) // MINUTE * MINUTE
        came = now - self.younger * MINUTE
        return tuple(one for one in messages if one.when >= since and one.author.first > came and not one.author.staff)
