"""One response that nothing breaks, in real browsers without scripts; nothing is asked for twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from twisted.internet.task import deferLater

from tests.real.daemon import Daemon, clock
from tests.real.screen import Screen
from tests.real.test_watching import CODE, WatchingCase
from tests.real.tollgate import Tollgate

SLATE = (0x17, 0x19, 0x1F)
"""The colour of the slate."""

_EDGES = ((180, 80), (760, 80), (180, 440), (760, 440))
"""Pixels of the screen that lie in the picture, and not behind the words."""

_MIDDLE = (267, 233, 667, 293)
"""Where the words are, in the middle of the picture."""


class FirefoxTests(WatchingCase):
    """Firefox ESR, scripts off."""

    browser_name = "firefox"

    async def watching(self, more: str = "") -> tuple[Daemon, Screen]:
        """A daemon, and somebody who has the picture."""
        daemon = self.daemon(CODE + more)
        await daemon.on_air()
        self.gate = Tollgate(clock(), daemon.port)  # type: ignore[arg-type]  # the reactor is both
        self.addCleanup(self.gate.close)
        screen = self.screen()
        self.viewer = self.browser(self.browser_name, screen, self.gate.url)
        await self.moves(screen, "a moving picture")
        return daemon, screen

    async def wait(self, seconds: float) -> None:
        """As long as something lasts."""
        await deferLater(clock(), seconds)

    def assert_asked_once(self) -> None:
        """
        The player and its video, in one play.

        The player's address had a token in it at first, since nobody knew whether the browser keeps cookies.
        """
        asked = {path: self.gate.asked[path] for path in ("/player", "/video", "/stream.mp4")}
        self.assertEqual(asked, {"/player": 2, "/video": 1, "/stream.mp4": 1})

    async def test_R01_R22_it_goes_on(self) -> None:
        """
        The encoder is started again with another size, and the line stands still for 3 s: the same response shows it.

        It is one test because most of its time is the browser's start.
        """
        daemon, screen = await self.watching()
        daemon.config.write_text(CODE.replace("320x180", "480x270"))
        daemon.signal(signal.SIGHUP)
        await daemon.on_air(times=2)
        await self.moves(screen, "the picture after the restart")
        self.gate.stand_still()
        await self.wait(3)
        self.gate.flow()
        await self.moves(screen, "the picture after the stall")
        await self.wait(1)
        await self.moves(screen, "the picture a second later")
        self.assert_asked_once()

    async def test_R01_a_long_outage_shows_the_slate(self) -> None:
        """While the encoder is away, and then the picture comes back by itself."""
        daemon, screen = await self.watching("[encoder]\nfirst_wait = 5.0\n")
        os.kill(daemon.encoder()[0], signal.SIGKILL)
        await self.see(screen, "the slate", self.slate(screen))
        await daemon.on_air(times=2)
        await self.moves(screen, "the picture after the outage")
        self.assert_asked_once()

    def slate(self, screen: Screen) -> Callable[[], bool]:
        """Whether it is shown: its colour, with light words in the middle."""

        def shown() -> bool:
            picture = screen.picture().convert("RGB")
            edges = [picture.crop((x, y, x + 1, y + 1)).tobytes() for x, y in _EDGES]
            near = all(abs(seen - meant) < 16 for edge in edges for seen, meant in zip(edge, SLATE, strict=True))
            words = picture.crop(_MIDDLE).convert("L").tobytes()
            return near and max(words) > 180

        return shown

    async def test_a_stream_that_ended_and_began_again(self) -> None:
        """The page says that there is none, and shows the next one by itself: that is another play."""
        daemon, screen = await self.watching()
        daemon.config.write_text('[encoder]\nprogram = "no-such-ffmpeg"\n')
        daemon.signal(signal.SIGHUP)
        await self.see(screen, "the waiting page", lambda: self.gate.asked["/player"], lambda count: count == 3)
        daemon.config.write_text(CODE)
        daemon.signal(signal.SIGHUP)
        await daemon.on_air(times=2)
        await self.moves(screen, "the next stream")
        self.assertEqual((self.gate.asked["/player"], self.gate.asked["/stream.mp4"]), (4, 2))


class ChromiumTests(FirefoxTests):
    """The same in Chromium."""

    browser_name = "chromium"
