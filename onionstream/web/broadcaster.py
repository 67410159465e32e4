"""The broadcaster's own page: whether the encoder is well, and what it said last."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Protocol

from onionstream.video.broadcast import Broadcast
from onionstream.web.areas import Router
from onionstream.web.headers import Document, apply
from onionstream.web.request import BoundedRequest
from onionstream.web.templates import TEMPLATES

USER = "broadcaster"
"""The name to log in with, in any letter case."""


def new_password() -> str:
    """
    Make up a password: 128 bits of chance, as 22 letters, digits, ``-`` and ``_``.

    It holds until the daemon ends. So many bits cannot be guessed at any rate, so it is compared as it is (D-20 asks
    for a slow hash where *people* choose the password).
    """
    return secrets.token_urlsafe(16)


class EncoderStatus(Protocol):
    """What the page shows of the encoder."""

    @property
    def sentence(self) -> str:
        """How it is, and what to do if it is not well."""

    @property
    def generation(self) -> int:
        """The number of the present run, from 1."""

    @property
    def lines(self) -> Sequence[str]:
        """What it said last."""


class OnionStatus(Protocol):
    """What the page shows of the onion service."""

    @property
    def sentence(self) -> str:
        """How it is, and what to do if it is not well."""

    @property
    def address(self) -> str:
        """``….onion``; empty while there is none."""


class Broadcaster:
    """The area of ``/broadcaster``, behind a name and a password (HTTP Basic)."""

    router = Router()

    def __init__(
        self,
        broadcast: Broadcast,
        encoder: Callable[[], EncoderStatus],
        onion: Callable[[], OnionStatus],
        connections: Callable[[], int],
        password: str,
    ) -> None:
        """
        :param broadcast: who watches.
        :param encoder: how the encoder is, now.
        :param onion: how the onion service is, now.
        :param connections: how many connections to the site are open, now.
        :param password: the one that lets in.
        """
        self._broadcast = broadcast
        self._encoder = encoder
        self._onion = onion
        self._connections = connections
        self._password = password.encode()

    @router.route("/broadcaster", methods=["GET"])
    def desk(self, request: BoundedRequest) -> str:
        """The page, for whoever knows the password."""
        apply(request, Document.SHELL)
        if not self._admits(request):
            request.setResponseCode(HTTPStatus.UNAUTHORIZED)
            request.setHeader("WWW-Authenticate", 'Basic realm="broadcaster", charset="UTF-8"')
            return TEMPLATES.get_template("error.html").render(
                title="Please log in",
                sentence=f"The name is {USER}; the password was printed in the terminal when the program started.",
            )
        request.setHeader("Refresh", "5")
        return TEMPLATES.get_template("broadcaster.html").render(
            state=self._broadcast.state.value,
            encoder=self._encoder(),
            onion=self._onion(),
            watching=self._broadcast.watching,
            audience=self._broadcast.audience(),
            skipped=self._broadcast.skipped,
            connections=self._connections(),
        )

    def _admits(self, request: BoundedRequest) -> bool:
        """Both are compared in the same time, whatever was sent (D-23)."""
        user = hmac.compare_digest(request.getUser().lower(), USER.encode())
        password = hmac.compare_digest(request.getPassword(), self._password)
        return user and password
