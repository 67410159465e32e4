"""The way through a SOCKS port."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import SocksError
from onionstream.onion.socks import INVITED_ONLY, Handshake

METHOD, LOGIN = b"\x05\x02", b"\x01\x00"
"""What tor says to the greeting, and to the login."""

OPEN = b"\x05\x00\x00\x01" + bytes(6)
"""The reply when the way is open, with an IPv4 address."""

HOST = "a" * 56 + ".onion"

CODES = {
    0x01: "may not be listening",
    0x02: "does not want to go there",
    0x03: "no network",
    0x04: "no way",
    0x05: "refused",
    0x06: "too long",
    0x07: "does not understand what",
    0x08: "does not understand the address",
    0xF0: "directories do not know",
    0xF1: "damaged",
    0xF2: "introduction points",
    0xF3: "meeting point",
    0xF4: "only who is invited",
    0xF5: "not with this key",
    0xF6: "no onion address",
    0xF7: "too long to answer",
    0x99: "without a name (153)",
}
"""Each reply, and a word of its sentence."""


def handshake() -> Handshake:
    """:return: one that has just begun."""
    return Handshake(HOST, 80, "7")


class HandshakeTests(SynchronousTestCase):
    """``Handshake``."""

    def test_what_is_said(self) -> None:
        """Each thing when the one before was answered: tor reads no login that comes too early."""
        way = handshake()
        self.assertEqual(way.greeting, b"\x05\x01\x02")
        self.assertEqual(way.feed(METHOD), b"\x01\x017\x01-")
        self.assertEqual(way.feed(LOGIN), b"\x05\x01\x00\x03\x3e" + HOST.encode() + b"\x00\x50")
        self.assertFalse(way.open)
        self.assertEqual(way.feed(OPEN), b"")
        self.assertTrue(way.open)

    def test_what_follows_at_once_is_not_lost(self) -> None:
        """A site may speak in the same moment."""
        way = handshake()
        way.feed(METHOD + LOGIN + OPEN + b"hello")
        self.assertEqual((way.open, way.rest), (True, b"hello"))

    def test_replies_with_each_kind_of_address(self) -> None:
        """IPv4, IPv6 and a name."""
        for address in (b"\x01" + bytes(4), b"\x04" + bytes(16), b"\x03\x02ab"):
            way = handshake()
            way.feed(METHOD + LOGIN + b"\x05\x00\x00" + address + b"\x00\x00" + b"rest")
            self.assertEqual((way.open, way.rest), (True, b"rest"))

    def test_each_refusal_has_its_words(self) -> None:
        """Two bytes are enough to know it."""
        for code, words in CODES.items():
            way = handshake()
            way.feed(METHOD + LOGIN)
            with self.assertRaisesRegex(SocksError, words.replace("(", r"\(").replace(")", r"\)")) as caught:
                way.feed(bytes((5, code)))
            self.assertEqual(caught.exception.code, code)
        self.assertEqual(INVITED_ONLY, 0xF4)

    def test_what_is_no_SOCKS_port_is_told(self) -> None:
        """At each step."""
        for said in (
            b"HT",
            b"\x05\xff",
            METHOD + b"\x01\x01",
            METHOD + LOGIN + b"H",
            METHOD + LOGIN + b"\x05\0\0\x02\0",
        ):
            with self.assertRaisesRegex(SocksError, "no SOCKS port") as caught:
                handshake().feed(said)
            self.assertEqual(caught.exception.code, 0)

    @given(st.lists(st.integers(1, 6)))
    def test_it_is_the_same_in_every_chunking(self, sizes: list[int]) -> None:
        """Also byte by byte."""
        data = METHOD + LOGIN + OPEN
        way, said = handshake(), b""
        for size in sizes:
            said, data = said + way.feed(data[:size]), data[size:]
        said += way.feed(data)
        self.assertEqual((way.open, said[:2], len(said)), (True, b"\x01\x01", 5 + 5 + len(HOST) + 2))

    @given(st.binary(max_size=300))
    def test_any_bytes_at_all(self, data: bytes) -> None:
        """It opens, waits, or raises its error."""
        way = handshake()
        try:
            way.feed(data)
        except SocksError:
            self.assertFalse(way.open)
