"""
What the self-test found: the figures, what they mean for the stream, and the sentences for people.

It does not claim more than was measured: two ways through Tor's network, of the many that there are; each viewer has
his own. Both ends of it are at this machine, so its own line carried every byte twice, out and in again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_KEY = "bitrate in [video]"

SHARE = 0.6
"""How much of what the way carried the stream may take: another viewer's may be slower, and each has slow moments."""

_LEAST_BITRATE = 20
"""kbit/s; `onionstream.settings.config.Video` takes no less."""


class Outcome(Enum):
    """How it ended."""

    REACHED = "reached"
    INVITED_ONLY = "invited only"
    NOT_REACHED = "not reached"
    NOT_TESTED = "not tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """
    What the encoder is told to make.

    :ivar video: kbit/s.
    :ivar audio: kbit/s; 0: there is no sound.
    """

    video: int
    audio: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    What one self-test found.

    :ivar outcome: in a word.
    :ivar at: when it was over, in seconds of the reactor's clock.
    :ivar why: why it went no further, as the end of a sentence; empty: it went as far as it goes.
    :ivar tries: how many were made.
    :ivar way: seconds until there was a connection: tor looked the address up and built circuits.
    :ivar answer: seconds from a request on that connection to the first byte of the page: a round trip.
    :ivar video: seconds from another request, with a connection of its own on the same circuit, to the first byte of
        video; ``None``: there came none.
    :ivar no_video: why there was none, as the end of a sentence.
    :ivar stream: kbit/s at which the video came; it is sent at its own pace, so the way may carry more.
    :ivar carries: kbit/s that another way carried when it was filled on purpose; ``None``: not measured.
    """

    outcome: Outcome
    at: float
    why: str = ""
    tries: int = 1
    way: float | None = None
    answer: float | None = None
    video: float | None = None
    no_video: str = ""
    stream: float | None = None
    carries: float | None = None

    @property
    def summary(self) -> str:
        """The most important, in a sentence without an address or anything else that is secret."""
        match self.outcome:
            case Outcome.REACHED:
                words = f" {self.way:.1f} s to get there, {self.answer:.2f} s for an answer." if self._timed else ""
                return f"The onion address works: its page came through Tor's network.{words}"
            case Outcome.INVITED_ONLY:
                return (
                    "The onion address is known and lets in only who is invited, so the way to the site was not tested."
                )
            case Outcome.NOT_REACHED:
                tries = "1 try" if self.tries == 1 else f"{self.tries} tries"
                return f"The onion address could not be reached in {tries}: {self.why}."
            case Outcome.NOT_TESTED:
                return f"The onion address was not tested: {self.why}."

    def sentences(self, planned: Planned) -> tuple[str, ...]:
        """
        :param planned: what the encoder is told now, which may be another thing than during the test.
        :return: all there is to say, the most important first.
        """
        if self.outcome is not Outcome.REACHED:
            return (self.summary,)
        return tuple(filter(None, (self.summary, self._video(), self._line(), self.advice(planned))))

    def advice(self, planned: Planned) -> str:
        """:return: whether the stream fits what the way carried, and what would; empty: that is not known."""
        if self.carries is None:
            return ""
        total, sane = planned.video + planned.audio, sane_bitrate(self.carries)
        if total <= sane:
            return f"A stream of {total} kbit/s fits well."
        most = _rounded(max(0, sane - planned.audio))
        if most < _LEAST_BITRATE:
            return "That is too little for any video: test again, the next way may be better."
        return f"A stream of {total} kbit/s is too much for that: set {_KEY} to at most {most}."

    @property
    def _timed(self) -> bool:
        return self.way is not None and self.answer is not None

    def _video(self) -> str:
        if self.video is None:
            return f"No video was tested: {self.no_video}." if self.no_video else ""
        pace = "" if self.stream is None else f" and came at {self.stream:.0f} kbit/s"
        return f"The video began after {self.video:.1f} s{pace}."

    def _line(self) -> str:
        if self.carries is None:
            return "What more a way carries is not known." if self.video is not None else ""
        return f"Another way, filled on purpose, carried {self.carries:.0f} kbit/s."


def sane_bitrate(carries: float) -> int:
    """
    :param carries: kbit/s that a way carried.
    :return: kbit/s that video and sound together may have: `SHARE` of it, rounded down.
    """
    return _rounded(int(carries * SHARE))


def _rounded(number: int) -> int:
    """:return: a number rounded down to two digits: more is not known."""
    step = int(10 ** max(0, len(str(number)) - 2))
    return number - number % step
