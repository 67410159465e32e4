"""A site with the chat's forms on it, captchas that everybody can solve, and a page that gives out capabilities."""

from __future__ import annotations

from twisted.internet.defer import Deferred, succeed
from twisted.web.resource import IResource

from onionstream.allowance import BusyError
from onionstream.captcha.captchas import Outcome, Posed
from onionstream.chat.events import Event, Message, Said
from onionstream.chat.filters import Filters
from onionstream.chat.room import Room
from onionstream.chat.rules import Rules
from onionstream.chat.tripcode import Tripcode, encoded
from onionstream.web.appearance import Appearance
from onionstream.web.areas import Areas, Router
from onionstream.web.asking import Asking
from onionstream.web.door import Door
from onionstream.web.errors import WebError
from onionstream.web.headers import Document, apply
from onionstream.web.identity import Identity, Who
from onionstream.web.nonces import Nonces
from onionstream.web.request import BoundedRequest
from onionstream.web.say import Say
from tests.web.visitor import Visitor
from tests.web.wire import WireCase

SOLUTION = "K7QX4"
"""Of every captcha."""

NOON = 1_800_000_000
"""The wall's time, in seconds since the epoch."""


class Captchas:
    """
    Captchas without pictures.

    :ivar posed: those that wait for an answer: whose, and whether in words.
    :ivar asked: all that ever were, as buckets.
    :ivar busy: there are none.
    :ivar early: no answer is looked at.
    """

    def __init__(self) -> None:
        """None was posed."""
        self.posed: dict[str, bytes] = {}
        self.asked: list[bytes | None] = []
        self.busy = self.early = False

    def pose(self, key: bytes, now: float, *, words: bool = False, bucket: bytes | None = None) -> Posed:
        """One more."""
        if self.busy:
            raise BusyError
        self.asked.append(bucket)
        name = f"captcha{len(self.asked):09}"
        self.posed[name] = key
        return Posed(name, "What comes after <seven>?" if words else None)

    def lives(self, name: str, now: float) -> bool:
        """Until it is answered, or the test takes it away."""
        return name in self.posed

    def picture(self, name: str, now: float) -> bytes | None:
        """Not really one."""
        return b"\x89PNG " + name.encode() if name in self.posed else None

    def solve(self, name: str, key: bytes, answer: str, now: float) -> Outcome:
        """Each takes one answer of whom it was posed to."""
        if self.posed.get(name) != key:
            return Outcome.OLD
        if self.early:
            return Outcome.EARLY
        del self.posed[name]
        return Outcome.RIGHT if answer == SOLUTION else Outcome.WRONG


class Tripcodes:
    """
    Tripcodes at once, or when the test says so.

    :ivar made: passwords.
    :ivar busy: none is made.
    :ivar waiting: not ``None``: they are made later.
    """

    def __init__(self) -> None:
        """None was made."""
        self.made: list[str] = []
        self.busy = False
        self.waiting: list[Deferred[Tripcode]] | None = None

    def make(self, key: bytes, password: str) -> Deferred[Tripcode]:
        """One more."""
        if self.busy:
            raise BusyError("You have tried several passwords in a short time.", seconds=20)
        self.made.append(password)
        if self.waiting is not None:
            self.waiting.append(Deferred())
            return self.waiting[-1]
        return succeed(Tripcode(encoded(password).ljust(32, b"-")[:32]))


class Entrance:
    """
    The area of ``/``, as small as can be.

    :ivar door: asks for a captcha, or does not.
    """

    router = Router()

    def __init__(self) -> None:
        """The door is built after it, and then hung."""
        self.door: Door | None = None

    @router.route("/", methods=["GET"])
    def page(self, request: BoundedRequest) -> str:
        """Whoever is admitted gets the addresses of his frames."""
        assert self.door is not None
        theme = request.query("theme").get("theme", "")
        outside = self.door.turn_away(request, theme)
        return self.shell(request, self.door.meet(request), theme) if outside is None else outside

    @router.route("/", methods=["POST"])
    async def knock(self, request: BoundedRequest) -> str:
        """As ``Watch`` does."""
        assert self.door is not None
        return await self.door.knock(request)

    @router.route("/secret", methods=["GET"])
    def secret(self, request: BoundedRequest) -> str:
        """Something behind the door."""
        assert self.door is not None
        given = request.query("r").get("r")
        who = self.door.reader(request, given)
        return "" if who is not None and self.door.clean(request, who, given) else "the stream"

    def shell(self, request: BoundedRequest, who: Who, theme: str) -> str:
        """The addresses, and the theme."""
        apply(request, Document.SHELL)
        return f'<a href="{who.form_address("/form")}">form</a><a href="{who.address("/secret")}">secret</a>{theme}'


class ChatCase(WireCase):
    """The areas with forms."""

    rules = Rules()
    filters = Filters()

    def root(self) -> IResource:
        """All of them, joined as ``tap`` does it."""
        self.said: list[Message] = []
        self.captchas, self.tripcodes = Captchas(), Tripcodes()
        self.identity = Identity(bytes(32))
        self.nonces = Nonces(bytes(32), self.clock)
        self.room = Room(self.rules, self.filters, self.identity.mark, self.heard)
        self.asking = Asking(self.captchas, bytes(32), self.clock)
        self.entrance = Entrance()
        self.door = Door(self.identity, self.asking, self.room, self.entrance.shell, self.tripcodes, self.clock)
        self.say = Say(self.room, self.door, self.nonces, self.asking, self.clock, lambda: NOON + 0.5)
        self.appearance = Appearance(
            self.room,
            self.door,
            self.nonces,
            self.tripcodes,
            self.clock,
            admission=self.door.admission,
            bucket=self.asking.bucket,
        )
        self.entrance.door = self.door
        return Areas(self.entrance, self.door, self.say, self.appearance, self.asking, gate=self.door)

    def heard(self, event: Event) -> None:
        """The room tells."""
        if isinstance(event, Said):
            self.said.append(event.message)

    def visitor(self, *, cookies: bool = True) -> Visitor:
        """Somebody with the form before him."""
        visitor = Visitor(self, cookies=cookies).go("/")
        return visitor.go(visitor.page.links["form"] + "#msg")

    def key(self, visitor: Visitor) -> bytes:
        """What tables know him by."""
        before, visitor.follows = visitor.follows, False
        visitor.go("/form").send("/form", {**visitor.page.fields, "ask": "line"})
        visitor.follows = before
        return next(reversed(self.say._drafts._things))

    def texts(self) -> list[str]:
        """What was said, in order."""
        return [message.text for message in self.said]

    def assert_refused(self, visitor: Visitor, error: type[WebError]) -> None:
        """He has got the page of an error, and nothing was said."""
        sentence = " ".join((error.__doc__ or "").split())
        self.assertEqual((visitor.answer.status, self.said), (error.status, []))
        self.assertIn(sentence, " ".join(visitor.page.text.split()))
