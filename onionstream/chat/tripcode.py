"""Tripcodes: a password in, a few letters out that nobody else gets, for all to see."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import scrypt
from unicodedata import normalize

from onionstream.chat.errors import ChatError

SHOWN = 10
"""Characters that are shown: 60 bits (D-22)."""

LONGEST = 1024
"""Bytes of a password at the most."""

COST = 2**14
"""scrypt's N: 16 MiB (D-22). As long as nobody knows the pepper it does not matter, and after that it is a delay."""


FULL = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
"""A whole digest as it is written: 43 characters, of which the last one holds two bits that are 0."""


class LongPasswordError(ChatError):
    """This password is too long: it may have 1024 bytes."""


@dataclass(frozen=True, slots=True)
class Tripcode:
    """
    One tripcode.

    :ivar digest: 32 bytes. All of it is compared, and never only what is shown (D-12).
    """

    digest: bytes

    @property
    def shown(self) -> str:
        """What others see, ten characters."""
        return urlsafe_b64encode(self.digest).decode()[:SHOWN]

    @property
    def full(self) -> str:
        """All of it, as the configuration has it: see ``FULL``."""
        return urlsafe_b64encode(self.digest).decode().rstrip("=")

    @classmethod
    def of(cls, full: str) -> Tripcode:
        """:param full: as ``FULL``."""
        return cls(urlsafe_b64decode(f"{full}="))

    @property
    def hue(self) -> int:
        """Which of the palette's colours it has, from 0 to 15; not one that the shown characters tell."""
        return self.digest[-1] % 16


def is_full(text: str) -> bool:
    """:return: whether it can be a whole digest as it is written."""
    return re.fullmatch(FULL, text) is not None


def encoded(password: str) -> bytes:
    """
    A password as bytes, the same ones however a keyboard puts its accents together (NFC, as RFC 8265 has it).

    :param password: as it was typed; capitals and spaces matter.
    :raises LongPasswordError: it has more than ``LONGEST`` bytes.
    """
    if len(password) > LONGEST:
        raise LongPasswordError
    data = normalize("NFC", password).encode("utf-8", "surrogatepass")
    if len(data) > LONGEST:
        raise LongPasswordError
    return data


def make(password: str, pepper: bytes) -> Tripcode:
    """
    Make the tripcode of a password. This takes long: not for the reactor's thread.

    :param password: not empty.
    :param pepper: the secret of this site. Whoever knows it can try passwords.
    :raises LongPasswordError: it is too long.
    """
    return Tripcode(scrypt(encoded(password), salt=pepper, n=COST, r=8, p=1, dklen=32))
