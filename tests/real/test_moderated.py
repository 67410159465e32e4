"""
What may not be said is not said, and what is hidden vanishes from open pages, without scripts.
"""

from __future__ import annotations

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from onionstream.settings.config import Captcha, Chat, Config
from tests.real.daemon import DaemonCase, clock
from tests.real.insite import InSite
from tests.real.visitors import BEGAN, DRAFT, TYPING, Visitor, VisitorCase
from tests.real.waiting import until

OFF_AIR = '[encoder]\nprogram = "no-such-ffmpeg"\n'
FILTERED = OFF_AIR + '[chat.filters]\ncensor = ["darn"]\nblock = ["casino"]\nban = ["re:buy +now"]\n'

TEXT = "document.body.innerText"
ALERT = """document.querySelector(".alert")?.innerText"""


class FilterTests(VisitorCase, DaemonCase):
    """
    The word filter of the configuration.
    """

    async def test_S61_what_the_filter_stops_is_read_by_nobody(self) -> None:
        """
        A word is censored; a message is stopped, and its writer still has it in the box; another one is what nobody may
        say, and he cannot chat any more.
        """
        daemon = self.daemon(FILTERED)
        await until(clock(), "the site", lambda: "Next try" in daemon.output)
        one, two = await self.both(daemon.url)
        await one.begin()
        await one.say("darn it")
        await one.say("come to the CASINO")
        await one.sees("why it was not said", ALERT, lambda text: text is not None and "stopped" in text, frame="form")
        await one.sees("the text", DRAFT, lambda text: text == "come to the CASINO", frame="form")
        await two.begin()
        await two.page.write("buy  now")
        await two.page.press("Enter")
        await two.sees(
            "that he is banned", ALERT, lambda text: text is not None and "cannot chat" in text, frame="form"
        )
        self.assertIsNone(await two.look("document.querySelector('form')", "form"))
        await two.sees("why there is no chat", TEXT, lambda text: text is not None and "been banned" in text)
        await one.reads("[CENSORED] it")


class HidingTests(VisitorCase):
    """
    What moderators do, done by the test.
    """

    async def site(self, settings: Config) -> InSite:
        """
        :return: a site that ends with the test.
        """
        site = InSite(settings, reactor)
        self.addCleanup(lambda: Deferred.fromCoroutine(site.end()))
        return site

    async def test_what_is_hidden_vanishes_and_comes_back(self) -> None:
        """
        From open pages, and those stay the same; then all that somebody has said goes with him.
        """
        site = await self.site(Config(chat=Chat(between=0.0)))
        one, two = people = await self.both(site.url)
        began = [await person.look(BEGAN) for person in people]
        await one.begin()
        await one.say("first")
        await two.begin()
        await two.say("second")
        await one.say("third")
        await self._read(people, "first", "second", "third")
        first, second, _ = site.room.history(3)
        site.room.hide(first.number, second.number)
        await self._read(people, "third")
        site.room.unhide(first.number)
        await self._read(people, "first", "third")
        self.assertEqual([await person.look(BEGAN) for person in people], began)
        site.room.ban(first.author.key, hide=True)
        await two.reads()
        site.room.unhide(second.number)
        await two.reads("second")
        await one.sees("that he has to go", TEXT, lambda text: text is not None and "been banned" in text)
        await one.page.write("may I?")
        await one.page.press("Enter")
        await one.sees("that he may not", ALERT, lambda text: text is not None and "cannot chat" in text, frame="form")
        self.assertEqual(await two.look(BEGAN), began[1])

    async def _read(self, people: tuple[Visitor, ...], *texts: str) -> None:
        for person in people:
            await person.reads(*texts)

    async def test_S52_a_captcha_stands_in_the_form_and_the_draft_beside_it(self) -> None:
        """
        Its picture is seen; a wrong answer leads to another one, the right one says what was typed.
        """
        site = await self.site(Config(captcha=Captcha(when="first")))
        one, two = await self.both(site.url)
        for person, text in ((one, "my first words"), (two, "and mine")):
            await person.begin()
            await person.page.write(text)
            await person.page.press("Enter")
            picture = await self._asked(person, text)
            await person.page.write("nothing like it")
            await person.page.press("Enter")
            await self._asked(person, text, other_than=picture)
            await person.page.write(site.solution())
            await person.page.press("Enter")
            await person.sees("the cursor in an empty box", f"{TYPING} && {DRAFT} === ''", frame="form")
        for person in (one, two):
            await person.reads("my first words", "and mine")

    async def _asked(self, person: Visitor, text: str, *, other_than: str = "") -> str:
        """
        :param text: the draft.
        :param other_than: the address of the one before.
        :return: the address of the picture, when it is there, with the draft, and the cursor is in the field for it.
        """
        seen = await person.sees(
            "a captcha",
            """(() => {
                const picture = document.querySelector(".pic img");
                return picture?.naturalWidth && document.activeElement.id === "cap"
                    && [picture.src, document.getElementById("msg").value];
            })()""",
            lambda seen: bool(seen) and seen[0] != other_than,
            frame="form",
        )
        self.assertEqual(seen[1], text)
        return str(seen[0])
