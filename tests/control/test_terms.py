"""The commands for what holds now: doors, chat modes, captchas, raids."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.looks import Look
from onionstream.chat.presence import Way
from onionstream.chat.rules import Mode, Rules, When
from onionstream.control.protocol import UsageError
from onionstream.web.course import LONG, MEMBERS, SLOWEST, CourseError
from onionstream.web.lock import Kind, Lock
from tests.chat.rooms import key, trip
from tests.control.fakes import FakeDaemon

HERE = "Something of this was set while the daemon runs: not all is as the configuration has it."


class TermsCase(SynchronousTestCase):
    """A daemon whose configuration says nothing."""

    def setUp(self) -> None:
        """Nothing was set."""
        self.daemon = FakeDaemon(Path(self.mktemp()))
        self.do, self.course = self.daemon.do, self.daemon.course

    @property
    def rules(self) -> Rules:
        """Those that hold in the chat."""
        return self.daemon.talk.room.rules

    def refuse(self, *texts: str) -> None:
        """These are no commands."""
        for text in texts:
            self.assertRaises(UsageError, self.do, text)


class DoorTests(TermsCase):
    """Who comes in."""

    def test_A65_each_kind(self) -> None:
        """It holds at once, and it is said whose it is."""
        self.assertEqual(self.do("doors").lines, ("Everybody may come in.",))
        for name, kind, told in (
            ("captcha", Kind.CAPTCHA, "A captcha is asked for at the door."),
            ("members", Kind.MEMBERS, "Only members may come in."),
        ):
            self.assertEqual(self.do(f"doors {name}").lines, (told, HERE))
            self.assertIs(self.daemon.lock.lock.kind, kind)
        fact = {"kind": "open", "members": 0, "password": False, "configured": True}
        self.assertEqual(self.do("doors open").data, fact)
        self.refuse("doors show x", "doors open now", "doors captcha now", "doors members now")
        self.assertIs(self.daemon.lock.lock.kind, Kind.OPEN)

    def test_A65_a_password_that_is_not_shown(self) -> None:
        """Another one, and the same again after the door was open; too short a one is refused."""
        self.assertRaises(CourseError, self.do, "doors password")
        self.assertRaises(CourseError, self.do, "doors password short")
        self.assertIs(self.daemon.lock.lock.kind, Kind.OPEN)
        answer = self.do("doors password correct horse")
        self.assertEqual(self.daemon.lock.lock, Lock(kind=Kind.PASSWORD, password="correct horse"))
        self.do("doors open")
        self.do("doors password")
        self.assertEqual(self.daemon.lock.lock, Lock(kind=Kind.PASSWORD, password="correct horse"))
        self.assertNotIn("horse", f"{answer}{self.do('doors')}{self.do('status')}{self.do('config')}")

    def test_S76_members(self) -> None:
        """By whole tripcodes; who is here and is none is shown, so that he can be made one."""
        self.assertEqual(self.do("members").lines, ("There are no members.",))
        fish, cat = trip("fish"), trip("cat")
        self.do(f"members add {fish.full}")
        self.assertEqual((self.rules.members, self.daemon.lock.lock.members), (frozenset({fish.digest}),) * 2)
        self.daemon.present.enter(key("cat"), Way.PAGE)
        self.daemon.talk.room.restyle(key("cat"), Look(name="Cat", trip=cat), self.daemon.talk.now)
        answer = self.do("members")
        self.assertEqual(answer.lines, (fish.full, f"{cat.full}  (no member: Cat is here)"))
        self.do(f"members drop {fish.full}")
        self.assertEqual(self.daemon.lock.lock.members, frozenset())
        self.refuse("members add", "members add x", f"members add {fish.full} x", "members drop", "members show x")

    def test_D50_so_many_members(self) -> None:
        """And no more."""
        self.course.configure(Rules(), Lock(members=frozenset(number.to_bytes(32, "big") for number in range(MEMBERS))))
        self.assertRaises(CourseError, self.do, f"members add {trip('fish').full}")


class ModeTests(TermsCase):
    """Who may write."""

    def test_A65_each_mode(self) -> None:
        """In the words that viewers read."""
        self.assertEqual(self.do("mode").lines, ("Everybody may write.",))
        for name, mode, told in (
            ("members", Mode.MEMBERS, "Only members can write at the moment."),
            ("closed", Mode.CLOSED, "The chat is closed at the moment."),
            ("slow 60", Mode.SLOW, "Slow mode: everybody may write once in 60 s."),
        ):
            self.assertEqual(self.do(f"mode {name}").lines, (told, HERE))
            self.assertIs(self.rules.mode, mode)
        self.do("mode open")
        self.assertIs(self.rules.mode, Mode.OPEN)
        self.do("mode slow")
        self.assertEqual((self.rules.mode, self.rules.slow), (Mode.SLOW, 60))

    def test_what_is_no_mode(self) -> None:
        """Nothing is changed."""
        self.assertRaises(CourseError, self.do, f"mode slow {SLOWEST + 1}")
        self.refuse("mode slow x", "mode slow 0", "mode slow 1 2", "mode open x", "mode closed x", "mode show x")
        self.assertIs(self.rules.mode, Mode.OPEN)

    def test_A65_captchas(self) -> None:
        """When one has to be solved."""
        self.assertEqual(self.do("captcha").lines, ("A captcha has to be solved on suspicion.",))
        for when in (When.NEVER, When.FIRST, When.SUSPICION):
            self.do(f"captcha {when.value}")
            self.assertIs(self.rules.captcha, when)
        self.refuse("captcha show x", "captcha never x", "captcha always")

    def test_A65_a_raid(self) -> None:
        """It begins and ends; who came in the last minutes is new too."""
        self.assertEqual(self.do("raid").lines, ("There is no raid.",))
        self.assertIn("new people have to solve", self.do("raid begin").lines[0])
        self.assertEqual(self.rules.raid, self.daemon.clock.seconds())
        self.do("raid begin 5")
        self.assertEqual(self.rules.raid, self.daemon.clock.seconds() - 300)
        self.assertEqual(self.do("raid end").lines, ("There is no raid.",))
        self.assertIsNone(self.rules.raid)
        self.assertRaises(CourseError, self.do, f"raid begin {LONG + 1}")
        self.refuse("raid begin x", "raid begin 1 2", "raid end now", "raid show x")
        self.assertIsNone(self.rules.raid)

    def test_as_programs_get_it(self) -> None:
        """All that is about writing."""
        self.do("raid begin")
        fact = {"mode": "open", "slow": 30.0, "captcha": "first", "raid": True, "configured": False}
        self.assertEqual(self.do("captcha first").data, fact)
