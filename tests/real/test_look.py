"""
Every state of the page, in real browsers: a picture of each is kept for people to look at, and axe finds nothing wrong.

The pictures are ``look/STATE-BROWSER-WIDTH.png`` in the folder of all pictures (see `tests.real.case`).
"""

from __future__ import annotations

from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IReactorTCP, IReactorTime
from twisted.internet.protocol import ServerFactory
from twisted.internet.task import deferLater
from twisted.web.server import Site

from tests.real.axe import audit
from tests.real.case import BrowserTestCase, pictures
from tests.real.gallery import Gallery
from tests.real.profiles import Habits
from tests.real.remote import Remote
from tests.real.states import STATES

FRAMED = {"/live", "/player"}
"""What the page's frames are to show, beside one of the forms."""

NOW = "/broadcaster/now"
"""In a frame of the broadcaster's page."""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class LookTestCase(BrowserTestCase):
    """
    A test that looks at the gallery.
    """

    name = "chromium"
    timeout = 600

    async def gallery(self, width: int, height: int, *, scripts: bool = False) -> Remote:
        """
        :return: a browser for the gallery, in a window of this size.
        """
        port = IReactorTCP(reactor).listenTCP(
            0, cast("ServerFactory[Any]", Site(Gallery(), timeout=None)), interface="127.0.0.1"
        )
        self.addCleanup(port.stopListening)
        self.site = f"http://127.0.0.1:{cast('IPv4Address', port.getHost()).port}"
        self.display = self.screen(width, height)
        return await self.remote(self.name, self.display, f"{self.site}/error", Habits(scripts=scripts))

    async def show(self, page: Remote, name: str, theme: str = "") -> None:
        """
        Show a state, with all its frames.
        """
        state = STATES[name]
        query = f"state={name}" + (f"&theme={theme}" if theme else "")
        await page.open(f"{self.site}{state.path}?{query}")
        paths = {"/", f"/{state.form}", *FRAMED} if state.path == "/" else {state.path}
        wanted = {path + "?" + query for path in paths} | ({NOW} if name == "desk" else set())
        for _ in range(400):
            frames = await page.frames()
            if wanted <= {frame.address for frame in frames}:
                break
            await deferLater(IReactorTime(reactor), 0.05)
        else:
            self.fail(f"{name} does not come: {frames}")
        await deferLater(IReactorTime(reactor), 0.4)  # what is there is drawn, and the video shows its first picture

    async def keep_all(self, width: int, height: int) -> None:
        """
        Keep a picture of every state; nothing is broader than the window.
        """
        page = await self.gallery(width, height)
        folder = pictures() / "look"
        folder.mkdir(parents=True, exist_ok=True)
        for name in STATES:
            await self.show(page, name)
            self.display.picture().save(folder / f"{name}-{self.name}-{width}.png")
            broad = {
                frame.name: over for frame in await page.frames() if (over := await page.evaluate(OVERFLOW, frame)) > 0
            }
            self.assertEqual((name, broad), (name, {}))


class ChromiumLookTest(LookTestCase):
    """
    Chromium.
    """

    async def test_every_state_fits_a_phone(self) -> None:
        """
        WCAG 2.2, 1.4.10: at 320 pixels nothing has to be scrolled sideways.
        """
        await self.keep_all(320, 640)


class FirefoxLookTest(LookTestCase):
    """
    Firefox, in a large window.
    """

    name = "firefox"

    async def test_every_state_fits_a_desk(self) -> None:
        """
        Nothing has to be scrolled sideways at 1280 pixels either.
        """
        await self.keep_all(1280, 800)


class AuditTest(LookTestCase):
    """
    Axe, in all frames.
    """

    async def audit_all(self, width: int, height: int, theme: str) -> None:
        """
        Audit every state.
        """
        page = await self.gallery(width, height, scripts=True)
        found: dict[str, list[str]] = {}
        for name in STATES:
            await self.show(page, name, theme)
            if violations := await audit(page):
                found[name] = violations
        self.assertEqual(found, {})

    async def test_D25_axe_finds_nothing_wrong_on_a_desk(self) -> None:
        """
        Dark, as it is by default.
        """
        await self.audit_all(1280, 800, "")

    async def test_D25_axe_finds_nothing_wrong_on_a_light_phone(self) -> None:
        """
        Another layout, and other colours.
        """
        await self.audit_all(320, 640, "light")

    async def test_axe_finds_what_is_wrong(self) -> None:
        """
        A picture without words: so the tests above show something.
        """
        page = await self.gallery(640, 480, scripts=True)
        await self.show(page, "captcha")
        [form] = [frame for frame in await page.frames() if frame.name == "form"]
        await page.evaluate("document.querySelector('img').removeAttribute('alt')", form)
        self.assertIn("image-alt", " ".join(await audit(page)))
