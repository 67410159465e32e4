"""
The site on real sockets: clients that are slow on purpose (``slowhttptest``), that send too much, that take nothing.

The deadlines are a tenth of the program's, so that a test takes seconds. What counts is that all connections are
closed, whatever their clients do, and that others are answered meanwhile.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint, UNIXClientEndpoint, UNIXServerEndpoint
from twisted.internet.interfaces import IListeningPort, IReactorTime, IStreamClientEndpoint, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.utils import getProcessOutput
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from onionstream.web.areas import Areas, Router
from onionstream.web.http import BoundedSite
from onionstream.web.limits import Limits
from onionstream.web.request import BoundedRequest
from tests.real.waiting import until
from tests.web.wire import Trial, get, post

LIMITS = Limits(request_seconds=2, idle_seconds=3, drain_seconds=2, abort_seconds=1)
CLIENTS = 200
READERS = 20
ATTACK_SECONDS = 12
HUGE = bytes(6 * 1024 * 1024)


class Huge:
    """More than the kernel takes."""

    router = Router()

    def __init__(self) -> None:
        """Nobody has asked."""
        self.requests: list[BoundedRequest] = []

    @router.route("/huge", methods=["GET"])
    def huge(self, request: BoundedRequest) -> bytes:
        """All at once."""
        return HUGE

    @router.route("/stream", methods=["GET"])
    async def stream(self, request: BoundedRequest) -> None:
        """All at once, and then nothing more, without an end."""
        self.requests.append(request)
        request.small_send_buffer(64 * 1024)
        request.close_delimited()
        request.write(HUGE)
        await Deferred()


class Client(Protocol):
    """Sends something and collects what comes, until the other side closes."""

    def __init__(self, sent: bytes, reads: bool) -> None:
        """
        :param sent: when the connection is made.
        :param reads: whether it ever does.
        """
        self.sent = sent
        self.reads = reads
        self.received = b""
        self.closed: Deferred[bytes] = Deferred()

    def connectionMade(self) -> None:
        """Speak, and perhaps listen."""
        transport = cast("ITCPTransport", self.transport)
        if not self.reads:
            transport.pauseProducing()  # type: ignore[attr-defined]
        transport.write(self.sent)

    def dataReceived(self, data: bytes) -> None:
        """Listen."""
        self.received += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Say what was heard."""
        self.closed.callback(self.received)


class RealSiteTest(TestCase):
    """A site that listens on loopback and on a UNIX socket."""

    timeout = 600

    def setUp(self) -> Deferred[None]:  # type: ignore[override] # trial waits for it
        """Listen."""
        return Deferred.fromCoroutine(self.listen())

    async def listen(self) -> None:
        """On both sockets."""
        from twisted.internet import reactor

        self.clock = cast("IReactorTime", reactor)
        self.huge = Huge()
        self.site = BoundedSite(Areas(Trial(), self.huge), LIMITS, self.clock)
        port: IListeningPort = await TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1").listen(self.site)
        self.number: int = port.getHost().port  # type: ignore[attr-defined]
        self.tcp = TCP4ClientEndpoint(reactor, "127.0.0.1", self.number)
        folder = Path(tempfile.mkdtemp(prefix="o-"))  # a socket's path may not be as long as those of trial are
        self.addCleanup(shutil.rmtree, folder)
        path = folder / "s"
        other: IListeningPort = await UNIXServerEndpoint(reactor, str(path), mode=0o600).listen(self.site)
        self.unix = UNIXClientEndpoint(reactor, str(path))
        self.addCleanup(other.stopListening)
        self.addCleanup(port.stopListening)
        self.addCleanup(lambda: Deferred.fromCoroutine(self.site.drain(0)))

    async def connect(self, endpoint: IStreamClientEndpoint, sent: bytes, reads: bool = True) -> Client:
        """A client that has sent something."""
        client = Client(sent, reads)
        await endpoint.connect(Factory.forProtocol(lambda: client))
        return client

    async def attack(self, clients: int, *arguments: str) -> str:
        """
        :param clients: connections at the same time.
        :param arguments: of ``slowhttptest``, besides.
        :return: what it said, after all its connections were there and then were closed, while it was still running and
            another client was answered.
        """
        counts = ["-c", str(clients), "-r", "200", "-l", str(ATTACK_SECONDS)]
        said: Deferred[bytes] = getProcessOutput("/usr/bin/env", ["slowhttptest", *arguments, *counts])
        await until(self.clock, "the attack", lambda: self.site.connections, lambda seen: seen >= clients, every=0.01)
        other = await self.connect(self.tcp, get("/", "Connection: close"))
        self.assertTrue((await other.closed).endswith(b"hello"))
        await until(self.clock, "its end", lambda: self.site.connections, lambda seen: seen == 0)
        return (await said).decode("latin-1")

    async def test_R25_slow_heads(self) -> None:
        """A header more every second."""
        said = await self.attack(CLIENTS, "-H", "-i", "1", "-u", f"http://127.0.0.1:{self.number}/")
        self.assertIn("No open connections left", said)

    async def test_R25_slow_bodies(self) -> None:
        """A few bytes of a form more every second."""
        said = await self.attack(CLIENTS, "-B", "-i", "1", "-s", "8192", "-u", f"http://127.0.0.1:{self.number}/say")
        self.assertIn("No open connections left", said)

    async def test_R25_slow_readers(self) -> None:
        """
        Five bytes of a large answer every second, through a small window.

        ``slowhttptest`` does not see that they are closed before it has read what its own kernel holds: the site tells.
        """
        await self.attack(READERS, "-X", "-w", "512", "-y", "1024", "-u", f"http://127.0.0.1:{self.number}/huge")

    async def test_R21_one_who_takes_nothing_is_cut(self) -> None:
        """After the time to drain, on either kind of socket."""
        for endpoint in (self.tcp, self.unix):
            client = await self.connect(endpoint, get("/huge"), reads=False)
            await until(self.clock, "the request", lambda: self.site.connections)
            await until(self.clock, "its end", lambda: self.site.connections, lambda seen: seen == 0)
            cast("ITCPTransport", client.transport).abortConnection()
            await client.closed

    async def test_D40_unsent_bytes_are_counted(self) -> None:
        """On either kind of socket the kernel takes a little, and the rest is known."""
        for endpoint in (self.tcp, self.unix):
            client = await self.connect(endpoint, get("/stream"), reads=False)
            await until(self.clock, "the request", lambda: self.huge.requests)
            request = self.huge.requests.pop()
            unsent = await until(self.clock, "some to be sent", request.unsent, lambda seen: 0 < seen < len(HUGE))
            self.assertGreater(unsent, len(HUGE) // 2)
            request.abort()
            cast("ITCPTransport", client.transport).abortConnection()
            await client.closed

    async def test_D30_one_who_sends_too_much_can_read_why(self) -> None:
        """The connection is closed with bytes of his still unread, and our page arrives all the same."""
        for endpoint in (self.tcp, self.unix):
            client = await self.connect(endpoint, post("/say", HUGE))
            received = await client.closed
            self.assertTrue(received.startswith(b"HTTP/1.1 413 "))
            self.assertTrue(received.endswith(b"</html>"))
