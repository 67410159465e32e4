"""How a person looks to others: name, colour and tripcode."""

from __future__ import annotations

from dataclasses import dataclass

from onionstream.chat.tripcode import Tripcode


@dataclass(frozen=True, slots=True)
class Own:
    """
    A colour of one's own, as it is shown; both are readable where they stand.

    :ivar dark: ``#rrggbb``, on the dark page.
    :ivar light: ``#rrggbb``, on the light page.
    """

    dark: str
    light: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    How a person looks.

    :ivar name: empty: no name of his own; others see the word for the unnamed, and his tag.
    :ivar colour: a number of the palette, from 0 to 15, or one of his own; ``None``: the one that his mark decides.
    :ivar trip: his tripcode, if he has one.
    """

    name: str = ""
    colour: int | Own | None = None
    trip: Tripcode | None = None
