"""The commands about the chat."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.errors import ChatError
from onionstream.chat.events import Said
from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.presence import Presence, Way
from onionstream.chat.refusals import BroadcasterError
from onionstream.control.moderation import MOST, Moderation
from onionstream.control.protocol import Answer, RefusedError, UsageError
from onionstream.control.verbs import find
from tests.chat.rooms import MINUTE, STRICT, Talk, key, trip

BROADCASTER = key("broadcaster")


class ModerationCase(SynchronousTestCase):
    """A chat in which ann and bob have said something."""

    def setUp(self) -> None:
        """They have no names."""
        self.talk = Talk(filters=STRICT)
        self.present = Presence(lambda: None)
        self.moderation = Moderation(
            self.talk.room,
            self.present,
            lambda person: person.look.name or f"Anonymous{person.tag}",
            BROADCASTER,
            now=lambda: self.talk.now,
            when=lambda: self.talk.when,
        )
        self.talk.say("ann", "One")
        self.talk.say("bob", "Two\nlines")

    def do(self, text: str) -> Answer:
        """:return: what comes of a command."""
        verb, words = find(text.split())
        answer = self.moderation.acts()[verb.name](words)
        assert isinstance(answer, Answer)
        return answer

    def mark(self, name: str) -> str:
        """:return: of somebody whom the test calls so."""
        return self.talk.room.person(key(name)).mark


class SayTests(ModerationCase):
    """The broadcaster speaks."""

    def test_A65_as_the_broadcaster(self) -> None:
        """At once, however often, and the number is told."""
        for number in range(3, 13):
            self.assertEqual(self.do(f"say Number {number}").data, {"number": number})
        message = self.talk.told(Said)[-1].message
        self.assertEqual((message.text, message.author.role), ("Number 12", Role.BROADCASTER))

    def test_nothing_to_say(self) -> None:
        """It is asked for."""
        self.assertRaises(UsageError, self.do, "say")

    def test_S62_word_filters_count(self) -> None:
        """Unless the configuration says otherwise; the broadcaster is never banned by them."""
        self.assertRaises(ChatError, self.do, "say evil")
        self.assertEqual(self.do("say good").data, {"number": 4})


class ShowTests(ModerationCase):
    """What was said."""

    def test_A65_the_latest_messages(self) -> None:
        """With numbers and marks, by which they and their authors are called; further lines are indented."""
        time = f"{MINUTE // 3600 % 24:02}:{MINUTE // 60 % 60:02}"
        ann, bob = self.mark("ann"), self.mark("bob")
        self.assertEqual(
            self.do("chat show").lines,
            (
                f"    1  {time}  {ann}  Anonymous#{ann[:3]}: One",
                f"    2  {time}  {bob}  Anonymous#{bob[:3]}: Two",
                "              lines",
            ),
        )

    def test_A65_so_many_of_them(self) -> None:
        """And never more than there may be."""
        self.assertEqual([fact["number"] for fact in self.facts("chat show 1")], [2])
        self.talk.slowly("cat", 3)
        for number in range(300):
            self.do(f"say {number}")
        self.assertEqual(len(self.facts("chat show 999999")), MOST)
        self.assertEqual(len(self.facts("chat")), 20)

    def facts(self, text: str) -> list[dict[str, object]]:
        """:return: the messages as programs get them."""
        data = self.do(text).data
        assert isinstance(data, list)
        return data

    def test_the_hidden_ones(self) -> None:
        """Those by word filters too; nobody could show them again without their numbers."""
        self.do("hide 1")
        self.assertRaises(ChatError, self.talk.say, "bob", "spam")
        self.assertEqual([fact["number"] for fact in self.facts("chat hidden")], [1, 3])
        self.assertEqual([fact["number"] for fact in self.facts("chat")], [2])

    def test_no_number(self) -> None:
        """What is no number is said to be none."""
        for word in ("x", "0", "-1", "1.5", "٣", "1" * 5000, "1 2"):
            self.assertRaises(UsageError, self.do, f"chat show {word}")

    def test_L50_no_key_of_anybody(self) -> None:
        """Marks only: nothing of which a token could be made."""
        self.do(f"ban {self.mark('ann')}")
        told = "".join(str(self.do(text)) for text in ("chat", "users", "bans"))
        self.assertNotIn(key("ann").hex(), told)
        self.assertNotIn(key("ann").decode(), told)


class HideTests(ModerationCase):
    """Messages vanish and come back."""

    def test_S71_several_at_once(self) -> None:
        """Those that could be hidden are told."""
        self.assertEqual(self.do("hide 1 2 77").data, {"numbers": [1, 2]})
        self.assertEqual(self.talk.shown(), [])
        self.assertEqual(self.do("hide 1").lines, ("Hidden: none.",))

    def test_S73_and_back(self) -> None:
        """The same."""
        self.do("hide 1 2")
        self.assertEqual(self.do("unhide 2").lines, ("Shown again: 2.",))
        self.assertEqual(self.talk.shown(), ["Two\nlines"])

    def test_nothing_is_done_of_half_a_command(self) -> None:
        """One word that is no number, and no message is hidden."""
        for text in ("hide", "hide 1 x", "unhide", "hide 1 -2"):
            self.assertRaises(UsageError, self.do, text)
        self.assertEqual(self.talk.shown(), ["One", "Two\nlines"])


class BanTests(ModerationCase):
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

    def test_who_is_banned(self) -> None:
        """Since when, and by whom."""
        self.assertEqual(self.do("bans").lines, ("Nobody is banned.",))
        self.do("ban 1")
        self.assertRaises(ChatError, self.talk.say, "bob", "evil")
        data = self.do("bans").data
        assert isinstance(data, list)
        found = [(ban["mark"], ban["when"], ban["why"]) for ban in data]
        when = MINUTE - MINUTE % 60
        self.assertEqual(found, [(self.mark("ann"), when, "moderation"), (self.mark("bob"), when, "filter")])

    def test_a_ban_taken_back(self) -> None:
        """Once."""
        self.do("ban 1")
        self.do(f"unban {self.mark('ann')}")
        self.assertFalse(self.talk.room.person(key("ann")).banned)
        self.assertRaises(RefusedError, self.do, f"unban {self.mark('ann')}")

    def test_S15_never_the_broadcaster(self) -> None:
        """Not even by himself."""
        self.do("say hello")
        self.assertRaises(BroadcasterError, self.do, "ban 3")

    def test_nobody(self) -> None:
        """A mark that nobody has, a number that no message has."""
        for text in ("ban 77", "ban 0123456789", "unban 0123456789"):
            self.assertRaises(RefusedError, self.do, text)
        for text in ("ban", "ban 1 all", "ban 1 hide hide", "ban ann", "unban", "unban 1 2", "bans 1"):
            self.assertRaises(UsageError, self.do, text)
        self.assertEqual(list(self.talk.room.bans), [])


class UserTests(ModerationCase):
    """Who is here."""

    def test_A65_who_is_here(self) -> None:
        """Those who watch first; with names, tripcodes, roles and bans."""
        self.assertEqual(self.do("users").lines, ("Nobody is here.",))
        self.present.enter(key("cat"), Way.PAGE)
        self.present.enter(key("bob"), Way.VIDEO)
        self.talk.room.restyle(key("cat"), Look(name="Cat", trip=trip("x")), self.talk.now)
        self.do("ban 2")
        bob, cat = self.mark("bob"), self.mark("cat")
        self.assertEqual(
            self.do("users").lines,
            (
                f"{bob}  Anonymous#{bob[:3]}  (viewer, watches, banned)",
                f"{cat}  Cat !{trip('x').shown}  (viewer)",
            ),
        )
        self.assertRaises(UsageError, self.do, "users all")
