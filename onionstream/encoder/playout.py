"""
When the frames of a segment go on air: one after the other, as they were filmed.

A segment of two seconds comes in one piece. Sent on like that, players that keep less than two seconds in hand would
stand still until the next one. So its frames are let go one by one, each as long after the first as its time says, and
as early as it can be without a pause before the next segment is there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from math import inf
from typing import Protocol

from onionstream.video.demux import Demuxer
from onionstream.video.errors import DemuxError
from onionstream.video.samples import Kind, Sample, Tracks

LARGEST = 16 * 1024 * 1024
"""Bytes of a box in a segment at the most: ten seconds of 13 Mbit/s."""

SLACK = 0.05
"""Seconds that are added where a segment came late: the next may come later still."""

MOST_EARLY = 0.3
"""Seconds that segments may be there before they are needed, all of the last ones; what is more is given up."""

ARRIVALS = 16
"""How many of the last ones those are."""

FRAME = 400
"""Bytes that a frame takes besides its own."""


class Run(Protocol):
    """One run of the writer, as the video side sees it."""

    def take(self, event: Tracks | Sample) -> int:
        """
        Take the tracks, and then samples.

        :return: how many frames they were.
        :raises VideoError: they cannot be used; the run is over then.
        """

    def end(self) -> None:
        """The run is over."""


class Air(Protocol):
    """Where the runs go on air."""

    def begin_run(self, generation: int) -> Run:
        """See ``attempt.Air``."""

    def off_air(self, *, returning: bool) -> None:
        """See ``attempt.Air``."""


class Playout:
    """One run of a writer: its bytes as they are read, its tracks and samples when their time has come."""

    MOST = 64 * 1024 * 1024
    """Bytes that may wait: four of the largest segments, or some 160 000 of the smallest frames."""

    def __init__(self, now: float, age: float) -> None:
        """
        :param now: seconds of a monotonic clock.
        :param age: seconds since its first segment was written: as much of that is late already.
        """
        self._demuxer = Demuxer(LARGEST)
        self._tracks: Tracks | None = None
        self._told = False
        self._waiting: dict[Kind, deque[tuple[float, Sample]]] = {kind: deque() for kind in Kind}
        self._start = now - age
        self._offset: float | None = None
        self._early: deque[float] = deque(maxlen=ARRIVALS)
        self._size = 0
        self._first = inf

    def feed(self, data: bytes) -> Iterator[None]:
        """
        Take what was read, one frame with each step.

        :return: those steps, to be gone to their end.
        :raises VideoError: it cannot be used; the run is over then.
        """
        for event in self._demuxer.feed(data):
            if isinstance(event, Tracks):
                self._tracks = event
            else:
                assert self._tracks is not None
                time = event.decode_time / self._tracks.timescale(event.kind)
                self._wait(time, event)
                self._first = min(self._first, time)
            yield

    def arrived(self, now: float) -> None:
        """
        Hear that all which was there has been fed, before anything of it is asked for.

        :param now: seconds of the clock.
        """
        first, self._first = self._first, inf
        if first != inf:
            self._fit(first, now)

    def due(self, now: float) -> Iterator[Tracks | Sample]:
        """:return: what goes on air now: the tracks first, and then samples of all tracks, by their times."""
        if self._tracks is not None and not self._told:
            self._told = True
            yield self._tracks
        while (queue := self._next_queue()) is not None and queue[0][0] + (self._offset or 0.0) <= now:
            sample = queue.popleft()[1]
            self._size -= len(sample.data) + FRAME
            yield sample

    def next(self) -> float | None:
        """:return: when something goes on air next, in seconds of the clock; None: nothing waits."""
        queue = self._next_queue()
        return None if queue is None else queue[0][0] + (self._offset or 0.0)

    def _wait(self, time: float, sample: Sample) -> None:
        self._waiting[sample.kind].append((time, sample))
        self._size += len(sample.data) + FRAME
        if self._size > self.MOST:
            raise DemuxError("much more is written than time goes by")

    def _next_queue(self) -> deque[tuple[float, Sample]] | None:
        """The one with the earliest sample."""
        return min((queue for queue in self._waiting.values() if queue), key=lambda one: one[0][0], default=None)

    def _fit(self, first: float, now: float) -> None:
        """
        Move the times at which samples go, where they are too early or too late for when they come.

        :param first: the time of the earliest new sample.
        """
        if self._offset is None:
            self._offset = self._start - first
            return
        early = first + self._offset - now
        if early < 0:
            self._offset += SLACK - early
            self._early.clear()
            return
        self._early.append(early)
        if len(self._early) == ARRIVALS and (spare := min(self._early)) > MOST_EARLY:
            self._offset -= spare - SLACK
            self._early.clear()
