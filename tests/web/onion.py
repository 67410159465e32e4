"""The UNIX socket that tor uses, without a network, and an area whose answers hold something."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.web.resource import IResource

from onionstream.onion.budgets import Budgets, Share
from onionstream.web.areas import Areas, Router
from onionstream.web.circuits import CircuitSite
from onionstream.web.request import BoundedRequest
from tests.web.wire import Client, WireCase

CIRCUIT = 0x4711BEEF


def line(circuit: int = CIRCUIT) -> bytes:
    """What tor writes before anything else."""
    low = circuit & 0xFFFF
    return b"PROXY TCP6 fc00:dead:beef:4dad::%x:%x ::1 %d 80\r\n" % (circuit >> 16, low, low)


class Lasting:
    """
    An area with answers that hold something of a budget.

    :ivar requests: those that were let in.
    :ivar waiting: fire them, and the answers end.
    """

    router = Router()

    def __init__(self) -> None:
        """Nobody has asked."""
        self.requests: list[BoundedRequest] = []
        self.waiting: list[Deferred[str]] = []

    async def lasts(self, request: BoundedRequest, share: Share) -> str:
        """Begin, and end when the test says so."""
        request.take(share)
        self.requests.append(request)
        if request.method == b"HEAD":
            return ""
        request.close_delimited()
        request.write(b"begun ")
        self.waiting.append(Deferred())
        return await self.waiting[-1]

    @router.route("/video", methods=["GET"])
    async def video(self, request: BoundedRequest) -> str:
        """A video."""
        return await self.lasts(request, Share.VIDEO)

    @router.route("/long", methods=["GET"])
    async def long(self, request: BoundedRequest) -> str:
        """Something else that goes on."""
        return await self.lasts(request, Share.LONG)

    @router.route("/short", methods=["GET"])
    def short(self, request: BoundedRequest) -> str:
        """One that ends at once, and after which another request may follow."""
        request.take(Share.VIDEO)
        return "short"

    @router.route("/fails", methods=["GET"])
    def fails(self, request: BoundedRequest) -> str:
        """Before anything is sent."""
        request.take(Share.VIDEO)
        raise ZeroDivisionError

    @router.route("/late", methods=["GET"])
    async def late(self, request: BoundedRequest) -> str:
        """Holds nothing until the test says so, and does not heed that the client has gone."""
        self.requests.append(request)
        self.waiting.append(Deferred(lambda _: None))
        try:
            await self.waiting[-1]
        except CancelledError:
            self.waiting.append(Deferred())
            await self.waiting[-1]
        request.take(Share.VIDEO)
        return "late"


class CircuitCase(WireCase):
    """A site with the socket for tor."""

    def setUp(self) -> None:
        """Build both."""
        super().setUp()
        self.flooded: list[int] = []
        self.budgets = Budgets()
        self.circuits = CircuitSite(self.site, self.budgets, self.flooded.append)

    def root(self) -> IResource:
        """The usual areas, and one whose answers last."""
        self.lasting = Lasting()
        return Areas(self.trial, self.lasting)

    def arrive(self, circuit: int = CIRCUIT, *pieces: bytes) -> Client:
        """A connection over a circuit, and what is said on it."""
        return Client(self.circuits).send(line(circuit), *pieces)

    def status(self, circuit: int, *pieces: bytes) -> int:
        """Of the answer to one request on a connection of its own, which then ends."""
        client = self.arrive(circuit, *pieces)
        client.leave()
        return client.answer(pieces[0].startswith(b"HEAD")).status

    def cut(self, client: Client) -> bool:
        """Whether a connection was cut without an answer and without a word in the log."""
        return client.transport.aborted and client.closed and not client.received and not self.logged()
