"""
With scripts on: the same, and what is typed while a message is on its way stays.
"""

from __future__ import annotations

import signal

from tests.real.daemon import Daemon, DaemonCase
from tests.real.profiles import Habits
from tests.real.test_talking import UNHURRIED
from tests.real.visitors import BEGAN, DRAFT, Visitor, VisitorCase

NONCE = "document.forms[0].elements.nonce.value"
TITLE = "document.title"


class ScriptTests(VisitorCase, DaemonCase):
    """
    Firefox and Chromium.
    """

    async def test_what_is_typed_meanwhile_stays_and_the_unread_are_counted(self) -> None:
        """
        The daemon stands still while the message is on its way; the form is the same document all the time.
        """
        daemon = self.daemon(UNHURRIED)
        await daemon.on_air()
        people = await self.both(daemon.url, Habits(scripts=True))
        for person in people:
            await person.begin()
        forms = [await person.look(BEGAN, "form") for person in people]
        nonces = [await person.look(NONCE, "form") for person in people]
        await self._stand_still(daemon, people)
        for person in people:
            await person.reads("first", "first")
        for person, nonce in zip(people, nonces, strict=True):
            await person.sees("that it was sent", f"{NONCE} !== {nonce!r}", frame="form")
            await person.sees("what was typed meanwhile", DRAFT, lambda text: text == "and more", frame="form")
            await person.page.press("Enter")
        for person in people:
            await person.reads("first", "first", "and more", "and more")
            await person.sees("an empty box", DRAFT, lambda text: text == "", frame="form")
        self.assertEqual([await person.look(BEGAN, "form") for person in people], forms)
        await self._unread(*people)

    async def _stand_still(self, daemon: Daemon, people: tuple[Visitor, ...]) -> None:
        """Both send something and type on, and the daemon does nothing."""
        daemon.signal(signal.SIGSTOP)
        try:
            for person in people:
                await person.page.write("first")
                await person.page.press("Enter")
                await person.sees("it go", DRAFT, lambda text: text == "", frame="form")
                await person.page.write("and more")
        finally:
            daemon.signal(signal.SIGCONT)

    async def _unread(self, one: Visitor, two: Visitor) -> None:
        """What comes while the page is behind another tab stands in its title until it is looked at again."""
        await one.sees("no number", TITLE, lambda text: text == "A live stream", frame="")
        await one.page.tab("about:blank")
        await one.sees("that it is hidden", "document.hidden", frame="")
        await one.sees("the chat to be some seconds old", "performance.now() > 5000")
        await two.page.write("are you there?")
        await two.page.press("Enter")
        await one.sees("a number", TITLE, lambda text: text == "(1) A live stream", frame="")
