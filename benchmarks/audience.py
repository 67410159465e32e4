"""
An audience: many viewers of one stream in one process, each of whom checks every byte he gets.

Fragments carry a number. What one viewer got under a number must be what every other got, and nobody may miss one.
"""

from __future__ import annotations

import select
import socket
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from onionstream.video.boxes import BoxReader, child

_REQUEST = b"GET /stream.mp4 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\n\r\n"
_PIECE = 1 << 18


@dataclass(eq=False)
class Watcher:
    """
    One viewer.

    :ivar link: the connection.
    :ivar reads: whether he reads what comes.
    :ivar received: bytes.
    :ivar fragments: how many, in full.
    :ivar missed: numbers that did not come.
    :ivar ended: the server has closed the connection.
    """

    link: socket.socket
    reads: bool = True
    received: int = 0
    fragments: int = 0
    missed: int = 0
    ended: bool = False
    first: float | None = None
    _head: bytearray | None = field(default_factory=bytearray)
    _boxes: BoxReader = field(default_factory=BoxReader)
    _number: int | None = None
    _moof: int = 0

    def take(self, data: bytes, seen: dict[int, int]) -> int:
        """
        Take what has come.

        :param data: bytes of the response.
        :param seen: the checksum of each fragment, by number; new ones are added.
        :return: how many fragments were not what others got.
        """
        self.received += len(data)
        if self._head is not None:
            self._head += data
            head, separator, data = bytes(self._head).partition(b"\r\n\r\n")
            if not separator:
                return 0
            status = head.split(b"\r\n", 1)[0]
            if b" 200 " not in status:
                raise RuntimeError(f"the server said {status!r}")
            self._head = None
        return sum(self._box(box.kind, box.payload, seen) for box in self._boxes.feed(data))

    def _box(self, kind: bytes, payload: bytes, seen: dict[int, int]) -> bool:
        if kind == b"moof":
            number = int.from_bytes((child(payload, b"mfhd") or b"")[4:8], "big")
            if self._number is not None:
                self.missed += number - self._number - 1
            self._number, self._moof = number, zlib.crc32(payload)
        elif kind == b"mdat" and self._number is not None:
            self.fragments += 1
            return seen.setdefault(self._number, zlib.crc32(payload, self._moof)) != zlib.crc32(payload, self._moof)
        return False


class Audience:
    """Many viewers, driven by one epoll loop for a bounded time."""

    def __init__(self, address: tuple[str, int], watching: int, never_reading: int) -> None:
        """
        :param address: of the server, on this machine.
        :param watching: viewers who read.
        :param never_reading: viewers who ask and then do not read.
        """
        self.wrong = 0
        self._seen: dict[int, int] = {}
        self.watchers = [
            self._open(address, reads=number >= never_reading) for number in range(watching + never_reading)
        ]
        self._poll = select.epoll()
        self._by_file = {one.link.fileno(): one for one in self.watchers if one.reads}
        for number in self._by_file:
            self._poll.register(number, select.EPOLLIN)

    def watch(self, seconds: float) -> None:
        """Read for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for number, _event in self._poll.poll(min(left, 0.5)):
                self._read(number)

    def reading(self) -> Sequence[Watcher]:
        """Those who read."""
        return [one for one in self.watchers if one.reads]

    def leave(self) -> None:
        """Close all connections."""
        self._poll.close()
        for one in self.watchers:
            one.link.close()

    def _read(self, number: int) -> None:
        watcher = self._by_file[number]
        data = watcher.link.recv(_PIECE)
        if data:
            self.wrong += watcher.take(data, self._seen)
        else:
            watcher.ended = True
            self._poll.unregister(number)

    @staticmethod
    def _open(address: tuple[str, int], *, reads: bool) -> Watcher:
        link = socket.socket()
        if not reads:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.connect(address)
        link.sendall(_REQUEST)
        link.setblocking(False)
        return Watcher(link=link, reads=reads)
