"""What tests of pictures need: PNG taken apart, and somebody who draws without Pillow."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from random import Random

from onionstream.captcha.drawing import Artist, Picture


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """:return: type and data of each chunk (PNG, 3rd edition, 5.3), after the signature; all bytes are in one."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place = 8
    while place < len(png):
        size, kind = struct.unpack_from(">I4s", png, place)
        yield kind, png[place + 8 : place + 8 + size]
        place += 12 + size


class FakeArtist(Artist):
    """
    Draws nothing; its pictures are numbered.

    :ivar drawn: how many there were.
    :ivar broken: whether it fails.
    """

    def __init__(self, name: str = "A") -> None:
        """
        :param name: the first letters of its solutions.
        """
        super().__init__(())
        self.name = name
        self.drawn = 0
        self.broken = False

    def draw(self, chance: Random) -> Picture:
        """See ``Artist.draw``."""
        if self.broken:
            raise OSError("no ink")
        self.drawn += 1
        return Picture(f"{self.name}{self.drawn}", b"png%d" % self.drawn)
