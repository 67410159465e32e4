"""How the stream is doing, in figures for the broadcaster."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from onionstream.video.samples import Kind
from onionstream.video.window import Window

SPAN = 10.0
"""Seconds that the pace of the encoder is measured over."""

QUIET = 1.0
"""Seconds without a picture after which it is measured from there on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Everything that the dashboard shows, at one moment.

    :ivar air: whether there is a picture, in a word.
    :ivar minutes: on air; ``None``: it is not.
    :ivar encoder: a sentence on the encoder.
    :ivar runs: how often it was started.
    :ivar said: what it said last.
    :ivar frames: a second, as they come from it, and...
    :ivar frames_wanted: ... as they should.
    :ivar rate: kbit/s as they come, sound and all, and...
    :ivar rate_wanted: ... as they should.
    :ivar watching: viewers who are being sent the video.
    :ivar slow: those of them whose line carries less than all of it.
    :ivar skipped: how often somebody was moved to the live edge.
    :ivar connections: open, and...
    :ivar connections_most: ... at the most.
    :ivar circuits: over which they come, if they come over any.
    :ivar refused: requests and connections that were too many for their circuit.
    :ivar here: people with the page open.
    :ivar lately: messages in the last minute, and...
    :ivar messages: ... since the start.
    :ivar banned: people.
    :ivar onion: a sentence on the onion service.
    :ivar address: of it; empty while there is none.
    :ivar tested: what the self-test found last; empty: nothing yet.
    :ivar memory: MiB of this process.
    """

    air: str
    minutes: int | None
    encoder: str
    runs: int
    said: Sequence[str]
    frames: float
    frames_wanted: int
    rate: float
    rate_wanted: int
    watching: int
    slow: int
    skipped: int
    connections: int
    connections_most: int
    circuits: int
    refused: int
    here: int
    lately: int
    messages: int
    banned: int
    onion: str
    address: str
    tested: str
    memory: float


class Pace:
    """How fast the encoder's pictures come, as they come: what the slate adds does not count."""

    def __init__(self, window: Window) -> None:
        """:param window: of the broadcast; looked into at each ``look``, so that nothing is counted while none is."""
        self._window = window
        self._next = 0
        self._heard: deque[tuple[float, int, int]] = deque()  # when, frames and bytes since the one before

    def look(self, now: float) -> None:
        """Count what has come since; to be called every second or two. :param now: seconds of a monotonic clock."""
        newest = self._window.newest
        frames = size = 0
        if newest is not None:
            for number in range(max(self._next, newest.number - len(self._window) + 1), newest.number + 1):
                fragment = self._window.get(number)
                if fragment is not None and fragment.generation:
                    frames += sum(len(run.samples) for run in fragment.runs if run.kind is Kind.VIDEO)
                    size += len(fragment.data)
            self._next = newest.number + 1
        if not frames and self._heard and now - self._heard[-1][0] >= QUIET:
            self._heard.clear()  # what comes after a rest is not slower for it
        self._heard.append((now, frames, size))
        while self._heard[0][0] < now - SPAN:
            self._heard.popleft()

    @property
    def frames(self) -> float:
        """A second."""
        return self._rate(1)

    @property
    def rate(self) -> float:
        """Kbit/s."""
        return self._rate(2) * 8 / 1000

    def _rate(self, which: int) -> float:
        """:return: a second; what came before the first look counts for nothing, as nobody knows how long it took."""
        looks = list(self._heard)
        if len(looks) < 2:
            return 0.0
        return sum(one[which] for one in looks[1:]) / max(looks[-1][0] - looks[0][0], 0.001)


class Talk:
    """How much is said."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.messages = 0
        self._lately: deque[float] = deque(maxlen=10_000)

    def count(self, now: float) -> None:
        """A message was said. :param now: seconds of a monotonic clock."""
        self.messages += 1
        self._lately.append(now)

    def lately(self, now: float) -> int:
        """:return: messages in the last minute, up to ten thousand."""
        while self._lately and self._lately[0] < now - 60:
            self._lately.popleft()
        return len(self._lately)
