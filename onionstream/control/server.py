"""
The control socket's connections: commands in turn, and listeners who are told what happens.

Only the user whose daemon this is comes in: the folder (0700) and the socket (0600) keep others out, and who connects
is looked at as well (L-08).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Protocol, ServerFactory
from twisted.internet.tcp import Connection
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from onionstream.control.events import Fact
from onionstream.control.execution import EVENTS
from onionstream.control.protocol import LONGEST, Lines, Reply, Request, UsageError, encoded, request
from onionstream.logs import told
from onionstream.waiting import Waiting

CLIENTS = 8
"""Connections at the most (D-50)."""

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid (unix(7), SO_PEERCRED)


def user_of(transport: Connection) -> int:
    """:return: the number of the user at the other end of a UNIX socket."""
    data = transport.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(data)[1])


def offer(transport: object) -> None:
    """What waits in a transport is offered to the kernel at once, so that many events in one moment cut nobody off."""
    if isinstance(transport, FileDescriptor):
        transport.doWrite()  # a connection that is lost is found to be so by the reactor


class ControlServer(ServerFactory["Client"]):
    """
    All connections, and those of them that are told what happens.

    :ivar listening: whether there is anybody to tell.
    """

    noisy = False
    _log = Logger()

    def __init__(
        self,
        do: Callable[[Request], Deferred[Reply]],
        begin: Callable[[], Iterable[Fact]],
        user: int,
        user_of: Callable[[Any], int] = user_of,
    ) -> None:
        """
        :param do: does what is asked for.
        :param begin: what a listener is told first: how it all is.
        :param user: the number of the only one who may come.
        :param user_of: who is at the other end of a connection.
        """
        self.do = do
        self.begin = begin
        self._user = user
        self._user_of = user_of
        self._clients: dict[Client, None] = {}
        self._ended = Waiting()

    @property
    def listening(self) -> bool:
        """Whether anybody is told what happens."""
        return any(client.listens for client in self._clients)

    def buildProtocol(self, addr: IAddress | None) -> Client:  # noqa: ARG002 - all come from the same place
        """One connection more."""
        return Client(self)

    def admit(self, client: Client) -> str:
        """:return: why this one may not stay; empty: he may."""
        if self._user_of(client.transport) != self._user:
            return "This is somebody else's daemon."
        if len(self._clients) >= CLIENTS:
            return f"{CLIENTS} connections are open already, and more there cannot be."
        self._clients[client] = None
        return ""

    def gone(self, client: Client) -> None:
        """A connection has ended."""
        self._clients.pop(client, None)
        if not self._clients:
            self._ended.wake()

    def publish(self, fact: Fact) -> None:
        """Tell all who listen."""
        data = encoded(fact)
        for client in tuple(self._clients):
            self._tell(client, data)

    def _tell(self, client: Client, data: bytes) -> None:
        try:
            client.tell(data)
        except Exception:  # noqa: BLE001 - the others are told all the same
            self._log.error("{told}", told=told(Failure()))

    def close(self) -> Deferred[None]:
        """End all connections; :return: fires when they have ended."""
        ended = self._ended.wait()
        for client in tuple(self._clients):
            client.cut()
        if not self._clients:
            self._ended.wake()
        return ended


@implementer(IHalfCloseableProtocol, IPushProducer)
class Client(Protocol):
    """
    One connection. As long as its replies are not taken, or a command is being done, nothing more is read of it.

    :ivar listens: it has asked for what happens, and nothing else it says is looked at.
    """

    factory: ControlServer
    transport: Any  # of many interfaces: ITransport, IConsumer, IPushProducer
    _log = Logger()

    def __init__(self, server: ControlServer) -> None:
        """:param server: to which it belongs."""
        self.listens = False
        self._server = server
        self._lines = Lines()
        self._waiting: list[bytes] = []
        self._doing: Deferred[None] | None = None
        self._full = self._silent = self._over = False

    def connectionMade(self) -> None:
        """Somebody has come."""
        self.transport.registerProducer(self, True)
        if reason := self._server.admit(self):
            self._end(Reply(error=reason))

    def dataReceived(self, data: bytes) -> None:
        """He says something."""
        if not self.listens and not self._over:
            self._waiting += self._lines.feed(data)
            self._go_on()

    def readConnectionLost(self) -> None:
        """He says nothing more, and may still want to hear: ``echo status | nc -U control.sock``."""
        self._silent = True
        self._go_on()

    def writeConnectionLost(self) -> None:
        """He hears nothing more."""
        self.cut()

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: ARG002 - see IProtocol
        """He is gone; what he has asked for need not be done any more, nor is a line without an end a command."""
        self._over, self.listens = True, False
        self._waiting.clear()
        if self._doing is not None:
            self._doing.cancel()
        self._server.gone(self)

    def pauseProducing(self) -> None:
        """More than 64 KiB wait to be taken (``FileDescriptor.bufferSize``): a listener is cut off for that."""
        self._full = True
        if self.listens:
            self._log.warn("A listener at the control socket takes too little of what happens: it was cut off.")
            self.cut()

    def resumeProducing(self) -> None:
        """All was taken."""
        self._full = False
        self._go_on()

    def stopProducing(self) -> None:
        """The connection ends."""

    def tell(self, data: bytes) -> None:
        """
        Something has happened.

        :param data: it as a line.
        """
        if self.listens:
            self.transport.write(data)
            offer(self.transport)

    def cut(self) -> None:
        """End it now."""
        self._over, self.listens = True, False
        self.transport.abortConnection()

    def _go_on(self) -> None:
        """Do what waits, one after the other, as long as replies are taken."""
        while self._waiting and not (self._doing or self._full or self._over or self.listens):
            self._one(self._waiting.pop(0))
        if self._over or self.listens:
            return
        idle = not (self._doing or self._full)
        if idle and self._lines.too_long:
            self._end(Reply(error=f"A line has at most {LONGEST} bytes.", usage=True))
        elif idle and self._silent:
            self._end()
        elif idle:
            self.transport.resumeProducing()
        else:
            self.transport.pauseProducing()

    def _one(self, line: bytes) -> None:
        try:
            asked = request(line)
        except UsageError as error:
            self._send(Reply(error=str(error), usage=True).text())
            return
        if asked is None:
            return
        self._doing = self._server.do(asked).addCallback(self._reply, asked).addErrback(self._failed)
        if self._doing.called:
            self._doing = None
        else:
            self._doing.addBoth(self._done)

    def _reply(self, reply: Reply, asked: Request) -> None:
        if self._over:
            return
        self._send(reply.json() if asked.json else reply.text())
        if reply.command == EVENTS and not reply.error:
            self._listen()

    def _failed(self, failure: Failure) -> None:
        self._log.error("A reply could not be made: {told}", told=told(failure))
        self.cut()

    def _listen(self) -> None:
        """From now on he is told what happens."""
        self._waiting.clear()
        facts = b"".join(map(encoded, self._server.begin()))
        self.listens = True
        self.tell(facts)

    def _done(self, _: object) -> None:
        self._doing = None
        self._go_on()

    def _send(self, data: bytes) -> None:
        self.transport.write(data)

    def _end(self, last: Reply | None = None) -> None:
        """Say the last words, and end when they are taken."""
        self._over = True
        self._waiting.clear()
        if last is not None:
            self._send(last.text())
        self.transport.unregisterProducer()
        self.transport.loseConnection()
