"""
What each kind of player needs, so that its picture is smooth and near.

All of it was measured on Firefox ESR 153 and Chromium 156 with scripts off; docs/performance.md has the numbers. Each
trick is a field of its own here, so that each can be switched off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    How the stream is packed for one kind of player.

    :ivar block: bytes; every fragment is filled up to a multiple of this, 0: as it is. Firefox hands what it loads to
        its demuxer in blocks of 32 KiB: what does not fill one waits for the next, half a second later.
    :ivar gzip: the response is a gzip stream, in which such filling costs next to nothing.
    :ivar all_sync: every frame is said to be a keyframe. Firefox otherwise stops until the *next* keyframe has come; it
        finds the real ones by itself.
    :ivar backlog: seconds of the stream that a player gets at once when it begins, so that it has what it gathers
        before it shows anything.
    :ivar nearer: seconds by which the viewer is brought nearer to the live edge than his player would stay by itself
        (``squeeze``).
    :ivar pace: how much of the time is taken away meanwhile; 5 % cannot be heard.
    :ivar settled: seconds of the stream after which that begins.
    """

    block: int = 0
    gzip: bool = False
    all_sync: bool = False
    backlog: float = 1.0
    nearer: float = 0.0
    pace: float = 0.05
    settled: float = 2.0


PLAIN = Profile()
"""mpv, VLC, ffmpeg, curl: fragments as they are."""

FIREFOX = Profile(block=32 * 1024, gzip=True, all_sync=True, nearer=0.4)
"""Firefox and Tor Browser: 1.15 s behind by themselves, and 0.75 s after the squeeze."""

CHROMIUM = Profile(backlog=3.5, nearer=1.4)
"""
Chromium and what is made of it: some 3.2 s behind by themselves, and 1.8 s after the squeeze.

It gathers more than 3 s before it begins, and shows one frame until then: so it gets that at once. It also reads in
blocks, but refuses a gzip stream that it has not asked for, and filling as such would be 2.6 Mbit/s.
"""


class Mode(Enum):
    """What a viewer has asked for: a short delay, or a calm picture on a bad line, or none of our tricks at all."""

    FAST = "fast"
    NORMAL = "normal"
    SAFE = "safe"
    PLAIN = "plain"


_FASTER = {FIREFOX: 0.6, CHROMIUM: 1.9, PLAIN: 0.0}
"""``nearer`` of the fast mode: 0.55 s and 1.3 s behind. It leaves little for a line that falters."""


def choose(agent: str, mode: Mode = Mode.NORMAL) -> Profile:
    """
    :param agent: the request's ``User-Agent``.
    :param mode: what the viewer has asked for.
    :return: the profile for his player.
    """
    profile = _for_agent(agent)
    match mode:
        case Mode.FAST:
            return replace(profile, nearer=_FASTER[profile])
        case Mode.NORMAL:
            return profile
        case Mode.SAFE:
            return replace(profile, nearer=0.0, backlog=max(profile.backlog, 3.0))
        case Mode.PLAIN:
            return PLAIN


def _for_agent(agent: str) -> Profile:
    """Chromium calls itself "like Gecko" too, but has no version of it."""
    if "Chrome/" in agent:
        return CHROMIUM
    return FIREFOX if "Gecko/" in agent and "Firefox/" in agent else PLAIN
