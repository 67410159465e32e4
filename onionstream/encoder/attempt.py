"""One run of ffmpeg from its start to its end: its bytes go on air; silence and garbage end it."""

from __future__ import annotations

from signal import SIGCONT, SIGKILL, SIGTERM, Signals
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime
from twisted.logger import Logger

from onionstream.encoder.commands import Command
from onionstream.encoder.lastlines import LastLines
from onionstream.encoder.process import EncoderProcess, spawn
from onionstream.video.errors import VideoError

SLOW_START = 15.0
"""Seconds a run may take to its first byte, if ``stall`` is not longer: cameras and sound servers are slow to open."""

TERM_PATIENCE = 3.0
"""Seconds between a friendly end and a forced one (R-02, R-08)."""

_TICK = 1.0  # seconds between two looks at the silence


class Run(Protocol):
    """One run of the encoder, as the video side sees it."""

    def feed(self, data: bytes) -> int:
        """
        Take bytes of fragmented MP4.

        :return: how many frames they completed.
        :raises VideoError: they cannot be used; the run is over then.
        """

    def end(self) -> None:
        """The run is over."""


class Air(Protocol):
    """Where the encoder's runs go on air."""

    def begin_run(self, generation: int) -> Run:
        """
        The encoder has been started.

        :param generation: the run's number, from 1.
        """

    def off_air(self, *, returning: bool) -> None:
        """
        No run is open.

        :param returning: one will be soon.
        """


class Owner(Protocol):
    """Who began an attempt and decides what follows."""

    def on_air(self) -> None:
        """The first frame has come."""

    def failing(self, why: str, ran_for: float) -> None:
        """It gives no picture any more and is being ended; ``why`` and ``ran_for`` as for ``over``."""

    def over(self, why: str, ran_for: float) -> None:
        """The process is gone. ``why`` continues a sentence about ffmpeg; ``ran_for`` are the seconds it was on air."""


class Attempt:
    """A run of ffmpeg under watch."""

    _log = Logger()

    def __init__(self, owner: Owner, reactor: IReactorProcess, stall: float, lines: LastLines) -> None:
        """
        :param owner: hears how it goes.
        :param reactor: starts the process; also gives ``IReactorTime``.
        :param stall: seconds without a frame after which the run counts as stuck.
        :param lines: takes what ffmpeg says.
        """
        self._owner = owner
        self._reactor = reactor
        self._clock = IReactorTime(reactor)
        self._stall = stall
        self._tick = min(_TICK, stall / 4)
        self._lines = lines
        self._run: Run | None = None
        self._process: EncoderProcess | None = None
        self._timer: IDelayedCall | None = None
        self._silence = 0.0
        self._patience = max(stall, SLOW_START)
        self._first_frame = self._last_frame = 0.0
        self._frames = 0
        self._why = ""

    def begin(self, command: Command, air: Air, generation: int) -> None:
        """
        Start ffmpeg.

        :raises OSError: the system has no process or file descriptor left; nothing has begun then.
        """
        self._lines.begin_run()
        self._process = spawn(self._reactor, command, self, self._lines)
        self._run = air.begin_run(generation)
        self._timer = self._clock.callLater(self._tick, self._listen)

    def end(self, why: str) -> None:
        """
        Take the run off the air and end the process: with TERM, and 3 s later with KILL.

        CONT lets a process that was stopped hear of it. The owner is told when it is over.

        :param why: continues a sentence about ffmpeg.
        """
        if self._why:
            return
        self._why = why
        self._leave_air()
        self._cancel()
        self._signal(SIGTERM, SIGCONT)
        self._timer = self._clock.callLater(TERM_PATIENCE, self._signal, SIGKILL)

    def output(self, data: bytes) -> None:
        """Video has been made. What comes while the run is being ended is nobody's any more."""
        if self._run is None:
            return
        self._patience = self._stall
        try:
            frames = self._run.feed(data)
        except VideoError as problem:
            self._fail(f"sent what is no video we can use ({problem})")
        except Exception:  # noqa: BLE001 - whatever a stream does to us, it costs this run and no more (R-05)
            self._log.failure("The encoder's bytes met a fault of ours")
            self._fail("sent what is no video we can use")
        else:
            self._count(frames)

    def ended(self, how: str) -> None:
        """The process is gone."""
        self._cancel()
        self._leave_air()
        self._owner.over(self._why or how, self._ran_for)

    def _count(self, frames: int) -> None:
        """Frames have come, or bytes that completed none."""
        if not frames:
            return
        self._silence = 0.0
        self._last_frame = self._clock.seconds()
        if not self._frames:
            self._first_frame = self._last_frame
            self._owner.on_air()
        self._frames += frames

    def _listen(self) -> None:
        """
        Another tick has passed.

        Silence is counted in ticks and not read from a clock: when the daemon itself was stopped or suspended, that is
        one tick, and what ffmpeg sent in the meantime is read before the next (R-32).
        """
        self._silence += self._tick
        if self._silence >= self._patience:
            self._fail(f"gave no picture for {self._silence:.0f} s")
        else:
            self._timer = self._clock.callLater(self._tick, self._listen)

    def _fail(self, why: str) -> None:
        """End a run that is of no use."""
        self.end(why)
        self._owner.failing(why, self._ran_for)

    @property
    def _ran_for(self) -> float:
        """Seconds on air."""
        return self._last_frame - self._first_frame

    def _leave_air(self) -> None:
        """The run is over for the video side; it hears so once."""
        if self._run is not None:
            run, self._run = self._run, None
            run.end()

    def _signal(self, *numbers: Signals) -> None:
        """Send signals to the process."""
        for number in numbers:
            if self._process is not None:
                self._process.signal(number)

    def _cancel(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
