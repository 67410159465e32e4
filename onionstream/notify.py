"""
What systemd is told of the daemon: that viewers can come, that it still lives, that it ends (sd_notify(3)).

Each word is one datagram to a UNIX socket that systemd has made for it. Where ``$NOTIFY_SOCKET`` does not name one,
nobody wants to hear, and nothing is sent. Whether it lives is asked of the reactor itself: when that stands still, no
word comes, and after ``WatchdogSec`` systemd starts the daemon anew. A shorter halt is a line in the log (R-52).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from twisted.application.service import MultiService
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from onionstream.regular import Regular

LOOK = 0.5
"""Seconds between two looks at the clock."""

HALT = 2.0
"""Seconds between two such looks that are a halt (R-52): it lasted at least ``HALT - LOOK``."""


class Reactor(Protocol):
    """What of the reactor is needed here, beside its clock."""

    def callWhenRunning(self, function: Callable[[], object]) -> object:
        """Call when the reactor has begun to run."""


@dataclass(frozen=True, slots=True)
class Listener:
    """
    Who wants to be told.

    :ivar socket: the path of his socket, or the name of an abstract one with a NUL before it; empty: nobody.
    :ivar watchdog: seconds in which he wants to hear something at least once; 0: he does not mind.
    """

    socket: str = ""
    watchdog: float = 0.0

    @classmethod
    def of(cls, environment: Mapping[str, str], process: int) -> Listener:
        """
        :param environment: ours, as systemd has made it.
        :param process: our number; another process's watchdog is none of our business.
        """
        name, asked = environment.get("NOTIFY_SOCKET", ""), environment.get("WATCHDOG_USEC", "")
        if not name.startswith(("/", "@")):
            return cls()
        ours = environment.get("WATCHDOG_PID", str(process)) == str(process)
        watchdog = int(asked) / 1_000_000 if ours and asked.isascii() and asked.isdigit() else 0.0
        return cls("\0" + name[1:] if name.startswith("@") else name, watchdog)

    def tell(self, word: str) -> None:
        """
        Without waiting: if he does not take it now he is not told.

        :param word: one or more lines of sd_notify(3).
        """
        if not self.socket:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
            way.setblocking(False)
            way.sendto(word.encode(), self.socket)


class Pulse(MultiService):
    """Tells a listener when the daemon runs, that it lives, and when it ends; and the log when it stood still."""

    _log = Logger()

    def __init__(self, listener: Listener, reactor: Reactor, clock: IReactorTime) -> None:
        """
        :param listener: is told.
        :param reactor: says when it runs.
        :param clock: the reactor's.
        """
        super().__init__()
        self._listener = listener
        self._reactor = reactor
        self._clock = clock
        self._looked: float | None = None
        Regular(LOOK, self._look, clock).setServiceParent(self)
        if listener.watchdog:
            # Three times in each of his turns: one word may be late, and another one lost.
            Regular(listener.watchdog / 3, self._live, clock).setServiceParent(self)

    def startService(self) -> None:
        """It runs as soon as the reactor does: all sockets are open then."""
        super().startService()
        self._reactor.callWhenRunning(self._run)

    def stopService(self) -> object:
        """It ends; that takes less time than there is between two words."""
        self._listener.tell("STOPPING=1")
        return super().stopService()

    def _run(self) -> None:
        self._listener.tell("READY=1")

    def _live(self) -> None:
        self._listener.tell("WATCHDOG=1")

    def _look(self) -> None:
        now, before = self._clock.seconds(), self._looked
        self._looked = now
        if before is not None and now - before >= HALT:
            self._log.warn("Nothing was done for {seconds:.1f} s: too much work at once?", seconds=now - before - LOOK)
