"""
The language of the control socket: commands in, replies out.

A command is one line of UTF-8: words with spaces between them, such as ``title set My stream``, or the same as a list
in JSON, ``["title", "set", "My stream"]``, in which a word may hold anything. A reply is some lines and then an empty
one: the command in full, and what came of it, indented by two spaces; or ``error:`` and why not. After ``--json`` as
the first word it is one line of JSON instead, ``{"ok": true, "command": ..., "lines": [...], "data": ...}`` or
``{"ok": false, "command": ..., "error": ..., "usage": ...}``. JSON goes out in ASCII, and text without anything that a
terminal would obey.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from onionstream.chat.text import printable

LONGEST = 64 << 10
"""Bytes of a line at the most (D-50)."""

AS_JSON = "--json"


class UsageError(Exception):
    """This is no command; the text says what would be one."""


class RefusedError(Exception):
    """The command is one, and cannot be done; the text says why."""


class Lines:
    """
    Bytes in, whole lines out.

    :ivar too_long: a line was longer than ``LONGEST``; nothing comes out after that.
    """

    def __init__(self) -> None:
        """Nothing was received."""
        self.too_long = False
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """
        :param data: what was received, in any pieces.
        :return: the lines that are whole now, without their ends; a last one without an end never is.
        """
        if self.too_long:
            return []
        self._rest += data
        whole: list[bytes] = []
        if b"\n" in data:
            *ended, rest = self._rest.split(b"\n")
            whole, self._rest = [bytes(line) for line in ended], rest
        good = next((index for index, line in enumerate(whole) if len(line) > LONGEST), len(whole))
        self.too_long = good < len(whole) or len(self._rest) > LONGEST
        if self.too_long:
            self._rest.clear()
        return whole[:good]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One command as it was sent.

    :ivar words: at least one.
    :ivar json: the reply is to be JSON.
    """

    words: tuple[str, ...]
    json: bool = False


def request(line: bytes) -> Request | None:
    """
    :param line: as ``Lines`` gives it.
    :return: the command; ``None``: the line is empty.
    :raises UsageError: it is no text, or no list in JSON.
    """
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        raise UsageError("That is no UTF-8.") from None
    words = _listed(text) if text.startswith("[") else text.split()
    if not words:
        return None
    if words[0] != AS_JSON:
        return Request(tuple(words))
    if not words[1:]:
        raise UsageError(f"A command is expected after {AS_JSON}.")
    return Request(tuple(words[1:]), json=True)


def _listed(text: str) -> list[str]:
    """:return: the words of a list in JSON."""
    try:
        words: list[str] = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError('That is no list in JSON, such as ["title", "set", "My stream"].') from None
    if not all(isinstance(word, str) for word in words):
        raise UsageError("In such a list there are texts only.")
    if any("\ud800" <= one <= "\udfff" for word in words for one in word):
        raise UsageError("There is half a character in that.")
    return words


def wanted(words: Sequence[str], *, as_json: bool = False) -> bytes:
    """:return: a command as it is sent, whatever is in its words."""
    return encoded([*([AS_JSON] if as_json else []), *words])


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What came of a command.

    :ivar lines: for people.
    :ivar data: the same for programs; something that JSON can hold.
    """

    lines: tuple[str, ...] = ()
    data: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    What goes back.

    :ivar command: in full; empty where nobody knows which was meant.
    :ivar answer: what came of it.
    :ivar error: why nothing did; empty: it is done.
    :ivar usage: it was no command.
    """

    command: str = ""
    answer: Answer = Answer()
    error: str = ""
    usage: bool = False

    def text(self) -> bytes:
        """:return: it for people, the empty line at its end included."""
        first = f"error: {self.error}" if self.error else self.command
        rows = [first, *(f"  {line}" for line in self.answer.lines)]
        return "".join(f"{printable(row)}\n" for row in [*rows, ""]).encode()

    def json(self) -> bytes:
        """:return: it for programs."""
        if self.error:
            return encoded({"ok": False, "command": self.command, "error": self.error, "usage": self.usage})
        lines = [printable(line) for line in self.answer.lines]
        return encoded({"ok": True, "command": self.command, "lines": lines, "data": self.answer.data})


def encoded(value: object) -> bytes:
    """:return: one line of JSON, in ASCII."""
    return f"{json.dumps(value)}\n".encode("ascii")
