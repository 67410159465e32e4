"""
The door: where it is shut, nobody gets anything of the stream before he has come in by it (A10, S76).

Who stands before it learns nothing, not even whether the stream is live. What opens it is for ``admission`` to say.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from twisted.internet.interfaces import IReactorTime

from onionstream.captcha.captchas import Outcome
from onionstream.chat.errors import ChatError
from onionstream.chat.room import Room
from onionstream.web.admission import NOT_ALLOWED, Admission, TripcodeSource, Verdict
from onionstream.web.areas import Router
from onionstream.web.asking import Asking, complaint
from onionstream.web.drafts import NO_OTHER, Button, pressed
from onionstream.web.errors import BadRequest, Forbidden, Unavailable, WebError
from onionstream.web.headers import Document, apply
from onionstream.web.identity import Identity, Who
from onionstream.web.lock import Kind, Lock
from onionstream.web.request import DESK, BoundedRequest
from onionstream.web.templates import SCRIPT_ADDRESS, STYLE_ADDRESS, TEMPLATES
from onionstream.web.theme import themed

COOKIE = b"d"
"""A cookie that says nothing, but comes back where cookies are kept."""

PUBLIC = frozenset(
    {
        *("/", "/door", "/login", "/logout"),
        *(STYLE_ADDRESS, SCRIPT_ADDRESS, "/favicon.ico", "/robots.txt"),
        *("/captcha/<name>.png", "/emote/<name>", "/fill"),
    }
)
"""
What strangers get to, by its rule, beside all that is the broadcaster's, whose lock is the login. The first ones let
in, the next are the same at every site of this kind, the last have a secret in their address, and are nothing without.
"""

PAUSE = 30
"""Seconds after which another try makes sense when there is no captcha for somebody; see ``captcha.challenges``."""


class OutsideError(Forbidden):
    """You have not solved the captcha at the door of this site. Follow the link to do so."""

    alike = True


class NotAllowedError(OutsideError):
    """This site does not let everybody in. Follow the link to its door."""


class ExpelledError(Forbidden):
    """You have been banned from this stream."""


class Door:
    """
    The area of ``/door``.

    :ivar admission: decides who may come in.
    """

    router = Router()

    def __init__(
        self,
        identity: Identity,
        asking: Asking,
        room: Room,
        shell: Callable[[BoundedRequest, Who, str], str],
        tripcodes: TripcodeSource,
        clock: IReactorTime,
        lock: Lock = Lock(),  # noqa: B008 - it is frozen
    ) -> None:
        """
        :param identity: tells guests from those who are inside.
        :param asking: poses captchas.
        :param room: who comes in need not solve another one for his first message (A11).
        :param shell: the page for somebody who is inside, in a theme; sets its headers.
        :param tripcodes: makes them, for those who are let in by theirs.
        :param clock: never goes back.
        :param lock: what kind of door it is.
        """
        self.admission = Admission(room, tripcodes, clock, lock)
        self._identity = identity
        self._asking = asking
        self._room = room
        self._shell = shell
        self._clock = clock

    @property
    def takes_strangers(self) -> bool:
        """Whether it is open."""
        return self.admission.lock.kind is Kind.OPEN

    def admits(self, who: Who | None) -> bool:
        """
        :param who: as ``Identity`` knows him by his cookie or by a capability; ``None``: it does not.
        :return: whether he may see what is behind the door.
        """
        return self.admission.admits(who)

    def require(self, who: Who | None) -> None:
        """
        :param who: see ``admits``.
        :raises OutsideError: he has to go to ``/`` first.
        """
        if not self.admits(who):
            raise self._refusal()

    def outside(self, request: BoundedRequest) -> WebError | None:
        """
        :param request: any, however wrong it may be: that is for its route to say, to those who are inside.
        :return: what it is answered with, because who has sent it is outside; ``None``: he is inside.
        """
        if self.takes_strangers or any(map(self.admits, self._identity.claimed(request))):
            return None
        return self._refusal()

    def is_public(self, rule: str) -> bool:
        """:return: whether the route with this rule is there for everybody; all that is not named is not (S76)."""
        return rule in PUBLIC or rule == DESK or rule.startswith(f"{DESK}/")

    def stay(self, who: Who) -> Who:
        """
        :param who: somebody who is inside.
        :return: the same.
        :raises ExpelledError: he is banned (S26).
        """
        if self._room.person(who.key).banned:
            raise ExpelledError
        return who

    def meet(self, request: BoundedRequest) -> Who:
        """
        See ``Identity.meet``; nobody new comes in where the door is shut. For who is banned there is the page, and in
        it what says so.

        :raises OutsideError: he has to go to ``/`` first.
        """
        self.require(self._identity.reader(request, None))
        return self._identity.meet(request)

    def reader(self, request: BoundedRequest, given: str | None) -> Who | None:
        """
        See ``Identity.reader``; nobody unknown comes in where the door is shut.

        :raises OutsideError: he has to go to ``/`` first.
        :raises ExpelledError: he is banned.
        """
        who = self._identity.reader(request, given)
        self.require(who)
        return None if who is None else self.stay(who)

    def writer(self, request: BoundedRequest, *given: str | None) -> Who | None:
        """
        See ``Identity.writer``; nobody unknown comes in where the door is shut. Who is banned learns from the form why
        he cannot write.

        :raises OutsideError: he has to go to ``/`` first.
        """
        who = self._identity.writer(request, *given)
        self.require(who)
        return who

    def clean(self, request: BoundedRequest, who: Who, *given: str | None) -> bool:
        """See ``Identity.clean``."""
        return self._identity.clean(request, who, *given)

    def turn_away(self, request: BoundedRequest, theme: str = "") -> str | None:
        """
        :param request: for ``/``.
        :param theme: one of ``THEMES``, which goes with him into the page.
        :return: what is to be done, for whoever is not admitted; ``None``: he is.
        :raises Unavailable: there is no captcha for him now.
        """
        who = self._identity.reader(request, None)
        if self.admits(who):
            return None
        request.cookies.append(COOKIE + b"=1; Path=/; HttpOnly; SameSite=Lax")
        guest = self._identity.guest()
        if self.admission.lock.kind is Kind.CAPTCHA:
            return self._page(request, guest, theme)
        trip = None if who is None else self._room.person(who.key).look.trip
        return self._club(request, guest, theme, Verdict(NOT_ALLOWED, trip), first=True)

    @router.route("/door", methods=["GET"])
    def back(self, request: BoundedRequest) -> str:
        """Whoever comes here by himself wants to go to the page."""
        return _go_on(request)

    @router.route("/door", methods=["POST"])
    async def knock(self, request: BoundedRequest) -> str:
        """
        Let in whoever has done what the door asks for.

        Where cookies are kept he has one now and is sent to the page. Else this is the page: what he carries is in it,
        and must not be in an address that he could pass on (L-61).
        """
        fields = request.form("guest", "captcha", "words", "answer", "ask", "password", "theme")
        theme = themed(fields)
        who = self._identity.reader(request, None)
        if self.takes_strangers or (who is not None and self.admits(who)):
            return _go_on(request, theme)  # he has reloaded the page that was the answer, or it is open by now
        if self.admission.lock.kind is Kind.CAPTCHA:
            return self._solve(request, fields, theme)
        if "password" not in fields:
            raise BadRequest
        guest, bucket = self._guest(fields), self._asking.bucket(request)
        key = guest.key if who is None else who.key
        verdict = await self.admission.knock(key, bucket, fields["password"], known=who is not None)
        if verdict.sentence:
            return self._club(request, guest, theme, verdict)
        return self._let_in(request, guest.guest, theme) if who is None else _go_on(request, theme)

    def _guest(self, fields: dict[str, str]) -> Who:
        """:return: whoever the form was for; scripts need not load it first (S77)."""
        return self._identity.recognise(fields["guest"]) if "guest" in fields else self._identity.guest()

    def _solve(self, request: BoundedRequest, fields: dict[str, str], theme: str) -> str:
        """:return: what follows an answer to a captcha."""
        if not {"guest", "captcha"} <= fields.keys():
            raise BadRequest
        guest = self._identity.recognise(fields["guest"])
        if (button := pressed(fields)) is not None:
            return self._grant(request, guest, fields, button, theme)
        outcome = self._asking.solve(guest.key, fields["captcha"], fields.get("answer", ""))
        if outcome is not Outcome.RIGHT:
            return self._page(request, guest, theme, complaint(outcome), words="words" in fields)
        with suppress(ChatError):  # the chat may have no room for him; he can watch then
            self._room.prove(guest.key, self._clock.seconds())
        return self._let_in(request, fields["guest"], theme)

    def _grant(self, request: BoundedRequest, guest: Who, fields: dict[str, str], button: Button, theme: str) -> str:
        """:return: the page with another captcha."""
        match button:
            case Button.NEW:
                return self._page(request, guest, theme, words="words" in fields, unwanted=fields["captcha"])
            case Button.WORDS | Button.PICTURE:
                return self._page(request, guest, theme, words=button is Button.WORDS)
            case _:
                raise BadRequest

    def _let_in(self, request: BoundedRequest, guest: str, theme: str) -> str:
        """:return: the page, or nothing on the way to it."""
        who = self._identity.admit(request, guest)
        return _go_on(request, theme) if request.sent_cookies(COOKIE) else self._shell(request, who, theme)

    def _page(
        self,
        request: BoundedRequest,
        guest: Who,
        theme: str,
        sentence: str = "",
        *,
        words: bool = False,
        unwanted: str = "",
    ) -> str:
        """:return: the captcha, and what is to be said about the last one."""
        apply(request, Document.SHELL)
        if request.method == b"HEAD":
            return ""
        posed = self._asking.pose(request, guest.key, words=words, unwanted=unwanted)
        if posed is None:
            raise Unavailable(retry_after=PAUSE)
        if posed.id == unwanted or words != (posed.question is not None):
            sentence = NO_OTHER
        return TEMPLATES.get_template("door.html").render(guest=guest, posed=posed, sentence=sentence, theme=theme)

    def _club(self, request: BoundedRequest, guest: Who, theme: str, verdict: Verdict, *, first: bool = False) -> str:
        """:return: the page that asks for a password, and says nothing of what is behind it (S77, S78)."""
        apply(request, Document.SHELL)
        request.setResponseCode(HTTPStatus.FORBIDDEN)
        members = self.admission.lock.kind is Kind.MEMBERS
        return TEMPLATES.get_template("club.html").render(
            guest=guest,
            members=members,
            trip=verdict.trip,
            whole="" if verdict.trip is None else verdict.trip.full,
            sentence="" if first and not members else verdict.sentence,
            theme=theme,
        )

    def _refusal(self) -> OutsideError:
        return OutsideError() if self.admission.lock.kind is Kind.CAPTCHA else NotAllowedError()


def _go_on(request: BoundedRequest, theme: str = "") -> str:
    """:return: nothing; the browser goes to the page."""
    apply(request, Document.SHELL)
    request.setResponseCode(HTTPStatus.SEE_OTHER)
    request.setHeader("Location", f"/?theme={theme}" if theme else "/")
    return ""
