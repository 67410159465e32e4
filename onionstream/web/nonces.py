"""
Forms that can be sent once: against other sites that would send them for a visitor, and against sending twice (D-06).

A nonce needs no memory until it is used: it says itself when it was issued, and is signed for one visitor and one form.
Those that are spent are remembered, in a bounded table. When that is full the oldest are forgotten, and from then on
everything that was issued up to their time is refused: so nothing is ever taken twice.
"""

from __future__ import annotations

import hmac
import re
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from heapq import heappop, heappush

from twisted.internet.interfaces import IReactorTime

from onionstream.web.errors import BadRequest
from onionstream.web.identity import Who

LIFE = 30 * 60
"""Seconds for which a form can be sent, unless something else is said."""

MOST = 16_384
"""Spent nonces that are remembered; each takes about 150 bytes."""

_LENGTH = 32  # characters: 4 bytes of time, 8 of chance, 12 of signature, which leave no bits over
_NONCE = re.compile(f"[A-Za-z0-9_-]{{{_LENGTH}}}")
_HEAD = struct.Struct(">I8s")


class NonceError(BadRequest):
    """This form cannot be sent any more. Please open the page again."""


class SpentError(NonceError):
    """You have sent this already."""


class StaleError(NonceError):
    """This form was open for too long. Please send it again."""


class Nonces:
    """Issues nonces and takes each once."""

    def __init__(self, key: bytes, clock: IReactorTime, most: int = MOST, *, life: int = LIFE) -> None:
        """
        :param key: signs; 32 bytes made at this start of the daemon, since times are counted from it.
        :param clock: never goes back.
        :param most: spent nonces that are remembered.
        :param life: seconds for which a form can be sent.
        """
        self._key = key
        self._clock = clock
        self._most = most
        self._life = life
        self._start = clock.seconds()
        self._spent: set[tuple[int, bytes]] = set()
        self._oldest: list[tuple[int, bytes]] = []  # the same, as a heap
        self._forgotten = -1  # seconds: what was issued until then is refused

    def issue(self, who: Who, form: str) -> str:
        """
        :param who: can send it.
        :param form: what it is for.
        :return: 32 characters, for a hidden field.
        """
        head = _HEAD.pack(self._now(), secrets.token_bytes(8))
        return urlsafe_b64encode(head + self._signature(who, form, head)).decode()

    def lasting(self, who: Who, form: str) -> str:
        """
        For a form in a document that does not end: it can be sent as often as one likes, until the daemon ends.

        :param who: can send it.
        :param form: what it is for.
        :return: 16 characters, for a hidden field.
        """
        return urlsafe_b64encode(self._signature(who, form, b"")).decode()

    def check(self, who: Who, form: str, lasting: str) -> None:
        """
        :param who: has sent it.
        :param form: with which.
        :param lasting: as it was sent.
        :raises StaleError: it is not for this visitor and form, as none is after a restart.
        """
        if not hmac.compare_digest(self.lasting(who, form).encode(), lasting.encode()):
            raise StaleError

    def spend(self, who: Who, form: str, nonce: str) -> None:
        """
        Take a nonce, for the first and only time.

        :param who: has sent it.
        :param form: with which.
        :param nonce: as it was sent.
        :raises SpentError: it was taken before.
        :raises StaleError: it is too old, or not for this visitor and form, as all are after a restart. The text he has
            sent should be kept, and shown in a new form.
        :raises BadRequest: no form of ours can have sent it.
        """
        if not _NONCE.fullmatch(nonce):
            raise BadRequest
        raw = urlsafe_b64decode(nonce)
        head = raw[: _HEAD.size]
        if not hmac.compare_digest(self._signature(who, form, head), raw[_HEAD.size :]):
            raise StaleError
        self._forget(before=self._now() - self._life)
        issued, chance = _HEAD.unpack(head)
        if (issued, chance) in self._spent:
            raise SpentError
        if issued <= self._forgotten:
            raise StaleError
        self._remember((issued, chance))

    def _remember(self, spent: tuple[int, bytes]) -> None:
        """Keep it, or the newer ones if there are too many."""
        self._spent.add(spent)
        heappush(self._oldest, spent)
        if len(self._oldest) > self._most:
            self._pop()

    def _forget(self, before: int) -> None:
        """Refuse what was issued before some time, in seconds, without having to remember it."""
        self._forgotten = max(self._forgotten, before - 1)
        while self._oldest and self._oldest[0][0] <= self._forgotten:
            self._pop()

    def _pop(self) -> None:
        """Forget the oldest one, and refuse all that are not newer."""
        oldest = heappop(self._oldest)
        self._spent.discard(oldest)
        self._forgotten = max(self._forgotten, oldest[0])

    def _now(self) -> int:
        """:return: whole seconds since the start: nothing of the machine's own time is told."""
        return int(self._clock.seconds() - self._start)

    def _signature(self, who: Who, form: str, head: bytes) -> bytes:
        """:return: 12 bytes."""
        return hmac.digest(self._key, who.key + head + form.encode(), "sha256")[:12]
