"""
The captcha at the door: where it is asked for, nobody gets anything of the stream before he has solved one (A10).

Who stands before it learns nothing, not even whether the stream is live. Who is inside is told by what he carries:
there are no capabilities but for those whom this let in, and for those who came when it was open.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from twisted.internet.interfaces import IReactorTime

from onionstream.captcha.captchas import Outcome
from onionstream.chat.errors import ChatError
from onionstream.chat.room import Room
from onionstream.web.areas import Router
from onionstream.web.asking import Asking, complaint
from onionstream.web.drafts import NO_OTHER, Wish, wished
from onionstream.web.errors import BadRequest, Forbidden, Unavailable
from onionstream.web.headers import Document, apply
from onionstream.web.identity import Identity, Who
from onionstream.web.request import BoundedRequest
from onionstream.web.templates import TEMPLATES

COOKIE = b"d"
"""A cookie that says nothing, but comes back where cookies are kept."""

PAUSE = 30
"""Seconds after which another try makes sense when there is no captcha for somebody; see ``captcha.challenges``."""


class OutsideError(Forbidden):
    """You have not solved the captcha at the door of this site. Follow the link to do so."""


class ExpelledError(Forbidden):
    """You have been banned from this stream."""


class Door:
    """
    The area of ``/door``.

    :ivar shut: the captcha is asked for; may be changed at any time.
    """

    router = Router()

    def __init__(
        self,
        identity: Identity,
        asking: Asking,
        room: Room,
        shell: Callable[[BoundedRequest, Who], str],
        clock: IReactorTime,
        *,
        shut: bool = False,
    ) -> None:
        """
        :param identity: tells guests from those who are inside.
        :param asking: poses captchas.
        :param room: who comes in need not solve another one for his first message (A11).
        :param shell: the page for somebody who is inside; sets its headers.
        :param clock: never goes back.
        :param shut: see above.
        """
        self.shut = shut
        self._identity = identity
        self._asking = asking
        self._room = room
        self._shell = shell
        self._clock = clock

    @property
    def takes_strangers(self) -> bool:
        """Whether it is open."""
        return not self.shut

    def admits(self, who: Who | None) -> bool:
        """
        :param who: as ``Identity`` knows him by his cookie or by a capability; ``None``: it does not.
        :return: whether he may see what is behind the door.
        """
        return not self.shut or who is not None

    def require(self, who: Who | None) -> None:
        """
        :param who: see ``admits``.
        :raises OutsideError: he has to go to ``/`` first.
        """
        if not self.admits(who):
            raise OutsideError

    def _stay(self, who: Who | None) -> Who | None:
        """
        :param who: as ``Identity`` knows him.
        :return: the same.
        :raises OutsideError: he has to go to ``/`` first.
        :raises ExpelledError: he is banned (S26).
        """
        self.require(who)
        if who is not None and self._room.person(who.key).banned:
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
        return self._stay(self._identity.reader(request, given))

    def writer(self, request: BoundedRequest, *given: str | None) -> Who | None:
        """
        See ``Identity.writer``; nobody unknown comes in where the door is shut.

        :raises OutsideError: he has to go to ``/`` first.
        :raises ExpelledError: he is banned.
        """
        return self._stay(self._identity.writer(request, *given))

    def clean(self, request: BoundedRequest, who: Who, *given: str | None) -> bool:
        """See ``Identity.clean``."""
        return self._identity.clean(request, who, *given)

    def turn_away(self, request: BoundedRequest) -> str | None:
        """
        :param request: for ``/``.
        :return: the captcha, for whoever is not admitted; ``None``: he is.
        :raises Unavailable: there is none for him now.
        """
        return None if self.admits(self._identity.reader(request, None)) else self.page(request)

    def page(self, request: BoundedRequest) -> str:
        """
        What ``/`` shows to whoever is not admitted.

        :param request: for ``/``.
        :return: the captcha.
        :raises Unavailable: there is none for him now.
        """
        request.cookies.append(COOKIE + b"=1; Path=/door; HttpOnly; SameSite=Lax")
        return self._page(request, self._identity.guest())

    @router.route("/door", methods=["GET"])
    def back(self, request: BoundedRequest) -> str:
        """Whoever comes here by himself wants to go to the page."""
        return _go_on(request)

    @router.route("/door", methods=["POST"])
    def knock(self, request: BoundedRequest) -> str:
        """
        Let in whoever has solved the captcha.

        Where cookies are kept he has one now and is sent to the page. Else this is the page: what he carries is in it,
        and must not be in an address that he could pass on (L-61).
        """
        fields = request.form("guest", "captcha", "words", "answer", "ask")
        if self._identity.reader(request, None) is not None:
            return _go_on(request)  # he has reloaded the page that was the answer
        if not {"guest", "captcha"} <= fields.keys():
            raise BadRequest
        guest = self._identity.recognise(fields["guest"])
        if (wish := wished(fields)) is not None:
            return self._grant(request, guest, fields, wish)
        outcome = self._asking.solve(guest.key, fields["captcha"], fields.get("answer", ""))
        if outcome is not Outcome.RIGHT:
            return self._page(request, guest, complaint(outcome), words="words" in fields)
        return self._let_in(request, fields["guest"])

    def _grant(self, request: BoundedRequest, guest: Who, fields: dict[str, str], wish: Wish) -> str:
        """:return: the page with another captcha."""
        match wish:
            case Wish.NEW:
                return self._page(request, guest, words="words" in fields, unwanted=fields["captcha"])
            case Wish.WORDS | Wish.PICTURE:
                return self._page(request, guest, words=wish is Wish.WORDS)
            case _:
                raise BadRequest

    def _let_in(self, request: BoundedRequest, guest: str) -> str:
        """:return: the page, or nothing on the way to it."""
        who = self._identity.admit(request, guest)
        with suppress(ChatError):  # the chat may have no room for him; he can watch then
            self._room.prove(who.key, self._clock.seconds())
        return _go_on(request) if request.sent_cookies(COOKIE) else self._shell(request, who)

    def _page(
        self, request: BoundedRequest, guest: Who, sentence: str = "", *, words: bool = False, unwanted: str = ""
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
        return TEMPLATES.get_template("door.html").render(guest=guest, posed=posed, sentence=sentence)


def _go_on(request: BoundedRequest) -> str:
    """:return: nothing; the browser goes to the page."""
    apply(request, Document.SHELL)
    request.setResponseCode(HTTPStatus.SEE_OTHER)
    request.setHeader("Location", "/")
    return ""
