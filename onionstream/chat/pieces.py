"""
How the word filter reads a text: piece by piece, and past what only looks different.

A piece is a word, a run of white space, or one sign. A word of plain letters or of digits is what it is: "heil" is not
"hell", although `skeleton` takes ``i`` for ``l``. A word in which anything else stands may be another one in disguise
("he1l", or with a Cyrillic letter, an accent, an invisible character), and is known by its skeleton (D-12). Words of
scripts without capital letters are none, unless they look Latin throughout: a skeleton would take vowels of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import groupby
from unicodedata import category, normalize

from onionstream.chat.skeleton import skeleton
from onionstream.chat.text import is_blank, is_ignorable

_CASED = {"Lu", "Ll", "Lt"}  # letters of Latin, Greek, Cyrillic and the like
_DISGUISED = "\0"  # in front of a skeleton: no word as it is written begins with it


class Kind(Enum):
    """What a piece is."""

    WORD = "word"
    SPACE = "space"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Piece:
    """
    One piece of a text.

    :ivar kind: what it is.
    :ivar start: its first character in the text, and...
    :ivar end: ... the one after its last.
    :ivar text: what stands there.
    """

    kind: Kind
    start: int
    end: int
    text: str

    def key(self, *, ignore_case: bool) -> str:
        """:return: by what it is looked up; empty: nothing of it can be seen."""
        if self.kind is not Kind.WORD:
            return self.text.strip()
        return _disguised(self.text) if is_disguised(self.text) else _written(self.text, ignore_case)

    def keys(self, *, ignore_case: bool) -> frozenset[str]:
        """:return: all keys under which others may know it: as it is written, and in disguise."""
        if self.kind is not Kind.WORD:
            return frozenset({self.text.strip()} - {""})
        return frozenset({_disguised(self.text), _written(self.text, ignore_case)} - {""})

    def bare(self, ambiguous: str) -> Iterator[str]:
        """
        :param ambiguous: ``l`` or ``i``: what to take for a character that looks like both; empty: take each one for
            what it is, however it is encoded, as digits want it.
        :return: for each character what it says without its disguise.
        """
        if self.kind is not Kind.WORD:
            yield from self.text
        elif ambiguous and is_disguised(self.text):
            yield from (_bare(each).replace("\0", ambiguous) for each in self.text)
        else:
            yield from (_written(each, ignore_case=False) for each in self.text)


def pieces(text: str) -> Iterator[Piece]:
    """:return: all of a text, in order."""
    start = 0
    for kind, group in groupby(text, _kind):
        run = "".join(group)
        for piece in run if kind is Kind.SIGN else [run]:
            yield Piece(kind, start, start + len(piece), piece)
            start += len(piece)


def is_disguised(word: str) -> bool:
    """:return: whether a word may be another one that a reader would take it for."""
    if word.isascii():
        return not (word.isalpha() or word.isdigit())
    seen = skeleton(word)
    return seen != "" and (seen.isascii() or any(category(each) in _CASED for each in word))


def _written(word: str, ignore_case: bool) -> str:
    """:return: a word as it is written, whichever way its characters are encoded."""
    seen = "".join(each for each in normalize("NFKC", word) if not (is_ignorable(each) or is_blank(each)))
    return seen.casefold() if ignore_case else seen


def _disguised(word: str) -> str:
    """:return: the key of all words that look like this one; empty: nothing of it can be seen."""
    return (seen := skeleton(word)) and _DISGUISED + seen


@lru_cache(4096)
def _bare(character: str) -> str:
    """:return: which plain letters a character looks like; NUL stands for the one that may be ``l`` or ``i``."""
    if character.isascii() and character.isalpha():
        return character
    return skeleton(character).replace("l", "\0")


@lru_cache(4096)
def _kind(character: str) -> Kind:
    """:return: the kind of piece in which a character stands. A letter in a circle is a letter; a ™ ends a word."""
    if character.isspace():
        return Kind.SPACE
    if category(character)[0] in "LMN" or is_ignorable(character):
        return Kind.WORD
    return Kind.SIGN if character.isascii() or len(skeleton(character)) != 1 else Kind.WORD
