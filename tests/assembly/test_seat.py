"""The broadcaster's seat as the daemon joins it."""

from __future__ import annotations

from pathlib import Path

from twisted.web.resource import IResource

from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.seat import Seat
from onionstream.files.secretfile import Secrets
from onionstream.onion.budgets import Budgets
from onionstream.passwords import Printed
from onionstream.settings.config import Audio, Config, Video
from onionstream.video.broadcast import Broadcast
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.circuits import CircuitSite
from tests.assembly.parts import Encoder, Onion
from tests.web.visitor import Visitor
from tests.web.wire import WireCase


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
        self.encoder, onion = Encoder(), Onion()
        self.seat = Seat(settings, self.chat, broadcast, self.encoder, onion, onion, lambda: self.circuits, self.clock)
        self.addCleanup(self.seat.close)
        return Areas(*self.chat.areas, *self.seat.areas)

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
        he = Visitor(self).send("/login", {"password": "s3cret"}).go("/broadcaster")
        he.choose("/broadcaster/source").press("off")
        he.choose("/broadcaster/door").press(kind="captcha")
        self.assertEqual((self.encoder.told, self.chat.entrance.door.takes_strangers), (["off"], False))
        self.assertEqual(Visitor(self).go("/live").answer.status, 403)
