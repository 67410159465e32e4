"""What open live documents are told of the stream, of who is here, and of their readers' players."""

from __future__ import annotations

from dataclasses import replace

from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.presence import Way
from onionstream.web.feed import PATIENCE, USERS_RATE
from onionstream.web.fragments import NAMES
from onionstream.web.stage import Air
from tests.web.chatting import ChatCase, rules_of
from tests.web.markup import found, parsed, text


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

    def test_people_without_a_name_in_the_list_cost_its_readers_nothing(self) -> None:
        """A document begins with the rules of those that it names, however many are here."""
        for number in range(2 * NAMES):
            self.presence.enter(number.to_bytes(16, "big"), Way.PAGE)
        self.turn(60)
        self.assertEqual(len(self.live.feed._listed), NAMES)

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

    def test_S34_it_is_told_again_after_a_note_for_all(self) -> None:
        """Which took its place, however short the interruption was."""
        client = self.read(self.newcomer()[1])
        self.wait(30)
        for state in (Air.RESTARTING, Air.ONLINE):
            self.stage = replace(self.stage, state=state)
            self.live.stage_changed()
        self.wait(30)
        self.assertEqual(self.body(client).count("You are not receiving the video."), 2)

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
