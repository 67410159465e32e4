"""
People with the page open in a real browser, scripts off: what they see in its frames, and what they type and press.

A document is told from the one that follows it by when it began (``performance.timeOrigin``): the page need not help.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IReactorTCP
from twisted.internet.task import deferLater

from tests.real.case import BrowserTestCase
from tests.real.daemon import clock
from tests.real.profiles import Habits
from tests.real.remote import Frame, Json, RefusedError, Remote
from tests.real.screen import Screen
from tests.real.tollgate import Tollgate
from tests.real.waiting import PATIENCE, NotSeenError

WIDTH, HEIGHT = 1280, 720

MESSAGES = """
    [...document.querySelectorAll("#app > .m")].filter(one => one.getClientRects().length)
        .map(one => one.querySelector(".t").innerText)
"""
"""The texts that the live document shows."""

NAMES = """
    [...document.querySelectorAll("#app > .m .n")].filter(one => one.getClientRects().length).map(one => {
        const said = getComputedStyle(one, "::before").content;
        return said.startsWith('"') ? JSON.parse(said) : one.innerText;
    })
"""
"""The names before these texts, as they are read: a rule may have taken the place of what stands in the document."""

OWN = """
    [...document.querySelectorAll("#app > .m")].filter(one => getComputedStyle(one).getPropertyValue("--mine"))
        .map(one => one.querySelector(".t").innerText)
"""
"""The texts that are marked as the reader's own."""

HEADING = """document.querySelector("h1").innerText"""

BEGAN = "performance.timeOrigin"

DRAFT = """document.getElementById("msg").value"""

TYPING = """document.activeElement?.id === "msg" """
"""Whether what is typed now goes into the box."""


class Visitor:
    """
    Somebody with the page open.

    :ivar page: under remote control.
    """

    def __init__(self, page: Remote) -> None:
        self.page = page

    async def frame(self, name: str) -> Frame | None:
        """
        :param name: of a frame in the page, or where its document is from, such as ``/video``; empty: the page.
        :return: the document that is in it now.
        """
        for frame in await self.page.frames():
            if (frame.address.partition("?")[0] if name.startswith("/") else frame.name) == name:
                return frame
        return None

    async def look(self, expression: str, frame: str = "live") -> Json:
        """
        :param expression: of JavaScript.
        :return: its value in a frame; None where there is nothing to be seen at the moment.
        """
        with suppress(RefusedError):
            if there := await self.frame(frame):
                return await self.page.evaluate(expression, there)
        return None

    async def sees(
        self,
        what: str,
        expression: str,
        good: Callable[[Json], bool] = bool,
        *,
        frame: str = "live",
        timeout: float = PATIENCE,
    ) -> Json:
        """
        Look again and again; see `tests.real.waiting.until`.
        """
        end = clock().seconds() + timeout
        while not _good(seen := await self.look(expression, frame), good):
            if clock().seconds() >= end:
                raise NotSeenError(f"waited {timeout:g} s for {what}; seen last: {seen!r}")
            await deferLater(clock(), 0.05)
        return seen

    async def reads(self, *texts: str) -> None:
        """
        Wait until these are the messages that the live document shows.
        """
        await self.sees(f"the messages {texts}", MESSAGES, lambda seen: seen == list(texts))

    async def settled(self) -> None:
        """
        Wait until the live document shows its beginning, and the form can be typed into.
        """
        await self.sees("a heartbeat", """document.querySelector(".hb") !== null""")
        await self.sees("the form", """document.getElementById("msg") !== null""", frame="form")

    async def plays(self) -> Json:
        """
        Wait until the video has gone on.

        :return: which document it is in, and which response: both are others after it was loaded anew.
        """
        before = await self.sees("a video", _AT, frame="/video") or 0.0
        await self.sees("the video to go on", _AT, lambda now: now > before, frame="/video")
        return await self.look(f"[{BEGAN}, document.querySelector('video').currentSrc]", "/video")

    async def press(self, selector: str, frame: str = "form") -> None:
        """
        Click in the middle of something in a frame.
        """
        before, place = None, await self._middle(selector, frame)
        while place != before:  # a page that is still being laid out moves it away from under the mouse
            await deferLater(clock(), 0.1)
            before, place = place, await self._middle(selector, frame)
        await self.page.click(*place)

    async def _middle(self, selector: str, frame: str) -> tuple[float, float]:
        box = await self.sees(f"{selector} in {frame}", _MIDDLE % selector, frame=frame)
        around = await self.sees(f"the frame {frame}", _MIDDLE % f"iframe[name={frame}]", frame="")
        return around["left"] + box["x"], around["top"] + box["y"]

    async def begin(self) -> None:
        """
        Put the cursor into the box.
        """
        await self.press("#msg")
        await self.sees("the cursor in the box", TYPING, frame="form")

    async def say(self, text: str) -> None:
        """
        Type a text where the cursor is, press Enter, and wait until the cursor is in the next form's box.
        """
        began = await self.look(BEGAN, "form")
        await self.page.write(text)
        await self.page.press("Enter")
        await self.sees("the next form", f"{BEGAN} !== {began} && {TYPING} && {BEGAN}", frame="form")

    async def names_himself(self, name: str) -> None:
        """
        Press "Name", type one, press Enter, and go back to the box.
        """
        await self.press("a[href*='/look']")
        await self.sees("the form for names", """document.getElementById("name") !== null""", frame="form")
        await self.press("#name")
        await self.page.write(name)
        await self.page.press("Enter")
        await self.sees("what became of it", """document.getElementById("err") !== null""", frame="form")
        await self.press("a[href*='/form']")
        await self.sees("the cursor in the box", TYPING, frame="form")

    async def addresses(self) -> list[str]:
        """
        :return: of all frames that are shown.
        """
        return [frame.address for frame in await self.page.frames()]


_AT = """document.querySelector("video").currentTime"""
_MIDDLE = """(() => {
    const roots = [document, document.getElementById("app")?.shadowRoot];
    const box = roots.map(root => root?.querySelector(%r)).find(one => one)?.getBoundingClientRect();
    return box && {left: box.left, top: box.top, x: box.left + box.width / 2, y: box.top + box.height / 2};
})()"""


def _good(seen: Json, good: Callable[[Json], bool]) -> bool:
    return seen is not None and good(seen)


class VisitorCase(BrowserTestCase):
    """
    A test with people who have the page open.
    """

    async def both(self, url: str, habits: Habits | None = None) -> tuple[Visitor, Visitor]:
        """
        :return: somebody with Firefox and somebody with Chromium, who came at the same time.
        """
        coming = [Deferred.fromCoroutine(self.visitor(name, url, habits)) for name in ("firefox", "chromium")]
        first, second = await gatherResults(coming)
        return first, second

    async def visitor(self, name: str, url: str, habits: Habits | None = None) -> Visitor:
        """
        :param name: of the browser.
        :return: somebody whose page is complete.
        """
        visitor = Visitor(await self.remote(name, self.a_screen(), url, habits))
        await visitor.settled()
        return visitor

    def gate(self, port: int) -> Tollgate:
        """
        :param port: of a daemon.
        :return: a way to it that lasts when the daemon ends.
        """
        from twisted.internet import reactor

        gate = Tollgate(IReactorTCP(reactor), port)
        self.addCleanup(lambda: Deferred.fromCoroutine(gate.close()))
        return gate

    def a_screen(self) -> Screen:
        """
        :return: one of the usual size.
        """
        return self.screen(WIDTH, HEIGHT)
