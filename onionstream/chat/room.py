"""The chat room: who says what, and who may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import NoReturn

from onionstream.chat import looks, modes, names, staff
from onionstream.chat import text as texts
from onionstream.chat.bans import Ban, Bans, BansFullError, Why, twins
from onionstream.chat.events import Banned, Changed, Event, Hidden, Message, Said, Shown, Unbanned
from onionstream.chat.filters import Action, Filters
from onionstream.chat.history import History
from onionstream.chat.looks import Look
from onionstream.chat.people import People, Person, Role
from onionstream.chat.refusals import (
    BannedError,
    BlockedError,
    BroadcasterError,
    FilterBanError,
    TooOftenError,
    TripBannedError,
)
from onionstream.chat.rules import BOUNDS, Bounds, Rules
from onionstream.chat.suspicion import Suspicion
from onionstream.chat.tally import Tally
from onionstream.chat.tripcode import Tripcode
from onionstream.chat.turns import Later, Turn


class Room:
    """
    One chat: its people, its messages, and what holds for them.

    Nothing is remembered of somebody who only reads, nor of a message for which a captcha is wanted first. Whoever
    shows the chat is told of everything that happens, each time after it has.

    :ivar rules: may be replaced at any time.
    :ivar filters: may be replaced at any time.
    :ivar moderators: whose tripcodes make them moderators; see ``entrust``.
    """

    def __init__(
        self,
        rules: Rules,
        filters: Filters,
        mark: Callable[[bytes], str],
        tell: Callable[[Event], None],
        bounds: Bounds = BOUNDS,
    ) -> None:
        """
        :param mark: makes the mark of a person from his key.
        :param tell: called with everything that happens.
        """
        self.rules = rules
        self.filters = filters
        self.moderators: frozenset[bytes] = frozenset()
        self._mark = mark
        self._tell = tell
        self._history = History()
        self._people = People(bounds.people, self._history.wrote)
        self._bans = Bans(bounds.bans)
        self._suspicion = Suspicion(bounds)
        self._turns = self._suspicion.turns
        self._restyled = Tally(4, 60.0, bounds.restyled)

    # People

    def person(self, key: bytes) -> Person:
        """:return: the person with that key; of whom nothing is known, he is made anew each time and stored nowhere."""
        if (person := self._people.get(key)) or (person := self._history.author(key)):
            return person
        kept = self._bans.get(key) or self._turns.get(key)
        return kept.person if kept else Person(key=key, mark=self._mark(key))

    def find(self, mark: str, among: Iterable[bytes] = ()) -> Person | None:
        """
        :param mark: as pages have it.
        :param among: keys of those who may be meant although nothing is known of them: those who are present.
        """
        known = chain(self._known(), (ban.person for ban in self._bans), map(self.person, among))
        return next((one for one in known if one.mark == mark), None)

    def appoint(self, key: bytes, role: Role, now: float) -> Person:
        """
        Somebody has another role from now on. The broadcaster is never banned, so a ban ends by that (S15).

        :raises BannedError: a moderator cannot be somebody who is banned.
        :raises CrowdError: there is no room for him.
        """
        person = self.person(key)
        if person.role is role:
            return person
        if role is Role.BROADCASTER:
            self.unban(key)
        elif person.banned:
            raise BannedError
        self._people.keep(person, now)
        person.role = role
        self._tell(Changed(person, role=True))
        return person

    def name(self, person: Person, typed: str) -> str:
        """:return: a name as this person may have it. :raises ChatError: he may not; see ``looks.name``."""
        return looks.name(typed, self.rules.reserved, self.rules.unnamed, staff=person.staff)

    def entrust(self, moderators: frozenset[bytes], now: float) -> None:
        """
        Others are moderators from now on; who is banned never is one.

        :param moderators: digests of their tripcodes.
        """
        before, self.moderators = self.moderators, moderators
        for person in {*self._known()}:
            trip = person.look.trip
            if trip is not None and trip.digest in before ^ moderators and not person.banned:
                self.appoint(person.key, staff.trusted(person, moderators), now)

    def restyle(self, key: bytes, look: Look, now: float) -> Person:
        """
        Somebody changes how he looks, also in his old messages (S68).

        :param look: its name as it was typed.
        :raises ChatError: he may not, or not so often, or not with this name; nothing has changed then.
        """
        person = self._admit(key)
        if not person.staff and (wait := self._restyled.wait(key, now)):
            raise TooOftenError(wait)
        look = replace(look, name=self.name(person, look.name))
        if (look.name, look.trip) != (person.look.name, person.look.trip):
            names.permit(person, look, self.filters)
            names.check(person, look, self._known(), now)
        if self._bans.covers(look.trip):
            raise TripBannedError
        self._people.keep(person, now)
        self._restyled.count(key, now)
        if look != person.look:
            before, person.look = person.look, look
            person.standing.name = looks.shape(look.name) if look.name else ""
            role, person.role = person.role, staff.role(person, before.trip, self.moderators)
            self._tell(Changed(person, role=person.role is not role))
        return person

    def seen(self, key: bytes, now: float) -> None:
        """Somebody is here; if something is remembered of him, it is for longer."""
        if person := self._people.get(key):
            self._people.keep(person, now)

    # Talking

    def prove(self, key: bytes, now: float) -> Person:
        """
        Somebody has solved a captcha. It pays for his next message, and what he has said before is no matter any more.

        :raises ChatError: he is banned, or there is no room for him.
        """
        person = self._admit(key)
        self._people.keep(person, now)
        person.proven = True
        person.standing.prove()
        return person

    def say(
        self, key: bytes, text: str, now: float, when: int, *, proven: bool = False, bucket: bytes | None = None
    ) -> Message | Later:
        """
        Somebody wants to say something.

        :param text: as it was typed.
        :param now: seconds of the monotonic clock.
        :param when: seconds since the epoch.
        :param proven: he has just solved a captcha, and that pays for this message (S52).
        :param bucket: a digest of his circuit.
        :return: the message; or how soon it is said, since it came a little too early (S51).
        :raises ChatError: it is not said.
        """
        self.release(now, when)
        person = self.prove(key, now) if proven else self._admit(key)
        modes.permit(person, self.rules, now)
        said = texts.message(text, self.rules.characters, self.rules.lines)
        wait = self._suspicion.check(person, said, self.rules, now, bucket)
        self._people.keep(person, now)
        self._suspicion.count(person, said, self.rules, now, bucket)
        judgement = self.filters.judge(said, broadcaster=person.role is Role.BROADCASTER)
        if judgement.action in (Action.BLOCK, Action.BAN):
            self._stop(person, said, now, when, ban=judgement.action is Action.BAN)
        if wait > 0:
            self._turns.add(Turn(person, judgement.text, now + wait))
            return Later(wait)
        if turn := self._turns.take(key):
            self._publish(turn.person, turn.text, now, when)
        return self._publish(person, judgement.text, now, when)

    def due(self) -> float | None:
        """:return: seconds of the monotonic clock at which ``release`` has something to do, if it has."""
        return self._turns.due()

    def release(self, now: float, when: int) -> list[Message]:
        """Say what has waited long enough; :return: that, in the order in which it is said."""
        released = []
        while turn := self._turns.next(now):
            released.append(self._publish(turn.person, turn.text, now, when))
        return released

    # What was said

    def history(self, count: int) -> list[Message]:
        """:return: the latest messages that everybody may see, the oldest first."""
        return self._history.latest(count)

    def hidden(self, count: int) -> list[Message]:
        """:return: the latest messages that nobody sees, the oldest first, for those who may show them again."""
        return self._history.latest(count, hidden=True)

    def newest(self) -> int:
        """:return: the number of the message that was said last, hidden or not; 0: there was none."""
        return self._history.newest

    def message(self, number: int) -> Message | None:
        """:return: the message of that number, hidden or not, if it is kept."""
        return self._history.get(number)

    # Moderation

    def hide(self, *numbers: int) -> tuple[int, ...]:
        """Nobody is to see these messages; :return: those that could be seen until now."""
        changed = self._history.mark(numbers, hidden=True)
        if changed:
            self._tell(Hidden(changed))
        return changed

    def unhide(self, *numbers: int) -> tuple[int, ...]:
        """These messages are to be seen again; :return: those that were hidden."""
        changed = self._history.mark(numbers, hidden=False)
        if changed:
            self._tell(Shown(changed))
        return changed

    @property
    def bans(self) -> Iterable[Ban]:
        """Who is banned, the oldest ban first."""
        return iter(self._bans)

    def of(self, key: bytes) -> list[Message]:
        """:return: all messages of one person that are kept, hidden or not."""
        return self._history.of(key)

    def ban(
        self,
        key: bytes,
        *,
        hide: bool = False,
        when: int = 0,
        why: Why = Why.MODERATION,
        trip: Tripcode | None = None,
    ) -> tuple[int, ...]:
        """
        Somebody may not chat any more, nor is he a moderator; what waits of him is never said.

        :param hide: all that he has said is hidden as well.
        :param when: seconds since the epoch.
        :param trip: his tripcode, where he was banned when he was known better than now.
        :return: the messages that could be seen until now.
        :raises BroadcasterError: it is the broadcaster (S15).
        :raises BansFullError: there are too many bans.
        """
        person = self.person(key)
        if person.role is Role.BROADCASTER:
            raise BroadcasterError
        if trip is not None and not person.banned:
            person.look = replace(person.look, trip=trip)
        them = twins(person, self._known())
        events = self._ban(them, when, why)
        hidden = self.hide(*(one.number for person in them for one in self._history.of(person.key))) if hide else ()
        self._tell_all(events)
        return hidden

    def unban(self, key: bytes) -> None:
        """Somebody may chat again, and so may everybody with his tripcode."""
        for ban in self._bans.lift(key):
            self._people.restore(ban.person)
            self._tell(Unbanned(ban.person))

    def forget(self, now: float) -> None:
        """Forget what is old; to be called from time to time."""
        self._people.forget(now)
        self._suspicion.forget(now)
        self._restyled.forget(now)

    def _admit(self, key: bytes) -> Person:
        """:raises BannedError: this person may do nothing here."""
        person = self.person(key)
        if person.banned:
            raise BannedError
        return person

    def _known(self) -> Iterator[Person]:
        """Everybody who is not banned, or has left a message."""
        return chain(self._people, self._history.authors())

    def _publish(self, person: Person, text: str, now: float, when: int) -> Message:
        person.standing.said = now
        message = self._history.add(person, text, when, self.rules)
        self._tell(Said(message))
        return message

    def _stop(self, person: Person, text: str, now: float, when: int, *, ban: bool) -> NoReturn:
        """
        A filter stops a message. It is kept where only moderators see it (S61).

        :param ban: its author is banned; those who watch over the chat never are, since they may have to quote.
        :raises BlockedError: always, or...
        :raises FilterBanError: ... that.
        """
        person.standing.said = now
        self._history.add(person, text, when, self.rules, hidden=True)
        if not ban or person.staff:
            raise BlockedError
        try:
            events = self._ban(twins(person, self._known()), when, Why.FILTER)
        except BansFullError:
            raise BlockedError from None
        self._tell_all(events)
        raise FilterBanError

    def _ban(self, people: Iterable[Person], when: int, why: Why) -> list[Event]:
        """:return: what is to be told. :raises BansFullError: there are too many for the first of these."""
        events: list[Event] = []
        for person in (one for one in people if not one.banned):
            try:
                given = self._bans.add(Ban(person=person, when=when - when % 60, why=why))
            except BansFullError:
                if events:
                    return events
                raise
            self._turns.take(person.key)
            self._people.remove(person.key)
            if given is not None:
                self._people.restore(given.person)
                events.append(Unbanned(given.person))
            events.append(Banned(person))
        return events

    def _tell_all(self, events: list[Event]) -> None:
        for event in events:
            self._tell(event)
