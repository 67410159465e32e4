"""People with the live page open, some of whom watch over the chat."""

from __future__ import annotations

import re
from html import unescape

from onionstream.chat.looks import Look
from onionstream.chat.tripcode import Tripcode
from onionstream.settings.config import Captcha, Chat, Config
from onionstream.web.identity import Who
from tests.assembly.test_livechat import LiveChatCase
from tests.web.visitor import Visitor
from tests.web.wire import Client, get

MINE, THEIRS = (Tripcode(bytes([number]) * 32) for number in (1, 2))
SECRET = "a secret of the hidden message"


class Reader:
    """Somebody with the live page open, as far as the page itself goes."""

    def __init__(self, visitor: Visitor, client: Client) -> None:
        self.visitor = visitor
        self.client = client
        self._seen = 0

    @property
    def text(self) -> str:
        """All that has come."""
        return self.client.received.decode()

    def news(self) -> str:
        """What has come since this was last asked."""
        seen, self._seen = self._seen, len(self.client.received)
        return self.client.received[seen:].decode()

    def buttons(self) -> list[tuple[str, str]]:
        """The buttons, as name and value."""
        return re.findall('<button form="mod" class="[a-z]+" name="([a-z]+)" value="([^"]*)"', self.text)

    def press(self, name: str, value: object, *headers: str, **fields: str) -> int:
        """:return: the status of the answer to a button."""
        proof = re.findall('name="proof" value="([^"]*)"', self.text)
        sent = {"proof": unescape(proof[0]) if proof else "", name: str(value), **fields}
        return self.visitor.send("/mod", sent, *headers).answer.status


class ModeratingCase(LiveChatCase):
    """A broadcaster, a moderator, and a viewer who has said something, all with the live page open."""

    settings = Config(
        chat=Chat(between=0.0, burst=100, burst_lines=1000, moderators=(MINE.full,)), captcha=Captcha(when="never")
    )

    def setUp(self) -> None:
        """The viewer has said two things, and the broadcaster and the moderator one each."""
        super().setUp()
        self.host = self.enter(Visitor(self).send("/login", {"password": "s3cret"}))
        self.host_key = self.chat.sessions.key
        self.mod, self.mod_key = self.somebody(MINE)
        self.viewer, self.key = self.somebody()
        room, now = self.chat.room, self.clock.seconds()
        for key, text in ((self.key, SECRET), (self.key, "second"), (self.mod_key, "mine"), (self.host_key, "hello")):
            room.say(key, text, now, 1_795_372_260)
        self.mark = room.person(self.key).mark
        self.turn()

    def enter(self, visitor: Visitor) -> Reader:
        """:return: a visitor, and the live page that he has opened."""
        client = self.connect().send(get("/live", *visitor.headers()))
        return Reader(visitor, client)

    def somebody(self, trip: Tripcode | None = None) -> tuple[Reader, bytes]:
        """:return: somebody with cookies and his key; with a tripcode, if he is to have one."""
        before = {*self.chat.presence}
        visitor = Visitor(self).go("/")
        first = self.enter(visitor)
        (key,) = {*self.chat.presence} - before
        if trip is not None:
            self.chat.room.restyle(key, Look(trip=trip), self.clock.seconds())
            first.client.leave()
            first = self.enter(visitor)
        return first, key

    def who(self, key: bytes) -> Who:
        """:return: somebody with a cookie."""
        return Who(key, cookie=True)

    def turn(self, seconds: float = 0.1) -> None:
        """Time passes, in small steps."""
        self.clock.pump([0.05] * round(seconds / 0.05))

    def news(self) -> tuple[str, str, str]:
        """:return: what the broadcaster, the moderator and the viewer have got since this was last asked."""
        self.turn()
        return self.host.news(), self.mod.news(), self.viewer.news()
