"""A line between a browser and a daemon: a proxy on 127.0.0.1 that passes bytes on as :mod:`benchmarks.lines` says."""

from __future__ import annotations

import random
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import Thread

from benchmarks.lines import Flow, Lane, Shape

LOOPBACK = "127.0.0.1"
_BUFFER = 16 * 1024
"""Bytes that the system may hold at each end: what waits is to wait in the flow, or at the sender."""

_PIECE = 4096
_ROUND = 0.02
"""Seconds after which a change of the line's shape is seen at the latest."""


@dataclass(eq=False)
class _Pipe:
    """One connection in one direction."""

    source: socket.socket
    sink: socket.socket
    flow: Flow
    ready: bytes = b""
    ended: bool = False
    shut: bool = False
    back: _Pipe | None = field(default=None, repr=False)

    @property
    def wants(self) -> bool:
        """Whether it can take more from its source."""
        return not self.ended and not self.ready and self.flow.room > 0

    @property
    def over(self) -> bool:
        return self.shut and self.back is not None and self.back.shut

    def read(self, now: float) -> None:
        data = self.source.recv(min(_PIECE, self.flow.room))
        self.ended = not data
        if data:
            self.flow.put(data, now)

    def arrive(self, now: float) -> None:
        """Pass on what has arrived at the other end, and the end when all has."""
        if not self.ready:
            self.ready = self.flow.take(now)
        if self.ready:
            with suppress(BlockingIOError):
                self.ready = self.ready[self.sink.send(self.ready) :]
        if self.ended and not self.shut and not self.ready and self.flow.empty:
            self.shut = True
            self.sink.shutdown(socket.SHUT_WR)


class Line:
    """
    The line; it carries any number of connections at once.

    :ivar port: where the browser's end is.
    """

    def __init__(self, shape: Shape) -> None:
        """:param shape: of each direction."""
        self._shape = shape
        self.lead_to(0)
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._pipes: list[_Pipe] = []
        self._open = True

    @classmethod
    @contextmanager
    def open(cls, shape: Shape) -> Iterator[Line]:
        """A line that works for the time of a ``with`` block, in a thread of its own."""
        line = cls(shape)
        thread = Thread(target=line._work, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line._open = False
            thread.join()

    def lead_to(self, port: int) -> None:
        """
        Be as at the beginning, whatever has happened to it.

        :param port: of 127.0.0.1, where connections lead that come from now on.
        """
        self._target = port
        self._lanes = [Lane(self._shape, random.random) for _ in range(2)]

    def stand_still(self, seconds: float) -> None:
        """Nothing moves for so long, in neither direction; no connection ends by it."""
        for lane in self._lanes:
            lane.still_until = time.monotonic() + seconds

    def limit(self, rate: float) -> None:
        """:param rate: bytes a second that it carries from now on; 0: no limit."""
        for lane in self._lanes:
            lane.shape = replace(lane.shape, rate=rate)

    def _work(self) -> None:
        with self._listener:
            while self._open:
                self._round()
        for pipe in self._pipes:
            pipe.source.close()

    def _round(self) -> None:
        now = time.monotonic()
        wait = min((pipe.flow.next() - now for pipe in self._pipes if not pipe.ready), default=_ROUND)
        sources = {pipe.source: pipe for pipe in self._pipes if pipe.wants}
        sinks = [pipe.sink for pipe in self._pipes if pipe.ready]
        readable, _, _ = select.select([self._listener, *sources], sinks, [], max(0.0, min(wait, _ROUND)))
        if self._listener in readable:
            self._accept()
        for pipe in list(self._pipes):
            self._move(pipe, readable=pipe.source in readable)

    def _move(self, pipe: _Pipe, *, readable: bool) -> None:
        try:
            if readable:
                pipe.read(time.monotonic())
            pipe.arrive(time.monotonic())
        except OSError:
            self._cut(pipe)
        if pipe.over:
            self._cut(pipe)

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        far = socket.socket()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        if far.connect_ex((LOOPBACK, self._target)):
            near.close()
            far.close()
            return
        for end in (near, far):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        there, back = _Pipe(near, far, Flow(self._lanes[0])), _Pipe(far, near, Flow(self._lanes[1]))
        there.back, back.back = back, there
        self._pipes += [there, back]

    def _cut(self, pipe: _Pipe) -> None:
        """Close a connection, both ways."""
        pipe.source.close()
        pipe.sink.close()
        self._pipes = [other for other in self._pipes if other is not pipe and other is not pipe.back]
