"""
HTTP with bounds: no client can make the server hold more, or wait longer, than ``Limits`` says.

Twisted's channel parses. This one adds what it lacks: absolute deadlines, a cap on bodies and on connections, one
request at a time. It leaves out what Twisted has too much of: an access log and log lines that name a peer.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime, ITCPTransport
from twisted.internet.protocol import ServerFactory, connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.http import Request as TwistedRequest
from twisted.web.http_headers import Headers
from twisted.web.resource import IResource

from onionstream.web import errors
from onionstream.web.headers import WITHHELD
from onionstream.web.limits import Limits
from onionstream.web.request import BoundedRequest

if TYPE_CHECKING:
    from onionstream.web.circuits import Visitor

_CONTROLS = bytes(range(32)) + b"\x7f"


class Phase(Enum):
    """What a connection is doing; every phase but one has a deadline."""

    IDLE = auto()
    RECEIVING = auto()
    ANSWERING = auto()
    DRAINING = auto()
    CLOSING = auto()


class BoundedChannel(HTTPChannel):
    """One connection."""

    persistent: bool
    requestFactory: Any = BoundedRequest
    _timer: IDelayedCall | None = None
    _phase = Phase.IDLE

    def __init__(self, site: BoundedSite, visitor: Visitor | None = None) -> None:
        """
        :param site: whose connection it is.
        :param visitor: what it has of its circuit's budget; ``None``: it comes over no circuit.
        """
        super().__init__()
        self.site = site
        self.visitor = visitor
        self.maxHeaders = site.limits.headers
        self.totalHeadersSize = self.MAX_LENGTH = site.limits.header_bytes

    def end(self) -> None:
        """Close when the request that is being received or answered is done; at once if there is none."""
        if self._phase in (Phase.IDLE, Phase.DRAINING):
            self.loseConnection()
        elif not self.line_mode:  # a request whose head is not complete yet is told later, by checkPersistence
            self.persistent = False

    def forceAbortClient(self) -> None:
        """Close at once, whatever is unsent; Twisted's own would log the client's address."""
        cast("ITCPTransport", self.transport).abortConnection()  # a UNIX transport has it too

    # What follows is called by Twisted.

    def connectionMade(self) -> None:
        """Start the clock."""
        self.site.opened(self)
        super().connectionMade()
        self._enter(Phase.IDLE, self.site.limits.idle_seconds)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """
        :param reason: why; nobody is told.
        """
        self._enter(Phase.CLOSING, None)
        super().connectionLost(reason)
        self.site.closed(self)
        if self.visitor is not None:
            self.visitor.leave()

    def dataReceived(self, data: bytes) -> None:
        """
        :param data: in pieces as the client likes.
        """
        if self._phase is Phase.CLOSING:
            return
        if self._phase is Phase.IDLE:
            self._enter(Phase.RECEIVING, self.site.limits.request_seconds)
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        """
        :param line: of the request's head. One that begins with a space would continue the line before (obs-fold,
            RFC 9112 section 5.2), which no browser sends.
        """
        if line.startswith((b" ", b"\t")):
            self._respondToBadRequestAndDisconnect()
            return
        try:
            super().lineReceived(line)
        except errors.WebError:
            self._refuse(Failure())

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002 - Twisted hands it over
        """
        :param line: longer than all lines together may be.
        """
        self._respondToBadRequestAndDisconnect()

    def headerReceived(self, line: bytes) -> bool:
        """
        :param line: one header.
        :return: whether it is one.
        """
        try:
            return bool(super().headerReceived(line))
        except ValueError:  # a Content-Length of more digits than Python turns into a number
            self._respondToBadRequestAndDisconnect()
            return False

    def allHeadersReceived(self) -> None:
        """Check them before the client is told to continue with a body."""
        self.requests[-1].admit(self._command, self._path, self._version, self.length)
        super().allHeadersReceived()

    def rawDataReceived(self, data: bytes) -> None:
        """
        :param data: of a body, or of a request that comes too early.
        """
        try:
            super().rawDataReceived(data)
        except errors.WebError:
            self._refuse(Failure())

    def allContentReceived(self) -> None:
        """The request is here: from now on its answer takes as long as its route wants."""
        self._enter(Phase.ANSWERING, None)
        super().allContentReceived()

    def checkPersistence(self, request: TwistedRequest, version: bytes) -> bool:
        """
        :param request: its headers are here.
        :param version: of HTTP.
        :return: whether another request may follow on this connection.
        """
        if self.site.ending:
            request.setHeader(b"Connection", b"close")
            return False
        return bool(super().checkPersistence(request, version))

    def requestDone(self, request: TwistedRequest) -> None:
        """
        The answer is written, though perhaps not sent.

        A client that has sent more meanwhile gets no answer to that: pipelining, which no browser does, would let one
        packet cost a thousand answers. It may ask again on a new connection (RFC 9112 section 9.3.2). And a client that
        does not take its answer is not listened to.

        :param request: the only one there is.
        """
        early = b"".join([*self._dataBuffer, self.clearLineBuffer()])
        self._dataBuffer = []
        if early.strip(b"\r\n"):
            self.persistent = False
        if self._phase is Phase.ANSWERING and self._waitingForTransport:
            self._networkProducer.pauseProducing()
            self._enter(Phase.DRAINING, self.site.limits.drain_seconds)
        elif self._phase is Phase.ANSWERING:
            self._enter(Phase.IDLE, self.site.limits.idle_seconds)
        super().requestDone(request)

    def resumeProducing(self) -> None:
        """The client has taken all there was."""
        super().resumeProducing()
        if self._phase is Phase.DRAINING:
            self._enter(Phase.IDLE, self.site.limits.idle_seconds)

    def loseConnection(self) -> None:
        """Close once everything written is sent, or the time for that is up."""
        self._close(self.site.limits.drain_seconds)

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        """
        Send them in one order for everybody, without what must not leave and without control characters.

        :param version: of HTTP.
        :param code: the status.
        :param reason: the status in words.
        :param headers: of the answer.
        """
        lines = [b" ".join((version, code, reason))]
        for name, values in sorted(headers.getAllRawHeaders()):
            if name not in WITHHELD:
                lines.extend(name + b": " + value.translate(None, _CONTROLS) for value in values)
        self.writeSequence([b"\r\n".join(lines), b"\r\n\r\n"])

    def _refuse(self, failure: Failure) -> None:
        """
        Answer before the whole request is here, and read no more of it.

        :param failure: why.
        """
        request = self.requests[-1]
        self.persistent = False
        request.setHeader(b"Connection", b"close")
        request.processingFailed(failure)

    def _close(self, seconds: float) -> None:
        """
        :param seconds: after which unsent bytes are given up.
        """
        if self._phase is Phase.CLOSING:
            return
        self.persistent = False
        self._enter(Phase.CLOSING, seconds)
        super().loseConnection()

    def _enter(self, phase: Phase, seconds: float | None) -> None:
        """
        :param phase: what comes now.
        :param seconds: it may take; ``None``: as long as it wants.
        """
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._phase = phase
        self._timer = None if seconds is None else self.site.reactor.callLater(seconds, self._expired)

    def _expired(self) -> None:
        """The phase has taken too long."""
        if self._phase in (Phase.DRAINING, Phase.CLOSING):
            self.forceAbortClient()
        elif self._phase is Phase.RECEIVING and not self.line_mode:  # a body: someone waits for an answer
            self._refuse(Failure(errors.RequestTimeout()))
        else:
            self._close(self.site.limits.abort_seconds)


class Connection(Protocol):
    """One of the site's connections, whatever is spoken on it."""

    def end(self) -> None:
        """Close when what is asked for is done."""

    def forceAbortClient(self) -> None:
        """Close at once."""


class BoundedSite(ServerFactory):
    """
    The site, for any number of TCP and UNIX endpoints. It keeps no log of who asked for what.

    :ivar root: asked for every address.
    :ivar limits: the bounds.
    :ivar reactor: the clock.
    :ivar ending: no further requests are taken.
    """

    noisy = False

    def __init__(self, root: IResource, limits: Limits, reactor: IReactorTime) -> None:
        """
        :param root: asked for every address.
        :param limits: the bounds.
        :param reactor: the clock.
        """
        self.root = root
        self.limits = limits
        self.reactor = reactor
        self.ending = False
        self._open: set[Connection] = set()
        self._waiting: list[Deferred[None]] = []

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    @property
    def full(self) -> bool:
        """Whether no connection more is taken."""
        return self.ending or self.connections >= self.limits.connections

    def buildProtocol(self, addr: IAddress | None) -> BoundedChannel | None:  # noqa: ARG002 - Twisted hands it over
        """
        :param addr: of the client; not looked at.
        :return: a new connection's channel; ``None``, whereupon Twisted closes it, when there are too many.
        """
        return None if self.full else BoundedChannel(self)

    async def drain(self, seconds: float) -> None:
        """
        End all connections: each after the answer it is in, all after some seconds. New ones are refused from now on.

        :param seconds: after which they are cut.
        :return: when none is open.
        """
        self.ending = True
        for channel in tuple(self._open):
            channel.end()
        if self._open:
            timer = self.reactor.callLater(seconds, self._abort)
            await self._all_closed()
            if timer.active():
                timer.cancel()

    def opened(self, connection: Connection) -> None:
        """
        :param connection: has a client now.
        """
        self._open.add(connection)

    def closed(self, connection: Connection) -> None:
        """
        :param connection: has none any more.
        """
        self._open.discard(connection)
        if not self._open:
            waiting, self._waiting = self._waiting, []
            for waiter in waiting:
                waiter.callback(None)

    def _all_closed(self) -> Deferred[None]:
        """
        :return: fires when no connection is open.
        """
        waiter: Deferred[None] = Deferred()
        self._waiting.append(waiter)
        return waiter

    def _abort(self) -> None:
        """Cut every connection."""
        for channel in tuple(self._open):
            channel.forceAbortClient()
