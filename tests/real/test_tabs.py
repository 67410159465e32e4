"""
Many tabs of one browser: it opens six connections to one site at the most, and a form needs one of them.
"""

from __future__ import annotations

from tests.real.daemon import DaemonCase
from tests.real.test_talking import UNHURRIED
from tests.real.visitors import HEADING, Visitor, VisitorCase

TABS = 5


class FirefoxTests(VisitorCase, DaemonCase):
    """
    Firefox.
    """

    name = "firefox"

    async def test_the_newest_of_many_tabs_can_do_all(self) -> None:
        """
        Its video plays, and what is said there is read there; the oldest one says where it goes on.
        """
        daemon = self.daemon(UNHURRIED)
        await daemon.on_air()
        tabs = [await self.visitor(self.name, daemon.url)]
        while len(tabs) < TABS:
            tabs.append(Visitor(await tabs[-1].page.tab(daemon.url)))
            await tabs[-1].settled()
        newest, before = tabs[-1], tabs[-2]
        await newest.plays()
        await newest.begin()
        await newest.say("from the newest tab")
        await newest.reads("from the newest tab")
        await before.reads("from the newest tab")
        await tabs[0].sees("where it goes on", HEADING, lambda text: text == "The chat goes on in your newer tab")


class ChromiumTests(FirefoxTests):
    """
    Chromium.
    """

    name = "chromium"
