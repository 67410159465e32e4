"""All of the site, as the daemon joins it, without a network: what is real is what visitors can reach."""

from __future__ import annotations

from pathlib import Path

from twisted.web.resource import IResource

from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.seat import Machine, Seat
from onionstream.assembly.whole import whole
from onionstream.files.emotefiles import Found, Picture
from onionstream.files.secretfile import Secrets
from onionstream.life import Reload
from onionstream.onion.budgets import Budgets
from onionstream.onion.guests import Guests
from onionstream.passwords import Printed
from onionstream.settings.config import Config
from onionstream.video.broadcast import Broadcast
from onionstream.video.profile import Profiles
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.circuits import CircuitSite
from onionstream.web.gauge import Gauge
from onionstream.web.identity import Who
from onionstream.web.playlist import Playlist
from onionstream.web.request import BoundedRequest
from onionstream.web.watch import Watch
from tests.assembly.parts import Encoder, Onion
from tests.onion.test_guests import FakeDoor
from tests.video import streams
from tests.web.chat import Captchas
from tests.web.helms import Test
from tests.web.wire import WireCase

PASSWORD = "s3cret"
"""The broadcaster's."""

CAT = Picture(b"\x89PNG of a cat", 16, 8)


class WholeSiteCase(WireCase):
    """
    All of it.

    :ivar chat: what is not the video.
    :ivar broadcast: offline at the beginning.
    :ivar gauge: the self-test's.
    :ivar captchas: everybody can solve them.
    """

    settings = Config()

    def root(self) -> IResource:
        """As ``tap`` joins it."""
        state = Path(self.mktemp())
        (state / "onion").mkdir(mode=0o700, parents=True)
        broadcast = self.broadcast = Broadcast(
            window=Window(60, 1 << 25), fragment=0.1, patience=Patience(10, 45), clock=self.clock.seconds
        )
        secrets, password = Secrets(bytes(32), bytes(32)), Printed(PASSWORD)

        def show(request: BoundedRequest, who: Who, theme: str) -> str:
            return watch.page(request, who, theme)

        chat = self.chat = LiveChat(self.settings, secrets, broadcast, show, self.clock, password, state=state)
        self.addCleanup(chat.close)
        door = chat.entrance.door
        watch = Watch(broadcast, chat.titles, Profiles(), door, chat.presence, self.clock)
        hls = Playlist(broadcast, door, chat.presence, self.clock)
        self.addCleanup(hls.close)
        self.gauge = Gauge()
        self.areas = whole(watch, hls, chat, self._seat(state), self.gauge)
        self.captchas = chat.entrance.asking._captchas = Captchas()
        return self.areas

    def _seat(self, state: Path) -> Seat:
        """:return: the broadcaster's."""
        guests = Guests(state / "onion", FakeDoor())
        reload = Reload(self.settings, lambda: self.settings, {}, ())
        looks = lambda: self.circuits, state, guests.look, lambda: reload
        seat = Seat(self.settings, self.chat, self.broadcast, Machine(Encoder(), Onion(), Test(), *looks), self.clock)
        self.addCleanup(seat.close)
        return seat

    def setUp(self) -> None:
        """Tor's socket too."""
        super().setUp()
        self.circuits = CircuitSite(self.site, Budgets())

    def on_air(self) -> None:
        """Begin a stream that has lasted long enough for HLS."""
        self.broadcast.begin_run(1).feed(streams.build(streams.film(7)))

    def emote(self) -> str:
        """:return: the address of the picture of an emote that there is."""
        self.chat.emotes._take(Found({"cat": CAT}))
        (piece,) = self.chat.emotes.pieces(1, ":cat:")
        return piece.address
