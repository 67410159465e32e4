"""Text browsers and terminals: w3m, lynx, curl and mpv with a real daemon."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from unicodedata import category

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from onionstream.captcha.words import PATIENCE
from tests.real.daemon import QUICK, Daemon, DaemonCase, clock, open_video
from tests.real.processes import Family, find
from tests.real.talker import Talker
from tests.real.terminals import Terminal
from tests.real.waiting import until

TITLED = '[stream]\ntitle = "A fine stream"\n' + QUICK

AT_ONCE = TITLED + "[chat]\nbetween = 0\nburst = 100\n"
"""Nobody has to wait for his turn."""

HOSTILE = (
    "\x1b[2Jcleared",
    "\x9b31mred",
    "\x1b]8;;http://example.org/\x07link\x1b]8;;\x07",
    "\x1b]0;title\x1b\\",
    "bell\x07 back\b\b\b\b return\rstart",
    "\u202eesrever \u2066isolated\u2069 \u200emark",
    "one\u2028two\u0085three",
    "first line\n12:00 * Broadcaster: second line",
)
"""What a terminal would obey, and a reader would be deceived by."""

BROWSERS = {
    ("w3m", True): ("w3m", "-M", "-cookie"),
    ("w3m", False): ("w3m", "-M", "-no-cookie"),
    ("lynx", True): ("lynx", "-nopause", "-tna", "-accept_all_cookies"),
    ("lynx", False): ("lynx", "-nopause", "-tna", "-cookies"),
}
"""By name, and whether it keeps cookies. ``-cookies`` turns them off where they are on, as they are in lynx."""


class TerminalCase(DaemonCase):
    """Tests with programs that show text."""

    async def run_program(self, *command: str, **surroundings: str) -> str:
        """:return: what a program says that ends by itself, within half a minute."""
        return await deferToThread(_run, command, {"HOME": str(self.folder()), **surroundings})

    def terminal(self, *command: str) -> Terminal:
        """:return: a program in a terminal; it ends with the test."""
        started = Terminal(command, self.folder())
        self.addCleanup(started.end)
        return started

    def watch(self, daemon: Daemon) -> None:
        """Somebody has the video open until the end of the test."""
        self.addCleanup(open_video(daemon).close)

    async def talk(self, daemon: Daemon, name: str = "") -> Talker:
        """:return: somebody who talks."""
        talker = await deferToThread(Talker, daemon.port)
        if name:
            await deferToThread(talker.call_himself, name)
        return talker


def _run(command: tuple[str, ...], surroundings: dict[str, str]) -> str:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "vt52", **surroundings}
    done = subprocess.run(
        [find(command[0]), *command[1:]],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=True,
    )
    return done.stdout.decode()


class TextBrowserTests(TerminalCase):
    """w3m and lynx."""

    async def test_S40_the_page_begins_with_links_that_are_understood(self) -> None:
        """There is nothing else there for them: frames are not."""
        daemon = self.daemon(TITLED)
        await daemon.on_air()
        for browser in ("w3m", "lynx"):
            shown = await self.run_program(browser, "-dump", *["-nolist"] * (browser == "lynx"), daemon.url)
            lines = [line.strip() for line in shown.splitlines() if line.strip()]
            self.assertEqual(lines, ["Chat without frames", "Write a message", "Video only"], browser)

    async def test_S40_the_chat_without_frames(self) -> None:
        """Title, state, who watches, time on air, and what was said, line by line."""
        daemon = self.daemon(AT_ONCE)
        await daemon.on_air()
        self.watch(daemon)
        anna = await self.talk(daemon, "Anna")
        await deferToThread(anna.say, "one\ntwo")
        for browser in ("w3m", "lynx"):
            shown = await self.run_program(browser, "-dump", f"{daemon.url}plain")
            for words in ("A fine stream", "The stream is live. 1 watching. On air for 0:00."):
                self.assertIn(words, shown)
            self.assertRegex(shown, r"\d\d:\d\d - Anna: one\n\s+two\n")

    async def test_nothing_they_are_led_to_is_endless(self) -> None:
        """Every page on the way, and everything that it links to but the video, is shown at once."""
        daemon = self.daemon(AT_ONCE)
        await daemon.on_air()
        todo, seen = [daemon.url], dict[str, str]()
        while todo:
            address = todo.pop()
            path = re.sub(r"[?#].*", "", "/" + address.removeprefix(daemon.url))
            if path in seen or path.startswith("/stream."):
                continue
            seen[path] = await self.run_program("lynx", "-dump", "-hiddenlinks=listonly", address)
            await self.run_program("w3m", "-dump", address)
            todo += re.findall(r"^ *\d+\. (http://\S+)", seen[path], re.MULTILINE)
        self.assertEqual(set(seen), {"/", "/plain", "/form", "/look", "/chat.txt"})
        self.assertNotIn("Forbidden", "".join(seen.values()))

    async def test_w3m_says_something_with_cookies_and_without(self) -> None:
        """Twice, as one person; and each time the chat is one link away."""
        await self.each_way("w3m")

    async def test_lynx_says_something_with_cookies_and_without(self) -> None:
        """The same."""
        await self.each_way("lynx")

    async def each_way(self, browser: str) -> None:
        """Say something with cookies and without."""
        daemon = self.daemon(AT_ONCE)
        await daemon.on_air()
        await _together(self.speak(daemon, browser, cookies=True), self.speak(daemon, browser, cookies=False))

    async def speak(self, daemon: Daemon, browser: str, *, cookies: bool) -> None:
        """Say two things, and read them."""
        screen = self.terminal(*BROWSERS[browser, cookies], daemon.url)
        await screen.shows("Write a message")
        people = list[str]()
        for words in (f"first {cookies}", f"second {cookies}"):
            await _follow(screen, browser, "Write a message")
            await screen.shows("Chatting as")
            await _write(screen, browser, words)
            await _press(screen, browser)
            await screen.shows("Back to the chat", but=words)
            await _follow(screen, browser, "Back to the chat")
            shown = await screen.shows("A fine stream", words)
            people += re.findall(rf" - (\S+): {words}", shown)
        self.assertEqual((len(people), len(set(people))), (2, 1), shown)

    async def test_D25_a_captcha_is_solved_in_words(self) -> None:
        """By those who cannot see its picture: at the door, and in the form."""
        doors = self.daemon(TITLED + '[doors]\nkind = "captcha"\n')
        forms = self.daemon(TITLED + '[captcha]\nwhen = "first"\n')
        await doors.on_air()
        await forms.on_air()
        await _together(self.enter(doors, cookies=True), self.enter(doors, cookies=False), self.solve(forms))

    async def enter(self, daemon: Daemon, *, cookies: bool) -> None:
        """Come in by a door."""
        screen = self.terminal(*BROWSERS["w3m", cookies], daemon.url)
        await screen.shows("Please solve this first")
        await _exercise(screen, "w3m")
        await screen.shows("Chat without frames")
        await _follow(screen, "w3m", "Chat without frames")
        await screen.shows("A fine stream", "The stream is live")

    async def solve(self, daemon: Daemon) -> None:
        """Say something for the first time."""
        screen = self.terminal(*BROWSERS["lynx", True], daemon.url)
        await screen.shows("Write a message")
        await _follow(screen, "lynx", "Write a message")
        await screen.shows("Chatting as")
        await _write(screen, "lynx", "solved")
        await _press(screen, "lynx")
        await _exercise(screen, "lynx")
        await screen.shows("Chatting as")
        await _follow(screen, "lynx", "Back to the chat")
        await screen.shows("A fine stream", ": solved")


async def _follow(screen: Terminal, browser: str, link: str) -> None:
    """Search for a link, from the first line on, and go where it leads."""
    screen.type(f"{'g' * (browser == 'w3m')}/{link}\r")
    await deferLater(clock(), 0.3)
    screen.type("\r")


async def _write(screen: Terminal, browser: str, words: str) -> None:
    """Fill in the first field of a page."""
    if browser == "w3m":
        screen.type("g\t\r")  # the first line, the next field, and a line to type in
        await screen.shows("TEXT:")
        screen.type(f"{words}\r")
    else:
        screen.type(f"\r{words}")
    await screen.shows(words, but="TEXT:")


async def _press(screen: Terminal, browser: str) -> None:
    """Press the button after the field."""
    screen.type("\t\r")
    await deferLater(clock(), 0.3)


async def _exercise(screen: Terminal, browser: str) -> None:
    """Do not look at the picture, but solve the exercise in words."""
    await screen.shows("Can't see it?")
    await _follow(screen, browser, "Can't see" if browser == "w3m" else "words")  # lynx shows the name of a button
    shown = " ".join((await screen.shows("Write these 5 letters", "seconds from now")).split())
    places = {"first": 0, "second": 1, "third": 2, "last": -1}
    letters = [word[places[place]] for place, word in re.findall(r"the (\w+) letter of (\w+)", shown)]
    await deferLater(clock(), PATIENCE)
    await _write(screen, browser, "".join(letters))
    await _press(screen, browser)


def _holds(words: str) -> Callable[[str], bool]:
    """:return: whether a text has these in it."""
    return lambda text: words in text


async def _together(*acts: Coroutine[Deferred[Any], Any, None]) -> None:
    """All of these at the same time."""
    await gatherResults([Deferred.fromCoroutine(act) for act in acts], consumeErrors=True)


class TerminalTests(TerminalCase):
    """curl and mpv."""

    async def test_curl_gets_the_chat_line_by_line(self) -> None:
        """Two people talk; each line is there as soon as it is said, and nothing in it is obeyed by a terminal."""
        daemon = self.daemon(AT_ONCE)
        await daemon.on_air()
        anna = await self.talk(daemon, "Anna")
        await deferToThread(anna.say, "before")
        chat = self.curl(f"{daemon.url}chat.txt")
        await until(clock(), "what was said before", chat.read_text, lambda text: " - Anna: before\n" in text)
        eve = await self.talk(daemon, "\x1b[31mEve\u202e")
        for number, words in enumerate(HOSTILE):
            await deferToThread((anna, eve)[number % 2].say, f"{words} {number}")
            shown = await until(clock(), f"message {number}", chat.read_text, _holds(f" {number}\n"))
        self.assertEqual({one for one in shown if category(one).startswith("C")}, {"\n"})
        self.assertEqual(len(re.findall(r"^\d\d:\d\d - (?:Anna|\S*Eve): ", shown, re.MULTILINE)), len(HOSTILE) + 1)
        self.assertEqual(shown.count("* Broadcaster"), 1)
        self.assertIn("\n        12:00 * Broadcaster: second line 7\n", shown)

    def curl(self, address: str) -> Path:
        """:return: the file to which ``curl -N`` writes, until the end of the test."""
        folder = self.folder()
        family = Family([find("curl"), "-sSN", address], environment={"HOME": str(folder)}, log=folder / "text")
        self.addCleanup(family.end)
        return folder / "text"

    async def test_mpv_plays_the_link_that_is_shown(self) -> None:
        """Two seconds of it, frame by frame, with the sound."""
        daemon = self.daemon(TITLED)
        await daemon.on_air()
        links = await self.run_program("lynx", "-dump", "-listonly", f"{daemon.url}plain")
        (video,) = re.findall(r"http://\S+/stream\.mp4\S*", links)
        said = await self.run_program("mpv", "--no-config", "--ao=null", "--vo=null", "--frames=60", video)
        self.assertIn("Exiting... (End of file)", said)
        self.assertIn("AO: [null] 48000Hz", said)
        self.assertRegex(said, r"AV: 00:00:0[1-9] / ")
