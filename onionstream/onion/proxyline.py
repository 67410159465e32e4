"""
The line with which tor begins each connection, and which tells over which circuit it came (D-84).

    PROXY TCP6 fc00:dead:beef:4dad::0:1b ::1 27 80

is circuit 0x1b (``HiddenServiceExportCircuitID haproxy``): the number stands in the last two groups of the first
address, without leading zeros, and its lower half once more as the first port. The second port is that of the onion
service. tor writes no other shape, and no other is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from onionstream.onion.errors import NoProxyLineError

LONGEST = 107
"""Bytes of a line with its end (PROXY protocol, version 1); tor's longest has 59."""

UNKNOWN = 0
"""The number when tor does not know the circuit."""

_BEGINNING = b"PROXY TCP6 fc00:dead:beef:4dad::"
_LINE = re.compile(
    re.escape(_BEGINNING)
    + rb"(0|[1-9a-f][0-9a-f]{0,3}):(0|[1-9a-f][0-9a-f]{0,3}) ::1 (0|[1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})\r\n"
)


@dataclass(frozen=True, slots=True)
class Introduction:
    """
    What the line has told. The number is for limits only: it is never shown or logged, and so is not in the ``repr``.

    :ivar circuit: its number, as the control connection calls it; ``UNKNOWN``: tor does not know.
    :ivar rest: what came after the line, of whatever is spoken there.
    """

    circuit: int = field(repr=False)
    rest: bytes = field(repr=False)


class ProxyLine:
    """Reads one line, fed with bytes in any chunking."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._received = b""

    def feed(self, data: bytes) -> Introduction | None:
        """
        :param data: the next bytes; none after the line is complete.
        :return: what it tells; ``None``: it is not complete yet.
        :raises NoProxyLineError: it is not one of tor's, or cannot become one.
        """
        self._received += data
        line, end, rest = self._received.partition(b"\n")
        if end:
            return Introduction(_circuit(line + end), rest)
        beginning = line[: len(_BEGINNING)]
        if len(line) >= LONGEST or not _BEGINNING.startswith(beginning):
            raise NoProxyLineError
        return None


def _circuit(line: bytes) -> int:
    """
    :param line: with its end.
    :return: the circuit's number, from 0 to 2^32 - 1.
    :raises NoProxyLineError: it is not one of tor's.
    """
    found = _LINE.fullmatch(line)
    if found is None or max(int(found[3]), int(found[4])) > 0xFFFF:
        raise NoProxyLineError
    return int(found[1], 16) << 16 | int(found[2], 16)
