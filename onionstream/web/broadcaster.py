"""The broadcaster's own page: whether the encoder is well, and what it said last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from onionstream.video.broadcast import Broadcast
from onionstream.web.areas import Router
from onionstream.web.headers import Document, apply
from onionstream.web.login import DESK, Login
from onionstream.web.overview import Overview
from onionstream.web.request import BoundedRequest
from onionstream.web.templates import TEMPLATES


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
    """The area of ``/broadcaster``, for whoever is logged in."""

    router = Router()

    def __init__(
        self,
        broadcast: Broadcast,
        encoder: Callable[[], EncoderStatus],
        onion: Callable[[], OnionStatus],
        connections: Callable[[], int],
        login: Login,
        staff: Callable[[], Overview] = Overview,
    ) -> None:
        """
        :param broadcast: who watches.
        :param encoder: how the encoder is, now.
        :param onion: how the onion service is, now.
        :param connections: how many connections to the site are open, now.
        :param login: knows the broadcaster, and asks all others to log in.
        :param staff: what was done in the chat, now.
        """
        self._broadcast = broadcast
        self._encoder = encoder
        self._onion = onion
        self._connections = connections
        self._login = login
        self._staff = staff

    @router.route(DESK, methods=["GET"])
    async def desk(self, request: BoundedRequest) -> str:
        """The page; for all others the form to log in."""
        session = await self._login.enter(request)
        if isinstance(session, str):
            return session
        apply(request, Document.SHELL)
        request.setHeader("Refresh", "5")
        return TEMPLATES.get_template("broadcaster.html").render(
            state=self._broadcast.state.value,
            encoder=self._encoder(),
            onion=self._onion(),
            watching=self._broadcast.watching,
            audience=self._broadcast.audience(),
            skipped=self._broadcast.skipped,
            connections=self._connections(),
            basic=session.basic,
            once=self._login.once(session),
            staff=self._staff(),
        )
