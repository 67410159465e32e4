"""A way through a SOCKS port, and one request through it."""

from __future__ import annotations

import socket
from contextlib import ExitStack


class WayError(Exception):
    """
    The proxy found no way.

    :ivar code: why (RFC 1928, section 6, and tor's ``ExtendedErrors``); 0: it hung up.
    """

    def __init__(self, words: str, code: int = 0) -> None:
        """Keep the code beside the words."""
        super().__init__(words)
        self.code = code


def connect(socks_port: int, host: str, port: int = 80, timeout: float = 60, identity: str = "") -> socket.socket:
    """
    :param socks_port: on 127.0.0.1.
    :param host: a name, which the proxy looks up.
    :param timeout: seconds, for this and for each later call.
    :param identity: tor isolates those who give it another one, each has his own circuits; empty: that of all.
    :return: a connection.
    :raises WayError: when there is none.
    """
    link = socket.create_connection(("127.0.0.1", socks_port), timeout)
    name, who = host.encode(), identity.encode()
    with ExitStack() as stack:
        stack.callback(link.close)
        # Each step waits for the answer to the one before: tor reads no login that comes too early.
        steps = [b"\x05\x01\x02" if who else b"\x05\x01\x00"]
        steps += [b"\x01" + bytes([len(who)]) + who + b"\x01x"] if who else []
        for step in steps:
            link.sendall(step)
            _exactly(link, 2)
        link.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big"))
        _check(_exactly(link, 10))  # the reply, whose address is an IPv4 one
        stack.pop_all()
    return link


def fetch(socks_port: int, host: str, path: str = "/", identity: str = "") -> bytes:
    """:return: all that a site answers to a GET, head and body."""
    with connect(socks_port, host, identity=identity) as link:
        link.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        pieces = []
        while piece := link.recv(1 << 16):
            pieces.append(piece)
        return b"".join(pieces)


def _check(reply: bytes) -> None:
    if reply[1]:
        raise WayError(f"the proxy says {reply[1]}", reply[1])


def _exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = link.recv(count - len(data))
        if not piece:
            raise WayError("the proxy has hung up")
        data += piece
    return data
