"""Tripcodes, made in threads and remembered for a while."""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from secrets import token_bytes

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from onionstream.allowance import Allowances, BusyError
from onionstream.chat.tripcode import Tripcode, encoded, make
from onionstream.threads import Runner

REMEMBERED = 1024
"""Tripcodes at the most (D-22)."""


class Tripcodes:
    """
    Makes tripcodes.

    A password is kept nowhere: what a tripcode is remembered by is a hash of it, keyed by a secret that dies with the
    daemon. What is remembered costs nobody's allowance.
    """

    def __init__(self, workers: Runner, pepper: bytes, clock: IReactorTime) -> None:
        """
        :param workers: where they are made.
        :param pepper: see ``tripcode.make``.
        :param clock: for how often each may ask.
        """
        self._workers = workers
        self._pepper = pepper
        self._clock = clock
        self._secret = token_bytes(32)
        self._each = Allowances(burst=2, every=30.0)
        self._made: dict[bytes, Tripcode] = {}  # who was asked for last stands last

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._made)

    def make(self, key: bytes, password: str) -> Deferred[Tripcode]:
        """
        :param key: of the person who wants it.
        :param password: as it was typed; not empty.
        :return: fires with the tripcode. May be cancelled.
        :raises LongPasswordError: the password is too long.
        :raises BusyError: he has asked for two within the last minute, or too many want one.
        """
        name = blake2b(encoded(password), digest_size=16, key=self._secret).digest()
        if known := self._made.pop(name, None):
            self._made[name] = known
            return succeed(known)
        if wait := self._each.wait(key, now := self._clock.seconds()):
            raise BusyError("You have tried several passwords in a short time.", seconds=wait)
        making = self._workers.run(make, password, self._pepper)
        self._each.take(key, now)  # not earlier: what was refused costs nothing
        return making.addCallback(partial(self._remember, name))

    def _remember(self, name: bytes, made: Tripcode) -> Tripcode:
        self._made.pop(name, None)
        self._made[name] = made
        if len(self._made) > REMEMBERED:
            del self._made[next(iter(self._made))]
        return made
