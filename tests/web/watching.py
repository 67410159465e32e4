"""A site with the page, the player and the video on it, and a broadcast that a test feeds."""

from __future__ import annotations

from pathlib import Path

from twisted.web.resource import IResource

from onionstream.chat.presence import Presence
from onionstream.files.titlefile import Titles
from onionstream.settings.config import Stream
from onionstream.video.broadcast import Broadcast
from onionstream.video.profile import Profiles
from onionstream.video.run import Run
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.watch import Watch
from tests.video import streams
from tests.web.visitors import OpenDoor
from tests.web.wire import Client, WireCase


class WatchCase(WireCase):
    """A site with ``Watch`` on it, and a broadcast that a test feeds."""

    def root(self) -> IResource:
        """The area alone."""
        patience = Patience(behind=10, silent=45)
        self.broadcast = Broadcast(
            window=Window(60, 1 << 25), fragment=0.1, patience=patience, clock=self.clock.seconds
        )
        stream = Stream(title="Day <12>", description="About & more")
        self.identity = OpenDoor(bytes(32))
        self.presence = Presence(lambda: None)
        self.titles = Titles(Path(self.mktemp()), stream)
        self.watch = Watch(self.broadcast, self.titles, Profiles(), self.identity, self.presence, self.clock)
        return Areas(self.watch)

    def on_air(self, seconds: float = 1.0, body: int = 40, generation: int = 1) -> Run:
        """Begin a run, and feed it a film."""
        run = self.broadcast.begin_run(generation)
        run.feed(streams.build(streams.film(seconds, body=body)))
        return run

    def body(self, client: Client) -> bytes:
        """What a client has got after the headers."""
        return client.received.partition(b"\r\n\r\n")[2]
