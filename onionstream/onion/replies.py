"""
What tor says on its control connection, taken apart (control-spec).

Everything here takes any text and raises nothing: what is not there is empty or ``None``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MODES = ("HiddenServiceNonAnonymousMode", "HiddenServiceSingleHopMode")
"""Options that would tell everybody where the service is (L-06)."""

LISTENERS = ("SocksPort", "ORPort", "DirPort", "TransPort", "NATDPort", "DNSPort", "HTTPTunnelPort", "ExtORPort",
             "MetricsPort", "ControlPort")  # fmt: skip
"""Options that make tor listen somewhere (L-06)."""

_KEYWORD = re.compile(r'(?<!\S)([A-Za-z0-9_]{1,64})=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
_NUMBER = re.compile(r"[0-9]{1,18}")
_ON_SOCKET = re.compile(r'"?(\d+ )?unix:')


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitRate:
    """
    What one circuit did in the last second or so (``CIRC_BW``).

    :ivar circuit: its number; the same that a PROXY line tells.
    :ivar delivered: bytes of ours that went out on it.
    :ivar round_trip: milliseconds to the other end and back; ``None``: not known.
    :ivar window: cells that may be on their way at once; ``None``: not known.
    """

    circuit: int
    delivered: int
    round_trip: int | None
    window: int | None


def keywords(text: str) -> dict[str, str]:
    """:return: the ``KEY=value`` and ``KEY="value"`` of a line; of a key that comes twice the first."""
    found: dict[str, str] = {}
    for key, in_quotes, bare in _KEYWORD.findall(text):
        found.setdefault(key, re.sub(r"\\(.)", r"\1", in_quotes) or bare)
    return found


def number(text: str) -> int | None:
    """:return: a number of up to 18 digits, and nothing else."""
    return int(text) if _NUMBER.fullmatch(text) else None


def circuit_rate(event: str) -> CircuitRate | None:
    """:return: what a ``CIRC_BW`` event tells; ``None``: it is none."""
    found = keywords(event)
    circuit, delivered = number(found.get("ID", "")), number(found.get("DELIVERED_WRITTEN", ""))
    if circuit is None or delivered is None:
        return None
    window, round_trip = number(found.get("CWND", "")), number(found.get("RTT", ""))
    return CircuitRate(circuit=circuit, delivered=delivered, round_trip=round_trip, window=window)


def service_directories(reply: str) -> list[str]:
    """
    :param reply: to ``GETCONF HiddenServiceOptions``.
    :return: the directories of all onion services.
    """
    return [_unquoted(value) for value in _values(reply).get("HiddenServiceDir", [])]


def not_anonymous(reply: str) -> str:
    """
    :param reply: to ``GETCONF`` of `MODES` and `LISTENERS`.
    :return: the first option that is not as L-06 asks for; empty: all are.
    """
    values = _values(reply)
    for name in MODES:
        if values.get(name) != ["0"]:
            return name
    return next((name for name in LISTENERS if not _is_silent(name, values.get(name, ["?"]))), "")


def _is_silent(name: str, values: list[str]) -> bool:
    """
    :return: whether an option makes tor listen nowhere, or only on a UNIX socket for us.

    tor tells an option that nobody has set without a value. Only a ``SocksPort`` then means a port.
    """
    if name == "ControlPort":
        return all(value in {"", "0"} or _ON_SOCKET.match(value) for value in values)
    return all(value == "0" or (not value and name != "SocksPort") for value in values)


def _unquoted(value: str) -> str:
    """:return: a value that tor may have written as a string of C."""
    if not value.startswith('"'):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1])


def _values(reply: str) -> dict[str, list[str]]:
    """:return: the options of a reply, each with all its values."""
    found: dict[str, list[str]] = {}
    for line in reply.split("\n"):
        name, _, value = line.strip().partition("=")
        found.setdefault(name, []).append(value)
    return found
