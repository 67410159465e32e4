"""The broadcaster's page, without a network."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from twisted.web.resource import IResource

from onionstream.video.broadcast import Broadcast
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.broadcaster import Broadcaster, new_password
from tests.web.wire import WireCase, get


@dataclass
class Status:
    """An encoder's state, invented."""

    sentence: str = "ffmpeg runs: a test picture."
    generation: int = 3
    lines: tuple[str, ...] = ("[warning] <odd> & ends",)


@dataclass
class Onion:
    """An onion service's state, invented."""

    sentence: str = "The onion address is published: viewers can come."
    address: str = "example.onion"


def basic(user: str, password: str) -> str:
    """The header that logs in."""
    return "Authorization: Basic " + b64encode(f"{user}:{password}".encode()).decode()


class BroadcasterTests(WireCase):
    """``GET /broadcaster``."""

    def root(self) -> IResource:
        """The area alone."""
        broadcast = Broadcast(window=Window(60, 1 << 25), fragment=0.1, patience=Patience(), clock=self.clock.seconds)
        self.status, self.onion = Status(), Onion()
        return Areas(Broadcaster(broadcast, lambda: self.status, lambda: self.onion, lambda: 7, "s3cret"))

    def test_without_a_password_it_asks_for_one(self) -> None:
        """401, and nothing about the stream."""
        answer = self.ask(get("/broadcaster"))
        self.assertEqual(answer.status, 401)
        self.assertIn("Basic", answer["WWW-Authenticate"])
        self.assertNotIn(b"ffmpeg", answer.body)

    def test_S12_with_it_the_encoder_is_shown(self) -> None:
        """How it is, which run it is, and what it said, as text."""
        answer = self.ask(get("/broadcaster", basic("broadcaster", "s3cret")))
        self.assertEqual(answer.status, 200)
        for word in (b"ffmpeg runs: a test picture.", b"3 times", b"&lt;odd&gt; &amp; ends", b"7 open"):
            self.assertIn(word, answer.body)

    def test_L24_the_address_is_shown_to_the_broadcaster(self) -> None:
        """With how the onion service is."""
        answer = self.ask(get("/broadcaster", basic("broadcaster", "s3cret")))
        for word in (b"The onion address is published", b"http://example.onion/"):
            self.assertIn(word, answer.body)
        self.assertNotIn(b"example.onion", self.ask(get("/broadcaster")).body)

    def test_S11_the_name_is_good_in_any_letter_case(self) -> None:
        """Phones begin a word with a capital."""
        self.assertEqual(self.ask(get("/broadcaster", basic("BroadCaster", "s3cret"))).status, 200)

    def test_whatever_else_is_sent_does_not_let_in(self) -> None:
        """Wrong, empty, damaged: each is 401."""
        for header in (
            basic("broadcaster", "S3cret"),
            basic("broadcaster", ""),
            basic("somebody", "s3cret"),
            basic("", ""),
            "Authorization: Basic !!!",
            "Authorization: Basic",
            "Authorization: Bearer s3cret",
            "Authorization: Basic " + b64encode(b"\xff\xfe:\xff").decode(),
        ):
            self.assertEqual(self.ask(get("/broadcaster", header)).status, 401, header)
        self.assertEqual(self.errors(), [])

    def test_every_start_has_a_password_of_its_own(self) -> None:
        """128 bits by chance."""
        first, second = new_password(), new_password()
        self.assertNotEqual(first, second)
        self.assertEqual(len(first), 22)
