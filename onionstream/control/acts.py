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

_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)


def nothing(verb: str, words: Sequence[str]) -> None:
    """:raises UsageError: something follows a command that takes nothing."""
    if words:
        raise UsageError(f"Nothing is expected after `{verb}`, not `{words[0]}`.")


def number_in(word: str) -> int:
    """:return: a number from 1; :raises UsageError: it is none."""
    if not _NUMBER.fullmatch(word) or not int(word):
        raise UsageError(f"A number is expected there, not `{word}`.")
    return int(word)
