"""
What the self-test fills a way through Tor's network with, to see how much that carries.

There is nothing at this address for anybody else: it needs a key that the self-test has just been given, and that is
good for one request. Whoever could have such filling at will could take the line from the viewers.
"""

from __future__ import annotations

import hmac
import secrets

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from onionstream.web.areas import Router
from onionstream.web.errors import NotFound
from onionstream.web.headers import Document, apply
from onionstream.web.request import BoundedRequest

MOST = 12 << 20
"""Bytes; the self-test reads no more than 8 MiB and may leave some of them unread."""

_PIECE = bytes(16 * 1024)


@implementer(IPushProducer)
class _Filling:
    """
    Zeros, as fast as they are taken. Nothing on their way makes them shorter: Tor does not compress what it carries.

    :ivar done: fires when all are written; cancelled when the client has gone.
    """

    def __init__(self, request: BoundedRequest) -> None:
        """:param request: its headers are set, and nothing is written yet."""
        self.done: Deferred[None] = Deferred()
        self._request = request
        self._left = MOST
        self._paused = False

    def resumeProducing(self) -> None:
        """Write until it is enough for now."""
        self._paused = False
        while self._left and not self._paused:
            self._left -= len(_PIECE)
            self._request.write(_PIECE)
        if not self._left and not self.done.called:
            self.done.callback(None)

    def pauseProducing(self) -> None:
        """It is enough for now."""
        self._paused = True

    def stopProducing(self) -> None:
        """The client has gone."""
        self._paused = True


class Gauge:
    """The area of ``/fill``; the self-test opens and closes it (`onionstream.onion.selftest.Gauge`)."""

    router = Router()

    def __init__(self) -> None:
        """Closed."""
        self._path = ""
        self._filled: BoundedRequest | None = None

    def open(self) -> str:
        """:return: the path, with the key in it."""
        self._path = f"/fill?key={secrets.token_urlsafe(16)}"
        return self._path

    def close(self) -> None:
        """Fill nothing any more."""
        self._path = ""
        if self._filled is not None:
            self._filled.abort()

    @router.route("/fill", methods=["GET"])
    async def fill(self, request: BoundedRequest) -> None:
        """
        The filling.

        :raises NotFound: to everybody else.
        """
        if not self._path or not hmac.compare_digest(request.uri, self._path.encode()):
            raise NotFound
        self._path = ""
        apply(request, Document.MEDIA, content_type="application/octet-stream")
        request.close_delimited()
        filling = _Filling(request)
        self._filled = request
        try:
            request.registerProducer(filling, True)
            filling.resumeProducing()
            await filling.done
        finally:
            self._filled = None
