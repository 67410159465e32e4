"""
The broadcaster's seat, built and joined: his page, what goes on in it, and what he steers by.

A part of the composition root (``tap``), as ``livechat`` is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from twisted.application.service import IService
from twisted.internet.interfaces import IReactorTime

from onionstream.assembly import measuring
from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.measuring import Measuring, Onion
from onionstream.invitations import GuestBook
from onionstream.settings.config import Config
from onionstream.video.broadcast import Broadcast
from onionstream.web import upkeep
from onionstream.web.areas import Area
from onionstream.web.broadcaster import Broadcaster
from onionstream.web.circuits import CircuitSite
from onionstream.web.dashboard import Dashboard
from onionstream.web.desk import Desk
from onionstream.web.guestlist import GuestList
from onionstream.web.helm import Source
from onionstream.web.steer import Steer

SOON = 10.0
"""Seconds until tor hears of guests: it may end all connections then, and the answer with the key comes over one."""


class Encoder(Source, measuring.Encoder, Protocol):
    """What is used of the encoder's ``Intake``."""


class Test(upkeep.Test, measuring.Test, Protocol):
    """What is used of ``SelfTest``."""


@dataclass(frozen=True, slots=True)
class Machine:
    """
    What of the daemon is shown and steered, beside the chat and the broadcast.

    :ivar encoder: where the picture comes from.
    :ivar onion: the onion service, and...
    :ivar test: ... what was found of it from outside.
    :ivar circuits: the site as tor comes to it; it is there when all is built.
    :ivar state: the state directory, where it stands who is invited.
    :ivar guests: has tor look who that is.
    :ivar settings: reads the configuration again; it is there when all is built.
    """

    encoder: Encoder
    onion: Onion
    test: Test
    circuits: Callable[[], CircuitSite]
    state: Path
    guests: Callable[[], object]
    settings: Callable[[], upkeep.Settings]


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
        machine: Machine,
        clock: IReactorTime,
    ) -> None:
        """
        :param settings: see there.
        :param chat: what is steered, beside...
        :param broadcast: ... what is shown, and...
        :param machine: ... all the rest.
        :param clock: never goes back.
        """
        self.settings = settings
        parts = chat, broadcast, machine.encoder, machine.onion, machine.test, machine.circuits
        self.figures = Measuring(lambda: self.settings, *parts, clock).look
        self.dashboard = Dashboard(self.figures, chat.sessions, clock)
        desk = Desk(chat.sessions, chat.entrance.own_nonces, clock)
        what = chat.course, chat.titles, chat.moderation, machine.encoder
        steer = Steer(*what, desk, chat.presence, chat.called, clock, time.time)
        guests = GuestList(desk, GuestBook(machine.state, partial(clock.callLater, SOON, machine.guests)))
        care, login = upkeep.Upkeep(desk, machine.settings, machine.test), chat.entrance.login
        page = Broadcaster(self.figures, steer, login, chat.overview, desk=desk, guests=guests, upkeep=care)
        self.areas: tuple[Area, ...] = (page, steer, guests, care, self.dashboard)

    def timers(self) -> tuple[IService, ...]:
        """:return: what has to run as long as the site does."""
        return self.dashboard.timers()

    def close(self) -> None:
        """The site ends: so do all documents that have no end."""
        self.dashboard.close()
