"""The messages that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from onionstream.chat.events import Message
from onionstream.chat.people import Person
from onionstream.chat.rules import Rules

WEIGHT = 512
"""Bytes that a message takes beside its text, rounded up."""


class History:
    """
    Messages by number, and by author. The oldest gives way where there are too many (D-50); hidden ones count as well,
    since hiding can be taken back.
    """

    def __init__(self) -> None:
        """Nothing has been said."""
        self._messages: dict[int, Message] = {}
        self._by_author: dict[bytes, dict[int, Message]] = {}
        self._number = 0
        self.size = 0

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._messages)

    def add(self, author: Person, text: str, when: int, rules: Rules, *, hidden: bool = False) -> Message:
        """
        :param when: seconds since the epoch; the seconds of the minute are not kept (L-17).
        :param rules: say how many are kept.
        """
        self._number += 1
        message = Message(number=self._number, author=author, text=text, when=when - when % 60, hidden=hidden)
        self._messages[message.number] = message
        self._by_author.setdefault(author.key, {})[message.number] = message
        self.size += _weight(message)
        while len(self._messages) > max(1, rules.kept) or (self.size > rules.kept_bytes and len(self._messages) > 1):
            self._drop(next(iter(self._messages)))
        return message

    def get(self, number: int) -> Message | None:
        """:return: the message of that number, if it is kept."""
        return self._messages.get(number)

    @property
    def newest(self) -> int:
        """The number of the message that was said last, whether or not it is kept; 0: there was none."""
        return self._number

    def latest(self, count: int, *, hidden: bool = False) -> list[Message]:
        """:return: so many of those that are seen, or else of those that are hidden; the oldest first."""
        matching = (message for message in reversed(self._messages.values()) if message.hidden is hidden)
        return list(islice(matching, count))[::-1]

    def of(self, key: bytes) -> list[Message]:
        """:return: all of one person that are kept."""
        return list(self._by_author.get(key, {}).values())

    def wrote(self, key: bytes) -> bool:
        """:return: whether something of that person is kept."""
        return key in self._by_author

    def author(self, key: bytes) -> Person | None:
        """:return: who wrote what is kept of that person."""
        return next((message.author for message in self._by_author.get(key, {}).values()), None)

    def authors(self) -> Iterator[Person]:
        """:return: everybody of whom something is kept."""
        return (next(iter(messages.values())).author for messages in self._by_author.values())

    def mark(self, numbers: Iterable[int], *, hidden: bool) -> tuple[int, ...]:
        """:return: those of the messages that are kept and were not so before; they are now."""
        found = [message for number in dict.fromkeys(numbers) if (message := self._messages.get(number))]
        changed = [message for message in found if message.hidden is not hidden]
        for message in changed:
            message.hidden = hidden
        return tuple(message.number for message in changed)

    def _drop(self, number: int) -> None:
        message = self._messages.pop(number)
        self.size -= _weight(message)
        mine = self._by_author[message.author.key]
        del mine[number]
        if not mine:
            del self._by_author[message.author.key]


def _weight(message: Message) -> int:
    return len(message.text.encode()) + WEIGHT
