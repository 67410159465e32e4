"""A daemon, a browser that watches it, and the screen on which it does: all real, and new for each run."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, run
from tempfile import TemporaryDirectory
from threading import Thread

from benchmarks.ways import Way
from tests.real.browser import Browser
from tests.real.clockcode import Rectangle, contained, read_code
from tests.real.daemon import Daemon
from tests.real.processes import find
from tests.real.profiles import Habits
from tests.real.screen import Screen

WIDTH, HEIGHT = 640, 360

STARTS = {"firefox": Browser.firefox, "chromium": Browser.chromium}
SPEAKERS = {"firefox": (516, 340), "chromium": (520, 312)}
BUTTONS = {"firefox": (320, 180), "chromium": (24, 312)}
"""Where each browser's own controls have the loudspeaker, on a page of this size."""

_CONFIG = """
[source.test]
code = true
[video]
size = "{size}"
preset = "veryfast"
[encoder]
program = "{folder}/ffmpeg"
"""
_ENCODER = """#!/bin/sh
[ -e "${{0%/*}}/outage" ] && exit 1
exec {program} "$@"
"""
"""What the daemon starts: ffmpeg, or what looks to it like an ffmpeg that cannot open its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """
    Who watches, and how.

    :ivar browser: ``firefox`` or ``chromium``.
    :ivar query: of the player's address.
    :ivar audible: let a video with sound start by itself.
    :ivar sound: the address of the PulseAudio server to play to; empty: there is no sound card.
    """

    browser: str
    query: str = ""
    audible: bool = False
    sound: str = ""


class RealStage:
    """What `benchmarks.events.Stage` says, for real."""

    def __init__(self, folder: Path, way: Way, viewer: Viewer, screen: Screen, daemon: Daemon) -> None:
        """:param folder: of the daemon. The browser is started here."""
        self._folder = folder
        self._way = way
        self._viewer = viewer
        self._screen = screen
        self._daemon = daemon
        habits = Habits(audible=viewer.audible, socks_port=way.socks_port(), sound=viewer.sound)
        url = f"{way.url}player{'?' * bool(viewer.query)}{viewer.query}"
        self.browser = STARTS[viewer.browser](screen, url, habits)
        self._shown = contained(Rectangle(0, 0, WIDTH, HEIGHT), 16, 9)

    @classmethod
    @contextmanager
    def built(cls, way: Way, viewer: Viewer) -> Iterator[RealStage]:
        """A stage for the time of a ``with`` block, on air, whose browser has just been started."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="o-")))
            encoder = folder / "ffmpeg"
            encoder.write_text(_ENCODER.format(program=find("ffmpeg")))
            encoder.chmod(0o700)
            daemon = Daemon(folder, _config(folder, f"{WIDTH}x{HEIGHT}"))
            stack.callback(daemon.end)
            stack.callback(daemon.signal, signal.SIGCONT)  # so that it can end, whatever happened to it
            screen = Screen.start(WIDTH, HEIGHT)
            stack.callback(screen.stop)
            _wait_until_on_air(daemon)
            way.line.lead_to(daemon.port)
            stage = cls(folder, way, viewer, screen, daemon)
            stack.callback(stage.browser.end)
            yield stage

    def code(self) -> int | None:
        """The clock that the screen shows now."""
        return read_code(self._screen.picture((0, 0, WIDTH, WIDTH // 16)), self._shown)

    def stand_still(self, seconds: float) -> None:
        """The viewer's line."""
        self._way.line.stand_still(seconds)

    def limit(self, rate: float) -> None:
        """The viewer's line."""
        self._way.line.limit(rate)

    def freeze(self) -> None:
        """The daemon; ffmpeg goes on until its pipe is full."""
        self._daemon.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """The daemon."""
        self._daemon.signal(signal.SIGCONT)

    def kill(self) -> None:
        """The encoder, if there is one."""
        for pid in self._daemon.encoder():
            os.kill(pid, signal.SIGKILL)

    def take_encoder(self) -> None:
        """From now on what the daemon starts ends at once, with an error."""
        (self._folder / "outage").touch()

    def give_encoder(self) -> None:
        """The daemon's next try will go well; when it comes is the daemon's affair."""
        (self._folder / "outage").unlink()

    def switch(self, to: str) -> None:
        """In a thread: the page is looked at meanwhile."""
        command = (sys.executable, "-m", "onionstream", "ctl", "--state", str(self._daemon.state), "source", to)
        Thread(target=run, args=(command,), kwargs={"check": True, "stdout": DEVNULL}).start()

    def resize(self, size: str) -> None:
        """By a new configuration."""
        self._daemon.config.write_text(_config(self._folder, size))
        self._daemon.signal(signal.SIGHUP)

    def click_picture(self) -> None:
        """Where a player that waits for it has its button."""
        Thread(target=self.browser.click, args=BUTTONS[self._viewer.browser]).start()

    def click_sound(self) -> None:
        """In a thread, as it takes as long as several pictures."""
        Thread(target=self.browser.click, args=SPEAKERS[self._viewer.browser]).start()


def _config(folder: Path, size: str) -> str:
    return _CONFIG.format(folder=folder, size=size)


def _wait_until_on_air(daemon: Daemon) -> None:
    for _ in range(300):
        if "On air." in daemon.output:
            return
        if daemon.process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"no stream; the daemon said: {daemon.output}")
