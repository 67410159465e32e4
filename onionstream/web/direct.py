"""Pieces of an answer, offered to the kernel at once."""

from __future__ import annotations

from socket import socket as Socket  # noqa: N812 - a class, whatever its name
from typing import TYPE_CHECKING

from twisted.internet.tcp import Server as Connection
from twisted.web.http import NO_BODY_CODES

if TYPE_CHECKING:
    from onionstream.web.request import BoundedRequest


class DirectWriter:
    """
    Writes one answer, of which all pieces come this way.

    ``Request.write`` sends nothing by itself. Twisted keeps what it is given, asks the reactor for a moment in which
    the socket can be written to, joins the pieces, sends them, and tells the reactor that it needs no more such
    moments. For a thousand viewers this costs several times as much as the sending itself.

    What the kernel does not take goes that way all the same, and so does all that comes while something waits there,
    first of all the head of the answer. So bytes keep their order, a producer is paused and resumed as ever, and it is
    Twisted that finds out when a connection is lost.
    """

    # In slots, like all that is touched for each viewer and fragment: what is in the processor's cache counts here.
    __slots__ = ("_free", "_request", "_socket")

    def __init__(self, request: BoundedRequest) -> None:
        """:param request: its headers are set, and nothing is written yet."""
        self._request = request
        self._socket: Socket | None = None
        self._free = False  # whether the last piece was taken whole, so that nothing waits

    def write(self, data: bytes) -> None:
        """:param data: the next piece."""
        socket = self._socket
        if socket is None:
            self._begin(data)
        elif self._free or not self._request.unsent():
            self._send(socket, data)
        else:
            self._request.write(data)

    def _send(self, socket: Socket, data: bytes) -> None:
        """Offer it; a connection that is lost takes nothing."""
        try:
            sent = socket.send(data)
        except OSError:
            sent = 0
        self._free = sent == len(data)
        if not self._free:
            self._request.write(data[sent:])

    def _begin(self, data: bytes) -> None:
        """Write as Twisted does, with the head. All that the socket gets later must be pieces as they are."""
        request = self._request
        request.write(data)
        bare = not request.chunked and request.method != b"HEAD" and request.code not in NO_BODY_CODES
        transport = request.transport
        if bare and isinstance(transport, Connection) and transport.connected:  # which it is not through TLS
            self._socket = transport.socket
