"""
One request and its answer, as the routes of the site see them.

Compared with Twisted's: the body has a bound and stays in memory, fields are read strictly and only when a route asks,
the answer carries our headers from the start, and nothing that the client sent is shown or logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from socket import SO_SNDBUF, SOL_SOCKET
from socket import socket as Socket  # noqa: N812 - a class, whatever its name
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable
from urllib.parse import unquote_to_bytes

from twisted.internet.interfaces import ISystemHandle
from twisted.python.failure import Failure
from twisted.web.resource import IResource, getChildForRequest
from twisted.web.server import NOT_DONE_YET, Request

from onionstream.onion.budgets import Share
from onionstream.web import errors, forms, headers

if TYPE_CHECKING:
    from onionstream.web.areas import Gate
    from onionstream.web.http import BoundedChannel

METHODS = ("GET", "HEAD", "POST")

_NO_NAMES = (b"", b".", b"..")

DESK = "/broadcaster"
"""The broadcaster's page, and the beginning of where its forms are sent."""

_FORMS = f"{DESK}/".encode()

EMOTES = b"/emote/"
"""How the addresses of emotes begin."""

SMALL = 0.125
"""
What one of those costs a circuit (D-34): a page may need many of them at once, and whoever fills the chat with emotes
must not use up what others have to write with.
"""


@runtime_checkable
class _Buffering(Protocol):
    """What ``twisted.internet.abstract.FileDescriptor`` knows of bytes that the kernel has not taken."""

    bufferSize: int
    dataBuffer: bytes
    offset: int
    _tempDataLen: int


class BoundedRequest(Request):
    """
    One request and its answer, which carries the headers of ``headers`` from the start.

    :ivar gate: knows who is inside, if the site has one: to others nothing is told of what is not there (L-12).
    """

    gate: Gate | None = None

    def __init__(self, channel: BoundedChannel, queued: object = False) -> None:  # noqa: ARG002 - Twisted hands it over
        """
        :param channel: the connection it came over.
        :param queued: of no meaning any more; Twisted still hands it over.
        """
        super().__init__(channel, parsePOSTFormSubmission=False)
        self._limits = channel.site.limits
        self._body_bytes, self._field_bytes = self._limits.body_bytes, self._limits.field_bytes
        self._root = channel.site.root
        self._visitor = channel.visitor

    def __repr__(self) -> str:
        """Nothing of what was asked for: it may get into a log."""
        return f"<{type(self).__name__}>"

    def form(self, *known: str) -> dict[str, str]:
        """
        :param known: the names the form may have.
        :return: the fields of the body, by name.
        :raises BadRequest: see ``forms.parse``.
        """
        assert self.content is not None
        return self._fields(self.content.getvalue(), known)

    def query(self, *known: str) -> dict[str, str]:
        """
        :param known: the names the address's query may have.
        :return: the fields of the query, by name.
        :raises BadRequest: see ``forms.parse``.
        """
        return self._fields(self.uri.partition(b"?")[2], known)

    def carried(self, name: str) -> Iterator[str]:
        """
        :param name: of a field.
        :return: its values in the query and in the body, where it stands there once, whatever stands beside it.
        """
        assert self.content is not None
        for encoded in (self.uri.partition(b"?")[2], self.content.getvalue()):
            if (value := forms.single(encoded, name, self._limits.fields)) is not None:
                yield value

    def sent_cookies(self, name: bytes) -> list[str]:
        """
        :param name: of cookies.
        :return: the values of all that were sent; Twisted knows only the last.
        """
        pairs = b";".join(self._received(b"cookie")).split(b";")
        found = (pair.strip(b" \t").partition(b"=") for pair in pairs)
        return [value.decode("latin-1") for key, _, value in found if key == name]

    @property
    def circuit(self) -> int | None:
        """
        The number of tor's circuit that it came over; ``None``: it came over none; ``proxyline.UNKNOWN``: over one, but
        tor does not know which. It is for limits only, and never shown or logged (D-84).
        """
        return None if self._visitor is None else self._visitor.circuit

    def take(self, share: Share) -> None:
        """
        Hold something of the circuit's budget until the answer has ended, in whatever way (D-34).

        :param share: what this answer is.
        :raises TooManyOpen: there are too many of the kind; the connection is closed after the answer to that.
        """
        visitor = self._visitor
        if visitor is None or self.finished or self.channel is None:
            return
        try:
            visitor.take(share)
        except errors.TooManyRequests:
            self._close_afterwards()
            raise
        self.notifyFinish().addBoth(lambda _: visitor.give_back(share))

    def close_delimited(self) -> None:
        """
        Let the end of the connection be the end of the answer, instead of chunks: for an answer without an end.

        A browser then takes a connection that breaks for the end of the document, and its ``Refresh`` works.
        """
        self._close_afterwards()
        self.clientproto = b"HTTP/1.0"

    def abort(self) -> None:
        """Cut the connection; nothing of what is unsent goes out."""
        if self.channel is not None:
            self.channel.forceAbortClient()

    def small_send_buffer(self, size: int) -> None:
        """
        Let the kernel hold little of what the client has not taken, and Twisted as much before it pauses the producer.

        Small writes leave at once already (TCP_NODELAY).

        :param size: bytes; Linux takes twice as many. Where there is no socket nothing is done.
        """
        if isinstance(self.transport, _Buffering):
            self.transport.bufferSize = size
        handle = ISystemHandle(self.transport, None)
        socket = None if handle is None else handle.getHandle()
        if isinstance(socket, Socket):
            socket.setsockopt(SOL_SOCKET, SO_SNDBUF, size)

    def unsent(self) -> int:
        """
        :return: bytes of the answer that wait in this process because the kernel holds enough already; 0 where there is
            no socket.
        """
        # Asked for each reader and each line of the chat: isinstance() of a Protocol takes as long as sending one.
        transport = cast("_Buffering", self.transport)
        try:
            late = transport._tempDataLen  # noqa: SLF001 - Twisted has no public way to ask
            return len(transport.dataBuffer) - transport.offset + late
        except AttributeError:
            return 0

    # What follows is called by Twisted or by the channel.

    def admit(self, method: bytes, target: bytes, version: bytes, length: int | None) -> None:
        """
        Look at the headers before anything of the body is read.

        :param method: of the request line, as ``target`` and ``version``.
        :param target: the address as it was sent.
        :param version: of HTTP.
        :param length: bytes the body will have; ``None``: chunks, as many as the client likes.
        :raises WebError: this is not a request for us.
        """
        self.method, self.uri, self.clientproto = method, target, version
        if self._visitor is not None:
            self._visitor.request(SMALL if target.startswith(EMOTES) else 1.0)
        if method.decode() not in METHODS:
            raise errors.MethodNotAllowed(allowed=METHODS)
        if len(self._received(b"host")) != 1:
            raise errors.BadRequest
        if method == b"POST" and b"cross-site" in b",".join(self._received(b"sec-fetch-site")).lower():
            raise errors.ForeignForm
        coding = [value.lower() for value in self._received(b"transfer-encoding")]
        if coding and (coding != [b"chunked"] or version != b"HTTP/1.1"):
            raise errors.BadRequest
        if target.startswith(_FORMS):
            self._body_bytes, self._field_bytes = self._limits.desk_body_bytes, self._limits.desk_field_bytes
        if length != 0:
            self._admit_body(length)

    def _admit_body(self, length: int | None) -> None:
        """
        :param length: bytes; ``None``: not known.
        :raises WebError: no body of this kind or size is taken.
        """
        if self.method != b"POST":
            raise errors.BadRequest
        if not forms.is_form(self._received(b"content-type")):
            raise errors.UnsupportedMediaType
        if length is not None and length > self._body_bytes:
            raise errors.TooLarge

    def gotLength(self, length: int | None) -> None:  # noqa: ARG002 - Twisted hands it over
        """
        :param length: of the body. It stays in memory whatever it is: nothing of a viewer is written to a disk.
        """
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:
        """
        :param data: a piece of the body.
        :raises TooLarge: it is one too many.
        """
        assert self.content is not None
        if self.content.tell() + len(data) > self._body_bytes:
            raise errors.TooLarge
        self.content.write(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """
        Answer. Body and query are parsed only when a route asks for them.

        :param command: the method.
        :param path: the address as it was sent.
        :param version: of HTTP.
        """
        self.method, self.uri, self.clientproto = command, path, version
        self.path = path.partition(b"?")[0]
        self.args = {}
        self.process()

    def process(self) -> None:
        """Find the resource and let it answer; whatever it raises is answered by ``errors``."""
        headers.apply(self, headers.Document.ERROR)  # the strictest: a route says what else it is
        try:
            self.prepath, self.postpath = [], _segments(self.path)
            self.render(getChildForRequest(self._root, self))
        except Exception:  # noqa: BLE001 - an error in one route must not reach other viewers
            self.processingFailed(Failure())

    def render(self, resrc: IResource) -> None:
        """
        :param resrc: whose answer it is.
        """
        body = resrc.render(self)
        if body is not NOT_DONE_YET:
            self._send(body)

    def processingFailed(self, reason: Failure) -> None:
        """
        :param reason: what went wrong; only ``errors`` sees it.
        """
        page = errors.answer(self, reason)
        if page is not None:
            self._send(page)

    def finish(self) -> None:
        """End the answer, and with it whatever produced it: Twisted would log the address if it were still there."""
        if self.producer is not None and self.channel is not None:
            self.unregisterProducer()
        super().finish()

    def setHeader(self, name: str | bytes, value: str | bytes) -> None:
        """
        :param name: kept as bytes: Twisted remembers names of both kinds in one place, where ``python -b`` warns of it.
        :param value: as it is sent.
        """
        super().setHeader(name.encode() if isinstance(name, str) else name, value)

    def getRequestHostname(self) -> bytes:
        """The same for everybody: Klein asks, and what the client sent is never shown or used."""
        return b"onionstream"

    def _close_afterwards(self) -> None:
        """No other request may follow on this connection."""
        if self.channel is not None:
            self.channel.persistent = False
        self.setHeader(b"Connection", b"close")

    def _send(self, body: bytes) -> None:
        """
        :param body: all of it.
        """
        self.setHeader(b"Content-Length", b"%d" % len(body))
        self.write(body)
        self.finish()

    def _received(self, name: bytes) -> list[bytes]:
        """
        :param name: of a header.
        :return: its values, as many as were sent.
        """
        return list(self.requestHeaders.getRawHeaders(name, ()))

    def _fields(self, encoded: bytes, known: tuple[str, ...]) -> dict[str, str]:
        """
        :param encoded: of a form.
        :param known: names.
        :return: values by name.
        """
        return forms.parse(encoded, known, self._limits.fields, self._field_bytes)


def _segments(path: bytes) -> list[bytes]:
    """
    :param path: as it was sent.
    :return: what stands between its slashes, decoded. Each address has one spelling: what other servers tidy up (empty
        segments, dots, encoded slashes) is not found here.
    :raises WebError: no address of ours looks like this.
    """
    if not path.startswith(b"/"):
        raise errors.BadRequest
    segments = [unquote_to_bytes(segment) for segment in path[1:].split(b"/")]
    try:
        text = b"/".join(segments).decode()
    except UnicodeDecodeError:
        raise errors.BadRequest from None
    if not text.isprintable():
        raise errors.BadRequest
    if segments != [b""] and any(part in _NO_NAMES or b"/" in part for part in segments):
        raise errors.NotFound
    return segments
