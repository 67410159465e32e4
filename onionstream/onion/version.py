"""Which versions of tor can be used (D-82)."""

from __future__ import annotations

import re

from onionstream.onion.errors import CannotStartError

OLDEST = (0, 4, 8, 0)
"""The first with the proof of work that protects an onion service from floods."""

SAFE = (0, 4, 9, 7)
"""The first without the crash under memory pressure, which our load would bring about (TROVE-2026-009, -011)."""

_VERSION = re.compile(r"^Tor version (\d{1,4})\.(\d{1,4})\.(\d{1,4})\.(\d{1,4})\b", re.MULTILINE)


def warning(text: str) -> str:
    """
    :param text: what ``tor --version`` says.
    :return: what is wrong with a version that can be used; empty: nothing.
    :raises CannotStartError: this is no tor, or too old a one.
    """
    found = _VERSION.search(text)
    if not found:
        raise CannotStartError("The program of [tor] does not say which version of tor it is: is it tor?")
    version = tuple(int(part) for part in found.groups())
    if version < OLDEST:
        oldest = _dotted(OLDEST[:3])
        raise CannotStartError(f"This is tor {_dotted(version)}, but it must be {oldest} or newer: update it.")
    if version < SAFE:
        return f"This is tor {_dotted(version)}; versions before {_dotted(SAFE)} can be crashed by visitors: update it."
    return ""


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
