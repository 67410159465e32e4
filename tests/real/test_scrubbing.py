"""Whoever watches can go back over what he has received, as in any video (S27)."""

from __future__ import annotations

from tests.real.daemon import DaemonCase
from tests.real.visitors import Visitor, VisitorCase

BACK = 3
"""Seconds."""

RECEIVED = "(video => video.buffered.length && video.buffered.end(0))(document.querySelector('video'))"
AT = "document.querySelector('video').currentTime"
GO_BACK = f"(video => video.currentTime -= {BACK})(document.querySelector('video'))"
ERROR = "document.querySelector('video').error === null"


class FirefoxTests(VisitorCase, DaemonCase):
    """Firefox ESR, scripts off."""

    name = "firefox"

    async def test_S27_one_can_go_back_and_it_plays_on(self) -> None:
        """At the place that was chosen, over what was already there, and further: the same response goes on."""
        daemon = self.daemon()
        await daemon.on_air()
        visitor = Visitor(await self.remote(self.name, self.a_screen(), daemon.url + "video"))
        await visitor.sees("so much of it", AT, lambda now: now > BACK + 1, frame="")
        received = await visitor.look(RECEIVED, "")
        chosen = await visitor.look(GO_BACK, "")
        await visitor.sees("an earlier place", AT, lambda now: chosen <= now < chosen + BACK, frame="")
        await visitor.sees("what was not there yet", AT, lambda now: now > received + 1, frame="")
        self.assertTrue(await visitor.look(ERROR, ""))


class ChromiumTests(FirefoxTests):
    """The same in Chromium."""

    name = "chromium"
