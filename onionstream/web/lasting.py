"""An answer that goes on, with a document of a hub in it."""

from __future__ import annotations

from collections.abc import Iterable

from twisted.internet.defer import Deferred

from onionstream.web.direct import DirectWriter
from onionstream.web.hub import Hub, OpenDocument
from onionstream.web.request import BoundedRequest

BUFFER = 16 * 1024
"""Bytes the system may hold for one reader, so that one who does not read shows early."""


class LastingAnswer:
    """
    A request whose answer goes on, as its document writes to it.

    :ivar done: fires when the answer is to end; cancelled when the client has gone.
    """

    __slots__ = ("_request", "abort", "done", "unsent", "write")

    def __init__(self, request: BoundedRequest) -> None:
        """:param request: its headers are set, and nothing is written yet."""
        self._request = request
        self.done: Deferred[None] = Deferred()
        self.write = DirectWriter(request).write
        self.unsent = request.unsent
        self.abort = request.abort  # which cancels ``done``

    def finish(self) -> None:
        """End cleanly."""
        if not self.done.called:
            self._request.unregisterProducer()
            self.done.callback(None)


async def last(
    request: BoundedRequest, answer: LastingAnswer, hub: Hub, document: OpenDocument, head: Iterable[bytes]
) -> None:
    """
    Answer with a document until it ends or its reader has gone.

    :param request: its headers are set, and it is ``close_delimited``.
    :param answer: of the request.
    :param hub: takes the document in for that time.
    :param document: writes to the answer.
    :param head: what it begins with.
    """
    request.small_send_buffer(BUFFER)
    request.registerProducer(document, True)
    try:
        document.begin(b"".join(head))
        hub.join(document)
        await answer.done
    finally:
        hub.leave(document)
