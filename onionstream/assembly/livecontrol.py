"""
The control socket, built and joined: what its commands do, and what its listeners are told.

A part of the composition root (``tap``), with a module of its own because it is one thing. The small classes show to
the commands what they need of each part, and no more.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any

from twisted.application.service import IService, MultiService, Service
from twisted.internet.defer import Deferred, maybeDeferred

from onionstream.assembly.livechat import LiveChat
from onionstream.chat.events import Event
from onionstream.chat.people import Person
from onionstream.control.events import Comings, Fact, of_person, of_room
from onionstream.control.execution import Execution
from onionstream.control.moderation import Moderation
from onionstream.control.server import ControlServer
from onionstream.control.steering import Steering
from onionstream.encoder.intake import Intake
from onionstream.files.state import StateDirectory
from onionstream.invitations import GuestBook
from onionstream.life import Reload
from onionstream.onion.guests import Guests
from onionstream.onion.report import Planned
from onionstream.onion.selftest import SelfTest
from onionstream.onion.tor import Tor
from onionstream.regular import Regular
from onionstream.video.broadcast import Broadcast
from onionstream.web.http import BoundedSite
from onionstream.web.lock import Kind
from onionstream.web.sockets import listen_on_unix

_COMINGS = 0.5
"""Seconds between two looks who has come and who has gone: a page that is loaded again is no news."""


@dataclass(frozen=True, slots=True)
class Parts:
    """
    All that can be steered.

    :ivar site: knows how many connections are open.
    :ivar planned: what the encoder is told to make, now.
    :ivar reload: reads the configuration again, and has its values.
    :ivar guests: told when somebody was invited.
    """

    state: StateDirectory
    chat: LiveChat
    broadcast: Broadcast
    encoder: Intake
    tor: Tor
    test: SelfTest
    site: BoundedSite
    reload: Reload
    guests: Guests
    planned: Callable[[], Planned]


class LiveControl:
    """Everything behind the control socket."""

    def __init__(self, parts: Parts, reactor: Any) -> None:  # noqa: ANN401 - what it provides depends on the platform
        """
        Listen; what is said there is heard as soon as the reactor runs.

        :param parts: what is steered from there.
        :param reactor: the clock, and where sockets are.
        :raises ListenError: there cannot be such a socket.
        """
        self._parts = parts
        self._reactor = reactor
        chat, seconds = parts.chat, reactor.seconds
        key = token_bytes(16)
        talk = Moderation(chat.room, chat.presence, self._called, key, now=seconds, when=time.time)
        encoder, onion = _Encoder(parts.encoder), _Onion(parts)
        guests = GuestBook(parts.state.path, parts.guests.look)
        steering = Steering(_Stage(parts, seconds), encoder, _Audience(parts), onion, guests, parts.reload)
        execution = Execution({**talk.acts(), **steering.acts()})
        self._server = ControlServer(execution.do, self._begin, os.geteuid())
        self._port = listen_on_unix(reactor, parts.state.control, self._server)
        self._comings = Comings(())
        self._onion_told: Fact = {}
        self._stream_told: Fact = {}
        chat.hear(self.tell)
        chat.look_on(self.stage_changed)
        self._follow_onion()

    def service(self) -> IService:
        """:return: what has to run as long as the daemon does."""
        whole = MultiService()
        Regular(_COMINGS, self.look, self._reactor).setServiceParent(whole)
        _Ending(self._end).setServiceParent(whole)
        return whole

    def tell(self, event: Event) -> None:
        """See ``LiveChat.hear``."""
        if self._server.listening:
            self._server.publish(of_room(event, self._called))

    def stage_changed(self) -> None:
        """See ``LiveChat.look_on``."""
        if (fact := self._stream()) != self._stream_told:
            self._stream_told = fact
            self._server.publish(fact)

    def look(self) -> None:
        """Tell who has come and who has gone."""
        if not self._server.listening:
            return
        chat = self._parts.chat
        for what, key in self._comings.look(chat.presence):
            self._server.publish({"event": what, "person": of_person(chat.room.person(key), self._called)})

    async def _end(self) -> None:
        await maybeDeferred(self._port.stopListening)
        await self._server.close()

    def _begin(self) -> list[Fact]:
        """:return: what a new listener is told first."""
        if not self._server.listening:
            self._comings = Comings(self._parts.chat.presence)
        return [self._stream(), self._onion()]

    def _called(self, person: Person) -> str:
        return "".join(self._parts.chat.words.of(person))

    def _stream(self) -> Fact:
        stage = self._parts.chat.stage
        return {"event": "stream", "state": stage.state.value, "title": stage.title}

    def _onion(self) -> Fact:
        status = self._parts.tor.status()
        return {"event": "onion", "state": status.state.value, "sentence": status.sentence}

    def _follow_onion(self) -> None:
        """Be told whenever tor has come further, from now on."""

        def changed(_: None) -> None:
            if (fact := self._onion()) != self._onion_told:
                self._onion_told = fact
                self._server.publish(fact)
            self._parts.tor.changed().addCallback(changed)

        self._parts.tor.changed().addCallback(changed)


class _Ending(Service):
    """Ends what has an end of its own."""

    def __init__(self, end: Callable[[], Any]) -> None:
        self._end = end

    def stopService(self) -> Deferred[None]:
        """:return: fires when it has ended."""
        super().stopService()
        return Deferred.fromCoroutine(self._end())


class _Stage:
    """See ``steering.Stage``."""

    def __init__(self, parts: Parts, seconds: Callable[[], float]) -> None:
        self._parts = parts
        self._seconds = seconds

    @property
    def title(self) -> str:
        """The one that pages have."""
        return self._parts.chat.stage.title

    @title.setter
    def title(self, title: str) -> None:
        """Everywhere, from now on."""
        self._parts.chat.titles.set_title(title)

    @property
    def captcha_at_door(self) -> bool:
        """Whether it is asked for."""
        return self._parts.chat.course.door.present.kind is Kind.CAPTCHA

    @captcha_at_door.setter
    def captcha_at_door(self, shut: bool) -> None:
        """From now on."""
        self._parts.chat.course.set_door(Kind.CAPTCHA if shut else Kind.OPEN)

    @property
    def state(self) -> str:
        """In a word."""
        return self._parts.chat.stage.state.value

    @property
    def minutes(self) -> int | None:
        """On air."""
        return self._parts.chat.stage.uptime(self._seconds())


class _Encoder:
    """See ``steering.Encoder``."""

    def __init__(self, encoder: Intake) -> None:
        self._encoder = encoder
        self.restart = encoder.restart

    @property
    def sentence(self) -> str:
        """How it is."""
        return self._encoder.status().sentence

    @property
    def generation(self) -> int:
        """Its run."""
        return self._encoder.status().generation

    @property
    def lines(self) -> Sequence[str]:
        """Its last words."""
        return self._encoder.status().lines


class _Audience:
    """See ``steering.Audience``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def watching(self) -> int:
        """Videos."""
        return self._parts.broadcast.watching

    @property
    def slow(self) -> int:
        """Those that are not whole."""
        return self._parts.broadcast.audience().slow

    @property
    def people(self) -> int:
        """Who is here."""
        return len(self._parts.chat.presence)

    @property
    def connections(self) -> int:
        """To the site."""
        return self._parts.site.connections


class _Onion:
    """See ``steering.Onion``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def state(self) -> str:
        """In a word."""
        return self._parts.tor.status().state.value

    @property
    def sentence(self) -> str:
        """In a sentence."""
        return self._parts.tor.status().sentence

    @property
    def address(self) -> str:
        """For those who may know it, as everybody at this socket."""
        return self._parts.tor.status().address

    @property
    def findings(self) -> Sequence[str]:
        """Of the last self-test."""
        last = self._parts.test.last
        return ("There was none yet.",) if last is None else last.sentences(self._parts.planned())

    async def test(self) -> Sequence[str]:
        """A new one."""
        report = await self._parts.test.run()
        return report.sentences(self._parts.planned())
