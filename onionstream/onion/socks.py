"""
The way through a SOCKS port (RFC 1928), as one who wants a connection to an onion address goes it.

A user name and a password (RFC 1929) are no secret here: tor builds another way for each other pair of them.
"""

from __future__ import annotations

from enum import Enum, auto

from onionstream.onion.errors import SocksError

_VERSION = 5
_LOGIN_VERSION = 1
_BY_PASSWORD = 2
_CONNECT = 1
_BY_NAME = 3
_ADDRESS_BYTES = {1: 4, 4: 16}
"""Bytes of the address in a reply, by its type; a name has its length before it."""

INVITED_ONLY = 0xF4
"""The reply for an address that lets in only who has a key (tor's manual, ``ExtendedErrors``)."""

_WORDS = {
    0x01: "no connection to the site came about: it may not be listening",
    0x02: "tor does not want to go there",
    0x03: "tor has no network",
    0x04: "there was no way to it",
    0x05: "the connection was refused",
    0x06: "it took too long",
    0x07: "tor does not understand what it is asked for",
    0x08: "tor does not understand the address",
    0xF0: "the directories do not know the address, or not yet",
    0xF1: "what the directories say of the address is damaged",
    0xF2: "nobody answers at its introduction points",
    0xF3: "it did not come to the meeting point",
    INVITED_ONLY: "it lets in only who is invited",
    0xF5: "it lets in only who is invited, and not with this key",
    0xF6: "tor takes it for no onion address",
    0xF7: "its introduction points take too long to answer",
}
"""What replies mean. Those from 0xF0 on are tor's own (proposal 304)."""


class _Step(Enum):
    """What is waited for."""

    METHOD = auto()
    LOGIN = auto()
    REPLY = auto()
    OPEN = auto()


class Handshake:
    """
    Fed with what the SOCKS port says, in any chunking; tells what to say next.

    :ivar greeting: what to say first.
    :ivar rest: what came from the other end already, once the way is open.
    """

    def __init__(self, host: str, port: int, identity: str) -> None:
        """
        :param host: an onion address.
        :param identity: another one has another way; at most 255 letters.
        """
        name = host.encode("ascii")
        who = identity.encode("ascii")
        self.greeting = bytes((_VERSION, 1, _BY_PASSWORD))
        self.rest = b""
        self._login = bytes((_LOGIN_VERSION, len(who))) + who + bytes((1,)) + b"-"
        self._wish = bytes((_VERSION, _CONNECT, 0, _BY_NAME, len(name))) + name + port.to_bytes(2, "big")
        self._step = _Step.METHOD
        self._heard = b""

    @property
    def open(self) -> bool:
        """Whether what comes now comes from the other end, and what is said goes there."""
        return self._step is _Step.OPEN

    def feed(self, data: bytes) -> bytes:
        """
        :return: what to say to that; may be nothing.
        :raises SocksError: there is no way, or this is no SOCKS port.
        """
        self._heard += data
        said = b""
        while (answer := self._next()) is not None:
            said += answer
        return said

    def _next(self) -> bytes | None:
        """:return: what to say after the next step; ``None``: more must come before it can be made."""
        match self._step:
            case _Step.METHOD if len(self._heard) >= 2:
                return self._go_on(2, self._heard[:2] == bytes((_VERSION, _BY_PASSWORD)), _Step.LOGIN, self._login)
            case _Step.LOGIN if len(self._heard) >= 2:
                return self._go_on(2, self._heard[1] == 0, _Step.REPLY, self._wish)
            case _Step.REPLY if (length := self._reply_length()) <= len(self._heard):
                self._go_on(length, True, _Step.OPEN, b"")
                self.rest = self._heard
        return None

    def _go_on(self, used: int, good: bool, step: _Step, answer: bytes) -> bytes:
        """:raises SocksError: it was not good."""
        if not good:
            raise SocksError("what answers there is no SOCKS port of tor's")
        self._heard, self._step = self._heard[used:], step
        return answer

    def _reply_length(self) -> int:
        """
        :return: bytes of the reply, as far as they can be told yet.
        :raises SocksError: it says that there is no way, or it is none.
        """
        if self._heard[:1] not in (b"", bytes((_VERSION,))):
            raise SocksError("what answers there is no SOCKS port of tor's")
        if len(self._heard) >= 2 and self._heard[1]:
            code = self._heard[1]
            raise SocksError(_WORDS.get(code, f"tor gives a reason without a name ({code})"), code)
        if len(self._heard) < 5:
            return 5
        kind = self._heard[3]
        if kind not in {*_ADDRESS_BYTES, _BY_NAME}:
            raise SocksError("what answers there is no SOCKS port of tor's")
        return 4 + _ADDRESS_BYTES.get(kind, 1 + self._heard[4]) + 2
