"""
People talk to each other without scripts: one with Firefox, one with Chromium, with cookies and without.
"""

from __future__ import annotations

import re

from tests.real.daemon import QUICK, DaemonCase
from tests.real.profiles import Habits
from tests.real.visitors import BEGAN, NAMES, OWN, Visitor, VisitorCase

UNHURRIED = QUICK + '[chat]\nbetween = 0.0\nburst = 100\nburst_lines = 1000\n[captcha]\nwhen = "never"\n'
"""Nobody has to wait, whatever he says."""


class TalkingTests(VisitorCase, DaemonCase):
    """
    What is said is read at once, in documents that go on.
    """

    habits = Habits()

    async def test_what_one_says_the_other_reads_at_once(self) -> None:
        """
        Typed, sent with Enter, there; in the same live documents all the time, and the cursor is back in the box. The
        video goes on meanwhile, and so do new names in what was said before.
        """
        daemon = self.daemon(UNHURRIED)
        await daemon.on_air()
        gate = self.gate(daemon.port)
        one, two = people = await self.both(gate.url, self.habits)
        began = [await person.look(BEGAN) for person in people]
        videos = [await person.plays() for person in people]
        asked = dict(gate.asked)
        await one.begin()
        await one.say("Good evening")
        await two.begin()
        await two.say("<b>Hello</b> & welcome")
        await one.say("no click was needed")
        said = ["Good evening", "<b>Hello</b> & welcome", "no click was needed"]
        for person in people:
            await person.reads(*said)
        self.assertEqual([await person.look(OWN) for person in people], [said[::2], said[1::2]])
        await self._names(one, two)
        self.assertEqual([await person.look(BEGAN) for person in people], began)
        self.assertEqual([await person.plays() for person in people], videos)
        lasting = ("/live", "/player", "/stream.mp4")
        self.assertEqual([gate.asked[path] for path in lasting], [asked[path] for path in lasting])
        for person in people:
            await self._carries(person)

    async def _names(self, one: Visitor, two: Visitor) -> None:
        """One takes a name; what he has said is said by that name, on both pages, and the other's is not."""
        await one.names_himself('Zoë "\\ 🐈')
        for person in (one, two):
            seen = await person.sees("the name", NAMES, lambda names: names[0] == 'Zoë "\\ 🐈')
            self.assertEqual(seen[2], 'Zoë "\\ 🐈')
            self.assertTrue(re.fullmatch(r"Anonymous\W*\w+", seen[1]), seen)
        await two.names_himself("Bert")
        for person in (one, two):
            await person.sees("both names", NAMES, lambda names: names == ['Zoë "\\ 🐈', "Bert", 'Zoë "\\ 🐈'])

    async def _carries(self, person: Visitor) -> None:
        """With cookies no address carries who he is."""
        self.assertFalse([address for address in await person.addresses() if re.search("[?&][rw]=", address)])


class WithoutCookiesTests(TalkingTests):
    """
    The same where no cookie is kept: the addresses in the page say who somebody is.
    """

    habits = Habits(cookies=False)

    async def _carries(self, person: Visitor) -> None:
        """Forms carry more than what is only looked at, and both stay the same."""
        addresses = [address for address in await person.addresses() if address not in ("", "/")]
        self.assertTrue(all(re.search("[?&][rw]=", address) for address in addresses), addresses)
        self.assertFalse([address for address in addresses if "w=" in address and not address.startswith("/form")])
