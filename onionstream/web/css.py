"""
Rules of style that change what an open document shows already: hide a message, call somebody by another name.

Nothing that somebody has typed stands in a rule as itself: every character of it is written as its number (D-01).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from onionstream.chat.looks import PALETTE, Own
from onionstream.chat.people import Person, Role

_SAFE = re.compile(r'[A-Za-z0-9 #.,:;{}()"\\*~-]*')  # nothing that ends a style element, or asks for anything
_MARK = re.compile("[0-9a-f]{10}")
_COLOUR = re.compile("#[0-9a-f]{6}")


def text(string: str) -> str:
    """
    :param string: any.
    :return: a CSS string of it, in which each character is six hexadecimal digits after a backslash.
    """
    return '"' + "".join(f"\\{ord(character):06x}" for character in string) + '"'


def checked(rules: str) -> str:
    """
    :param rules: as made here.
    :return: the same.
    :raises ValueError: there is a character in it that no rule of ours has.
    """
    if not _SAFE.fullmatch(rules):
        raise ValueError("this is no style of ours")
    return rules


def mark(person: Person) -> str:
    """
    :return: the person's mark.
    :raises ValueError: it is not ten hexadecimal digits.
    """
    if not _MARK.fullmatch(person.mark):
        raise ValueError("this is no mark")
    return person.mark


def colour(hue: int | Own) -> str:
    """
    :param hue: a number of the palette, or a colour of one's own.
    :return: for the light page and for the dark one.
    :raises ValueError: it is no colour.
    """
    own = PALETTE[hue] if isinstance(hue, int) else hue
    if not (_COLOUR.fullmatch(own.light) and _COLOUR.fullmatch(own.dark)):
        raise ValueError("this is no colour")
    return f"light-dark({own.light},{own.dark})"


def hidden(numbers: Iterable[int]) -> str:
    """:return: these messages are not to be seen."""
    return _each(numbers, "display:none")


def shown(numbers: Iterable[int]) -> str:
    """:return: these messages are to be seen again."""
    return _each(numbers, "display:block")


def faded(numbers: Iterable[int]) -> str:
    """:return: these messages are hidden, and the staff sees them as such; its buttons are others then."""
    return _each(numbers, "--faded:var(--dim);--struck:line-through;--hide:none;--show:inline-block")


def restored(numbers: Iterable[int]) -> str:
    """:return: the staff sees these messages as all others again."""
    return _each(numbers, "--faded:initial;--struck:initial;--hide:initial;--show:initial")


def powers(role: Role) -> str:
    """:return: which buttons somebody with this role has in his document: not those for what he may not do."""
    return ":root{--moderators:none;--broadcasters:none;--appoint:none}" if role is Role.MODERATOR else ""


def looks(person: Person, called: str) -> str:
    """
    How somebody looks from now on, wherever he stands.

    :param person: whoever he is.
    :param called: what he is called.
    """
    who = f".u{mark(person)}"
    trip = person.look.trip
    return "".join(
        (
            f"{who} .n{{color:{colour(person.hue)}}}",
            f"{who} .n *{{display:none}}",
            f"{who} .n::before{{content:{text(called)};unicode-bidi:isolate}}",
            f"{who} .trip *,{who} .trip.trip{{display:none}}" if trip is None else _trip(who, trip.shown, trip.hue),
            badges(person),
        )
    )


def badges(person: Person) -> str:
    """:return: the badge that somebody has, and the buttons beside his messages for those who may press them."""
    who = f".u{mark(person)}"
    badge = (f"{who} .{badge}{{display:{_display(person.role is role)}}}" for role, badge in BADGES.items())
    return "".join((*badge, f"{who} .mod.mod{{display:var(--{person.role.value}s,inline-flex)}}"))


def colours(person: Person) -> str:
    """:return: the colour of his own that somebody's name has."""
    return f".u{mark(person)} .n{{color:{colour(person.hue)}}}"


def banned(person: Person) -> str:
    """:return: somebody's name is struck out if he is banned, and is not if he is not; the staff's buttons change."""
    who, line = f".u{mark(person)}", "line-through" if person.banned else "none"
    buttons = "--ban:none;--unban:inline-block" if person.banned else "--ban:initial;--unban:initial"
    return f"{who} .n{{text-decoration:{line}}}{who}{{{buttons}}}"


def mine(person: Person) -> str:
    """:return: what the reader himself has said is marked, and so is he among the people here."""
    who = f".u{mark(person)}"
    return f'{who}.m{{--mine:var(--accent);--mine-edge:3px}}li{who}::after{{content:"(You)"}}'


BADGES = {Role.BROADCASTER: "host", Role.MODERATOR: "aide"}
"""The class of the badge that somebody has before his name."""


def _each(numbers: Iterable[int], declarations: str) -> str:
    every = ",".join(f"#m{int(number)}" for number in numbers)
    return f"{every}{{{declarations}}}" if every else ""


def _trip(who: str, shown_: str, hue: int) -> str:
    return (
        f"{who} .trip *{{display:none}}"
        f"{who} .trip.trip{{display:inline;color:{colour(hue)}}}"
        f"{who} .trip::before{{content:{text(shown_)}}}"
    )


def _display(visible: bool) -> str:
    return "inline" if visible else "none"
