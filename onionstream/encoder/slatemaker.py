"""Has ffmpeg make the slate, once for each change of the settings."""

from __future__ import annotations

from collections.abc import Callable
from signal import SIGKILL

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime
from twisted.logger import Logger

from onionstream.encoder.commands import Command
from onionstream.encoder.lastlines import LastLines
from onionstream.encoder.process import EncoderProcess, spawn
from onionstream.encoder.sources import CommandError
from onionstream.encoder.surroundings import is_runnable
from onionstream.video.errors import VideoError
from onionstream.video.slate import Slate

LARGEST = 4 * 1024 * 1024
"""Bytes of a slate at the most; one of 640x360 has 10 000."""

PATIENCE = 60.0
"""Seconds that making it may take; it takes half a second."""


class SlateMaker(Service):
    """
    Makes a slate when it is started, and again when it is told.

    Without one the program runs on all the same: so whatever goes wrong is one line in the log.
    """

    _log = Logger()

    def __init__(
        self,
        command: Callable[[], Command],
        put: Callable[[Slate | None], object],
        reactor: IReactorProcess,
        *,
        runnable: Callable[[str], bool] = is_runnable,
    ) -> None:
        """
        :param command: how to have it made; may raise `CommandError`.
        :param put: takes the slate; None while there is none.
        :param reactor: starts the process; also gives ``IReactorTime``.
        :param runnable: whether a path is a program we may start.
        """
        self._command = command
        self._put = put
        self._reactor = reactor
        self._clock = IReactorTime(reactor)
        self._runnable = runnable
        self._making: _Making | None = None

    def startService(self) -> None:
        """Make one."""
        super().startService()
        self._make()

    def stopService(self) -> None:
        """Make none any more."""
        super().stopService()
        self._forget()

    def again(self) -> None:
        """Make another one in the same way, since what it must be like has changed."""
        self.replace(self._command)

    def replace(self, command: Callable[[], Command]) -> None:
        """
        Make another one.

        :param command: as for the constructor.
        """
        self._command = command
        self._put(None)
        if self.running:
            self._forget()
            self._make()

    def _make(self) -> None:
        try:
            command = self._command()
            if self._runnable(command.program):
                self._making = _Making(self._take, self._clock)
                self._making.begin(self._reactor, command)
        except (CommandError, OSError):
            self._making = None  # what is wrong the encoder says, which needs the same

    def _forget(self) -> None:
        if self._making is not None:
            self._making.end()
            self._making = None

    def _take(self, making: _Making, data: bytes, how: str) -> None:
        if making is not self._making:
            return
        self._making = None
        try:
            self._put(Slate.parse(data))
        except VideoError:
            self._log.warn("There is no picture for outages: ffmpeg, asked for one, {how}.", how=how)


class _Making:
    """One run of ffmpeg."""

    def __init__(self, done: Callable[[_Making, bytes, str], None], clock: IReactorTime) -> None:
        self._done = done
        self._clock = clock
        self._data = bytearray()
        self._process: EncoderProcess | None = None
        self._timer: IDelayedCall | None = None

    def begin(self, reactor: IReactorProcess, command: Command) -> None:
        """:raises OSError: the system has no process or file descriptor left."""
        self._process = spawn(reactor, command, self, LastLines())
        self._timer = self._clock.callLater(PATIENCE, self.end)

    def end(self) -> None:
        """It is of no use any more, or takes too long."""
        if self._process is not None:
            self._process.signal(SIGKILL)

    def output(self, data: bytes) -> None:
        """See ``process.Listener``."""
        if len(self._data) + len(data) > LARGEST:
            self.end()
        else:
            self._data += data

    def ended(self, how: str) -> None:
        """See ``process.Listener``."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._done(self, bytes(self._data), how)
