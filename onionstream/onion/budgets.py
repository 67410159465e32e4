"""
How much each circuit may ask for (D-34).

A circuit is not a person: whoever wants a new one gets it. So its number decides how much is given at once and nothing
else, and it is forgotten soon. It is kept as it is, not hashed, since tor has to be told which circuit to close; this
memory is the only place where it stands (D-84).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil

from onionstream.onion.proxyline import UNKNOWN

CIRCUITS = 4096
"""Circuits that are remembered at the most (D-50)."""

REMEMBERED = 600.0
"""Seconds for which a circuit is remembered after its last connection has closed (D-50)."""

FLOOD = 100
"""So many refusals in a minute, and the next one tells of a flood. A browser gives up long before."""

BUSY = 10
"""Seconds after which a response that goes on may have ended: nobody knows, and it costs little to ask again."""

_MINUTE = 60.0


class Share(Enum):
    """What of a budget is held for some time and given back."""

    SOCKET = "sockets"
    VIDEO = "videos"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """
    What one circuit may have.

    :ivar burst: requests at once.
    :ivar rate: requests a second in the long run.
    :ivar videos: open at the same time.
    :ivar long: other responses that go on, open at the same time.
    :ivar sockets: open at the same time.
    """

    burst: int = 30
    rate: float = 5.0
    videos: int = 3
    long: int = 4
    sockets: int = 24

    def most(self, share: Share) -> int:
        """:return: how many of a kind may be open."""
        return {Share.SOCKET: self.sockets, Share.VIDEO: self.videos, Share.LONG: self.long}[share]


SHARED = Budget(burst=600, rate=100.0, videos=60, long=80, sockets=480)
"""What all circuits have together that find no room in the table: as much as twenty."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    Something is over budget.

    :ivar seconds: after which another try makes sense.
    :ivar flood: this circuit goes on asking in spite of many refusals; told once in a minute.
    """

    seconds: int
    flood: bool = False


class _Account:
    """What one circuit, or all those without a place, have of a budget."""

    __slots__ = ("_budget", "_filled", "_minute", "_open", "_refusals", "_requests", "_shared", "left")

    def __init__(self, budget: Budget, now: float, *, shared: bool = False) -> None:
        """
        :param now: seconds, as everywhere here.
        :param shared: of many circuits, so that no flood can be told whose it is.
        """
        self._budget = budget
        self._shared = shared
        self._requests = float(budget.burst)
        self._filled = now
        self._open = dict.fromkeys(Share, 0)
        self._refusals = 0
        self._minute = now
        self.left = now

    @property
    def idle(self) -> bool:
        """Whether nothing is open."""
        return not any(self._open.values())

    def request(self, now: float, cost: float) -> Refusal | None:
        """Spend a request, or a part of one."""
        grown = self._requests + (now - self._filled) * self._budget.rate
        self._requests, self._filled = min(grown, self._budget.burst), now
        if self._requests < cost:
            return self._refuse(ceil((cost - self._requests) / self._budget.rate), now)
        self._requests -= cost
        return None

    def take(self, share: Share, now: float) -> Refusal | None:
        """Hold one more of a kind."""
        if self._open[share] >= self._budget.most(share):
            return self._refuse(BUSY, now)
        self._open[share] += 1
        return None

    def give_back(self, share: Share) -> None:
        """Hold one less of a kind."""
        self._open[share] -= 1

    def _refuse(self, seconds: int, now: float) -> Refusal:
        if now - self._minute >= _MINUTE:
            self._refusals, self._minute = 0, now
        self._refusals += 1
        return Refusal(seconds, flood=self._refusals == FLOOD + 1 and not self._shared)


class Visit:
    """
    One connection, and what it has of its circuit's budget.

    :ivar circuit: for limits only.
    """

    def __init__(self, budgets: Budgets, circuit: int, account: _Account) -> None:
        """Made by ``Budgets.enter``."""
        self.circuit = circuit
        self._budgets = budgets
        self._account = account
        self._held: list[Share] = []
        self._asked = False

    def request(self, now: float, cost: float = 1.0) -> Refusal | None:
        """
        Ask for something.

        :param cost: how much of a request it is.
        :return: why it is not given, if so.
        """
        self._asked = True
        return self._account.request(now, cost)

    def take(self, share: Share, now: float) -> Refusal | None:
        """Hold something for some time; :return: why it is not given, if so."""
        refusal = self._account.take(share, now)
        if refusal is None:
            self._held.append(share)
        return refusal

    def give_back(self, share: Share) -> None:
        """It is not needed any more; nothing happens if it is not held."""
        if share in self._held:
            self._held.remove(share)
            self._account.give_back(share)

    def leave(self, now: float) -> Refusal | None:
        """
        The connection is closed. All that it holds is given back.

        :return: a connection without any request costs as much as one: why it was too much, if so.
        """
        refusal = None if self._asked else self.request(now)
        while self._held:
            self.give_back(self._held[-1])
        self._budgets.left(self.circuit, self._account, now)
        return refusal


class Budgets:
    """
    The budgets of all circuits.

    While a circuit has a connection it keeps its place. Without one it is forgotten after a while, or when its place is
    needed, the longest unused first: a budget that nobody uses is full again in seconds, so nothing is lost. Who finds
    no place, because every circuit there is has a connection, shares one budget with others like him.
    """

    def __init__(self, budget: Budget = Budget(), shared: Budget = SHARED, circuits: int = CIRCUITS) -> None:
        """
        :param budget: of each circuit.
        :param shared: of all together that find no place.
        :param circuits: for which there is a place.
        """
        self._budget = budget
        self._places = circuits
        self._busy: dict[int, _Account] = {}
        self._idle: dict[int, _Account] = {}  # in the order in which they became so
        self._shared = _Account(shared, 0.0, shared=True)

    def __len__(self) -> int:
        """How many circuits are remembered."""
        return len(self._busy) + len(self._idle)

    @property
    def busy(self) -> int:
        """How many circuits have a connection now; those without a place of their own are not among them."""
        return len(self._busy)

    def enter(self, circuit: int, now: float) -> Visit | Refusal:
        """
        A connection has come.

        :param circuit: over which; ``proxyline.UNKNOWN``: nobody knows.
        :param now: seconds.
        :return: what it has to do with the budget; or why there is no socket left for it.
        """
        account = self._account(circuit, now)
        visit = Visit(self, circuit, account)
        refusal = visit.take(Share.SOCKET, now)
        if refusal is None:
            return visit
        self.left(circuit, account, now)
        return refusal

    def left(self, circuit: int, account: _Account, now: float) -> None:
        """A connection has gone, or did not get in."""
        if account.idle and self._busy.get(circuit) is account:
            account.left = now
            self._idle[circuit] = self._busy.pop(circuit)

    def forget(self, now: float) -> None:
        """Forget who has had no connection for ``REMEMBERED`` seconds."""
        while self._idle:
            circuit, account = next(iter(self._idle.items()))
            if now - account.left < REMEMBERED:
                return
            del self._idle[circuit]

    def _account(self, circuit: int, now: float) -> _Account:
        """:return: the account of a circuit that is about to have a connection more."""
        self.forget(now)
        if circuit == UNKNOWN:
            return self._shared
        if circuit not in self._busy:
            account = self._idle.pop(circuit, None) or self._new(now)
            if account is None:
                return self._shared
            self._busy[circuit] = account
        return self._busy[circuit]

    def _new(self, now: float) -> _Account | None:
        """:return: an account for one more circuit; ``None``: there is no room for it."""
        if len(self) >= self._places:
            if not self._idle:
                return None
            del self._idle[next(iter(self._idle))]
        return _Account(self._budget, now)
