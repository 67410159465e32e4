"""The commands that keep the chat in order, and the log of what they did."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.errors import ChatError
from onionstream.chat.looks import Look
from onionstream.chat.moderation import GoneError, NothingError, NoTripcodeError
from onionstream.chat.people import Role
from onionstream.chat.presence import Way
from onionstream.chat.staff import Deed, RightsError
from onionstream.control.acts import MOST
from onionstream.control.protocol import RefusedError, UsageError
from onionstream.web.course import CourseError
from tests.chat.rooms import MINUTE, key, trip
from tests.control.fakes import BROADCASTER, FakeDaemon

TIME = f"{MINUTE // 3600 % 24:02}:{MINUTE // 60 % 60:02}"


class DeedCase(SynchronousTestCase):
    """A chat in which ann and bob have said something."""

    def setUp(self) -> None:
        """They have no names."""
        self.daemon = FakeDaemon(Path(self.mktemp()))
        self.talk, self.present = self.daemon.talk, self.daemon.present
        self.do, self.mark = self.daemon.do, self.daemon.mark
        self.talk.say("ann", "One")
        self.talk.say("bob", "Two\nlines")

    def wear(self, name: str) -> None:
        """Somebody has a name, and a tripcode."""
        self.talk.room.restyle(key(name), Look(name=name.title(), trip=trip(name)), self.talk.now)


class HideTests(DeedCase):
    """Messages vanish and come back."""

    def test_S71_several_at_once(self) -> None:
        """Those that could be hidden are told."""
        self.assertEqual(self.do("hide 1 2 2 77").data, {"numbers": [1, 2], "deeds": [1, 2]})
        self.assertEqual(self.talk.shown(), [])
        self.assertRaises(NothingError, self.do, "hide 1")
        self.assertRaises(GoneError, self.do, "hide 77")

    def test_S73_and_back(self) -> None:
        """The same."""
        self.do("hide 1 2")
        self.assertEqual(self.do("unhide 2").lines, ("Shown again: 2.", "To take it back: undo 3"))
        self.assertEqual(self.talk.shown(), ["Two\nlines"])

    def test_nothing_is_done_of_half_a_command(self) -> None:
        """One word that is no number, and no message is hidden; nor by more numbers than deeds are remembered."""
        for text in ("hide", "hide 1 x", "unhide", "hide 1 -2", "hide" + " 1" * (MOST + 1)):
            self.assertRaises(UsageError, self.do, text)
        self.assertEqual(self.talk.shown(), ["One", "Two\nlines"])


class BanTests(DeedCase):
    """Who may chat."""

    def test_A65_by_the_number_of_a_message(self) -> None:
        """Its author is banned, and his messages stay."""
        self.do("ban 1")
        self.assertTrue(self.talk.room.person(key("ann")).banned)
        self.assertEqual(self.talk.shown(), ["One", "Two\nlines"])

    def test_A65_by_a_mark_and_hide(self) -> None:
        """All of his messages go; the mark may stand as pages have it."""
        self.do(f"ban #{self.mark('bob').upper()} hide")
        self.assertTrue(self.talk.room.person(key("bob")).banned)
        self.assertEqual(self.talk.shown(), ["One"])

    def test_somebody_who_never_said_anything(self) -> None:
        """Who is here has a mark."""
        self.present.enter(key("cat"), Way.PAGE)
        self.do(f"ban {self.mark('cat')}")
        self.assertTrue(self.talk.room.person(key("cat")).banned)

    def test_a_ban_taken_back(self) -> None:
        """Once."""
        self.do("ban 1")
        self.assertRaises(NothingError, self.do, "ban 1")
        self.do(f"unban {self.mark('ann')}")
        self.assertFalse(self.talk.room.person(key("ann")).banned)
        self.assertRaises(NothingError, self.do, f"unban {self.mark('ann')}")

    def test_S15_never_the_broadcaster(self) -> None:
        """Not even by himself."""
        self.do("say hello")
        self.assertRaises(RightsError, self.do, "ban 3")

    def test_nobody(self) -> None:
        """A mark that nobody has, a number that no message has."""
        self.assertRaises(RefusedError, self.do, "ban 77")
        for text in ("ban 0123456789", "unban 0123456789"):
            self.assertRaises(GoneError, self.do, text)
        for text in ("ban", "ban 1 all", "ban 1 hide hide", "ban ann", "unban", "unban 1 2", "bans 1"):
            self.assertRaises(UsageError, self.do, text)
        self.assertEqual(list(self.talk.room.bans), [])


class SweepTests(DeedCase):
    """What newcomers have said."""

    def setUp(self) -> None:
        """Ann and bob came long ago."""
        super().setUp()
        self.daemon.wait(1000)
        for name in ("ann", "cat", "dan"):
            self.talk.say(name, f"{name} again")

    def test_S73_it_goes_as_one_deed(self) -> None:
        """And comes back as one; it is said how much it is."""
        answer = self.do("sweep 5 10")
        self.assertEqual(answer.lines, ("Hidden: 2 messages of 2 people.", "To take it back: undo 1"))
        self.assertEqual(answer.data, {"messages": [4, 5], "deeds": [1]})
        self.assertEqual(self.talk.shown(), ["One", "Two\nlines", "ann again"])
        self.assertEqual(self.do("undo 1").lines, ("Taken back: Hidden: 2 messages of 2 people",))
        self.assertEqual(len(self.talk.shown()), 5)

    def test_nothing_to_hide(self) -> None:
        """It is said."""
        self.do("sweep 5 10")
        self.assertEqual(self.do("sweep 5 10").data, {"messages": [], "deeds": []})

    def test_what_is_no_time(self) -> None:
        """Nothing is hidden."""
        for text in ("sweep", "sweep 5", "sweep 5 x", "sweep 5 5 5", "sweep 0 5"):
            self.assertRaises(UsageError, self.do, text)
        self.assertRaises(CourseError, self.do, "sweep 5 9999")
        self.assertEqual(len(self.talk.shown()), 5)


class ModeratorTests(DeedCase):
    """Who is one."""

    def test_S75_made_and_dismissed(self) -> None:
        """By mark and by tripcode; both can be undone."""
        self.assertEqual(self.do("mods").lines, ("There are no moderators.",))
        self.wear("bob")
        self.assertEqual(self.do(f"mods add {self.mark('bob')}").lines[0], "Bob is a moderator now.")
        self.assertIs(self.talk.room.person(key("bob")).role, Role.MODERATOR)
        full = trip("bob").full
        self.assertEqual(self.do("mods").lines, (full,))
        self.assertEqual(self.do(f"mods drop {full}").lines[0], f"!{trip('bob').shown} is no moderator any more.")
        self.assertIs(self.talk.room.person(key("bob")).role, Role.VIEWER)
        self.do("undo 2")
        self.assertEqual(self.do("mods").data, {"configured": [], "appointed": {full: MINUTE}})
        self.do("undo 1")
        self.assertEqual(self.do("mods").data, {"configured": [], "appointed": {}})

    def test_those_of_the_configuration(self) -> None:
        """They are shown, and cannot be dismissed here."""
        self.daemon.moderation.configure(frozenset({trip("bob").digest}), self.talk.now)
        self.assertEqual(self.do("mods").lines, (f"{trip('bob').full}  (in the configuration)",))
        self.assertRaises(ChatError, self.do, f"mods drop {trip('bob').full}")

    def test_who_cannot_be_one(self) -> None:
        """Without a tripcode; and a mark is no tripcode."""
        self.assertRaises(NoTripcodeError, self.do, f"mods add {self.mark('ann')}")
        self.assertRaises(NothingError, self.do, f"mods drop {trip('bob').full}")
        for text in ("mods add", "mods add 1 2", "mods drop", "mods drop x", "mods show x"):
            self.assertRaises(UsageError, self.do, text)


class LogTests(DeedCase):
    """What was done, and by whom."""

    def test_S73_all_that_was_done_here_is_the_broadcaster_s(self) -> None:
        """The latest last, with the numbers by which it is undone."""
        self.assertEqual(self.do("log").lines, ("Nothing was done yet.",))
        self.wear("bob")
        self.do("hide 1")
        self.do("ban 2 hide")
        self.do("undo 1")
        ann = f"Anonymous#{self.mark('ann')[:3]}"
        host = f"Anonymous#{self.mark('broadcaster')[:3]}"
        self.assertEqual(
            self.do("log").lines,
            (
                f"    1  {TIME}  {host}: Hidden: a message of {ann} (taken back)",
                f"    2  {TIME}  {host}: Banned, and all messages hidden: Bob",
            ),
        )
        self.assertEqual(self.do("log 1").lines, self.do("log").lines[1:])
        self.assertEqual({one.actor.key for one in self.daemon.moderation}, {BROADCASTER})

    def test_as_programs_get_it(self) -> None:
        """Whoever it was done to: a person, a tripcode, many."""
        self.wear("bob")
        self.do("ban 1")
        self.do(f"mods add {self.mark('bob')}")
        self.do(f"mods drop {trip('bob').full}")
        self.do("sweep 5 5")
        data = self.do("log").data
        assert isinstance(data, list)
        self.assertEqual([one["deed"] for one in data], ["ban", "appoint", "dismiss", "sweep"])
        self.assertEqual([one["target"].get("mark") for one in data[:2]], [self.mark("ann"), self.mark("bob")])
        self.assertEqual(data[2]["target"], {"tripcode": trip("bob").shown})
        self.assertEqual((data[3]["target"], data[3]["messages"]), ({"messages": 2, "people": 2}, [1, 2]))
        self.assertEqual({(one["actor"]["role"], one["undone"]) for one in data}, {("broadcaster", False)})

    def test_S73_what_a_moderator_did_is_taken_back_too(self) -> None:
        """The broadcaster may undo everything, once."""
        self.talk.appoint("bob", Role.MODERATOR)
        self.daemon.moderation.to_message(key("bob"), Deed.HIDE, 1, self.talk.when)
        self.do("undo 1")
        self.assertEqual(len(self.talk.shown()), 2)
        self.assertRaises(NothingError, self.do, "undo 1")
        self.assertRaises(GoneError, self.do, "undo 7")
        for text in ("undo", "undo x", "log x", "log 1 2"):
            self.assertRaises(UsageError, self.do, text)
