"""
What container and filling cost: bytes that are sent and are neither picture nor sound.

    .venv/bin/python -m benchmarks.size --seconds 10

A real ffmpeg encodes the test picture with our command line; what it gives is packed for each kind of player, in
fragments of several lengths, and by ffmpeg's own muxer beside that. How many fragments it became stands in brackets.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from onionstream.encoder.commands import command
from onionstream.encoder.surroundings import look_around
from onionstream.settings.config import Config, Video
from onionstream.video.boxes import BoxReader
from onionstream.video.demux import Demuxer
from onionstream.video.fragment import Fragment, Fragmenter
from onionstream.video.packing import Packing
from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN, Profile
from onionstream.video.samples import Kind, Sample, Tracks
from onionstream.video.timeline import Timeline

LENGTHS = (33, 66, 100, 200, 500)
"""Milliseconds of a fragment."""

PROFILES = {"plain": PLAIN, "Firefox": FIREFOX, "Chromium": CHROMIUM}

MUXERS = {
    "ffmpeg, frag_every_frame": ("-movflags", "frag_every_frame+empty_moov+default_base_moof"),
    "ffmpeg, -frag_duration 100000": ("-movflags", "empty_moov+default_base_moof", "-frag_duration", "100000"),
}
"""ffmpeg's own, and its arguments."""


def encoded(config: Config, seconds: float) -> bytes:
    """:return: what our ffmpeg writes in some seconds."""
    surroundings = look_around(config.encoder.program, os.environ)
    ours = command(config, surroundings)
    arguments = (*ours.arguments[:-1], "-t", str(seconds), ours.arguments[-1])
    ran = subprocess.run(arguments, env=dict(ours.environment), input=ours.stdin, capture_output=True, check=False)
    if not ran.stdout:
        raise RuntimeError(f"ffmpeg gave nothing: {ran.stderr.decode(errors='replace')}")
    return ran.stdout


def muxed(stream: bytes, arguments: Sequence[str]) -> bytes:
    """:return: the same samples, as ffmpeg's own muxer packs them."""
    words = ("ffmpeg", "-v", "error", "-i", "pipe:0", "-map", "0", "-c", "copy", *arguments, "-f", "mp4", "pipe:1")
    return subprocess.run(words, input=stream, capture_output=True, check=True).stdout


def placed(stream: bytes) -> tuple[Tracks, list[Sample]]:
    """:return: its tracks, and its samples on a timeline of ours."""
    tracks, samples, timeline = Tracks(), list[Sample](), Timeline()
    for event in Demuxer().feed(stream):
        if isinstance(event, Tracks):
            tracks = event
            timeline.begin(tracks)
        elif (sample := timeline.place(event, 0.0)) is not None:
            samples.append(sample)
    return tracks, samples


def fragments(tracks: Tracks, samples: Iterable[Sample], length: float) -> Iterator[Fragment]:
    """:param length: seconds of one."""
    fragmenter = Fragmenter(length)
    fragmenter.begin(tracks, 1)
    yield from chain.from_iterable(fragmenter.add(sample) for sample in samples)
    yield from fragmenter.cut()


def overhead(profile: Profile, parts: Iterable[Fragment]) -> int:
    """:return: bytes that are sent beside the samples, without the init segment, to a viewer who is not squeezed."""
    packing = Packing(profile)
    return sum(len(packing.fragment(part)) - len(part.media) for part in parts)


def container(stream: bytes) -> tuple[int, int]:
    """:return: how many fragments a stream has, and their bytes beside the samples; its end is left out."""
    boxes = [box for box in BoxReader().feed(stream) if box.kind not in (b"ftyp", b"moov", b"mfra")]
    beside = sum(box.header if box.kind == b"mdat" else box.size for box in boxes)
    return sum(box.kind == b"moof" for box in boxes), beside


def _named(name: str, count: int) -> str:
    """:return: the beginning of a row."""
    return f"{name:30}{f'({count})':12}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 2)[1])
    parser.add_argument("--seconds", type=float, default=10, help="of the stream (10)")
    parser.add_argument("--bitrate", type=int, default=Video().bitrate, help="kbit/s of the picture")
    return parser.parse_args()


def main() -> None:
    """Run it; see the top of the file."""
    options = _options()
    config = Config()
    stream = encoded(replace(config, video=replace(config.video, bitrate=options.bitrate)), options.seconds)
    tracks, samples = placed(stream)
    pictures = [sample for sample in samples if sample.kind is Kind.VIDEO]
    if not pictures:
        sys.exit("ffmpeg gave no picture.")
    last = pictures[-1]
    bits = 8 / 1000 / ((last.decode_time + last.duration - pictures[0].decode_time) / 90_000)  # kbit/s of a byte
    print(f"picture and sound: {sum(len(sample.data) for sample in samples) * bits:.0f} kbit/s")
    print("beside them, kbit/s:")
    print(f"{'fragments of':42}" + "".join(f"{name:>10}" for name in PROFILES))
    for length in LENGTHS:
        parts = list(fragments(tracks, samples, length / 1000))
        costs = (f"{overhead(profile, parts) * bits:10.1f}" for profile in PROFILES.values())
        print(_named(f"{length} ms", len(parts)) + "".join(costs))
    for name, arguments in MUXERS.items():
        count, beside = container(muxed(stream, arguments))
        print(f"{_named(name, count)}{beside * bits:10.1f}")


if __name__ == "__main__":
    main()
