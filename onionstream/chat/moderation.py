"""What those who watch over the chat do: only what they may, each thing written down, and most of it can be undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from onionstream.chat.errors import ChatError
from onionstream.chat.events import Banned, Event, Message
from onionstream.chat.people import Person, Role
from onionstream.chat.room import Room
from onionstream.chat.staff import Deed, RightsError, may
from onionstream.chat.sweep import Extent
from onionstream.chat.tripcode import Tripcode

KEPT = 256
"""Deeds that are remembered, and can be undone (D-50)."""


class GoneError(ChatError):
    """This is not here, or not any more: the message, the person, or what was done."""


class NothingError(ChatError):
    """It is so already."""


class NoTripcodeError(ChatError):
    """Only somebody with a tripcode can be a moderator: by that he is known again."""


class ConfiguredError(ChatError):
    """The configuration makes him a moderator ([chat] moderators): he has to be taken out there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    Something that was done.

    :ivar number: from 1, one more each time.
    :ivar when: seconds since the epoch, in whole minutes.
    :ivar actor: who has done it.
    :ivar deed: what.
    :ivar target: to whom: a person; whoever has a tripcode; or so many as a sweep was about.
    :ivar messages: those that changed by it.
    :ivar undone: it was taken back.
    """

    number: int
    when: int
    actor: Person
    deed: Deed
    target: Person | Tripcode | Extent
    messages: tuple[int, ...] = ()
    undone: bool = False

    def whom(self, called: Callable[[Person], str]) -> str:
        """
        :param called: somebody's name.
        :return: to whom it was done, in words.
        """
        match self.target:
            case Person():
                return called(self.target)
            case Tripcode():
                return f"!{self.target.shown}"
            case Extent():
                return self.target.words


_INVERSE = {
    Deed.HIDE: Deed.SHOW,
    Deed.SHOW: Deed.HIDE,
    Deed.HIDE_ALL: Deed.SHOW,
    Deed.BAN: Deed.UNBAN,
    Deed.BAN_AND_HIDE: Deed.UNBAN,
    Deed.UNBAN: Deed.BAN,
    Deed.APPOINT: Deed.DISMISS,
    Deed.DISMISS: Deed.APPOINT,
    Deed.SWEEP: Deed.SHOW,
}
"""What takes something back: who may not do the one may not undo the other."""


class Moderation:
    """
    The deeds of the staff.

    :ivar appointed: digests of the tripcodes that the broadcaster has made moderators, and when, in seconds since the
        epoch.
    :ivar changed: called when ``appointed`` has changed.
    """

    def __init__(self, room: Room, present: Iterable[bytes] = (), kept: int = KEPT) -> None:
        """
        :param room: where it is done.
        :param present: the keys of those who are here, now: somebody may be banned who has said nothing.
        :param kept: deeds that are remembered.
        """
        self.appointed: Mapping[bytes, int] = {}
        self.changed: Callable[[], object] = lambda: None
        self._configured: frozenset[bytes] = frozenset()
        self._room = room
        self._present = present
        self._kept = kept
        self._log: dict[int, Record] = {}
        self._number = 0

    def __iter__(self) -> Iterator[Record]:
        """What was done, the latest first."""
        return iter(tuple(reversed(self._log.values())))

    @property
    def configured(self) -> frozenset[bytes]:
        """Digests of the tripcodes that the configuration makes moderators."""
        return self._configured

    def configure(self, moderators: frozenset[bytes], now: float) -> None:
        """The configuration is another one."""
        self._configured = moderators
        self.trust(self.appointed, now)

    def trust(self, appointed: Mapping[bytes, int], now: float) -> None:
        """Others are moderators from now on, beside those of the configuration."""
        before, self.appointed = self.appointed, appointed
        self._room.entrust(self._configured | appointed.keys(), now)
        if before != appointed:
            self.changed()

    def tell(self, event: Event) -> None:
        """Something has happened in the room: who is banned is no moderator any more, however it came."""
        if isinstance(event, Banned) and (trip := event.person.look.trip) and trip.digest in self.appointed:
            self.appointed = {one: when for one, when in self.appointed.items() if one != trip.digest}
            self._room.moderators = self._configured | self.appointed.keys()
            self.changed()

    def to_message(self, actor: bytes, deed: Deed, number: int, when: int) -> Record:
        """
        :param actor: who does it.
        :param deed: ``HIDE`` or ``SHOW``.
        :param number: of the message.
        :param when: seconds since the epoch.
        :return: what was done.
        :raises ChatError: nothing was.
        """
        person, message = self._room.person(actor), self._room.message(number)
        _require(person.staff)
        if message is None:
            raise GoneError
        _require(may(person, deed, message.author))
        change = self._room.hide if deed is Deed.HIDE else self._room.unhide
        return self._note(person, deed, message.author, when, change(number) or None)

    def to_person(self, actor: bytes, deed: Deed, mark: str, now: float, when: int) -> Record:
        """
        :param actor: who does it.
        :param deed: any other one.
        :param mark: of the person.
        :param now: seconds of the monotonic clock.
        :param when: seconds since the epoch.
        :return: what was done.
        :raises ChatError: nothing was.
        """
        person = self._room.person(actor)
        _require(person.staff)
        target = self._room.find(mark, self._present)
        if target is None:
            raise GoneError
        _require(may(person, deed, target))
        return self._note(person, deed, target, when, self._do(deed, target, now, when))

    def dismiss(self, actor: bytes, digest: bytes, now: float, when: int) -> Record:
        """
        Whoever has a tripcode is no moderator any more, whether or not he is here.

        :param digest: of the tripcode.
        :return: what was done.
        :raises ChatError: he may not do that, or it is so already.
        """
        person, trip = self._room.person(actor), Tripcode(digest)
        _require(person.role is Role.BROADCASTER)
        if digest not in self.appointed.keys() | self._configured:
            raise NothingError
        return self._note(person, Deed.DISMISS, trip, when, self._appoint(trip, now, when, appoint=False))

    def sweep(self, actor: bytes, messages: Collection[Message], when: int) -> Record:
        """
        Hide messages of many at once. Only the broadcaster may do that, as one deed.

        :param messages: they.
        :return: what was done.
        :raises ChatError: nothing was.
        """
        person = self._room.person(actor)
        _require(person.role is Role.BROADCASTER)
        hidden = frozenset(self._room.hide(*(one.number for one in messages)))
        extent = Extent.of([one for one in messages if one.number in hidden])
        return self._note(person, Deed.SWEEP, extent, when, tuple(sorted(hidden)) or None)

    @property
    def swept(self) -> Record | None:
        """The latest sweep that is not taken back."""
        return next((one for one in self if one.deed is Deed.SWEEP and not one.undone), None)

    def undo(self, actor: bytes, number: int, now: float, when: int) -> Record:
        """
        Take something back, as far as it still holds. The broadcaster may do that with everything.

        :param number: of the record.
        :return: the record, as it is now.
        :raises ChatError: nothing was done.
        """
        person, record = self._room.person(actor), self._log.get(number)
        _require(person.staff)
        if record is None:
            raise GoneError
        if record.undone:
            raise NothingError
        _require(person.role is Role.BROADCASTER or record.actor is person)
        self._take_back(person, record, now, when)
        self._log[number] = undone = replace(record, undone=True)
        return undone

    def _take_back(self, person: Person, record: Record, now: float, when: int) -> None:
        """Do what is the inverse. What was done to others than a person, only the broadcaster has done."""
        deed, target = _INVERSE[record.deed], record.target
        if isinstance(target, Person):
            target = self._room.person(target.key)
            _require(may(person, deed, target))
        else:
            _require(person.role is Role.BROADCASTER)
        if record.messages:
            (self._room.hide if deed is Deed.HIDE else self._room.unhide)(*record.messages)
        if isinstance(target, Tripcode):
            self._appoint(target, now, when, appoint=deed is Deed.APPOINT)
        elif isinstance(target, Person) and deed not in (Deed.SHOW, Deed.HIDE):
            self._do(deed, target, now, when)

    def _do(self, deed: Deed, target: Person, now: float, when: int) -> tuple[int, ...] | None:
        """:return: the messages that changed; ``None``: nothing did."""
        room, banned = self._room, target.banned
        match deed:
            case Deed.HIDE_ALL:
                return room.hide(*(message.number for message in room.of(target.key))) or None
            case Deed.BAN | Deed.BAN_AND_HIDE:
                hidden = room.ban(target.key, hide=deed is Deed.BAN_AND_HIDE, when=when)
                return None if banned and not hidden else hidden
            case Deed.UNBAN:
                room.unban(target.key)
                return () if banned else None
            case Deed.APPOINT | Deed.DISMISS:
                return self._appoint(target.look.trip, now, when, appoint=deed is Deed.APPOINT)
        raise RightsError

    def _appoint(self, trip: Tripcode | None, now: float, when: int, *, appoint: bool) -> tuple[int, ...]:
        if trip is None or any(ban.person.look.trip == trip for ban in self._room.bans):
            raise NoTripcodeError
        if trip.digest in self._configured:
            raise ConfiguredError
        others = {one: since for one, since in self.appointed.items() if one != trip.digest}
        self.trust({**others, trip.digest: when - when % 60} if appoint else others, now)
        return ()

    def _note(
        self,
        actor: Person,
        deed: Deed,
        target: Person | Tripcode | Extent,
        when: int,
        messages: tuple[int, ...] | None,
    ) -> Record:
        if messages is None:
            raise NothingError
        self._number += 1
        self._log[self._number] = record = Record(
            number=self._number, when=when - when % 60, actor=actor, deed=deed, target=target, messages=messages
        )
        if len(self._log) > self._kept:
            del self._log[next(iter(self._log))]
        return record


def _require(right: bool) -> None:
    """:raises RightsError: he has no right to."""
    if not right:
        raise RightsError
