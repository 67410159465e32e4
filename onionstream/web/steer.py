"""The forms by which the broadcaster steers: what is said about the stream, who may write and come in, the encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.events import Message
from onionstream.chat.moderation import Moderation
from onionstream.chat.people import Person
from onionstream.chat.rules import Mode, When
from onionstream.chat.sweep import Extent, counted
from onionstream.chat.tripcode import Tripcode, is_full
from onionstream.web.areas import Router
from onionstream.web.course import Course, CourseError
from onionstream.web.desk import Desk, pressed
from onionstream.web.errors import BadRequest
from onionstream.web.helm import Notice, Source, Titles, Tripcoded, View
from onionstream.web.lock import Kind
from onionstream.web.request import BoundedRequest

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
        desk: Desk,
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
        :param desk: takes the forms.
        :param here: keys of those who are present, each time another look.
        :param called: somebody's name.
        :param clock: never goes back.
        :param when: seconds since 1970-01-01 00:00 UTC.
        """
        self._course = course
        self._titles = titles
        self._moderation = moderation
        self._source = source
        self._desk = desk
        self._here = here
        self._called = called
        self._clock = clock
        self._when = when

    def view(self) -> View:
        """:return: the forms as they are now."""
        lock, swept = self._course.door.present, self._moderation.swept
        return View(
            titles=self._titles,
            off=not self._source.running,
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

        return self._desk.act(request, "title", ("title", "about"), act)

    @router.route("/broadcaster/chat", methods=["POST"])
    def chat(self, request: BoundedRequest) -> str:
        """Who may write, and when it needs a captcha."""

        def act(fields: dict[str, str]) -> Notice:
            mode, captcha = _one(Mode, fields["mode"]), _one(When, fields["captcha"])
            self._course.set_mode(mode, _number(fields["slow"]))
            self._course.set_captcha(captcha)
            return Notice("The chat is as you have set it.")

        return self._desk.act(request, "chat", ("mode", "slow", "captcha"), act)

    @router.route("/broadcaster/raid", methods=["POST"])
    def raid(self, request: BoundedRequest) -> str:
        """Begin to ask new people for captchas, or end that."""

        def act(fields: dict[str, str]) -> Notice:
            if pressed(fields, "on", "off") == "off":
                self._course.end_raid()
                return Notice("New people write as all others do.")
            self._course.begin_raid(_number(fields["minutes"]))
            return Notice("New people have to solve a captcha first.")

        return self._desk.act(request, "raid", ("minutes", "act"), act)

    @router.route("/broadcaster/sweep", methods=["POST"])
    def sweep(self, request: BoundedRequest) -> str:
        """Hide what new people have said lately, once it was shown how much that is; or take that back."""

        def act(fields: dict[str, str]) -> Notice:
            button = pressed(fields, "count", "hide", "back")
            if button == "back":
                return self._sweep_back()
            minutes, younger = _number(fields["minutes"]), _number(fields["younger"])
            found = self._course.find(minutes, younger)
            if button == "count" or not found:
                return _asked(found, minutes, younger)
            record = self._moderation.sweep(self._desk.key, found, int(self._when()))
            return Notice(f"{counted(len(record.messages))} vanished.")

        return self._desk.act(request, "sweep", ("minutes", "younger", "act"), act)

    def _sweep_back(self) -> Notice:
        """:return: what became of the latest sweep, if there is one."""
        if (swept := self._moderation.swept) is None:
            return Notice("There are no such messages.")
        self._moderation.undo(self._desk.key, swept.number, self._clock.seconds(), int(self._when()))
        return Notice(f"{counted(len(swept.messages))} can be seen again.")

    @router.route("/broadcaster/door", methods=["POST"])
    def door(self, request: BoundedRequest) -> str:
        """Who comes in."""

        def act(fields: dict[str, str]) -> Notice:
            self._course.set_door(_one(Kind, fields["kind"]), fields["password"])
            return Notice("The door is as you have set it.")

        return self._desk.act(request, "door", ("kind", "password"), act)

    @router.route("/broadcaster/member", methods=["POST"])
    def member(self, request: BoundedRequest) -> str:
        """Put a tripcode on the list of members, or take one away."""

        def act(fields: dict[str, str]) -> Notice:
            joins = pressed(fields, "add", "drop") == "add"
            found = fields["tripcode"].strip()
            if not is_full(found):
                raise CourseError("That is no tripcode in full: those have 43 characters. Nothing was changed.")
            self._course.set_member(Tripcode.of(found).digest, member=joins)
            return Notice("He is a member now." if joins else "He is no member any more.")

        return self._desk.act(request, "member", ("tripcode", "act"), act)

    @router.route("/broadcaster/source", methods=["POST"])
    def source(self, request: BoundedRequest) -> str:
        """Switch the encoder on or off, or start it anew."""

        def act(fields: dict[str, str]) -> Notice:
            source, button = self._source, pressed(fields, "on", "off", "restart")
            if bool(source.running) is (button == "on"):
                return Notice(f"The source is switched {'on' if source.running else 'off'}.", refused=True)
            match button:
                case "on":
                    source.startService()
                    return Notice("The source is switched on.")
                case "off":
                    source.stopService()
                    return Notice("The source is switched off.")
                case _:
                    source.restart()
                    return Notice("The source is being restarted.")

        return self._desk.act(request, "source", ("act",), act)

    def _tripcoded(self, person: Person) -> Tripcoded:
        trip = person.look.trip
        assert trip is not None
        return Tripcoded(self._called(person), trip.shown, trip.full)


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


def _number(text: str) -> int:
    """:raises CourseError: it is none."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _NUMBER):
        raise CourseError("A whole number is needed there. Nothing was changed.")
    return int(text)
