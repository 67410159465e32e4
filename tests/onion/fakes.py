"""An invented tor: its process, and its control socket, on an invented clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.address import UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost, ConnectionRefusedError  # noqa: A004 - Twisted's own
from twisted.internet.interfaces import IAddress, IConnector, IProtocol, IReactorUNIX
from twisted.internet.protocol import ClientFactory
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from onionstream.onion.control import Control, connect
from tests.encoder import fakes

ANSWERS = {
    "PROTOCOLINFO": '250-PROTOCOLINFO 1\n250-AUTH METHODS=NULL\n250-VERSION Tor="0.4.9.11"\n250 OK',
    "AUTHENTICATE": "250 OK",
    "GETINFO signal/names": "250-signal/names=RELOAD SHUTDOWN\n250 OK",
    "GETINFO version": "250-version=0.4.9.11\n250 OK",
    "GETINFO events/names": (
        "250-events/names=CIRC_BW HS_DESC NETWORK_LIVENESS SIGNAL STATUS_CLIENT STATUS_GENERAL\n250 OK"
    ),
    "USEFEATURE": "250 OK",
    "GETINFO process/pid": "250-process/pid=1000\n250 OK",
    "GETCONF": (
        "250-HiddenServiceNonAnonymousMode=0\n250-HiddenServiceSingleHopMode=0\n250-SocksPort=0\n250-ORPort\n"
        "250-DirPort\n250-TransPort\n250-NATDPort\n250-DNSPort\n250-HTTPTunnelPort\n250-ExtORPort\n250-MetricsPort\n"
        '250 ControlPort="unix:/s/tor.sock"'
    ),
    "TAKEOWNERSHIP": "250 OK",
    "SETEVENTS": "250 OK",
    "GETINFO status/bootstrap-phase": (
        '250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="Connecting to a relay"\n250 OK'
    ),
    "RESETCONF": "250 OK",
    "CLOSECIRCUIT": "250 OK",
    "SIGNAL": "250 OK",
}
"""What a good tor answers to commands that begin like this."""


class FakeLink:
    """
    One connection to an invented control socket: the transport on our side, and tor on the other.

    :ivar heard: commands that came.
    :ivar open: whether it is.
    """

    disconnecting = False

    def __init__(self, reactor: FakeReactor) -> None:
        """A connection that has just been made."""
        self.heard: list[str] = []
        self.open = True
        self.protocol: IProtocol | None = None
        self._reactor = reactor
        self._rest = b""

    def write(self, data: bytes) -> None:
        """Commands come; each is answered when the reactor comes to it."""
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        for line in lines:
            command = line.decode()
            self.heard.append(command)
            self._reactor.callLater(0, self._answer, command)

    def says(self, data: str | bytes) -> None:
        """Send something, an event for example. Text has its line ends made tor's."""
        if self.open and self.protocol is not None:
            raw = data if isinstance(data, bytes) else (data + "\n").replace("\n", "\r\n").encode()
            self.protocol.dataReceived(raw)

    def cut(self, reason: type[Exception] = ConnectionDone) -> None:
        """End it."""
        if self.open and self.protocol is not None:
            self.open, self.disconnecting = False, True
            self.protocol.connectionLost(Failure(reason()))

    def loseConnection(self) -> None:
        """Our side ends it."""
        self.disconnecting = True
        self._reactor.callLater(0, self.cut)

    def abortConnection(self) -> None:
        """Our side ends it at once."""
        self.disconnecting = True
        self._reactor.callLater(0, self.cut, ConnectionLost)

    def _answer(self, command: str) -> None:
        answer = self._reactor.answers[max(filter(command.startswith, self._reactor.answers), key=len)]
        if callable(answer):
            answer(self)
        else:
            self.says(answer)


@implementer(IConnector)
class FakeConnector:
    """Nobody looks at it."""

    def stopConnecting(self) -> None:
        """Not used here."""

    def disconnect(self) -> None:
        """Not used here."""

    def connect(self) -> None:
        """Not used here."""

    def getDestination(self) -> IAddress:
        """Not used here."""
        raise NotImplementedError


@implementer(IReactorUNIX)
class FakeReactor(fakes.FakeReactor):
    """
    One with an invented control socket.

    :ivar answers: what tor answers, by the beginning of a command: text, or what is called with the `FakeLink`.
    :ivar links: all connections that were made.
    :ivar listening: whether somebody is behind the socket.
    """

    def __init__(self) -> None:
        """A good tor listens."""
        super().__init__()
        self.answers: dict[str, str | bytes | Callable[[FakeLink], object]] = dict(ANSWERS)
        self.links: list[FakeLink] = []
        self.listening = True

    @property
    def link(self) -> FakeLink:
        """The newest connection."""
        return self.links[-1]

    def connectUNIX(
        self,
        address: bytes | str,
        factory: ClientFactory[Any],
        timeout: float = 30,
        checkPID: bool = False,
    ) -> IConnector:
        """Connect, if somebody listens."""
        connector = FakeConnector()
        factory.doStart()
        factory.startedConnecting(connector)
        if self.listening:
            link = FakeLink(self)
            protocol = factory.buildProtocol(UNIXAddress(str(address)))
            assert protocol is not None
            link.protocol = protocol
            self.links.append(link)
            protocol.makeConnection(link)
        else:
            factory.clientConnectionFailed(connector, Failure(ConnectionRefusedError(111)))
        return connector

    def listenUNIX(self, *_: object, **__: object) -> Any:  # noqa: ANN401 - it returns nothing
        """Not used here."""
        raise NotImplementedError


class ControlTestCase(SynchronousTestCase):
    """Tests with an invented control socket."""

    def setUp(self) -> None:
        """A good tor listens."""
        self.reactor = FakeReactor()

    def connected(self) -> Control:
        """:return: a connection to a good tor."""
        connecting = Deferred.fromCoroutine(connect(self.reactor, Path("/s/tor.sock")))
        self.reactor.advance(0)
        return self.successResultOf(connecting)
