"""
Tests of the remote control: both browsers do what the small interface says, with scripts off.
"""

from __future__ import annotations

import io
from typing import Any, cast

from PIL import Image
from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IReactorTCP, IReactorTime
from twisted.internet.protocol import ServerFactory
from twisted.internet.task import deferLater
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from tests.real.case import BrowserTestCase
from tests.real.remote import RefusedError, Remote

PAGE = (
    b"<!doctype html><title>Outside</title><style>html{background:green}iframe{position:fixed;left:100px;top:50px;"
    b"width:400px;height:200px;border:0}</style><script>document.title = 'scripted'</script>"
    b"<iframe name=within srcdoc='<meta http-equiv=refresh content=\"0;url=/form\">'></iframe>"
)
FORM = (
    b"<!doctype html><title>Inside</title><style>html{background:white}input{position:fixed;left:20px;top:20px;"
    b"width:200px;height:50px}</style><form method=post action=/form><input name=text></form>"
)


class Talking(Resource):
    """
    A page, and a form within it that remembers what was said.
    """

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def render_GET(self, request: Request) -> bytes:
        """
        :return: the page, or the form.
        """
        request.setHeader(b"Content-Type", b"text/html; charset=utf-8")
        return FORM if request.path == b"/form" else PAGE

    def render_POST(self, request: Request) -> bytes:
        """
        :return: the form again.
        """
        self.said += [text.decode() for text in request.args[b"text"]]
        return self.render_GET(request)


class FirefoxRemoteTest(BrowserTestCase):
    """
    Firefox, by WebDriver BiDi.
    """

    name = "firefox"

    async def page(self) -> Remote:
        """
        :return: the page above, when the form is in its frame.
        """
        self.talking = Talking()
        site = cast("ServerFactory[Any]", Site(self.talking, timeout=None))
        port = IReactorTCP(reactor).listenTCP(0, site, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        number = cast("IPv4Address", port.getHost()).port
        self.site = f"http://127.0.0.1:{number}"
        self.display = self.screen(640, 480)
        page = await self.remote(self.name, self.display, f"{self.site}/?a=b")
        await self.shows(page, "/?a=b", "/form")
        return page

    async def shows(self, page: Remote, *addresses: str) -> None:
        """
        Wait until the frames are from these addresses.
        """
        for _ in range(400):
            frames = await page.frames()
            if [frame.address for frame in frames] == list(addresses):
                return
            await deferLater(IReactorTime(reactor), 0.05)
        self.fail(f"it shows {frames}")

    async def test_frames_are_known_by_name_and_place(self) -> None:
        """
        The page first, which has neither.
        """
        outside, inside = await (await self.page()).frames()
        self.assertEqual((outside.name, outside.parent, inside.name, inside.parent), ("", "", "within", outside.key))

    async def test_it_looks_into_documents_without_their_scripts(self) -> None:
        """
        Each has its own title; the page's script, which would change it, has not run.
        """
        page = await self.page()
        inside = (await page.frames())[1]
        told = [await page.evaluate("document.title"), await page.evaluate("[document.title, 1.5, null]", inside)]
        self.assertEqual(told, ["Outside", ["Inside", 1.5, None]])

    async def test_what_throws_is_refused(self) -> None:
        """
        With what it threw.
        """
        page = await self.page()
        try:
            await page.evaluate("nobody.knows")
        except RefusedError as error:
            self.assertIn("nobody", str(error))
        else:
            self.fail("it said something")

    async def test_clicks_and_keys_reach_a_form_in_a_frame(self) -> None:
        """
        Coordinates are those of the page; letters may be of any alphabet.
        """
        page = await self.page()
        await page.click(100 + 20 + 100, 50 + 20 + 25)
        await page.write("grüße ☺")
        await page.press("Enter")
        await self.see(self.display, "the form to be sent", lambda: self.talking.said, lambda said: said == ["grüße ☺"])

    async def test_another_page_can_be_shown(self) -> None:
        """
        In the same window.
        """
        page = await self.page()
        await page.open(f"{self.site}/form")
        await self.shows(page, "/form")

    async def test_a_picture_is_what_is_seen(self) -> None:
        """
        Of the page, as large as the window.
        """
        picture = Image.open(io.BytesIO(await (await self.page()).picture())).convert("RGB")
        seen = [picture.size, picture.getpixel((1, 1)), picture.getpixel((480, 240))]
        self.assertEqual(seen, [(640, 480), (0, 128, 0), (255, 255, 255)])


class ChromiumRemoteTest(FirefoxRemoteTest):
    """
    Chromium, by its DevTools protocol.
    """

    name = "chromium"
