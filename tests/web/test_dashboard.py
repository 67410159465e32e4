"""The broadcaster's live document, without a network."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.window import Window
from onionstream.web.dashboard import ADDRESS, LOOK
from onionstream.web.figures import SPAN, Pace, Talk
from tests.video import onair, streams
from tests.web.entry import BROWSER, LoginCase
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

    def open(self, visitor: Visitor) -> Client:
        """:return: his document."""
        return self.connect().send(get(ADDRESS, *visitor.headers()))

    def test_it_shows_everything(self) -> None:
        """In words, and in small pictures that need no script and no style of their own."""
        text = self.open(self.he).received.decode()
        for words in (
            "ffmpeg runs: a test picture. Started 3 times.",
            "29.9 of 30 pictures a second",
            "401 kbit/s of about 420",
            "12 of 40 cannot sustain 420 kbit/s",
            "2 times somebody who lagged",
            "120 in all. 1 banned",
            "http://example.onion/",
            "Self-test: all is well.",
            "7 open connections of 2000. 51 MiB",
            "1:05",
            "[warning] &lt;odd&gt; &amp; ends",
            "<meter",
        ):
            self.assertIn(words, text)
        self.assertNotIn("style=", text)

    def test_what_changes_is_written_at_its_end(self) -> None:
        """Only that, within two seconds."""
        client = self.open(self.he)
        before = len(client.received)
        self.figures = replace(self.figures, lately=77)
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
            self.assertIn(b"ffmpeg runs", plain)


class TalkTests(SynchronousTestCase):
    """How much is said."""

    def test_the_last_minute_counts(self) -> None:
        """And all there were."""
        talk = Talk()
        for second in (0, 30, 61):
            talk.count(second)
        self.assertEqual((talk.lately(61), talk.messages), (2, 3))
        self.assertEqual(talk.lately(1000), 0)


class PaceTests(SynchronousTestCase):
    """How fast pictures come."""

    def setUp(self) -> None:
        """Nothing has come yet."""
        self.window = Window(60, 1 << 25)
        self.pace = Pace(self.window)
        self.pace.look(0.0)

    def feed(self, seconds: float, generation: int = 1) -> None:
        """A film has come, with 30 pictures a second."""
        _, made = onair.fragments(streams.film(seconds))
        first = self.window.newest.number if self.window.newest else 0
        for number, fragment in enumerate(made, first + 1):
            self.window.append(replace(fragment, number=number, generation=generation))

    def test_pictures_and_kilobits_a_second(self) -> None:
        """As they come by the clock, whatever their own times say."""
        self.assertEqual((self.pace.frames, self.pace.rate), (0.0, 0.0))
        self.feed(2.0)
        size = sum(len(fragment.data) for number in range(1, 99) if (fragment := self.window.get(number)))
        self.pace.look(4.0)
        self.assertAlmostEqual(self.pace.frames, 15, delta=1)
        self.assertAlmostEqual(self.pace.rate, size * 8 / 1000 / 4, places=3)

    def test_nothing_counts_twice_and_old_things_not_at_all(self) -> None:
        """After some seconds without anything it is nothing."""
        self.feed(1.0)
        self.pace.look(1.0)
        before = self.pace.frames
        self.pace.look(1.0)
        self.assertEqual(self.pace.frames, before)
        self.pace.look(1.0 + SPAN)
        self.pace.look(2.0 + SPAN)
        self.assertEqual(self.pace.frames, 0.0)

    def test_after_a_rest_the_pace_is_that_of_what_came_since(self) -> None:
        """An encoder that is switched on again is not slow for having been off."""
        for second in range(1, 6):
            self.pace.look(float(second))
        self.feed(2.0)
        self.pace.look(7.0)
        self.assertAlmostEqual(self.pace.frames, 30, delta=1)

    def test_the_slate_does_not_count(self) -> None:
        """It does not come from the encoder."""
        self.feed(1.0, generation=0)
        self.pace.look(1.0)
        self.assertEqual(self.pace.frames, 0.0)

    def test_a_window_that_was_cleared_begins_again(self) -> None:
        """Numbers go on or begin anew; what was missed is not known."""
        self.feed(1.0)
        self.window.clear()
        self.pace.look(1.0)
        self.assertEqual(self.pace.frames, 0.0)
