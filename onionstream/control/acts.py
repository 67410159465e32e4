"""What commands are made of: something that is called with what follows their name."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from onionstream.control.protocol import Answer, UsageError

Act = Callable[[Sequence[str]], Answer | Coroutine[Any, Any, Answer]]
"""
May raise ``UsageError``, ``RefusedError``, or an error of those that it asks. One that takes time is an ``async def``.
"""

USUAL, MOST = 20, 256
"""Rows that are shown if nothing is said, and at the most (D-50)."""

_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)


def nothing(verb: str, words: Sequence[str]) -> None:
    """:raises UsageError: something follows a command that takes nothing."""
    if words:
        raise UsageError(f"Nothing is expected after `{verb}`, not `{words[0]}`.")


def number_in(word: str, least: int = 1) -> int:
    """:return: a number, from the least one; :raises UsageError: it is none."""
    if not _NUMBER.fullmatch(word) or int(word) < least:
        raise UsageError(f"A number is expected there, not `{word}`.")
    return int(word)


def count_in(words: Sequence[str]) -> int:
    """:return: how many rows are wanted; :raises UsageError: that is none."""
    if not words:
        return USUAL
    if len(words) > 1:
        raise UsageError("One number is expected there, and nothing after it.")
    return min(MOST, number_in(words[0]))


def clock(when: int) -> str:
    """
    :param when: seconds since the epoch; 0: nobody knows.
    :return: hours and minutes, UTC.
    """
    return f"{when // 3600 % 24:02}:{when // 60 % 60:02}" if when else "--:--"
