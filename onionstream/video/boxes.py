"""
MP4 boxes (ISO/IEC 14496-12, section 4.2): reading them from a stream of bytes, and writing them.

A box is a 32-bit size, a four-letter kind and a payload; a size of 1 means that a 64-bit size follows the kind.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from onionstream.video.errors import BoxError

LARGEST = 4 * 1024 * 1024
"""Bytes of the largest box we accept: about 1000 times a fragment of one frame at 400 kbit/s (D-50)."""

_SHORT = struct.Struct(">I4s")
_LONG = struct.Struct(">I4sQ")


class Box(NamedTuple):
    """
    One box.

    :ivar kind: its four letters.
    :ivar payload: what is in it, without the header.
    :ivar header: bytes its header took: 8 or 16.
    """

    kind: bytes
    payload: bytes
    header: int = _SHORT.size

    @property
    def size(self) -> int:
        """Bytes of the whole box."""
        return self.header + len(self.payload)


def box(kind: bytes, *parts: bytes) -> bytes:
    """
    Write a box.

    :param kind: four letters.
    :param parts: its payload, in pieces.
    """
    payload = b"".join(parts)
    return _SHORT.pack(_SHORT.size + len(payload), kind) + payload


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """Write a box whose payload begins with a version (8 bits) and flags (24 bits)."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _measure(data: bytes | bytearray, start: int, largest: int) -> tuple[bytes, int, int] | None:
    """
    Read the header at ``start``.

    :return: kind, bytes of the header, bytes of the whole box; or None when the header is not complete yet.
    :raises BoxError: for a size that cannot be, or is over ``largest``.
    """
    if len(data) - start < _SHORT.size:
        return None
    size, kind = _SHORT.unpack_from(data, start)
    header = _SHORT.size
    if size == 1:
        if len(data) - start < _LONG.size:
            return None
        _, _, size = _LONG.unpack_from(data, start)
        header = _LONG.size
    if size < header:
        raise BoxError(f"a box of kind {kind!r} says it has {size} bytes")
    if size > largest:
        raise BoxError(f"a box of kind {kind!r} says it has {size} bytes; we accept {largest}")
    return kind, header, size


def children(payload: bytes) -> Iterator[Box]:
    """
    The boxes that a payload consists of.

    :raises BoxError: when they do not fill it exactly.
    """
    start = 0
    while start < len(payload):
        measured = _measure(payload, start, len(payload) - start)
        if measured is None:
            raise BoxError(f"{len(payload) - start} bytes are left over after the last box")
        kind, header, size = measured
        yield Box(kind, payload[start + header : start + size], header)
        start += size


def child(payload: bytes, *path: bytes) -> bytes | None:
    """
    The payload of the first box found by going down ``path``.

    :return: None when there is none.
    :raises BoxError: as ``children`` does.
    """
    for kind in path:
        found = next((one.payload for one in children(payload) if one.kind == kind), None)
        if found is None:
            return None
        payload = found
    return payload


class BoxReader:
    """
    Bytes in, whole boxes out, in whatever pieces the bytes come.

    It never holds more than one unfinished box, and refuses a box over ``largest`` as soon as its header is there.
    """

    def __init__(self, largest: int = LARGEST) -> None:
        """
        :param largest: bytes of the largest box that is accepted.
        """
        self._largest = largest
        self._pending = bytearray()

    @property
    def pending(self) -> int:
        """Bytes of the unfinished box."""
        return len(self._pending)

    def feed(self, data: bytes) -> Iterator[Box]:
        """
        Take more bytes.

        :return: the boxes that are complete now; to be read to its end before more bytes come.
        :raises BoxError: for what cannot be a box, after the boxes before it; the reader is of no use then.
        """
        self._pending += data
        while (box := self._complete()) is not None:
            yield box

    def _complete(self) -> Box | None:
        """Take out the first box, if all of it is there."""
        measured = _measure(self._pending, 0, self._largest)
        if measured is None or len(self._pending) < measured[2]:
            return None
        kind, header, size = measured
        payload = bytes(self._pending[header:size])
        del self._pending[:size]
        return Box(kind, payload, header)
