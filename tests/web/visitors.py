"""A site that knows who comes."""

from __future__ import annotations

from twisted.web.resource import IResource

from onionstream.web.areas import Areas, Router
from onionstream.web.errors import BadRequest
from onionstream.web.identity import Identity, Who
from onionstream.web.request import BoundedRequest
from tests.web.wire import Answer, WireCase, get

KEY = bytes(range(32))
"""Signs what visitors carry."""

FORGED = "A" * 43
"""A capability by its look."""

CAPABILITY = "[A-Za-z0-9_-]{43}"
"""How one looks."""


class OpenDoor(Identity):
    """Lets everybody in."""

    def turn_away(self, request: BoundedRequest, theme: str = "") -> str | None:
        """See ``watch.Doorkeeper``."""
        return None

    async def knock(self, request: BoundedRequest, /) -> str:
        """See ``watch.Doorkeeper``."""
        return "knocked"


class Rooms:
    """
    An area with a page, a frame, a form and a door.

    :ivar met: who came, in order.
    """

    router = Router()

    def __init__(self, identity: Identity) -> None:
        """:param identity: knows who comes."""
        self.identity = identity
        self.met: list[Who | None] = []

    @router.route("/", methods=["GET"])
    def page(self, request: BoundedRequest) -> str:
        """The page itself."""
        self.met.append(self.identity.meet(request))
        return "page"

    @router.route("/live", methods=["GET"])
    def frame(self, request: BoundedRequest) -> str:
        """Something to see."""
        given = request.query("r", "back", "name").get("r")
        who = self.identity.reader(request, given)
        self.met.append(who)
        return "" if who and self.identity.clean(request, who, given) else "frame"

    @router.route("/form", methods=["GET", "POST"])
    def form(self, request: BoundedRequest) -> str:
        """Something to send."""
        asked = request.query("w").get("w")
        sent = request.form("w", "text").get("w") if request.method == b"POST" else None
        who = self.identity.writer(request, asked, sent)
        self.met.append(who)
        return "" if who and self.identity.clean(request, who, asked) else "form"

    @router.route("/door", methods=["GET", "POST"])
    def door(self, request: BoundedRequest) -> str:
        """A door that opens for everybody who knocks twice."""
        if request.method == b"GET":
            self.met.append(self.identity.guest())
        else:
            guest = request.form("guest").get("guest", "")
            self.met += [self.identity.recognise(guest), self.identity.admit(request, guest)]
        return "door"

    @router.route("/fails", methods=["GET"])
    def fails(self, request: BoundedRequest) -> str:
        """The page, but it goes wrong."""
        self.met.append(self.identity.meet(request))
        raise BadRequest


class IdentityCase(WireCase):
    """A site that knows who comes."""

    secure = False

    def root(self) -> IResource:
        """The rooms."""
        self.rooms = Rooms(Identity(KEY, secure=self.secure))
        return Areas(self.rooms)

    def who(self, request: bytes, status: int = 200) -> Who:
        """:return: whom the site takes the sender of a request for."""
        self.assertEqual(self.ask(request).status, status)
        who = self.rooms.met[-1]
        assert who is not None
        return who

    def new(self) -> tuple[Who, str]:
        """:return: somebody new, and the header with his cookie."""
        answer = self.ask(get())
        who = self.rooms.met[-1]
        assert who is not None
        return who, f"Cookie: {cookie(answer)}"

    def refused(self, request: bytes) -> Answer:
        """:return: the answer to a request that nobody is seen behind."""
        before = len(self.rooms.met)
        answer = self.ask(request)
        self.assertEqual((answer.status, len(self.rooms.met)), (400, before))
        return answer

    def request(self) -> BoundedRequest:
        """:return: one that carries nothing."""
        channel = self.connect().channel
        assert channel is not None
        return BoundedRequest(channel)


def cookie(answer: Answer) -> str:
    """:return: what a browser sends back."""
    return answer["Set-Cookie"].partition(";")[0]
