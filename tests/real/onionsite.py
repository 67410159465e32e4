"""A small site behind an onion service, which reads the line with the circuit's number that tor sends first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from twisted.internet.defer import maybeDeferred
from twisted.internet.endpoints import UNIXServerEndpoint
from twisted.internet.interfaces import IAddress, IConsumer, IListeningPort, IPullProducer, IReactorUNIX, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure
from zope.interface import implementer

PAGE = b"well come this way"

_HEAD = re.compile(
    rb"PROXY TCP6 fc00:dead:beef:4dad:[0-9a-f:]+ ::1 (\d+) 80\r\nGET (\S+) HTTP/1\.[01]\r\n.*\r\n\r\n", re.S
)
_OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
_TICK = 0.1  # seconds
_PIECE = 5000  # bytes; ten of them in a second are 400 kbit/s


class OnionSite(Factory["Visitor"]):
    """
    ``/`` is a page, ``/stream.mp4`` goes on and on at 400 kbit/s, ``/fill`` as fast as it can, all else is not there.

    :ivar circuits: the number of the circuit of each request.
    :ivar paths: what was asked for.
    :ivar online: whether there is a stream.
    """

    noisy = False

    def __init__(self) -> None:
        """Nobody has come yet."""
        self.circuits: list[int] = []
        self.paths: list[str] = []
        self.online = True
        self._visitors: set[Visitor] = set()
        self._port: IListeningPort | None = None

    def buildProtocol(self, addr: IAddress | None) -> Visitor:
        """:return: the next connection."""
        visitor = Visitor(self)
        self._visitors.add(visitor)
        return visitor

    async def open(self, reactor: IReactorUNIX, path: Path) -> None:
        """Listen."""
        self._port = await UNIXServerEndpoint(reactor, str(path), mode=0o600).listen(self)

    async def close(self) -> None:
        """Listen no more, and end all connections."""
        port, self._port = self._port, None
        if port is not None:
            await maybeDeferred(port.stopListening)
        for visitor in [*self._visitors]:
            cast("ITCPTransport", visitor.transport).abortConnection()

    def gone(self, visitor: Visitor) -> None:
        """His connection has ended."""
        self._visitors.discard(visitor)


@implementer(IPullProducer)
class Visitor(Protocol):
    """One connection."""

    def __init__(self, site: OnionSite) -> None:
        """:param site: whose it is."""
        self._site = site
        self._heard = b""
        self._stream = LoopingCall(self.resumeProducing)

    def dataReceived(self, data: bytes) -> None:
        """The request comes."""
        self._heard += data
        if found := _HEAD.match(self._heard):
            self._heard = b""
            self._site.circuits.append(int(found[1]))
            self._site.paths.append(found[2].decode())
            self._answer(found[2].partition(b"?")[0])

    def _answer(self, path: bytes) -> None:
        transport = cast("ITCPTransport", self.transport)
        if path == b"/":
            transport.write(_OK + PAGE)
            transport.loseConnection()
        elif path == b"/stream.mp4" and self._site.online:
            transport.write(_OK)
            self._stream.start(_TICK)
        elif path == b"/fill":
            transport.write(_OK)
            cast("IConsumer", transport).registerProducer(self, False)
        else:
            transport.write(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            transport.loseConnection()

    def resumeProducing(self) -> None:
        """Send another piece."""
        cast("ITCPTransport", self.transport).write(bytes(_PIECE))

    def stopProducing(self) -> None:
        """He is gone."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """He is gone."""
        if self._stream.running:
            self._stream.stop()
        self._site.gone(self)
