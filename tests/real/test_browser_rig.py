"""
Tests of the browser rig itself: the browsers are set up as promised, and what they show is read rightly.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, cast

from PIL import Image
from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IReactorTCP, IReactorTime
from twisted.internet.protocol import Factory, Protocol, ServerFactory
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from tests.real.case import BrowserTestCase
from tests.real.clockcode import Rectangle, contained, read_code
from tests.real.processes import find
from tests.real.profiles import Habits
from tests.real.screen import NoScreenError, Screen
from tests.real.test_clockcode import drawn
from tests.real.waiting import until

GREEN, RED, WHITE = (0, 128, 0), (255, 0, 0), (255, 255, 255)
SCRIPTED = b"<!doctype html><body style='background:green'><script>document.body.style.background = 'red'</script>"
SIZED = (
    "<!doctype html><style>html {{ background: red }}"
    "@media (width: {}px) and (height: {}px) {{ html {{ background: green }} }}</style>"
)
FORM = (
    b"<!doctype html><style>html { background: red } input { position: fixed; left: 100px; top: 20px; width: 400px;"
    b"height: 80px; background: white }</style><form action=/said><input name=text></form>"
)
PLAYING = (
    b"<!doctype html><style>html { background: #006 } body { margin: 0 }"
    b"video { display: block; width: 100vw; height: 100vh }</style><video src=film autoplay loop "
)
FIRST, FRAMES, STEP = 0xABC000, 90, 40  # the clock of the test video: milliseconds, frames, milliseconds per frame


class Fixed(Resource):
    """
    Always the same bytes. (Importing `twisted.web.static` warns, in Twisted 26.10, and warnings are errors here.)
    """

    def __init__(self, body: bytes, kind: bytes = b"text/html; charset=utf-8") -> None:
        super().__init__()
        self._body = body
        self._kind = kind

    def getChild(self, path: bytes, request: Request) -> Resource:
        """
        :return: itself, so that a favicon is found too.
        """
        return self

    def render_GET(self, request: Request) -> bytes:
        """
        :return: the bytes.
        """
        request.setHeader(b"Content-Type", self._kind)
        return self._body


class Counting(Resource):
    """
    A green page that sets a cookie; it remembers which cookies came with each request, and the texts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.cookies: list[bytes | None] = []
        self.texts: list[bytes] = []

    def render_GET(self, request: Request) -> bytes:
        """
        :return: the page.
        """
        self.cookies.append(request.getHeader(b"cookie"))
        self.texts += request.args.get(b"text", [])
        request.setHeader(b"Set-Cookie", b"kept=yes; Path=/")
        return b"<!doctype html><link rel=icon href=data:,><body style='background:green'>"


class Asked(Protocol):
    """
    Remembers the first bytes that came over a connection.
    """

    def dataReceived(self, data: bytes) -> None:
        """
        A SOCKS 5 greeting is answered, so that the browser says where it wants to go.
        """
        assert isinstance(self.factory, AskedFactory)
        self.factory.asked.append(data)
        if self.transport is not None and data.startswith(b"\x05") and len(data) < 5:
            self.transport.write(b"\x05\x00")


class AskedFactory(Factory[Asked]):
    """
    A proxy that notes and never opens a way.
    """

    protocol = Asked

    def __init__(self) -> None:
        self.asked: list[bytes] = []


def code_video(path: Path) -> None:
    """
    Make a short MP4 file with a clock code in its picture, and a tone.
    """
    frames = b"".join(drawn(FIRST + i * STEP).tobytes() for i in range(FRAMES))
    picture = f"-f rawvideo -pix_fmt rgb24 -s 640x360 -r {1000 // STEP} -i -"
    sound = f"-f lavfi -t {FRAMES * STEP / 1000} -i sine=frequency=440"
    codecs = "-c:v libx264 -preset veryfast -b:v 400k -pix_fmt yuv420p -c:a aac -b:a 48k -movflags +faststart -f mp4"
    command = [find("ffmpeg"), "-v", "error", *picture.split(), *sound.split(), *codecs.split(), str(path)]
    subprocess.run(command, input=frames, check=True, timeout=60)


class ScreenTest(TestCase):
    """
    The X server.
    """

    def test_a_screen_has_the_size_that_was_asked(self) -> None:
        """
        The rows below are not in its picture.
        """
        screen = Screen.start(320, 200)
        self.addCleanup(screen.stop)
        self.assertEqual((screen.picture().size, screen.region), ((320, 200), "320x200+0+0"))

    def test_a_screen_that_cannot_be_says_why(self) -> None:
        """
        With what Xvfb has said.
        """
        error = self.assertRaises(NoScreenError, Screen.start, 640, -480)
        self.assertIn("add screen 0", str(error))


class FirefoxTest(BrowserTestCase):
    """
    The rig with Firefox.
    """

    name = "firefox"

    def serve(self, **pages: Resource) -> str:
        """
        :param pages: name and content; ``index`` is the front page.
        :return: the address of a site with these, which ends with the test.
        """
        root = Fixed(b"")
        for name, page in pages.items():
            root.putChild(b"" if name == "index" else name.encode(), page)
        site: WrappingFactory[ProtocolWrapper] = WrappingFactory(Site(root, timeout=None))
        self.addCleanup(until, IReactorTime(reactor), "the browser to leave", lambda: not site.protocols)
        return f"http://127.0.0.1:{self.listen(site)}/"

    def listen(self, factory: Factory[Any]) -> int:
        """
        :return: the number of a port on 127.0.0.1 that is closed at the end of the test.
        """
        port = IReactorTCP(reactor).listenTCP(0, cast("ServerFactory[Any]", factory), interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        host = port.getHost()
        assert isinstance(host, IPv4Address)
        return host.port

    async def colour(self, screen: Screen, colour: tuple[int, int, int]) -> None:
        """
        Wait until every corner of the screen has this colour.
        """
        right, bottom = screen.width - 1, screen.height - 1

        def corners() -> set[object]:
            picture = screen.picture()
            return {picture.getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))}

        await self.see(screen, f"a page that is all {colour}", corners, lambda seen: seen == {colour})

    async def test_scripts_are_off(self) -> None:
        """
        A script that would make the page red does not run: when the page is green, it has been passed.
        """
        screen = self.screen()
        self.browser(self.name, screen, self.serve(index=Fixed(SCRIPTED)))
        await self.colour(screen, GREEN)

    async def test_scripts_can_be_on(self) -> None:
        """
        The same page turns red, so the test above shows something.
        """
        screen = self.screen()
        self.browser(self.name, screen, self.serve(index=Fixed(SCRIPTED)), Habits(scripts=True))
        await self.colour(screen, RED)

    async def test_a_page_is_as_wide_and_as_high_as_the_screen(self) -> None:
        """
        In CSS pixels too, from a telephone's 320 to a desk's 1280.
        """
        for width, height in ((320, 640), (768, 1024), (1280, 800)):
            screen = self.screen(width, height)
            browser = self.browser(self.name, screen, self.serve(index=Fixed(SIZED.format(width, height).encode())))
            await self.colour(screen, GREEN)
            browser.end()

    async def cookies_of_two_visits(self, habits: Habits) -> list[bytes | None]:
        """
        :return: what came with the first request and with the one after F5.
        """
        screen, page = self.screen(), Counting()
        browser = self.browser(self.name, screen, self.serve(index=page), habits)
        await self.colour(screen, GREEN)
        browser.reload()
        return await self.see(screen, "a second request", lambda: page.cookies, lambda seen: len(seen) > 1)

    async def test_cookies_can_be_off(self) -> None:
        """
        A cookie that was set does not come back.
        """
        self.assertEqual(await self.cookies_of_two_visits(Habits(cookies=False)), [None, None])

    async def test_cookies_are_kept_otherwise(self) -> None:
        """
        It comes back.
        """
        self.assertEqual(await self.cookies_of_two_visits(Habits()), [None, b"kept=yes"])

    async def watch(self, attributes: bytes, habits: Habits | None = None) -> None:
        """
        Wait until the clock in a playing video has been read at three different times.
        """
        film = Path(self.mktemp())
        code_video(film)
        url = self.serve(index=Fixed(PLAYING + attributes + b">"), film=Fixed(film.read_bytes(), b"video/mp4"))
        screen = self.screen()
        self.browser(self.name, screen, url, habits)
        shown = contained(Rectangle(0, 0, screen.width, screen.height), 16, 9)
        codes: set[int | None] = set()

        def look() -> set[int | None]:
            codes.add(read_code(screen.picture(), shown))
            return codes

        seen = await self.see(screen, "a moving clock", look, lambda seen: len(seen - {None}) > 2)
        times = {FIRST + i * STEP for i in range(FRAMES)}
        self.assertEqual(seen - {None} - times, set())

    async def test_the_clock_of_a_muted_video_is_read(self) -> None:
        """
        It starts by itself, with scripts off.
        """
        await self.watch(b"muted")

    async def test_a_video_with_sound_can_start_by_itself(self) -> None:
        """
        Where the viewer has allowed it, and without a sound card.
        """
        await self.watch(b"", Habits(audible=True))

    async def form(self, screen: Screen) -> None:
        """
        Wait for the field of `FORM` and what is beside it (a new window is all white for a moment).
        """

        def look() -> list[object]:
            picture = screen.picture()
            return [picture.getpixel((x, 60)) for x in (99, 300)]

        await self.see(screen, "a form", look, lambda seen: seen == [RED, WHITE])

    async def test_a_click_and_typing_reach_the_page(self) -> None:
        """
        Text typed into a form after a click on it is sent with Return.
        """
        said, screen = Counting(), self.screen()
        browser = self.browser(self.name, screen, self.serve(index=Fixed(FORM), said=said))
        await self.form(screen)
        browser.click(300, 60)
        browser.write("hello, world")
        browser.key("Return")
        await self.see(screen, "the text", lambda: said.texts, lambda seen: seen == [b"hello, world"])

    async def test_other_addresses_go_to_the_proxy_by_name(self) -> None:
        """
        The browser asks for an onion address there; so nothing else of it can get out, not even a name.
        """
        proxy = AskedFactory()
        port = self.listen(proxy)
        screen = self.screen()
        self.browser(self.name, screen, "http://example.onion/", Habits(socks_port=port))
        await self.see(screen, "a request for it", lambda: [a for a in proxy.asked if b"example.onion" in a])

    async def test_the_picture_is_what_a_recorder_sees(self) -> None:
        """
        Pixel by pixel, ffmpeg's x11grab takes the same from the screen's region as is read from the framebuffer.
        """
        screen = self.screen(640, 480)
        self.browser(self.name, screen, self.serve(index=Fixed(SIZED.format(640, 480).encode() + FORM)))
        await self.form(screen)
        size, _, _ = screen.region.partition("+")
        source = f"-f x11grab -draw_mouse 0 -video_size {size} -i {screen.display} -frames 1"
        command = [find("ffmpeg"), "-v", "error", *source.split(), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
        seen = subprocess.run(command, check=True, timeout=30, stdout=subprocess.PIPE).stdout
        self.assertEqual(Image.frombytes("RGB", (640, 480), seen), screen.picture())

    async def test_no_process_is_left(self) -> None:
        """
        After `end` all of the browser's processes are gone.
        """
        screen = self.screen()
        browser = self.browser(self.name, screen, self.serve(index=Fixed(SCRIPTED)))
        await self.colour(screen, GREEN)
        self.assertGreater(len(browser.members()), 1)
        browser.end()
        self.assertEqual(browser.members(), [])


class ChromiumTest(FirefoxTest):
    """
    The same with Chromium.
    """

    name = "chromium"
