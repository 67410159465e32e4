"""
What those who watch over the chat press: on the live page, and on the broadcaster's own.

The answer is empty (204), so that no document changes but by what is written into it: in Firefox even such an answer
would end a live document, if the buttons did not have another frame for it.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.errors import ChatError
from onionstream.chat.moderation import GoneError, Moderation, Record
from onionstream.chat.staff import Deed, RightsError
from onionstream.chat.tripcode import Tripcode, is_full
from onionstream.web.areas import Router
from onionstream.web.errors import BadRequest, Forbidden, NotFound, WebError
from onionstream.web.frame import known
from onionstream.web.identity import Recognition
from onionstream.web.nonces import Nonces
from onionstream.web.request import BoundedRequest

FORM = "mod"
"""What the proof is for; see ``Nonces.lasting``."""

UNDO, TRIP = "undo", "trip"
"""Fields that are no deeds: the number of a record to be taken back, and the whole tripcode of a moderator who is to be
none any more."""

_ONE_MESSAGE = (Deed.HIDE, Deed.SHOW)


class NotDone(WebError):  # noqa: N818 - named as those of ``errors``
    """This was not done. The page on which you pressed the button says why."""

    status = HTTPStatus.CONFLICT


class Answers(Protocol):
    """Tells the staff what became of a button; the live page's ``Feed`` does."""

    def done(self, key: bytes, record: Record) -> None:
        """This was done."""

    def not_done(self, key: bytes, sentence: str) -> None:
        """Nothing was, and why."""


class Moderating:
    """The area of ``/mod``."""

    router = Router()

    def __init__(
        self,
        moderation: Moderation,
        identity: Recognition,
        nonces: Nonces,
        answers: Answers,
        clock: IReactorTime,
        wall: Callable[[], float],
    ) -> None:
        """
        :param moderation: does it.
        :param identity: knows who presses.
        :param nonces: know that he does, and not another site for him (D-06).
        :param answers: say what became of it.
        :param clock: never goes back.
        :param wall: seconds since 1970-01-01 00:00 UTC.
        """
        self._moderation = moderation
        self._identity = identity
        self._nonces = nonces
        self._answers = answers
        self._clock = clock
        self._wall = wall

    @router.route("/mod", methods=["POST"])
    def press(self, request: BoundedRequest) -> str:
        """Somebody has pressed one of the buttons. He is known by his cookie, or by being logged in."""
        who = known(self._identity.writer(request))
        fields = request.form("proof", UNDO, TRIP, *(deed.value for deed in Deed))
        self._nonces.check(who, FORM, fields.pop("proof", ""))
        if len(fields) != 1:
            raise BadRequest
        ((name, value),) = fields.items()
        try:
            self._do(who.key, name, value)
        except ChatError as error:
            self._answers.not_done(who.key, error.sentence)
            raise _refused(error) from None
        request.setResponseCode(HTTPStatus.NO_CONTENT)
        return ""

    def _do(self, key: bytes, name: str, value: str) -> None:
        """:raises ChatError: nothing was done."""
        now, when = self._clock.seconds(), int(self._wall())
        if name == TRIP:
            if not is_full(value):
                raise BadRequest
            record = self._moderation.dismiss(key, Tripcode.of(value).digest, now, when)
        elif name == UNDO:
            record = self._moderation.undo(key, _number(value), now, when)
        elif (deed := Deed(name)) in _ONE_MESSAGE:
            record = self._moderation.to_message(key, deed, _number(value), when)
        else:
            record = self._moderation.to_person(key, deed, value, now, when)
        self._answers.done(key, record)


def _refused(error: ChatError) -> WebError:
    """:return: what to answer; the sentence itself stands in the live document."""
    if isinstance(error, RightsError):
        return Forbidden()
    return NotFound() if isinstance(error, GoneError) else NotDone()


def _number(text: str) -> int:
    """:raises BadRequest: it is none of ours."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise BadRequest
    return int(text)
