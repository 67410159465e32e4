"""The broadcaster's page, without a network."""

from __future__ import annotations

from base64 import b64encode

from onionstream.chat.tripcode import Tripcode
from onionstream.web.fragments import Moment
from onionstream.web.guard import new_password
from onionstream.web.overview import Done, Moderator, Overview
from tests.web.entry import PASSWORD, LoginCase, basic
from tests.web.visitor import Page
from tests.web.wire import get

LOGGED_IN = basic("broadcaster", PASSWORD)


class BroadcasterTests(LoginCase):
    """``GET /broadcaster``, from a program."""

    def test_without_a_password_it_asks_for_one(self) -> None:
        """401, and nothing about the stream."""
        answer = self.ask(get("/broadcaster"))
        self.assertEqual(answer.status, 401)
        self.assertIn("Basic", answer["WWW-Authenticate"])
        self.assertNotIn(b"ffmpeg", answer.body)

    def test_S12_with_it_the_encoder_is_shown(self) -> None:
        """How it is, which run it is, and what it said, as text."""
        answer = self.ask(get("/broadcaster", LOGGED_IN))
        self.assertEqual(answer.status, 200)
        for word in (b"ffmpeg runs: a test picture.", b"Run 3.", b"&lt;odd&gt; &amp; ends", b"7 open"):
            self.assertIn(word, answer.body)

    def test_S73_what_was_done_in_the_chat_can_be_undone(self) -> None:
        """With who did it; the buttons carry the proof. Names are text."""
        trip = Tripcode(bytes(32))
        self.overview = Overview(
            proof="p" * 16,
            done=(Done(7, Moment.of(0), "<Mod>", "Banned:", "Ann"), Done(0, Moment.of(0), "Mod", "Hidden:", "Bob")),
            moderators=(Moderator(trip.shown, trip.full, Moment.of(0)), Moderator("x", "y", None)),
        )
        page = Page(self.ask(get("/broadcaster", LOGGED_IN)).body.decode())
        self.assertEqual(page.fields["proof"], "p" * 16)
        self.assertEqual(
            [one for one in page.buttons if one[0] not in ("", "act")], [("undo", "7"), ("trip", trip.full)]
        )
        self.assertIn("<Mod>: Banned: Ann", page.text)

    def test_L24_the_address_is_shown_to_the_broadcaster(self) -> None:
        """With how the onion service is."""
        answer = self.ask(get("/broadcaster", LOGGED_IN))
        for word in (b"The onion address is published", b"http://example.onion/"):
            self.assertIn(word, answer.body)
        self.assertNotIn(b"example.onion", self.ask(get("/broadcaster")).body)

    def test_S11_the_name_is_good_in_any_letter_case(self) -> None:
        """Phones begin a word with a capital."""
        self.assertEqual(self.ask(get("/broadcaster", basic("BroadCaster", PASSWORD))).status, 200)

    def test_whatever_else_is_sent_does_not_let_in(self) -> None:
        """Wrong, empty, damaged: each is 401."""
        for header in (
            basic("broadcaster", PASSWORD.upper()),
            basic("broadcaster", ""),
            basic("somebody", PASSWORD),
            basic("", ""),
            "Authorization: Basic !!!",
            "Authorization: Basic",
            f"Authorization: Bearer {PASSWORD}",
            "Authorization: Basic " + b64encode(b"\xff\xfe:\xff").decode(),
        ):
            self.assertEqual(self.ask(get("/broadcaster", header)).status, 401, header)
        self.assertEqual(self.errors(), [])

    def test_every_start_has_a_password_of_its_own(self) -> None:
        """128 bits by chance."""
        first, second = new_password(), new_password()
        self.assertNotEqual(first, second)
        self.assertEqual(len(first.text), 22)
