"""For Hypothesis: what encoders write, in all its forms, and cut into any pieces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import strategies as st

from onionstream.video.samples import Kind
from tests.video.streams import Frame, Layout

LAYOUTS = st.builds(
    Layout,
    version=st.sampled_from((0, 1)),
    long_sizes=st.booleans(),
    together=st.integers(1, 9),
    run=st.integers(1, 4),
    positions=st.booleans(),
    defaults=st.sampled_from((b"", b"tfhd", b"trex")),
    decode_times=st.just(value=True),
    length_size=st.sampled_from((2, 4)),
    other=st.booleans(),
)

CUTS = st.lists(st.integers(0, 10_000), max_size=30)
"""Places at which a stream is cut into pieces."""

LONGEST = {Kind.VIDEO: 3000, Kind.AUDIO: 1024}
"""Ticks of a frame at the most; one of sound has 1024 audio samples."""


@st.composite
def films(draw: st.DrawFn, *, most: int = 12) -> list[Frame]:
    """Frames of one or both kinds, with any durations, offsets and sizes, in any order of the kinds."""
    times = {Kind.VIDEO: draw(st.integers(0, 10_000)), Kind.AUDIO: draw(st.integers(0, 10_000))}
    kinds = draw(st.lists(st.sampled_from(Kind), min_size=1, max_size=most))
    regular = draw(st.booleans())
    frames = []
    for index, kind in enumerate(kinds):
        duration = 512 if regular else draw(st.integers(1, LONGEST[kind]))
        body = b"%05d" % index if regular else draw(st.binary(min_size=1, max_size=30))
        body = b"!" * (kind is Kind.AUDIO) + body  # a frame of sound begins with sound: what else it may is in test_aac
        offset = draw(st.integers(-2000, 2000)) if kind is Kind.VIDEO else 0
        keyframe = kind is Kind.AUDIO or draw(st.booleans())
        frames.append(
            Frame(kind=kind, time=times[kind], duration=duration, offset=offset, keyframe=keyframe, body=body)
        )
        times[kind] += duration
    return frames


def chunks(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """``data`` cut into pieces at these places, some of which may be empty or past its end."""
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]
