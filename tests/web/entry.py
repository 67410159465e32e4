"""A site with the broadcaster's page and the way to it, and people who come to it from near and far."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from twisted.web.resource import IResource

from onionstream.chat.filters import Filters
from onionstream.chat.moderation import Moderation
from onionstream.chat.people import Role
from onionstream.chat.room import Room
from onionstream.chat.rules import Rules, When
from onionstream.files.titlefile import Titles
from onionstream.onion.budgets import Budgets
from onionstream.passwords import Password, Printed
from onionstream.settings.config import Stream
from onionstream.web import figures
from onionstream.web.admission import Admission
from onionstream.web.areas import Areas, Router
from onionstream.web.asking import Asking
from onionstream.web.broadcaster import Broadcaster
from onionstream.web.circuits import CircuitSite
from onionstream.web.course import Course
from onionstream.web.dashboard import Dashboard
from onionstream.web.desk import Desk
from onionstream.web.figures import Figures
from onionstream.web.fragments import Fragments, Words
from onionstream.web.guard import Guard
from onionstream.web.guestlist import GuestList
from onionstream.web.identity import Identity
from onionstream.web.lock import Lock
from onionstream.web.login import Login
from onionstream.web.nonces import Nonces
from onionstream.web.overview import Overview
from onionstream.web.request import BoundedRequest
from onionstream.web.sessions import LIFE, Sessions
from onionstream.web.steer import Steer
from onionstream.web.upkeep import Upkeep
from tests.fakes import FakeWorkers
from tests.web.chat import NOON, Captchas, Tripcodes
from tests.web.helms import GuestBook, Settings, Source, Test
from tests.web.onion import line
from tests.web.visitor import Visitor
from tests.web.wire import Answer, Client, WireCase

PASSWORD = "correct horse battery"

BROWSER = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
"""What a browser says when it opens a page."""


FIGURES = Figures(
    air="online",
    minutes=65,
    encoder=figures.Encoder(
        sentence="ffmpeg runs: a test picture.",
        run=3,
        trouble="ffmpeg was ended by signal 9 (SIGKILL).",
        trouble_ago=12,
        said=("[warning] <odd> & ends",),
        frames=29.9,
        frames_wanted=30,
        rate=401.0,
        rate_wanted=420,
        speed=1.0,
        missing=7,
        missing_lately=0,
        late=31,
        late_lately=4,
    ),
    viewers=figures.Viewers(
        watching=40, people=43, slow=12, skipped=2, refused=1, stream=420, delivered=15_120.0, each=378.0
    ),
    delay=figures.Delay(waited=0.055, longest=0.1, fragment=100, behind=0.02),
    chat=figures.Chat(here=41, lately=9, messages=120, banned=1, captchas=2),
    onion=figures.Onion(
        sentence="The onion address is published: viewers can come.",
        address="example.onion",
        circuits=5,
        tested="All is well.",
        tested_ago=64,
    ),
    machine=figures.Machine(connections=7, connections_most=2000, memory=51.2, memory_most=77.7, minutes=130),
    rates=figures.Chart((None, None, *(380.0 + 10 * (number % 5) for number in range(18))), 525.0),
    crowd=figures.Chart(tuple(float(number) for number in range(2, 41, 2))),
)
"""Invented."""


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
        self.figures, self.overview = FIGURES, Overview()
        self.captchas, self.workers = Captchas(), FakeWorkers()
        self.sessions = Sessions(self.clock, secure=self.secure)
        self.identity = Identity(bytes(32), staff=self.sessions.chat_key)
        self.asking = Asking(self.captchas, bytes(32), self.clock)
        self.guard = Guard(self.password, self.workers, self.clock)
        self.nonces = Nonces(bytes(32), self.clock, life=int(LIFE))
        self.login = Login(self.sessions, self.guard, self.identity, self.asking, self.nonces)
        self.desk = Desk(self.sessions, self.nonces, self.clock)
        steer = self.steering()
        self.guests, self.settings, self.test = GuestBook(), Settings(), Test()
        guests, upkeep = GuestList(self.desk, self.guests), Upkeep(self.desk, lambda: self.settings, self.test)
        self.dashboard = Dashboard(lambda: self.figures, self.sessions, self.clock)
        self.addCleanup(self.dashboard.close)
        page = Broadcaster(
            lambda: self.figures,
            steer,
            self.login,
            lambda: self.overview,
            desk=self.desk,
            guests=guests,
            upkeep=upkeep,
        )
        return Areas(page, steer, guests, upkeep, self.dashboard, self.login, self.asking, Others(self.identity))

    def steering(self) -> Steer:
        """What the page steers: a room, a door, titles and a source."""
        self.room = Room(Rules(captcha=When.NEVER), Filters(), self.identity.mark, lambda _: None)
        admission = Admission(self.room, Tripcodes(), self.clock, Lock())
        self.course = Course(self.room, admission, self.clock, lambda: NOON)
        self.folder, self.source = Path(self.mktemp()), Source()
        self.folder.mkdir()
        self.titles = Titles(self.folder, Stream(title="Configured"))
        self.here: list[bytes] = []
        called = Fragments(Words()).called
        self.moderation = Moderation(self.room, self.here)
        self.room.appoint(self.sessions.key, Role.BROADCASTER, self.clock.seconds())
        objects = self.course, self.titles, self.moderation, self.source
        return Steer(*objects, self.desk, self.here, called, self.clock, lambda: NOON)

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
