"""
A real browser on an X screen of its own, driven by keys and clicks, looked at through the screen's pixels.

Needed by apt: firefox-esr, chromium, xvfb, xdotool. How the browsers are set up, and what they need as root, stands in
`tests.real.profiles`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.real import profiles
from tests.real.processes import Family, find
from tests.real.profiles import Habits
from tests.real.screen import Screen

_PATIENCE = 60.0  # seconds for one call of xdotool, which takes about 10 ms


class NoWindowError(Exception):
    """
    The browser shows no window (yet) that could take a key.
    """


class XdotoolError(Exception):
    """
    xdotool failed; the text holds what it said.
    """


class Browser:
    """
    One window that covers its screen, with a new profile.

    It comes up by itself: wait for what the page shows, and not for white, as both browsers show an empty white window
    first. The mouse pointer rests below the page but during `click`.

    :ivar screen: where it runs.
    :ivar name: ``firefox`` or ``chromium``.
    :ivar profile: the folder with its profile.
    """

    def __init__(self, screen: Screen, window_class: str, family: Family, folder: Path) -> None:
        self.screen = screen
        self.name = "firefox" if window_class == "firefox" else "chromium"
        self.profile = folder / "profile"
        self._window_class = window_class
        self._family = family
        self._folder = folder

    @classmethod
    def firefox(cls, screen: Screen, url: str, habits: Habits | None = None, *, log: Path | None = None) -> Browser:
        """
        Start Firefox ESR; the page is there after about 1.3 s.

        :param url: on 127.0.0.1, by number, unless `habits` name a SOCKS proxy.
        :param habits: None: no scripts, cookies, only muted videos start by themselves.
        :param log: where its noise goes; None: it is thrown away with the profile.
        """
        return cls._start(profiles.firefox, "firefox", screen, url, habits or Habits(), log)

    @classmethod
    def chromium(cls, screen: Screen, url: str, habits: Habits | None = None, *, log: Path | None = None) -> Browser:
        """
        Start Chromium; the page is there after about 0.4 s. The parameters are those of `firefox`.
        """
        return cls._start(profiles.chromium, "chrom", screen, url, habits or Habits(), log)

    @classmethod
    def _start(
        cls,
        fill: Callable[[Path, str, int, int, Habits], list[str]],
        window_class: str,
        screen: Screen,
        url: str,
        habits: Habits,
        log: Path | None,
    ) -> Browser:
        """
        :param fill: fills a profile and says the command.
        """
        _xdotool(screen, "mousemove", *_away(screen))
        folder = Path(tempfile.mkdtemp(prefix="onionstream-browser-"))
        profile = folder / "profile"
        profile.mkdir()
        family = Family(
            fill(profile, url, screen.width, screen.height, habits),
            environment={
                "PATH": os.environ.get("PATH", os.defpath),
                "LANG": "C.UTF-8",
                "DISPLAY": screen.display,
                "HOME": str(folder),
                "TMPDIR": str(folder),
                **({"PULSE_SERVER": habits.sound} if habits.sound else {}),
                **profiles.FIREFOX_ENVIRONMENT,
            },
            log=log or folder / "log",
        )
        return cls(screen, window_class, family, folder)

    @property
    def running(self) -> bool:
        """
        :return: whether it has not died.
        """
        return self._family.running

    def picture(self) -> Image.Image:
        """
        :return: what it shows now.
        """
        return self.screen.picture()

    def key(self, *names: str) -> None:
        """
        Press keys, one after the other.

        :param names: X11's, such as ``F5``, ``Return``, ``ctrl+a``.
        :raises NoWindowError: if the browser shows none.
        """
        self._focus()
        _xdotool(self.screen, "key", *names)

    def write(self, text: str) -> None:
        """
        Type a text into whatever has the focus in the page.

        :raises NoWindowError: if the browser shows none.
        """
        self._focus()
        _xdotool(self.screen, "type", "--delay", "10", "--", text)

    def click(self, x: int, y: int) -> None:
        """
        Click with the left button, and put the pointer away again.

        :param x: pixels from the left of the screen.
        :param y: pixels from its top.
        :raises NoWindowError: if the browser shows none.
        """
        self._focus()
        _xdotool(self.screen, "mousemove", str(x), str(y), "click", "1", "mousemove", *_away(self.screen))

    def reload(self) -> None:
        """
        Load the page again (F5).

        :raises NoWindowError: if the browser shows none.
        """
        self.key("F5")

    def end(self) -> None:
        """
        End it with all its processes, which takes about 0.1 s and never more than 6, and remove its profile.
        """
        self._family.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def members(self) -> list[int]:
        """
        :return: the pids of its processes that are alive.
        """
        return self._family.members()

    def _focus(self) -> None:
        """
        Give it the keyboard, as there is no window manager that would.
        """
        try:
            _xdotool(self.screen, "search", "--onlyvisible", "--class", self._window_class, "windowfocus", "--sync")
        except XdotoolError as error:
            raise NoWindowError(str(error)) from error


def _away(screen: Screen) -> tuple[str, str]:
    """
    :return: where the pointer rests.
    """
    return str(screen.width - 1), str(screen.height + 1)


def _xdotool(screen: Screen, *words: str) -> None:
    """
    :raises XdotoolError: if it could not be done.
    """
    command, environment = [find("xdotool"), *words], {"DISPLAY": screen.display}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=_PATIENCE, check=False, text=True)
    if done.returncode:
        raise XdotoolError(f"{command}: {done.stderr or done.returncode}")
