"""Text as nobody should have to read it (B-30), for all tests of the chat."""

from __future__ import annotations

import sys
from collections.abc import Callable

from hypothesis import strategies as st

RLO, LRI, PDI, LRM, ALM = "\u202e", "\u2066", "\u2069", "\u200e", "\u061c"
ZWSP, ZWNJ, ZWJ, BOM, SOFT_HYPHEN = "\u200b", "\u200c", "\u200d", "\ufeff", "\u00ad"
VS16, KEYCAP, ACUTE, DOT_BELOW = "\ufe0f", "\u20e3", "\u0301", "\u0323"
MAN, WOMAN, GIRL, THUMB, TONE, HEART, FLAG = (
    *"\U0001f468\U0001f469\U0001f467\U0001f44d\U0001f3fd\u2764",
    "\U0001f1e8\U0001f1ed",
)
CYRILLIC_O = "\u043e"

PIECES = [
    *"ab1#* \t\n\r\v\f\0\x1b\x7f\x85\xa0\u3000\u2028\u2029",
    *(RLO, LRI, PDI, LRM, ALM, ZWSP, ZWNJ, ZWJ, BOM, SOFT_HYPHEN, VS16, KEYCAP, ACUTE, DOT_BELOW),
    *(MAN, WOMAN, GIRL, THUMB, TONE, HEART, FLAG, FLAG[0], CYRILLIC_O),
    *("\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\ufdfa", "\ufffe", "\uffff", "\ufdd0", "\U000e0041", "\u034f"),
    *("\ufe00", "\U000e0100", "\u1100", "\u1161", "\u11a8", "\uac00", "\u0bc6", "\u0bbe", "\u0344", "\u2329", "\u2194"),
    *("\u0338", "\u0345", "\u0130", "\u0131", "\u1e9e", "\ufb1d", "\U0001d15f", "\u212b", "\uff9e", "\u1f80", "i", "|"),
]
"""What the ways of D-11 and D-12 have to look at, and what might fall apart or join behind their back."""

HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join)
"""Any text, and more often one of :data:`PIECES`."""

__all__ = ["HOSTILE", "PIECES"]


def work(function: Callable[[], object]) -> int:
    """:return: how many calls, of Python's own functions too, are made while it runs: the same on every machine."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(before)
    return calls
