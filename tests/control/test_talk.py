"""The commands about what is said, and who is here."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.errors import ChatError
from onionstream.chat.events import Said
from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.presence import Way
from onionstream.control.acts import MOST
from onionstream.control.protocol import UsageError
from tests.chat.rooms import MINUTE, key, trip
from tests.control.fakes import FakeDaemon


class TalkCase(SynchronousTestCase):
    """A chat in which ann and bob have said something."""

    def setUp(self) -> None:
        """They have no names."""
        self.daemon = FakeDaemon(Path(self.mktemp()))
        self.talk, self.present = self.daemon.talk, self.daemon.present
        self.do, self.mark = self.daemon.do, self.daemon.mark
        self.talk.say("ann", "One")
        self.talk.say("bob", "Two\nlines")


class SayTests(TalkCase):
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


class ShowTests(TalkCase):
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


class BanListTests(TalkCase):
    """Who may not chat."""

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


class UserTests(TalkCase):
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
