"""A gzip stream without a compressor."""

from __future__ import annotations

import gzip
import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.deflate import HEAD, stored, zeros

BLOCK = 32 * 1024

PIECES = st.lists(
    st.one_of(st.binary(max_size=300), st.integers(0, 3 * BLOCK), st.integers(0, 3 * 65535).map(lambda n: b"\xa5" * n)),
    max_size=8,
)
"""Bytes that are stored, and lengths of rows of zeros."""


def _packed(piece: bytes | int) -> bytes:
    return stored(piece) if isinstance(piece, bytes) else zeros(piece)


def _plain(piece: bytes | int) -> bytes:
    return piece if isinstance(piece, bytes) else bytes(piece)


class StreamTests(SynchronousTestCase):
    """Stored bytes and rows of zeros, one after the other."""

    @given(PIECES)
    def test_all_that_was_fed_has_come_out(self, pieces: list[bytes | int]) -> None:
        """After each piece: a player that waited for the next one would be late by as much."""
        decompressor = zlib.decompressobj(31)
        self.assertEqual(decompressor.decompress(HEAD), b"")
        for piece in pieces:
            self.assertEqual(decompressor.decompress(_packed(piece)), _plain(piece))
        self.assertEqual((decompressor.unused_data, decompressor.unconsumed_tail), (b"", b""))

    @given(PIECES, st.integers(1, 5000))
    def test_in_any_chunks(self, pieces: list[bytes | int], size: int) -> None:
        """The network cuts it where it likes."""
        data = HEAD + b"".join(_packed(piece) for piece in pieces)
        decompressor = zlib.decompressobj(31)
        got = [decompressor.decompress(data[start : start + size]) for start in range(0, len(data), size)]
        self.assertEqual(b"".join(got), b"".join(_plain(piece) for piece in pieces))

    @given(PIECES)
    def test_with_an_end_it_is_a_gzip_file(self, pieces: list[bytes | int]) -> None:
        """A last block, the checksum and the length would complete it: nothing of it is out of order (RFC 1952)."""
        plain = b"".join(_plain(piece) for piece in pieces)
        end = b"\x03\x00" + struct.pack("<II", zlib.crc32(plain), len(plain))
        self.assertEqual(gzip.decompress(HEAD + b"".join(_packed(piece) for piece in pieces) + end), plain)

    def test_L31_the_head_tells_nothing(self) -> None:
        """No time, no name, no operating system."""
        self.assertEqual(HEAD, b"\x1f\x8b\x08\0\0\0\0\0\0\xff")


class CostTests(SynchronousTestCase):
    """What it adds."""

    def test_a_stored_block_costs_five_bytes(self) -> None:
        """For up to 65 535 bytes; nothing costs nothing."""
        for size, blocks in ((0, 0), (1, 1), (65535, 1), (65536, 2), (2 * 65535, 2), (200_000, 4)):
            self.assertEqual(len(stored(bytes(size))), size + 5 * blocks)

    def test_filling_costs_some_60_bytes(self) -> None:
        """With the header of its box and of its stored block; whatever its length within a block of 32 KiB."""
        for count in (*range(0, BLOCK, 97), BLOCK - 1):
            self.assertLessEqual(len(zeros(count)) + 8 + 5, 66)

    def test_a_row_of_zeros_is_made_once(self) -> None:
        """The same object for the same length, as long as it is remembered."""
        self.assertIs(zeros(12345), zeros(12345))
