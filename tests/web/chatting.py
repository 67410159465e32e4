"""A site with the live page and the plain one on it, a real room behind them, and people who read along."""

from __future__ import annotations

import re

from twisted.web.resource import IResource

from onionstream.chat.filters import Filters
from onionstream.chat.looks import Look
from onionstream.chat.people import Person
from onionstream.chat.presence import Presence, Way
from onionstream.chat.room import Room
from onionstream.chat.rules import Rules, When
from onionstream.web.areas import Areas, Router
from onionstream.web.identity import Identity, Who
from onionstream.web.live import Live
from onionstream.web.plain import Plain
from onionstream.web.request import BoundedRequest
from onionstream.web.stage import Air, Stage
from tests.web.visitors import KEY, cookie
from tests.web.wire import Client, WireCase, get

SUNDAY = 1_795_372_260
"""Sunday 22 November 2026, 18:31 UTC, in seconds since 1970."""

HOUR, DAY = 3600, 86_400


class Door:
    """The page that gives people their tokens."""

    router = Router()

    def __init__(self, identity: Identity) -> None:
        """:param identity: makes them."""
        self.identity = identity
        self.met: list[Who] = []

    @router.route("/", methods=["GET"])
    def page(self, request: BoundedRequest) -> str:
        """Somebody comes."""
        self.met.append(self.identity.meet(request))
        return "page"


class ChatCase(WireCase):
    """
    The site.

    :ivar now: seconds since 1970, as the wall clock shows them.
    :ivar stage: what the stream is doing; say so with ``live.stage_changed()``.
    :ivar random: what chance gives, from 0 to 1.
    """

    def root(self) -> IResource:
        """Everything that reads along."""
        self.now = SUNDAY
        self.stage = Stage(state=Air.ONLINE, since=0.0, title="Day 12", description="Robots", watching=7)
        self.random = 0.0
        self.presence = Presence(lambda: self.live.presence_changed())
        self.identity = Identity(KEY)
        rules = Rules(captcha=When.NEVER, between=0.0, burst=10_000, burst_lines=100_000)
        self.room = Room(rules, Filters(), self.identity.mark, self.tell)
        self.live = Live(
            self.room,
            self.presence,
            self.identity,
            lambda: self.stage,
            clock=self.clock,
            when=lambda: self.now,
            chance=lambda: self.random,
            proof=lambda who: "P" * 16,
        )
        self.plain = Plain(self.room, self.identity, lambda: self.stage, clock=self.clock, when=lambda: self.now)
        self.door = Door(self.identity)
        # What a test leaves open must not end when it is garbage, in the midst of another test.
        self.addCleanup(self.plain.close)
        self.addCleanup(self.live.close)
        return Areas(self.live, self.plain, self.door)

    def tell(self, event: object) -> None:
        """Both are told."""
        self.live.tell(event)  # type: ignore[arg-type]
        self.plain.tell(event)  # type: ignore[arg-type]

    def newcomer(self) -> tuple[Who, str]:
        """:return: somebody new, and the header with his cookie."""
        answer = self.ask(get())
        return self.door.met[-1], f"Cookie: {cookie(answer)}"

    def person(self, **look: object) -> Person:
        """:return: somebody who has said something, and looks like this."""
        who, _ = self.newcomer()
        if look:
            return self.room.restyle(who.key, Look(**look), 0.0)  # type: ignore[arg-type]
        self.say("hello", who.key)
        return self.room.person(who.key)

    def say(self, text: str, key: bytes = b"k" * 16) -> int:
        """:return: the number of what somebody has said."""
        message = self.room.say(key, text, self.clock.seconds(), self.now)
        return getattr(message, "number", 0)

    def read(self, *headers: str, address: str = "/live") -> Client:
        """:return: somebody who reads along."""
        return self.connect().send(get(address, *headers))

    def turn(self, seconds: float = 0.1) -> None:
        """Time passes, in small steps."""
        steps = max(1, round(seconds * 10))
        self.clock.pump([seconds / steps] * steps)

    def news(self, client: Client) -> str:
        """:return: what a client has got since this was last asked."""
        self.turn()
        seen = getattr(client, "seen", 0)
        client.seen = len(client.received)  # type: ignore[attr-defined]
        return client.received[seen:].decode()

    def body(self, client: Client) -> str:
        """:return: all that came after the headers."""
        return client.received.partition(b"\r\n\r\n")[2].decode()

    def watch(self, who: Who) -> None:
        """Somebody opens the video."""
        self.presence.enter(who.key, Way.VIDEO)


def rules_of(markup: str) -> str:
    """:return: what stands in the style elements of a piece of markup."""
    return "".join(re.findall("<style[^>]*>([^<]*)</style>", markup))
