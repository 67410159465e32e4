"""What open live documents are told, piece by piece."""

from __future__ import annotations

from onionstream.chat.events import Message, Said
from onionstream.chat.looks import PALETTE, Look, Own
from onionstream.chat.people import Role
from onionstream.chat.presence import Way
from onionstream.chat.tripcode import Tripcode
from onionstream.web import css
from onionstream.web.feed import DRESSED, Feed
from onionstream.web.fragments import NAMES, Words
from onionstream.web.hub import MOST, OpenDocument
from tests.fakes import FakeResponse
from tests.web.chatting import DAY, ChatCase, rules_of
from tests.web.markup import found, parsed, text

TRIP = Tripcode(b"t" * 32)


class SaidTests(ChatCase):
    """Messages."""

    def test_a_message_is_there_at_once(self) -> None:
        """With nothing turned: not the clock, not the page."""
        self.turn(1)
        client = self.read()
        self.say("hello")
        self.assertIn(b"hello", client.received)

    def test_one_render_for_all(self) -> None:
        """The same bytes for everybody, its author too."""
        who, cookie = self.newcomer()
        clients = [self.read(), self.read(), self.read(cookie)]
        self.turn(2)
        for client in clients:
            self.news(client)
        self.say("hello", who.key)
        self.assertEqual(len({self.news(client) for client in clients}), 1)

    def test_what_a_message_shows(self) -> None:
        """Time, name, tripcode with its colour, text."""
        somebody = self.person(name="Anna", colour=10, trip=TRIP)
        client = self.read()
        self.news(client)
        number = self.say("one\ntwo", somebody.key)
        root = parsed(self.news(client))
        (line,) = found(root, "div", class_="m")
        self.assertEqual((line.get("id"), line.get("class")), (f"m{number}", f"m u{somebody.mark}"))
        self.assertEqual(text(line), f"18:31 Anna{TRIP.shown}: one\ntwo")
        self.assertEqual(found(line, "time")[0].get("datetime"), "2026-11-22T18:31Z")
        self.assertEqual(found(line, "b")[0].get("class"), "n ca")
        self.assertEqual(found(line, "span", class_="trip")[0].get("class"), f"trip t{TRIP.hue:x}")

    def test_S9_the_unnamed_have_a_tag(self) -> None:
        """Three digits of the mark, apart from the name."""
        client = self.read()
        self.say("hello")
        (name,) = found(parsed(self.news(client)), "b", class_="n")
        mark = self.room.person(b"k" * 16).mark
        self.assertEqual([text(part) for part in name], ["Anonymous", f"#{mark[:3]}"])

    def test_D12_a_badge_is_markup_before_the_name(self) -> None:
        """The broadcaster's and a moderator's; nobody can type one."""
        self.room.appoint(b"b" * 16, Role.BROADCASTER, 0.0)
        self.room.appoint(b"m" * 16, Role.MODERATOR, 0.0)
        client = self.read()
        self.news(client)
        for key in (b"b" * 16, b"m" * 16, b"k" * 16):
            self.say("hello", key)
        lines = [text(line) for line in found(parsed(self.news(client)), "div", class_="m")]
        self.assertEqual(
            [line.partition(" ")[2].partition("#")[0] for line in lines[:2]], ["HostBroadcaster: hello", "ModAnonymous"]
        )
        self.assertTrue(lines[2].startswith("18:31 Anonymous#"))

    def test_a_colour_of_ones_own_is_a_rule(self) -> None:
        """Sent before the first message that needs it, and once."""
        somebody = self.person(name="Anna", colour=Own("#aabbcc", "#001122"))
        self.live.feed._dressed.clear()
        client = self.read()
        self.news(client)
        self.say("one", somebody.key)
        self.say("two", somebody.key)
        news = self.news(client)
        self.assertEqual(rules_of(news), css.colours(somebody))
        self.assertLess(news.index("<style"), news.index("one"))

    def test_a_colour_of_ones_own_is_there_from_the_beginning(self) -> None:
        """For those who are in the history or here."""
        somebody = self.person(name="Anna", colour=Own("#aabbcc", "#001122"))
        self.say("one", somebody.key)
        self.live.feed._dressed.clear()
        self.assertIn(css.colours(somebody), rules_of(self.body(self.read())))

    def test_D50_of_so_many_colours_it_is_known_that_all_have_them(self) -> None:
        """Of the others it is told again."""
        for _ in range(DRESSED + 10):
            self.say("hello", self.person(name="", colour=Own("#aabbcc", "#001122")).key)
        self.assertEqual(len(self.live.feed._dressed), DRESSED)

    def test_D50_only_those_who_are_listed_by_name_have_a_rule(self) -> None:
        """Of the others, however many they are, nothing is to be seen."""
        for number in range(NAMES + 50):
            key = number.to_bytes(16, "big")
            self.room.restyle(key, Look(colour=Own("#aabbcc", "#001122")), 0.0)
            self.presence.enter(key, Way.PAGE)
        client = self.read()
        self.turn(60)
        news = self.news(client)
        self.assertIn("and 50 more", news)
        self.assertLessEqual(rules_of(news).count("#aabbcc"), NAMES)
        self.assertEqual(rules_of(self.news(self.read())).count("#aabbcc"), NAMES)


class DayTests(ChatCase):
    """The line of a new day."""

    def test_S58_a_day_is_told_once_though_its_messages_are_hidden(self) -> None:
        """What a new document begins with is no matter of those that are open."""
        self.say("yesterday")
        client = self.read()
        self.now += DAY
        self.room.hide(self.say("today"))
        self.read()
        self.say("later")
        self.turn()
        self.assertEqual(self.body(client).count('<div class="day">'), 1)

    def test_S58_the_day_of_old_messages_is_not_told_again(self) -> None:
        """Those that were there before anybody read along: a document begins with their day."""
        self.say("old")
        feed = Feed(self.room, self.presence, lambda: self.stage, self.clock, Words())
        feed.history()
        response = FakeResponse()
        feed.hub.join(OpenDocument(response))
        message = self.room.say(b"k" * 16, "new", self.clock.seconds(), self.now)
        assert isinstance(message, Message)
        feed.tell(Said(message), self.now)
        self.turn()
        self.assertEqual((response.data.count(b'class="m '), response.data.count(b'class="day')), (1, 0))
        feed.close()


class ModerationTests(ChatCase):
    """What changes in old messages."""

    def test_S73_hidden_and_shown_again(self) -> None:
        """By rules with the document's nonce."""
        numbers = [self.say(f"number {number}") for number in range(3)]
        client = self.read()
        nonce = found(parsed(self.body(client)), "style")[0].get("nonce")
        self.news(client)
        self.room.hide(*numbers[:2])
        (style,) = found(parsed(self.news(client)), "style")
        self.assertEqual((style.get("nonce"), text(style)), (nonce, "#m1,#m2{display:none}"))
        self.room.unhide(numbers[0])
        self.assertEqual(rules_of(self.news(client)), "#m1{display:block}")

    def test_only_what_may_be_open_is_hidden(self) -> None:
        """Messages that no open document has any more need no rule."""
        feed, number, rules = self.live.feed, self.say("old"), []
        client = self.read()
        for newest in (number + MOST + feed.shown - 1, number + MOST + feed.shown):
            feed._newest = newest
            self.news(client)
            self.room.hide(number)
            rules.append(rules_of(self.news(client)))
            self.room.unhide(number)
        self.assertEqual(rules, [f"#m{number}{{display:none}}", ""])

    def test_S68_a_new_look_also_for_old_messages(self) -> None:
        """In open documents by rules, in new ones as if it had always been so."""
        somebody = self.person(name="Anna", colour=1)
        self.say("hello", somebody.key)
        client = self.read()
        self.news(client)
        self.room.restyle(somebody.key, Look(name="Ben", colour=2, trip=TRIP), 1.0)
        self.assertEqual(rules_of(self.news(client)), css.looks(somebody, "Ben"))
        self.assertIn(PALETTE[2].dark, css.looks(somebody, "Ben"))
        new = self.body(self.read())
        self.assertIn("<bdi>Ben</bdi>", new)
        self.assertNotIn("Anna", new)

    def test_D50_a_new_look_of_somebody_who_is_not_to_be_seen_is_not_told(self) -> None:
        """He has said nothing and is not here: or anybody could make every document longer, as often as he likes."""
        client = self.read()
        self.news(client)
        for number in range(20):
            self.room.restyle(bytes([number] * 16), Look(name=f"Anna{number}"), 0.0)
        self.assertEqual(self.news(client), "")

    def test_S68_a_new_look_of_somebody_who_is_here_and_has_said_nothing(self) -> None:
        """He is in the list of users."""
        who, cookie = self.newcomer()
        self.turn(1)
        client = self.read(cookie)
        self.turn(10)
        self.news(client)
        self.room.restyle(who.key, Look(name="Anna"), 0.0)
        self.assertIn(css.text("Anna"), rules_of(self.news(client)))

    def test_D50_what_is_rendered_for_the_next_reader_has_a_bound(self) -> None:
        """Although nobody comes."""
        for number in range(self.live.feed.shown + 50):
            self.say(f"message {number}")
        self.assertEqual(len(self.live.feed._rendered), self.live.feed.shown)
        self.assertIn(b"message 149", self.read().received)

    def test_D01_a_new_name_stands_nowhere_as_itself(self) -> None:
        """In the rule it is numbers."""
        somebody = self.person()
        client = self.read()
        self.news(client)
        self.room.restyle(somebody.key, Look(name="</style><b>"), 1.0)
        news = self.news(client)
        self.assertNotIn("</style><b>", news)
        self.assertIn(css.text("</style><b>"), news)

    def test_a_ban_and_its_end(self) -> None:
        """The name is struck out; for those who come later too."""
        somebody = self.person(name="Anna")
        self.say("hello", somebody.key)
        client = self.read()
        self.news(client)
        self.room.ban(somebody.key)
        self.assertIn(css.banned(somebody), rules_of(self.news(client)))
        self.assertIn("line-through", css.banned(somebody))
        self.assertIn(css.banned(somebody), rules_of(self.body(self.read())))
        self.room.unban(somebody.key)
        self.assertIn(css.banned(somebody), rules_of(self.news(client)))
