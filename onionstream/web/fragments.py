"""
What happens, as markup: each piece is rendered once and written to all who read along.

The markup stands in ``templates/_fragments.html``; nothing else makes any, and there everything is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from markupsafe import Markup

from onionstream.chat.bans import Ban, Why
from onionstream.chat.events import Message
from onionstream.chat.moderation import Record
from onionstream.chat.people import Person, Role
from onionstream.chat.presence import Groups
from onionstream.chat.staff import DEEDS
from onionstream.web import css
from onionstream.web.emotes import Emotes, Piece
from onionstream.web.pieces import Hole, Holed, Twofold
from onionstream.web.stage import Air
from onionstream.web.templates import TEMPLATES

NAMES = 200
"""People in the list of users at the most; of the others there is a number."""

BANNED = 100
"""The same of the banned."""

_WHY = {Why.MODERATION: "the staff", Why.FILTER: "the word filter"}

_MACROS: Any = TEMPLATES.get_template("_fragments.html").module
_HOLE = "\0"  # no text has it: the pipeline of D-11 lets no control character in, and HTML could not hold it

# Not by strftime: that would speak the machine's language (L-17).
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """
    What people are called who have no name of their own.

    :ivar unnamed: everybody.
    :ivar broadcaster: the broadcaster.
    """

    unnamed: str = "Anonymous"
    broadcaster: str = "Broadcaster"

    def of(self, person: Person) -> tuple[str, str]:
        """:return: what somebody is called, and the tag that tells him from others who are called the same."""
        if person.look.name:
            return person.look.name, ""
        return (self.broadcaster, "") if person.role is Role.BROADCASTER else (self.unnamed, person.tag)


@dataclass(frozen=True, slots=True)
class Moment:
    """
    A time as it is shown: in UTC, to the minute (L-17).

    :ivar date: ``2026-11-22``.
    :ivar clock: ``18:31``.
    :ivar words: ``Sunday 22 November``.
    """

    date: str
    clock: str
    words: str

    @classmethod
    def of(cls, when: int) -> Moment:
        """:param when: seconds since 1970-01-01 00:00 UTC."""
        time = datetime.fromtimestamp(when, timezone.utc)
        words = f"{_DAYS[time.weekday()]} {time.day} {_MONTHS[time.month - 1]}"
        return cls(f"{time.year:04}-{time.month:02}-{time.day:02}", f"{time.hour:02}:{time.minute:02}", words)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A person as the macros need him; ``hue`` is empty for a colour of one's own, which a rule gives."""

    mark: str
    role: str
    name: str
    tag: str
    hue: str
    trip: str
    trip_hue: str


@dataclass(frozen=True, slots=True)
class _Banned:
    """A ban as its macro needs it."""

    one: _Shown
    when: Moment | None
    why: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A message as its macro needs it."""

    one: _Shown
    number: int
    date: str
    clock: str
    pieces: list[Piece]


class Fragments:
    """
    Renders the pieces.

    :ivar words: what people are called; may be replaced at any time.
    :ivar emotes: pictures in messages; may be replaced before the first one.
    """

    def __init__(self, words: Words) -> None:
        """:param words: what people are called."""
        self.words = words
        self.emotes = Emotes()

    def message(self, message: Message) -> Twofold:
        """Something that was said; what is hidden is for the staff only."""
        moment = Moment.of(message.when)
        pieces = self.emotes.pieces(message.number, message.text)
        line = _Line(self._shown(message.author), int(message.number), moment.date, moment.clock, pieces)
        viewers = None if message.hidden else _render(_MACROS.message, line)
        return Twofold(viewers, _render(_MACROS.message, line, True))

    def day(self, when: int, *, first: bool) -> bytes:
        """
        The line before the messages of a day.

        :param when: a moment of it.
        :param first: it is the first in its document: not to be seen until another one follows (S58).
        """
        moment = Moment.of(when)
        return _render(_MACROS.day, moment.date, moment.words, first)

    def empty(self) -> bytes:
        """Said as long as nobody has said anything."""
        return _render(_MACROS.empty)

    def state(self, state: Air) -> bytes:
        """Whether there is a picture."""
        return _render(_MACROS.state, state.value)

    def uptime(self, minutes: int | None) -> bytes:
        """How long the stream has been on air; ``None``: it is not."""
        return _render(_MACROS.uptime, minutes)

    def note(self, sentence: str) -> bytes:
        """A sentence on what is out of order; empty: nothing is."""
        return _render(_MACROS.note, sentence)

    def player_note(self, sentence: str, link: str) -> Holed:
        """
        :param sentence: what is wrong with this reader's player.
        :param link: the words of the link that loads it.
        """
        return _holed(_MACROS.note, Hole.PLAYER, sentence, _HOLE, link)

    def count(self, watching: int) -> bytes:
        """How many watch."""
        return _render(_MACROS.count, watching)

    def here(self, people: int) -> bytes:
        """How many are here."""
        return _render(_MACROS.here, people)

    def title(self, title: str) -> bytes:
        """The stream's title."""
        return _render(_MACROS.title, title)

    def description(self, description: str) -> bytes:
        """The stream's description."""
        return _render(_MACROS.description, description)

    def users(self, groups: Groups, bans: Iterable[Ban] = ()) -> Twofold:
        """
        Who is here: those who watch, and those who do not; at most ``NAMES`` of them by name.

        :param groups: they.
        :param bans: who is banned, for the staff: at most ``BANNED`` of them by name, the latest first.
        """
        watching, others = named(groups)
        here = (
            ("Watching", len(groups.watching), [self._shown(one) for one in watching]),
            ("Not watching", len(groups.others), [self._shown(one) for one in others]),
        )
        left_out = len(groups.watching) + len(groups.others) - len(watching) - len(others)
        banned = tuple(bans)[::-1]
        some = [_Banned(self._shown(one.person), _moment(one.when), _WHY[one.why]) for one in banned[:BANNED]]
        return Twofold(
            _render(_MACROS.users, here, left_out),
            _render(_MACROS.users, here, left_out, True, some, len(banned) - len(some)),
        )

    def done(self, record: Record) -> bytes:
        """What somebody of the staff has just done, or taken back."""
        words, undo = ("Taken back:", 0) if record.undone else (DEEDS[record.deed], record.number)
        if isinstance(record.target, Person):
            return _render(_MACROS.done, words, self._shown(record.target), undo, False)
        return _render(_MACROS.done, f"{words} {record.whom(self.called)}", None, undo, False)

    def not_done(self, sentence: str) -> bytes:
        """Why what he wanted was not done."""
        return _render(_MACROS.done, sentence, None, 0, True)

    def heartbeat(self) -> Holed:
        """What shows that the connection lives, and by itself that it does not when no other one follows."""
        return _holed(_MACROS.heartbeat, Hole.AGAIN, _HOLE)

    def style(self, *some: str) -> Holed | None:
        """:return: rules of ``rules``, as one sheet; ``None`` where there are none."""
        together = "".join(some)
        return _holed(_MACROS.style, Hole.NONCE, _HOLE, sheet(together)) if together else None

    def called(self, person: Person) -> str:
        """:return: somebody's name with his tag."""
        return "".join(self.words.of(person))

    def _shown(self, person: Person) -> _Shown:
        name, tag = self.words.of(person)
        hue, trip = person.hue, person.look.trip
        return _Shown(
            mark=css.mark(person),
            role=person.role.value,
            name=name,
            tag=tag,
            hue=f"{hue:x}" if isinstance(hue, int) else "",
            trip="" if trip is None else trip.shown,
            trip_hue="" if trip is None else f"{trip.hue:x}",
        )


def _moment(when: int) -> Moment | None:
    return Moment.of(when) if when else None


def named(groups: Groups) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """:return: those who watch and those who do not, as far as the list has room for their names."""
    return groups.watching[:NAMES], groups.others[: max(0, NAMES - len(groups.watching))]


def sheet(together: str) -> Markup:
    """
    :param together: rules of ``rules``.
    :return: the same, to stand in a style element, where nothing may be escaped.
    :raises ValueError: there is a character in it that could end the element, or that is in no rule of ours.
    """
    return Markup(css.checked(together))  # noqa: S704 - what has been checked is all ours


def _render(macro: Callable[..., str], *given: object) -> bytes:
    return str(macro(*given)).encode()


def _holed(macro: Callable[..., str], hole: Hole, *given: object) -> Holed:
    return Holed(tuple(_render(macro, *given).split(_HOLE.encode())), hole)
