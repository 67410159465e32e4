"""What each part of the daemon does when the configuration has changed, and what it is told of it at the start."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.seat import Seat
from onionstream.encoder.commands import Command, Sound, command, slate
from onionstream.encoder.confinement import Confinement
from onionstream.encoder.intake import Intake
from onionstream.encoder.slatemaker import SlateMaker
from onionstream.encoder.surroundings import look_around
from onionstream.onion.selftest import SelfTest
from onionstream.onion.tor import Tor
from onionstream.settings.config import Config, Players
from onionstream.video.broadcast import Broadcast
from onionstream.video.profile import CHROMIUM, FIREFOX, FIREFOX_WITH_SOUND, Profiles, Trick
from onionstream.video.viewer import Patience
from onionstream.web.watch import Watch


@dataclass(frozen=True, slots=True)
class Changes:
    """What each part does when its tables of the configuration have changed (R-41)."""

    watch: Watch
    chat: LiveChat
    seat: Seat
    broadcast: Broadcast
    intake: Intake
    slates: SlateMaker
    tor: Tor
    test: SelfTest
    confinement: Confinement

    def by_table(self) -> dict[frozenset[str], Callable[[Config], None]]:
        """For ``life.Reload``."""
        return {
            frozenset({"stream", "chat", "captcha", "doors"}): self.chat.change,
            frozenset({"stream", "video", "audio", "encoder"}): self._make_slate,
            frozenset({"players"}): self._play,
            frozenset({"video", "audio"}): self._expect,
            frozenset({"tor"}): self._offer,
            frozenset({"delivery"}): self._deliver,
            frozenset({"source", "video", "audio", "encoder"}): self._encode,
        }

    def _make_slate(self, settings: Config) -> None:
        self.slates.replace(how_to_make_slate(settings, self.confinement, lambda: self.intake.sound))

    def _offer(self, settings: Config) -> None:
        self.tor.replace(settings.tor)
        self.test.replace(settings.tor)

    def _expect(self, settings: Config) -> None:
        self.seat.settings = settings

    def _play(self, settings: Config) -> None:
        self.watch.profiles = profiles(settings.players)

    def _deliver(self, settings: Config) -> None:
        delivery = settings.delivery
        self.broadcast.window.bound(delivery.window, delivery.window_size << 20)
        self.broadcast.deliver(delivery.fragment / 1000, Patience(delivery.behind, delivery.silent), delivery.slate)

    def _encode(self, settings: Config) -> None:
        self.intake.replace(settings, how_to_start(settings, self.confinement))


def profiles(players: Players) -> Profiles:
    """What each kind of player gets, as the configuration has it; for viewers who come from now on."""
    return Profiles(
        firefox=replace(FIREFOX, buffer=players.firefox, slow=players.slow),
        firefox_with_sound=replace(FIREFOX_WITH_SOUND, buffer=players.firefox_sound, slow=players.slow),
        chromium=replace(CHROMIUM, buffer=players.chromium),
        fast=(players.firefox_fast, players.chromium_fast),
        left_out=frozenset(trick for trick in Trick if not getattr(players, trick.value)),
    )


def how_to_start(settings: Config, confinement: Confinement) -> Callable[[], Command]:
    """How to start the encoder: looked up anew each time, since ffmpeg may have been installed meanwhile."""

    def start() -> Command:
        return confinement.around(command(settings, look_around(settings.encoder.program, os.environ)))

    return start


def how_to_make_slate(
    settings: Config, confinement: Confinement, sound: Callable[[], Sound | None]
) -> Callable[[], Command]:
    """How to have the slate made; ``sound`` tells what the present one is like, where the settings do not."""

    def make() -> Command:
        return confinement.around(slate(settings, look_around(settings.encoder.program, os.environ), sound()))

    return make
