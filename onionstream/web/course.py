"""
What the broadcaster has set while the stream is on, beside what the configuration says.

The page and the terminal steer by this, and both show it: for each thing that can be set, what is in force, and whether
that is the configuration's. What was set goes when the daemon ends, or when the configuration's own words on it are
others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.events import Message
from onionstream.chat.people import Person
from onionstream.chat.room import Room
from onionstream.chat.rules import Mode, Rules, When
from onionstream.chat.sweep import Sweep
from onionstream.web.admission import Admission
from onionstream.web.lock import Kind, Lock

SHORTEST, LONGEST = 8, 256
"""Characters of a password that all share."""

SLOWEST = 3600
"""Seconds from one message to the next at the most."""

LONG = 24 * 60
"""Minutes at the most, for what is done about a raid."""

MEMBERS = 1024
"""Members at the most."""

T = TypeVar("T")


class CourseError(Exception):
    """This cannot be set; the text is a sentence."""


@dataclass(slots=True)
class Knob(Generic[T]):
    """
    One thing that can be set.

    :ivar configured: what the configuration says.
    :ivar chosen: what was set instead; ``None``: nothing.
    """

    configured: T = field(repr=False)
    chosen: T | None = field(default=None, repr=False)

    @property
    def present(self) -> T:
        """What is in force."""
        return self.configured if self.chosen is None else self.chosen

    def configure(self, configured: T) -> None:
        """The configuration may say something else now; if it does, that holds."""
        if configured != self.configured:
            self.configured, self.chosen = configured, None

    def choose(self, chosen: T | None) -> None:
        """Set it; what the configuration says anyway is not kept."""
        self.chosen = None if chosen == self.configured else chosen


class Course:
    """
    What holds now, in the chat and at the door.

    :ivar talk: the mode of the chat, and the seconds of the slow one.
    :ivar captcha: when one has to be solved.
    :ivar door: its lock.
    :ivar changed: called when something was set.
    """

    def __init__(self, room: Room, admission: Admission, clock: IReactorTime, when: Callable[[], float]) -> None:
        """
        :param room: its rules are as the configuration has them, and so is...
        :param admission: ... its lock.
        :param clock: never goes back.
        :param when: seconds since 1970-01-01 00:00 UTC.
        """
        self.changed: Callable[[], None] = lambda: None
        self.talk = Knob((room.rules.mode, room.rules.slow))
        self.captcha = Knob(room.rules.captcha)
        self.door = Knob(admission.lock)
        self._raid: float | None = None
        self._rules = room.rules
        self._room = room
        self._admission = admission
        self._clock = clock
        self._when = when

    def configure(self, rules: Rules, lock: Lock) -> None:
        """The configuration was read again (R-41)."""
        self._rules = rules
        self.talk.configure((rules.mode, rules.slow))
        self.captcha.configure(rules.captcha)
        self.door.configure(lock)
        self._apply()

    @property
    def raid(self) -> bool:
        """Whether new people have to solve a captcha because of a raid."""
        return self._raid is not None

    @property
    def note(self) -> str:
        """What viewers read about who may write; empty: everybody may."""
        match self.talk.present:
            case Mode.SLOW, slow:
                return f"Slow mode: everybody may write once in {slow:.0f} s."
            case Mode.MEMBERS, _:
                return "Only members can write at the moment."
            case Mode.CLOSED, _:
                return "The chat is closed at the moment."
        return ""

    def set_mode(self, mode: Mode, slow: float | None = None) -> None:
        """
        Who may write from now on.

        :param slow: seconds of the slow mode; ``None``: as before.
        :raises CourseError: it cannot be so slow.
        """
        seconds = self.talk.present[1] if slow is None else slow
        if not 1 <= seconds <= SLOWEST:
            raise CourseError(f"The slow mode needs 1 to {SLOWEST} seconds. Nothing was changed.")
        self.talk.choose((mode, seconds))
        self._apply()

    def set_captcha(self, when: When) -> None:
        """When somebody has to solve one from now on."""
        self.captcha.choose(when)
        self._apply()

    def begin_raid(self, minutes: int) -> None:
        """
        From now on new people have to solve a captcha, until ``end_raid``.

        :param minutes: who has come within so many is new too.
        :raises CourseError: those are too many.
        """
        _check_minutes(minutes, least=0)
        self._raid = self._clock.seconds() - 60.0 * minutes
        self._apply()

    def end_raid(self) -> None:
        """It is over."""
        self._raid = None
        self._apply()

    def find(self, minutes: int, younger: int) -> tuple[Message, ...]:
        """
        :return: what people who have come within ``younger`` minutes have said in the last ``minutes``.
        :raises CourseError: those are none, or too many.
        """
        _check_minutes(minutes)
        _check_minutes(younger)
        messages = self._room.history(self._room.rules.kept)
        return Sweep(minutes, younger).find(messages, self._clock.seconds(), int(self._when()))

    def set_door(self, kind: Kind, password: str = "") -> None:
        """
        Who comes in from now on.

        :param password: the one that all share; empty: as before.
        :raises CourseError: nobody could come in by that, or everybody.
        """
        lock = self.door.present
        password = password or lock.password
        if kind is Kind.PASSWORD and not SHORTEST <= len(password) <= LONGEST:
            raise CourseError(f"The password needs {SHORTEST} to {LONGEST} characters. Nothing was changed.")
        self.door.choose(replace(lock, kind=kind, password=password))
        self._apply()

    def set_member(self, digest: bytes, *, member: bool) -> None:
        """
        Somebody's tripcode is on the list from now on, or is not any more.

        :raises CourseError: there are too many already.
        """
        lock = self.door.present
        members = lock.members | {digest} if member else lock.members - {digest}
        if len(members) > MEMBERS:
            raise CourseError(f"There are {MEMBERS} members already. Nothing was changed.")
        self.door.choose(replace(lock, members=members))
        self._apply()

    def applicants(self, keys: tuple[bytes, ...]) -> list[Person]:
        """
        :param keys: of those who are here.
        :return: those of them with a tripcode that is not on the list.
        """
        people = (self._room.person(key) for key in keys)
        return [one for one in people if one.look.trip and one.look.trip.digest not in self.door.present.members]

    def _apply(self) -> None:
        mode, slow = self.talk.present
        lock = self.door.present
        self._room.rules = replace(
            self._rules, mode=mode, slow=slow, captcha=self.captcha.present, raid=self._raid, members=lock.members
        )
        self._admission.lock = lock
        self.changed()


def _check_minutes(minutes: int, least: int = 1) -> None:
    """:raises CourseError: they are none, or too many."""
    if not least <= minutes <= LONG:
        raise CourseError(f"Minutes are {least} to {LONG}. Nothing was changed.")
