"""
The UNIX socket that tor uses: who comes over which circuit, and how much is given to it (D-34, D-84).

There every connection begins with tor's line (``onion.proxyline``), and one that does not is cut: no answer, no line in
the log. On the loopback port nobody has a circuit or a budget, and such a line is a bad request like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from twisted.internet.interfaces import IAddress, IDelayedCall, ITCPTransport
from twisted.internet.protocol import Protocol, ServerFactory, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.logs import told
from onionstream.onion.budgets import Budgets, Refusal, Share, Visit
from onionstream.onion.errors import NoProxyLineError
from onionstream.onion.proxyline import Introduction, ProxyLine
from onionstream.web.errors import TooManyOpen, TooManyRequests
from onionstream.web.http import BoundedChannel, BoundedSite


class Visitor:
    """What one connection has of its circuit's budget, as its requests see it."""

    def __init__(self, visit: Visit, circuits: CircuitSite) -> None:
        """Made by ``CircuitSite.visitor``."""
        self._visit = visit
        self._circuits = circuits

    @property
    def circuit(self) -> int:
        """The circuit's number; ``proxyline.UNKNOWN`` if tor does not know it. It is never shown or logged."""
        return self._visit.circuit

    def request(self, cost: float = 1.0) -> None:
        """
        :param cost: how much of a request it is.
        :raises TooManyRequests: the circuit asks too fast.
        """
        if refusal := self._noted(self._visit.request(self._circuits.seconds(), cost)):
            raise TooManyRequests(retry_after=refusal.seconds)

    def take(self, share: Share) -> None:
        """:raises TooManyOpen: the circuit has as many of these already as it may have."""
        if refusal := self._noted(self._visit.take(share, self._circuits.seconds())):
            raise TooManyOpen(retry_after=refusal.seconds)

    def give_back(self, share: Share) -> None:
        """It is not needed any more; nothing happens if it is not held."""
        self._visit.give_back(share)

    def leave(self) -> None:
        """The connection is closed, and all that it holds is given back."""
        self._noted(self._visit.leave(self._circuits.seconds()))

    def _noted(self, refusal: Refusal | None) -> Refusal | None:
        """:return: the same; a flood is told."""
        if refusal is not None:
            self._circuits.refused += 1
            if refusal.flood:
                self._circuits.flood(self.circuit)
        return refusal


class CircuitChannel(Protocol):
    """One connection of tor's: its line first, and then HTTP."""

    def __init__(self, circuits: CircuitSite) -> None:
        """:param circuits: whose connection it is."""
        self._circuits = circuits
        self._line = ProxyLine()
        self._http: BoundedChannel | None = None
        self._timer: IDelayedCall | None = None

    def end(self) -> None:
        """Close, since nothing was asked for yet."""
        self.forceAbortClient()

    def forceAbortClient(self) -> None:
        """Close at once."""
        cast("ITCPTransport", self.transport).abortConnection()  # a UNIX transport has it too

    # What follows is called by Twisted.

    def connectionMade(self) -> None:
        """Start the clock."""
        site = self._circuits.site
        site.opened(self)
        self._timer = site.reactor.callLater(site.limits.proxy_seconds, self._cut)

    def dataReceived(self, data: bytes) -> None:
        """:param data: in pieces as they come."""
        if self._http is not None:
            self._http.dataReceived(data)
            return
        try:
            introduction = self._line.feed(data)
        except NoProxyLineError:
            self._cut()
        else:
            if introduction is not None:
                self._let_in(introduction)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """:param reason: why; nobody is told."""
        self._stop_the_clock()
        if self._http is not None:
            self._http.connectionLost(reason)
        else:
            self._circuits.site.closed(self)

    def _let_in(self, introduction: Introduction) -> None:
        """From now on HTTP is spoken, if the circuit may have another connection."""
        self._stop_the_clock()
        visitor = self._circuits.visitor(introduction.circuit)
        if visitor is None:
            self._cut()
            return
        self._http = BoundedChannel(self._circuits.site, visitor)
        self._http.makeConnection(self.transport)
        self._circuits.site.closed(self)  # its place is the other's now
        if introduction.rest:
            self._http.dataReceived(introduction.rest)

    def _cut(self) -> None:
        """This is no connection for us."""
        self._circuits.cut += 1
        self.forceAbortClient()

    def _stop_the_clock(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()


class CircuitSite(ServerFactory):
    """
    The site, for the UNIX socket that tor uses.

    :ivar site: the same that others have.
    :ivar cut: connections that were cut before a request, since the start, and...
    :ivar refused: ... requests that were too many for their circuit.
    """

    noisy = False
    _log = Logger()

    def __init__(self, site: BoundedSite, budgets: Budgets, flooded: Callable[[int], object] = lambda _: None) -> None:
        """
        :param site: what is served, and its bounds.
        :param budgets: what each circuit may have.
        :param flooded: called with the number of a circuit that goes on asking for too much, once a minute.
        """
        self.site = site
        self.cut = self.refused = 0
        self._budgets = budgets
        self._flooded = flooded

    def buildProtocol(self, addr: IAddress | None) -> CircuitChannel | None:  # noqa: ARG002 - Twisted hands it over
        """
        :param addr: of the other end; not looked at.
        :return: a new connection; ``None``, whereupon Twisted closes it, when there are too many.
        """
        if self.site.full:
            self.cut += 1
            return None
        return CircuitChannel(self)

    @property
    def circuits(self) -> int:
        """How many circuits have a connection now."""
        return self._budgets.busy

    def forget(self) -> None:
        """Forget the circuits that were not here for a while (D-50); to be called now and then."""
        self._budgets.forget(self.seconds())

    # What follows is called by the connections.

    def visitor(self, circuit: int) -> Visitor | None:
        """
        A connection has come over a circuit.

        :return: what it has of the budget; ``None``: the circuit has too many connections.
        """
        visit = self._budgets.enter(circuit, self.seconds())
        if isinstance(visit, Visit):
            return Visitor(visit, self)
        if visit.flood:
            self.flood(circuit)
        return None

    def flood(self, circuit: int) -> None:
        """Tell that a circuit goes on asking for too much."""
        try:
            self._flooded(circuit)
        except Exception:  # noqa: BLE001 - whoever is told, it must not hurt the others on this circuit
            self._log.error("{told}", told=told(Failure()))

    def seconds(self) -> float:
        """What the clock says."""
        return self.site.reactor.seconds()
