"""A site with the broadcaster's page and the way to it, and people who come to it from near and far."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from twisted.web.resource import IResource

from onionstream.onion.budgets import Budgets
from onionstream.passwords import Password, Printed
from onionstream.video.broadcast import Broadcast
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas, Router
from onionstream.web.asking import Asking
from onionstream.web.broadcaster import Broadcaster
from onionstream.web.circuits import CircuitSite
from onionstream.web.guard import Guard
from onionstream.web.identity import Identity
from onionstream.web.login import Login
from onionstream.web.nonces import Nonces
from onionstream.web.overview import Overview
from onionstream.web.request import BoundedRequest
from onionstream.web.sessions import Sessions
from tests.fakes import FakeWorkers
from tests.web.chat import Captchas
from tests.web.onion import line
from tests.web.visitor import Visitor
from tests.web.wire import Answer, Client, WireCase

PASSWORD = "correct horse battery"

BROWSER = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
"""What a browser says when it opens a page."""


@dataclass
class Status:
    """An encoder's state, invented."""

    sentence: str = "ffmpeg runs: a test picture."
    generation: int = 3
    lines: tuple[str, ...] = ("[warning] <odd> & ends",)


@dataclass
class Onion:
    """An onion service's state, invented."""

    sentence: str = "The onion address is published: viewers can come."
    address: str = "example.onion"


@dataclass(frozen=True)
class Slow:
    """A password that is tried in a thread."""

    text: str = PASSWORD
    slow = True

    def matches(self, given: bytes) -> bool:
        """See ``Password``."""
        return given == self.text.encode()


class Others:
    """An area that knows visitors."""

    router = Router()

    def __init__(self, identity: Identity) -> None:
        """:param identity: knows them."""
        self._identity = identity

    @router.route("/", methods=["GET"])
    def page(self, request: BoundedRequest) -> str:
        """The key of whoever comes."""
        return self._identity.meet(request).key.hex()

    @router.route("/live", methods=["GET"])
    def frame(self, request: BoundedRequest) -> str:
        """The same of whoever only looks."""
        who = self._identity.reader(request, request.query("r").get("r"))
        return "nobody" if who is None else who.key.hex()


def basic(user: str, password: str) -> str:
    """The header that logs in."""
    return "Authorization: Basic " + b64encode(f"{user}:{password}".encode()).decode()


class LoginCase(WireCase):
    """
    The site.

    :ivar circuit: over which requests come; ``None``: by the loopback port.
    """

    password: Password = Printed(PASSWORD)
    circuit: int | None = None
    secure = False

    def root(self) -> IResource:
        """The areas, joined as ``livechat`` and ``tap`` do it."""
        broadcast = Broadcast(window=Window(60, 1 << 25), fragment=0.1, patience=Patience(), clock=self.clock.seconds)
        self.status, self.onion, self.overview = Status(), Onion(), Overview()
        self.captchas, self.workers = Captchas(), FakeWorkers()
        self.sessions = Sessions(self.clock, secure=self.secure)
        self.identity = Identity(bytes(32), staff=self.sessions.chat_key)
        self.asking = Asking(self.captchas, bytes(32), self.clock)
        self.guard = Guard(self.password, self.workers, self.clock)
        nonces = Nonces(bytes(32), self.clock)
        self.login = Login(self.sessions, self.guard, self.identity, self.asking, nonces)
        desk = Broadcaster(
            broadcast, lambda: self.status, lambda: self.onion, lambda: 7, self.login, lambda: self.overview
        )
        return Areas(desk, self.login, self.asking, Others(self.identity))

    def setUp(self) -> None:
        """Tor's socket too."""
        super().setUp()
        self.circuits = CircuitSite(self.site, Budgets())

    def far(self, circuit: int) -> Client:
        """A connection over a circuit."""
        return Client(self.circuits).send(line(circuit))

    def ask(self, *pieces: bytes, head: bool = False) -> Answer:
        """The answer to one request, from wherever the test is."""
        if self.circuit is None:
            return super().ask(*pieces, head=head)
        return self.far(self.circuit).send(*pieces).answer(head)

    def person(self, *, cookies: bool = True) -> Visitor:
        """Somebody with the form to log in before him."""
        return Visitor(self, cookies=cookies).go("/broadcaster", BROWSER)

    def logged_in(self) -> Visitor:
        """The broadcaster at his desk."""
        visitor = self.person().press(password=PASSWORD)
        self.assertEqual((visitor.address, visitor.answer.status), ("/broadcaster", 200))
        return visitor

    def fail_over(self, *circuits: int) -> None:
        """Somebody tries a wrong password over each of these circuits."""
        before = self.circuit
        for self.circuit in circuits:
            self.person().press(password="wrong")
        self.circuit = before
