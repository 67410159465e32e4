"""A raid on a real daemon, and what the broadcaster's page has against it, as others see it in what they have open."""

from __future__ import annotations

import contextlib
import socket
from urllib.parse import urlencode

from twisted.internet.threads import deferToThread

from tests.real.daemon import QUICK, Daemon, DaemonCase, clock
from tests.real.talker import Talker
from tests.real.waiting import until

SETTINGS = QUICK + '[chat]\nbetween = 0.0\nburst = 100\n[captcha]\nwhen = "never"\n'


class Person(Talker):
    """Somebody who talks."""

    def wants_to_say(self, text: str) -> bool:
        """:return: whether it was said; if not, a captcha is asked for."""
        self.say(text)
        if "captcha" not in self.page.fields:
            return True
        assert self.page.fields["text"] == text, self.page.fields
        return False


class Host(Talker):
    """The broadcaster, who is logged in."""

    def __init__(self, daemon: Daemon) -> None:
        """He logs in."""
        super().__init__(daemon.port)
        self.go("/login")
        self._send(password=daemon.password)

    def set(self, form: str, **fields: str) -> str:
        """:return: what his page says after one of its forms was sent."""
        self.go("/broadcaster")
        action = f"/broadcaster/{form}"
        self._ask("POST", action, urlencode({**self.page.forms[action][0], **fields}))
        (said,) = self.page.said["status"] + self.page.said["alert"]
        return said


class Open:
    """
    Something of the site that somebody has open, and that does not end by itself.

    :ivar ended: it has.
    """

    def __init__(self, daemon: Daemon, path: str, who: Talker) -> None:
        """:param who: whose it is."""
        self.ended = False
        self._received = b""
        cookie = "; ".join(f"{name}={value}" for name, value in who._cookies.items())
        self._link = socket.create_connection(("127.0.0.1", daemon.port))
        self._link.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
        self._link.setblocking(False)
        self.close = self._link.close

    def received(self) -> str:
        """:return: all that has come by now."""
        with contextlib.suppress(BlockingIOError):
            while piece := self._link.recv(1 << 20):
                self._received += piece
            self.ended = True
        return self._received.decode(errors="replace")

    async def gets(self, words: str, times: int = 1) -> None:
        """Wait until it holds these so often."""
        await until(clock(), words, self.received, lambda text: text.count(words) >= times)

    async def ends(self, what: str) -> None:
        """Wait until it has ended."""
        await until(clock(), f"the end of {what}", lambda: self.received() and self.ended)


class RaidTests(DaemonCase):
    """Raiders come to a stream that people watch and talk about."""

    async def people(self, daemon: Daemon, count: int) -> list[Person]:
        """:return: some who have just come."""
        return [await deferToThread(Person, daemon.port) for _ in range(count)]

    def opened(self, daemon: Daemon, path: str, who: Talker) -> Open:
        """:return: what he has open until the end of the test."""
        one = Open(daemon, path, who)
        self.addCleanup(one.close)
        return one

    async def say(self, people: list[Person], text: str) -> list[bool]:
        """:return: for each of them whether it was said."""
        return [await deferToThread(one.wants_to_say, text) for one in people]

    async def test_from_the_first_message_to_the_last(self) -> None:
        """
        Newcomers are asked for captchas while those who have talked go on; what newcomers have said vanishes from open
        pages and comes back; slow, members and closed stand in open pages, and the door ends what strangers see.
        """
        daemon = self.daemon(SETTINGS)
        await daemon.on_air()
        host = await deferToThread(Host, daemon)
        known = await self.people(daemon, 2)
        self.page = self.opened(daemon, "/live", known[0])
        video = self.opened(daemon, "/stream.mp4", known[0])
        self.assertEqual(await self.say(known, "friendly"), [True, True])
        await self.page.gets("friendly", 2)
        await self._raid(daemon, host, known)
        await self._modes(host, known)
        self.assertFalse(self.page.ended)
        self.assertFalse(video.received() and video.ended)
        self.assertIn("as you have set it", await deferToThread(host.set, "door", kind="members"))
        await self.page.ends("a stranger's page")
        await video.ends("a stranger's video")
        his = self.opened(daemon, "/live", host)
        await his.gets("friendly", 2)
        self.assertEqual(daemon.output.count("On air."), 1)

    async def _raid(self, daemon: Daemon, host: Host, known: list[Person]) -> None:
        """The button, and messages that vanish and come back."""
        first = await self.people(daemon, 2)
        self.assertEqual(await self.say(first, "raided"), [True, True])
        self.assertIn("New people have to", await deferToThread(host.set, "raid", act="on", minutes="0"))
        second = await self.people(daemon, 3)
        self.assertEqual(await self.say(second, "raided too"), [False] * 3)
        self.assertEqual(await self.say(known, "undisturbed"), [True, True])
        await self.page.gets("undisturbed", 2)
        found = await deferToThread(host.set, "sweep", act="count", minutes="5", younger="5")
        self.assertEqual(found, "6 messages of 4 people would vanish.")
        self.assertEqual(
            await deferToThread(host.set, "sweep", act="hide", minutes="5", younger="5"), "6 messages vanished."
        )
        await self.page.gets("#m1,#m2,#m3,#m4,#m5,#m6{display:none}")
        fresh = self.opened(daemon, "/live", second[0])
        await fresh.gets('<div slot="hb"')
        self.assertNotIn("raided", fresh.received())
        self.assertEqual(await deferToThread(host.set, "sweep", act="back"), "6 messages can be seen again.")
        await self.page.gets("#m1,#m2,#m3,#m4,#m5,#m6{display:block}")
        await self.opened(daemon, "/live", second[0]).gets("raided", 2)
        await deferToThread(host.set, "raid", act="off")
        self.assertEqual(await self.say(second, "raided too"), [True] * 3)

    async def _modes(self, host: Host, known: list[Person]) -> None:
        """Who may write; those who may not still have what they have typed."""
        for mode, note in (
            ("slow", "Slow mode: everybody may write once in 60 s."),
            ("members", "Only members can write"),
            ("closed", "The chat is closed"),
        ):
            await deferToThread(host.set, "chat", mode=mode, slow="60")
            await self.page.gets(note)
        await deferToThread(known[0].say, "a word")
        self.assertEqual(known[0].page.fields.get("text"), "a word")
        await deferToThread(host.set, "chat", mode="open")
        self.assertEqual(await self.say(known, "again"), [True, True])
        await self.page.gets("again", 2)
