"""What open live documents are told, piece by piece."""

from __future__ import annotations

from dataclasses import replace

from onionstream.chat.looks import PALETTE, Look, Own
from onionstream.chat.people import Role
from onionstream.chat.presence import Way
from onionstream.chat.rules import Rules, When
from onionstream.chat.tripcode import Tripcode
from onionstream.web import rules
from onionstream.web.feed import DRESSED, PATIENCE, USERS_RATE
from onionstream.web.fragments import NAMES
from onionstream.web.stage import Air
from tests.web.chatting import ChatCase, rules_of
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
        self.assertEqual(rules_of(news), rules.colours(somebody))
        self.assertLess(news.index("<style"), news.index("one"))

    def test_a_colour_of_ones_own_is_there_from_the_beginning(self) -> None:
        """For those who are in the history or here."""
        somebody = self.person(name="Anna", colour=Own("#aabbcc", "#001122"))
        self.say("one", somebody.key)
        self.live.feed._dressed.clear()
        self.assertIn(rules.colours(somebody), rules_of(self.body(self.read())))

    def test_D50_of_so_many_colours_it_is_known_that_all_have_them(self) -> None:
        """Of the others it is told again."""
        for _ in range(DRESSED + 10):
            self.person(name="", colour=Own("#aabbcc", "#001122"))
        self.assertEqual(len(self.live.feed._dressed), DRESSED)


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
        number = self.say("old")
        client = self.read()
        self.live.feed._newest = 10_000
        self.news(client)
        self.room.hide(number)
        self.assertEqual(self.news(client), "")

    def test_S68_a_new_look_also_for_old_messages(self) -> None:
        """In open documents by rules, in new ones as if it had always been so."""
        somebody = self.person(name="Anna", colour=1)
        self.say("hello", somebody.key)
        client = self.read()
        self.news(client)
        self.room.restyle(somebody.key, Look(name="Ben", colour=2, trip=TRIP), 1.0)
        self.assertEqual(rules_of(self.news(client)), rules.looks(somebody, "Ben"))
        self.assertIn(PALETTE[2].dark, rules.looks(somebody, "Ben"))
        new = self.body(self.read())
        self.assertIn("<bdi>Ben</bdi>", new)
        self.assertNotIn("Anna", new)

    def test_D01_a_new_name_stands_nowhere_as_itself(self) -> None:
        """In the rule it is numbers."""
        somebody = self.person(name="Anna")
        client = self.read()
        self.news(client)
        self.room.restyle(somebody.key, Look(name="</style><b>"), 1.0)
        news = self.news(client)
        self.assertNotIn("</style><b>", news)
        self.assertIn(rules.text("</style><b>"), news)

    def test_a_ban_and_its_end(self) -> None:
        """The name is struck out; for those who come later too."""
        somebody = self.person(name="Anna")
        self.say("hello", somebody.key)
        client = self.read()
        self.news(client)
        self.room.ban(somebody.key)
        rule = rules_of(self.news(client))
        self.assertIn("line-through", rule)
        self.assertIn(rule, rules_of(self.body(self.read())))
        self.room.unban(somebody.key)
        self.assertEqual(rules_of(self.news(client)), rule.replace("line-through", "none"))


class StageTests(ChatCase):
    """The stream's states."""

    def change(self, **what: object) -> None:
        """The stage changes, and says so."""
        self.stage = replace(self.stage, **what)  # type: ignore[arg-type]
        self.live.stage_changed()

    def test_the_title_and_the_description(self) -> None:
        """They change in place; each is the newest of its kind."""
        client = self.read()
        self.news(client)
        self.change(title="Day 13", description="")
        news = self.news(client)
        self.assertEqual([one.get("class") for one in parsed(news).iter() if one.get("slot")], ["k5", "k7"])
        self.assertIn("Day 13", news)

    def test_what_stays_is_not_sent_again(self) -> None:
        """However often somebody says that something has changed."""
        client = self.read()
        self.turn(2)
        self.news(client)
        self.change()
        self.turn(2)
        self.assertEqual(self.news(client), "")

    def test_each_state_has_its_pill(self) -> None:
        """A word and a look, and a note where there is something to wait for."""
        client = self.read()
        shown = {}
        for state in Air:
            self.change(state=state)
            self.turn()
            pill = found(parsed(self.body(client)), "span", slot="state")[-1]
            shown[state] = (text(pill), pill.get("class"))
        self.assertEqual(
            shown,
            {
                Air.OFFLINE: ("Offline", "k1 pill"),
                Air.STARTING: ("Starting", "k1 pill wait"),
                Air.RESTARTING: ("Restarting", "k1 pill wait"),
                Air.ONLINE: ("Live", "k1 pill on"),
            },
        )

    def test_R01_while_the_broadcaster_reconnects_there_is_a_note(self) -> None:
        """And it goes when he is back."""
        client = self.read()
        self.news(client)
        self.change(state=Air.RESTARTING)
        self.assertIn("The broadcaster is reconnecting.", self.news(client))
        self.change(state=Air.ONLINE)
        self.assertIn('<span slot="note" class="k3"></span>', self.news(client))

    def test_L18_the_time_on_air(self) -> None:
        """Hours and minutes of the stream, once a minute; whole minutes only."""
        client = self.read()
        self.clock.advance(3 * 3600 + 7 * 60 + 59)
        self.news(client)
        self.live.feed.minute()
        self.assertIn('Live for <time datetime="PT3H7M">3:07</time>', self.news(client))
        self.live.feed.minute()
        self.assertEqual(self.news(client), "")
        self.change(state=Air.OFFLINE, since=None)
        self.assertIn('<span slot="up" class="k2"></span>', self.news(client))


class PresenceTests(ChatCase):
    """Who is here."""

    def names(self, markup: str) -> list[str]:
        """:return: the newest list of users, headings too."""
        lists = found(parsed(markup), "div", class_="ul")
        return [text(one) for one in lists[-1].iter() if one.tag.endswith(("h3", "li"))] if lists else []

    def named(self, name: str, *ways: Way, role: Role = Role.VIEWER) -> bytes:
        """Somebody with a name comes."""
        who, _ = self.newcomer()
        if role is not Role.VIEWER:
            self.room.appoint(who.key, role, 0.0)
        self.room.restyle(who.key, Look(name=name), 0.0)
        for way in ways:
            self.presence.enter(who.key, way)
        return who.key

    def test_S80_two_groups_the_broadcaster_first(self) -> None:
        """Watching, and not watching, by the time of their coming."""
        self.named("Anna", Way.PAGE, Way.VIDEO)
        self.named("Ben", Way.PAGE)
        self.named("Captain", Way.PAGE, Way.VIDEO, role=Role.BROADCASTER)
        self.turn(10)
        self.assertEqual(
            self.names(self.body(self.read())),
            ["Watching (2)", "HostCaptain", "Anna", "Not watching (1)", "Ben"],
        )

    def test_S80_you_are_told_by_a_rule_of_your_own(self) -> None:
        """The list is the same for all."""
        who, cookie = self.newcomer()
        style = rules_of(self.body(self.read(cookie)))
        self.assertIn(f'li.u{self.room.person(who.key).mark}::after{{content:"(You)"}}', style)

    def test_8192_joins_a_minute_make_few_lists_and_counts(self) -> None:
        """Counts each second at the most, and lists each five, or more rarely when they are long."""
        client = self.read()
        self.news(client)
        for number in range(8192 // 6):
            self.presence.enter(number.to_bytes(16, "big"), Way.VIDEO)
            self.stage = replace(self.stage, watching=self.presence.watching)
            self.clock.advance(10 / (8192 / 6))
        news = self.news(client)
        self.assertLess(news.count('slot="count"'), 12)
        self.assertLess(news.count('slot="users"'), 3)
        self.assertLess(len(news), 10 * USERS_RATE + 40_000)

    def test_the_last_change_is_not_lost(self) -> None:
        """A while after the last join the numbers are right."""
        client = self.read()
        for number in range(50):
            self.presence.enter(number.to_bytes(16, "big"), Way.PAGE)
            self.turn()
        self.turn(20)
        self.assertEqual(text(found(parsed(self.body(client)), "span", slot="ucount")[-1]), "50")
        self.assertEqual(self.names(self.body(client))[0], "Not watching (50)")

    def test_two_hundred_by_name(self) -> None:
        """And of the others the number."""
        for number in range(NAMES + 50):
            self.presence.enter(number.to_bytes(16, "big"), Way.VIDEO if number % 2 else Way.PAGE)
        self.turn(60)
        page = self.body(self.read())
        self.assertEqual(len(self.names(page)), NAMES + 2)
        self.assertIn("and 50 more", page)
        self.assertIn("Not watching (125)", self.names(page))

    def test_a_count_that_came_with_the_page_is_put_right_too(self) -> None:
        """Somebody comes between two counts, and the next count is what the others have had already."""
        self.read()
        self.turn(2)
        self.presence.enter(b"1" * 16, Way.PAGE)
        self.presence.enter(b"2" * 16, Way.PAGE)
        client = self.read()
        self.presence.leave(b"2" * 16, Way.PAGE)
        self.turn(2)
        counts = [text(one) for one in found(parsed(self.body(client)), "span", slot="ucount")]
        self.assertEqual((counts[0], counts[-1]), ("2", "1"))


class NoteTests(ChatCase):
    """Who has the page and not the video."""

    def wait(self, seconds: float) -> None:
        """Time passes, and it is looked now and then."""
        for _ in range(round(seconds / 5)):
            self.live.feed.check()
            self.turn(5)
        self.live.feed.check()

    def test_S34_you_are_not_receiving_the_video(self) -> None:
        """Told after more than ten seconds, once, with a link that loads the player."""
        client = self.read(self.newcomer()[1])
        self.wait(PATIENCE)
        self.assertNotIn("You are not receiving", self.body(client))
        self.wait(60)
        self.assertEqual(self.body(client).count("You are not receiving the video."), 1)
        links = [
            one for one in found(parsed(self.body(client)), "a", target="player") if text(one) == "Load the player"
        ]
        self.assertEqual([one.get("href") for one in links], ["/player"])

    def test_it_goes_when_he_watches(self) -> None:
        """And comes back when he does not any more."""
        who, cookie = self.newcomer()
        client = self.read(cookie)
        self.wait(30)
        self.watch(who)
        self.wait(10)
        self.assertIn('<span slot="note" class="k3"></span>', self.news(client))
        self.presence.leave(who.key, Way.VIDEO)
        self.wait(30)
        self.assertIn("You are not receiving", self.news(client))

    def test_not_to_others(self) -> None:
        """Neither to one who watches, nor to one of whom it is not known, nor while there is nothing to watch."""
        who, cookie = self.newcomer()
        self.watch(who)
        clients = [self.read(cookie), self.read()]
        self.wait(60)
        self.stage = replace(self.stage, state=Air.OFFLINE, since=None)
        self.live.stage_changed()
        clients.append(self.read(self.newcomer()[1]))
        self.wait(60)
        for client in clients:
            self.assertNotIn("You are not receiving", self.body(client))


class RoomTests(ChatCase):
    """What the room needs done."""

    def test_S51_what_waits_for_its_turn_is_said(self) -> None:
        """By a timer; a short wait eats nothing."""
        self.room.rules = Rules(captcha=When.NEVER, between=3.0)
        for timer in self.live.timers():
            timer.startService()
            self.addCleanup(timer.stopService)
        client = self.read()
        self.say("one")
        self.say("two")
        self.turn(1)
        self.assertNotIn(">two<", self.body(client))
        self.turn(3)
        self.assertIn(">two<", self.body(client))

    def test_who_is_here_is_not_forgotten(self) -> None:
        """Others are, after a while."""
        here, cookie = self.newcomer()
        gone, _ = self.newcomer()
        for who in (here, gone):
            self.room.restyle(who.key, Look(name=f"name {who.key.hex()[:8]}"), 0.0)
        self.read(cookie)
        self.live._forget()
        self.clock.advance(200_000)
        self.live._forget()
        self.clock.advance(1)
        self.live._forget()
        self.assertEqual([bool(self.room.person(who.key).look.name) for who in (here, gone)], [True, False])
