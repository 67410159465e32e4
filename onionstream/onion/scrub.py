"""
Lines of tor's without what they must not tell (L-22): addresses, fingerprints and names of relays, onion addresses.

Which relays this tor uses, and the guards above all, would lead to it. ``SafeLogging`` hides some of it and not all.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address

LONGEST_LINE = 500
"""Characters; what follows is cut."""

_STAMP = re.compile(r"^[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.\d{3} ")
_LEVEL = re.compile(r"^\[(debug|info|notice|warn|err)\] ")

_RULES = (
    (re.compile(r"\S*\.onion\b", re.IGNORECASE), "[onion]"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{56}(?![A-Za-z0-9])"), "[onion]"),
    (re.compile(r"\b[A-Za-z0-9]{1,19} (?=\(?\$?[0-9A-Fa-f]{40})"), ""),
    (re.compile(r"\$?\b[0-9A-Fa-f]{40}\b([~=][A-Za-z0-9]{1,19})?"), "[relay]"),
    (re.compile(r"\$[0-9A-Fa-f]{6,}([~=][A-Za-z0-9]{1,19})?"), "[relay]"),
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}(=|(?![A-Za-z0-9+/=]))"), "[key]"),
    (re.compile(r"(?<=\[relay\]) (named|called) \S+"), ""),
    (re.compile(r"(?i)\b((?:guard|relay|router|bridge|node|nickname)s? )['\"][A-Za-z0-9]{1,19}['\"]"), r"\1[relay]"),
    (re.compile(r"(?<![\d.])(?!0\.)(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)(:\d{1,5})?"), "[address]"),
)
_MAYBE_V6 = re.compile(
    r"\[?(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{1,4})?(?![\w:])"
)


def scrub(line: str) -> str:
    """:return: a line, however long and whatever is in it, as it may be kept and shown."""
    text = line if len(line) <= 4 * LONGEST_LINE else line[: 4 * LONGEST_LINE].rpartition(" ")[0]
    text = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text.strip())
    text = _MAYBE_V6.sub(_address, text)
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text[:LONGEST_LINE]


def level(line: str) -> tuple[str, str]:
    """
    :param line: of tor's log.
    :return: ``notice``, ``warn`` and so on, and the rest of the line; empty where there is none.
    """
    text = _STAMP.sub("", line, 1)
    found = _LEVEL.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _address(found: re.Match[str]) -> str:
    """:return: a word instead of an address; a time of day and the like stay as they are."""
    text = found[0]
    try:
        IPv6Address(text.removeprefix("["))
    except ValueError:
        return text
    return f"{'[' * text.startswith('[')}address"
