"""
A gzip stream without a compressor: stored blocks for what does not shrink, ready-made ones for rows of zeros.

A deflate stream (RFC 1951) is a row of blocks; a stored one is five bytes of header and up to 65 535 bytes as they are.
So packing costs no time worth naming, and filling some 60 bytes. The checksum stands only at an end (RFC 1952), and our
streams have none.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""The beginning of every gzip stream of ours: no name, no time, no operating system (RFC 1952, 2.3)."""

_LARGEST = 0xFFFF


def stored(data: bytes) -> bytes:
    """:return: these bytes as stored blocks."""
    return b"".join(
        struct.pack("<BHH", 0, len(piece), len(piece) ^ 0xFFFF) + piece
        for piece in (data[start : start + _LARGEST] for start in range(0, len(data), _LARGEST))
    )


@lru_cache(maxsize=1024)
def zeros(count: int) -> bytes:
    """:return: so many zeros, compressed; ends at the border of a byte."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(bytes(count)) + compressor.flush(zlib.Z_FULL_FLUSH)
