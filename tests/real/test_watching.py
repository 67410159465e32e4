"""
The main promise in real browsers without scripts: the picture moves, comes back, and begins by itself.
"""

from __future__ import annotations

import os
import signal
import time

from tests.real.case import BrowserTestCase
from tests.real.clockcode import Rectangle, contained, delay_ms, read_code
from tests.real.daemon import QUICK, Daemon, DaemonCase, clock
from tests.real.screen import Screen
from tests.real.test_browser_rig import code_video
from tests.real.waiting import PATIENCE, until

CODE = QUICK + "[source.test]\ncode = true\n"
WIDTH, HEIGHT = 1280, 800


def player(width: int, height: int) -> Rectangle:
    """Where the page has its player in a wide window; the same as in ``places.css``."""
    chat = min(max(288, width * 0.27), 384)
    return Rectangle(0, 0, width - chat, min((width - chat) * 9 / 16, height - 152))


class WatchingCase(BrowserTestCase, DaemonCase):
    """A daemon, a screen, and a browser on it that shows the page."""

    browser_name = ""

    def code(self, screen: Screen) -> int | None:
        """The wall clock's code that the page shows now."""
        return read_code(screen.picture(), contained(player(screen.width, screen.height), 16, 9))

    async def moves(self, screen: Screen, what: str, timeout: float = PATIENCE) -> None:
        """Wait until the picture shows times that rise, the last one of now."""
        since = time.time()

        def fresh(code: int | None) -> bool:
            return code is not None and delay_ms(code, time.time()) < 1000 * (time.time() - since) < 1_000_000

        first = await self.see(screen, what, lambda: self.code(screen), fresh, timeout)
        assert first is not None
        await self.see(
            screen, f"{what}: another frame", lambda: self.code(screen), lambda code: code not in (None, first)
        )

    async def watched(self, daemon: Daemon, width: int = WIDTH, height: int = HEIGHT) -> Screen:
        """A screen on which the page is open."""
        screen = self.screen(width, height)
        self.viewer = self.browser(self.browser_name, screen, daemon.url)
        return screen


class FirefoxTests(WatchingCase):
    """Firefox ESR, scripts off."""

    browser_name = "firefox"

    async def test_the_picture_moves(self) -> None:
        """The page is opened; the clock in the picture runs."""
        daemon = self.daemon(CODE)
        await daemon.on_air()
        await self.moves(await self.watched(daemon), "a moving picture")

    async def test_R01_the_picture_comes_back_after_the_encoder_was_killed(self) -> None:
        """Nobody touches the page: the same response goes on."""
        daemon = self.daemon(CODE)
        await daemon.on_air()
        screen = await self.watched(daemon)
        await self.moves(screen, "a moving picture")
        os.kill(daemon.encoder()[0], signal.SIGKILL)
        await daemon.on_air(times=2)
        await self.moves(screen, "the picture after the restart")

    async def test_a_viewer_who_waits_gets_the_picture_by_himself(self) -> None:
        """The page was opened while there was no stream. Nobody touches it, and the picture comes."""
        daemon = self.daemon('[encoder]\nprogram = "no-such-ffmpeg"\n')
        await until(clock(), "the site", lambda: "Next try" in daemon.output)
        screen = await self.watched(daemon)
        dark = (0x2A, 0x21, 0x40)  # about the middle of the card's gradient

        def far() -> int:
            middle = screen.picture().getpixel((467, 350))
            assert isinstance(middle, tuple)
            return int(max(abs(seen - meant) for seen, meant in zip(middle, dark, strict=True)))

        await self.see(screen, "the words", far, lambda distance: distance < 24)
        daemon.config.write_text(CODE)
        daemon.signal(signal.SIGHUP)
        await self.moves(screen, "the picture")

    async def test_a_real_file(self) -> None:
        """A file is shown, over and over: its code comes again."""
        folder = self.folder()
        code_video(folder / "film.mp4")
        daemon = self.daemon(QUICK + '[source]\nkind = "file"\n[source.file]\npaths = ["film.mp4"]\n', folder)
        await daemon.on_air()
        screen = await self.watched(daemon)
        first = await self.see(screen, "the film", lambda: self.code(screen), lambda code: code is not None)
        await self.see(screen, "another frame", lambda: self.code(screen), lambda code: code not in (None, first))


class ChromiumTests(FirefoxTests):
    """The same in Chromium."""

    browser_name = "chromium"


class ScreenTests(WatchingCase):
    """A real X screen as the source."""

    browser_name = "firefox"

    async def test_a_real_screen(self) -> None:
        """What one X screen shows is captured, and seen by a viewer on another."""
        shown = self.screen(640, 360)
        page = self.folder() / "page.html"
        page.write_text("<body style='background:#0a0'>")
        self.browser("chromium", shown, page.as_uri())
        daemon = self.daemon(
            QUICK
            + f'[source]\nkind = "screen"\n[source.screen]\ndisplay = "{shown.display}"\n'
            + f'region = "{shown.region}"\nsound = ""\n'
        )
        await daemon.on_air()
        screen = await self.watched(daemon)

        def middle() -> tuple[int, ...]:
            pixel = screen.picture().getpixel((WIDTH // 2, 300))
            assert isinstance(pixel, tuple)
            return pixel

        await self.see(screen, "green", middle, lambda seen: seen[1] > 140 and seen[0] < 40 and seen[2] < 40)
