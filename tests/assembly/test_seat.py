"""The broadcaster's seat as the daemon joins it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twisted.web.resource import IResource

from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.seat import SOON, Machine, Seat
from onionstream.chat.rules import Mode
from onionstream.files.secretfile import Secrets
from onionstream.life import Reload
from onionstream.onion.budgets import Budgets
from onionstream.onion.guests import Guests
from onionstream.passwords import Printed
from onionstream.settings.config import Audio, Chat, Config, ConfigError, Video, Web
from onionstream.video.broadcast import Broadcast
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.circuits import CircuitSite
from tests.assembly.parts import Encoder, Onion
from tests.onion.test_guests import FakeDoor
from tests.web.helms import Test
from tests.web.visitor import Visitor
from tests.web.wire import WireCase, get


class SeatTests(WireCase):
    """``Seat``."""

    def root(self) -> IResource:
        """As ``tap`` joins it."""
        settings = Config(video=Video(bitrate=400), audio=Audio(bitrate=48))
        broadcast = self.broadcast = Broadcast(
            window=Window(60, 1 << 25), fragment=0.1, patience=Patience(10, 45), clock=self.clock.seconds
        )
        state = Path(self.mktemp())
        state.mkdir()
        secrets = Secrets(bytes(32), bytes(32))
        self.chat = LiveChat(
            settings, secrets, broadcast, lambda *_: "page", self.clock, Printed("s3cret"), state=state
        )
        self.addCleanup(self.chat.close)
        (state / "onion").mkdir(mode=0o700)
        self.encoder, self.door = Encoder(), FakeDoor()
        self.guests = Guests(state / "onion", self.door)
        self.file: Config | ConfigError = settings
        self.reload = Reload(settings, self.load, {frozenset({"chat"}): self.chat.change}, (self.guests.look,))
        looks = lambda: self.circuits, state, self.guests.look, lambda: self.reload
        machine = Machine(self.encoder, Onion(), Test(), *looks)
        self.seat = Seat(settings, self.chat, broadcast, machine, self.clock)
        self.addCleanup(self.seat.close)
        return Areas(*self.chat.areas, *self.seat.areas)

    def load(self) -> Config:
        """What is in the file now."""
        if isinstance(self.file, ConfigError):
            raise self.file
        return self.file

    def host(self) -> Visitor:
        """:return: the broadcaster, at his page."""
        return Visitor(self).send("/login", {"password": "s3cret"}).go("/broadcaster")

    def setUp(self) -> None:
        """Tor's socket too."""
        super().setUp()
        self.circuits = CircuitSite(self.site, Budgets())

    def test_the_page_shows_the_figures(self) -> None:
        """Those of the parts that it was given, and with the settings as they are now."""
        self.seat.settings = Config(video=Video(bitrate=700), audio=Audio(enabled=False))
        figures = self.seat.figures()
        self.assertEqual((figures.encoder.sentence, figures.encoder.rate_wanted), ("ffmpeg runs.", 700))

    def test_all_can_be_steered(self) -> None:
        """The source, the chat and the title, by whoever is logged in."""
        he = self.host()
        he.choose("/broadcaster/source").press("off")
        he.choose("/broadcaster/door").press(kind="captcha")
        self.assertEqual((self.encoder.told, self.chat.entrance.door.takes_strangers), (["off"], False))
        self.assertEqual(Visitor(self).go("/live").answer.status, 403)

    def test_a_guest_is_let_in_when_his_key_has_arrived(self) -> None:
        """Tor ends all connections for the first one, and the answer comes over one of them."""
        page = self.host().choose("/broadcaster/invite").press(name="anna").page
        self.assertRegex(page.text, "Key[A-Z2-7]{52}\n")
        self.assertEqual(self.door.asked, [])
        self.clock.advance(SOON)
        self.assertEqual(self.door.asked, ["offer anew"])

    def test_R34_the_configuration_is_read_again(self) -> None:
        """As SIGHUP does it; a wrong one is told, and changes nothing."""
        he = self.host()
        self.file = replace(self.seat.settings, chat=Chat(mode="closed"), web=Web(port=6000))
        he.choose("/broadcaster/reload").press()
        told = "The configuration was read again; changed: [chat], [web]."
        self.assertIn(told, he.page.said["status"][0])
        self.assertIn("after a restart only: [web].", he.page.text)
        self.assertEqual(self.chat.room.rules.mode, Mode.CLOSED)
        self.file = ConfigError("my.toml", "this is not TOML", 3)
        he.choose("/broadcaster/reload").press()
        self.assertEqual(
            he.page.said["alert"], ["The configuration stays as it was: my.toml, line 3: this is not TOML"]
        )
        self.assertEqual(self.chat.room.rules.mode, Mode.CLOSED)

    def test_S13_what_the_broadcaster_sees_ends_with_his_login(self) -> None:
        """The figures and the live page: when he logs out, and when twelve hours are over."""
        for ends in (self.logs_out, self.waits):
            he = self.host()
            documents = [self.connect().send(get(path, *he.headers())) for path in ("/live", "/broadcaster/now")]
            self.look()
            self.assertEqual([one.closed for one in documents], [False, False])
            ends(he)
            self.look()
            self.assertEqual([one.closed for one in documents], [True, True])

    def logs_out(self, he: Visitor) -> None:
        """By the button."""
        he.choose("/logout").press()

    def waits(self, he: Visitor) -> None:
        """What stands open uses his login, so it does not end sooner."""
        for _ in range(11):
            self.clock.advance(3600.0)
            self.look()
        self.assertEqual(he.go("/broadcaster").answer.status, 200)
        self.clock.advance(3601.0)

    def look(self) -> None:
        """Do what is done every few seconds."""
        self.chat._live.feed.check()
        self.seat.dashboard.look()
