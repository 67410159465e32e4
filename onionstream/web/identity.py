"""
Who a visitor is: without an account, and without anything stored for him.

A visitor is an id of 16 bytes that he carries himself, signed by us (D-07): in a cookie where his browser keeps one,
else in the addresses of frames and in hidden fields. Each place has its own kind of signature, so that the address of a
video that somebody copies does not let others write in his name (L-61).

The broadcaster carries nothing of that kind: who is logged in is him everywhere (``sessions``).
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

from onionstream.web.errors import BadRequest
from onionstream.web.request import BoundedRequest

COOKIE = b"t"
"""The cookie's name."""

READ, WRITE = "r", "w"
"""The fields of a query that let a visitor read and write; a form has ``w`` as a hidden field."""

_ID = 16  # bytes; so many of the signature follow it

# 43 characters hold two bits more than 32 bytes do: the last one has them 0, or one capability had four spellings.
_CAPABILITY = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class OtherVisit(BadRequest):
    """This part of the page is from another visit of yours. Please open the whole page again."""


class Kind(Enum):
    """What a capability is good for; its value is part of what is signed."""

    TOKEN = b"t"
    READ = b"r"
    WRITE = b"w"
    GUEST = b"g"


@dataclass(frozen=True, slots=True)
class Who:
    """
    A visitor, as far as one request tells.

    :ivar key: 16 bytes: by it the chat and every table know him. It is never shown, and leads to no capability.
    :ivar cookie: his browser has sent the cookie, or he is logged in.
    :ivar read: capability for the addresses of what he may see; empty where the cookie does.
    :ivar write: capability for the addresses of forms, and their hidden field ``w``; empty where the cookie does, and
        where he has shown only that he may read.
    :ivar guest: capability for the hidden field of the captcha at the door; empty for everybody who is inside.
    """

    key: bytes = field(repr=False)
    cookie: bool = False
    read: str = field(default="", repr=False)
    write: str = field(default="", repr=False)
    guest: str = field(default="", repr=False)

    def address(self, address: str) -> str:
        """
        :param address: of something to see on this site, with its query and fragment if it has them.
        :return: the same, for him.
        """
        return _with(address, READ, self.read)

    def form_address(self, address: str) -> str:
        """
        :param address: of a form's frame, as for ``address``.
        :return: the same, for him. Somebody who has shown only that he may read gets no right to write by it.
        """
        return _with(address, WRITE, self.write)


class Recognition(Protocol):
    """Knows who asks for something to see: ``Identity``, or the door before it, which turns strangers away."""

    @property
    def takes_strangers(self) -> bool:
        """Whether addresses without a capability are of use to anybody."""

    def meet(self, request: BoundedRequest) -> Who:
        """See ``Identity.meet``."""

    def reader(self, request: BoundedRequest, given: str | None) -> Who | None:
        """See ``Identity.reader``."""

    def writer(self, request: BoundedRequest, *given: str | None) -> Who | None:
        """See ``Identity.writer``."""

    def stay(self, who: Who) -> Who:
        """:return: the same; raises what he is told who may see nothing any more."""

    def clean(self, request: BoundedRequest, who: Who, *given: str | None) -> bool:
        """See ``Identity.clean``."""


class Identity:
    """Gives visitors their ids, and recognises them."""

    def __init__(
        self, key: bytes, *, secure: bool = False, staff: Callable[[BoundedRequest], bytes | None] = lambda _: None
    ) -> None:
        """
        :param key: signs; 32 bytes that outlive the daemon, or everybody is somebody else after a restart.
        :param secure: the cookie is for encrypted connections only. An onion address is encrypted without looking so,
            and some browsers would not keep the cookie there (D-05).
        :param staff: the ``key`` of whoever is logged in with a request. He is nobody else then, whatever the
            addresses and forms carry that his browser has from before.
        """
        self._key = key
        self._staff = staff
        self._marks = secrets.token_bytes(32)
        self._attributes = b"; Path=/; HttpOnly; SameSite=Lax" + b"; Secure" * secure

    @property
    def takes_strangers(self) -> bool:
        """It does; a door may not."""
        return True

    def meet(self, request: BoundedRequest) -> Who:
        """
        For the page itself: somebody known by his cookie, or somebody new, who is given one.

        Whether his browser keeps it is not known yet, so addresses carry capabilities; see ``clean``.
        """
        if (staff := self._staff(request)) is not None:
            return Who(staff, cookie=True)
        known = self._by_cookie(request)
        return self._enter(request, secrets.token_bytes(_ID)) if known is None else _of_cookie(known)

    def reader(self, request: BoundedRequest, given: str | None) -> Who | None:
        """
        For what is only looked at.

        :param given: the query's field ``r``, if there is one.
        :return: who it is; ``None``: nobody knows. Nobody is given an id here (S2).
        :raises BadRequest: what is given is not from us, or is somebody else's than the cookie (D-07).
        """
        return self._known(request, Kind.READ, given)

    def writer(self, request: BoundedRequest, *given: str | None) -> Who | None:
        """
        For forms: their frames and what they send. Requests from other sites never come here (``request.admit``).

        :param given: the fields ``w`` of the query and of the form, if there are any.
        :return: who it is; ``None``: nobody knows.
        :raises BadRequest: as for ``reader``.
        """
        return self._known(request, Kind.WRITE, *given)

    def clean(self, request: BoundedRequest, who: Who, *given: str | None) -> bool:
        """
        Send the browser of somebody who has both a cookie and a capability in the address to the address without it.

        For what is only loaded: a browser goes there by itself, with the fragment it has.

        :param given: the capabilities of the *address*.
        :return: whether it was done; the answer is complete then, with an empty body.
        """
        if not who.cookie or not any(given) or request.method not in (b"GET", b"HEAD"):
            return False
        request.setResponseCode(HTTPStatus.SEE_OTHER)
        request.setHeader(b"Location", _without_capability(request.uri))
        return True

    def claimed(self, request: BoundedRequest) -> Iterator[Who]:
        """
        :param request: any, however wrong it may be.
        :return: everybody whom it proves to come from, by the cookie, the address or the form, be that what its route
            takes or not.
        """
        if (who := self.reader(request, None)) is not None:
            yield who
        for name, kind in ((READ, Kind.READ), (WRITE, Kind.WRITE)):
            for capability in request.carried(name):
                if (visitor := self._visitor(kind, capability)) is not None:
                    yield self._by_addresses(visitor, kind)

    def stay(self, who: Who) -> Who:
        """:return: the same: who is banned, only the door knows."""
        return who

    def guest(self) -> Who:
        """:return: somebody new who has to stay at the door, with a capability that proves only who he is there."""
        new = secrets.token_bytes(_ID)
        return Who(_key(new), guest=self._capability(Kind.GUEST, new))

    def recognise(self, guest: str) -> Who:
        """
        :param guest: what came back from the door's hidden field.
        :return: the same guest.
        :raises BadRequest: it is not from us.
        """
        return Who(_key(self._verified(Kind.GUEST, guest)), guest=guest)

    def admit(self, request: BoundedRequest, guest: str) -> Who:
        """
        Let a guest in, as the person he was at the door, and give him the cookie.

        :param guest: what came back from the door's hidden field.
        :return: the same as ``meet`` for somebody new, with the guest's ``key``.
        :raises BadRequest: it is not from us.
        """
        return self._enter(request, self._verified(Kind.GUEST, guest))

    def mark(self, key: bytes) -> str:
        """
        :param key: of a visitor.
        :return: ten hexadecimal digits by which pages call him; others after each start of the daemon (L-65).
        """
        return blake2b(key, digest_size=5, key=self._marks).hexdigest()

    def _enter(self, request: BoundedRequest, visitor: bytes) -> Who:
        """:return: somebody who is given his cookie."""
        request.cookies.append(b"%s=%s%s" % (COOKIE, self._capability(Kind.TOKEN, visitor).encode(), self._attributes))
        return self._by_addresses(visitor)

    def _by_addresses(self, visitor: bytes, proven: Kind = Kind.WRITE) -> Who:
        """:return: somebody who carries his rights in addresses; whoever may write may read as well."""
        write = self._capability(Kind.WRITE, visitor) if proven is Kind.WRITE else ""
        return Who(_key(visitor), read=self._capability(Kind.READ, visitor), write=write)

    def _known(self, request: BoundedRequest, kind: Kind, *given: str | None) -> Who | None:
        """See ``reader``; ``kind`` is what the capabilities have to be."""
        if (staff := self._staff(request)) is not None:
            return Who(staff, cookie=True)
        by_cookie = self._by_cookie(request)
        visitors = {self._verified(kind, capability) for capability in given if capability}
        if len(visitors | ({by_cookie} - {None})) > 1:
            raise OtherVisit
        if by_cookie is not None:
            return _of_cookie(by_cookie)
        return next((self._by_addresses(visitor, kind) for visitor in visitors), None)

    def _by_cookie(self, request: BoundedRequest) -> bytes | None:
        """
        :return: the id in the cookie; ``None`` where there is none that we have signed.

        Cookies that are not ours are another program's on the same host. Two good ones for different visitors say
        nothing, as somebody may have planted one: he goes on as one without cookies. An error would lock him out for as
        long as his browser keeps them.
        """
        values = {self._visitor(Kind.TOKEN, value) for value in set(request.sent_cookies(COOKIE))} - {None}
        return values.pop() if len(values) == 1 else None

    def _verified(self, kind: Kind, capability: str) -> bytes:
        """
        :return: the id in it.
        :raises BadRequest: we have not signed it for this.
        """
        visitor = self._visitor(kind, capability)
        if visitor is None:
            raise BadRequest
        return visitor

    def _visitor(self, kind: Kind, capability: str) -> bytes | None:
        """:return: the id in a capability; ``None``: we have not signed it for this."""
        if not _CAPABILITY.fullmatch(capability):
            return None
        raw = urlsafe_b64decode(f"{capability}=")
        return raw[:_ID] if hmac.compare_digest(self._signature(kind, raw[:_ID]), raw[_ID:]) else None

    def _capability(self, kind: Kind, visitor: bytes) -> str:
        """:return: 43 characters."""
        return urlsafe_b64encode(visitor + self._signature(kind, visitor)).decode().rstrip("=")

    def _signature(self, kind: Kind, visitor: bytes) -> bytes:
        """:return: 16 bytes; nobody can try often enough to guess them."""
        return hmac.digest(self._key, kind.value + visitor, "sha256")[:_ID]


def _key(visitor: bytes) -> bytes:
    """:return: what tables know a visitor by, 16 bytes, so that no table holds what a capability is made of (D-07)."""
    return blake2b(visitor, digest_size=16).digest()


def _of_cookie(visitor: bytes) -> Who:
    """:return: somebody who needs no capabilities."""
    return Who(_key(visitor), cookie=True)


def _with(address: str, name: str, capability: str) -> str:
    """:return: the address with one field more, or as it is where there is nothing to add."""
    if not capability:
        return address
    start, hash_, fragment = address.partition("#")
    return f"{start}{'&' if '?' in start else '?'}{name}={capability}{hash_}{fragment}"


def _without_capability(uri: bytes) -> bytes:
    """:return: a reference to the same address on the same site (never with a host, L-09) without ``r`` and ``w``."""
    path, _, query = uri.partition(b"?")
    # Two slashes at the start, or a slash and a backslash, would lead to another site.
    clean = "/" + quote(unquote_to_bytes(path).lstrip(b"/"))
    fields = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    left = urlencode([(name, value) for name, value in fields if name not in (READ, WRITE)])
    return (f"{clean}?{left}" if left else clean).encode()
