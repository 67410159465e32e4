"""Samples regrouped into fragments: the pieces in which the stream is kept and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from onionstream.video.mux import TrackRun, fragment_header, timescale
from onionstream.video.samples import Kind, Sample, Tracks

LARGEST = 1024 * 1024
"""Bytes of samples at which a fragment is full; a single sample that is larger goes alone (D-40)."""

MOST_SAMPLES = 1000
"""Samples at which a fragment is full, however short they say they are; one of 2 s has about 200."""

SAMPLE = 440
"""Bytes that Python takes for a sample besides its data, with its share of the fragment; measured with tracemalloc."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """
    A piece of the stream: a few frames of each track.

    :ivar number: its place in the stream, from 1, rising by one.
    :ivar generation: the run of the encoder it comes from, from 1.
    :ivar start: seconds on the broadcast's timeline.
    :ivar end: seconds on the broadcast's timeline.
    :ivar keyframe: a player may start here.
    :ivar runs: what is in it, track by track; their samples are views of ``data``.
    :ivar data: all of it: ``moof``, the header of ``mdat``, and the samples themselves; one copy in memory, whatever
        the number of viewers.
    :ivar media: of that the samples.
    :ivar span: the first and the last time of anything in it, in seconds on the broadcast's timeline.
    :ivar tracks: what a player needs to know of what is in it.
    :ivar sound_before: ticks: the decode time of the last frame of sound before this fragment's, if there was one.
    """

    number: int
    generation: int
    start: float
    end: float
    keyframe: bool
    runs: tuple[TrackRun, ...]
    data: bytes
    media: memoryview
    tracks: Tracks
    span: tuple[float, float] = (0.0, 0.0)
    sound_before: int | None = None

    @property
    def size(self) -> int:
        """Bytes it takes in memory."""
        return len(self.data) + SAMPLE * sum(len(run.samples) for run in self.runs)


class Fragmenter:
    """
    Samples in, fragments out.

    Every keyframe is the first picture of a fragment; one is cut where it comes nearest to the length asked for, or
    where it is full. Sound goes along with the picture; when the picture stays away, it goes alone.
    """

    def __init__(self, length: float) -> None:
        """
        :param length: seconds of one fragment.
        """
        self.length = length
        self._number = 0
        self._generation = 0
        self._tracks = Tracks()
        self._samples: dict[Kind, list[Sample]] = {}
        self._size = 0
        self._sound_before: int | None = None

    @property
    def gathered(self) -> int:
        """Bytes of the samples that wait for their fragment to be complete."""
        return self._size

    def begin(self, tracks: Tracks, generation: int) -> None:
        """A run of the encoder begins. What is left of the run before is forgotten: call ``cut`` before."""
        self._tracks, self._generation = tracks, generation
        self._samples, self._size = {}, 0

    def add(self, sample: Sample) -> Iterator[Fragment]:
        """
        Take a sample placed on the timeline.

        :return: the fragments it completes: none, one, or two.
        """
        begins = sample.kind is Kind.VIDEO and sample.keyframe and Kind.VIDEO in self._samples
        if begins or self._full(sample):
            yield from self.cut()
        self._samples.setdefault(sample.kind, []).append(sample)
        self._size += len(sample.data)
        if self._long_enough(sample.kind):
            yield from self.cut()

    def cut(self) -> Iterator[Fragment]:
        """What has gathered so far as a fragment, if anything has."""
        gathered, self._samples, self._size = self._samples, {}, 0
        runs = tuple(TrackRun(kind, tuple(gathered[kind])) for kind in (Kind.VIDEO, Kind.AUDIO) if kind in gathered)
        if runs:
            self._number += 1
            yield self._fragment(runs)

    def _fragment(self, runs: tuple[TrackRun, ...]) -> Fragment:
        header = fragment_header(self._number, runs)
        data = b"".join((header, *(sample.data for run in runs for sample in run.samples)))
        media = memoryview(data)[len(header) :]
        first = runs[0]
        ticks = timescale(first.kind, self._tracks)
        last = first.samples[-1]
        times = [time / timescale(run.kind, self._tracks) for run in runs for time in _times(run)]
        sound_before = self._sound_before
        if runs[-1].kind is Kind.AUDIO:
            self._sound_before = runs[-1].samples[-1].decode_time
        return Fragment(
            number=self._number,
            generation=self._generation,
            start=first.samples[0].decode_time / ticks,
            end=(last.decode_time + last.duration) / ticks,
            keyframe=first.samples[0].keyframe and (first.kind is Kind.VIDEO or self._tracks.video is None),
            runs=_sharing(runs, media),
            data=data,
            media=media,
            span=(min(times), max(times)),
            tracks=self._tracks,
            sound_before=sound_before,
        )

    def _full(self, sample: Sample) -> bool:
        """Whether there is no room for one more sample."""
        count = sum(len(samples) for samples in self._samples.values())
        return self._size + len(sample.data) > LARGEST or count >= MOST_SAMPLES

    def _long_enough(self, kind: Kind) -> bool:
        """Whether one more sample of this kind would bring the fragment further from its length than it is now."""
        samples = self._samples[kind]
        first, last = samples[0], samples[-1]
        length = self.length
        if kind is Kind.AUDIO and self._tracks.video is not None:
            length *= 2
        reached = last.decode_time - first.decode_time + last.duration * 1.5
        return reached > length * timescale(kind, self._tracks)


def _times(run: TrackRun) -> Iterator[int]:
    """All times of a run's samples, in ticks: of decoding, of its end, and of showing."""
    for sample in run.samples:
        yield sample.decode_time
        yield sample.decode_time + sample.duration
        yield sample.decode_time + sample.offset


def _sharing(runs: tuple[TrackRun, ...], media: memoryview) -> tuple[TrackRun, ...]:
    """The same runs with views of ``media`` in their samples, so that there is one copy of it in memory."""
    start = 0
    shared = []
    for run in runs:
        samples = []
        for sample in run.samples:
            samples.append(replace(sample, data=media[start : start + len(sample.data)]))
            start += len(sample.data)
        shared.append(TrackRun(run.kind, tuple(samples)))
    return tuple(shared)
