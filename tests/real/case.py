"""
What tests with a real browser share: things that they start end with them, and what was shown can be looked at later.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.trial.unittest import TestCase

from tests.real.browser import Browser
from tests.real.profiles import Habits
from tests.real.remote import Remote, attached
from tests.real.screen import Screen
from tests.real.waiting import PATIENCE, NotSeenError, until

T = TypeVar("T")


class BrowserTestCase(TestCase):
    """
    A test that looks at pages in a real browser.

    The last picture of each test is kept as ``$ONIONSTREAM_PICTURES/<test>.png`` (in ``tests/real/pictures`` where that
    is not set), whether it failed or not.
    """

    timeout = 600

    def screen(self, width: int = 1280, height: int = 800) -> Screen:
        """
        :return: a new screen, which ends with the test.
        """
        screen = Screen.start(width, height)
        self.addCleanup(screen.stop)
        return screen

    def browser(self, name: str, screen: Screen, url: str, habits: Habits | None = None) -> Browser:
        """
        :param name: ``firefox`` or ``chromium``.
        :return: a browser that was started now and ends with the test.
        """
        start = {"firefox": Browser.firefox, "chromium": Browser.chromium}[name]
        browser = start(screen, url, habits, log=Path(self.mktemp()))
        self.addCleanup(browser.end)
        self.addCleanup(self.keep, screen)
        return browser

    async def remote(self, name: str, screen: Screen, url: str, habits: Habits | None = None) -> Remote:
        """
        :return: a page in a new browser, under remote control; it ends with the test.
        """
        from twisted.internet import reactor

        browser = self.browser(name, screen, url, replace(habits or Habits(), remote=True))
        page = await attached(reactor, browser)
        self.addCleanup(lambda: Deferred.fromCoroutine(page.end()))
        return page

    async def see(
        self,
        screen: Screen,
        what: str,
        look: Callable[[], T],
        good: Callable[[T], bool] = bool,
        timeout: float = PATIENCE,
    ) -> T:
        """
        `tests.real.waiting.until`, whose failure also says where the picture is.
        """
        from twisted.internet import reactor

        try:
            return await until(cast("IReactorTime", reactor), what, look, good, timeout=timeout)
        except NotSeenError as error:
            raise NotSeenError(f"{error}; picture: {self.keep(screen)}") from None

    def keep(self, screen: Screen) -> Path:
        """
        :return: the file into which the picture was written.
        """
        folder = pictures()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.id().removeprefix('tests.real.')}.png"
        screen.picture().save(path)
        return path


def pictures() -> Path:
    """
    :return: the folder in which pictures are kept.
    """
    return Path(os.environ.get("ONIONSTREAM_PICTURES") or Path(__file__).parent / "pictures")
