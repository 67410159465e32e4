"""How the stream is doing, in figures for the broadcaster: values only; ``measures`` has what they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from onionstream.web.measures import BARS

LEVELS = 12
"""Heights that a bar of a small picture can have, besides none at all; each has a rule in the stylesheet."""

LINES, LETTERS = 10, 1000
"""The encoder's last words: lines at the most, and characters of them all; the log of the terminal has the rest."""


@dataclass(frozen=True, slots=True)
class Chart:
    """
    A small picture of the last five minutes.

    :ivar values: of a quarter of a minute each, the oldest first; ``None``: there was nothing.
    :ivar scale: what is to fit into the picture in any case.
    """

    values: tuple[float | None, ...] = ()
    scale: float = 0.0

    @property
    def known(self) -> bool:
        """Whether there is anything to be seen."""
        return any(value is not None for value in self.values)

    @property
    def least(self) -> float:
        """Of the values that there are."""
        return min((value for value in self.values if value is not None), default=0.0)

    @property
    def most(self) -> float:
        """Of the values that there are."""
        return max((value for value in self.values if value is not None), default=0.0)

    @property
    def levels(self) -> tuple[int, ...]:
        """The heights of the bars, as many as there is room for; what is not 0 can be seen."""
        top = max(self.scale, self.most)
        heights = [ceil(value / top * LEVELS) if value and top else 0 for value in self.values[-BARS:]]
        return (*[0] * (BARS - len(heights)), *heights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """
    What makes the picture.

    :ivar sentence: on how it is; from its supervisor, as ``run``, ``trouble`` and ``said``.
    :ivar run: the number of the present run, from 1; 0: there was none.
    :ivar trouble: what went wrong last; empty: nothing.
    :ivar trouble_ago: whole minutes since then.
    :ivar said: what it wrote on stderr last, the oldest first.
    :ivar frames: pictures a second, by the clock, over ten seconds; ``None``: not measured, as the others.
    :ivar frames_wanted: as the settings have it; ``None``: somebody else decides that (OBS).
    :ivar rate: kbit/s of the stream, picture and sound and what holds them together, over ten seconds.
    :ivar rate_wanted: kbit/s as the settings have it, picture and sound; ``None``: as above.
    :ivar speed: seconds of the stream, by the times in it, in a second of the clock; 1 is real time.
    :ivar missing: pictures for which there is room between the others, and which did not come; since the start.
    :ivar missing_lately: in the last minute.
    :ivar late: pictures that came a quarter of a second later than those before, by their own times; since the start.
    :ivar late_lately: in the last minute.
    """

    sentence: str
    run: int
    trouble: str
    trouble_ago: int
    said: Sequence[str]
    frames: float | None
    frames_wanted: int | None
    rate: float | None
    rate_wanted: int | None
    speed: float | None
    missing: int
    missing_lately: int
    late: int
    late_lately: int

    @property
    def slow(self) -> bool:
        """Whether it falls behind the clock, so that viewers would have to wait again and again."""
        return self.speed is not None and self.speed < 0.97

    @property
    def words(self) -> tuple[str, ...]:
        """The last of what it said, as much as there is room for."""
        kept: list[str] = []
        left = LETTERS
        for line in reversed(self.said[-LINES:]):
            if not left:
                break
            kept.append(line if len(line) <= left else f"{line[: left - 1]}…")
            left -= len(kept[-1])
        return tuple(reversed(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewers:
    """
    Who is being sent the video.

    :ivar watching: open videos (``/stream.mp4``).
    :ivar people: who have a video open in whatever way, HLS too.
    :ivar slow: videos whose line carries less than all of it at present, so that they get fewer pictures.
    :ivar skipped: how often one that lagged was moved to the live edge, since the start.
    :ivar refused: requests and connections that were too many, for their circuit or for all; since the start.
    :ivar stream: kbit/s that a line must carry: of the stream as it was measured, or else as it is wanted; ``None``:
        neither is known.
    :ivar delivered: kbit/s that the sockets of all videos have taken over ten seconds, with what players need around
        the stream; ``None``: not measured yet.
    :ivar each: the same for one of them, on average.
    """

    watching: int
    people: int
    slow: int
    skipped: int
    refused: int
    stream: int | None
    delivered: float | None
    each: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """
    How late the picture leaves us. What comes before (camera, encoder) and after (Tor, the player) is not in it.

    :ivar waited: seconds from the last byte of a picture or sound to when its fragment is offered to viewers, on
        average over ten seconds; ``None``: nothing came.
    :ivar longest: the same of the one that waited most.
    :ivar fragment: milliseconds of a fragment, as the settings have it.
    :ivar behind: seconds of the stream that viewers' sockets have not taken yet, on average; ``None``: no viewer.
    """

    waited: float | None
    longest: float
    fragment: int
    behind: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """
    What is said.

    :ivar here: people with anything open.
    :ivar lately: messages in the last minute, and...
    :ivar messages: ... since the start.
    :ivar banned: people, or their tripcodes.
    :ivar captchas: that were shown to somebody and wait for an answer.
    """

    here: int
    lately: int
    messages: int
    banned: int
    captchas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Onion:
    """
    The way from outside.

    :ivar sentence: on the onion service.
    :ivar address: of it; empty while there is none.
    :ivar circuits: over which somebody has a connection now.
    :ivar tested: what the self-test found last; empty: nothing yet.
    :ivar tested_ago: whole minutes since then.
    """

    sentence: str
    address: str
    circuits: int
    tested: str
    tested_ago: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """
    This process.

    :ivar connections: open, over tor and on this machine.
    :ivar connections_most: how many there may be.
    :ivar memory: MiB that it holds (``VmRSS`` of proc(5)); 0: the system does not tell.
    :ivar memory_most: the most since the start (``VmHWM``).
    :ivar minutes: that it runs.
    """

    connections: int
    connections_most: int
    memory: float
    memory_most: float
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Everything that the dashboard shows, at one moment.

    :ivar air: whether there is a picture, in a word.
    :ivar minutes: on air; ``None``: it is not.
    :ivar rates: kbit/s that came from the encoder in the last minutes.
    :ivar crowd: videos that were open then.
    """

    air: str
    minutes: int | None
    encoder: Encoder
    viewers: Viewers
    delay: Delay
    chat: Chat
    onion: Onion
    machine: Machine
    rates: Chart
    crowd: Chart
