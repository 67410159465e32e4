"""
The broadcaster keeps order in the chat, from the live page and without scripts.
"""

from __future__ import annotations

from tests.real.daemon import Daemon, DaemonCase, clock
from tests.real.test_moderated import OFF_AIR, TEXT
from tests.real.visitors import BEGAN, DRAFT, Visitor, VisitorCase
from tests.real.waiting import until

SETTINGS = OFF_AIR + '[chat]\nbetween = 0.0\nburst = 100\n[captcha]\nwhen = "never"\n'

STRUCK = """getComputedStyle(document.querySelector("#m1 .t")).textDecorationLine"""
SAID = """document.querySelector(".k9:not(:has(~ .k9))")?.innerText"""


class StaffTests(VisitorCase, DaemonCase):
    """
    Hide, undo, ban, unban.
    """

    async def test_S70_S75_what_the_broadcaster_does_is_seen_at_once_in_the_pages_of_others(self) -> None:
        """
        His own document goes on all the time, and what he has typed stays; whoever is banned has to go, and may come
        back when that ends.
        """
        daemon = self.daemon(SETTINGS)
        await until(clock(), "the site", lambda: "Next try" in daemon.output)
        viewer = await self.visitor("chromium", daemon.url)
        await viewer.begin()
        await viewer.say("first")
        await viewer.say("second")
        host = await self._broadcaster(daemon)
        await host.reads("first", "second")
        began = [await person.look(BEGAN) for person in (host, viewer)]
        await host.begin()
        await host.page.write("half a sentence")
        await self._hide_and_undo(host, viewer)
        self.assertEqual([await person.look(BEGAN) for person in (host, viewer)], began)
        await self._ban_and_unban(host, viewer, daemon.url)
        self.assertEqual(await host.look(BEGAN), began[0])
        self.assertEqual(await host.look(DRAFT, "form"), "half a sentence")

    async def _hide_and_undo(self, host: Visitor, viewer: Visitor) -> None:
        await host.press("#m1 .hide", "live")
        await viewer.reads("second")
        await host.sees("it struck out", STRUCK, lambda line: line == "line-through")
        await host.reads("first", "second")
        await host.sees("what was done", SAID, lambda said: said is not None and said.startswith("Hidden: a message"))
        await host.press(".k9:not(:has(~ .k9)) .undo", "live")
        await viewer.reads("first", "second")
        await host.sees("it whole again", STRUCK, lambda line: line == "none")

    async def _ban_and_unban(self, host: Visitor, viewer: Visitor, url: str) -> None:
        await host.press("#m2 .banhide", "live")
        await viewer.sees("that he has to go", TEXT, lambda text: text is not None and "You have been banned" in text)
        await viewer.sees("the way in", """document.querySelector("a[href='/']") !== null""")
        self.assertNotIn("first", await viewer.look(TEXT))
        await host.press(".users > summary", "live")
        await host.press(".k8:not(:has(~ .k8)) li .small + .mod .unban", "live")
        await host.sees("what was done", SAID, lambda said: said is not None and said.startswith("Not banned any more"))
        await viewer.page.open(url)
        await viewer.settled()
        await viewer.begin()
        await viewer.say("sorry")
        await viewer.reads("sorry")
        await host.reads("first", "second", "sorry")

    async def _broadcaster(self, daemon: Daemon) -> Visitor:
        """
        :return: somebody who has typed the password, and has the page open.
        """
        host = Visitor(await self.remote("firefox", self.a_screen(), f"{daemon.url}broadcaster"))
        await host.sees("the form", """document.activeElement?.id === "password" """, frame="")
        await host.page.write(daemon.password)
        await host.page.press("Enter")
        await host.sees("his page", """document.querySelector(".desk") !== null""", frame="")
        await host.page.open(daemon.url)
        await host.settled()
        return host
