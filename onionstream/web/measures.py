"""
What the broadcaster's figures are made of: looked at every second or two, and remembered for some seconds or minutes.

Nothing here knows a clock: all times are seconds of one that never goes back, and are handed in. Where this program
stood still for ``GAP`` or longer, everything is measured anew from then on: what came meanwhile would be held against
an encoder or a line that had no part in it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from onionstream.video.fragment import Fragment
from onionstream.video.mux import timescale
from onionstream.video.offers import Offer, Offers
from onionstream.video.samples import Kind
from onionstream.video.window import Window

SPAN = 10.0
"""Seconds that a pace is measured over."""

QUIET = 1.0
"""Seconds without a picture after which the encoder's is measured from there on."""

LEAST = 0.5
"""Seconds from the first look to the last without which there is no pace: it would be a matter of chance."""

GAP = 10.0
"""Seconds between two looks after which what is between them counts for nothing."""

LATE = 0.25
"""Seconds that a picture may come later than the quickest of the last ``SPAN`` before it counts as late."""

EACH, BARS = 15, 20
"""Seconds of one bar of a small picture, and bars: five minutes."""

LOOKS = 1024
"""Looks that are remembered at the most: each page that is opened is one too."""

_STEPS = 300
_ENOUGH = 10  # steps from one picture to the next, before it is known which is the usual one


class Tally:
    """
    How often something happened.

    :ivar total: since the start.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.total = 0
        self._lately: deque[tuple[float, int]] = deque(maxlen=10_000)

    def count(self, now: float, times: int = 1) -> None:
        """It happened, so many times."""
        if times:
            self.total += times
            self._lately.append((now, times))

    def lately(self, now: float) -> int:
        """:return: how often in the last minute, as far as that is remembered."""
        while self._lately and self._lately[0][0] < now - 60:
            self._lately.popleft()
        return sum(times for _, times in self._lately)


class Trace:
    """The last five minutes of a figure, a quarter of a minute each, for a small picture."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._bars: deque[float | None] = deque(maxlen=BARS)
        self._sum, self._count = 0.0, 0
        self._slot: int | None = None

    def note(self, now: float, value: float | None) -> None:
        """:param value: what it is now; ``None``: there is none."""
        slot = int(now // EACH)
        if self._slot is not None and slot != self._slot:
            self._bars.append(self._sum / self._count if self._count else None)
            self._bars.extend([None] * min(slot - self._slot - 1, BARS))
            self._sum, self._count = 0.0, 0
        self._slot = slot
        if value is not None:
            self._sum, self._count = self._sum + value, self._count + 1

    @property
    def bars(self) -> tuple[float | None, ...]:
        """The average of each quarter of a minute that is over, the oldest first; ``None`` where there was nothing."""
        return tuple(self._bars)


class Flow:
    """How fast bytes go out to viewers."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._seen: deque[tuple[float, int, int]] = deque(maxlen=LOOKS)  # when, bytes since the start, viewers

    def look(self, now: float, size: int, viewers: int) -> None:
        """
        :param size: bytes that sockets have taken since the start, of all viewers together.
        :param viewers: who are being sent the stream.
        """
        self._seen.append((now, size, viewers))
        while self._seen[0][0] < now - SPAN:
            self._seen.popleft()

    @property
    def rate(self) -> float | None:
        """Kbit/s, all together, over the last ``SPAN``; ``None``: that was not measured yet."""
        if not self._seen:
            return None
        (began, before, _), (now, size, _) = self._seen[0], self._seen[-1]
        return (size - before) * 8 / 1000 / (now - began) if now - began >= LEAST else None

    @property
    def each(self) -> float | None:
        """Kbit/s of one viewer, on average; ``None``: there is none, or it was not measured yet."""
        rate, looks = self.rate, list(self._seen)
        if rate is None:
            return None
        # Whoever came or went between two looks was there for half of the time, for all we know.
        people = sum((two[0] - one[0]) * (one[2] + two[2]) / 2 for one, two in pairwise(looks))
        people /= looks[-1][0] - looks[0][0]
        return rate / people if people else None


@dataclass(slots=True)
class _Look:
    """What has come since the look before: pictures, bytes, seconds of the stream; fragments, and what they waited."""

    at: float
    frames: int = 0
    size: int = 0
    media: float = 0.0
    offers: int = 0
    waited: float = 0.0
    longest: float = 0.0


class Pace:
    """
    How fast the encoder's pictures come, and how long they stay here: what the slate adds does not count.

    :ivar late: pictures that came more than ``LATE`` later than others of the same run, by their own times.
    :ivar missing: pictures that are not there, by the times of those around them.
    """

    def __init__(self, window: Window, offers: Offers) -> None:
        """
        :param window: of the broadcast; looked into at each ``look``, so that nothing is counted while none is.
        :param offers: when its fragments went out.
        """
        self._window = window
        self._offers = offers
        self._next = 0
        self._heard: deque[_Look] = deque(maxlen=LOOKS)
        self._generation = 0
        self._before: Fragment | None = None
        self._picture: float | None = None  # the time of the last one, in seconds of the stream
        self._steps: deque[float] = deque(maxlen=_STEPS)
        self._lags: deque[tuple[float, float]] = deque(maxlen=4 * LOOKS)
        self.late, self.missing = Tally(), Tally()

    def look(self, now: float) -> None:
        """Count what has come since; to be called every second or two."""
        look, stood = _Look(now), bool(self._heard) and now - self._heard[-1].at >= GAP
        fragments = self._new()
        if stood:
            self._heard.clear()
            self._before = None
        else:
            self._count(look, fragments)
        if not look.size and self._heard and now - self._heard[-1].at >= QUIET:
            self._heard.clear()  # what comes after a rest is not slower for it
        self._heard.append(look)
        while self._heard[0].at < now - SPAN:
            self._heard.popleft()

    @property
    def frames(self) -> float | None:
        """A second; ``None``: not measured yet, or there is only sound."""
        return self._rate([look.frames for look in self._heard]) or None

    @property
    def rate(self) -> float | None:
        """Kbit/s, sound and all; ``None``: not measured yet."""
        found = self._rate([look.size for look in self._heard])
        return None if found is None else found * 8 / 1000

    @property
    def speed(self) -> float | None:
        """Seconds of the stream in a second of the clock, by the times in it: 1 is real time."""
        return self._rate([look.media for look in self._heard])

    @property
    def waited(self) -> float | None:
        """Seconds from a picture's or a sound's last byte to when it was offered to viewers, on average."""
        offers = sum(look.offers for look in self._heard)
        return sum(look.waited for look in self._heard) / offers if offers else None

    @property
    def longest(self) -> float:
        """The same of the one that waited most."""
        return max((look.longest for look in self._heard), default=0.0)

    def _new(self) -> list[Fragment]:
        """:return: what has come into the window since the last time."""
        newest = self._window.newest
        if newest is None:
            return []
        first = max(self._next, newest.number - len(self._window) + 1)
        self._next = newest.number + 1
        return [one for number in range(first, newest.number + 1) if (one := self._window.get(number)) is not None]

    def _count(self, look: _Look, fragments: list[Fragment]) -> None:
        offers = self._offers.since(fragments[0].number) if fragments else {}
        for fragment in fragments:
            if not fragment.generation:  # the slate: what is after it begins anew
                self._before = None
                continue
            self._follow(fragment)
            before, self._before = self._before, fragment
            look.frames += _pictures(fragment)
            look.size += len(fragment.data)
            look.media += fragment.end - (fragment.start if before is None else before.end)
            self.missing.count(look.at, self._holes(fragment))
            if offer := offers.get(fragment.number):
                look.offers += 1
                look.waited += offer.waited
                look.longest = max(look.longest, offer.longest)
                self._judge(fragment, offer, look.at)

    def _follow(self, fragment: Fragment) -> None:
        """Forget what does not bear on this fragment, where it does not follow the one before."""
        before = self._before
        if before is None or (before.number + 1, before.generation) != (fragment.number, fragment.generation):
            self._before = self._picture = None
            self._lags.clear()
        if fragment.generation != self._generation:
            self._generation = fragment.generation
            self._steps.clear()  # it may have other pictures a second

    def _judge(self, fragment: Fragment, offer: Offer, now: float) -> None:
        """Count its pictures if it is late: by how much later than its own times it came, beside others."""
        lag = offer.at - fragment.end
        self._lags.append((offer.at, lag))
        while self._lags[0][0] < offer.at - SPAN:
            self._lags.popleft()
        if lag > min(one for _, one in self._lags) + LATE:
            self.late.count(now, _pictures(fragment))

    def _holes(self, fragment: Fragment) -> int:
        """:return: pictures that are missing in it, or before it: where there is room for one of the usual length."""
        missing = 0
        usual = median(self._steps) if len(self._steps) >= _ENOUGH else 0.0
        for run in fragment.runs:
            ticks = timescale(run.kind, fragment.tracks)
            for sample in run.samples if run.kind is Kind.VIDEO else ():
                time = sample.decode_time / ticks
                if self._picture is not None:
                    step = time - self._picture
                    missing += max(0, round(step / usual) - 1) if usual else 0
                    self._steps.append(step)
                self._picture = time
        return missing

    def _rate(self, amounts: list[int] | list[float]) -> float | None:
        """:return: a second; what came before the first look counts for nothing, as nobody knows how long it took."""
        passed = self._heard[-1].at - self._heard[0].at if self._heard else 0.0
        return sum(amounts[1:]) / passed if passed >= LEAST else None


def _pictures(fragment: Fragment) -> int:
    return sum(len(run.samples) for run in fragment.runs if run.kind is Kind.VIDEO)
