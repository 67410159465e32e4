"""
An audience: many readers of one server in one process, driven by one epoll loop.

It has to cost little, or it would be what is measured: it counts bytes, and looks into those that are to be checked.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Generic, Protocol, TypeVar

_LOOK = 0.1
"""Seconds between two reads of a viewer who is slow."""

_BUFFERS = 64 * 1024
"""Bytes that the system may hold for a viewer who is slow or does not read."""


_ESTABLISHED = 1
"""A connection's state that neither side has closed (``tcp_states.h`` of Linux)."""


class Taking(Protocol):
    """Looks into what one of them gets."""

    def feed(self, data: bytes | memoryview) -> None:
        """Take what has come of the body."""


Look = TypeVar("Look", bound=Taking)


class Habit(Enum):
    """How a viewer reads: all that comes, at a rate of his own, or never."""

    KEEPS_UP = "keep up"
    SLOW = "slow"
    SILENT = "never read"


@dataclass(eq=False)
class Viewer(Generic[Look]):
    """
    One of them.

    :ivar link: the connection.
    :ivar reading: what is in the body, where that is looked at.
    :ivar joined: when he came.
    :ivar received: bytes.
    :ivar earlier: of these, bytes before the span that is measured.
    :ivar ended: the server has closed the connection.
    """

    link: socket.socket
    habit: Habit
    reading: Look | None
    joined: float
    received: int = 0
    earlier: int = 0
    ended: bool = False
    _head: bytes | None = field(default=b"")

    @property
    def got(self) -> int:
        """Bytes that came in the span that is measured."""
        return self.received - self.earlier

    def take(self, data: memoryview) -> None:
        """
        Take what has come.

        :raises RuntimeError: the answer is not a stream.
        """
        self.received += len(data)
        body: bytes | memoryview = data
        if self._head is not None:
            head, separator, body = (self._head + data).partition(b"\r\n\r\n")
            if not separator:
                self._head = head
                return
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                raise RuntimeError(f"the server said {head!r}")
            self._head = None
        if self.reading is not None:
            self.reading.feed(body)


class Audience(Generic[Look]):
    """Those who watch one server."""

    def __init__(self, port: int, slow_rate: float, request: Callable[[int], bytes]) -> None:
        """
        :param port: of the server, on 127.0.0.1.
        :param slow_rate: bytes a second that a slow viewer reads.
        :param request: what the how manieth of all says, from 0.
        """
        self.viewers: list[Viewer[Look]] = []
        self._address = ("127.0.0.1", port)
        self._request = request
        self._slow_rate = slow_rate
        self._buffer = memoryview(bytearray(1 << 18))
        self._poll = select.epoll()
        self._by_file: dict[int, Viewer[Look]] = {}
        self._slow: list[Viewer[Look]] = []

    def join(self, habit: Habit, count: int, reading: Callable[[int], Look | None]) -> None:
        """
        Viewers come, one right after the other.

        :param reading: for the how manieth, from 0: who looks into what he gets.
        """
        for number in range(count):
            viewer = Viewer(self._open(habit), habit, reading(number), time.monotonic())
            self.viewers.append(viewer)
            if habit is Habit.KEEPS_UP:
                self._by_file[viewer.link.fileno()] = viewer
                self._poll.register(viewer.link, select.EPOLLIN)
            elif habit is Habit.SLOW:
                self._slow.append(viewer)
            self._turn(0)

    def watch(self, seconds: float) -> None:
        """Read for so long."""
        until = time.monotonic() + seconds
        due = 0.0
        while (now := time.monotonic()) < until:
            if now >= due:
                due = now + _LOOK
                self._read_slowly(now)
            self._turn(min(until, due) - now)

    def begin_span(self) -> None:
        """From now on is measured."""
        for viewer in self.viewers:
            viewer.earlier = viewer.received

    def of(self, habit: Habit) -> Sequence[Viewer[Look]]:
        """Those who read like this."""
        return [viewer for viewer in self.viewers if viewer.habit is habit]

    def cut(self) -> Sequence[Viewer[Look]]:
        """
        Those whose connection the server has closed.

        The server's end is looked at: a viewer who does not read hears nothing of it.
        """
        served = _peers_of(self._address[1])
        return [viewer for viewer in self.viewers if viewer.link.getsockname()[1] not in served]

    def leave(self) -> None:
        """Close all connections."""
        self._poll.close()
        for viewer in self.viewers:
            viewer.link.close()

    def _open(self, habit: Habit) -> socket.socket:
        link = socket.socket()
        if habit is not Habit.KEEPS_UP:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFERS // 2)  # Linux takes twice as many
        link.connect(self._address)
        link.sendall(self._request(len(self.viewers)))
        link.setblocking(False)
        return link

    def _turn(self, timeout: float) -> None:
        """Read from all who keep up and have something to read."""
        for number, _ in self._poll.poll(max(0.0, timeout), 256):
            viewer = self._by_file[number]
            self._read(viewer, len(self._buffer))
            if viewer.ended:
                self._poll.unregister(number)

    def _read_slowly(self, now: float) -> None:
        for viewer in self._slow:
            share = int((now - viewer.joined) * self._slow_rate) - viewer.received
            if share > 0 and not viewer.ended:
                self._read(viewer, min(share, len(self._buffer)))

    def _read(self, viewer: Viewer[Look], most: int) -> None:
        try:
            count = viewer.link.recv_into(self._buffer, most)
        except BlockingIOError:
            return
        except ConnectionResetError:
            count = 0
        if count:
            viewer.take(self._buffer[:count])
        else:
            viewer.ended = True


def _peers_of(port: int) -> set[int]:
    """:return: the other ends' ports of a server's open connections (proc(5), ``/proc/net/tcp``)."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return {
        int(other.rpartition(":")[2], 16)
        for _, own, other, state, *_ in rows
        if int(own.rpartition(":")[2], 16) == port and int(state, 16) == _ESTABLISHED
    }
