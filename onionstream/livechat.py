"""
The chat and the live page, built and joined: who visitors are, what they say and see, and what asks them for captchas.

A part of the composition root (``tap``), with a module of its own because it is one thing: nothing else needs to know
how these parts are joined.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from random import SystemRandom
from secrets import token_bytes
from typing import Any

from twisted.application.service import IService, MultiService, Service
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream import chat_settings
from onionstream.captcha.captchas import Captchas
from onionstream.captcha.fonts import FontError
from onionstream.chat.events import Event
from onionstream.chat.people import Person, Role
from onionstream.chat.presence import Presence
from onionstream.chat.room import Room
from onionstream.config import Captcha, Config
from onionstream.logs import told
from onionstream.passwords import Password
from onionstream.regular import Regular
from onionstream.secretfile import Secrets
from onionstream.threads import Workers
from onionstream.titlefile import LOOK, Titles
from onionstream.video.broadcast import Broadcast, State
from onionstream.web.appearance import Appearance
from onionstream.web.areas import Area
from onionstream.web.asking import Asking
from onionstream.web.course import Course
from onionstream.web.door import Door
from onionstream.web.emotes import Emotes
from onionstream.web.fragments import Words
from onionstream.web.guard import Guard, new_password
from onionstream.web.identity import Identity, Who
from onionstream.web.live import Live
from onionstream.web.lock import Kind
from onionstream.web.login import Login
from onionstream.web.nonces import Nonces
from onionstream.web.plain import Plain
from onionstream.web.request import BoundedRequest
from onionstream.web.say import Say
from onionstream.web.sessions import Sessions
from onionstream.web.stage import Air, Stage
from onionstream.web.tripcodes import Tripcodes

TurnOut = Callable[[Callable[["bytes | None"], bool]], None]
"""Ends what those see who would not come in by the door as it is now: it is told whether somebody would, by his key."""


class _Pools:
    """
    The threads of the chat.

    :ivar painters: draw captchas.
    :ivar hashers: make tripcodes.
    :ivar doormen: try the broadcaster's password.
    :ivar lookers: read the pictures of emotes.
    """

    def __init__(self, reactor: Any) -> None:  # noqa: ANN401 - what it provides depends on the platform
        """:param reactor: where results are told."""
        self.painters = Workers(reactor, threads=1, queue=2, name="captcha")
        self.hashers = Workers(reactor, threads=2, queue=32, name="tripcode")
        self.doormen = Workers(reactor, threads=1, queue=8, name="login")
        self.lookers = Workers(reactor, threads=1, queue=1, name="emotes")

    @property
    def all(self) -> tuple[Workers, ...]:
        """All four."""
        return self.painters, self.hashers, self.doormen, self.lookers


class _AtStart(Service):
    """Does something once, when it starts."""

    def __init__(self, act: Callable[[], object]) -> None:
        """:param act: what is done."""
        self._act = act

    def startService(self) -> None:
        """Do it."""
        super().startService()
        self._act()


class LiveChat:
    """
    Everything of the site that is not the video.

    :ivar sessions: who is logged in.
    :ivar login: lets the broadcaster in.
    :ivar identity: who a visitor is.
    :ivar presence: who is here.
    :ivar door: who may come in.
    :ivar nonces: let forms be sent once.
    :ivar titles: what is said about the stream.
    :ivar course: what the broadcaster has set.
    :ivar turn_out: what to call when the door is another one, beside what is in here.
    :ivar room: what is said.
    :ivar emotes: pictures in it.
    """

    _log = Logger()

    def __init__(
        self,
        settings: Config,
        secrets: Secrets,
        broadcast: Broadcast,
        shell: Callable[[BoundedRequest, Who, str], str],
        reactor: Any,  # noqa: ANN401 - what it provides depends on the platform
        password: Password | None = None,
        *,
        titles: Titles,
    ) -> None:
        """
        :param settings: of all; ``change`` tells of others.
        :param secrets: of this state directory.
        :param broadcast: what is shown beside it.
        :param shell: the page around it, in a theme.
        :param reactor: the clock, and where threads tell their results.
        :param password: the broadcaster's; ``None``: one that nobody knows.
        :param titles: what is said about the stream.
        :raises FontError: a font of the settings cannot be used.
        """
        self.titles, self._captcha = titles, settings.captcha
        self._broadcast, self._reactor = broadcast, reactor
        self._pools = pools = _Pools(reactor)
        self._captchas = Captchas(pools.painters, reactor, chat_settings.pictures(settings.captcha))
        secure = settings.web.cookies_secure
        self.sessions = Sessions(reactor, secure=secure)
        self.identity = Identity(secrets.tokens, secure=secure, staff=self.sessions.chat_key)
        self.presence = Presence(self._presence_changed)
        rules, filters = chat_settings.rules(settings), chat_settings.filters(settings.chat)
        self.room = Room(rules, filters, self.identity.mark, self._tell)
        self.nonces = nonces = Nonces(token_bytes(32), reactor)
        asking = Asking(self._captchas, token_bytes(32), reactor)
        tripcodes, lock = Tripcodes(pools.hashers, secrets.pepper, reactor), chat_settings.door(settings.doors)
        self.door = door = Door(self.identity, asking, self.room, shell, tripcodes, reactor, lock)
        self.course = Course(self.room, door.admission, reactor, time.time)
        self._guard = Guard(password or new_password(), pools.doormen, reactor)
        self.login = Login(self.sessions, self._guard, self.identity, asking, nonces)
        chance, words = SystemRandom().random, chat_settings.words(settings.chat)
        self._say = Say(self.room, door, nonces, asking, reactor, time.time, words)
        self._appearance = Appearance(self.room, door, nonces, tripcodes, reactor, words, bucket=asking.bucket)
        self._live = Live(
            self.room, self.presence, door, self._stage, clock=reactor, when=time.time, chance=chance, words=words
        )
        self._plain = Plain(self.room, door, self._stage, clock=reactor, when=time.time, words=words)
        self._live.feed.shown = self._plain.shown = settings.chat.shown
        self.emotes = Emotes(pools.lookers, self._newest, settings.chat.emotes)
        self._live.feed.fragments.emotes = self._plain.emotes = self.emotes
        forms = (self._say, self._appearance, asking, door, self.login)
        self.areas: tuple[Area, ...] = (self._live, self._plain, *forms, self.emotes)
        self.turn_out: list[TurnOut] = [self._live.turn_out, self._plain.turn_out]
        self._told: list[Callable[[Event], object]] = []
        self._shown: list[Callable[[], object]] = []
        self._join()

    def hear(self, tell: Callable[[Event], object]) -> None:
        """:param tell: is told of all that happens in the chat from now on, each time after it has."""
        self._told.append(tell)

    def look_on(self, look: Callable[[], object]) -> None:
        """:param look: is called from now on after each change of the stream's state, its title and the like."""
        self._shown.append(look)

    def called(self, person: Person) -> str:
        """:return: somebody's name, with the tag that tells him from others who are called the same."""
        return self._live.feed.fragments.called(person)

    @property
    def stage(self) -> Stage:
        """What the stream is doing, now."""
        return self._stage()

    @property
    def words(self) -> Words:
        """What people are called who have no name, now."""
        return self._plain.words

    def service(self) -> IService:
        """:return: what has to run as long as the site does."""
        whole = MultiService()
        workers = self._pools.all
        for service in (*workers, _AtStart(self.emotes.look), self._captchas, *self.timers()):
            service.setServiceParent(whole)
        return whole

    def timers(self) -> tuple[IService, ...]:
        """:return: those parts of ``service`` that are done now and then."""
        titles = Regular(LOOK, self.titles.look, self._reactor)
        return (*self._live.timers(), *self._plain.timers(), titles)

    def close(self) -> None:
        """The site ends: so do all documents that have no end."""
        self._live.close()
        self._plain.close()

    def change(self, settings: Config) -> None:
        """The configuration is another one (R-41)."""
        self.titles.words = settings.stream
        self.room.filters = chat_settings.filters(settings.chat)
        self.course.configure(chat_settings.rules(settings), chat_settings.door(settings.doors))
        self._call(chat_settings.words(settings.chat))
        self._live.feed.shown = self._plain.shown = settings.chat.shown
        self.emotes.folder = settings.chat.emotes
        self._replace_captchas(settings.captcha)
        self._stage_changed()

    def lock(self, password: Password) -> None:
        """Another password lets the broadcaster in from now on, and whoever is logged in has to do it again."""
        self._guard.password = password
        self.sessions.end_all()

    def _newest(self) -> int:
        """:return: the number of the newest message, be it hidden; 0: there is none."""
        newest = (*self.room.history(1), *self.room.hidden(1))
        return max((message.number for message in newest), default=0)

    def _call(self, words: Words) -> None:
        self._live.feed.call(words)
        self._plain.words = self._say.words = self._appearance.words = words

    def _replace_captchas(self, settings: Captcha) -> None:
        """Draw others, if they are to be others: until there are some, nobody gets any."""
        before, self._captcha = self._captcha, settings
        if chat_settings.pictures(settings) == chat_settings.pictures(before):
            return
        try:
            self._captchas.replace(chat_settings.pictures(settings))
        except FontError as error:
            self._captcha = before
            self._log.error("Captchas stay as they were: {error}", error=error)

    def _join(self) -> None:
        """Have those be told of a change whom it is about."""
        self._follow()
        self.titles.changed = self.course.changed = self._stage_changed
        self.door.admission.changed = self._door_changed
        self.room.appoint(self.sessions.key, Role.BROADCASTER, self._reactor.seconds())

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
            title=self.titles.title,
            description=self.titles.description,
            watching=self.presence.watching,
            note=self.course.note,
        )

    def _stage_changed(self) -> None:
        self._live.stage_changed()
        self._plain.stage_changed()
        for look in self._shown:
            self._try(look)

    def _door_changed(self) -> None:
        """Whoever would not come in by the door as it is now is put out, unless a captcha is all that it asks for."""
        admission = self.door.admission
        if admission.lock.kind in (Kind.MEMBERS, Kind.PASSWORD):
            for turn_out in self.turn_out:
                turn_out(admission.admits_key)

    def _presence_changed(self) -> None:
        self._live.presence_changed()

    def _tell(self, event: Event) -> None:
        """What goes wrong where something is shown is no matter of him who did it, nor of the other places."""
        for tell in (self._live.tell, self._plain.tell, *self._told):
            self._try(partial(tell, event))

    def _try(self, tell: Callable[[], object]) -> None:
        try:
            tell()
        except Exception:  # noqa: BLE001 - whatever it is, the thing was done and the others show it
            self._log.error("{told}", told=told(Failure()))
