"""Numbers of a box's payload, read one after the other."""

from __future__ import annotations

from onionstream.video.errors import BoxError


class Fields:
    """A payload with a place in it. Every read raises ``BoxError`` when the payload ends before."""

    def __init__(self, payload: bytes) -> None:
        """
        :param payload: what to read from.
        """
        self._payload = payload
        self._position = 0

    def _read(self, size: int, *, signed: bool = False) -> int:
        piece = self._payload[self._position : self._position + size]
        if len(piece) < size:
            raise BoxError("a box is shorter than it must be")
        self._position += size
        return int.from_bytes(piece, "big", signed=signed)

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes, whether they are there or not: the next read will tell."""
        self._position += size

    def u16(self) -> int:
        """A number of 16 bits."""
        return self._read(2)

    def u32(self) -> int:
        """A number of 32 bits."""
        return self._read(4)

    def s32(self) -> int:
        """A signed number of 32 bits."""
        return self._read(4, signed=True)

    def u64(self) -> int:
        """A number of 64 bits."""
        return self._read(8)
