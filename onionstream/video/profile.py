"""
What each kind of player needs, so that its picture is smooth and near.

All of it was measured on Firefox ESR 153 and Chromium 156 with scripts off; docs/performance.md has the numbers. Each
trick is a field of its own here, so that each can be switched off.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    How the stream is packed for one kind of player.

    :ivar block: bytes; every fragment is filled up to a multiple of this, 0: as it is. Firefox hands what it loads to
        its demuxer in blocks of 32 KiB: what does not fill one waits for the next, half a second later.
    :ivar gzip: the response is a gzip stream, in which such filling costs next to nothing.
    :ivar all_sync: every frame is said to be a keyframe. Firefox otherwise stops until the *next* keyframe has come; it
        finds the real ones by itself.
    :ivar nearer: seconds by which the viewer is brought nearer to the live edge than his player would stay by itself
        (``squeeze``).
    :ivar pace: how much of the time is taken away meanwhile; 5 % cannot be heard.
    :ivar settled: seconds of the stream after which that begins.
    """

    block: int = 0
    gzip: bool = False
    all_sync: bool = False
    nearer: float = 0.0
    pace: float = 0.05
    settled: float = 2.0


PLAIN = Profile()
"""Chromium, mpv, VLC, ffmpeg, curl: fragments as they are."""

FIREFOX = Profile(block=32 * 1024, gzip=True, all_sync=True, nearer=0.4)
"""Firefox and Tor Browser. Chromium refuses a gzip stream that it has not asked for (seen)."""


def for_agent(agent: str) -> Profile:
    """
    :param agent: the request's ``User-Agent``.
    :return: the profile of that player.
    """
    return FIREFOX if "Gecko/" in agent and "Firefox/" in agent else PLAIN
