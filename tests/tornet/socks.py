"""A way through a SOCKS port, and one request through it."""

from __future__ import annotations

import socket
from contextlib import ExitStack


class WayError(Exception):
    """The proxy found no way; the text holds its code (RFC 1928, section 6)."""


def connect(socks_port: int, host: str, port: int = 80, timeout: float = 60) -> socket.socket:
    """
    :param socks_port: on 127.0.0.1.
    :param host: a name, which the proxy looks up.
    :param timeout: seconds, for this and for each later call.
    :return: a connection.
    :raises WayError: when there is none.
    """
    link = socket.create_connection(("127.0.0.1", socks_port), timeout)
    name = host.encode()
    with ExitStack() as stack:
        stack.callback(link.close)
        link.sendall(b"\x05\x01\x00" + b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big"))
        _check(_exactly(link, 2 + 10))  # the method it chose, and the reply, whose address is an IPv4 one
        stack.pop_all()
    return link


def fetch(socks_port: int, host: str, path: str = "/") -> bytes:
    """:return: all that a site answers to a GET, head and body."""
    with connect(socks_port, host) as link:
        link.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        pieces = []
        while piece := link.recv(1 << 16):
            pieces.append(piece)
        return b"".join(pieces)


def _check(answer: bytes) -> None:
    if answer[3]:
        raise WayError(f"the proxy says {answer[3]}")


def _exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = link.recv(count - len(data))
        if not piece:
            raise WayError("the proxy has hung up")
        data += piece
    return data
