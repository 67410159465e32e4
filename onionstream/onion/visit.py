"""
One visit to a site through a SOCKS port on a UNIX socket: a connection, one request, and a look at how fast it comes.

Nothing that comes is kept, and every step has its bound in time: a site that says nothing, or too much, or garbage, is
a `VisitError`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.error import ConnectError, ConnectingCancelledError
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime, IReactorUNIX, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from onionstream.onion.answer import Answer
from onionstream.onion.errors import StatusError, VisitError
from onionstream.onion.meter import Meter
from onionstream.onion.socks import Handshake

ANSWER_PATIENCE = 30.0
"""Seconds from the request to the first byte of the answer's body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What to fetch, and how much of it.

    :ivar host: the onion address.
    :ivar path: with the query.
    :ivar identity: who asks the SOCKS port; another one has another circuit.
    :ivar patience: seconds until there must be a connection.
    :ivar seconds: read no longer than this, from the first byte of the body; 0: that byte is enough.
    :ivar settle: seconds at the beginning that do not count for the rate.
    :ivar most: bytes; read no more than about this.
    :ivar good: statuses that an answer may have.
    """

    host: str
    path: str
    identity: str
    patience: float
    seconds: float = 0.0
    settle: float = 0.0
    most: int = 1 << 20
    good: tuple[int, ...] = (200,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """
    What came of a visit.

    :ivar way: seconds until there was a connection.
    :ivar answer: seconds from the request to the first byte of the body.
    :ivar size: bytes of the body that were read.
    :ivar rate: kbit/s; ``None``: too little was read to tell.
    """

    way: float
    answer: float
    size: int
    rate: float | None


async def visit(reactor: IReactorUNIX, socket: Path, wish: Wish) -> Visited:
    """
    :param reactor: also gives ``IReactorTime``.
    :param socket: of a SOCKS port.
    :raises SocksError: there is no way to the site.
    :raises StatusError: the site answers with an error.
    :raises VisitError: the way is there, but no answer that can be used.
    """
    factory = _Factory(wish, IReactorTime(reactor))
    try:
        visitor = cast("Visitor", await UNIXClientEndpoint(reactor, str(socket)).connect(factory))
    except ConnectingCancelledError as problem:  # which is no CancelledError
        raise CancelledError from problem
    except ConnectError as problem:
        words = os.strerror(problem.osError) if problem.osError else "nobody answers"
        raise VisitError(f"tor's SOCKS port cannot be reached ({words})") from problem
    return await visitor.done


class Visitor(Protocol):
    """
    One connection.

    :ivar done: fires with `Visited`, or a `VisitError`. Cancelling ends the connection.
    """

    def __init__(self, wish: Wish, clock: IReactorTime) -> None:
        """:param wish: what to fetch."""
        self.done: Deferred[Visited] = Deferred(lambda _: self._leave())
        self._wish = wish
        self._clock = clock
        self._handshake = Handshake(wish.host, 80, wish.identity)
        self._answer = Answer()
        self._meter: Meter | None = None
        self._timer: IDelayedCall | None = None
        self._over = False
        self._way = self._first = 0.0

    def connectionMade(self) -> None:
        """Ask for a way."""
        self._begun = self._clock.seconds()
        self._fail_after(self._wish.patience, "it took too long to get a connection")
        self._write(self._handshake.greeting)

    def dataReceived(self, data: bytes) -> None:
        """Something has come, from the SOCKS port or, through it, from the site."""
        if self._over:
            return
        try:
            self._hear(data)
        except VisitError as problem:
            self._fail(problem)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002 - it says nothing of the way
        """The other end has ended it, which is all right after the first byte of the body."""
        if self._over:
            return
        if self._meter is not None:
            self._finish()
        elif self._handshake.open:
            self._fail(VisitError("the connection ended before an answer came"))
        else:
            self._fail(VisitError("tor has ended the connection"))

    def _hear(self, data: bytes) -> None:
        """:raises VisitError: it is not what it should be."""
        if not self._handshake.open:
            self._write(self._handshake.feed(data))
            if not self._handshake.open:
                return
            self._ask()
            data = self._handshake.rest
        size = self._answer.feed(data)
        if self._answer.status not in {0, *self._wish.good}:
            raise StatusError(self._answer.status)
        if size:
            self._count(size)

    def _ask(self) -> None:
        """The way is open."""
        now = self._clock.seconds()
        self._way, self._begun = now - self._begun, now
        self._fail_after(ANSWER_PATIENCE, "no answer came")
        wish = self._wish
        self._write(f"GET {wish.path} HTTP/1.1\r\nHost: {wish.host}\r\nConnection: close\r\n\r\n".encode("ascii"))

    def _count(self, size: int) -> None:
        """So much of the body has come."""
        now = self._clock.seconds()
        if self._meter is None:
            self._first = now - self._begun
            self._meter = Meter(now, self._wish.settle)
            self._after(self._wish.seconds, self._finish)
        self._meter.count(size, now)
        if self._meter.total >= self._wish.most or not self._wish.seconds:
            self._finish()

    def _finish(self) -> None:
        """It is enough."""
        if self._meter is not None:
            self._leave()
            rate = self._meter.rate(self._clock.seconds())
            self.done.callback(Visited(way=self._way, answer=self._first, size=self._meter.total, rate=rate))

    def _fail(self, problem: VisitError) -> None:
        """It came to nothing."""
        self._leave()
        self.done.errback(problem)

    def _leave(self) -> None:
        """End the connection, and wait for nothing any more."""
        self._over = True
        self._cancel()
        cast("ITCPTransport", self.transport).abortConnection()  # a UNIX transport has it too

    def _fail_after(self, seconds: float, words: str) -> None:
        self._after(seconds, lambda: self._fail(VisitError(words)))

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        """One thing is waited for at a time."""
        self._cancel()
        self._timer = self._clock.callLater(seconds, then)

    def _cancel(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _write(self, data: bytes) -> None:
        cast("ITCPTransport", self.transport).write(data)


class _Factory(Factory[Visitor]):
    """Makes the one visitor."""

    noisy = False

    def __init__(self, wish: Wish, clock: IReactorTime) -> None:
        """:param wish: his."""
        self._wish = wish
        self._clock = clock

    def buildProtocol(self, addr: IAddress | None) -> Visitor:  # noqa: ARG002 - there is one address
        """:return: him."""
        return Visitor(self._wish, self._clock)
