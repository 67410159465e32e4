"""What a text looks like: two texts that a reader would take for each other have one skeleton (D-12)."""

from __future__ import annotations

from unicodedata import decimal, normalize

from onionstream.chat.confusables import LOOKALIKES
from onionstream.chat.text import FILLERS, is_ignorable, is_mark

CAP = 16_384
"""
Characters of a skeleton, at the most. One character may become 18 (U+FDFA), and so 2048 bytes of a message (D-10)
12 288: nothing of a message is past the cap, where a word filter would not see it.
"""


def skeleton(text: str) -> str:
    """
    For comparisons only, never to be shown.

    Accents, small and capital letters, spaces and punctuation make no difference; nor does it whether a letter is
    Cyrillic, Greek, full-width, mathematical or whatever else looks like a Latin one. ``o`` and ``0`` are one letter,
    and so are ``i``, ``l`` and ``1``: "tail" and "tall" have one skeleton.

    :param text: any.
    :return: its letters and digits, at most :data:`CAP`; the skeleton of a skeleton is itself.
    """
    inked = "".join(each for each in text[:CAP] if not (is_mark(each) or is_ignorable(each)))
    return _letters(_letters(inked).casefold()).translate(LOOKALIKES)[:CAP]


def _letters(text: str) -> str:
    """
    Look-alikes are replaced before the text is taken apart as well as after it: taken apart, the lunate sigma that
    looks like a ``c`` is a common one; and before its case is folded: a Greek capital nu looks like N, a small one
    like v.

    :return: it taken apart (NFKD), without what is neither letter nor digit.
    """
    apart = normalize("NFKD", text.translate(LOOKALIKES)).translate(LOOKALIKES)
    return "".join(_digit(each) for each in apart if each.isalnum() and each not in FILLERS)[:CAP]


def _digit(character: str) -> str:
    """:return: the digit that it is, in whatever script; itself, if it is none."""
    value = decimal(character, None)
    return character if value is None else str(value).translate(LOOKALIKES)
