"""A daemon on air whose files are edited badly, one after the other: a sentence for each, and no more (R-33, R-34)."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from twisted.internet.threads import deferToThread

from tests.real.daemon import QUICK, Daemon, DaemonCase, clock, fetch, open_video
from tests.real.waiting import until

GOOD = f"""{QUICK}
[stream]
title = "The good title"
[chat]
emotes = "emotes"
"""

Edit = Callable[[Path], object]


def written(text: str | bytes) -> Edit:
    """:return: puts a file with this in the place, at once; nobody else may read it, as with a file of ours."""

    def edit(path: Path) -> None:
        new = path.with_name("new")
        new.touch(mode=0o600)
        new.write_bytes(text.encode() if isinstance(text, str) else text)
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        new.replace(path)

    return edit


def taken_away(path: Path) -> None:
    """It is not there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def circle(path: Path) -> None:
    """A link to itself is there."""
    taken_away(path)
    path.symlink_to(path.name)


def folder(path: Path) -> None:
    """A folder is there."""
    taken_away(path)
    path.mkdir()


def pipe(path: Path) -> None:
    """A FIFO is there, to which nobody writes."""
    taken_away(path)
    os.mkfifo(path)


CONFIGURATION: tuple[tuple[Edit, str], ...] = (
    (written("[stream\n" + GOOD), "line 1: this is not TOML"),
    (written(GOOD.replace("title =", "titel =")), "[stream] has no key `titel`; did you mean `title`?"),
    (written(GOOD.replace('"The good title"', "5")), "[stream] title is 5, but must be text"),
    (written(GOOD.replace("bitrate = 150", "bitrate = 1")), "[video] bitrate is 1, but must be a whole number"),
    (written(GOOD.replace("good", "bad") + '[captcha]\nfonts = ["none.ttf"]\n'), "none.ttf"),
    (written(GOOD.encode("utf-16")), "is UTF-16"),
    (written(b""), "this file is empty"),
    (written(b"#" * (2 << 20)), "is larger than"),
    (taken_away, "does not exist"),
    (folder, "is a folder, not a file"),
    (pipe, "is a FIFO"),
    (circle, "leads in a circle"),
)
"""What is done to ``config.toml``, and words of the one line about it."""

BESIDE: tuple[tuple[str, Edit, str], ...] = (
    ("bans.toml", written("[[ban"), "bans.toml is not right: "),
    ("bans.toml", folder, "bans.toml is a folder, not a file"),
    ("moderators.toml", written('[[moderator]]\ntripcode = "short"\n'), "[moderator] tripcode must be text in quotes"),
    ("password", written("rubbish"), "The password stays as it was: "),
    ("../emotes", taken_away, "there are the same emotes as before"),
)
"""The same for files in the state directory, or beside it."""

TITLES: tuple[tuple[Edit, str], ...] = (
    (written(b"x" * (1 << 20)), "title.txt is larger than 4 KiB"),
    (written(b"\x80\x81 no text"), "title.txt is not UTF-8"),
    (written(""), "title.txt is empty"),
    (folder, "title.txt is a folder"),
    (pipe, "title.txt is a FIFO"),
    (circle, "title.txt is a symbolic link"),
)
"""The same for ``title.txt``, at which the daemon looks without being told."""


class BadlyEditedTests(DaemonCase):
    """Somebody watches all the while."""

    async def on_air(self) -> Daemon:
        """:return: a daemon that somebody watches, with one emote."""
        home = self.folder()
        (home / "emotes").mkdir()
        Image.new("RGB", (8, 8)).save(home / "emotes" / "cat.png")
        daemon = self.daemon(GOOD, home)
        await daemon.on_air()
        await self.told(daemon, 0, "Emotes: 1.")
        self.viewer = open_video(daemon)
        self.viewer.setblocking(False)
        self.addCleanup(self.viewer.close)
        self.encoder = daemon.encoder()
        return daemon

    def _received(self) -> int:
        """:return: bytes of the video that have come since the last time."""
        total = 0
        with contextlib.suppress(BlockingIOError):
            while data := self.viewer.recv(1 << 20):
                total += len(data)
        return total

    async def told(self, daemon: Daemon, since: int, words: str) -> str:
        """Wait for words; :return: all that was written since."""
        return await until(clock(), words, lambda: daemon.output[since:], lambda text: words in text)

    async def told_once(self, daemon: Daemon, words: str) -> None:
        """Each SIGHUP is answered by one complaint, the same one, which has these words."""
        since = len(daemon.output)
        for times in (1, 2, 3):
            daemon.signal(signal.SIGHUP)
            text = await until(
                clock(),
                f"{words} ({times})",
                lambda: daemon.output[since:],
                lambda text, times=times: text.count(words) >= times,  # type: ignore[misc]
            )
        said = re.findall("(?:ERROR|WARN): .*", text)
        self.assertEqual((len(said), len({*said})), (3, 1), said)

    async def as_before(self, daemon: Daemon, title: str = "The good title") -> None:
        """The same ffmpeg runs, the same response goes on, and the page has its title."""
        self.assertEqual(daemon.encoder(), self.encoder)
        self._received()
        await until(clock(), "more of the video", self._received)
        _, _, body = await deferToThread(fetch, daemon, "/")
        self.assertIn(title.encode(), body)

    async def test_R34_the_configuration(self) -> None:
        """The right one is taken after each of them, and is nothing new: so nothing of the bad ones was."""
        daemon = await self.on_air()
        for edit, words in CONFIGURATION:
            edit(daemon.config)
            await self.told_once(daemon, words)
            since = len(daemon.output)
            written(GOOD)(daemon.config)
            daemon.signal(signal.SIGHUP)
            await self.told(daemon, since, "The configuration was read again; changed: nothing.")
        await self.as_before(daemon)

    async def test_R34_the_files_beside_it(self) -> None:
        """What they held before holds on; the password is the one that the terminal showed."""
        daemon = await self.on_air()
        for name, edit, words in BESIDE:
            path = daemon.state / name
            edit(path)
            await self.told_once(daemon, words)
            taken_away(path)
        await self.as_before(daemon)
        self.assertEqual(daemon.output.count("Password   "), 1)
        self.assertEqual(daemon.output.count("Emotes: "), 1)

    async def test_R33_the_title(self) -> None:
        """The last good one stays; when the file is gone, it is the configuration's."""
        daemon = await self.on_air()
        path = daemon.state / "title.txt"
        for number, (edit, words) in enumerate(TITLES):
            since = len(daemon.output)
            written(f"By hand {number}\n")(path)
            await self.titled(daemon, f"By hand {number}")
            edit(path)
            self.assertEqual((await self.told(daemon, since, words)).count(" WARN: "), 1)
            await self.as_before(daemon, f"By hand {number}")
        taken_away(path)
        await self.titled(daemon, "The good title")

    async def titled(self, daemon: Daemon, title: str) -> None:
        """Wait until the page has it."""
        await until(clock(), title, lambda: fetch(daemon, "/")[2], lambda page: title.encode() in page)
