"""
The forms by which the broadcaster steers: what is said about the stream, who may write and come in, and the encoder.

Each is answered by a redirect to his page, which then says what became of it. So nothing needs a script, and loading
the page anew sends nothing again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeVar

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.errors import ChatError
from onionstream.chat.events import Message
from onionstream.chat.moderation import Moderation
from onionstream.chat.people import Person
from onionstream.chat.rules import Mode, When
from onionstream.chat.sweep import Extent, counted
from onionstream.chat.tripcode import Tripcode, is_full
from onionstream.files.titlefile import TitleError
from onionstream.web.areas import Router
from onionstream.web.course import Course, CourseError
from onionstream.web.errors import BadRequest
from onionstream.web.headers import Document, apply
from onionstream.web.helm import Notice, Source, Titles, Tripcoded, View
from onionstream.web.identity import Who
from onionstream.web.lock import Kind
from onionstream.web.nonces import Nonces, SpentError, StaleError
from onionstream.web.request import BoundedRequest
from onionstream.web.sessions import Session, Sessions
from onionstream.web.shelf import Shelf

FORM = "steer"
"""What the nonces of these forms are for."""

DESK = "/broadcaster"
AGAIN = "This page was open for too long, so nothing was changed. Please press it again."

Choice = TypeVar("Choice", Mode, When, Kind)

_NUMBER = 6  # digits of a number that anybody means


class Steer:
    """The area of ``/broadcaster/title``, and ``/chat``, ``/raid`` and so on below the same."""

    router = Router()

    def __init__(
        self,
        course: Course,
        titles: Titles,
        moderation: Moderation,
        source: Source,
        sessions: Sessions,
        nonces: Nonces,
        here: Iterable[bytes],
        called: Callable[[Person], str],
        clock: IReactorTime,
        when: Callable[[], float],
    ) -> None:
        """
        :param course: what is set.
        :param titles: what is said about the stream.
        :param moderation: hides messages.
        :param source: of the picture.
        :param sessions: who is logged in.
        :param nonces: let each form be sent once.
        :param here: keys of those who are present, each time another look.
        :param called: somebody's name.
        :param clock: never goes back.
        :param when: seconds since 1970-01-01 00:00 UTC.
        """
        self._course = course
        self._titles = titles
        self._moderation = moderation
        self._source = source
        self._sessions = sessions
        self._nonces = nonces
        self._here = here
        self._called = called
        self._clock = clock
        self._when = when
        self._notices: Shelf[Notice] = Shelf(1, 300.0)

    def view(self, session: Session) -> View:
        """:return: the forms, for whoever is logged in; what became of the last one is said this once."""
        lock, swept = self._course.door.present, self._moderation.swept
        return View(
            once=self._nonces.issue(_who(session), FORM),
            notice=self._notices.pop(session.key, self._clock.seconds()),
            titles=self._titles,
            course=self._course,
            hidden=len(swept.messages) if swept else 0,
            members=tuple(sorted(Tripcode(one).full for one in lock.members)),
            applicants=tuple(map(self._tripcoded, self._course.applicants(tuple(self._here)))),
        )

    @router.route("/broadcaster/title", methods=["POST"])
    def title(self, request: BoundedRequest) -> str:
        """Say something else about the stream."""

        def act(fields: dict[str, str]) -> Notice:
            about = fields["about"].replace("\r\n", "\n")
            if fields["title"] != self._titles.title:
                self._titles.set_title(fields["title"])
            if about != self._titles.description:
                self._titles.set_description(about)
            return Notice("Viewers read this now.")

        return self._act(request, ("title", "about"), act)

    @router.route("/broadcaster/chat", methods=["POST"])
    def chat(self, request: BoundedRequest) -> str:
        """Who may write, and when it needs a captcha."""

        def act(fields: dict[str, str]) -> Notice:
            mode, captcha = _one(Mode, fields["mode"]), _one(When, fields["captcha"])
            self._course.set_mode(mode, _number(fields["slow"]))
            self._course.set_captcha(captcha)
            return Notice("The chat is as you have set it.")

        return self._act(request, ("mode", "slow", "captcha"), act)

    @router.route("/broadcaster/raid", methods=["POST"])
    def raid(self, request: BoundedRequest) -> str:
        """Begin to ask new people for captchas, or end that."""

        def act(fields: dict[str, str]) -> Notice:
            if _button(fields, "on", "off") == "off":
                self._course.end_raid()
                return Notice("New people write as all others do.")
            self._course.begin_raid(_number(fields["minutes"]))
            return Notice("New people have to solve a captcha first.")

        return self._act(request, ("minutes", "act"), act)

    @router.route("/broadcaster/sweep", methods=["POST"])
    def sweep(self, request: BoundedRequest) -> str:
        """Hide what new people have said lately, once it was shown how much that is; or take that back."""

        def act(fields: dict[str, str]) -> Notice:
            button = _button(fields, "count", "hide", "back")
            if button == "back":
                return self._sweep_back()
            minutes, younger = _number(fields["minutes"]), _number(fields["younger"])
            found = self._course.find(minutes, younger)
            if button == "count" or not found:
                return _asked(found, minutes, younger)
            record = self._moderation.sweep(self._sessions.key, found, int(self._when()))
            return Notice(f"{counted(len(record.messages))} vanished.")

        return self._act(request, ("minutes", "younger", "act"), act)

    def _sweep_back(self) -> Notice:
        """:return: what became of the latest sweep, if there is one."""
        if (swept := self._moderation.swept) is None:
            return Notice("There are no such messages.")
        self._moderation.undo(self._sessions.key, swept.number, self._clock.seconds(), int(self._when()))
        return Notice(f"{counted(len(swept.messages))} can be seen again.")

    @router.route("/broadcaster/door", methods=["POST"])
    def door(self, request: BoundedRequest) -> str:
        """Who comes in."""

        def act(fields: dict[str, str]) -> Notice:
            self._course.set_door(_one(Kind, fields["kind"]), fields["password"])
            return Notice("The door is as you have set it.")

        return self._act(request, ("kind", "password"), act)

    @router.route("/broadcaster/member", methods=["POST"])
    def member(self, request: BoundedRequest) -> str:
        """Put a tripcode on the list of members, or take one away."""

        def act(fields: dict[str, str]) -> Notice:
            joins = _button(fields, "add", "drop") == "add"
            found = fields["tripcode"].strip()
            if not is_full(found):
                raise CourseError("That is no tripcode in full: those have 43 characters. Nothing was changed.")
            self._course.set_member(Tripcode.of(found).digest, member=joins)
            return Notice("He is a member now." if joins else "He is no member any more.")

        return self._act(request, ("tripcode", "act"), act)

    @router.route("/broadcaster/source", methods=["POST"])
    def source(self, request: BoundedRequest) -> str:
        """Switch the encoder on or off, or start it anew."""

        def act(fields: dict[str, str]) -> Notice:
            match _button(fields, "on", "off", "restart"):
                case "on":
                    self._source.startService()
                    return Notice("The source is switched on.")
                case "off":
                    self._source.stopService()
                    return Notice("The source is switched off.")
                case _:
                    self._source.restart()
                    return Notice("The source is started anew.")

        return self._act(request, ("act",), act)

    def _act(self, request: BoundedRequest, known: tuple[str, ...], act: Callable[[dict[str, str]], Notice]) -> str:
        """
        Do what a form wants, once.

        :raises LoginError: it is not the broadcaster's.
        :raises BadRequest: no form of ours has sent it.
        """
        session = self._sessions.require(request)
        fields = request.form("nonce", *known)
        if fields.keys() != {"nonce", *known}:
            raise BadRequest
        try:
            self._nonces.spend(_who(session), FORM, fields["nonce"])
            notice = act(fields)
        except SpentError:
            return _go_back(request)  # a button pressed twice
        except StaleError:
            notice = Notice(AGAIN, refused=True)
        except (CourseError, TitleError) as error:
            notice = Notice(str(error), refused=True)
        except ChatError as error:
            notice = Notice(error.sentence, refused=True)
        self._notices.put(session.key, notice, self._clock.seconds())
        return _go_back(request)

    def _tripcoded(self, person: Person) -> Tripcoded:
        trip = person.look.trip
        assert trip is not None
        return Tripcoded(self._called(person), trip.shown, trip.full)


def _who(session: Session) -> Who:
    return Who(session.key, cookie=True)


def _asked(found: tuple[Message, ...], minutes: int, younger: int) -> Notice:
    """:return: what is asked before messages are hidden."""
    if not found:
        return Notice("There are no such messages.")
    return Notice(f"{Extent.of(found).words} would vanish.", sweep=(minutes, younger, len(found)))


def _one(kind: type[Choice], value: str) -> Choice:
    """:raises BadRequest: there is no such thing to choose."""
    try:
        return kind(value)
    except ValueError:
        raise BadRequest from None


def _button(fields: dict[str, str], *known: str) -> str:
    """:raises BadRequest: there is no such button."""
    if fields["act"] not in known:
        raise BadRequest
    return fields["act"]


def _number(text: str) -> int:
    """:raises CourseError: it is none."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _NUMBER):
        raise CourseError("A whole number is needed there. Nothing was changed.")
    return int(text)


def _go_back(request: BoundedRequest) -> str:
    """:return: nothing; the browser goes to the page."""
    apply(request, Document.SHELL)
    request.setResponseCode(HTTPStatus.SEE_OTHER)
    request.setHeader("Location", f"{DESK}#notice")
    return ""
