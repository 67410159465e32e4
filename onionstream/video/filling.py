"""
Empty boxes (``free``, ISO/IEC 14496-12, 8.1.2) that fill the blocks in which browsers read.

What a browser has loaded of a block reaches its demuxer when the block is full: with 500 kbit/s half a second later,
and with a slate or a slide show many seconds.
"""

from __future__ import annotations

_HEADER = 8


def filling(position: int, block: int) -> int:
    """
    :param position: bytes so far.
    :param block: bytes.
    :return: how large an empty box must be that ends at a block's border: ``block`` bytes or a little more at the most.
    """
    return _HEADER + -(position + _HEADER) % block


def opening(size: int) -> bytes:
    """:return: the beginning of an empty box of so many bytes; zeros follow."""
    return size.to_bytes(4, "big") + b"free"


def empty(size: int) -> bytes:
    """:return: an empty box of so many bytes."""
    return opening(size) + bytes(size - _HEADER)


class Blocks:
    """Counts what a player has been sent, and fills a block that does not get full."""

    def __init__(self, block: int, patience: float) -> None:
        """
        :param block: bytes.
        :param patience: seconds that a block may take.
        """
        self._block = block
        self._patience = patience
        self._sent = 0
        self._since: float | None = None

    def add(self, size: int, now: float, *, spare: bool = True) -> int:
        """
        So many bytes are sent.

        :param now: seconds of any one clock.
        :param spare: the line can carry more; filling as such takes 0.4 Mbit/s, when there is little else.
        :return: bytes of the empty box that is to follow; 0: none.
        """
        blocks = self._sent // self._block
        self._sent += size
        if self._since is None or self._sent // self._block > blocks:
            self._since = now
        if not spare or now - self._since < self._patience or self._sent % self._block == 0:
            return 0
        box = filling(self._sent, self._block)
        self._sent += box
        self._since = now
        return box
