"""The end of the site's life: everybody may finish who can in a few seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.interfaces import IListeningPort

from onionstream.web.http import BoundedSite

DRAIN = 5.0
"""Seconds that connections have to end when the daemon does (R-40)."""


class Listening(Service):
    """Owns the ports on which the site listens."""

    def __init__(self, ports: Sequence[IListeningPort], site: BoundedSite, ending: Callable[[], object]) -> None:
        """
        :param ports: open ones.
        :param site: what they serve.
        :param ending: called at the end, when nobody new can come: ends the answers that would go on for ever.
        """
        self._ports = ports
        self._site = site
        self._ending = ending

    def stopService(self) -> Deferred[None]:
        """:return: fires when no connection is open any more, at the latest after ``DRAIN`` seconds."""
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        # A port that cannot end, because its socket's file is gone, must not keep the connections from ending.
        await DeferredList([maybeDeferred(port.stopListening) for port in self._ports], consumeErrors=True)
        self._ending()
        await self._site.drain(DRAIN)
