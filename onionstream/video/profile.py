"""
What each kind of player needs, so that its picture is smooth and near.

All of it was measured on Firefox ESR 153 and Chromium 156 with scripts off; docs/performance.md has the numbers. Each
trick is a field of its own here, so that each can be switched off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    How the stream is packed and timed for one kind of player.

    :ivar block: bytes; browsers hand what they load to their demuxers in blocks of so many: what does not fill one
        waits for the next, half a second later. 0: the player does not.
    :ivar fill: seconds after which a block that is not full is filled; 0: at once, after each fragment.
    :ivar gzip: the response is a gzip stream, in which such filling costs next to nothing.
    :ivar all_sync: every frame is said to be a keyframe. Firefox otherwise stops until the *next* keyframe has come; it
        finds the real ones by itself.
    :ivar backlog: seconds of the stream, at least, that a player gets at once when it begins, if there are so many;
        it is no further behind than that then.
    :ivar gathers: seconds of the stream that it gathers before it begins, if it has not got its backlog.
    :ivar buffer: seconds that it is left with: a player that has gathered more is brought nearer to the live edge
        (``squeeze``). 0: nothing is taken away.
    :ivar pace: how much of the time is taken away meanwhile; 5 % cannot be heard.
    :ivar settled: seconds of the stream after which that begins.
    :ivar waits: a player that has nothing to show waits, and stays behind by as long; so what it has missed is cut out
        of its times. Others run on: what comes late is left out, and a gap in the times must stay one.
    :ivar slow: seconds; a viewer who lags more gets less of the picture (``line``).
    """

    block: int = 0
    fill: float = 0.0
    gzip: bool = False
    all_sync: bool = False
    backlog: float = 0.0
    gathers: float = 1.0
    buffer: float = 0.0
    pace: float = 0.05
    settled: float = 2.0
    waits: bool = False
    slow: float = 4.0


PLAIN = Profile()
"""mpv, VLC, ffmpeg, curl: fragments as they are."""

BLOCK = 32 * 1024
"""Bytes: in Firefox as in Chromium."""

FIREFOX = Profile(block=BLOCK, gzip=True, all_sync=True, buffer=0.6, slow=1.0)
"""Firefox and Tor Browser: 1.15 s behind by themselves, and 0.75 s after the squeeze."""

FIREFOX_WITH_SOUND = replace(FIREFOX, gathers=2.8, buffer=1.0, waits=True)
"""The same with the sound on from the start: it gathers more, its clock is the sound's, and so it waits."""

CHROMIUM = Profile(block=BLOCK, fill=0.6, backlog=2.4, gathers=3.4, buffer=1.2, pace=0.1, waits=True)
"""
Chromium and what is made of it: with 2.4 s of the stream it begins at once, else it shows one frame until it has 3.4 s.

It refuses a gzip stream that it has not asked for, and filling as such would be 2.6 Mbit/s if it were done after every
fragment; so its blocks are filled where the stream does not do it by itself: in a slate or a slide show.
"""


SOUND_FAST = 0.7
"""Seconds that Firefox is left with in the fast mode when the sound is on."""

SAFE = 3.0
"""Seconds of the stream that a player gets at once in the safe mode, and keeps in hand."""


class Mode(Enum):
    """What a viewer has asked for: a short delay, or a calm picture on a bad line, or none of our tricks at all."""

    FAST = "fast"
    NORMAL = "normal"
    SAFE = "safe"
    PLAIN = "plain"


class Trick(Enum):
    """What can be left out, to see what it is good for."""

    PADDING = "padding"
    SYNC = "sync"
    BACKLOG = "backlog"
    SQUEEZE = "squeeze"
    CLOSING = "closing"
    THINNING = "thinning"


def without(profile: Profile, tricks: frozenset[Trick]) -> Profile:
    """The same profile, these tricks left out."""
    for trick in tricks:
        match trick:
            case Trick.PADDING:
                profile = replace(profile, block=0, fill=0.0, gzip=False)
            case Trick.SYNC:
                profile = replace(profile, all_sync=False)
            case Trick.BACKLOG:
                profile = replace(profile, backlog=0.0)
            case Trick.SQUEEZE:
                profile = replace(profile, buffer=0.0)
            case Trick.CLOSING:
                profile = replace(profile, waits=False)
            case Trick.THINNING:
                profile = replace(profile, slow=inf)
    return profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """
    What is known of players, and what the broadcaster makes of it.

    :ivar firefox: Firefox and Tor Browser, muted.
    :ivar firefox_with_sound: the same, with the sound on from the start.
    :ivar chromium: Chromium and what is made of it.
    :ivar fast: seconds that the two are left with (``Profile.buffer``) in the fast mode.
    :ivar left_out: tricks that nobody gets.
    """

    firefox: Profile = FIREFOX
    firefox_with_sound: Profile = FIREFOX_WITH_SOUND
    chromium: Profile = CHROMIUM
    fast: tuple[float, float] = (0.25, 0.8)
    left_out: frozenset[Trick] = frozenset()

    def choose(
        self,
        agent: str,
        mode: Mode = Mode.NORMAL,
        left_out: frozenset[Trick] = frozenset(),
        *,
        sound: bool = False,
    ) -> Profile:
        """
        :param agent: the request's ``User-Agent``.
        :param mode: what the viewer has asked for.
        :param left_out: more tricks that he does not want.
        :param sound: his player begins with the sound on.
        :return: the profile for his player.
        """
        return without(self._in_mode(agent, mode, sound=sound), self.left_out | left_out)

    def _in_mode(self, agent: str, mode: Mode, *, sound: bool) -> Profile:
        """Chromium calls itself "like Gecko" too, but has no version of it."""
        if mode is Mode.PLAIN:
            return PLAIN
        if "Chrome/" in agent:
            profile, fast = self.chromium, self.fast[1]
        elif "Gecko/" in agent and "Firefox/" in agent:
            profile, fast = (self.firefox_with_sound, SOUND_FAST) if sound else (self.firefox, self.fast[0])
        else:
            profile, fast = PLAIN, 0.0
        match mode:
            case Mode.FAST:
                return replace(profile, buffer=fast)
            case Mode.SAFE:
                return replace(profile, buffer=0.0, backlog=max(profile.backlog, SAFE))
            case _:
                return profile
