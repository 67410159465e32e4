"""tor as a process, and ``tor --version`` as another."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IDelayedCall, IProcessTransport, IReactorProcess, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from onionstream.endings import how_it_ended
from onionstream.onion.errors import CannotStartError

LINGERING = 1.0
"""Seconds after tor's exit in which what it left in its pipes is read; then they are closed, whoever holds them."""

PATIENCE = 10.0
"""Seconds for ``tor --version``, which takes some 20 ms."""

_MOST = 64 * 1024  # bytes of an answer that are kept
_PIPES: dict[int, Any] = {0: "w", 1: "r", 2: "r"}


class TorProcess(ProcessProtocol):
    """Turns what Twisted tells about a process into two calls. It decides nothing."""

    transport: IProcessTransport

    def __init__(self, output: Callable[[bytes], object], ended: Callable[[str], object], clock: IReactorTime) -> None:
        """
        :param output: takes what it writes, on stdout and stderr alike.
        :param ended: hears how it ended, in words that continue a sentence about it.
        :param clock: for a moment of waiting.
        """
        self._output = output
        self._ended = ended
        self._clock = clock
        self._closing: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """It has been started; there is nothing for it to read."""
        self.transport.closeStdin()

    def childDataReceived(self, childFD: int, data: bytes) -> None:  # noqa: ARG002 - it complains on both
        """It has written."""
        self._output(data)

    def processExited(self, reason: Failure) -> None:  # noqa: ARG002 - processEnded tells it again
        """It is gone, but another process may hold its pipes open."""
        self._closing = self._clock.callLater(LINGERING, self.transport.loseConnection)

    def processEnded(self, reason: Failure) -> None:
        """It is gone and its pipes are closed."""
        if self._closing is not None and self._closing.active():
            self._closing.cancel()
        self._ended(how_it_ended(reason))

    @property
    def pid(self) -> int:
        """Its number while it runs; afterwards nothing that could be another's."""
        return self.transport.pid or 0

    def signal(self, *numbers: signal.Signals) -> None:
        """Send signals. A process that is gone needs none."""
        for number in numbers:
            with suppress(ProcessExitedAlready):
                self.transport.signalProcess(number)


def spawn(
    reactor: IReactorProcess,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    output: Callable[[bytes], object],
    ended: Callable[[str], object],
) -> TorProcess:
    """
    Start a program.

    :param arguments: the first is its path in full.
    :raises CannotStartError: the system has no process or file descriptor left.
    """
    process = TorProcess(output, ended, IReactorTime(reactor))
    try:
        reactor.spawnProcess(process, arguments[0], list(arguments), dict(environment), childFDs=_PIPES)
    except OSError as problem:
        raise CannotStartError(f"tor cannot be started: {problem.strerror}.") from problem
    return process


def ask(reactor: IReactorProcess, arguments: Sequence[str], environment: Mapping[str, str]) -> Deferred[str]:
    """
    Run a program that answers and ends.

    :return: fires with what it wrote, at most 64 KiB of it, when it has ended. Cancelling ends it.
    :raises CannotStartError: as `spawn`.
    """
    heard = bytearray()
    process: TorProcess

    def output(data: bytes) -> None:
        heard.extend(data[: _MOST - len(heard)])

    def ended(_how: str) -> None:
        if timer.active():
            timer.cancel()
        if not answer.called:
            answer.callback(heard.decode(errors="replace"))

    answer: Deferred[str] = Deferred(lambda _: process.signal(signal.SIGKILL))
    timer = IReactorTime(reactor).callLater(PATIENCE, lambda: process.signal(signal.SIGKILL))
    try:
        process = spawn(reactor, arguments, environment, output, ended)
    except CannotStartError:
        timer.cancel()
        raise
    return answer
