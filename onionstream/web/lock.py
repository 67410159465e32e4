"""What kind of door the site has."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from enum import Enum

_WHOLE = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Kind(Enum):
    """
    Who comes in.

    OPEN: everybody. CAPTCHA: whoever solves one. MEMBERS: whoever has a tripcode that is on the list. PASSWORD: whoever
    knows the password that all share.
    """

    OPEN = "open"
    CAPTCHA = "captcha"
    MEMBERS = "members"
    PASSWORD = "password"  # noqa: S105 - it is the word, and no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """
    The door's lock.

    :ivar members: digests of tripcodes, in full (D-12).
    :ivar password: the one that all share; empty: nobody comes in by it.
    """

    kind: Kind = Kind.OPEN
    members: frozenset[bytes] = frozenset()
    password: str = field(default="", repr=False)


def whole(digest: bytes) -> str:
    """:return: a tripcode's digest as people can hand it on: 43 characters, and not only the ten that are shown."""
    return urlsafe_b64encode(digest).decode().rstrip("=")


def digest(text: str) -> bytes | None:
    """:return: the digest that ``whole`` has made this of; ``None``: it has not."""
    return urlsafe_b64decode(f"{text}=") if _WHOLE.fullmatch(text) else None
