"""What a live document begins with, and what it must not tell."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

from onionstream.chat.looks import Own
from onionstream.chat.people import Role
from onionstream.chat.tripcode import Tripcode
from onionstream.web.stage import Air
from tests.web.chatting import DAY, ChatCase, rules_of
from tests.web.markup import found, parsed, text


class TracesTests(ChatCase):
    """What a page tells of the machine and of people."""

    def whole(self) -> str:
        """:return: a live document in which everything has happened, and both plain ones."""
        who, cookie = self.newcomer()
        self.watch(self.newcomer()[0])
        somebody = self.person(name="Anna", colour=Own("#aabbcc", "#001122"), trip=Tripcode(b"t" * 32))
        self.room.appoint(somebody.key, Role.MODERATOR, 0.0)
        client = self.read(cookie)
        number = self.say("hello", somebody.key)
        self.room.hide(number)
        self.room.unhide(number)
        self.room.ban(somebody.key)
        self.room.unban(somebody.key)
        for _ in range(4):
            self.live.feed.check()
            self.live.feed.beat()
            self.turn(5)
        self.stage = replace(self.stage, state=Air.RESTARTING)
        self.live.stage_changed()
        self.turn()
        plain = self.read(address="/plain").received + self.read(address="/chat.txt").received
        self.assertEqual(self.errors(), [])
        self.secrets = [who.read, who.write, cookie.partition("t=")[2], who.key.hex(), somebody.key.hex()]
        return client.received.decode() + plain.decode()

    def test_L16_nothing_of_the_machine(self) -> None:
        """No path, name or program."""
        page = self.whole()
        for word in [
            str(Path.home()),
            "/home/",
            "/tmp/",
            "0x7f",
            "Traceback",
            ".py",
            "wisted",
            "klein",
            "ffmpeg",
            "Lavc",
            "x264",
            "jinja",
        ]:
            self.assertNotIn(word, page)

    def test_L65_nothing_of_a_person_but_what_he_shows(self) -> None:
        """No token, no key, in any document of others or his own."""
        page = self.whole()
        for secret in self.secrets:
            self.assertNotIn(secret, page)

    def test_L17_times_are_in_UTC_and_whole_minutes(self) -> None:
        """No seconds anywhere, neither of messages nor of the time on air."""
        self.now += 42
        page = self.whole()
        self.assertIn('<time datetime="2026-11-22T18:31Z">18:31</time>', page)
        self.assertNotRegex(page, r"\d\d:\d\d:\d\d")

    def test_L17_the_machines_time_zone_is_not_told(self) -> None:
        """The same bytes from a machine in Kiribati, where it is tomorrow."""
        self.say("hello")
        _, cookie = self.newcomer()
        here = self.read(cookie, address="/plain").received
        self.addCleanup(self.set_zone, os.environ.get("TZ"))
        self.set_zone("Pacific/Kiritimati")
        self.assertEqual(self.read(cookie, address="/plain").received, here)
        self.assertIn("18:31", here.decode())

    def set_zone(self, zone: str | None) -> None:
        """Be in a time zone."""
        os.environ.pop("TZ", None)
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()

    def test_R31_a_clock_that_is_set_loses_nothing(self) -> None:
        """A day forward and two back: every message is there with its time, and nobody is sent away."""
        client = self.read()
        for step in (0, DAY, -2 * DAY):
            self.now += step
            self.say(f"after {step}")
            self.turn(1)
        self.live.feed.check()
        self.live.feed.minute()
        self.assertFalse(client.closed)
        for page, tag in ((client, "div"), (self.read(), "div"), (self.read(address="/plain"), "p")):
            root = parsed(self.body(page))
            days = [text(one) for one in found(root, tag, class_="day")]
            self.assertEqual(days, ["Sunday 22 November", "Monday 23 November", "Saturday 21 November"])
            self.assertEqual(len(found(root, tag, class_="m")), 3)

    def test_D13_a_link_is_text(self) -> None:
        """It leads nowhere by itself, in no document."""
        self.say("http://example.org/a?b&c https://example.org www.example.org javascript:alert(1) //example.org")
        for address, tag in (("/live", "div"), ("/plain", "p")):
            (line,) = found(parsed(self.body(self.read(address=address))), tag, class_="m")
            self.assertIn("http://example.org/a?b&c", text(line))
            self.assertEqual([one.tag for one in line.iter() if "href" in one.attrib or "src" in one.attrib], [])

    def test_L65_when_somebody_came_is_not_told(self) -> None:
        """The list of users has no time in it."""
        page = self.whole()
        self.assertNotIn("<time", page[page.index('<div slot="users"') :].partition("</div>")[0])


class HistoryTests(ChatCase):
    """What a document begins with."""

    def test_S57_the_last_hundred(self) -> None:
        """Oldest first; what came before is not there."""
        for number in range(103):
            self.say(f"number {number}")
        texts = [text(one) for one in found(parsed(self.body(self.read())), "span", class_="t")]
        self.assertEqual((len(texts), texts[0], texts[-1]), (100, "number 3", "number 102"))

    def test_large_messages_make_it_shorter(self) -> None:
        """A reader who never reads holds a bounded part of it."""
        for _ in range(100):
            self.say("'" * 512)
        page = self.body(self.read())
        self.assertLess(len(page), 128 * 1024)
        self.assertGreater(page.count('class="m '), 30)

    def test_hidden_messages_are_not_in_it(self) -> None:
        """Not even in its source."""
        self.room.hide(self.say("secret"))
        self.assertNotIn("secret", self.body(self.read()))

    def test_nobody_has_said_anything(self) -> None:
        """It says so, and the first message stands after that (the sheet hides it then)."""
        client = self.read()
        self.assertIn('<p class="empty">', self.body(client))
        self.say("hello")
        self.turn()
        self.assertNotIn('<p class="empty">', self.body(self.read()))

    def test_S58_one_day_has_no_line(self) -> None:
        """Its line is there, but not to be seen until another day's follows."""
        self.say("one")
        (line,) = found(parsed(self.body(self.read())), "div", class_="day")
        self.assertEqual((line.get("class"), text(line)), ("day first", "Sunday 22 November"))

    def test_S58_a_line_between_days_and_at_the_top(self) -> None:
        """When more than one day is shown."""
        self.say("one")
        self.now += DAY
        self.say("two")
        self.say("three")
        lines = found(parsed(self.body(self.read())), "div", class_="day")
        self.assertEqual([text(line) for line in lines], ["Sunday 22 November", "Monday 23 November"])
        self.assertEqual({line.get("class") for line in lines}, {"day"})

    def test_A37_only_yesterdays_messages(self) -> None:
        """Their day is told."""
        self.say("one")
        self.now += DAY
        (line,) = found(parsed(self.body(self.read())), "div", class_="day")
        self.assertEqual(line.get("class"), "day")

    def test_S58_a_new_day_in_an_open_document(self) -> None:
        """Its line comes with its first message, and once."""
        self.say("one")
        client = self.read()
        self.news(client)
        self.now += DAY
        self.say("two")
        self.say("three")
        self.assertEqual(self.news(client).count('<div class="day">'), 1)

    def test_what_is_on_its_way_is_not_there_twice(self) -> None:
        """Said a moment before somebody comes."""
        self.read()
        for number in range(5):
            self.say(f"number {number}")
        client = self.read()
        self.turn(1)
        self.assertEqual([self.body(client).count(f"number {number}<") for number in range(5)], [1] * 5)

    def test_own_messages_are_marked_by_a_rule(self) -> None:
        """In one's own document only; the message itself is the same for all."""
        who, cookie = self.newcomer()
        self.say("mine", who.key)
        mark = self.room.person(who.key).mark
        own, other = self.body(self.read(cookie)), self.body(self.read())
        self.assertIn(f".u{mark}.m{{--mine:", rules_of(own))
        self.assertNotIn(mark, rules_of(other))
        message = f'<div class="m u{mark}"'
        self.assertEqual(own[own.index(message) :][:80], other[other.index(message) :][:80])

    def test_his_page_says_that_he_is_here(self) -> None:
        """From the first line of the list on."""
        who, cookie = self.newcomer()
        client = self.read(cookie)
        self.assertIn(f'<li class="u{self.room.person(who.key).mark}">', self.body(client))
