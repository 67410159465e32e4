"""
One run of ffmpeg, as a process.

Only file descriptors 0, 1 and 2 are open in it: what it reads, the video it makes, and what it says about that.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Any, Protocol, cast

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IDelayedCall, IProcessTransport, IReactorProcess, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from onionstream.encoder.commands import Command
from onionstream.encoder.lastlines import LastLines
from onionstream.endings import how_it_ended

STDERR_SHARE = 64 * 1024
"""Bytes of stderr that are read in one go; after that ffmpeg's writing waits for a moment (R-07)."""

STDERR_PAUSE = 0.1
"""Seconds of that moment. ffmpeg says a few hundred bytes a second at most; a flood is slowed to 640 kB/s."""

LINGERING = 1.0
"""Seconds after ffmpeg's exit in which what it left in its pipes is read; then they are closed, whoever holds them."""


class Listener(Protocol):
    """Who wants to know what a process does."""

    def output(self, data: bytes) -> None:
        """It wrote this on stdout."""

    def ended(self, how: str) -> None:
        """It is gone and leaves nothing behind; ``how`` continues a sentence that began with its name."""


class _Pipe(Protocol):
    """One end of a pipe to a process, as Twisted has it."""

    def pauseProducing(self) -> object:
        """Read nothing for now."""

    def resumeProducing(self) -> object:
        """Read again."""


class _Pipes(Protocol):
    """What ``IProcessTransport`` does not tell: the pipes that are still open, by file descriptor in the process."""

    pipes: dict[int, _Pipe]


class EncoderProcess(ProcessProtocol):
    """Turns what Twisted tells about a process into calls on a listener. It decides nothing."""

    transport: IProcessTransport

    def __init__(self, listener: Listener, stdin: bytes, lines: LastLines, clock: IReactorTime) -> None:
        """
        :param listener: hears of it.
        :param stdin: what the process is given to read.
        :param lines: takes what it says on stderr.
        :param clock: for moments of waiting.
        """
        self._listener = listener
        self._stdin = stdin
        self._lines = lines
        self._clock = clock
        self._stderr_bytes = 0
        self._resuming: IDelayedCall | None = None
        self._closing: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """The process has been started."""
        if self._stdin:
            self.transport.writeToChild(0, self._stdin)
        self.transport.closeStdin()

    def outReceived(self, data: bytes) -> None:
        """It wrote on stdout."""
        self._listener.output(data)

    def errReceived(self, data: bytes) -> None:
        """It wrote on stderr. One that writes more than anybody reads must not keep the reactor busy."""
        self._lines.feed(data)
        self._stderr_bytes += len(data)
        if self._resuming is None:
            self._resuming = self._clock.callLater(STDERR_PAUSE, self._resume_stderr)
        if self._stderr_bytes >= STDERR_SHARE and (pipe := self._stderr()):
            pipe.pauseProducing()

    def processExited(self, reason: Failure) -> None:  # noqa: ARG002 - processEnded tells it again
        """It is gone, but another process may hold its pipes open."""
        self._closing = self._clock.callLater(LINGERING, self._close)

    def processEnded(self, reason: Failure) -> None:
        """It is gone and its pipes are closed."""
        for waiting in (self._resuming, self._closing):
            if waiting is not None and waiting.active():
                waiting.cancel()
        self._lines.end_run()
        self._listener.ended(how_it_ended(reason))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal. A process that is gone needs none."""
        with suppress(ProcessExitedAlready):
            self.transport.signalProcess(number)  # by number: Twisted knows the names of a few only

    def _close(self) -> None:
        """Read no more; Twisted then tells that the process has ended."""
        self.transport.loseConnection()

    def _resume_stderr(self) -> None:
        """The moment is over."""
        self._resuming = None
        if self._stderr_bytes >= STDERR_SHARE and (pipe := self._stderr()):
            pipe.resumeProducing()
        self._stderr_bytes = 0

    def _stderr(self) -> _Pipe | None:
        """:return: the pipe of stderr while it is open."""
        return cast("_Pipes", self.transport).pipes.get(2)


def spawn(reactor: IReactorProcess, command: Command, listener: Listener, lines: LastLines) -> EncoderProcess:
    """
    Start ffmpeg.

    :raises OSError: the system has no process or file descriptor left.
    """
    process = EncoderProcess(listener, command.stdin, lines, IReactorTime(reactor))
    arguments, environment = list(command.arguments), dict(command.environment)
    pipes: dict[int, Any] = {0: "w", 1: "r", 2: "r"}
    reactor.spawnProcess(process, arguments[0], arguments, environment, childFDs=pipes)
    return process
