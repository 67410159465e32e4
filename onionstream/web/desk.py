"""
What the forms of the broadcaster's page have in common.

Each is sent by him alone, and once (D-06), at any time before his login ends: the page stands open for hours. It is
answered by the way back to the place of the page where it was pressed, which then says what became of it, and has again
what was typed if that was not done. So nothing needs a script, and loading the page anew sends nothing again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.errors import ChatError
from onionstream.files.titlefile import TitleError
from onionstream.onion.errors import InvitationError
from onionstream.settings.config import ConfigError
from onionstream.web.course import CourseError
from onionstream.web.errors import BadRequest
from onionstream.web.headers import Document, apply
from onionstream.web.helm import Notice
from onionstream.web.nonces import Nonces, SpentError, StaleError
from onionstream.web.request import DESK, BoundedRequest
from onionstream.web.sessions import MOST, Session, Sessions
from onionstream.web.shelf import Shelf

AGAIN = "This page is not fresh any more, so nothing was changed. Please press it again."
TWICE = "You have sent this already, and a form does its work once. If you mean it again, press it again."

_SECRET = ("nonce", "act", "password")  # fields that are not typed, or not to be shown

_KEPT = 300.0  # seconds in which somebody comes back to the page


@dataclass(frozen=True, slots=True)
class Forms:
    """
    What the page needs for them.

    :ivar once: makes the nonce of one of them.
    :ivar notice: what became of the last one.
    """

    once: Callable[[str], str]
    notice: Notice | None

    def typed(self, form: str, field: str, present: str) -> str:
        """
        :param form: the name of a form.
        :param field: of it.
        :param present: what it shows if nothing comes back.
        :return: what it shows.
        """
        if self.notice is None or self.notice.form != form:
            return present
        return self.notice.typed.get(field, present)


class Desk:
    """Takes them."""

    def __init__(self, sessions: Sessions, nonces: Nonces, clock: IReactorTime) -> None:
        """
        :param sessions: who is logged in.
        :param nonces: let each form be sent once, as long as somebody is logged in.
        :param clock: never goes back.
        """
        self._sessions = sessions
        self._nonces = nonces
        self._clock = clock
        self._notices: Shelf[Notice] = Shelf(MOST, _KEPT)

    @property
    def key(self) -> bytes:
        """By which the chat knows whoever sits here."""
        return self._sessions.key

    def forms(self, session: Session) -> Forms:
        """:return: what the page needs, for whoever is logged in; what became of the last form is said this once."""
        notice = self._notices.pop(session.own, self._clock.seconds())
        return Forms(lambda form: self._nonces.issue(session.who, _purpose(form)), notice)

    def act(
        self,
        request: BoundedRequest,
        form: str,
        known: tuple[str, ...],
        act: Callable[[dict[str, str]], Notice | str],
        *,
        twice: str = TWICE,
    ) -> str:
        """
        Do what a form wants, once; what was typed for something else than that is kept for the page.

        :param request: has brought it.
        :param form: its name; the page has the outcome where this form is.
        :param known: its fields, beside the nonce.
        :param act: does it; a text is the answer itself.
        :param twice: said when it was done before.
        :return: the answer.
        :raises LoginError: it is not the broadcaster's.
        :raises BadRequest: no form of ours has sent it.
        """
        session = self._sessions.require(request)
        fields = request.form("nonce", *known)
        if fields.keys() != {"nonce", *known}:
            raise BadRequest
        try:
            self._nonces.spend(session.who, _purpose(form), fields["nonce"])
            done = act(fields)
        except SpentError:
            done = self._unread(session, form) or Notice(twice).with_typed(_typed(fields))
        except StaleError:
            done = Notice(AGAIN, refused=True)
        except ConfigError as error:
            done = Notice(f"The configuration stays as it was: {error}", refused=True)
        except (CourseError, TitleError, InvitationError) as error:
            done = Notice(str(error), refused=True)
        except ChatError as error:
            done = Notice(error.sentence, refused=True)
        if isinstance(done, str):
            return done
        if done.refused:
            done = done.with_typed(_typed(fields))
        self._notices.put(session.own, done.at(form), self._clock.seconds())
        return _go_back(request)

    def _unread(self, session: Session, form: str) -> Notice | None:
        """:return: what became of this form, if it was pressed again before the page could say so."""
        notice = self._notices.get(session.own, self._clock.seconds())
        return notice if notice is not None and notice.form == form else None


def pressed(fields: dict[str, str], *known: str) -> str:
    """:return: which one was pressed; :raises BadRequest: there is no such button."""
    if fields["act"] not in known:
        raise BadRequest
    return fields["act"]


def _typed(fields: dict[str, str]) -> dict[str, str]:
    """:return: what may come back."""
    return {name: value for name, value in fields.items() if name not in _SECRET}


def _purpose(form: str) -> str:
    """:return: what the nonce of a form is for."""
    return f"desk {form}"


def _go_back(request: BoundedRequest) -> str:
    """:return: nothing; the browser goes to the page."""
    apply(request, Document.SHELL)
    request.setResponseCode(HTTPStatus.SEE_OTHER)
    request.setHeader("Location", f"{DESK}#notice")
    return ""
