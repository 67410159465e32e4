"""
Every state of the page, in real browsers: a picture of each is kept for people to look at, and axe finds nothing wrong.

The pictures are ``look/STATE-BROWSER-WIDTH.png`` in the folder of all pictures (see `tests.real.case`).

All states are shown once in each of three browsers, side by side: for whichever of the tests is the first, and the
others ask what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, gatherResults
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """
    What was wrong in the one browser, by the names of the states.

    :ivar broad: the frames that are broader than their window, and by how many pixels.
    :ivar violations: what axe has found.
    """

    broad: dict[str, dict[str, int]] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """
    What was seen in each browser.

    :ivar firefox: in a large window, with scripts off.
    :ivar desk: in Chromium, in a large window.
    :ivar phone: in Chromium, in a small window, with light colours.
    """

    firefox: Seen
    desk: Seen
    phone: Seen


_LOOKS: list[Looks | Exception] = []
"""What was seen in this run, or why nothing was."""


class LookTestCase(BrowserTestCase):
    """
    A test that looks at the gallery.
    """

    timeout = 600

    def setUp(self) -> None:
        """
        The site.
        """
        port = IReactorTCP(reactor).listenTCP(
            0, cast("ServerFactory[Any]", Site(Gallery(), timeout=None)), interface="127.0.0.1"
        )
        self.addCleanup(port.stopListening)
        self.site = f"http://127.0.0.1:{cast('IPv4Address', port.getHost()).port}"

    async def gallery(self, browser: str, width: int, height: int, *, scripts: bool) -> Remote:
        """
        :return: a browser for the gallery, in a window of this size.
        """
        return await self.remote(browser, self.screen(width, height), f"{self.site}/error", Habits(scripts=scripts))

    async def show(self, page: Remote, name: str, theme: str = "") -> None:
        """
        Show a state, with all its frames, pictures, and the beginning of the video.
        """
        state = STATES[name]
        query = f"state={name}" + (f"&theme={theme}" if theme else "")
        await page.open(f"{self.site}{state.path}?{query}")
        paths = {"/", f"/{state.form}", *FRAMED} if state.path == "/" else {state.path}
        wanted = {path + "?" + query for path in paths} | ({NOW} if name == "desk" else set())
        for _ in range(1200):
            frames = await page.frames()
            # A page is complete when all in its frames is.
            if (
                wanted <= {frame.address for frame in frames}
                and await page.evaluate("document.readyState") == "complete"
            ):
                break
            await deferLater(IReactorTime(reactor), 0.05)
        else:
            self.fail(f"{name} does not come: {frames}")


class AllStatesTests(LookTestCase):
    """
    Each state, in each browser.
    """

    async def test_every_state_fits_a_phone(self) -> None:
        """
        WCAG 2.2, 1.4.10: at 320 pixels nothing has to be scrolled sideways.
        """
        self.assertEqual((await self.looked()).phone.broad, {})

    async def test_every_state_fits_a_desk(self) -> None:
        """
        Nothing has to be scrolled sideways at 1280 pixels either, in Firefox.
        """
        self.assertEqual((await self.looked()).firefox.broad, {})
        self.assertEqual((await self.looked()).desk.broad, {})

    async def test_D25_axe_finds_nothing_wrong_on_a_desk(self) -> None:
        """
        Dark, as it is by default.
        """
        self.assertEqual((await self.looked()).desk.violations, {})

    async def test_D25_axe_finds_nothing_wrong_on_a_light_phone(self) -> None:
        """
        Another layout, and other colours.
        """
        self.assertEqual((await self.looked()).phone.violations, {})

    async def looked(self) -> Looks:
        """
        :return: what was seen; it is looked at once in a run.
        :raises Exception: why it could not be; that too is tried once.
        """
        if not _LOOKS:
            try:
                _LOOKS.append(await self.look())
            except Exception as error:  # noqa: BLE001 - all tests are to fail by it
                _LOOKS.append(error)
        if isinstance(_LOOKS[0], Exception):
            raise _LOOKS[0]
        return _LOOKS[0]

    async def look(self) -> Looks:
        """
        :return: what is seen in three browsers, side by side.
        """
        passes = (
            self.show_all("firefox", 1280, 800),
            self.show_all("chromium", 1280, 800, audits=True),
            self.show_all("chromium", 320, 640, "light", audits=True),
        )
        firefox, desk, phone = await gatherResults([Deferred.fromCoroutine(one) for one in passes], consumeErrors=True)
        return Looks(firefox=firefox, desk=desk, phone=phone)

    async def show_all(self, browser: str, width: int, height: int, theme: str = "", *, audits: bool = False) -> Seen:
        """
        Keep a picture of every state.

        :param audits: axe looks at it too; that needs scripts, which nothing in the pages uses.
        :return: what is wrong with them.
        """
        page = await self.gallery(browser, width, height, scripts=audits)
        folder, seen = pictures() / "look", Seen()
        folder.mkdir(parents=True, exist_ok=True)
        for name in STATES:
            await self.show(page, name, theme)
            (folder / f"{name}-{browser}-{width}.png").write_bytes(await page.picture())
            broad = {one.name: over for one in await page.frames() if (over := await page.evaluate(OVERFLOW, one)) > 0}
            if broad:
                seen.broad[name] = broad
            if audits and (violations := await audit(page)):
                seen.violations[name] = violations
        return seen


class AuditTests(LookTestCase):
    """
    Axe itself.
    """

    async def test_axe_finds_what_is_wrong(self) -> None:
        """
        A picture without words: so the tests above show something.
        """
        page = await self.gallery("chromium", 640, 480, scripts=True)
        await self.show(page, "captcha")
        [form] = [frame for frame in await page.frames() if frame.name == "form"]
        await page.evaluate("document.querySelector('img').removeAttribute('alt')", form)
        self.assertIn("image-alt", " ".join(await audit(page)))
