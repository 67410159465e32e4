"""
The loopback port, where this machine's own browser comes: for nobody who was led there by a web site (D-03).

A site that is open in the same browser may have its own name point to 127.0.0.1 ("DNS rebinding"), and would then read
our pages as its own; or it may have an image or a video of ours in its page, and look whether that can be loaded. Both
would tell it that this is the machine that streams. So whoever does not ask for this machine by its own name, and what
another site wants to have in a page of its own, gets an answer that any program could have given.

Over tor's socket none of this is looked at: there a name leads to us only for who means us.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import ServerFactory
from twisted.python.failure import Failure

from onionstream.web.errors import WebError
from onionstream.web.http import BoundedChannel, BoundedSite
from onionstream.web.request import BoundedRequest

OURS = ("localhost", "127.0.0.1", "[::1]")
"""
What a browser calls this machine. Names that end in ".localhost" are not among them: some systems ask the network for
those.
"""

REFUSAL = b"Nothing is here under this name.\n"
"""It does not say what is here under another one."""

_HEADERS = {
    b"Content-Type": b"text/plain; charset=utf-8",
    b"Cache-Control": b"no-store",
    b"Cross-Origin-Resource-Policy": b"same-origin",
    b"X-Content-Type-Options": b"nosniff",
}

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]+)(?::[0-9]{1,5})?", re.ASCII)


class StrangerError(WebError):
    """Nothing is here under this name."""

    status = HTTPStatus.MISDIRECTED_REQUEST


class NearRequest(BoundedRequest):
    """One that came to the loopback port."""

    channel: NearChannel

    def admit(self, method: bytes, target: bytes, version: bytes, length: int | None) -> None:
        """
        See ``BoundedRequest``; this comes first, so that no other answer tells what is here.

        :raises StrangerError: it was led here by a web site.
        """
        self.method, self.uri, self.clientproto = method, target, version
        hosts = self._received(b"host")
        if any(not self.channel.knows(host) for host in hosts) or self._is_embedded():
            raise StrangerError
        super().admit(method, target, version, length)

    def processingFailed(self, reason: Failure) -> None:
        """:param reason: what went wrong; a stranger is told as little as can be."""
        if reason.check(StrangerError) is None:
            super().processingFailed(reason)
            return
        self.setResponseCode(HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.MISDIRECTED_REQUEST.phrase.encode())
        for name, value in _HEADERS.items():
            self.setHeader(name, value)
        self._send(REFUSAL)

    def _is_embedded(self) -> bool:
        """
        :return: whether another site wants it for a page of its own. Who follows a link comes for a whole document, and
            who types the address comes from no site; old browsers do not say, and neither do programs.
        """
        sites, aims = self._received(b"sec-fetch-site"), self._received(b"sec-fetch-dest")
        return not {*sites} <= {b"same-origin", b"none"} and aims != [b"document"]


class NearChannel(BoundedChannel):
    """One connection to the loopback port."""

    requestFactory: Any = NearRequest

    def __init__(self, site: BoundedSite, hosts: Collection[str]) -> None:
        """
        :param site: whose connection it is.
        :param hosts: names by which it may be asked.
        """
        super().__init__(site)
        self._hosts = hosts

    def knows(self, host: bytes) -> bool:
        """
        :param host: as it was sent, with a port or without: it may be forwarded from another one.
        :return: whether somebody who says that means us.
        """
        found = _HOST.fullmatch(host.decode("latin-1").lower())
        return found is not None and found[1] in self._hosts


class NearSite(ServerFactory):
    """The site, for the loopback port."""

    noisy = False

    def __init__(self, site: BoundedSite, hosts: Collection[str] = ()) -> None:
        """
        :param site: the same that others have.
        :param hosts: names by which it may be asked, beside ``OURS``.
        """
        self._site = site
        self._hosts = frozenset({*OURS, *map(str.lower, hosts)})

    def buildProtocol(self, addr: IAddress | None) -> NearChannel | None:  # noqa: ARG002 - Twisted hands it over
        """
        :param addr: of the client; not looked at.
        :return: a new connection; ``None``, whereupon Twisted closes it, when there are too many.
        """
        return None if self._site.full else NearChannel(self._site, self._hosts)
