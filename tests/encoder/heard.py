"""The air as an invented video side has it, which writes down what it hears."""

from __future__ import annotations

from onionstream.video.errors import TimelineError
from onionstream.video.samples import Kind, Sample, Tracks


class HeardRun:
    """One run, as an invented video side sees it."""

    def __init__(self, air: HeardAir) -> None:
        """Begin."""
        self._air = air

    def take(self, event: Tracks | Sample) -> int:
        """Write it down."""
        if isinstance(event, Tracks):
            self._air.tracks.append(event)
            return 0
        if self._air.broken:
            raise TimelineError("it runs backwards")
        self._air.pictures += event.kind is Kind.VIDEO
        return int(event.kind is Kind.VIDEO)

    def end(self) -> None:
        """It is over."""
        self._air.heard.append("end")


class HeardAir:
    """
    Where runs go on air.

    :ivar heard: what happened, in words.
    :ivar tracks: of each run.
    :ivar pictures: how many have come.
    :ivar broken: no sample can be used.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.heard: list[str] = []
        self.tracks: list[Tracks] = []
        self.pictures = 0
        self.broken = False

    def begin_run(self, generation: int) -> HeardRun:
        """Begin a run."""
        self.heard.append(f"run {generation}")
        return HeardRun(self)

    def off_air(self, *, returning: bool) -> None:
        """Hear whether one will be soon."""
        self.heard.append("back soon" if returning else "off")
