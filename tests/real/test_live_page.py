"""
The live page in real browsers without scripts: what changes is seen at once, and what breaks mends itself.
"""

from __future__ import annotations

import os
import signal

from tests.real.daemon import QUICK, DaemonCase, clock
from tests.real.profiles import Habits
from tests.real.visitors import BEGAN, DRAFT, OWN, TYPING, Visitor, VisitorCase
from tests.real.waiting import until

PLAIN = QUICK + '[stream]\ntitle = "Day one"\n'
OFF_AIR = '[encoder]\nprogram = "no-such-ffmpeg"\n'


def shown(slot: str) -> str:
    """
    :param slot: of the live document.
    :return: an expression: what it shows there now.
    """
    return f"""[...document.querySelectorAll("[slot={slot}]")].filter(one => one.getClientRects().length).map(
        one => one.innerText.trim()).join("|")"""


def told(slot: str) -> str:
    """
    :param slot: of the live document.
    :return: an expression: all that was shown there, one after the other.
    """
    return f"""[...document.querySelectorAll("[slot={slot}]")].map(one => one.textContent.trim())"""


USERS = (
    """[...[...document.querySelectorAll("[slot=users]")].at(-1).querySelectorAll("h3")].map(one => one.textContent)"""
)


class LivePageTests(VisitorCase, DaemonCase):
    """
    What happens to the stream and to the daemon.
    """

    async def test_title_and_counts_follow(self) -> None:
        """
        Somebody comes, the title changes, somebody goes: the other reads it in a document that goes on.
        """
        daemon = self.daemon(PLAIN)
        await daemon.on_air()
        one, two = people = await self.both(daemon.url)
        began = await two.look(BEGAN)
        for person in people:
            await person.sees("the title", shown("title"), lambda text: text == "Day one")
            await person.sees("two who watch", shown("count"), lambda text: text == "2 watching")
            await person.sees("them as a list", USERS, lambda texts: texts == ["Watching (2)"])
        daemon.config.write_text(QUICK + '[stream]\ntitle = "Day <two> & more"\ndescription = "What it is about."\n')
        daemon.signal(signal.SIGHUP)
        for person in people:
            await person.sees("the new title", shown("title"), lambda text: text == "Day <two> & more")
            await person.sees("the description", shown("about"), lambda text: text == "What it is about.")
        await one.page.open("about:blank")
        await two.sees("one who watches", shown("count"), lambda text: text == "1 watching")
        await two.sees("him as a list", USERS, lambda texts: texts == ["Watching (1)"])
        self.assertEqual(await two.look(BEGAN), began)

    async def test_R01_the_page_tells_that_the_encoder_has_died_and_is_back(self) -> None:
        """
        In the pill and in a sentence, while the video's response goes on.
        """
        daemon = self.daemon(PLAIN)
        await daemon.on_air()
        people = await self.both(daemon.url)
        before = [(await person.look(BEGAN), await person.plays()) for person in people]
        os.kill(daemon.encoder()[0], signal.SIGKILL)
        await daemon.on_air(times=2)
        for person in people:
            states = await person.sees(
                "it is live again", told("state"), lambda states: "Restarting" in states and states[-1] == "Live"
            )
            self.assertEqual([one for one in states if one not in ("Live", "Restarting")], [])
            notes = await person.look(told("note"))
            self.assertIn("reconnecting", " ".join(notes))
            self.assertEqual(notes[-1], "")
        self.assertEqual([(await person.look(BEGAN), await person.plays()) for person in people], before)

    async def test_the_picture_comes_by_itself_to_a_page_that_was_opened_offline(self) -> None:
        """
        The player waits, and the live page says so; then it begins.
        """
        daemon = self.daemon(OFF_AIR)
        await until(clock(), "the site", lambda: "Next try" in daemon.output)
        people = await self.both(daemon.url)
        began = [await person.look(BEGAN) for person in people]
        for person in people:
            await person.sees(
                "that it is offline", shown("state"), lambda text: text.title() in ("Offline", "Starting")
            )
            await person.sees("the waiting player", "document.querySelector('.card h1').innerText", frame="player")
        daemon.config.write_text(PLAIN)
        daemon.signal(signal.SIGHUP)
        for person in people:
            await person.sees("that it is live", shown("state"), lambda text: text.title() == "Live")
            await person.plays()
        self.assertEqual([await person.look(BEGAN) for person in people], began)


class RestartTests(VisitorCase, DaemonCase):
    """
    The daemon ends, and another one begins in its place.
    """

    async def test_R40_after_a_restart_the_page_mends_itself(self) -> None:
        """
        After SIGTERM, known by a cookie.
        """
        await self._restart(signal.SIGTERM, Habits())

    async def test_R43_after_sudden_death_the_page_mends_itself(self) -> None:
        """
        After SIGKILL, known by addresses.
        """
        await self._restart(signal.SIGKILL, Habits(cookies=False))

    async def _restart(self, number: signal.Signals, habits: Habits) -> None:
        """What was typed stays where it is, and can be sent by the person who typed it."""
        daemon = self.daemon(PLAIN)
        await daemon.on_air()
        gate = self.gate(daemon.port)
        people = await self.both(gate.url, habits)
        live = [await person.look(BEGAN) for person in people]
        for person in people:
            await person.plays()
        forms = [await person.look(BEGAN, "form") for person in people]
        for person in people:
            await person.begin()
            await person.page.write("not sent yet")
        daemon.signal(number)
        await daemon.ended()
        daemon = self.daemon(PLAIN, daemon.folder, port=daemon.port)
        await daemon.on_air()
        for person, began in zip(people, live, strict=True):
            await person.sees("another live document", f"{BEGAN} !== {began} && document.querySelector('.hb') !== null")
            await person.plays()
        self.assertEqual([await person.look(BEGAN, "form") for person in people], forms)
        self.assertEqual([await person.look(DRAFT, "form") for person in people], ["not sent yet"] * 2)
        for person in people:
            await self._send(person)
            await person.sees("what was typed, as his own", OWN, lambda texts: texts == ["not sent yet"])

    async def _send(self, person: Visitor) -> None:
        """The form is from before: it is shown once more, with what was typed, and sent."""
        began = await person.look(BEGAN, "form")
        await person.page.press("Enter")
        await person.sees(
            "the form again",
            f"{BEGAN} !== {began} && {TYPING} && {DRAFT}",
            lambda text: text == "not sent yet",
            frame="form",
        )
        await person.page.press("Enter")
