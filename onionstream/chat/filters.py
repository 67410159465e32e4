"""
The word filter: what may not stand in a message (S60 to S63).

An entry is a word, a row of words, or ``re:`` and a pattern as RE2 reads it. RE2's time grows with the text and no
faster, so no pattern can be made to hang by what a visitor writes (D-60); with Python's ``re`` some can.

Words are compared as whole words, and past disguises (`pieces`). Patterns are tried on the text as it is and without
disguises. All that is to be censored is found in the text as it was written, and only then is anything replaced (S63).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from operator import contains
from typing import Protocol

import re2  # type: ignore[import-untyped]

from onionstream.chat.pieces import pieces

CENSORED = "[CENSORED]"
"""What stands in a text where something was taken out."""

MOST_PATTERNS = 256
"""Patterns of all lists together."""

LONGEST = 512
"""Characters of an entry."""

LONGEST_ROW = 16
"""Words and signs in a row, in one entry that is no pattern."""

LARGEST = 10000
"""
Steps of RE2's programs, all patterns together; a simple pattern has 10 to 30. Where its quick way does not get by with
its memory, RE2 takes up to 10 ns for each step and byte of a text. The worst message of 512 characters for the worst
patterns that we found takes 80 ms (measured), and one for 250 simple patterns and 1000 words 2 to 14 ms.
"""

_PATTERN = "re:"
_MEMORY = 1 << 20  # bytes for each pattern
_PROBES = ("", "a", "a 1\n-")  # in one of these a pattern that needs no character is found
_HINTS = {
    "invalid perl operator": "RE2 does not look ahead or back",
    "invalid escape sequence": "RE2 has no references back",
    "invalid repetition size": "RE2 repeats at most 1000 times",
}


class Action(Enum):
    """What is done about a message."""

    CENSOR = "censor"
    BLOCK = "block"
    BAN = "ban"


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What the filters make of a text.

    :ivar action: ``None``: it may be shown as it is.
    :ivar text: the text, with what is to be censored replaced. A blocked one stays what it was.
    """

    action: Action | None
    text: str


class FilterError(Exception):
    """
    An entry of a list cannot be used.

    :ivar list: ``censor``, ``block`` or ``ban``.
    :ivar index: which entry of it, from 1.
    :ivar entry: what it holds.
    :ivar reason: what is wrong with it, as the rest of a sentence that begins with the entry.
    """

    def __init__(self, name: str, index: int, entry: str, reason: str) -> None:
        """Keep the parts, and make a sentence of them."""
        super().__init__(f'{name}, number {index}: "{entry}" {reason}')
        self.list = name
        self.index = index
        self.entry = entry
        self.reason = reason


class _Match(Protocol):
    """What RE2 has found."""

    def span(self) -> tuple[int, int]:
        """:return: the first character, and the one after the last."""


class _Pattern(Protocol):
    """A pattern, compiled."""

    programsize: int

    def finditer(self, text: str) -> Iterator[_Match]:
        """:return: all that is found, in order."""


_Span = tuple[int, int]
_Row = tuple[frozenset[str], ...]


class Filters:
    """Three lists, ready to judge."""

    def __init__(
        self,
        censor: Sequence[str] = (),
        block: Sequence[str] = (),
        ban: Sequence[str] = (),
        ignore_case: bool = True,
        tyranny: bool = False,
    ) -> None:
        """
        :param censor: what is replaced.
        :param block: what makes a message be hidden.
        :param ban: the same, and its author is banned.
        :param ignore_case: capital and small letters are the same; in disguise they always are.
        :param tyranny: the broadcaster may write what he likes (S62).
        :raises FilterError: an entry cannot be used.
        """
        self._ignore_case = ignore_case
        self._tyranny = tyranny
        self._lists = {action: _List(ignore_case) for action in Action}
        for action, entries in zip(Action, (censor, block, ban), strict=True):
            for index, entry in enumerate(entries, 1):
                self._add(action, index, entry)

    def judge(self, text: str, *, broadcaster: bool = False) -> Judgement:
        """
        :param text: of one message, clean and plain.
        :param broadcaster: it is the broadcaster's own: he is not banned, only blocked (S62).
        :return: the gravest of what is to be done: to ban outranks to block, which outranks to censor.
        """
        if broadcaster and self._tyranny:
            return Judgement(None, text)
        reading = _Reading(text, self._ignore_case)
        if any(self._lists[Action.BAN].search(reading)):
            return Judgement(Action.BLOCK if broadcaster else Action.BAN, text)
        if any(self._lists[Action.BLOCK].search(reading)):
            return Judgement(Action.BLOCK, text)
        spans = sorted(self._lists[Action.CENSOR].search(reading))
        return Judgement(Action.CENSOR, _censored(text, spans)) if spans else Judgement(None, text)

    def _add(self, action: Action, index: int, entry: str) -> None:
        """:raises FilterError: it cannot be used."""
        try:
            self._lists[action].add(entry)
            if entry.startswith(_PATTERN):
                self._check_patterns()
        except ValueError as problem:
            raise FilterError(action.value, index, entry, str(problem)) from problem

    def _check_patterns(self) -> None:
        """:raises ValueError: all patterns together are too much."""
        patterns = [pattern for one in self._lists.values() for pattern in one.patterns]
        if len(patterns) > MOST_PATTERNS:
            raise ValueError(f"is one pattern too many: there may be {MOST_PATTERNS} in all lists together")
        if sum(pattern.programsize for pattern in patterns) > LARGEST:
            raise ValueError("is too large a pattern, or too large together with those before it")


class _Reading:
    """A text in all the ways in which it is searched."""

    def __init__(self, text: str, ignore_case: bool) -> None:
        """:param ignore_case: see `Filters`."""
        self._text = text
        found = [*pieces(text)]
        seen = [(key, piece) for piece in found if (key := piece.key(ignore_case=ignore_case))]
        self.keys = [key for key, _ in seen]
        self._keyed = [piece for _, piece in seen]
        # What says the same as the text, or as another, would only be searched twice.
        ways = {tuple(each for piece in found for each in piece.bare(ambiguous)) for ambiguous in ("", "l", "i")}
        self._bare = [("".join(way), [*accumulate(map(len, way))]) for way in ways if "".join(way) != text]

    def row(self, first: int, length: int) -> _Span:
        """:return: where that many keys from the first on stand in the text."""
        return self._keyed[first].start, self._keyed[first + length - 1].end

    def search(self, pattern: _Pattern) -> Iterator[_Span]:
        """:return: where a pattern is found in the text, as it is written or without disguises."""
        yield from _spans(pattern, self._text)
        for bare, ends in self._bare:
            for start, end in _spans(pattern, bare):
                # The characters in which it begins and ends, with those behind that are not seen.
                yield bisect_right(ends, start), max(bisect_left(ends, end) + 1, bisect_right(ends, end))


class _List:
    """What one list holds."""

    def __init__(self, ignore_case: bool) -> None:
        """:param ignore_case: see `Filters`."""
        self._ignore_case = ignore_case
        self._rows: dict[str, list[_Row]] = defaultdict(list)  # by each key of their first word
        self.patterns: list[_Pattern] = []

    def add(self, entry: str) -> None:
        """:raises ValueError: it cannot be used; with the rest of a sentence about it."""
        if len(entry) > LONGEST:
            raise ValueError(f"has more than {LONGEST} characters")
        if entry.startswith(_PATTERN):
            self.patterns.append(_compiled(entry.removeprefix(_PATTERN), self._ignore_case))
            return
        row = tuple(filter(None, (piece.keys(ignore_case=self._ignore_case) for piece in pieces(entry))))
        if not 1 <= len(row) <= LONGEST_ROW:
            raise ValueError(f"must have a word or sign that can be seen, and no more than {LONGEST_ROW} of them")
        for key in row[0]:
            self._rows[key].append(row)

    def search(self, reading: _Reading) -> Iterator[_Span]:
        """:return: where something of this list stands, in no order; places may overlap."""
        for first, key in enumerate(reading.keys):
            for row in self._rows.get(key, ()):
                found = reading.keys[first : first + len(row)]
                if len(found) == len(row) and all(map(contains, row, found)):
                    yield reading.row(first, len(row))
        for pattern in self.patterns:
            yield from reading.search(pattern)


def _compiled(words: str, ignore_case: bool) -> _Pattern:
    """:raises ValueError: RE2 does not take it, or it matches where there is nothing."""
    options = re2.Options()
    options.max_mem = _MEMORY
    options.case_sensitive = not ignore_case
    options.never_capture = True
    options.log_errors = False
    try:
        pattern: _Pattern = re2.compile(words, options)
    except re2.error as problem:
        said = problem.args[0].decode(errors="replace")
        hint = _HINTS.get(said.partition(":")[0])
        raise ValueError(f"is no pattern: {said}" + f" ({hint})" * bool(hint)) from problem
    if any(match.span()[0] == match.span()[1] for probe in _PROBES for match in pattern.finditer(probe)):
        raise ValueError("is a pattern that is also found where there is nothing")
    return pattern


def _spans(pattern: _Pattern, text: str) -> Iterator[_Span]:
    """:return: where it is found; a match of nothing is none."""
    return (span for match in pattern.finditer(text) if (span := match.span())[0] < span[1])


def _censored(text: str, spans: Sequence[_Span]) -> str:
    """
    :param spans: places in the text, sorted; where some overlap or touch, one word stands for all of them.
    :return: it with each place replaced.
    """
    kept: list[str] = []
    done = 0
    for start, end in spans:
        if start > done or not kept:
            kept += [text[done:start], CENSORED]
        done = max(done, end)
    return "".join([*kept, text[done:]])
