"""
The control socket, built and joined: what its commands do, and what its listeners are told.

A part of the composition root (``tap``), with a module of its own because it is one thing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from twisted.application.service import IService, MultiService, Service
from twisted.internet.defer import Deferred, maybeDeferred

from onionstream.assembly.controlled import Audience, Encoder, Onion, Parts, Stage
from onionstream.chat.events import Event
from onionstream.chat.people import Person
from onionstream.control.acts import Act
from onionstream.control.deeds import Deeds
from onionstream.control.events import Comings, Fact, of_person, of_room
from onionstream.control.execution import Execution
from onionstream.control.server import ControlServer
from onionstream.control.steering import Steering
from onionstream.control.talk import Talk
from onionstream.control.terms import Terms
from onionstream.control.wording import Wording
from onionstream.invitations import GuestBook
from onionstream.regular import Regular
from onionstream.web.sockets import listen_on_unix

_COMINGS = 0.5
"""Seconds between two looks who has come and who has gone: a page that is loaded again is no news."""


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
        self._terms = Terms(parts.chat.course, parts.chat.presence, self._called)
        self._server = ControlServer(Execution(self._acts()).do, self._begin, os.geteuid())
        self._port = listen_on_unix(reactor, parts.state.control, self._server)
        self._comings = Comings(())
        self._told = {fact["event"]: fact for fact in (*self._set(), self._onion())}
        parts.chat.hear(self.tell)
        parts.chat.look_on(self.stage_changed)
        self._follow_onion()

    def _acts(self) -> dict[str, Act]:
        """:return: what each command does. Whoever gives them is the broadcaster, as he is on his page."""
        parts, chat, seconds = self._parts, self._parts.chat, self._reactor.seconds
        key, called = chat.sessions.key, self._called
        talk = Talk(chat.room, chat.presence, called, key, now=seconds, when=time.time)
        deeds = Deeds(chat.moderation, chat.room, chat.course.find, called, key, now=seconds, when=time.time)
        stage, encoder = Stage(parts, seconds), Encoder(parts.encoder)
        guests = GuestBook(parts.state.path, parts.guests.look)
        others = Audience(parts), Onion(parts), guests, parts.reload
        steering = Steering(stage, self._terms, encoder, *others)
        return {
            **talk.acts(),
            **deeds.acts(),
            **Wording(chat.titles).acts(),
            **self._terms.acts(),
            **steering.acts(),
        }

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
        self._publish_new(*self._set())

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
        return [*self._set(), self._onion()]

    def _called(self, person: Person) -> str:
        return "".join(self._parts.chat.words.of(person))

    def _set(self) -> tuple[Fact, ...]:
        """:return: how the stream is, and what the broadcaster has set."""
        stage = self._parts.chat.stage
        return (
            {"event": "stream", "state": stage.state.value, "title": stage.title},
            {"event": "doors", **self._terms.of_doors()},
            {"event": "mode", **self._terms.of_mode()},
        )

    def _onion(self) -> Fact:
        status = self._parts.tor.status()
        return {"event": "onion", "state": status.state.value, "sentence": status.sentence}

    def _publish_new(self, *facts: Fact) -> None:
        """Tell what is not as it was told last."""
        for fact in facts:
            if fact != self._told[fact["event"]]:
                self._told[fact["event"]] = fact
                self._server.publish(fact)

    def _follow_onion(self) -> None:
        """Be told whenever tor has come further, from now on."""

        def changed(_: None) -> None:
            self._publish_new(self._onion())
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
