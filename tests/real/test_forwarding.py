"""
The line between a browser and a daemon in the measurements, on real sockets.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.forwarding import Line
from benchmarks.lines import Shape

MUCH = bytes(range(256)) * 4096
"""A mebibyte: more than all buffers on the way hold."""


class ForwardingTests(SynchronousTestCase):
    """One connection through a line."""

    def setUp(self) -> None:
        """Somebody listens behind it."""
        self.stack = ExitStack()
        self.addCleanup(self.stack.close)
        self.far = self.stack.enter_context(socket.create_server(("127.0.0.1", 0)))

    def ends(self, shape: Shape) -> tuple[Line, socket.socket, socket.socket]:
        """:return: a line, and both ends of a connection through it."""
        line = self.stack.enter_context(Line.open(shape))
        line.lead_to(self.far.getsockname()[1])
        near = self.stack.enter_context(socket.create_connection(("127.0.0.1", line.port), timeout=30))
        far, _ = self.far.accept()
        far.settimeout(30)
        return line, near, self.stack.enter_context(far)

    def read(self, link: socket.socket) -> bytes:
        """:return: all that comes until the end."""
        return b"".join(iter(lambda: link.recv(1 << 16), b""))

    def test_bytes_and_the_end_go_through(self) -> None:
        """Both ways; one way's end leaves the other open."""
        _, near, far = self.ends(Shape(delay=0.01, jitter=0.01))
        near.sendall(b"a question")
        near.shutdown(socket.SHUT_WR)
        self.assertEqual(self.read(far), b"a question")
        far.sendall(b"an answer")
        far.close()
        self.assertEqual(self.read(near), b"an answer")

    def test_a_sender_is_held_up_while_it_stands_still(self) -> None:
        """What the line does not take stays with him."""
        line, _, far = self.ends(Shape())
        line.stand_still(3600)
        far.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            for _ in range(64):
                far.sendall(MUCH)

    def test_a_sender_is_held_up_by_one_who_does_not_read(self) -> None:
        """As without a line."""
        _, _, far = self.ends(Shape())
        far.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            for _ in range(64):
                far.sendall(MUCH)

    def test_whoever_leaves_is_seen_at_the_other_end(self) -> None:
        """A browser that is killed does not leave the daemon with a viewer."""
        _, near, far = self.ends(Shape())
        near.close()
        self.assertEqual(far.recv(1), b"")

    def test_nobody_behind_it(self) -> None:
        """The connection is closed, and the line lives on."""
        line, _, _ = self.ends(Shape())
        line.lead_to(1)
        with socket.create_connection(("127.0.0.1", line.port), timeout=30) as refused:
            self.assertEqual(refused.recv(1), b"")
        line.lead_to(self.far.getsockname()[1])
        with socket.create_connection(("127.0.0.1", line.port), timeout=30) as near:
            near.sendall(b"hello")
            with self.far.accept()[0] as far:
                self.assertEqual(far.recv(5), b"hello")
