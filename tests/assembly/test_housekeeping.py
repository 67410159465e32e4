"""What the chat room needs done now and then."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.assembly.housekeeping import TIDY, Housekeeping
from onionstream.chat.filters import Filters
from onionstream.chat.looks import Look
from onionstream.chat.people import ABSENT
from onionstream.chat.room import Room
from onionstream.chat.rules import Rules, When

ANNA, BEN = b"a" * 16, b"b" * 16


class HousekeepingTests(SynchronousTestCase):
    """A room, and Anna who is here."""

    def setUp(self) -> None:
        """It is looked after from the beginning."""
        rules = Rules(captcha=When.NEVER, between=3.0)
        self.clock = Clock()
        self.room = Room(rules, Filters(), bytes.hex, lambda _: None)
        for timer in Housekeeping(self.room, [ANNA], self.clock, lambda: 0.0).timers():
            timer.startService()
            self.addCleanup(timer.stopService)

    def say(self, text: str) -> None:
        """Anna says something."""
        self.room.say(ANNA, text, self.clock.seconds(), 0)

    def said(self) -> list[str]:
        """:return: what everybody reads."""
        return [message.text for message in self.room.history(9)]

    def test_S51_what_waits_for_its_turn_is_said(self) -> None:
        """When it is due, without anybody doing anything; a short wait eats nothing."""
        self.say("one")
        self.say("two")
        self.clock.advance(2.5)
        self.assertEqual(self.said(), ["one"])
        self.clock.advance(0.75)
        self.assertEqual(self.said(), ["one", "two"])

    def test_S10_who_is_here_is_not_forgotten(self) -> None:
        """Others are, after a day."""
        for key in (ANNA, BEN):
            self.room.restyle(key, Look(name=f"name {key.hex()[:8]}"), 0.0)
        self.clock.pump([ABSENT / 2, ABSENT / 2 - TIDY, TIDY, TIDY])
        self.assertEqual([bool(self.room.person(key).look.name) for key in (ANNA, BEN)], [True, False])
