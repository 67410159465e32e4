"""
The chat and the live page, built and joined: who visitors are, what they say and see, and what asks them for captchas.

A part of the composition root (``tap``), with a module of its own because it is one thing: nothing else needs to know
how these parts are joined.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom
from secrets import token_bytes
from typing import Any

from twisted.application.service import IService, MultiService
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.captcha.captchas import Captchas
from onionstream.captcha.captchas import Settings as CaptchaSettings
from onionstream.captcha.fonts import FontError
from onionstream.chat.events import Event
from onionstream.chat.filters import Filters
from onionstream.chat.moderation import Moderation
from onionstream.chat.people import Role
from onionstream.chat.presence import Presence
from onionstream.chat.room import Room
from onionstream.chat.rules import Rules, When
from onionstream.chat.tripcode import Tripcode
from onionstream.config import Captcha, Chat, Config
from onionstream.keeping import Keeping
from onionstream.logs import told
from onionstream.passwords import Password
from onionstream.secretfile import Secrets
from onionstream.threads import Workers
from onionstream.video.broadcast import Broadcast, State
from onionstream.web import moderating
from onionstream.web.appearance import Appearance
from onionstream.web.areas import Area
from onionstream.web.asking import Asking
from onionstream.web.door import Door
from onionstream.web.fragments import Words
from onionstream.web.guard import Guard, new_password
from onionstream.web.identity import Identity, Who
from onionstream.web.live import Live
from onionstream.web.login import Login
from onionstream.web.moderating import Moderating
from onionstream.web.nonces import Nonces
from onionstream.web.overview import Overview
from onionstream.web.plain import Plain
from onionstream.web.request import BoundedRequest
from onionstream.web.say import Say
from onionstream.web.sessions import Sessions
from onionstream.web.stage import Air, Stage
from onionstream.web.tripcodes import Tripcodes


class LiveChat:
    """
    Everything of the site that is not the video.

    :ivar sessions: who is logged in.
    :ivar login: lets the broadcaster in.
    :ivar identity: who a visitor is.
    :ivar presence: who is here.
    :ivar door: who may come in.
    :ivar room: what is said.
    :ivar moderation: what the staff does.
    """

    _log = Logger()

    def __init__(
        self,
        settings: Config,
        secrets: Secrets,
        broadcast: Broadcast,
        shell: Callable[[BoundedRequest, Who], str],
        reactor: Any,  # noqa: ANN401 - what it provides depends on the platform
        password: Password | None = None,
        *,
        state: Path,
    ) -> None:
        """
        :param settings: of all; ``change`` tells of others.
        :param secrets: of this state directory.
        :param broadcast: what is shown beside it.
        :param shell: the page around it.
        :param reactor: the clock, and where threads tell their results.
        :param password: the broadcaster's; ``None``: one that nobody knows.
        :param state: the state directory, where bans and moderators are kept.
        :raises FontError: a font of the settings cannot be used.
        :raises StateError: nor can one of the files there.
        """
        self._stream, self._captcha = settings.stream, settings.captcha
        self._broadcast, self._reactor = broadcast, reactor
        self._painters = Workers(reactor, threads=1, queue=2, name="captcha")
        self._hashers = Workers(reactor, threads=2, queue=32, name="tripcode")
        self._doormen = Workers(reactor, threads=1, queue=8, name="login")
        self._captchas = Captchas(self._painters, reactor, _captcha_settings(settings.captcha))
        secure = settings.web.cookies_secure
        self.sessions = Sessions(reactor, secure=secure)
        self.identity = Identity(secrets.tokens, secure=secure, staff=self.sessions.chat_key)
        self.presence = Presence(self._presence_changed)
        self.room = Room(_rules(settings), _filters(settings.chat), self.identity.mark, self._tell)
        nonces, asking = Nonces(token_bytes(32), reactor), Asking(self._captchas, token_bytes(32), reactor)
        tripcodes = Tripcodes(self._hashers, secrets.pepper, reactor)
        self.door = Door(self.identity, asking, self.room, shell, reactor, shut=settings.captcha.door)
        self._guard = Guard(password or new_password(), self._doormen, reactor)
        self.login = Login(self.sessions, self._guard, self.identity, asking, nonces)
        words = _words(settings.chat)
        self._say = Say(self.room, self.identity, nonces, asking, reactor, time.time, words)
        self._appearance = Appearance(self.room, self.identity, nonces, tripcodes, reactor, words, bucket=asking.bucket)
        self._proof: Callable[[Who], str] = lambda who: nonces.lasting(who, moderating.FORM)
        self._live = self._open(words)
        self._plain = Plain(self.room, self.door, self._stage, clock=reactor, when=time.time, words=words)
        self._show(settings)
        self._heard: list[Callable[[Event], object]] = []
        self._follow()
        self.moderation, self._keeping = self._begin(settings, state)
        forms = (self._say, self._appearance, asking, self.door, self.login, self._buttons(nonces))
        self.areas: tuple[Area, ...] = (self._live, self._plain, *forms)

    def _open(self, words: Words) -> Live:
        """:return: the live page."""
        return Live(
            self.room,
            self.presence,
            self.door,
            self._stage,
            clock=self._reactor,
            when=time.time,
            chance=SystemRandom().random,
            proof=self._proof,
            words=words,
        )

    def _buttons(self, nonces: Nonces) -> Moderating:
        """:return: what the staff presses."""
        return Moderating(self.moderation, self.identity, nonces, self._live.feed, self._reactor, time.time)

    def _begin(self, settings: Config, state: Path) -> tuple[Moderation, Keeping]:
        """There is a broadcaster, and who was banned or a moderator before is so again."""
        now, moderation = self._reactor.seconds(), Moderation(self.room, self.presence)
        # Who is still logged in elsewhere loads his documents again by himself.
        self.sessions.over = lambda: self._live.feed.hub.end(self.sessions.key)
        self.room.appoint(self.sessions.key, Role.BROADCASTER, now)
        moderation.configure(_moderators(settings), now)
        keeping = Keeping(state, self.room, moderation, self._reactor, bans=settings.chat.keep_bans)
        self.hear(moderation.tell)
        self.hear(keeping.tell)
        return moderation, keeping

    def hear(self, tell: Callable[[Event], object]) -> None:
        """:param tell: is told of all that happens in the chat from now on, each time after it has."""
        self._heard.append(tell)

    def overview(self) -> Overview:
        """:return: what the staff has done, for the broadcaster."""
        return Overview.of(self.moderation, self._plain.words, self._proof(Who(self.sessions.key, cookie=True)))

    def look(self) -> None:
        """The lists in the state directory may have been changed by hand (R-41)."""
        self._keeping.look()

    def service(self) -> IService:
        """:return: what has to run as long as the site does."""
        whole = MultiService()
        workers = (self._painters, self._hashers, self._doormen)
        for service in (*workers, self._captchas, *self._keeping.services(), *self.timers()):
            service.setServiceParent(whole)
        return whole

    def timers(self) -> tuple[IService, ...]:
        """:return: those parts of ``service`` that are done now and then."""
        return (*self._live.timers(), *self._plain.timers())

    def close(self) -> None:
        """The site ends: so do all documents that have no end."""
        self._live.close()
        self._plain.close()
        self._keeping.close()

    def change(self, settings: Config) -> None:
        """The configuration is another one (R-41)."""
        self._stream = settings.stream
        self.room.rules, self.room.filters = _rules(settings), _filters(settings.chat)
        self.door.shut = settings.captcha.door
        self.moderation.configure(_moderators(settings), self._reactor.seconds())
        self._keeping.keep_bans(settings.chat.keep_bans)
        self._call(_words(settings.chat))
        self._show(settings)
        self._replace_captchas(settings.captcha)
        self._stage_changed()

    def lock(self, password: Password) -> None:
        """Another password lets the broadcaster in from now on, and whoever is logged in has to do it again."""
        self._guard.password = password
        self.sessions.end_all()

    def _show(self, settings: Config) -> None:
        self._live.feed.shown = self._plain.shown = settings.chat.shown

    def _call(self, words: Words) -> None:
        self._live.feed.call(words)
        self._plain.words = self._say.words = self._appearance.words = words

    def _replace_captchas(self, settings: Captcha) -> None:
        """Draw others, if they are to be others: until there are some, nobody gets any."""
        before, self._captcha = self._captcha, settings
        if _captcha_settings(settings) == _captcha_settings(before):
            return
        try:
            self._captchas.replace(_captcha_settings(settings))
        except FontError as error:
            self._captcha = before
            self._log.error("Captchas stay as they were: {error}", error=error)

    def _follow(self) -> None:
        """Be told whenever the stream's state changes, from now on."""

        def changed(_: None) -> None:
            self._stage_changed()
            self._broadcast.changed().addCallback(changed)

        self._broadcast.changed().addCallback(changed)

    def _stage(self) -> Stage:
        """What the stream is doing, now."""
        broadcast = self._broadcast
        again = broadcast.state is State.STARTING and broadcast.since is not None
        return Stage(
            state=Air.RESTARTING if again else Air(broadcast.state.value),
            since=broadcast.since,
            title=self._stream.title,
            description=self._stream.description,
            watching=self.presence.watching,
        )

    def _stage_changed(self) -> None:
        self._live.stage_changed()
        self._plain.stage_changed()

    def _presence_changed(self) -> None:
        self._live.presence_changed()

    def _tell(self, event: Event) -> None:
        """What goes wrong where something is shown is no matter of him who did it, nor of the other places."""
        for tell in (self._live.tell, self._plain.tell, *self._heard):
            self._try(tell, event)

    def _try(self, tell: Callable[[Event], object], event: Event) -> None:
        try:
            tell(event)
        except Exception:  # noqa: BLE001 - whatever it is, the thing was done and the others show it
            self._log.error("{told}", told=told(Failure()))


def _rules(settings: Config) -> Rules:
    chat, captcha = settings.chat, settings.captcha
    return Rules(
        characters=chat.characters,
        lines=chat.lines,
        between=chat.between,
        burst=chat.burst,
        burst_lines=chat.burst_lines,
        burst_seconds=chat.burst_seconds,
        every=captcha.every,
        captcha=When(captcha.when),
        kept=chat.kept,
        reserved=(chat.broadcaster, chat.anonymous),
        unnamed=chat.anonymous,
    )


def _moderators(settings: Config) -> frozenset[bytes]:
    return frozenset(Tripcode.of(one).digest for one in settings.chat.moderators)


def _filters(chat: Chat) -> Filters:
    said = chat.filters
    return Filters(said.censor, said.block, said.ban, said.ignore_case, said.tyranny)


def _captcha_settings(captcha: Captcha) -> CaptchaSettings:
    return CaptchaSettings(length=captcha.letters, lifetime=captcha.lifetime, fonts=captcha.fonts)


def _words(chat: Chat) -> Words:
    return Words(unnamed=chat.anonymous, broadcaster=chat.broadcaster)
