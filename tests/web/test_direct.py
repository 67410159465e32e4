"""Pieces of an answer, offered to the kernel at once: real sockets, and a reactor that is turned by hand."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.tcp import Server as TCPServer
from twisted.internet.unix import Server as UNIXServer
from twisted.python.failure import Failure
from twisted.web.resource import IResource

from onionstream.web.areas import Areas, Router
from onionstream.web.direct import DirectWriter
from onionstream.web.request import BoundedRequest
from tests.fakes import Producer
from tests.web.wire import WireCase, get

SMALL = 16 * 1024

PIECE = bytes(range(256)) * 40
"""Less than any buffer."""


class Reactor(Clock):
    """Knows who waits for a socket to be writable, and tells them when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.writers: set[Any] = set()

    def addReader(self, reader: object) -> None:
        """Nobody is told of anything to read."""

    def removeReader(self, reader: object) -> None:
        """See ``addReader``."""

    def addWriter(self, writer: object) -> None:
        """It waits."""
        self.writers.add(writer)

    def removeWriter(self, writer: object) -> None:
        """It waits no more."""
        self.writers.discard(writer)

    def poll(self) -> None:
        """Every socket may be writable now."""
        for writer in tuple(self.writers):
            lost = writer.doWrite()
            if lost is not None:
                writer.connectionLost(Failure(lost))


class Endless:
    """
    An area with one answer that does not end by itself.

    :ivar request: the last one.
    """

    router = Router()

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.request: BoundedRequest | None = None

    @router.route("/", methods=["GET"])
    async def begin(self, request: BoundedRequest) -> None:
        """Its end is the end of the connection."""
        request.close_delimited()
        await self._go_on(request)

    @router.route("/chunks", methods=["GET"])
    async def chunks(self, request: BoundedRequest) -> None:
        """It comes in chunks."""
        await self._go_on(request)

    async def _go_on(self, request: BoundedRequest) -> None:
        self.request = request
        await Deferred[None]()


class DirectCase(WireCase):
    """A client on a real socket, of each kind that the site listens on."""

    def root(self) -> IResource:
        """The area alone."""
        self.area = Endless()
        return Areas(self.area)

    def ask(self, request: bytes = get(), *, unix: bool = False) -> DirectWriter:  # type: ignore[override]
        """:return: what writes the answer."""
        self.reactor = Reactor()
        ours, self.client = _pair(unix=unix)
        self.addCleanup(self.client.close)
        self.addCleanup(ours.close)
        self.client.setblocking(False)
        channel = self.site.buildProtocol(None)
        assert channel is not None
        kind: Any = UNIXServer if unix else TCPServer
        self.transport = kind(ours, channel, ours.getpeername(), None, 1, self.reactor)
        channel.makeConnection(self.transport)
        channel.dataReceived(request)
        return DirectWriter(self.request)

    @property
    def request(self) -> BoundedRequest:
        """The request, as its route has it."""
        assert self.area.request is not None
        return self.area.request

    @property
    def waiting(self) -> bool:
        """Whether the reactor has been asked for a writable socket."""
        return bool(self.reactor.writers)

    def read(self) -> bytes:
        """What the client has got so far."""
        got = []
        try:
            while data := self.client.recv(1 << 20):
                got.append(data)
        except BlockingIOError:
            pass
        return b"".join(got)

    def read_all(self) -> bytes:
        """What the client gets when it goes on reading until nothing waits."""
        got = self.read()
        while self.waiting:
            self.reactor.poll()
            got += self.read()
        return got

    def fill(self, writer: DirectWriter) -> bytes:
        """Write until the kernel takes no more; :return: what was written."""
        written = b""
        while not self.waiting:
            writer.write(PIECE)
            written += PIECE
        return written


def _pair(*, unix: bool) -> tuple[socket.socket, socket.socket]:
    """:return: two ends of a connection."""
    if unix:
        return socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        return listening.accept()[0], client


class OrderTests(DirectCase):
    """Each byte once, and in its place."""

    def test_the_head_goes_first(self) -> None:
        """It waits for the reactor, as every answer does, and what comes until then waits behind it."""
        for unix in (True, False):
            writer = self.ask(unix=unix)
            writer.write(b"one ")
            writer.write(b"two")
            self.assertEqual((self.read(), self.waiting), (b"", True))
            head, _, body = self.read_all().partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.0 200"))
            self.assertEqual(body, b"one two")

    def test_then_each_piece_goes_at_once(self) -> None:
        """The reactor is not asked, and nothing waits in this process."""
        for unix in (True, False):
            writer = self.ask(unix=unix)
            writer.write(b"begun")
            self.read_all()
            for piece in (b"one", PIECE, b"two"):
                writer.write(piece)
                self.assertEqual((self.read(), self.waiting, self.request.unsent()), (piece, False, 0))

    def test_what_the_kernel_does_not_take_waits(self) -> None:
        """And all that comes meanwhile behind it; when the client has read it, pieces go at once again."""
        for unix in (True, False):
            writer = self.ask(unix=unix)
            self.request.small_send_buffer(SMALL)
            writer.write(b"begun")
            self.read_all()
            written = self.fill(writer)
            for piece in (b"while it is full", PIECE, b"the last"):
                writer.write(piece)
                written += piece
            self.assertGreater(self.request.unsent(), len(PIECE))
            self.assertEqual(self.read_all(), written)
            writer.write(b"again")
            self.assertEqual((self.read(), self.waiting), (b"again", False))

    def test_one_piece_larger_than_the_kernel_takes(self) -> None:
        """A part of it is sent at once, and the rest is not sent twice."""
        writer = self.ask()
        self.request.small_send_buffer(SMALL)
        writer.write(b"begun")
        self.read_all()
        large = PIECE * 100
        writer.write(large)
        self.assertTrue(0 < self.request.unsent() < len(large))
        self.assertEqual(self.read_all(), large)

    def test_when_it_takes_nothing_all_waits(self) -> None:
        """A kernel that is full says so (EAGAIN), and nothing is lost."""
        writer = self.ask(unix=True)
        writer.write(b"begun")
        self.read_all()
        full = 0
        try:
            while True:
                full += self.transport.socket.send(PIECE)
        except BlockingIOError:
            writer.write(b"one more")
        self.assertEqual(self.request.unsent(), len(b"one more"))
        self.assertEqual(self.read_all()[full:], b"one more")


class BoundsTests(DirectCase):
    """Whoever does not read, and whoever goes."""

    def test_D40_a_producer_is_paused_as_ever(self) -> None:
        """When as much waits in this process as ``small_send_buffer`` says; and resumed when nothing does."""
        writer, producer = self.ask(), Producer()
        self.request.small_send_buffer(SMALL)
        self.request.registerProducer(producer, True)
        writer.write(b"begun")
        self.read_all()
        while not producer.told:
            self.assertLessEqual(self.request.unsent(), SMALL)
            writer.write(PIECE)
        self.assertEqual(producer.told, ["pause"])
        self.assertTrue(SMALL < self.request.unsent() <= SMALL + len(PIECE))
        self.read_all()
        self.assertEqual(producer.told, ["pause", "resume"])

    def test_R21_what_a_client_that_never_reads_holds(self) -> None:
        """The kernel's share and ours are bounded, whatever else the client does."""
        writer, producer = self.ask(), Producer()
        self.request.small_send_buffer(SMALL)
        self.request.registerProducer(producer, True)
        written = 0
        while "pause" not in producer.told:
            writer.write(PIECE)
            self.reactor.poll()
            written += len(PIECE)
        self.assertLessEqual(self.request.unsent(), SMALL + len(PIECE))
        self.assertEqual(producer.told[-1], "pause")

    def test_a_lost_connection_is_found_out_by_twisted(self) -> None:
        """Writing to it raises nothing; the producer hears of it, once."""
        for unix in (True, False):
            writer, producer = self.ask(unix=unix), Producer()
            self.request.registerProducer(producer, True)
            writer.write(b"begun")
            self.read_all()
            self.client.close()
            for _ in range(3):
                writer.write(PIECE)
                self.reactor.poll()
                writer.write(PIECE)
            self.assertEqual((producer.told, self.errors()), (["stop"], []))

    def test_one_that_is_lost_before_the_first_piece(self) -> None:
        """That is no error either."""
        writer = self.ask()
        self.client.close()
        self.transport.connectionLost(Failure(ConnectionDone()))
        writer.write(PIECE)
        writer.write(PIECE)
        self.assertEqual((self.waiting, self.errors()), (False, []))

    def test_after_it_is_cut_nothing_is_kept(self) -> None:
        """What is written until the reactor has closed it, and later, is nobody's."""
        writer = self.ask()
        writer.write(b"begun")
        self.read_all()
        self.request.abort()
        writer.write(PIECE)
        self.reactor.advance(0)
        writer.write(PIECE)
        self.assertEqual((self.waiting, self.request.unsent(), self.errors()), (False, 0, []))


class OtherAnswersTests(DirectCase):
    """Where pieces cannot go to the socket as they are, they go as ever."""

    def test_D43_HEAD_has_no_body(self) -> None:
        """The head and nothing else, however much is written."""
        writer = self.ask(get(method="HEAD"))
        for _ in range(3):
            writer.write(PIECE)
            self.assertTrue(self.read_all().partition(b"\r\n\r\n")[2] == b"")

    def test_chunks_stay_chunks(self) -> None:
        """An answer of HTTP/1.1 without a length."""
        writer = self.ask(get("/chunks"))
        for _ in range(3):
            writer.write(b"piece")
        self.assertTrue(self.read_all().endswith(b"\r\n\r\n" + b"5\r\npiece\r\n" * 3))
        writer.write(b"piece")
        self.assertEqual(self.read_all(), b"5\r\npiece\r\n")

    def test_a_transport_that_is_no_socket(self) -> None:
        """As in other tests: all is written to it."""
        client = self.connect().send(get())
        writer = DirectWriter(self.request)
        for piece in (b"one ", b"two ", b"three"):
            writer.write(piece)
        self.assertTrue(client.received.endswith(b"\r\n\r\none two three"))
