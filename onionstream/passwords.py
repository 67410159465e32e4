"""The broadcaster's password: how it is compared, and what is kept of one that a person has chosen (D-20)."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from hashlib import scrypt
from typing import Protocol
from unicodedata import normalize

SHORTEST = 12
"""Characters of a password that a person chooses."""

LONGEST = 1024
"""Bytes of one, as for tripcodes."""

SALT = 16
"""Bytes of chance that go into each hash."""

COST, BLOCK, LANES = 2**16, 8, 1
"""scrypt's N, r and p: 64 MiB, and about a quarter of a second (D-20)."""

_MEMORY = 128 * COST * BLOCK + (1 << 20)  # bytes; OpenSSL takes a little more than scrypt itself (RFC 7914)
_KEPT = re.compile(f"scrypt n={COST} r={BLOCK} p={LANES} salt=([0-9a-f]{{{SALT * 2}}}) hash=([0-9a-f]{{64}})")


class UnfitError(Exception):
    """This password cannot be taken; the text is a sentence."""


class Password(Protocol):
    """What lets the broadcaster in."""

    @property
    def slow(self) -> bool:
        """Whether ``matches`` takes so long that it has to be done in a thread."""

    def matches(self, given: bytes) -> bool:
        """:param given: in UTF-8; what cannot be read as that is wrong."""


@dataclass(frozen=True, slots=True)
class Printed:
    """
    A password of this start, made by chance and printed in the terminal.

    It has 128 bits. So many cannot be guessed at any rate, so it is compared as it is.

    :ivar text: the password.
    """

    text: str = field(repr=False)
    slow = False

    def matches(self, given: bytes) -> bool:
        """See ``Password``."""
        return hmac.compare_digest(given, self.text.encode())


@dataclass(frozen=True, slots=True)
class Hashed:
    """
    A password that a person has chosen, as it is kept: nobody can read it there, and trying out words takes long.

    :ivar salt: of chance, so that the same password elsewhere has another hash.
    :ivar digest: 32 bytes.
    """

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    slow = True

    @classmethod
    def make(cls, password: str, salt: bytes) -> Hashed:
        """
        :param password: as ``check`` lets it through.
        :param salt: of chance; ``SALT`` bytes.
        """
        return cls(salt, _digest(_plain(password), salt))

    @classmethod
    def of(cls, text: str) -> Hashed | None:
        """:return: the one that was written as this text; ``None``: none was."""
        found = _KEPT.fullmatch(text)
        return cls(bytes.fromhex(found[1]), bytes.fromhex(found[2])) if found else None

    def __str__(self) -> str:
        """The text to be kept."""
        return f"scrypt n={COST} r={BLOCK} p={LANES} salt={self.salt.hex()} hash={self.digest.hex()}"

    def matches(self, given: bytes) -> bool:
        """See ``Password``: a quarter of a second, whatever is given."""
        return hmac.compare_digest(_digest(_plain(given.decode("utf-8", "surrogateescape")), self.salt), self.digest)


def check(password: str) -> None:
    """
    :param password: that somebody wants to have.
    :raises UnfitError: it is too short, too long, or could not be typed into a form.
    """
    if not password.strip():
        raise UnfitError("An empty password would let everybody in. Nothing was changed.")
    if len(normalize("NFC", password)) < SHORTEST:
        raise UnfitError(f"A password needs at least {SHORTEST} characters: take some words. Nothing was changed.")
    if len(_plain(password)) > LONGEST:
        raise UnfitError(f"A password may have at most {LONGEST} bytes. Nothing was changed.")
    if not password.isprintable():
        raise UnfitError("A password can hold only what can be typed into a form. Nothing was changed.")


def _plain(password: str) -> bytes:
    """:return: the same bytes, however a keyboard puts its accents together (NFC, as RFC 8265 has it)."""
    return normalize("NFC", password).encode("utf-8", "surrogateescape")


def _digest(password: bytes, salt: bytes) -> bytes:
    return scrypt(password, salt=salt, n=COST, r=BLOCK, p=LANES, maxmem=_MEMORY, dklen=32)
