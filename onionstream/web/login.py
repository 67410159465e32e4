"""
Logging in and out: a form for people, HTTP Basic for programs and for browsers that keep no cookies.

The form has no nonce: whoever sends it has to know the password, and then he may. What is typed is never shown again.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from onionstream.allowance import BusyError
from onionstream.captcha.captchas import Outcome
from onionstream.web.areas import Router
from onionstream.web.asking import Asking, complaint
from onionstream.web.attempts import OftenError
from onionstream.web.basic import CHALLENGE, Credentials
from onionstream.web.door import PAUSE
from onionstream.web.drafts import NO_OTHER, Button, pressed
from onionstream.web.errors import BadRequest, Unavailable
from onionstream.web.guard import USER, Guard
from onionstream.web.headers import Document, apply
from onionstream.web.identity import Identity
from onionstream.web.nonces import Nonces
from onionstream.web.request import DESK, BoundedRequest
from onionstream.web.sessions import Session, Sessions
from onionstream.web.templates import TEMPLATES

OUT = "logout"
"""What the nonces of the button to log out are for."""

WINDOW = "window"
"""The field of a query that asks for the browser's own window for names and passwords."""

WRONG = "That was not the password."
NO_SUSPICION = "Please solve this too: there were wrong passwords in the last minute."
NO_COOKIE = (
    "Your browser did not keep the cookie that it was given. Allow cookies here, or use the browser's own window."
)
LOGGED_OUT = "You are logged out."


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """
    The page for logging in.

    :ivar sentence: what became of the last try.
    :ivar refused: the sentence says why he is not in.
    :ivar words: a captcha is to be in words...
    :ivar unwanted: ... and not the one of this name.
    """

    sentence: str = ""
    refused: bool = True
    words: bool = False
    unwanted: str = ""


class Login:
    """The area of ``/login`` and ``/logout``; and whoever else has pages for the broadcaster alone asks here."""

    router = Router()

    def __init__(self, sessions: Sessions, guard: Guard, identity: Identity, asking: Asking, nonces: Nonces) -> None:
        """
        :param sessions: who is logged in.
        :param guard: tries passwords.
        :param identity: has guests, who can be asked for captchas.
        :param asking: poses captchas.
        :param nonces: nobody else can log him out.
        """
        self._sessions = sessions
        self._guard = guard
        self._identity = identity
        self._asking = asking
        self._nonces = nonces

    async def enter(self, request: BoundedRequest) -> Session | str:
        """
        For pages that show themselves to the broadcaster only, and ask all others to log in (S12, S13).

        :param request: to see such a page.
        :return: his session; or else the answer, as a body.
        """
        if (session := self._sessions.staff(request)) is not None:
            return session
        if (given := Credentials.of(request)) is not None:
            return await self._try_basic(request, given)
        if _is_program(request) or WINDOW in request.query(WINDOW):
            return _challenge(request)
        return self._page(request, _View())

    def once(self, session: Session) -> str:
        """:return: a nonce for the button to log out."""
        return self._nonces.issue(session.who, OUT)

    @router.route("/login", methods=["GET"])
    def form(self, request: BoundedRequest) -> str:
        """The form; for whoever is logged in already, the way to his page."""
        query = request.query("out", "in")
        if self._sessions.staff(request) is not None:
            return _send(request, DESK)
        if "in" in query:
            return self._page(request, _View(sentence=NO_COOKIE))
        return self._page(request, _View(sentence=LOGGED_OUT if "out" in query else "", refused=False))

    @router.route("/login", methods=["POST"])
    async def log_in(self, request: BoundedRequest) -> str:
        """Let in whoever knows the password, with a new session."""
        fields = request.form("user", "password", "guest", "captcha", "words", "answer", "ask")
        if "password" not in fields:
            raise BadRequest
        if (button := pressed(fields)) is not None:
            return self._page(request, _given(fields, button), guest=fields.get("guest"))
        bucket = self._asking.bucket(request)
        if self._guard.wants_captcha(bucket) and (refusal := self._unsolved(request, fields)) is not None:
            return refusal
        given = Credentials(fields.get("user", USER).encode(), fields["password"].encode())
        try:
            right = await self._guard.attempt(bucket, given)
        except BusyError as error:
            return self._busy(request, error)
        if not right:
            request.setResponseCode(HTTPStatus.FORBIDDEN)
            return self._page(request, _View(sentence=WRONG))
        self._sessions.begin(request)
        return _send(request, "/login?in=1")

    @router.route("/logout", methods=["POST"])
    def log_out(self, request: BoundedRequest) -> str:
        """End the session, once for each press of the button; for whoever has none nothing has to be done."""
        fields = request.form("nonce")
        session = self._sessions.staff(request)
        if session is not None:
            self._nonces.spend(session.who, OUT, fields.get("nonce", ""))
            self._sessions.end(request)
        return _send(request, "/login?out=1")

    async def _try_basic(self, request: BoundedRequest, given: Credentials) -> Session | str:
        """:return: as ``enter``; who sends a password with each request gets a cookie for it too if he wants one."""
        bucket = self._asking.bucket(request)
        if self._guard.wants_captcha(bucket):
            return self._refuse(request, HTTPStatus.TOO_MANY_REQUESTS, "Please use the form: it has a captcha.", 60)
        try:
            right = await self._guard.attempt(bucket, given)
        except BusyError as error:
            return self._busy(request, error)
        return self._sessions.remember(request) if right else _challenge(request)

    def _unsolved(self, request: BoundedRequest, fields: dict[str, str]) -> str | None:
        """:return: the page, if a captcha is wanted and was not solved."""
        request.setResponseCode(HTTPStatus.FORBIDDEN)
        if not {"guest", "captcha"} <= fields.keys():
            return self._page(request, _View(sentence=NO_SUSPICION))
        guest = self._identity.recognise(fields["guest"])
        outcome = self._asking.solve(guest.key, fields["captcha"], fields.get("answer", ""))
        if outcome is not Outcome.RIGHT:
            view = _View(sentence=complaint(outcome), words="words" in fields)
            return self._page(request, view, guest=fields["guest"])
        request.setResponseCode(HTTPStatus.OK)
        return None

    def _busy(self, request: BoundedRequest, error: BusyError) -> str:
        often = isinstance(error, OftenError)
        status = HTTPStatus.TOO_MANY_REQUESTS if often else HTTPStatus.SERVICE_UNAVAILABLE
        return self._refuse(request, status, error.sentence, error.seconds)

    def _refuse(self, request: BoundedRequest, status: HTTPStatus, sentence: str, seconds: int) -> str:
        """:return: the page, which says after how many seconds another try makes sense."""
        request.setResponseCode(status, status.phrase.encode())
        request.setHeader("Retry-After", str(seconds))
        return self._page(request, _View(sentence=sentence))

    def _page(self, request: BoundedRequest, view: _View, guest: str | None = None) -> str:
        """
        :param guest: what came back from the hidden field, if something did.
        :return: the form, with a captcha if one is wanted.
        :raises Unavailable: it is, and there is none for him now.
        """
        apply(request, Document.SHELL)
        asked, posed, sentence = None, None, view.sentence
        if self._guard.wants_captcha(self._asking.bucket(request)) and request.method != b"HEAD":
            asked = self._identity.recognise(guest) if guest else self._identity.guest()
            posed = self._asking.pose(request, asked.key, words=view.words, unwanted=view.unwanted)
            if posed is None:
                raise Unavailable(retry_after=PAUSE)
            if posed.id == view.unwanted or view.words != (posed.question is not None):
                sentence = NO_OTHER
        return TEMPLATES.get_template("login.html").render(
            user=USER, guest=asked, posed=posed, sentence=sentence, refused=view.refused, window=f"{DESK}?{WINDOW}=1"
        )


def _given(fields: dict[str, str], button: Button) -> _View:
    """:return: the page with another captcha."""
    if button not in (Button.NEW, Button.WORDS, Button.PICTURE):
        raise BadRequest
    words = button is Button.WORDS or (button is Button.NEW and "words" in fields)
    return _View(words=words, unwanted=fields.get("captcha", "") if button is Button.NEW else "")


def _is_program(request: BoundedRequest) -> bool:
    """:return: whether it does not ask for a page, as all browsers do, those for text among them."""
    return b"text/html" not in (request.getHeader(b"Accept") or b"").lower()


def _challenge(request: BoundedRequest) -> str:
    """:return: a page for whoever does not answer the browser's window."""
    apply(request, Document.SHELL)
    request.setResponseCode(HTTPStatus.UNAUTHORIZED)
    request.setHeader("WWW-Authenticate", CHALLENGE)
    return TEMPLATES.get_template("error.html").render(
        title="Please log in",
        sentence=f"The name is {USER}; the password was printed in the terminal when the program started, unless you "
        "have chosen one.",
    )


def _send(request: BoundedRequest, address: str) -> str:
    """:return: nothing; the browser goes to an address of this site."""
    apply(request, Document.SHELL)
    request.setResponseCode(HTTPStatus.SEE_OTHER)
    request.setHeader("Location", address)
    return ""
