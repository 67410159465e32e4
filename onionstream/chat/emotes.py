"""
Emotes: small pictures that stand for a word (A55).

They are found in the plain text of a message, before it is markup, and once: what has been put in is not searched
again. A word is taken in two ways, since people come from two kinds of chat: between colons, ``:cat:``, or, where the
name has a capital letter in it, by itself, ``Kappa``. So a picture called ``cat`` does not stand in for every cat that
is talked about.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

MOST = 20
"""Emotes in one text at the most; what follows stays as it was typed."""

_NAME = "[A-Za-z0-9_+-]{1,32}"

# Nothing but a place: so a colon that ends no name may begin the next one.
_PLACE = re.compile(rf"(?<!\w)(?=:(?P<colons>{_NAME}):(?!\w))|(?<![^\s(])(?=(?P<bare>{_NAME})(?![^\s.,!?;)]))")
_UNLIKE_A_WORD = re.compile("[A-Z]")


@dataclass(frozen=True, slots=True)
class Emote:
    """
    A word for which there is a picture.

    :ivar name: the picture's.
    :ivar text: the word as it was typed.
    """

    name: str
    text: str


def is_name(text: str) -> bool:
    """:return: whether an emote may be called that: 1 to 32 letters and digits of English, ``_``, ``+`` and ``-``."""
    return re.fullmatch(_NAME, text) is not None


def split(text: str, names: Container[str]) -> list[str | Emote]:
    """
    :param text: plain.
    :param names: of the emotes that there are.
    :return: its pieces in order, none of them empty; together they are the text again.
    """
    pieces: list[str | Emote] = []
    end = found = 0
    for place in _PLACE.finditer(text):
        emote = _emote(place, names)
        if emote is None or place.start() < end or found == MOST:
            continue
        if place.start() > end:
            pieces.append(text[end : place.start()])
        pieces.append(emote)
        end, found = place.start() + len(emote.text), found + 1
    if end < len(text):
        pieces.append(text[end:])
    return pieces


def _emote(place: re.Match[str], names: Container[str]) -> Emote | None:
    """:return: the emote at a place where one may be."""
    if name := place["colons"]:
        return Emote(name, f":{name}:") if name in names else None
    name = place["bare"]
    return Emote(name, name) if name in names and _UNLIKE_A_WORD.search(name) else None
