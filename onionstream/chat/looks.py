"""How a person looks to others: name, colour and tripcode."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from onionstream.chat.errors import ChatError
from onionstream.chat.skeleton import skeleton
from onionstream.chat.text import graphemes, line
from onionstream.chat.tripcode import Tripcode

NAME_GRAPHEMES = 24
NAME_BYTES = 96
"""A name, at the most (D-10)."""

LONGEST_TYPED = 4 * NAME_BYTES
"""Characters of what was typed for a name, at the most: what is longer is not looked at, as that would take 10 ms."""

UNNAMED = "Anonymous"
"""What those without a name are called, unless the configuration says otherwise (S9)."""

RESERVED = ("Broadcaster", "Moderator", "Admin", "Administrator", "Host", "System", "Anonymous", "onionstream")
"""Names that nobody may look like he had (D-12)."""

READABLE = 4.5
"""The contrast of text, at the least (WCAG 2.2, 1.4.3)."""

DARK = ("#17171c", "#212128")
LIGHT = ("#ffffff", "#ecebf2")
"""What names stand on: ``--panel`` and ``--raise`` of the stylesheet."""

_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_TAG = 3
"""Hexadecimal digits of the tag of somebody without a name."""
_LIGATURES = (("rn", "m"), ("vv", "w"), ("cl", "d"))
"""Two letters that look like one; not in a skeleton, where a word filter would take "burn" for "bum"."""


class NameTooLongError(ChatError):
    """The name was too long: 24 characters are the most."""


class NameTakenError(ChatError):
    """This name looks like one that nobody may take."""


class ColourError(ChatError):
    """That is no colour: it would be # and six digits or letters from a to f."""


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


PALETTE = (
    Own("#ff9a9a", "#c61414"),
    Own("#ffab7a", "#883a0d"),
    Own("#f7bf5e", "#855c14"),
    Own("#e0cf52", "#5a5215"),
    Own("#b7d957", "#566b19"),
    Own("#83df76", "#1f5e16"),
    Own("#5fe0a0", "#1b7246"),
    Own("#4fdcc6", "#165c51"),
    Own("#57d3ea", "#1b6d7c"),
    Own("#74c3ff", "#0e548a"),
    Own("#9ab4ff", "#2155e9"),
    Own("#b6a8ff", "#4424e9"),
    Own("#cf9fff", "#8827ea"),
    Own("#e899f5", "#871e99"),
    Own("#ff96d6", "#bd137b"),
    Own("#ff98b6", "#a2103b"),
)
"""The colours of names, once around the circle of hues. Those for the light page are by turns lighter and darker."""


def name(raw: str, reserved: Collection[str] = (), unnamed: str = UNNAMED, *, staff: bool = False) -> str:
    """
    A name that somebody wants to have (S64, A57).

    :param raw: whatever was typed.
    :param reserved: names that nobody may look like he had, beside :data:`RESERVED`: those of the staff.
    :param unnamed: what those without a name are called.
    :param staff: he is the broadcaster or a moderator, and may be called so.
    :return: it, clean; empty if there is nothing in it, or only what those without a name are called anyway.
    :raises NotTextError: there is a NUL or half a surrogate pair in it.
    :raises NameTooLongError: it has more graphemes or bytes than may be (D-10), or was four times as long when typed.
    :raises NameTakenError: it looks like a reserved name (D-12), or like somebody without a name, and his tag.
    """
    if len(raw) > LONGEST_TYPED:
        raise NameTooLongError
    text = line(raw)
    if graphemes(text) > NAME_GRAPHEMES or len(text.encode()) > NAME_BYTES:
        raise NameTooLongError
    if not text or text.casefold() == unnamed.casefold():
        return ""
    taken = () if staff else (*RESERVED, *reserved)
    if shape(text) in {shape(each) for each in (*taken, unnamed)} or _is_tagged(shape(text), shape(unnamed)):
        raise NameTakenError
    return text


def shape(text: str) -> str:
    """
    What a name looks like: names that a reader would take for each other have the same.

    :param text: a name.
    :return: for comparisons only. One of symbols only has no skeleton, and looks like itself; no name like nothing.
    """
    found = skeleton(text)
    for two, one in _LIGATURES:
        found = found.replace(two, one)
    return found or text.casefold()


def colour(raw: str) -> Own:
    """
    A colour that somebody wants to have, moved towards white or black until it can be read (A58).

    :param raw: whatever was typed.
    :raises ColourError: it is not ``#rrggbb``.
    """
    wanted = raw.strip()
    if not _COLOUR.fullmatch(wanted):
        raise ColourError
    return Own(_readable(wanted.lower(), DARK, 255), _readable(wanted.lower(), LIGHT, 0))


def contrast(one: str, other: str) -> float:
    """
    :param one: ``#rrggbb``.
    :param other: ``#rrggbb``.
    :return: the contrast ratio of WCAG 2.2, from 1 to 21.
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _is_tagged(found: str, unnamed: str) -> bool:
    """:return: whether it is the word for the unnamed with something after it that could be a tag."""
    return unnamed != "" and found.startswith(unnamed) and len(found) == len(unnamed) + _TAG


def _readable(wanted: str, grounds: Collection[str], end: int) -> str:
    """:return: the nearest colour on the way to white (255) or black (0) that can be read on all the grounds."""
    steps = (_mixed(wanted, end, step) for step in range(256))
    return next(each for each in steps if all(contrast(each, ground) >= READABLE for ground in grounds))


def _mixed(wanted: str, end: int, step: int) -> str:
    """:return: the colour after so many of 255 steps on the way to the end."""
    return "#" + "".join(f"{each + (end - each) * step // 255:02x}" for each in _channels(wanted))


def _channels(colour: str) -> tuple[int, int, int]:
    """:return: red, green and blue, from 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _luminance(colour: str) -> float:
    """:return: relative luminance as WCAG 2.2 defines it, from 0 to 1."""
    red, green, blue = (_linear(each / 255) for each in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """:return: a channel of sRGB without its gamma."""
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
