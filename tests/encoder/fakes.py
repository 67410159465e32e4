"""Invented processes on an invented clock, and a video side that writes down what it hears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from signal import SIGKILL, SIGTERM, Signals
from typing import AnyStr

from twisted.internet.error import ProcessDone, ProcessExitedAlready, ProcessTerminated
from twisted.internet.interfaces import IAddress, IProcessProtocol, IProcessTransport, IReactorProcess
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer

from onionstream.encoder.commands import Command
from onionstream.video.errors import VideoError

FRAME = b"F"
"""A byte that the invented video side takes for a frame; any other but garbage completes none."""

GARBAGE = b"G"
"""One that it takes for garbage."""

SURPRISE = b"S"
"""One on which it fails as no code of ours should."""


class FakePipe:
    """One end of a pipe."""

    def __init__(self) -> None:
        """A pipe that is read."""
        self.paused = False

    def pauseProducing(self) -> None:
        """Read nothing for now."""
        self.paused = True

    def resumeProducing(self) -> None:
        """Read again."""
        self.paused = False


@implementer(IProcessTransport)
class FakeProcess:
    """
    A process that does what the test says.

    :ivar obedient: it ends on TERM.
    :ivar signals: those it was sent.
    """

    def __init__(self, reactor: FakeReactor, protocol: IProcessProtocol, arguments: Sequence[str]) -> None:
        """A process that has just been started."""
        self.pid = 1000 + len(reactor.processes)
        self.arguments = arguments
        self.obedient = reactor.obedient
        self.signals: list[str] = []
        self.stdin = b""
        self.stdin_open = True
        self.ended = False
        self.closed = False
        self.pipes = {1: FakePipe(), 2: FakePipe()}
        self._protocol = protocol
        self._reactor = reactor

    def says(self, data: bytes) -> None:
        """Write on stdout."""
        self._protocol.childDataReceived(1, data)

    def complains(self, data: bytes) -> None:
        """Write on stderr."""
        self._protocol.childDataReceived(2, data)

    def exit(self, status: int = 0, signal: int | None = None) -> None:
        """End, and leave the pipes to others."""
        self.ended = True
        self._reason = Failure(ProcessTerminated(status, signal) if status or signal else ProcessDone(0))
        self._protocol.processExited(self._reason)

    def end(self, status: int = 0, signal: int | None = None) -> None:
        """End with all that belongs to it."""
        self.exit(status, signal)
        self._protocol.processEnded(self._reason)

    def signalProcess(self, signalID: str | int) -> None:
        """Take a signal; KILL always ends it, and TERM an obedient one: when the reactor comes to it."""
        if self.ended:
            raise ProcessExitedAlready
        number = Signals(int(signalID))
        self.signals.append(number.name.removeprefix("SIG"))
        if number == SIGKILL or (number == SIGTERM and self.obedient):
            self._reactor.callLater(0, self.end, 0, number)

    def writeToChild(self, childFD: int, data: bytes) -> None:
        """Give it something to read."""
        self.stdin += data

    def closeStdin(self) -> None:
        """There is nothing more to read."""
        self.stdin_open = False

    def loseConnection(self) -> None:
        """Close all pipes."""
        self.closed = True
        if self.ended:
            self._protocol.processEnded(self._reason)

    def write(self, data: bytes) -> None:
        """Not used here."""

    def writeSequence(self, data: Iterable[bytes]) -> None:
        """Not used here."""

    def getPeer(self) -> IAddress:
        """Not used here."""
        raise NotImplementedError

    def getHost(self) -> IAddress:
        """Not used here."""
        raise NotImplementedError

    def closeChildFD(self, descriptor: int) -> None:
        """Not used here."""

    def closeStdout(self) -> None:
        """Not used here."""

    def closeStderr(self) -> None:
        """Not used here."""


@implementer(IReactorProcess)
class FakeReactor(Clock):
    """
    Time that the test moves, and processes that it invents.

    :ivar processes: all that were started.
    :ivar obedient: whether those started from now on end on TERM.
    :ivar exhausted: no process can be started.
    """

    def __init__(self) -> None:
        """A reactor without processes."""
        super().__init__()
        self.processes: list[FakeProcess] = []
        self.obedient = True
        self.exhausted = False

    @property
    def process(self) -> FakeProcess:
        """The newest process."""
        return self.processes[-1]

    def spawnProcess(
        self,
        processProtocol: IProcessProtocol,
        executable: bytes | str,
        args: Sequence[bytes | str],
        env: Mapping[AnyStr, AnyStr] | None = None,
        path: bytes | str | None = None,
        uid: int | None = None,
        gid: int | None = None,
        usePTY: bool = False,
        childFDs: Mapping[int, int | str] | None = None,
    ) -> IProcessTransport:
        """Start an invented process."""
        if self.exhausted:
            raise OSError(24, "Too many open files")
        process = FakeProcess(self, processProtocol, [str(one) for one in args])
        self.executable, self.descriptors = executable, childFDs
        self.environment: object = env
        self.processes.append(process)
        processProtocol.makeConnection(process)
        return process

    def pass_time(self, seconds: float) -> None:
        """Let time pass as it really does: bit by bit."""
        self.pump([0.25] * round(seconds * 4))


class FakeRun:
    """One run of the encoder, as an invented video side sees it."""

    def __init__(self, heard: list[str], generation: int) -> None:
        """Begin."""
        self._heard = heard
        self._generation = generation
        heard.append(f"run {generation}")

    def feed(self, data: bytes) -> int:
        """Count frames."""
        if GARBAGE in data:
            raise VideoError("no box has this size")
        if SURPRISE in data:
            raise ZeroDivisionError
        return data.count(FRAME)

    def end(self) -> None:
        """End."""
        self._heard.append(f"end {self._generation}")


class FakeAir:
    """
    Where runs go on air.

    :ivar heard: what happened, in words.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.heard: list[str] = []

    def begin_run(self, generation: int) -> FakeRun:
        """Begin a run."""
        return FakeRun(self.heard, generation)

    def off_air(self, *, returning: bool) -> None:
        """Hear whether one will be soon."""
        self.heard.append("back soon" if returning else "off")


def a_command(*arguments: str, stdin: bytes = b"", text: str = "a picture") -> Command:
    """:return: a command that starts this program, the first of the arguments."""
    words = arguments or ("/usr/bin/ffmpeg", "-i", "it")
    return Command(program=words[0], arguments=words, environment={"PATH": "/bin"}, text=text, stdin=stdin)
