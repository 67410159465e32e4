"""The broadcaster's own page: how the stream is doing, and all that he steers it by."""

from __future__ import annotations

from collections.abc import Callable

from onionstream.web.areas import Router
from onionstream.web.desk import Desk
from onionstream.web.figures import Figures
from onionstream.web.guestlist import GuestList
from onionstream.web.headers import Document, apply
from onionstream.web.login import Login
from onionstream.web.overview import Overview
from onionstream.web.request import DESK, BoundedRequest
from onionstream.web.steer import Steer
from onionstream.web.templates import TEMPLATES
from onionstream.web.textual import shows_text
from onionstream.web.upkeep import Upkeep


class Broadcaster:
    """The area of ``/broadcaster``, for whoever is logged in."""

    router = Router()

    def __init__(
        self,
        look: Callable[[], Figures],
        steer: Steer,
        login: Login,
        staff: Callable[[], Overview] = Overview,
        *,
        desk: Desk,
        guests: GuestList,
        upkeep: Upkeep,
    ) -> None:
        """
        :param look: how all is doing, now.
        :param steer: has the forms.
        :param login: knows the broadcaster, and asks all others to log in.
        :param staff: what was done in the chat, now.
        :param desk: what all of the forms have in common.
        :param guests: has those about guests, and...
        :param upkeep: ... those that have the daemon look again.
        """
        self._look = look
        self._steer = steer
        self._login = login
        self._staff = staff
        self._desk = desk
        self._guests = guests
        self._upkeep = upkeep

    @router.route(DESK, methods=["GET"])
    async def desk(self, request: BoundedRequest) -> str:
        """
        The page; for all others the form to log in.

        A text browser, and a program, waits for the end of a document: it gets the figures as they are now.
        """
        session = await self._login.enter(request)
        if isinstance(session, str):
            return session
        apply(request, Document.SHELL)
        frames = b"text/html" in (request.getHeader(b"Accept") or b"").lower() and not shows_text(request)
        return TEMPLATES.get_template("broadcaster.html").render(
            figures=None if frames else self._look(),
            forms=self._desk.forms(session),
            steer=self._steer.view(),
            guests=self._guests.view(request),
            upkeep=self._upkeep.view(),
            basic=session.basic,
            once=self._login.once(session),
            staff=self._staff(),
        )
