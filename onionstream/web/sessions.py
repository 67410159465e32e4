"""
Who is logged in: the broadcaster, wherever he is so (D-04).

A session is in memory only. Its token is in a cookie; or else, for programs and for browsers that keep no cookies, it
is the password that they send with each request (HTTP Basic, see ``basic``). It is never in an address (L-61).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from secrets import token_bytes, token_urlsafe

from twisted.internet.interfaces import IReactorTime

from onionstream.web.basic import Remembered
from onionstream.web.errors import Forbidden
from onionstream.web.identity import Who
from onionstream.web.request import BoundedRequest

COOKIE = b"b"
"""The cookie's name."""

LIFE = 12 * 3600.0
"""Seconds after which a session ends, whatever is done in it..."""

IDLE = 2 * 3600.0
"""... and after which it ends if nothing is done. A page that renews itself does something."""

MOST = 64
"""Sessions at the same time; one more, and the one that was used longest ago ends."""


class LoginError(Forbidden):
    """Only the broadcaster can do this. If you are, please log in again: the address ends in /broadcaster."""


@dataclass(eq=False, slots=True)
class Session:
    """
    Somebody is logged in.

    :ivar key: 16 bytes, by which the chat knows the broadcaster: the same for all sessions until the daemon ends.
    :ivar own: 16 bytes that are of this session alone.
    :ivar began: seconds of the monotonic clock.
    :ivar used: the same, when it was used last.
    :ivar basic: the password comes with each request, so logging out is up to who sends it.
    """

    key: bytes = field(repr=False)
    began: float
    used: float
    basic: bool = False
    own: bytes = field(default_factory=partial(token_bytes, 16), repr=False)

    @property
    def who(self) -> Who:
        """For nonces: what is issued for one session cannot be sent in another (D-06)."""
        return Who(self.own, cookie=True)

    def lives(self, now: float) -> bool:
        """:return: whether it has neither lasted nor waited too long."""
        return now - self.began < LIFE and now - self.used < IDLE


class Sessions:
    """
    All sessions.

    :ivar key: see ``Session``.
    :ivar over: called when one has ended before its time, or all have.
    """

    def __init__(self, clock: IReactorTime, *, secure: bool = False, most: int = MOST) -> None:
        """
        :param clock: never goes back.
        :param secure: the cookie is for encrypted connections only; see ``Identity``.
        :param most: sessions at the same time.
        """
        self.key = token_bytes(16)
        self._clock = clock
        self._most = most
        self._attributes = b"; Path=/; HttpOnly; SameSite=Strict" + b"; Secure" * secure
        self._sessions: dict[bytes, Session] = {}  # the one that was used last stands last
        self.over: Callable[[], object] = lambda: None
        self._remembered: Remembered[Session] = Remembered(most)

    def __len__(self) -> int:
        """How many there are, old ones among them."""
        return len(self._sessions) + len(self._remembered)

    def staff(self, request: BoundedRequest) -> Session | None:
        """
        Who asks; to be called for any request, as often as one likes.

        :param request: any.
        :return: the broadcaster's session; ``None``: it is not his request, or he has to log in again.
        """
        now = self._clock.seconds()
        for token in request.sent_cookies(COOKIE):
            name = _name(token)
            if (session := self._sessions.pop(name, None)) and session.lives(now):
                self._sessions[name] = session
                return _used(session, now)
        session = self._remembered.find(request, now)
        return _used(session, now) if session is not None and session.lives(now) else None

    def chat_key(self, request: BoundedRequest) -> bytes | None:
        """:return: by what the chat knows who asks, if it is the broadcaster; for ``Identity``."""
        session = self.staff(request)
        return None if session is None else session.key

    def require(self, request: BoundedRequest) -> Session:
        """
        :return: the broadcaster's session.
        :raises LoginError: it is not his request.
        """
        session = self.staff(request)
        if session is None:
            raise LoginError
        return session

    def begin(self, request: BoundedRequest) -> Session:
        """Somebody has shown that he is the broadcaster: he gets a new cookie, and what he had before ends."""
        self._drop(request)
        token, session = token_urlsafe(32), self._new()
        self._sessions[_name(token)] = session
        while len(self._sessions) > self._most:
            del self._sessions[next(iter(self._sessions))]
        request.cookies.append(b"%s=%s%s" % (COOKIE, token.encode(), self._attributes))
        return session

    def remember(self, request: BoundedRequest) -> Session:
        """The name and the password in this request were right: until the session ends they need not be tried again."""
        session = self._new(basic=True)
        self._remembered.put(request, session)
        return session

    def end(self, request: BoundedRequest) -> None:
        """The broadcaster logs out, with the browser that this request comes from."""
        self._drop(request)
        self._remembered.drop(request)
        request.cookies.append(COOKIE + b"=" + self._attributes + b"; Max-Age=0")
        self.over()

    def end_all(self) -> None:
        """All have to log in again: the password is another one."""
        self._sessions.clear()
        self._remembered.clear()
        self.over()

    def _new(self, *, basic: bool = False) -> Session:
        now = self._clock.seconds()
        self._sessions = {name: session for name, session in self._sessions.items() if session.lives(now)}
        self._remembered.sift(lambda session: session.lives(now))
        return Session(self.key, now, now, basic)

    def _drop(self, request: BoundedRequest) -> None:
        for token in request.sent_cookies(COOKIE):
            self._sessions.pop(_name(token), None)


def _used(session: Session, now: float) -> Session:
    session.used = now
    return session


def _name(token: str) -> bytes:
    """:return: what the table knows a token by, so that none of them can be read from it (D-07)."""
    return blake2b(token.encode("latin-1"), digest_size=32).digest()
