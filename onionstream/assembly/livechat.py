"""
The chat and the live page, built and joined: what is said, seen and done there, and who comes in.

A part of the composition root (``tap``), with a module of its own because it is one thing: nothing else needs to know
how these parts are joined.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

from twisted.application.service import IService, MultiService, Service
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.assembly import chat_settings
from onionstream.assembly.entrance import Entrance, Shell
from onionstream.assembly.housekeeping import Housekeeping
from onionstream.assembly.keeping import Keeping
from onionstream.chat.events import Changed, Event
from onionstream.chat.moderation import Moderation
from onionstream.chat.people import Person, Role
from onionstream.chat.presence import Presence
from onionstream.chat.room import Room
from onionstream.files.secretfile import Secrets
from onionstream.files.titlefile import LOOK, Titles
from onionstream.logs import told
from onionstream.passwords import Password
from onionstream.regular import Regular
from onionstream.settings.config import Config
from onionstream.threads import Workers
from onionstream.video.broadcast import Broadcast, State
from onionstream.web import moderating
from onionstream.web.appearance import Appearance
from onionstream.web.areas import Area
from onionstream.web.course import Course
from onionstream.web.emotes import Emotes
from onionstream.web.fragments import Words
from onionstream.web.identity import Identity, Who
from onionstream.web.live import Live
from onionstream.web.lock import Kind
from onionstream.web.moderating import Moderating
from onionstream.web.overview import Overview
from onionstream.web.plain import Plain
from onionstream.web.say import Say
from onionstream.web.sessions import Sessions
from onionstream.web.stage import Air, Stage

TurnOut = Callable[[Callable[["bytes | None"], bool]], None]
"""Ends what those see who would not come in by the door as it is now: it is told whether somebody would, by his key."""


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

    :ivar titles: what is said about the stream.
    :ivar sessions: who is logged in.
    :ivar presence: who is here.
    :ivar room: what is said.
    :ivar moderation: what the staff does.
    :ivar entrance: who may come in.
    :ivar course: what the broadcaster has set.
    :ivar turn_out: what to call when the door is another one, beside what is in here.
    :ivar areas: of the site.
    """

    _log = Logger()

    def __init__(
        self,
        settings: Config,
        secrets: Secrets,
        broadcast: Broadcast,
        shell: Shell,
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
        :param state: the state directory, where titles, bans and moderators are kept.
        :raises FontError: a font of the settings cannot be used.
        :raises StateError: nor can one of the files there.
        """
        self._broadcast, self._reactor = broadcast, reactor
        self._told: list[Callable[[Event], object]] = []
        self._shown: list[Callable[[], object]] = []
        self.titles = Titles(state, settings.stream)
        secure = settings.web.cookies_secure
        self.sessions = Sessions(reactor, secure=secure)
        identity = Identity(secrets.tokens, secure=secure, staff=self.sessions.chat_key)
        self.presence = Presence(self._presence_changed)
        rules, filters = chat_settings.rules(settings), chat_settings.filters(settings.chat)
        self.room = Room(rules, filters, identity.mark, self._tell)
        way_in = settings, identity, self.sessions, self.room, shell, secrets.pepper, reactor, password
        self.entrance = Entrance(*way_in)
        self.course = Course(self.room, self.entrance.door.admission, reactor, time.time)
        self._open(settings)
        self.moderation = Moderation(self.room, self.presence)
        self._keeping = self._begin(settings, state)
        pages = (self._live, self._plain, self._say, self._appearance, self.emotes)
        self.areas: tuple[Area, ...] = (*pages, self._buttons(identity), *self.entrance.areas)
        self.turn_out: list[TurnOut] = [self._live.turn_out, self._plain.turn_out]
        self._follow()

    def _open(self, settings: Config) -> None:
        """Build what people see and write on."""
        way, reactor = self.entrance, self._reactor
        room, door, nonces, words = self.room, way.door, way.nonces, chat_settings.words(settings.chat)
        chance = SystemRandom().random
        self._say = Say(room, door, nonces, way.asking, reactor, time.time, words)
        limits: dict[str, Any] = {"admission": door.admission, "bucket": way.asking.bucket}
        self._appearance = Appearance(room, door, nonces, way.tripcodes, reactor, words, **limits)
        times: dict[str, Any] = {"clock": reactor, "when": time.time}
        page = room, self.presence, door, lambda: self.stage
        self._live = Live(*page, **times, chance=chance, proof=self._proof, words=words)
        self._plain = Plain(room, door, lambda: self.stage, **times, words=words)
        self._live.feed.shown = self._plain.shown = settings.chat.shown
        self._lookers = Workers(reactor, threads=1, queue=1, name="emotes")
        self.emotes = Emotes(self._lookers, room.newest, settings.chat.emotes)
        self._live.feed.fragments.emotes = self._plain.emotes = self.emotes

    def _begin(self, settings: Config, state: Path) -> Keeping:
        """There is a broadcaster, and who was banned or a moderator before is so again."""
        now = self._reactor.seconds()
        # Who is still logged in elsewhere loads his documents again by himself.
        self.sessions.over = lambda: self._live.feed.hub.end(self.sessions.key)
        self.room.appoint(self.sessions.key, Role.BROADCASTER, now)
        self.moderation.configure(chat_settings.moderators(settings.chat), now)
        keeping = Keeping(state, self.room, self.moderation, self._reactor, bans=settings.chat.keep_bans)
        self.hear(self.moderation.tell)
        self.hear(keeping.tell)
        return keeping

    def _buttons(self, identity: Identity) -> Moderating:
        """:return: what the staff presses."""
        nonces, feed = self.entrance.nonces, self._live.feed
        return Moderating(self.moderation, identity, nonces, feed, self._reactor, time.time)

    def _proof(self, who: Who) -> str:
        """:return: what goes with every button of somebody of the staff."""
        return self.entrance.nonces.lasting(who, moderating.FORM)

    def hear(self, tell: Callable[[Event], object]) -> None:
        """:param tell: is told of all that happens in the chat from now on, each time after it has."""
        self._told.append(tell)

    def look_on(self, look: Callable[[], object]) -> None:
        """:param look: is called from now on after each change of the stream's state, its title and the like."""
        self._shown.append(look)

    def called(self, person: Person) -> str:
        """:return: somebody's name, with the tag that tells him from others who are called the same."""
        return self._live.feed.fragments.called(person)

    def overview(self) -> Overview:
        """:return: what the staff has done, for the broadcaster."""
        return Overview.of(self.moderation, self.words, self._proof(Who(self.sessions.key, cookie=True)))

    @property
    def stage(self) -> Stage:
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

    @property
    def words(self) -> Words:
        """What people are called who have no name, now."""
        return self._plain.words

    def service(self) -> IService:
        """:return: what has to run as long as the site does."""
        whole = MultiService()
        parts = (self._lookers, _AtStart(self.emotes.look), *self._keeping.services(), *self.timers())
        for service in (*self.entrance.services, *parts):
            service.setServiceParent(whole)
        return whole

    def timers(self) -> tuple[IService, ...]:
        """:return: those parts of ``service`` that are done now and then."""
        titles = Regular(LOOK, self.titles.look, self._reactor)
        housekeeping = Housekeeping(self.room, self.presence, self._reactor, time.time)
        own = (*housekeeping.timers(), *self._keeping.timers(), titles)
        return (*self._live.timers(), *self._plain.timers(), *own)

    def look(self) -> None:
        """The files beside the configuration may have been changed by hand: lists, and emotes (R-41)."""
        self._keeping.look()
        self.emotes.look()

    def close(self) -> None:
        """The site ends: so do all documents that have no end."""
        self._live.close()
        self._plain.close()
        self._keeping.close()

    def change(self, settings: Config) -> None:
        """The configuration is another one (R-41)."""
        self.titles.words = settings.stream
        self.room.filters = chat_settings.filters(settings.chat)
        self.course.configure(chat_settings.rules(settings), chat_settings.door(settings.doors))
        self.moderation.configure(chat_settings.moderators(settings.chat), self._reactor.seconds())
        self._keeping.keep_bans(settings.chat.keep_bans)
        self._call(chat_settings.words(settings.chat))
        self._live.feed.shown = self._plain.shown = settings.chat.shown
        self.emotes.folder = settings.chat.emotes
        self.entrance.change(settings)
        self._stage_changed()

    def _call(self, words: Words) -> None:
        self._live.feed.call(words)
        self._plain.words = self._say.words = self._appearance.words = words

    def _follow(self) -> None:
        """Have those be told of a change whom it is about, from now on."""

        def changed(_: None) -> None:
            self._stage_changed()
            self._broadcast.changed().addCallback(changed)

        self._broadcast.changed().addCallback(changed)
        self.titles.changed = self.course.changed = self._stage_changed
        self.entrance.door.admission.changed = self._door_changed
        self.hear(self._look_after)

    def _stage_changed(self) -> None:
        self._live.stage_changed()
        self._plain.stage_changed()
        for look in self._shown:
            self._try(look)

    def _door_changed(self) -> None:
        """Whoever would not come in by the door as it is now is put out, unless a captcha is all that it asks for."""
        admission = self.entrance.door.admission
        if admission.lock.kind in (Kind.MEMBERS, Kind.PASSWORD):
            self._put_out(admission.admits_key)

    def _look_after(self, event: Event) -> None:
        """Who is no member any more by another tripcode, or no moderator, is put out as well."""
        if isinstance(event, Changed) and not self.entrance.door.admission.admits_key(event.person.key):
            self._put_out(lambda key: key != event.person.key)

    def _put_out(self, admits: Callable[[bytes | None], bool]) -> None:
        for turn_out in self.turn_out:
            turn_out(admits)

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
