"""
HTTP Basic (RFC 7617): a name and a password with each request, from programs and from browsers without cookies.

To check a password takes long, so it is not done each time. What was right is remembered for the circuit it came over,
as a hash that nobody can make without a secret which dies with the daemon. On that circuit alone it can be tried again
without the limits of logging in, and there only a few wrong ones are taken: so this is no way around them.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from typing import Generic, TypeVar

from onionstream.chat.tally import Tally
from onionstream.web.request import BoundedRequest

CHALLENGE = 'Basic realm="broadcaster", charset="UTF-8"'
"""Asks for it (``WWW-Authenticate``)."""

WRONG, WITHIN = 3, 60.0
"""Wrong ones over one circuit within so many seconds after which nothing that is remembered for it counts."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Credentials:
    """
    What was sent.

    :ivar user: the name.
    :ivar password: in UTF-8, if it is as we asked for.
    """

    user: bytes
    password: bytes

    @classmethod
    def of(cls, request: BoundedRequest) -> Credentials | None:
        """:return: those of a request; ``None``: it carries none. Damaged ones are empty ones."""
        header = request.getHeader(b"Authorization") or b""
        if header[:5].lower() != b"basic":
            return None
        return cls(request.getUser(), request.getPassword())


class Remembered(Generic[Thing]):
    """One thing for each circuit over which the right password has come; the loopback port counts as one."""

    def __init__(self, most: int) -> None:
        """:param most: circuits that are remembered; one more, and the one that came first gives way."""
        self._most = most
        self._secret = token_bytes(32)
        self._things: dict[int | None, tuple[bytes, Thing]] = {}
        self._wrong = Tally(WRONG, WITHIN, most)

    def __len__(self) -> int:
        """How many circuits are remembered."""
        return len(self._things)

    def find(self, request: BoundedRequest, now: float) -> Thing | None:
        """:return: what is remembered for a request, if it carries the same name and password as that one did."""
        if (found := self._things.get(request.circuit)) is None or (given := Credentials.of(request)) is None:
            return None
        if self._wrong.full(request.circuit, now):
            return None
        digest, thing = found
        if hmac.compare_digest(digest, self._digest(given)):
            return thing
        self._wrong.count(request.circuit, now)
        return None

    def put(self, request: BoundedRequest, thing: Thing) -> None:
        """What this request carries was right."""
        if (given := Credentials.of(request)) is None:
            return
        self._things.pop(request.circuit, None)
        self._things[request.circuit] = (self._digest(given), thing)
        if len(self._things) > self._most:
            del self._things[next(iter(self._things))]

    def drop(self, request: BoundedRequest) -> None:
        """Forget what is remembered for a request."""
        self._things.pop(request.circuit, None)

    def sift(self, good: Callable[[Thing], bool]) -> None:
        """:param good: whether a thing is still to be remembered."""
        self._things = {circuit: kept for circuit, kept in self._things.items() if good(kept[1])}

    def clear(self) -> None:
        """Forget everything."""
        self._things.clear()

    def _digest(self, given: Credentials) -> bytes:
        said = b"%d:%s:%s" % (len(given.user), given.user.lower(), given.password)
        return blake2b(said, digest_size=32, key=self._secret).digest()
