"""A way to a daemon on which requests are counted, and on which everything can stand still."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from twisted.internet.address import IPv4Address
from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IConnector, IDelayedCall, IReactorTCP, IReactorTime, ITCPTransport
from twisted.internet.protocol import ServerFactory, connectionDone
from twisted.protocols.portforward import ProxyClient, ProxyClientFactory, ProxyFactory, ProxyServer
from twisted.python.failure import Failure

_REQUEST = re.compile(rb"^GET (/[^ ?]*)", re.MULTILINE)


_AGAIN = 0.1  # seconds


class _ClientFactory(ProxyClientFactory):
    """Makes the ends at the daemon."""

    protocol = ProxyClient
    noisy = False
    server: _Server

    def clientConnectionFailed(self, connector: IConnector, reason: Failure) -> None:
        """There is no daemon at the moment: the browser waits, as it does behind tor, which goes on trying."""
        self.server.factory.later(lambda: self._again(connector))

    def _again(self, connector: IConnector) -> None:
        if self.server in self.server.factory.open:
            connector.connect()


class _Server(ProxyServer):
    """The end at the browser."""

    clientProtocolFactory = _ClientFactory
    factory: Tollgate

    def connectionMade(self) -> None:
        """One more connection."""
        super().connectionMade()
        self.factory.open.add(self)

    def dataReceived(self, data: bytes) -> None:
        """Count what is asked for; a page of the test's own is answered here."""
        if self.factory.page and data.startswith(b"GET /page "):
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
            assert self.transport is not None
            self.transport.write(head + self.factory.page)
            self.transport.loseConnection()
            return
        self.factory.asked.update(path.decode() for path in _REQUEST.findall(data))
        super().dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """One less."""
        super().connectionLost(reason)
        self.factory.open.discard(self)


class Tollgate(ProxyFactory):
    """
    Passes connections on. One that comes while there is no daemon waits for it.

    :ivar asked: how often each address was asked for.
    :ivar open: connections.
    :ivar page: HTML of a page at ``/page``, which the daemon does not have; empty: there is none.
    """

    protocol = _Server
    noisy = False

    def __init__(self, reactor: IReactorTCP, port: int) -> None:
        """:param port: of the daemon, on 127.0.0.1."""
        super().__init__("127.0.0.1", port)
        self.asked: Counter[str] = Counter()
        self.open: set[_Server] = set()
        self._reactor = cast("IReactorTime", reactor)
        self._later: set[IDelayedCall] = set()
        self.page = b""
        self._listening = reactor.listenTCP(0, cast("ServerFactory[Any]", self), interface="127.0.0.1")

    @property
    def url(self) -> str:
        """The address of the page behind it."""
        return f"http://127.0.0.1:{cast('IPv4Address', self._listening.getHost()).port}/"

    def stand_still(self) -> None:
        """Nothing of what the daemon sends is read any more."""
        for end in self._far_ends():
            end.pauseProducing()

    def flow(self) -> None:
        """It is read again."""
        for end in self._far_ends():
            end.resumeProducing()

    def later(self, act: Callable[[], None]) -> None:
        """Do something in a moment."""

        def now() -> None:
            self._later.discard(call)
            act()

        call = self._reactor.callLater(_AGAIN, now)
        self._later.add(call)

    async def close(self) -> None:
        """End all of it."""
        for call in self._later:
            call.cancel()
        for end in [*self._far_ends(), *(cast("ITCPTransport", one.transport) for one in self.open)]:
            end.abortConnection()
        await maybeDeferred(self._listening.stopListening)

    def _far_ends(self) -> list[Any]:
        """The connections to the daemon; Twisted's types do not say that they can stand still."""
        return [one.peer.transport for one in self.open if one.peer is not None]
