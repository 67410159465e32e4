r"""
What a person types, made fit for everybody's screen (D-10, D-11).

Nothing here escapes: that is for whoever writes markup. What comes out is NFC, and holds no control character but
``\n``, no format character but those that join an emoji, nothing that changes the direction of what stands beside it,
and no tower of marks. What is clean stays as it is when it is cleaned again.
"""

from __future__ import annotations

import re
from unicodedata import category, normalize

from onionstream.chat.errors import ChatError

MARKS = 3
"""Combining marks on one base, at the most (D-11): Vietnamese needs two, and a tower of 500 is one grapheme."""

MOST_BYTES = 2048
"""A message in UTF-8, at the most (D-10)."""

WIDTH = 48
"""Characters of a row of the chat (A49)."""

ROWS = 20
"""A message that takes as many rows of the chat as this is a flood by itself (A49)."""

ZWJ = "\u200d"
VS16 = "\ufe0f"
KEYCAP = "\u20e3"

FILLERS = "\u115f\u1160\u3164\uffa0\u2800\U0001d159\U00013441\U00013442"
"""Letters and symbols without ink: Hangul fillers, the empty Braille pattern, a null notehead, hieroglyphic blanks."""

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_LINE_ENDS = str.maketrans(dict.fromkeys("\u2028\u2029", "\n") | dict.fromkeys("\t\v\f", " "))
_LONG_GAP = re.compile("\n{3,}")
_EMOJI = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u2328\u232b-\u23ff\u24c2\u25a0-\u27bf"
    "\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
"""Whatever may stand in an emoji sequence, and some arrows and boxes besides that do no harm."""
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_INVISIBLE = re.compile("[\u034f\ufe00-\ufe0e\U000e0000-\U000e0fff\u2065\ufff0-\ufff8]")
"""Default-ignorable, and not in Cf: selectors of variants but VS16, the grapheme joiner, the plane of the tags."""
_BEFORE_NFC = 16
"""Marks on one base before they are put in order: what sorts them is quadratic in their number."""


class NotTextError(ChatError):
    """That is no text: it holds characters that mean nothing."""


class EmptyError(ChatError):
    """The message was empty."""


class BlankError(EmptyError):
    """The message was practically empty: nothing in it can be seen."""


class TooLongError(ChatError):
    """The message was too long."""


class TooManyLinesError(ChatError):
    """The message had too many lines."""


def clean(raw: str) -> str:
    r"""
    The way of D-11, for text of several lines.

    :param raw: whatever was typed.
    :return: it, clean; empty where nothing of it could be seen. Lines are divided by ``\n``, never more than two in a
        row. It has at most three times as many characters.
    :raises NotTextError: there is a NUL or half a surrogate pair in it.
    """
    if _NO_TEXT.search(raw):
        raise NotTextError
    kept = _without_formats(raw.translate(_LINE_ENDS))
    composed = normalize("NFC", _with_few_marks(kept, _BEFORE_NFC))
    rows = (_without_end(row) for row in _with_few_marks(composed, MARKS).split("\n"))
    text = _LONG_GAP.sub("\n\n", "\n".join(rows)).strip("\n")
    return text[_indent(text) :]


def line(raw: str) -> str:
    """
    The same for what has one line: a name, a title.

    :param raw: whatever was typed.
    :return: it, clean; all that is white or empty became one space (S43, S64).
    :raises NotTextError: there is a NUL or half a surrogate pair in it.
    """
    return " ".join("".join(" " if is_blank(each) else each for each in clean(raw)).split())


def message(raw: str, characters: int, lines: int) -> str:
    """
    Something to be said, within its bounds (D-10).

    :param raw: whatever was typed.
    :param characters: code points, at the most.
    :param lines: lines, at the most, as they were typed.
    :return: it, clean.
    :raises NotTextError: as in :func:`clean`.
    :raises EmptyError: there is nothing in it, or (:class:`BlankError`) nothing to be seen (A49).
    :raises TooLongError: more characters or bytes than may be.
    :raises TooManyLinesError: more lines than may be, or more than fit on the screen (A49).
    """
    if not raw.strip():
        raise EmptyError
    text = clean(raw)
    if not text:
        raise BlankError
    if len(text) > characters:
        raise TooLongError(f"The message was too long: {len(text)} characters, and {characters} are the most.")
    if len(text.encode()) > MOST_BYTES:
        raise TooLongError(f"The message was too long: {len(text.encode())} bytes, and {MOST_BYTES} are the most.")
    if text.count("\n") >= lines:
        raise TooManyLinesError(f"The message had {text.count(chr(10)) + 1} lines, and {lines} are the most.")
    if _rows(text, WIDTH) >= max(ROWS, lines + 1):
        raise TooManyLinesError(f"The message would take {_rows(text, WIDTH)} lines of the chat, which is too many.")
    return text


def lines(text: str, width: int = WIDTH) -> int:
    """
    How much of the chat a text takes; floods are measured in this (A49, A50).

    :param text: clean.
    :param width: characters of a row of the chat.
    :return: rows, at least one.
    """
    return _rows(text, width)


def graphemes(text: str) -> int:
    """
    What a person would count as characters, nearly as UAX #29 has it: a base with its marks, an emoji with all that
    is joined to it, a flag.

    :param text: clean.
    :return: how many.
    """
    count, flag, before = 0, False, ""
    for each in text:
        joined = is_mark(each) or each == ZWJ or _SKIN_TONE.match(each) or before == ZWJ
        second = flag and _FLAG_LETTER.match(each) is not None
        flag = not second and _FLAG_LETTER.match(each) is not None
        count += not (joined and before) and not second
        before = each
    return count


def printable(text: str) -> str:
    """:return: the text without anything that a terminal would obey instead of showing it."""
    return "".join(one if one.isprintable() or one == ZWJ else " " if one.isspace() else "" for one in text)


def is_mark(character: str) -> bool:
    """:return: whether it sits on the character before it."""
    return category(character)[0] == "M"


def is_blank(character: str) -> bool:
    """:return: whether there is no ink in it, and it is more than a mark."""
    return character.isspace() or character in FILLERS


def is_ignorable(character: str) -> bool:
    """
    :return: whether it is of those that are taken out of any text: control and format characters, noncharacters,
        selectors of variants. ZWJ and VS16 are; in an emoji they may stay.
    """
    kind = category(character)
    return (
        kind == "Cf"
        or (kind == "Cc" and character != "\n")
        or character == VS16
        or _INVISIBLE.match(character) is not None
        or (kind == "Cn" and (ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"))
    )


def _without_formats(raw: str) -> str:
    """:return: it without all that is ignorable, but for what holds an emoji together."""
    kept = [""]
    for place, each in enumerate(raw):
        if not is_ignorable(each) or _holds_emoji(kept, each, raw[place + 1 : place + 2]):
            kept.append(each)
    return "".join(kept)


def _holds_emoji(kept: list[str], each: str, after: str) -> bool:
    """:return: whether it is a VS16 or a ZWJ that belongs where it stands."""
    before = kept[-1]
    emoji = _EMOJI.match(before) is not None
    if each == VS16:
        return (emoji and not _SKIN_TONE.match(before)) or (before in {*"#*0123456789"} and after == KEYCAP)
    return each == ZWJ and (emoji or before == VS16) and _EMOJI.match(after) is not None


def _with_few_marks(text: str, most: int) -> str:
    """:return: it without the marks of a base that has more, and without marks that have no base that can be seen."""
    kept, room = [], 0
    for each in text:
        if is_mark(each):
            room -= 1
        else:
            room = 0 if is_blank(each) else most
        if room >= 0 or not is_mark(each):
            kept.append(each)
    return "".join(kept)


def _without_end(row: str) -> str:
    """:return: it without the blanks at its end."""
    end = len(row)
    while end and is_blank(row[end - 1]):
        end -= 1
    return row[:end]


def _indent(text: str) -> int:
    """:return: how many blanks it begins with."""
    return next((place for place, each in enumerate(text) if not is_blank(each)), len(text))


def _rows(text: str, width: int) -> int:
    """See :func:`lines`; a parameter of :func:`message` has that name."""
    return sum(max(1, -(-len(row) // width)) for row in text.split("\n"))
