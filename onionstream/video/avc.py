"""
H.264 as it stands in MP4 (ISO/IEC 14496-15): NAL units with a length in front, and the ``avcC`` record.

What we send of an encoder's NAL units is what a decoder needs, the slices of the pictures, and nothing that tells which
encoder it was: left out are SEI messages (x264 writes its version and all its options there), delimiters, filler data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from onionstream.video.errors import CodecError

_IDR = 5
"""The NAL unit type of a slice of a keyframe; ITU-T H.264, table 7-1."""

_REFERRED_TO = 0x60
"""Bits of a unit's first byte: ``nal_ref_idc``, which is 0 when no other picture refers to this one (7.4.1)."""

_SENT = frozenset({1, 2, 3, 4, _IDR})
"""
Slices of pictures and nothing else. Types that the standard leaves open could carry anything, so what is sent is listed
and not what is left out. Parameter sets are not among them: we put the record's own before every keyframe.
"""

LARGEST_RECORD = 16 * 1024
"""Bytes of an ``avcC`` record at the most. Real ones have about 50, and all of it is sent with every keyframe."""

_HIGH_PROFILES = frozenset({100, 110, 122, 144, 244})
"""Profiles whose record ends with chroma format and bit depths (ISO/IEC 14496-15, 5.3.3.1)."""


def kind_of(nal: bytes) -> int:
    """The NAL unit type, 0 to 31."""
    return nal[0] & 0x1F


def nal_units(sample: bytes, length_size: int) -> Iterator[bytes]:
    """
    The NAL units of a sample.

    :param length_size: bytes of the length in front of each: 1, 2 or 4.
    :raises CodecError: when a unit is empty or does not fit.
    """
    start = 0
    while start < len(sample):
        length = int.from_bytes(sample[start : start + length_size], "big")
        start += length_size
        if length == 0 or start + length > len(sample):
            raise CodecError(f"a NAL unit of {length} bytes does not fit into its sample")
        yield sample[start : start + length]
        start += length


def joined(units: Sequence[bytes]) -> bytes:
    """A sample of these NAL units, each with a length of four bytes."""
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


class Picture(NamedTuple):
    """
    One of the encoder's samples, as we send it.

    :ivar data: NAL units with lengths of four bytes.
    :ivar keyframe: an IDR picture: a decoder may start here.
    :ivar disposable: no other picture refers to it.
    """

    data: bytes
    keyframe: bool
    disposable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AvcConfig:
    """
    What a decoder needs before the first frame: the ``avcC`` record.

    :ivar profile: three bytes: profile, compatibility, level.
    :ivar length_size: bytes of the length before each NAL unit of *the encoder's* samples; ours always have four.
    :ivar sps: sequence parameter sets.
    :ivar pps: picture parameter sets.
    :ivar depth: chroma format and bit depths, three bytes, for the high profiles; else empty.
    """

    profile: bytes
    length_size: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    depth: bytes = b""

    @classmethod
    def parse(cls, record: bytes) -> AvcConfig:
        """
        Read an ``avcC`` payload.

        :raises CodecError: when it is damaged or too large, or has no parameter sets.
        """
        if len(record) > LARGEST_RECORD:
            raise CodecError(f"an avcC record of {len(record)} bytes; we accept {LARGEST_RECORD}")
        if len(record) < 7 or record[0] != 1:
            raise CodecError("the avcC record is not of version 1")
        sps, position = _parameter_sets(record, 6, record[5] & 0x1F)
        if position >= len(record):
            raise CodecError("the avcC record ends before its picture parameter sets")
        pps, position = _parameter_sets(record, position + 1, record[position])
        if not sps or not pps:
            raise CodecError("the avcC record has no parameter sets")
        length_size = (record[4] & 3) + 1
        if length_size == 3:
            raise CodecError("the avcC record asks for NAL lengths of 3 bytes")
        deep = record[1] in _HIGH_PROFILES and len(record) >= position + 3
        depth = record[position : position + 3] if deep else b""
        return cls(profile=record[1:4], length_size=length_size, sps=sps, pps=pps, depth=depth)

    def record(self) -> bytes:
        """This as a clean ``avcC`` payload for samples with lengths of four bytes."""
        depth = self.depth + b"\0" if self.depth else b""
        return b"".join(
            (
                b"\x01",
                self.profile,
                bytes((0xFF, 0xE0 | len(self.sps))),
                *(len(one).to_bytes(2, "big") + one for one in self.sps),
                bytes((len(self.pps),)),
                *(len(one).to_bytes(2, "big") + one for one in self.pps),
                depth,
            )
        )

    def clean(self, sample: bytes) -> Picture:
        """
        What we send of one of the encoder's samples.

        Parameter sets stand before every keyframe, so that a decoder follows a change of them in mid-stream without a
        new init segment (measured in Firefox and Chromium).

        :raises CodecError: for NAL units that do not fit, or a sample without any picture.
        """
        units = [unit for unit in nal_units(sample, self.length_size) if kind_of(unit) in _SENT]
        if not units:
            raise CodecError("a sample without a picture")
        keyframe = any(kind_of(unit) == _IDR for unit in units)
        disposable = not any(unit[0] & _REFERRED_TO for unit in units)
        if keyframe:
            units = [*self.sps, *self.pps, *units]
        return Picture(joined(units), keyframe, disposable)


def _parameter_sets(record: bytes, position: int, count: int) -> tuple[tuple[bytes, ...], int]:
    """Read ``count`` parameter sets with lengths of two bytes; :return: them, and where they end."""
    sets = []
    for _ in range(count):
        length = int.from_bytes(record[position : position + 2], "big")
        position += 2
        if length == 0 or position + length > len(record):
            raise CodecError("a parameter set does not fit into the avcC record")
        sets.append(record[position : position + length])
        position += length
    return tuple(sets), position
