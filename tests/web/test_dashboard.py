"""The broadcaster's live document, without a network."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from onionstream.web.dashboard import ADDRESS, LOOK
from onionstream.web.figures import LEVELS, Chart, Figures
from onionstream.web.measures import BARS
from onionstream.web.templates import STYLE, TEMPLATES
from tests.web.entry import BROWSER, FIGURES, LoginCase
from tests.web.visitor import Visitor
from tests.web.wire import Client, get


class DashboardTests(LoginCase):
    """``GET /broadcaster/now``."""

    def setUp(self) -> None:
        """He is logged in, and time goes on."""
        super().setUp()
        self.he = self.logged_in()
        for timer in self.dashboard.timers():
            timer.startService()
            self.addCleanup(timer.stopService)

    def show(self, figures: Figures) -> str:
        """:return: his document, some time after the figures have become these."""
        self.figures = figures
        self.clock.advance(LOOK)
        return self.open(self.he).received.decode()

    def open(self, visitor: Visitor) -> Client:
        """:return: his document."""
        return self.connect().send(get(ADDRESS, *visitor.headers()))

    def test_it_shows_everything(self) -> None:
        """In words, and in small pictures that need no script and no style of their own."""
        text = self.open(self.he).received.decode()
        for words in (
            "ffmpeg runs: a test picture. Run 3.",
            "29.9 of 30 pictures a second",
            "401 kbit/s of about 420",
            "1.00x real time",
            "Pictures missing: 0 in the last minute, 7 in all. Late: 4, 31 in all.",
            "12 min ago: ffmpeg was ended by signal 9",
            "</b> watching; 43 people with those who use HLS.",
            "12 of 40 cannot sustain 420 kbit/s",
            "15.1 Mbit/s to all, 378 to each on average",
            "2 times somebody had fallen far behind",
            "1 time something was refused, because of the limits for one visitor or for all.",
            "<b>75 ms</b>: 55 until a fragment of 100 ms is full (at the most 100), and 20 that",
            "41 here. <b>9</b> messages in the last minute, 120 in all. 1 banned. 2 captchas wait",
            "http://example.onion/",
            "5 circuits open.",
            "Self-test, 1:04 h ago: All is well.",
            "7 open connections of 2000",
            "51 MiB of memory, 78 at the most. Runs for ",
            "1:05",
            "380 to 420 kbit/s made, last 5 minutes",
            "2 to 40 watching, last 5 minutes",
            "[warning] &lt;odd&gt; &amp; ends",
            "<meter",
        ):
            self.assertIn(words, text)
        self.assertNotIn("style=", text)

    def test_small_pictures_have_a_bar_for_each_quarter_of_a_minute(self) -> None:
        """As high as the class says, for which the sheet has a rule; nobody is read twenty bars."""
        text = self.open(self.he).received.decode()
        self.assertEqual(text.count('<span class="bars" aria-hidden="true">'), 2)
        heights = [int(height) for height in re.findall(r"<i class=y(\d+)></i>", text)]
        self.assertEqual((len(heights), max(heights)), (2 * BARS, LEVELS))
        self.assertEqual(heights[:2], [0, 0])
        for height in range(1, LEVELS + 1):
            self.assertIn(f".y{height}{{--y:{height}}}", STYLE.decode())

    def test_what_is_not_known_is_not_said(self) -> None:
        """At the start, or while nothing comes, there is no figure that would have to be invented."""
        encoder = replace(FIGURES.encoder, frames=None, rate=None, speed=None, missing=0, late=0, trouble="", run=0)
        viewers = replace(FIGURES.viewers, watching=0, people=0, delivered=None, each=None)
        delay = replace(FIGURES.delay, waited=None, behind=None)
        onion = replace(FIGURES.onion, tested="", address="")
        known = replace(FIGURES, encoder=encoder, viewers=viewers, delay=delay, onion=onion)
        text = self.show(replace(known, rates=Chart(), crowd=Chart()))
        for words in ("Its pace is being measured.", "<b>0</b> watching.", "Nothing comes, so nothing waits."):
            self.assertIn(words, text)
        for words in ("None", "real time", "Run 0", "ago", "to each", "Self-test", "http://", "bars", "missing"):
            self.assertNotIn(words, text)

    def test_a_source_that_others_make_has_nothing_to_be_compared_with(self) -> None:
        """OBS decides by itself how many pictures it makes."""
        encoder = replace(FIGURES.encoder, frames_wanted=None, rate_wanted=None, speed=0.5)
        text = self.show(replace(FIGURES, encoder=encoder))
        for words in ("<p>29.9 pictures a second</p>", "<p>401 kbit/s</p>", "0.50x real time: too slow"):
            self.assertIn(words, text)

    def test_what_is_sent_every_two_seconds_is_small(self) -> None:
        """Some 1.5 kB when all figures change; the bars, which change every quarter of a minute, take 1 kB."""
        client = self.open(self.he)
        before = len(client.received)
        encoder = replace(FIGURES.encoder, frames=12.3, rate=350.0, speed=0.98, late=40)
        viewers, chat = replace(FIGURES.viewers, delivered=14_000.0), replace(FIGURES.chat, here=42)
        delay, machine = replace(FIGURES.delay, waited=0.06), replace(FIGURES.machine, memory=60.0)
        self.figures = replace(FIGURES, encoder=encoder, viewers=viewers, chat=chat, delay=delay, machine=machine)
        self.clock.advance(LOOK)
        self.clock.advance(0.1)
        news = client.received[before:].decode()
        self.assertEqual(news.count("slot="), 5)
        self.assertLess(len(news), 1700)
        parts: Any = TEMPLATES.get_template("_dashboard.html").module
        self.assertLess(len(str(parts.lately(self.figures))), 1000)

    def test_who_comes_later_takes_nothing_from_the_others(self) -> None:
        """What has changed just before a document is opened reaches those that were open already."""
        client = self.open(self.he)
        before = len(client.received)
        self.figures = replace(FIGURES, chat=replace(FIGURES.chat, lately=77))
        other = self.open(self.he)
        self.clock.advance(LOOK)
        self.clock.advance(0.1)
        for one, since in ((client, before), (other, 0)):
            self.assertIn("<b>77</b> messages", one.received[since:].decode())

    def test_what_changes_is_written_at_its_end(self) -> None:
        """Only that, within two seconds."""
        client = self.open(self.he)
        before = len(client.received)
        self.figures = replace(FIGURES, chat=replace(FIGURES.chat, lately=77))
        self.clock.advance(LOOK)
        self.clock.advance(0.1)
        news = client.received[before:].decode()
        self.assertIn("<b>77</b> messages in the last minute", news)
        self.assertEqual(news.count("slot="), 1)
        self.assertFalse(client.closed)

    def test_S13_nobody_else_sees_it(self) -> None:
        """Neither when he asks, nor when he has logged out."""
        self.assertEqual(self.ask(get(ADDRESS)).status, 403)
        client = self.open(self.he)
        self.he.choose("/logout").press()
        self.clock.advance(LOOK)
        self.assertTrue(client.closed)

    def test_a_look_at_the_head_alone(self) -> None:
        """Ends at once."""
        answer = self.ask(get(ADDRESS, *self.he.headers(), method="HEAD"), head=True)
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_the_page_has_it_in_a_frame(self) -> None:
        """A text browser and a program get the figures themselves, since they wait for the end."""
        framed = self.he.go("/broadcaster", BROWSER).answer.body
        self.assertIn(b'src="/broadcaster/now"', framed)
        self.assertNotIn(b"ffmpeg runs", framed)
        for header in ("User-Agent: w3m/0.5", "Accept: */*"):
            plain = self.he.go("/broadcaster", header).answer.body
            self.assertNotIn(b"/broadcaster/now", plain)
            for words in (b"ffmpeg runs", b"29.9 of 30 pictures", b"2 to 40 watching", b"75 ms", b"SIGKILL", b"HLS"):
                self.assertIn(words, plain)
