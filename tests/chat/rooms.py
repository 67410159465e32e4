"""A chat room whose clock a test turns."""

from __future__ import annotations

from typing import TypeVar

from onionstream.chat.events import Event, Message
from onionstream.chat.filters import Filters
from onionstream.chat.people import Role
from onionstream.chat.room import Room
from onionstream.chat.rules import BOUNDS, Bounds, Rules
from onionstream.chat.tripcode import Tripcode
from onionstream.chat.turns import Later

T = TypeVar("T")

MINUTE = 1_700_000_040
"""The first second of a minute, since the epoch."""

USUAL = Rules()
STRICT = Filters(censor=("darn",), block=("spam",), ban=("evil",))


def key(name: str) -> bytes:
    """:return: the key of somebody whom the test calls so."""
    return name.encode().ljust(16, b".")


def trip(password: str) -> Tripcode:
    """:return: as good as the one of that password."""
    return Tripcode(password.encode().ljust(32, b"."))


class Talk:
    """
    A room, and people whom a test calls by name.

    :ivar now: seconds of the monotonic clock; the test moves it.
    :ivar events: what the room has told.
    """

    def __init__(self, rules: Rules = USUAL, filters: Filters | None = None, bounds: Bounds = BOUNDS) -> None:
        """It begins some time after the machine has."""
        self.now = 1000.0
        self.events: list[Event] = []
        self.room = Room(rules, filters or Filters(), lambda key: key[:5].hex(), self.events.append, bounds)

    @property
    def when(self) -> int:
        """Seconds since the epoch."""
        return MINUTE + int(self.now - 1000)

    def suspicion(self, name: str, bucket: bytes | None = None) -> str:
        """:return: why the next message of somebody needs a captcha, whatever it is; empty: it needs none."""
        return self.room._suspicion.reason(self.room.person(key(name)), self.room.rules, self.now, bucket)

    def try_to_say(self, name: str, text: str, *, proven: bool = False, bucket: bytes | None = None) -> Message | Later:
        """Say something, or be refused."""
        return self.room.say(key(name), text, self.now, self.when, proven=proven, bucket=bucket)

    def say(self, name: str, text: str = "Hello", *, proven: bool = False, bucket: bytes | None = None) -> Message:
        """:return: what is said at once."""
        message = self.try_to_say(name, text, proven=proven, bucket=bucket)
        assert isinstance(message, Message)
        return message

    def slowly(self, name: str, count: int, seconds: float = 3.0) -> None:
        """Say different things, one after the other, each so many seconds before the next."""
        for number in range(count):
            self.say(name, f"Number {number}")
            self.now += seconds

    def release(self) -> list[str]:
        """:return: what was said of all that waited."""
        return [message.text for message in self.room.release(self.now, self.when)]

    def appoint(self, name: str, role: Role) -> None:
        """Somebody is the broadcaster or a moderator."""
        self.room.appoint(key(name), role, self.now)

    def shown(self) -> list[str]:
        """:return: what everybody sees."""
        return [message.text for message in self.room.history(10_000)]

    def told(self, kind: type[T]) -> list[T]:
        """:return: the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]
