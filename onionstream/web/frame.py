"""A form's frame: its address, who sits before it, and the way back to it after something was sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from onionstream.chat.looks import Own
from onionstream.chat.people import Person
from onionstream.web import css
from onionstream.web.errors import BadRequest, Forbidden
from onionstream.web.fragments import Words
from onionstream.web.headers import Document, apply
from onionstream.web.identity import Recognition, Who
from onionstream.web.request import BoundedRequest
from onionstream.web.theme import themed

FIELDS = ("w", "rows", "theme")
"""What the query of a form's address may have."""

OWN = "own"
"""What forms call a colour of one's own."""


class StrangerError(Forbidden):
    """This site does not know you yet. Please open the stream's page first."""


@dataclass(frozen=True, slots=True)
class View:
    """
    How the form is to look, as its address says.

    :ivar rows: with room for several lines.
    :ivar theme: empty: dark.
    """

    rows: bool
    theme: str

    @classmethod
    def of(cls, query: dict[str, str]) -> View:
        """:raises BadRequest: there is no such look."""
        rows = query.get("rows", "")
        if rows not in ("", "1"):
            raise BadRequest
        return cls(bool(rows), themed(query))

    def address(self, path: str) -> str:
        """:return: a path with this view's query."""
        query = urlencode({name: value for name, value in (("rows", "1" * self.rows), ("theme", self.theme)) if value})
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True)
class Called:
    """
    Whoever sits before a form, as its template needs him.

    :ivar name: what he is called, with the tag that tells him from others who are called the same.
    :ivar hue: the stylesheet's name of his colour; ``own``: it is one of his own...
    :ivar rule: ... and this is it, for a style in the document.
    :ivar trip: his tripcode, if he has one, and its colour.
    :ivar full: all of it, which only he sees and the broadcaster.
    """

    name: str
    tag: str
    hue: str
    rule: str
    trip: str
    trip_hue: str
    full: str = ""

    @classmethod
    def of(cls, person: Person, words: Words) -> Called:
        """
        :param person: he.
        :param words: what those without a name are called.
        """
        name, tag = words.of(person)
        colour, trip = person.hue, person.look.trip
        hue, rule = (OWN, css.colour(colour)) if isinstance(colour, Own) else (f"c{colour:x}", "")
        shown, own, full = (trip.shown, f"t{trip.hue:x}", trip.full) if trip else ("", "", "")
        return cls(name, tag, hue, rule, shown, own, full)


def known(who: Who | None) -> Who:
    """
    :param who: as ``Identity`` says.
    :return: the same.
    :raises StrangerError: it knows nobody.
    """
    if who is None:
        raise StrangerError
    return who


def opened(request: BoundedRequest, identity: Recognition, nonce: str = "") -> tuple[View, Who] | None:
    """
    Begin the answer to somebody who loads a form.

    :param nonce: for the document's style.
    :return: how it is to look, and who sits before it; ``None``: the answer needs no body.
    :raises BadRequest: no page of ours leads there.
    :raises StrangerError: nobody knows him.
    """
    query = request.query(*FIELDS)
    view, given = View.of(query), query.get("w")
    who = known(identity.writer(request, given))
    apply(request, Document.FORM, nonce)
    empty = identity.clean(request, who, given) or request.method == b"HEAD"
    return None if empty else (view, who)


def sent(
    request: BoundedRequest, identity: Recognition, must: Collection[str], *may: str
) -> tuple[View, Who, dict[str, str]]:
    """
    Begin the answer to a form.

    :param must: fields that are in it.
    :param may: those that may be, beside ``w``.
    :return: how the form looked, who has sent it, and its fields.
    :raises BadRequest: no form of ours sends this.
    :raises StrangerError: nobody knows him.
    """
    query = request.query(*FIELDS)
    view = View.of(query)
    fields = request.form(*must, *may, "w")
    who = known(identity.writer(request, query.get("w"), fields.get("w")))
    if not fields.keys() >= {*must}:
        raise BadRequest
    apply(request, Document.FORM)
    return view, who, fields


def send_back(request: BoundedRequest, address: str, field: str = "") -> None:
    """
    Answer a form with the way to a document.

    :param request: what was sent.
    :param address: of the document, on this site (L-09).
    :param field: has the focus there; empty: none.
    """
    request.setResponseCode(HTTPStatus.SEE_OTHER)
    request.setHeader("Location", f"{address}#{field}" if field else address)
