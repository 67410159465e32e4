"""
What one viewer of ours gets, taken apart as it comes.

Fragments carry a number. What one viewer got under a number must be what every other got, and nobody who keeps up may
miss one.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from onionstream.video.boxes import BoxReader, child


class Reading:
    """
    The body of one response.

    :ivar fragments: how many came, in full.
    :ivar missed: how many did not, of those between the first and the last.
    :ivar wrong: how many were not what others got.
    """

    def __init__(self, seen: dict[int, int], *, gzip: bool) -> None:
        """
        :param seen: the checksum of each fragment, by number, as the first who had it got it; shared by all who get
            the same.
        :param gzip: whether the body is a gzip stream.
        """
        self.fragments = 0
        self.missed = 0
        self.wrong = 0
        self._seen = seen
        self._unpacked: Callable[[bytes | memoryview], bytes | memoryview] = _as_it_is
        if gzip:
            self._unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress
        self._boxes = BoxReader()
        self._number: int | None = None
        self._checksum = 0

    def feed(self, data: bytes | memoryview) -> None:
        """
        Take what has come.

        :raises VideoError: it is no MP4.
        :raises zlib.error: it is no gzip stream.
        """
        for box in self._boxes.feed(bytes(self._unpacked(data))):
            if box.kind == b"moof":
                self._begin(box.payload)
            elif box.kind == b"mdat" and self._number is not None:
                self._end(self._number, zlib.crc32(box.payload, self._checksum))

    def start_over(self, seen: dict[int, int]) -> None:
        """
        Count anew from the next fragment on.

        :param seen: as for ``__init__``.
        """
        self.fragments = self.missed = self.wrong = 0
        self._seen = seen

    def _begin(self, moof: bytes) -> None:
        number = int.from_bytes((child(moof, b"mfhd") or b"")[4:8], "big")
        if self._number is not None:
            self.missed += number - self._number - 1
        self._number, self._checksum = number, zlib.crc32(moof)

    def _end(self, number: int, checksum: int) -> None:
        self.fragments += 1
        self.wrong += self._seen.setdefault(number, checksum) != checksum


def _as_it_is(data: bytes | memoryview) -> bytes | memoryview:
    return data
