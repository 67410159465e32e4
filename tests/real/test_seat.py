"""
The broadcaster steers a running daemon from his page, without scripts, and a viewer in the other browser sees it.

Each is one long test, because most of its time is the start of two browsers and of the daemon.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from twisted.internet.threads import deferToThread

from tests.real.daemon import Daemon, fetch
from tests.real.devtools import DevTools
from tests.real.profiles import Habits
from tests.real.test_moderated import TEXT
from tests.real.test_watching import CODE, WatchingCase
from tests.real.visitors import BEGAN, Visitor, VisitorCase

CHATTY = CODE + '[chat]\nbetween = 0.0\n[captcha]\nwhen = "never"\n'

TITLE = """document.querySelector(".k5:not(:has(~ .k5))")?.innerText"""
NOTE = """document.querySelector(".k3:not(:has(~ .k3))")?.innerText"""
NOTICE = """document.getElementById("notice")?.innerText"""
CARD = """document.querySelector(".card h1")?.innerText"""
PASSWORD = """document.activeElement?.id === "password" """
DESK = """document.querySelector(".desk") !== null"""
OUTSIDE = "does not let everybody in"
SHARED = "open sesame, please"


class Host(Visitor):
    """Somebody with the broadcaster's page open; the forms are in no frame."""

    async def click(self, selector: str) -> None:
        """Click on something in the page, wherever it is."""
        x, y = await self.sees(
            selector,
            f"""(() => {{
                const one = document.querySelector({selector!r});
                one?.scrollIntoView({{block: "center", behavior: "instant"}});
                const box = one?.getBoundingClientRect();
                return box && [box.left + Math.min(box.width / 2, 60), box.top + box.height / 2];
            }})()""",
            frame="",
        )
        await self.page.click(x, y)

    async def fill(self, selector: str, text: str) -> None:
        """Type a text over what is in a field."""
        await self.click(selector)
        await self.sees(selector, f"document.activeElement?.matches({selector!r})", frame="")
        await self.page.evaluate("document.activeElement.select()")
        await self.page.write(text)

    async def sends(self, form: str, button: str, sentence: str) -> None:
        """Press a button of a form, and wait until the page says what became of it."""
        began = await self.look(BEGAN, "")
        await self.click(f"form[action='/broadcaster/{form}'] {button}")
        await self.sees(sentence, f"{BEGAN} !== {began} ? {NOTICE} : ''", lambda said: sentence in said, frame="")

    async def opens_the_door(self, kind: str) -> None:
        """Let others in than before."""
        await self.click(f"input[name=kind][value={kind}]")
        await self.sends("door", ".primary", "The door is as you have set it.")


class SeatCase(VisitorCase, WatchingCase):
    """The broadcaster and a viewer."""

    timeout = 180

    async def steers(self, host: Host, viewer_name: str, daemon: Daemon) -> None:
        """All that he does while he is logged in."""
        screen = self.a_screen()
        viewer = Visitor(await self.remote(viewer_name, screen, daemon.url))
        await viewer.settled()
        await self.moves(screen, "the picture")
        began = await viewer.look(BEGAN)
        await self._title_and_chat(host, viewer)
        await host.sends("source", "[value=off]", "switched off")
        await viewer.sees("that it is offline", CARD, lambda said: said == "The stream is offline", frame="player")
        await host.sends("source", "[value=on]", "switched on")
        await self.moves(screen, "the picture again")
        self.assertEqual(await viewer.look(BEGAN), began)
        await self._doors(host, viewer, daemon)
        await self.moves(screen, "the picture inside")
        await self._ban(host, viewer, daemon.url)

    async def _title_and_chat(self, host: Host, viewer: Visitor) -> None:
        await host.fill("#title", "Another title")
        await host.sends("title", ".primary", "Viewers read this now.")
        await viewer.sees("the title", TITLE, lambda title: title == "Another title")
        for mode, note in (("slow", "Slow mode"), ("closed", "The chat is closed"), ("open", "")):
            await host.click(f"input[name=mode][value={mode}]")
            await host.sends("chat", ".primary", "The chat is as you have set it.")
            await viewer.sees(mode, NOTE, partial(_begins, note))

    async def _doors(self, host: Host, viewer: Visitor, daemon: Daemon) -> None:
        await host.opens_the_door("members")
        for frame in ("live", "player"):
            await viewer.sees("that he has to go", TEXT, lambda text: OUTSIDE in text, frame=frame)
        await viewer.press("a[href='/']", "player")
        club = await viewer.sees("the door", TEXT, lambda text: "SECRET CLUB" in text, frame="")
        self.assertNotIn("Another title", club)
        await host.fill("#door-password", SHARED)
        await host.opens_the_door("password")
        await viewer.page.open(daemon.url)
        await viewer.sees("the other door", TEXT, lambda text: "Please type the password" in text, frame="")
        await viewer.sees("the cursor", PASSWORD, frame="")
        await viewer.page.write(SHARED)
        await viewer.page.press("Enter")
        await viewer.settled()
        self.assertEqual((await deferToThread(fetch, daemon, "/"))[0], HTTPStatus.FORBIDDEN)
        await host.opens_the_door("open")
        self.assertEqual((await deferToThread(fetch, daemon, "/"))[0], HTTPStatus.OK)

    async def _ban(self, host: Host, viewer: Visitor, url: str) -> None:
        await viewer.begin()
        await viewer.say("buy this")
        await host.page.open(url)
        await host.settled()
        await host.reads("buy this")
        await host.press("#m1 .ban", "live")
        for frame in ("live", "player"):
            await viewer.sees("that he has to go", TEXT, lambda text: "You have been banned" in text, frame=frame)
        self.assertIsNone(await viewer.frame("/video"))


class FirefoxTests(SeatCase):
    """In Firefox, by the form; the viewer has Chromium."""

    async def test_S12_S26_what_he_sets_is_seen_at_once_and_logging_out_ends_it(self) -> None:
        """See ``steers``; after that he has to log in again."""
        daemon = self.daemon(CHATTY)
        await daemon.on_air()
        host = Host(await self.remote("firefox", self.a_screen(), f"{daemon.url}broadcaster"))
        await host.sees("the form", PASSWORD, frame="")
        await host.page.write(daemon.password)
        await host.page.press("Enter")
        await host.sees("his page", DESK, frame="")
        await self.steers(host, "chromium", daemon)
        await host.page.open(f"{daemon.url}broadcaster")
        await host.click("form[action='/logout'] button")
        await host.sees("that he is logged out", TEXT, lambda text: "You are logged out." in text, frame="")
        await host.page.open(f"{daemon.url}broadcaster")
        await host.sees("the form", PASSWORD, frame="")


class ChromiumTests(SeatCase):
    """In Chromium, which keeps no cookies and sends the password with each request; the viewer has Firefox."""

    async def test_S13_S26_he_can_do_the_same_without_cookies(self) -> None:
        """See ``steers``. There is no button to log out: only who sends the password can end that."""
        daemon = self.daemon(CHATTY)
        await daemon.on_air()
        page = await self.remote("chromium", self.a_screen(), f"{daemon.url}broadcaster", Habits(cookies=False))
        host = Host(page)
        await host.sees("the form", PASSWORD, frame="")
        assert isinstance(page, DevTools)
        await page.authorise("broadcaster", daemon.password)
        await page.open(f"{daemon.url}broadcaster")
        await host.sees("his page", DESK, frame="")
        self.assertFalse(await host.look("""document.querySelector("[action='/logout']") !== null""", ""))
        await self.steers(host, "firefox", daemon)


def _begins(expected: str, note: str) -> bool:
    """:return: whether a note begins so; with nothing, whether it is empty."""
    return note.startswith(expected) if expected else not note
