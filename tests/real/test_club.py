"""
The secret club, in real browsers without scripts.
"""

from __future__ import annotations

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from onionstream.settings.config import Chat, Config
from onionstream.web.lock import Kind
from tests.real.insite import InSite
from tests.real.visitors import HEADING, Visitor, VisitorCase

SENTENCE = """document.getElementById("err")?.innerText"""

LOADED = """document.readyState === "complete" && document.activeElement !== document.body"""

FITS = """document.documentElement.scrollHeight <= innerHeight"""
"""Whether all of a frame's document is seen at once."""


class ClubTests(VisitorCase):
    """
    Members, and who will be none any more.
    """

    async def test_S69_who_would_put_himself_out_is_asked_before(self) -> None:
        """
        In the place of the form. He keeps his tripcode, and all goes on; or he changes it all the same, and then the
        whole page is that of the door, not a frame of it.
        """
        site = InSite(Config(chat=Chat(between=0.0)), reactor)
        self.addCleanup(lambda: Deferred.fromCoroutine(site.end()))
        people = await self.both(site.url)
        for person in people:
            await person.begin()
            await person.say("hello")
            await person.press("a[href*='/look']")
            await self._types(person, "fish", "was changed")
        trip = site.room.history(1)[0].author.look.trip
        assert trip is not None
        site.chat.course.set_member(trip.digest, member=True)
        site.chat.course.set_door(Kind.MEMBERS)
        for person in people:
            await self._types(person, "fowl", "no member any more")
            self.assertTrue(await person.look(FITS, "form"))
            await person.press("button[value=no]")
            await self._reads(person, "Nothing was changed")
            await person.reads("hello", "hello")
            await self._types(person, "fowl", "no member any more")
            await person.press("button[value=yes]")
            await person.sees("the door", HEADING, lambda words: words == "SECRET CLUB", frame="")

    async def _types(self, person: Visitor, password: str, answer: str) -> None:
        await person.sees("all of the form", LOADED, frame="form")  # its end takes the cursor away
        await person.press("#password")
        await person.sees("the cursor there", """document.activeElement?.id === "password" """, frame="form")
        await person.page.write(password)
        await person.page.press("Enter")
        await self._reads(person, answer)

    async def _reads(self, person: Visitor, answer: str) -> None:
        await person.sees(answer, SENTENCE, lambda said: said is not None and answer in said, frame="form")
