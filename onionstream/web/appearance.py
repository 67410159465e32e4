"""The form in which somebody says how he wants to look: name, colour and tripcode."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from twisted.internet.interfaces import IReactorTime

from onionstream.allowance import Allowances, BusyError
from onionstream.chat import looks
from onionstream.chat.errors import ChatError
from onionstream.chat.looks import PALETTE, Look, Own
from onionstream.chat.people import Person
from onionstream.chat.room import Room
from onionstream.chat.tripcode import encoded
from onionstream.web.admission import Admission, TripcodeSource
from onionstream.web.areas import Router
from onionstream.web.drafts import DRAFTS, KEPT
from onionstream.web.errors import BadRequest
from onionstream.web.fragments import Words
from onionstream.web.frame import OWN, Called, View, opened, send_back, sent
from onionstream.web.identity import Recognition, Who
from onionstream.web.loss import Costly, Loss, foresee
from onionstream.web.nonces import Nonces, SpentError, StaleError
from onionstream.web.request import BoundedRequest
from onionstream.web.shelf import Shelf
from onionstream.web.templates import TEMPLATES

FORM = "look"
"""What the form's nonces are for."""

HUES = (
    "Red", "Orange", "Amber", "Yellow", "Lime", "Green", "Mint", "Teal",
    "Cyan", "Sky", "Blue", "Indigo", "Violet", "Purple", "Magenta", "Pink",
)  # fmt: skip
"""What the palette's colours are called."""

BURST, EVERY = 8, 10.0
"""Changes over one circuit at once, and seconds for each in the long run. People who are new cost nothing, and each of
them may have two tripcodes made: what holds for a person does not hold for somebody who is many."""

CHANGED = "Your appearance was changed."
UNCHANGED = "Nothing was changed."
AGAIN = "Press Save again to change it."
RETYPE = "The password has to be typed once more."
CIRCUIT = "Much is changed over your circuit at the moment."
BOTH = "Type a password, or have none: not both."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """
    What stands in the form. A password never does.

    :ivar name: as it was typed.
    :ivar colour: a number of the palette, ``OWN``, or nothing for the usual one.
    :ivar own: ``#rrggbb``, as the field for it has it.
    :ivar sentences: what became of it.
    :ivar refused: the sentences say why nothing was changed.
    """

    name: str
    colour: str
    own: str
    sentences: tuple[str, ...] = ()
    refused: bool = False


class Appearance:
    """
    The area of ``/look``.

    :ivar words: what people are called who have no name; may be replaced at any time.
    """

    router = Router()

    def __init__(
        self,
        room: Room,
        identity: Recognition,
        nonces: Nonces,
        tripcodes: TripcodeSource,
        clock: IReactorTime,
        words: Words = Words(),  # noqa: B008 - it is frozen
        *,
        admission: Admission,
        bucket: Callable[[BoundedRequest], bytes | None],
    ) -> None:
        """
        :param room: where he is seen so.
        :param identity: knows who he is.
        :param nonces: let each form be sent once.
        :param tripcodes: makes them.
        :param clock: never goes back.
        :param words: what people are called who have no name.
        :param admission: knows who would be outside if he looked otherwise.
        :param bucket: what limits know the circuit of a request by; see ``Asking``.
        """
        self.words = words
        self._bucket = bucket
        self._circuits = Allowances(BURST, EVERY)
        self._room = room
        self._identity = identity
        self._nonces = nonces
        self._tripcodes = tripcodes
        self._clock = clock
        self._admission = admission
        self._wishes: Shelf[Wishes] = Shelf(DRAFTS, KEPT)
        self._costly: Shelf[Costly] = Shelf(DRAFTS, KEPT)

    def __len__(self) -> int:
        """How many things are kept for people."""
        return len(self._wishes) + len(self._costly)

    @router.route("/look", methods=["GET"])
    def form(self, request: BoundedRequest) -> str:
        """How its reader looks, or what he wished for the last time."""
        loaded = opened(request, self._identity)
        if loaded is None:
            return ""
        view, who = loaded
        person, once = self._room.person(who.key), self._nonces.issue(who, FORM)
        if costly := self._costly.get(who.key, self._clock.seconds()):
            return TEMPLATES.get_template("sure.html").render(
                who=who, loss=costly.loss, view=view, theme=view.theme, once=once
            )
        return TEMPLATES.get_template("look.html").render(
            who=who,
            called=Called.of(person, self.words),
            wishes=self._wishes.pop(who.key, self._clock.seconds()) or _present(person, view),
            hues=HUES,
            view=view,
            theme=view.theme,
            once=once,
        )

    @router.route("/look", methods=["POST"])
    async def change(self, request: BoundedRequest) -> str:
        """Change it, and show the form again, which says so."""
        must = "name", "colour", "own", "password", "nonce"
        view, who, fields = sent(request, self._identity, must, "remove")
        self._costly.pop(who.key, self._clock.seconds())
        complaints: tuple[str, ...] | None
        try:
            self._nonces.spend(who, FORM, fields["nonce"])
        except SpentError:
            complaints = None  # a button pressed twice
        except StaleError:
            complaints = (AGAIN,)
        else:
            complaints = await self._change(request, who, view, fields)
        if complaints is not None:
            self._note(who, view, fields, complaints)
        asked = self._costly.get(who.key, self._clock.seconds()) is not None
        send_back(request, who.form_address(view.address("/look")), "err" if complaints or asked else "name")
        return ""

    @router.route("/look/sure", methods=["POST"])
    def decide(self, request: BoundedRequest) -> str:
        """Somebody knows now what his change costs him, and wants it all the same, or does not (S69)."""
        view, who, fields = sent(request, self._identity, ("sure", "nonce"))
        if fields["sure"] not in ("yes", "no"):
            raise BadRequest
        costly = None
        with suppress(SpentError, StaleError):  # pressed twice; or he is asked once more
            self._nonces.spend(who, FORM, fields["nonce"])
            costly = self._costly.pop(who.key, self._clock.seconds())
        if costly is not None and self._decide(who, view, costly, sure=fields["sure"] == "yes"):
            send_back(request, f"/?theme={view.theme}" if view.theme else "/")
        else:
            send_back(request, who.form_address(view.address("/look")), "err")
        return ""

    def _decide(self, who: Who, view: View, costly: Costly, *, sure: bool) -> bool:
        """:return: whether he is outside now."""
        sentence, refused, now = UNCHANGED, False, self._clock.seconds()
        if sure:
            try:
                self._room.restyle(who.key, costly.look, now)
                sentence = CHANGED
            except ChatError as error:
                sentence, refused = error.sentence, True
        wishes = _present(self._room.person(who.key), view, sentence)
        self._wishes.put(who.key, replace(wishes, refused=refused), now)
        return costly.loss is Loss.PLACE and sentence is CHANGED

    async def _change(
        self, request: BoundedRequest, who: Who, view: View, fields: dict[str, str]
    ) -> tuple[str, ...] | None:
        """:return: why nothing was changed, all reasons at once (A59); none: it was; ``None``: he is asked first."""
        person, complaints = self._room.person(who.key), []
        name, colour, password = fields["name"], person.look.colour, fields["password"]
        try:
            self._room.name(person, name)
        except ChatError as error:
            complaints.append(error.sentence)
        try:
            colour = _colour(fields, person, view)
        except ChatError as error:
            complaints.append(error.sentence)
        try:
            encoded(password)
        except ChatError as error:
            complaints.append(error.sentence)
        if password and "remove" in fields:
            complaints.append(BOTH)
        if complaints:
            return tuple(complaints)
        try:
            self._spend(request)
            trip = None if "remove" in fields else person.look.trip
            if password:
                trip = await self._tripcodes.make(who.key, password)
            look, now = Look(name=name, colour=colour, trip=trip), self._clock.seconds()
            if loss := foresee(person, trip, self._room, self._admission):
                self._costly.put(who.key, Costly(look, loss), now)
                return None
            self._room.restyle(who.key, look, now)
        except (BusyError, ChatError) as error:
            return (error.sentence,)
        return ()

    def _spend(self, request: BoundedRequest) -> None:
        """:raises BusyError: much is changed over this circuit."""
        bucket = self._bucket(request)
        if bucket is not None and (wait := self._circuits.take(bucket, self._clock.seconds())):
            raise BusyError(CIRCUIT, seconds=wait)

    def _note(self, who: Who, view: View, fields: dict[str, str], complaints: tuple[str, ...]) -> None:
        """Keep what he is to see in the form."""
        if complaints:
            if fields["password"]:
                complaints = (*complaints, RETYPE)
            name, colour, own = (fields[field] for field in ("name", "colour", "own"))
            wishes = Wishes(name=name, colour=colour, own=own, sentences=complaints, refused=True)
        else:
            wishes = _present(self._room.person(who.key), view, CHANGED)
        self._wishes.put(who.key, wishes, self._clock.seconds())


def _present(person: Person, view: View, *sentences: str) -> Wishes:
    """:return: how somebody looks now."""
    colour = person.look.colour
    chosen = OWN if isinstance(colour, Own) else "" if colour is None else str(colour)
    return Wishes(name=person.look.name, colour=chosen, own=_shown(person, view), sentences=sentences)


def _shown(person: Person, view: View) -> str:
    """:return: the colour of somebody's name as he sees it: where a field for a colour begins, which is never empty."""
    colour = person.hue if isinstance(person.hue, Own) else PALETTE[person.hue]
    return colour.light if view.theme else colour.dark


def _colour(fields: dict[str, str], person: Person, view: View) -> int | Own | None:
    """
    The colour that somebody has chosen. To pick one of his own is enough, he need not say that he wants it.

    :raises ColourError: it is none.
    :raises BadRequest: no form of ours offers it.
    """
    chosen, own, present = fields["colour"], fields["own"], person.look.colour
    if own.strip().lower() != _shown(person, view):
        return looks.colour(own)
    if chosen == OWN:
        return present if isinstance(present, Own) else looks.colour(own)
    if chosen and chosen not in map(str, range(len(PALETTE))):
        raise BadRequest
    return int(chosen) if chosen else None
