"""Who may come in: as the lock of the door has it, and as each has shown."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from onionstream.allowance import Allowances, BusyError
from onionstream.chat.errors import ChatError
from onionstream.chat.modes import is_member, loses
from onionstream.chat.room import Room
from onionstream.chat.tripcode import Tripcode, encoded
from onionstream.web.identity import Who
from onionstream.web.lock import Kind, Lock

INSIDE = 65_536
"""People who have given the shared password that are remembered; of more than these the first is asked again (D-50)."""

BURST, EVERY = 5, 20.0
"""Wrong passwords over one circuit at once, and seconds for each in the long run."""

NOTHING_TYPED = "Please type the password."
NOT_ALLOWED = "This tripcode is not allowed in."
WRONG = "That is not the password."
OFTEN = "Several wrong passwords came over your circuit."


class TripcodeSource(Protocol):
    """What is used of ``Tripcodes``."""

    def make(self, key: bytes, password: str) -> Deferred[Tripcode]:
        """See there."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What became of a password.

    :ivar sentence: why its giver stays outside; empty: he is in.
    :ivar trip: the tripcode that it makes, if it was asked for that.
    """

    sentence: str = ""
    trip: Tripcode | None = None


class Admission:
    """
    Decides who may come in.

    :ivar changed: called after the lock has changed.
    """

    def __init__(self, room: Room, tripcodes: TripcodeSource, clock: IReactorTime, lock: Lock) -> None:
        """
        :param room: knows people's tripcodes, and who is of the staff.
        :param tripcodes: makes them.
        :param clock: never goes back.
        :param lock: of the door.
        """
        self.changed: Callable[[], None] = lambda: None
        self._room = room
        self._tripcodes = tripcodes
        self._clock = clock
        self._lock = lock
        self._inside: OrderedDict[bytes, None] = OrderedDict()
        self._wrong = Allowances(BURST, EVERY)

    def __len__(self) -> int:
        """How many have given the password."""
        return len(self._inside)

    @property
    def lock(self) -> Lock:
        """The lock. Another password is asked of everybody; otherwise who has given it need not do so again."""
        return self._lock

    @lock.setter
    def lock(self, lock: Lock) -> None:
        """See above."""
        if lock.password != self._lock.password:
            self._inside.clear()
        changed, self._lock = lock != self._lock, lock
        if changed:
            self.changed()

    def admits(self, who: Who | None) -> bool:
        """
        :param who: as ``Identity`` knows him by his cookie or by a capability; ``None``: it does not.
        :return: whether he may see what is behind the door.
        """
        return self.admits_key(None if who is None else who.key)

    def admits_key(self, key: bytes | None) -> bool:
        """:return: the same for whoever is known by this key."""
        if self._lock.kind is Kind.OPEN:
            return True
        if key is None:
            return False
        if self._lock.kind is Kind.CAPTCHA or (person := self._room.person(key)).staff:
            return True
        if self._lock.kind is Kind.MEMBERS:
            return is_member(person, self._lock.members)
        return key in self._inside

    def keeps(self, key: bytes, trip: Tripcode | None) -> bool:
        """:return: whether somebody who is inside stays there if this is his tripcode from now on (S69)."""
        if self._lock.kind is not Kind.MEMBERS:
            return True
        return not loses(self._room.person(key), trip, self._lock.members, self._room.moderators)

    async def knock(self, key: bytes, bucket: bytes | None, password: str, *, known: bool) -> Verdict:
        """
        Somebody outside has typed a password.

        :param key: of the person.
        :param bucket: what limits know his circuit by; ``None``: he came over none.
        :param password: as it was typed.
        :param known: he was inside before, so that he has a tripcode by himself (S77).
        """
        if not password:
            return Verdict(NOTHING_TYPED)
        try:
            if self._lock.kind is Kind.MEMBERS:
                return await self._show_tripcode(key, bucket, password, known=known)
            return self._say_password(key, bucket, password)
        except (BusyError, ChatError) as error:
            return Verdict(error.sentence)

    async def _show_tripcode(self, key: bytes, bucket: bytes | None, password: str, *, known: bool) -> Verdict:
        """:raises BusyError, ChatError: it cannot be made, or he cannot have it."""
        trip = await self._tripcodes.make(bucket or key, password)
        right = trip.digest in self._lock.members
        if right or known:  # of strangers nothing is kept
            look = replace(self._room.person(key).look, trip=trip)
            self._room.restyle(key, look, self._clock.seconds())
        return Verdict("" if right else NOT_ALLOWED, trip)

    def _say_password(self, key: bytes, bucket: bytes | None, password: str) -> Verdict:
        """
        It is compared as it is: it stands in the configuration, where whoever could read a hash of it reads all else.

        :raises BusyError: there were too many wrong ones.
        """
        circuit, now = bucket or key, self._clock.seconds()
        if wait := self._wrong.wait(circuit, now):
            raise BusyError(OFTEN, seconds=wait)
        given, right = encoded(password), encoded(self._lock.password)
        if not right or not hmac.compare_digest(given, right):
            self._wrong.take(circuit, now)
            return Verdict(WRONG)
        self._inside[key] = None
        while len(self._inside) > INSIDE:
            self._inside.popitem(last=False)
        return Verdict()
