"""An invented SOCKS port on an invented clock."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import UNIXAddress
from twisted.internet.error import ConnectionDone, ConnectionRefusedError  # noqa: A004 - Twisted's own
from twisted.internet.interfaces import IAddress, IConnector, IProtocol, IReactorUNIX
from twisted.internet.protocol import ClientFactory
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer

from tests.onion.fakes import FakeConnector


class SocksLink:
    """
    One connection: the transport on our side, and the port, with all that is behind it, on the other.

    :ivar heard: what came.
    :ivar open: whether it is.
    """

    disconnecting = False

    def __init__(self, protocol: IProtocol) -> None:
        """A connection that is just being made."""
        self.heard = b""
        self.open = True
        self._protocol = protocol

    def write(self, data: bytes) -> None:
        """Something comes."""
        self.heard += data

    def says(self, data: bytes) -> None:
        """Send something, in whatever moment."""
        self._protocol.dataReceived(data)

    def cut(self) -> None:
        """End it."""
        if self.open:
            self.open = False
            self._protocol.connectionLost(Failure(ConnectionDone()))

    def abortConnection(self) -> None:
        """Our side ends it."""
        self.cut()


class _Connector(FakeConnector):
    """Can be stopped before there is a connection."""

    def __init__(self) -> None:
        """Nobody has stopped it."""
        self.stopped = False

    def stopConnecting(self) -> None:
        """Make no connection."""
        self.stopped = True

    def getDestination(self) -> IAddress:
        """:return: an address."""
        return UNIXAddress("/s/try.sock")


@implementer(IReactorUNIX)
class SocksReactor(Clock):
    """
    One with an invented SOCKS port.

    :ivar links: all connections that were made.
    :ivar listening: whether somebody is behind the socket.
    """

    def __init__(self) -> None:
        """Somebody listens."""
        super().__init__()
        self.links: list[SocksLink] = []
        self.listening = True

    @property
    def link(self) -> SocksLink:
        """The newest connection."""
        return self.links[-1]

    def connectUNIX(
        self, address: bytes | str, factory: ClientFactory[Any], timeout: float = 30, checkPID: bool = False
    ) -> IConnector:
        """Connect when the reactor comes to it, if somebody listens."""
        connector = _Connector()
        factory.doStart()
        factory.startedConnecting(connector)
        self.callLater(0, self._connect, address, factory, connector)
        return connector

    def _connect(self, address: bytes | str, factory: ClientFactory[Any], connector: _Connector) -> None:
        if connector.stopped:
            return
        if not self.listening:
            factory.clientConnectionFailed(connector, Failure(ConnectionRefusedError(111)))
            return
        protocol = factory.buildProtocol(UNIXAddress(str(address)))
        assert protocol is not None
        link = SocksLink(protocol)
        self.links.append(link)
        protocol.makeConnection(link)

    def listenUNIX(self, *_: object, **__: object) -> Any:  # noqa: ANN401 - it returns nothing
        """Not used here."""
        raise NotImplementedError
