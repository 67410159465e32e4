"""The broadcaster's seat as the daemon joins it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from twisted.web.resource import IResource

from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.seat import Seat, memory
from onionstream.encoder.supervisor import State as EncoderState
from onionstream.encoder.supervisor import Status as EncoderStatus
from onionstream.files.secretfile import Secrets
from onionstream.onion.budgets import Budgets
from onionstream.onion.progress import State as OnionState
from onionstream.onion.progress import Status as OnionStatus
from onionstream.onion.report import Report
from onionstream.passwords import Printed
from onionstream.settings.config import Audio, Config, Video
from onionstream.video.broadcast import Broadcast
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.circuits import CircuitSite
from tests.video import streams
from tests.web.entry import Source
from tests.web.visitor import Visitor
from tests.web.wire import WireCase


class Encoder(Source):
    """One that runs."""

    def status(self) -> EncoderStatus:
        """All is well."""
        state = EncoderState.RUNNING
        return EncoderStatus(state=state, generation=2, sentence="ffmpeg runs.", seconds=1.0, lines=("a word",))


@dataclass
class Onion:
    """One that can be reached, and was never tested."""

    last: Report | None = field(default=None)

    def status(self) -> OnionStatus:
        """All is well."""
        state = OnionState.REACHABLE
        return OnionStatus(state=state, sentence="Reached.", address="a.onion", percent=100, seconds=1.0, lines=())


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

    def test_the_figures_are_those_of_the_parts(self) -> None:
        """As they are at the moment."""
        self.broadcast.begin_run(1).feed(streams.build(streams.film(1.0)))
        self.chat.room.say(b"a" * 16, "hello", 0.0, 0)
        self.circuits.refused, self.circuits.cut = 2, 3
        self.clock.advance(120)
        figures = self.seat.figures()
        self.assertEqual((figures.air, figures.minutes, figures.encoder), ("online", 2, "ffmpeg runs."))
        self.assertEqual((figures.rate_wanted, figures.refused, figures.messages), (448, 5, 1))
        self.assertEqual((figures.onion, figures.address, figures.tested), ("Reached.", "a.onion", ""))
        self.assertEqual(figures.connections_most, self.site.limits.connections)

    def test_all_can_be_steered(self) -> None:
        """The source, the chat and the title, by whoever is logged in."""
        he = Visitor(self).send("/login", {"password": "s3cret"}).go("/broadcaster")
        he.choose("/broadcaster/source").press("off")
        he.choose("/broadcaster/door").press(kind="captcha")
        self.assertEqual((self.encoder.told, self.chat.entrance.door.takes_strangers), (["off"], False))
        self.assertEqual(Visitor(self).go("/live").answer.status, 403)

    def test_the_memory_is_that_of_this_process(self) -> None:
        """In MiB."""
        self.assertTrue(5 < memory() < 5000)
