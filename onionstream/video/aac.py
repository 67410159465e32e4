"""
AAC frames without what encoders write about themselves (ISO/IEC 14496-3, 4.4.2.1).

ffmpeg's encoder begins the first frame, and one of 256 after it, with a *fill element* that holds its name and version;
others do alike. What is at the beginning of a frame can be found without decoding it; what an encoder hides behind the
sound cannot, and none is known that names itself there.
"""

from __future__ import annotations

_DATA, _FILL = 4, 6
"""Kinds of element that hold no sound: ``ID_DSE`` and ``ID_FIL`` (table 4.71)."""

_FIRST_BITS = frozenset({_DATA, _FILL})


def clean(frame: bytes) -> bytes:
    """
    :param frame: a raw AAC frame (``raw_data_block``).
    :return: the same, with zeros in the fill and data elements it begins with; every other bit is where it was, since
        elements after them may be aligned to bytes.
    """
    if not frame or frame[0] >> 5 not in _FIRST_BITS:
        return frame
    bits, length = int.from_bytes(frame, "big"), len(frame) * 8
    start = 0
    while (found := _payload(bits, length, start)) is not None:
        first, start = found
        bits &= ~(((1 << start - first) - 1) << length - start)
    return bits.to_bytes(len(frame), "big")


def _payload(bits: int, length: int, start: int) -> tuple[int, int] | None:
    """:return: where the payload of an element without sound begins and ends; None: another one begins at ``start``."""

    def read(position: int, count: int) -> int:
        return bits >> max(0, length - position - count) & (1 << count) - 1

    kind, place = read(start, 3), start + 3
    if start + 3 > length or kind not in _FIRST_BITS:
        return None
    aligned = False
    if kind == _DATA:
        aligned, place = bool(read(place + 4, 1)), place + 5
    width, most = (8, 255) if kind == _DATA else (4, 15)
    count, place = read(place, width), place + width
    if count == most:
        # The two differ in what the second count means: 4.4.2.7 says "- 1" for fill elements only.
        count, place = count + read(place, 8) - (kind == _FILL), place + 8
    if aligned:
        place += -place % 8
    return min(place, length), min(place + count * 8, length)
