"""What kind of door the site has."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


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
