"""Somebody who watches a stream with a simulated player, for tests of what he sees."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.detail import Detail
from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN, Profile
from onionstream.video.viewer import Viewer
from tests.video.lines import HIDDEN, Line
from tests.video.onair import OnAir, a_slate
from tests.video.players import Audible, Chromium, Firefox, Patient, Watched

BODY = 1900
"""Bytes of a picture: with its sound 630 kbit/s, as in what was measured."""

LARGER = (640, 360)
"""Another size of the picture, in pixels."""

WHOLE = 630_000 / 8
"""Bytes a second of the whole stream."""


class Viewing(SynchronousTestCase):
    """
    A stream, and somebody who comes with a player.

    :cvar profile: what he gets.
    :cvar warm: seconds after which he is where the squeeze brings him.
    """

    profile: Profile = PLAIN
    warm = 5.0

    def player(self, air: OnAir, profile: Profile) -> Any:  # noqa: ANN401 - any of the players
        """His player."""
        return Patient(air.clock, gathers=0.5)

    def begin(
        self,
        profile: Profile | None = None,
        *,
        audio: bool = True,
        behind: float = 10,
        after: float = 3.3,
        slate: bool = True,
        **how: Any,  # noqa: ANN401 - see ``Line``
    ) -> None:
        """He comes when the stream has been on air for some time; ``how`` is his line."""
        profile = profile or self.profile
        self.air = OnAir(behind=behind, slate=a_slate(audio=audio) if slate else None)
        self.air.begin(body=BODY, audio=audio)
        self.air.go(after)
        self.eyes = self.player(self.air, profile)
        self.line: Line = self.air.play(self.eyes, profile, **{"hidden": HIDDEN, **how})

    def settle(self, **how: Any) -> float:  # noqa: ANN401 - see ``begin``
        """:return: his delay when he has come and all is calm."""
        self.begin(**how)
        self.air.go(self.warm)
        return self.watched().delays()[-1]

    @property
    def now(self) -> float:
        """Seconds of the clock."""
        return self.air.clock.seconds()

    @property
    def detail(self) -> Detail:
        """How much of the picture he gets at present."""
        assert isinstance(self.line.producer, Viewer)
        return self.line.producer.detail

    def watched(self) -> Watched:
        """What he has seen up to now."""
        return Watched(self.eyes.shown(), self.air.began)

    def steady(self, since: float) -> float:
        """The delay from a time on, which is the same all the time, to a frame; and nothing stands still."""
        watched = self.watched()
        delays = watched.delays(since)
        self.assertLess(max(delays) - min(delays), 0.045)
        self.assertEqual(watched.freezes(since), [])
        self.assertEqual(self.line.ending, "")
        return delays[-1]

    def check_behind(self, before: float, at_most: float) -> None:
        """It goes on smoothly, and is behind by no more than what was missing."""
        self.air.go(12)
        self.assertLess(self.steady(self.now - 6), before + at_most)

    def check_slate(self, pictures: int) -> None:
        """The slate stood in, with more pictures than these, and came soon."""
        self.assertGreater(self.watched().slates(), pictures)
        self.assertLess(max(self.watched().freezes()), 1.1)

    def stand_still(self, seconds: float) -> None:
        """His line carries nothing."""
        self.line.stall()
        self.air.go(seconds)
        self.line.flow()

    def restart(self, seconds: float, size: tuple[int, int] = (320, 180)) -> None:
        """The encoder dies, and another one runs after some time."""
        self.air.end()
        self.air.go(seconds)
        self.air.begin(body=BODY, size=size)


class FirefoxViewing(Viewing):
    """With Firefox, muted."""

    profile = FIREFOX
    warm = 12.0

    def player(self, air: OnAir, profile: Profile) -> Firefox:
        """His player."""
        return Firefox(air.clock, gzip=profile.gzip)


class AudibleViewing(Viewing):
    """With Firefox, and the sound on."""

    profile = FIREFOX
    warm = 12.0

    def player(self, air: OnAir, profile: Profile) -> Audible:
        """His player."""
        return Audible(air.clock, gzip=profile.gzip)


class ChromiumViewing(Viewing):
    """With Chromium."""

    profile = CHROMIUM
    warm = 26.0

    def player(self, air: OnAir, profile: Profile) -> Chromium:
        """His player."""
        return Chromium(air.clock)
