"""
Who is invited to the onion address, for the broadcaster to see and to change (client authorization).

A guest's key is in the answer to the form that invites him, and nowhere else: it is not kept, so that page cannot be
had a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from onionstream.onion.errors import InvitationError
from onionstream.web.areas import Router
from onionstream.web.desk import Desk, pressed
from onionstream.web.headers import Document, apply
from onionstream.web.helm import Notice
from onionstream.web.request import BoundedRequest
from onionstream.web.templates import TEMPLATES

TWICE = (
    "That was sent twice. The key is shown once: if you have not seen it, take the invitation back and invite again."
)


class Invited(Protocol):
    """A guest who is new."""

    @property
    def name(self) -> str:
        """For ourselves."""

    @property
    def address(self) -> str:
        """Where to go."""

    @property
    def key(self) -> str:
        """Without which he does not come in."""

    @property
    def first(self) -> bool:
        """Whether everybody could come until now."""


class Guests(Protocol):
    """What is used of ``GuestBook``. What is changed there counts some seconds later, when the answer has arrived."""

    def invite(self, name: str, /) -> Invited:
        """:raises InvitationError: it cannot be done."""

    def revoke(self, name: str, /, *, public: bool) -> None:
        """:raises InvitationError: it cannot be done."""

    def names(self) -> list[str]:
        """:raises InvitationError: they cannot be read."""


@dataclass(frozen=True, slots=True)
class Listed:
    """
    The guests, as the page shows them.

    :ivar names: of all.
    :ivar far: who looks at the page has come over the onion address himself.
    :ivar trouble: why the names cannot be read; empty: they can.
    """

    names: tuple[str, ...]
    far: bool
    trouble: str = ""


class GuestList:
    """The area of ``/broadcaster/invite`` and ``/broadcaster/revoke``."""

    router = Router()

    def __init__(self, desk: Desk, guests: Guests) -> None:
        """
        :param desk: takes the forms.
        :param guests: who may come.
        """
        self._desk = desk
        self._guests = guests

    def view(self, request: BoundedRequest) -> Listed:
        """:return: the guests, for whoever looks at the page."""
        far = request.circuit is not None
        try:
            return Listed(tuple(self._guests.names()), far)
        except InvitationError as error:
            return Listed((), far, str(error))

    @router.route("/broadcaster/invite", methods=["POST"])
    def invite(self, request: BoundedRequest) -> str:
        """Invite somebody, and show his key this once."""

        def act(fields: dict[str, str]) -> str:
            invited = self._guests.invite(fields["name"].strip())
            apply(request, Document.SHELL)
            return TEMPLATES.get_template("invited.html").render(invited=invited, far=request.circuit is not None)

        return self._desk.act(request, "invite", ("name",), act, twice=TWICE)

    @router.route("/broadcaster/revoke", methods=["POST"])
    def revoke(self, request: BoundedRequest) -> str:
        """Take an invitation back; the last one in two steps, since everybody may come then."""

        def act(fields: dict[str, str]) -> Notice:
            name, public = fields["name"], pressed(fields, "revoke", "public") == "public"
            if not public and self._guests.names() == [name]:
                return Notice(
                    f"{name} is the only guest. Without this invitation everybody who has the address can come.",
                    last=name,
                )
            self._guests.revoke(name, public=public)
            if self._guests.names():
                return Notice(f"{name} is not invited any more. In some seconds all connections end.")
            return Notice(f"{name} is not invited any more. In some seconds everybody who has the address can come.")

        return self._desk.act(request, "revoke", ("name", "act"), act)
