"""A site without a network: raw bytes in, raw bytes out, a clock that is turned by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent, globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import IResource

from onionstream.web.areas import Areas, Router
from onionstream.web.circuits import CircuitSite
from onionstream.web.http import BoundedChannel, BoundedSite
from onionstream.web.limits import Limits
from onionstream.web.nearby import NearSite
from onionstream.web.request import BoundedRequest

BUFFER = 64 * 1024


class Transport(StringTransport):
    """
    A connection whose client can stop reading.

    Like a real one it tells its producer to pause when 64 KiB are unsent, or what ``bufferSize`` says, and closes only
    when all is sent.

    :ivar reading: the client takes what is written.
    :ivar aborted: the connection was cut.
    :ivar bufferSize: bytes; see ``twisted.internet.abstract.FileDescriptor``.
    :ivar offset: how much of ``dataBuffer`` is sent; see there.
    """

    bufferSize = BUFFER
    offset = 0
    _tempDataLen = 0

    def __init__(self) -> None:
        super().__init__(lenient=True)  # as a real one: to resume it when it is closed does nothing
        self.reading = True
        self.aborted = False
        self.unsent = b""
        self._paused = False

    def write(self, data: bytes) -> None:
        """Send, or keep."""
        if self.aborted:
            return
        if self.reading:
            super().write(data)
            return
        self.unsent += data
        if len(self.unsent) > self.bufferSize and not self._paused and self.producer is not None:
            self._paused = True
            self.producer.pauseProducing()

    def writeSequence(self, data: list[bytes]) -> None:
        """Send all of them, or keep them."""
        self.write(b"".join(data))

    def abortConnection(self) -> None:
        """Lose what is unsent."""
        self.aborted = True
        self.unsent = b""
        super().abortConnection()

    def read(self) -> None:
        """The client takes all there is, from now on."""
        self.reading = True
        unsent, self.unsent = self.unsent, b""
        self.write(unsent)
        if self._paused and isinstance(producer := self.producer, object) and producer is not None:
            self._paused = False
            IPushProducer(producer).resumeProducing()

    @property
    def dataBuffer(self) -> bytes:
        """What is unsent, by the name it has in a real one."""
        return self.unsent

    @property
    def over(self) -> bool:
        """Whether a real connection would be closed by now."""
        return self.disconnecting and not self.unsent


@dataclass(frozen=True)
class Answer:
    """
    One answer, taken apart.

    :ivar headers: in the order they came.
    """

    version: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __getitem__(self, name: str) -> str:
        """The value of the only header of this name."""
        (value,) = self.all(name)
        return value

    def all(self, name: str) -> list[str]:
        """All values of the headers of this name, in any case."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def parse(raw: bytes, head: bool = False) -> tuple[Answer, bytes]:
    """
    :param raw: one complete answer and what follows it.
    :param head: it answers a HEAD request.
    :return: the answer and the rest.
    """
    start, _, rest = raw.partition(b"\r\n\r\n")
    first, *lines = start.decode("latin-1").split("\r\n")
    version, status, *_ = first.split(" ")
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    answer = Answer(version, int(status), headers, b"")
    if head or status in ("204", "304"):
        return answer, rest
    if answer.all("Transfer-Encoding"):
        body, rest = _unchunk(rest)
    else:
        length = int(answer.all("Content-Length")[0]) if answer.all("Content-Length") else len(rest)
        assert len(rest) >= length, "the answer is not complete"
        body, rest = rest[:length], rest[length:]
    return Answer(version, int(status), headers, body), rest


def _unchunk(raw: bytes) -> tuple[bytes, bytes]:
    """
    :param raw: chunks up to and including the empty one, and more.
    :return: the body and the rest.
    """
    body = b""
    while True:
        size, _, raw = raw.partition(b"\r\n")
        length = int(size, 16)
        body, raw = body + raw[:length], raw[length + 2 :]
        if length == 0:
            return body, raw


class Client:
    """One connection to a site."""

    def __init__(self, site: BoundedSite | CircuitSite | NearSite) -> None:
        """
        :param site: may refuse, see ``refused``.
        """
        self.transport = Transport()
        self._protocol = site.buildProtocol(None)
        self.channel = self._protocol if isinstance(self._protocol, BoundedChannel) else None
        self.refused = self._protocol is None
        self._lost = self.refused
        if self._protocol is not None:
            self._protocol.makeConnection(self.transport)

    @property
    def received(self) -> bytes:
        """Everything the site has sent."""
        return bytes(self.transport.value())

    @property
    def closed(self) -> bool:
        """Whether the connection is gone."""
        self.settle()
        return self._lost

    def send(self, *pieces: bytes) -> Client:
        """
        :param pieces: each arrives by itself; none after the connection is closed.
        :return: itself.
        """
        for piece in pieces:
            if not self.closed and not self.transport.disconnecting and self._protocol is not None:
                self._protocol.dataReceived(piece)
        self.settle()
        return self

    def answer(self, head: bool = False) -> Answer:
        """
        :param head: to a HEAD request.
        :return: the first answer that was received.
        """
        return parse(self.received, head)[0]

    def answers(self) -> list[Answer]:
        """
        :return: all that were received.
        """
        rest, found = self.received, []
        while rest:
            answer, rest = parse(rest)
            found.append(answer)
        return found

    def leave(self) -> None:
        """The client closes the connection."""
        self._lose(Failure(ConnectionDone()))

    def settle(self) -> None:
        """Close the connection as the reactor would do by now."""
        if self.transport.over:
            self._lose(Failure(ConnectionAborted() if self.transport.aborted else ConnectionDone()))

    def _lose(self, reason: Failure) -> None:
        """
        :param reason: told to the channel, once.
        """
        if not self._lost and self._protocol is not None:
            self._lost = True
            self._protocol.connectionLost(reason)


def get(path: str = "/", *headers: str, method: str = "GET") -> bytes:
    """
    :param path: as it goes over the wire.
    :param headers: besides Host.
    :param method: any.
    :return: a good request.
    """
    return "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "")).encode(
        "latin-1"
    )


def post(path: str, body: bytes, *headers: str, kind: str = "application/x-www-form-urlencoded") -> bytes:
    """
    :param path: as it goes over the wire.
    :param body: sent whole, with its length.
    :param headers: besides those a form needs.
    :param kind: the content type.
    :return: a request.
    """
    return get(path, f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, method="POST") + body


@dataclass
class Trial:
    """An area with a route of each kind a test needs."""

    router = Router()
    requests: list[BoundedRequest] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    waiting: list[Deferred[str]] = field(default_factory=list)

    @router.route("/", methods=["GET"])
    def index(self, request: BoundedRequest) -> str:
        """A short page."""
        return "hello"

    @router.route("/large", methods=["GET"])
    def large(self, request: BoundedRequest) -> bytes:
        """More than a transport takes at once."""
        return bytes(2 * BUFFER)

    @router.route("/later", methods=["GET"])
    def later(self, request: BoundedRequest) -> Deferred[str]:
        """A page that is there when the test says so."""
        self.requests.append(request)
        self.waiting.append(Deferred())
        return self.waiting[-1]

    @router.route("/endless", methods=["GET"])
    async def endless(self, request: BoundedRequest) -> str:
        """An answer that has begun and goes on until the test says so."""
        request.close_delimited()
        request.write(b"begun ")
        return await self.later(request)

    @router.route("/say", methods=["POST"])
    def say(self, request: BoundedRequest) -> str:
        """Take a form."""
        self.forms.append(request.form("text", "name"))
        return "said"

    @router.route("/ask", methods=["GET"])
    def ask(self, request: BoundedRequest) -> str:
        """Take a query."""
        self.forms.append(request.query("text", "name"))
        return "asked"


class WireCase(SynchronousTestCase):
    """A site with ``Trial`` on it; no test may leave an error in the log."""

    limits = Limits()

    def setUp(self) -> None:
        """Build the site."""
        self.clock = Clock()
        self.trial = Trial()
        self.site = BoundedSite(self.root(), self.limits, self.clock)
        self.events: list[LogEvent] = []
        observer = cast("ILogObserver", self.events.append)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    def root(self) -> IResource:
        """What the site serves."""
        return Areas(self.trial)

    def connect(self) -> Client:
        """A new client."""
        return Client(self.site)

    def ask(self, *pieces: bytes, head: bool = False) -> Answer:
        """The answer to one request on a connection of its own."""
        return self.connect().send(*pieces).answer(head)

    def logged(self) -> list[str]:
        """What was logged since the test began."""
        return [formatEvent(event) for event in self.events]

    def errors(self) -> list[str]:
        """What was logged as an error since the test began."""
        serious = (LogLevel.error, LogLevel.critical)
        return [
            formatEvent(event) for event in self.events if event.get("isError") or event.get("log_level") in serious
        ]
