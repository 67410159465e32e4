"""
The broadcaster's seat, built and joined: his page, what goes on in it, and what he steers by.

A part of the composition root (``tap``), as ``livechat`` is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from twisted.application.service import IService
from twisted.internet.interfaces import IReactorTime

from onionstream.assembly.livechat import LiveChat
from onionstream.chat.events import Event, Said
from onionstream.encoder.supervisor import Status
from onionstream.onion.progress import Status as OnionStatus
from onionstream.onion.report import Report
from onionstream.settings.config import Config
from onionstream.video.broadcast import Broadcast
from onionstream.web.areas import Area
from onionstream.web.broadcaster import Broadcaster
from onionstream.web.circuits import CircuitSite
from onionstream.web.dashboard import Dashboard
from onionstream.web.figures import Figures, Pace, Talk
from onionstream.web.helm import Source
from onionstream.web.steer import Steer

_PAGE = 4096
"""Bytes, as Linux counts memory on the machines we know."""


class Encoder(Source, Protocol):
    """What is used of the encoder's ``Supervisor``."""

    def status(self) -> Status:
        """How it is."""


class Onion(Protocol):
    """What is used of ``Tor``."""

    def status(self) -> OnionStatus:
        """How it is."""


class Test(Protocol):
    """What is used of ``SelfTest``."""

    @property
    def last(self) -> Report | None:
        """What it has found last."""


class Seat:
    """
    All of it.

    :ivar settings: what the encoder should make; may be replaced at any time.
    :ivar areas: of the site.
    """

    def __init__(
        self,
        settings: Config,
        chat: LiveChat,
        broadcast: Broadcast,
        encoder: Encoder,
        onion: Onion,
        test: Test,
        circuits: Callable[[], CircuitSite],
        clock: IReactorTime,
    ) -> None:
        """
        :param settings: see there.
        :param chat: what is steered, beside...
        :param broadcast: ... what is shown, and...
        :param encoder: ... where that comes from.
        :param onion: the onion service, and...
        :param test: ... what was found of it from outside.
        :param circuits: the site as tor comes to it; it is there when all is built.
        :param clock: never goes back.
        """
        self.settings = settings
        self._chat = chat
        self._broadcast = broadcast
        self._encoder = encoder
        self._onion = onion
        self._test = test
        self._circuits = circuits
        self._clock = clock
        self._pace, self._talk = Pace(broadcast.window), Talk()
        what = chat.course, chat.titles, chat.moderation, encoder
        sessions, nonces = chat.sessions, chat.entrance.nonces
        steer = Steer(*what, sessions, nonces, chat.presence, chat.called, clock, time.time)
        self.dashboard = Dashboard(self.figures, sessions, clock)
        desk = Broadcaster(self.figures, steer, chat.entrance.login, chat.overview)
        self.areas: tuple[Area, ...] = (desk, steer, self.dashboard)
        chat.hear(self._hear)

    def timers(self) -> tuple[IService, ...]:
        """:return: what has to run as long as the site does."""
        return self.dashboard.timers()

    def close(self) -> None:
        """The site ends: so do all documents that have no end."""
        self.dashboard.close()

    def figures(self) -> Figures:
        """:return: how all is doing, now."""
        now, chat, broadcast, settings = self._clock.seconds(), self._chat, self._broadcast, self.settings
        self._pace.look(now)
        encoder, onion = self._encoder.status(), self._onion.status()
        circuits, tested = self._circuits(), self._test.last
        return Figures(
            air=broadcast.state.value,
            minutes=None if broadcast.since is None else int((now - broadcast.since) // 60),
            encoder=encoder.sentence,
            runs=encoder.generation,
            said=encoder.lines,
            frames=self._pace.frames,
            frames_wanted=settings.video.rate,
            rate=self._pace.rate,
            rate_wanted=settings.video.bitrate + settings.audio.bitrate * settings.audio.enabled,
            watching=broadcast.watching,
            slow=broadcast.audience().slow,
            skipped=broadcast.skipped,
            connections=circuits.site.connections,
            connections_most=circuits.site.limits.connections,
            circuits=circuits.circuits,
            refused=circuits.refused + circuits.cut,
            here=len(chat.presence),
            lately=self._talk.lately(now),
            messages=self._talk.messages,
            banned=sum(1 for _ in chat.room.bans),
            onion=onion.sentence,
            address=onion.address,
            tested="" if tested is None else tested.summary,
            memory=memory(),
        )

    def _hear(self, event: Event) -> None:
        if isinstance(event, Said):
            self._talk.count(self._clock.seconds())


def memory() -> float:
    """:return: MiB of this process; 0 where the system does not tell (proc(5))."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE / 2**20
    except (OSError, ValueError, IndexError):
        return 0.0
