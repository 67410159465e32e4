"""
The way in, built and joined: what lets visitors in, and what asks them for captchas and passwords.

A part of the composition root (``tap``), as ``livechat`` is, of which it is a part in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_bytes
from typing import Any

from twisted.application.service import IService
from twisted.logger import Logger

from onionstream.assembly import chat_settings
from onionstream.captcha.captchas import Captchas
from onionstream.captcha.fonts import FontError
from onionstream.chat.room import Room
from onionstream.passwords import Password
from onionstream.settings.config import Config
from onionstream.threads import Workers
from onionstream.web.areas import Area
from onionstream.web.asking import Asking
from onionstream.web.door import Door
from onionstream.web.guard import Guard, new_password
from onionstream.web.identity import Identity, Who
from onionstream.web.login import Login
from onionstream.web.nonces import Nonces
from onionstream.web.request import BoundedRequest
from onionstream.web.sessions import LIFE, Sessions
from onionstream.web.tripcodes import Tripcodes

Shell = Callable[[BoundedRequest, Who, str], str]
"""The page for somebody who is inside, in a theme."""


class Entrance:
    """
    All of it.

    :ivar nonces: let forms be sent once.
    :ivar own_nonces: the same for the broadcaster's own, which stand open for as long as his login lasts.
    :ivar asking: poses captchas.
    :ivar tripcodes: makes them.
    :ivar door: who may come in.
    :ivar login: lets the broadcaster in.
    """

    _log = Logger()

    def __init__(
        self,
        settings: Config,
        identity: Identity,
        sessions: Sessions,
        room: Room,
        shell: Shell,
        pepper: bytes,
        reactor: Any,  # noqa: ANN401 - what it provides depends on the platform
        password: Password | None,
    ) -> None:
        """
        :param settings: of all; ``change`` tells of others.
        :param identity: who a visitor is.
        :param sessions: who is logged in.
        :param room: knows members by their tripcodes.
        :param shell: the page around what is seen.
        :param pepper: makes tripcodes ours.
        :param reactor: the clock, and where threads tell their results.
        :param password: the broadcaster's; ``None``: one that nobody knows.
        :raises FontError: a font of the settings cannot be used.
        """
        self._painters = Workers(reactor, threads=1, queue=2, name="captcha")
        self._hashers = Workers(reactor, threads=2, queue=32, name="tripcode")
        self._doormen = Workers(reactor, threads=1, queue=8, name="login")
        self._settings = settings.captcha
        self._sessions = sessions
        self._captchas = Captchas(self._painters, reactor, chat_settings.pictures(settings.captcha))
        self.nonces = Nonces(token_bytes(32), reactor)
        self.own_nonces = Nonces(token_bytes(32), reactor, life=int(LIFE))
        self.asking = Asking(self._captchas, token_bytes(32), reactor)
        self.tripcodes = Tripcodes(self._hashers, pepper, reactor)
        lock = chat_settings.door(settings.doors)
        self.door = Door(identity, self.asking, room, shell, self.tripcodes, reactor, lock)
        self._guard = Guard(password or new_password(), self._doormen, reactor)
        self.login = Login(sessions, self._guard, identity, self.asking, self.own_nonces)

    @property
    def areas(self) -> tuple[Area, ...]:
        """Of the site."""
        return self.asking, self.door, self.login

    @property
    def services(self) -> tuple[IService, ...]:
        """What has to run as long as the site does."""
        return self._painters, self._hashers, self._doormen, self._captchas

    def unanswered(self, now: float) -> int:
        """:return: captchas that wait for an answer. :param now: seconds of the reactor's clock."""
        return self._captchas.waiting(now)

    def lock(self, password: Password) -> None:
        """Another password lets the broadcaster in from now on, and whoever is logged in has to do it again."""
        self._guard.password = password
        self._sessions.end_all()

    def change(self, settings: Config) -> None:
        """Draw other captchas, if they are to be others: until there are some, nobody gets any (R-41)."""
        before, self._settings = self._settings, settings.captcha
        if chat_settings.pictures(settings.captcha) == chat_settings.pictures(before):
            return
        try:
            self._captchas.replace(chat_settings.pictures(settings.captcha))
        except FontError as error:
            self._settings = before
            self._log.error("Captchas stay as they were: {error}", error=error)
