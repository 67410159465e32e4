"""
What we say to tor on its control connection, and what we hear from it.

The connection is txtorcon's (by way of `onionstream.onion.line`). Its ``launch`` we do not use: it connects when tor
writes that it *will* open its control socket, and when Python is the quicker of the two it waits for ever (8 of 55
starts). Whoever starts tor calls `connect` until somebody listens.

Whatever tor answers or does not answer, it ends in a `ControlError`, in bounded time and memory (B-90).
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from twisted.internet.defer import CancelledError, Deferred, TimeoutError  # noqa: A004 - Twisted's own
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IReactorTime, IReactorUNIX
from twisted.logger import Logger
from twisted.python.failure import Failure
from txtorcon import TorProtocolError  # type: ignore[import-untyped]
from txtorcon.torcontrolprotocol import TorDisconnectError  # type: ignore[import-untyped]

from onionstream.onion.errors import ControlError, LostError, NobodyListensError, RefusedError
from onionstream.onion.line import CarefulFactory, CarefulProtocol
from onionstream.onion.replies import LISTENERS, MODES, not_anonymous

PATIENCE = 30.0
"""Seconds for an answer, but that to a ping. tor reads the keys of its relays in its main thread, for seconds."""

_UNKNOWN_CIRCUIT = 552

T = TypeVar("T")


async def connect(reactor: IReactorUNIX, path: Path, cookie: Path | None = None) -> Control:
    """
    :param reactor: also gives ``IReactorTime``.
    :param path: of tor's control socket.
    :param cookie: the file with its cookie; ``None``: the one that it names itself.
    :return: a connection over which tor takes commands from us.
    :raises NobodyListensError: there is no tor (yet).
    :raises ControlError: there is something, but it does not let us in.
    """
    clock = IReactorTime(reactor)
    try:
        protocol: CarefulProtocol = await UNIXClientEndpoint(reactor, str(path)).connect(CarefulFactory(cookie))
    except ConnectError as problem:
        words = os.strerror(problem.osError) if problem.osError else "nobody answers"
        raise NobodyListensError(f"The control socket {path} cannot be reached: {words}.") from problem
    control = Control(protocol, clock)
    try:
        await control.ready()
    except BaseException:  # also when nobody waits for it any more
        control.close()
        raise
    return control


class Control:
    """A connection to a tor."""

    _log = Logger()

    def __init__(self, protocol: CarefulProtocol, clock: IReactorTime) -> None:
        """
        :param protocol: just connected.
        :param clock: for bounds in time.
        """
        self._protocol = protocol
        self._clock = clock
        self._lost: list[Deferred[str]] = []
        self._gone = ""
        protocol.when_disconnected().addErrback(self._disconnected)

    @property
    def version(self) -> str:
        """The version of tor, such as ``0.4.9.11``."""
        return str(self._protocol.version)

    async def ready(self) -> None:
        """:raises ControlError: tor has not let us in."""
        await self._bounded(self._protocol.post_bootstrap, "does not let us in")

    def lost(self) -> Deferred[str]:
        """:return: fires with words that follow "tor" when the connection has ended. May be cancelled."""
        waiting: Deferred[str] = Deferred(self._lost.remove)
        if self._gone:
            waiting.callback(self._gone)
        else:
            self._lost.append(waiting)
        return waiting

    def close(self) -> None:
        """End the connection."""
        self._protocol.cut("was left")

    async def check(self, pid: int | None = None) -> None:
        """
        See whom we talk to, and whether the service is anonymous and nothing listens (L-06).

        :param pid: of the tor that we have started; ``None``: it is not one of ours, and may listen where it likes.
        :raises ControlError: it is not as it must be.
        """
        if pid is not None and (await self.ask("GETINFO process/pid")).strip() != f"process/pid={pid}":
            raise ControlError("Another tor listens on the control socket of ours.")
        reply = await self.ask(f"GETCONF {' '.join([*MODES, *LISTENERS])}")
        bad = not_anonymous(reply)
        if bad and (pid is not None or bad in MODES):
            raise ControlError(f"tor is not used, because its {bad} is not as it must be for an anonymous service.")

    async def own(self) -> None:
        """From now on tor ends when this connection does."""
        await self.ask("TAKEOWNERSHIP")

    async def follow(self, events: Mapping[str, Callable[[str], object]]) -> None:
        """
        Hear events.

        :param events: by their name, who takes the rest of the line.
        :raises ControlError: tor does not tell them.
        """
        for name, listener in events.items():
            if name not in self._protocol.valid_events:
                raise ControlError(f"tor has no events {name}: it must be a newer one.")
            subscribed = self._protocol.add_event_listener(name, self._guarded(listener))
            await self._bounded(subscribed, f"does not answer to SETEVENTS {name}")

    async def bootstrap_phase(self) -> str:
        """:return: how far it has come, in the words of its event."""
        return (await self.ask("GETINFO status/bootstrap-phase")).removeprefix("status/bootstrap-phase=")

    async def ping(self) -> None:
        """:raises ControlError: it is gone. It may also never answer; whoever asks bounds that himself (R-11)."""
        await self._heard(self._queue("GETINFO version"))

    async def close_circuit(self, circuit: int) -> None:
        """Close a circuit. One that is gone already is none the worse for it."""
        try:
            await self.ask(f"CLOSECIRCUIT {circuit}")
        except RefusedError as problem:
            if problem.code != _UNKNOWN_CIRCUIT:
                raise

    async def reload(self) -> None:
        """Let tor read its configuration, and who is invited, again; nobody's circuit is closed by that."""
        await self.ask("SIGNAL RELOAD")

    async def withdraw(self) -> None:
        """Take the onion service out of tor, which closes all its circuits: those of viewers and those to come by."""
        await self.ask("RESETCONF HiddenServiceDir")

    async def open_socks(self, port: str) -> None:
        """
        Let tor listen for SOCKS too, until `close_socks`.

        :param port: where, as `onionstream.onion.torrc.socks_port` writes it.
        :raises ControlError: tor does not do it.
        """
        await self.ask(f"SETCONF SocksPort={port}")

    def close_socks(self) -> None:
        """Listen for SOCKS no longer. Nobody waits for that; a tor that does not do it is left, and so ends (L-06)."""
        if not self._gone:
            closing = Deferred.fromCoroutine(self.ask("SETCONF SocksPort=0"))
            closing.addErrback(self._not_closed)

    def terminate(self) -> None:
        """End tor; what it answers does not matter."""
        if not self._gone:
            self._protocol.queue_command("SIGNAL TERM").addErrback(lambda _: None)

    async def ask(self, command: str) -> str:
        """
        :param command: without an address or key in it that a log should not hold.
        :return: tor's answer, its lines joined by newlines.
        :raises ControlError: it has none, or refuses.
        """
        return await self._bounded(self._queue(command), f"does not answer to {_verb(command)}")

    def _not_closed(self, failure: Failure) -> None:
        """Whatever it was, after this there is no connection, and so no tor of ours."""
        failure.trap(ControlError)
        self._protocol.cut("does not close its SOCKS port")

    def _queue(self, command: str) -> Deferred[str]:
        """:raises ControlError: the connection is gone. txtorcon would forget about the command."""
        if self._gone:
            raise ControlError(f"tor {self._gone}.")
        queued: Deferred[str] = self._protocol.queue_command(command)
        return queued

    async def _bounded(self, answer: Deferred[T], silence: str) -> T:
        """
        :param silence: what to say when the answer does not come; the connection is ended then.
        :raises ControlError: for each way in which it can fail.
        """
        try:
            return await self._heard(answer.addTimeout(PATIENCE, self._clock))
        except TimeoutError as problem:
            self._protocol.cut(silence)
            raise ControlError(f"tor {silence}.") from problem

    async def _heard(self, answer: Awaitable[T]) -> T:
        """:raises ControlError: for whatever txtorcon raises when tor refuses, or a connection ends or never begins."""
        try:
            return await answer
        except (CancelledError, TimeoutError):
            raise
        except TorProtocolError as problem:
            raise RefusedError(problem.code) from problem
        except TorDisconnectError as problem:
            if self._protocol.problem:
                raise ControlError(f"tor {self._protocol.problem}.") from problem
            raise LostError("tor has closed its control connection.") from problem
        except Exception as problem:
            words = self._protocol.problem or "says what cannot be understood"
            self._protocol.cut(words)
            raise ControlError(f"tor {words}.") from problem

    def _guarded(self, listener: Callable[[str], object]) -> Callable[[str], None]:
        """:return: the same listener, whose faults are its own and told without the event."""

        def hear(event: str) -> None:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - whatever it is, tor goes on talking
                self._log.failure("An event of tor's met a fault of ours")

        return hear

    def _disconnected(self, _: Failure) -> None:
        """The connection has ended."""
        self._gone = self._protocol.problem or "has closed its control connection"
        waiting, self._lost = self._lost, []
        for one in waiting:
            one.callback(self._gone)


def _verb(command: str) -> str:
    """:return: the first two words of a command, which hold nothing secret but for the number of a circuit (L-50)."""
    return " ".join(word for word in command.split(" ")[:2] if not word.isdecimal())
