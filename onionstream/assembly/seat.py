"""
The broadcaster's seat, built and joined: his page, what goes on in it, and what he steers by.

A part of the composition root (``tap``), as ``livechat`` is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.application.service import IService
from twisted.internet.interfaces import IReactorTime

from onionstream.assembly import measuring
from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.measuring import Measuring, Onion, Test
from onionstream.settings.config import Config
from onionstream.video.broadcast import Broadcast
from onionstream.web.areas import Area
from onionstream.web.broadcaster import Broadcaster
from onionstream.web.circuits import CircuitSite
from onionstream.web.dashboard import Dashboard
from onionstream.web.helm import Source
from onionstream.web.steer import Steer


class Encoder(Source, measuring.Encoder, Protocol):
    """What is used of the encoder's ``Intake``."""


class Seat:
    """
    All of it.

    :ivar settings: what the encoder should make; may be replaced at any time.
    :ivar areas: of the site.
    :ivar figures: how all is doing, now.
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
        parts = (chat, broadcast, encoder, onion, test, circuits)
        self.figures = Measuring(lambda: self.settings, *parts, clock).look
        course, titles, sessions = chat.course, chat.titles, chat.sessions
        steer = Steer(
            course, titles, chat.room, encoder, sessions, chat.entrance.nonces, chat.presence, chat.called, clock
        )
        self.dashboard = Dashboard(self.figures, sessions, clock)
        desk = Broadcaster(self.figures, steer, chat.entrance.login, chat.overview)
        self.areas: tuple[Area, ...] = (desk, steer, self.dashboard)

    def timers(self) -> tuple[IService, ...]:
        """:return: what has to run as long as the site does."""
        return self.dashboard.timers()

    def close(self) -> None:
        """The site ends: so do all documents that have no end."""
        self.dashboard.close()
