"""What the stream is doing, as the live page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Air(Enum):
    """
    What a visitor finds.

    OFFLINE: no stream. STARTING: the first picture will be there in a moment. RESTARTING: there was a picture, and it
    comes back. ONLINE: there is a picture.
    """

    OFFLINE = "offline"
    STARTING = "starting"
    RESTARTING = "restarting"
    ONLINE = "online"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    The stream at one moment.

    :ivar state: what a visitor finds.
    :ivar since: seconds of the monotonic clock when the stream went on air; ``None``: it is not. It is the stream's
        time and neither this program's nor the machine's (L-18).
    :ivar title: one line; a page has to escape it.
    :ivar description: any number of lines, perhaps none; a page has to escape it.
    :ivar watching: how many people have the video open.
    :ivar note: who may write, if that is not everybody.
    """

    state: Air = Air.OFFLINE
    since: float | None = None
    title: str = ""
    description: str = ""
    watching: int = 0
    note: str = ""

    def uptime(self, now: float) -> int | None:
        """
        :param now: seconds of the monotonic clock.
        :return: whole minutes on air; ``None``: it is not.
        """
        return None if self.since is None else max(0, int((now - self.since) // 60))
