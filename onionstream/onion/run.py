"""
One run of tor from its start to its end: the process, the connection to it, and the pulse.

Its end has an order, because a tor with ``Sandbox 1`` hears TERM only every other time: ``SIGNAL TERM`` on the control
connection, some seconds later TERM, and some seconds later KILL. A tor that hangs is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from signal import SIGCONT, SIGKILL, SIGTERM, Signals
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime, IReactorUNIX
from twisted.internet.task import deferLater
from twisted.logger import Logger

from onionstream.onion.control import Control, connect
from onionstream.onion.errors import ControlError, NobodyListensError
from onionstream.onion.process import TorProcess, spawn
from onionstream.onion.progress import Progress
from onionstream.onion.replies import CircuitRate, circuit_rate
from onionstream.onion.torrc import Paths
from onionstream.onion.words import LastWords

ASKED_PATIENCE = 4.0
"""Seconds that tor has after ``SIGNAL TERM``; it needs some 10 ms."""

TERM_PATIENCE = 3.0
"""Seconds that it has after TERM. The daemon as a whole ends within 15 (R-40)."""

PING = 15.0
"""Seconds from one ping to the next (R-11)."""

MISSES = 2
"""So many pings without an answer, and tor counts as hung (R-11)."""

SLOW_START = 60.0
"""Seconds from the start to the first word on the control connection; usually 0.2."""

_EVERY = 0.05  # seconds from one try to connect to the next
_BURIAL = 1.0  # seconds in which the end of a process is heard after that of its connection
_WARNINGS = 20  # warnings of tor's in a minute that are logged


class Owner(Protocol):
    """Who began a run and decides what follows."""

    def control_open(self) -> None:
        """The connection stands, and tor has its key."""

    def heard(self, progress: Progress) -> None:
        """It has come so far."""

    def traffic(self, rate: CircuitRate) -> None:
        """A circuit carried something."""

    def over(self, why: str, ran_for: float) -> None:
        """The process is gone. ``why`` is a sentence; ``ran_for`` are the seconds from its start."""


class Run:
    """
    A run of tor under watch.

    :ivar control: the connection to it; ``None``: not yet, or no longer.
    """

    _log = Logger()

    def __init__(self, owner: Owner, reactor: IReactorProcess, words: LastWords) -> None:
        """
        :param owner: hears how it goes.
        :param reactor: starts the process; also gives ``IReactorTime`` and ``IReactorUNIX``.
        :param words: takes what tor says.
        """
        self.control: Control | None = None
        self._owner = owner
        self._reactor = reactor
        self._clock = IReactorTime(reactor)
        self._words = words
        self._progress = Progress()
        self._process: TorProcess | None = None
        self._talk: Deferred[None] | None = None
        self._timer: IDelayedCall | None = None
        self._pulse: IDelayedCall | None = None
        self._unanswered = 0
        self._logged, self._minute = 0, 0.0
        self._why = ""

    def begin(self, arguments: Sequence[str], environment: Mapping[str, str], paths: Paths) -> None:
        """
        Start tor.

        :raises CannotStartError: the system has no process or file descriptor left; nothing has begun then.
        """
        self._words.begin_run()
        self._since = self._clock.seconds()
        self._process = spawn(self._reactor, arguments, environment, self._output, self._ended)
        self._talk = Deferred.fromCoroutine(self._converse(paths))
        self._talk.addErrback(lambda failure: failure.trap(CancelledError))

    def end(self, why: str, *, asking: bool = True) -> None:
        """
        End tor; the owner is told when it has ended.

        :param why: a sentence.
        :param asking: begin with ``SIGNAL TERM``; CONT lets a process that was stopped hear TERM.
        """
        if self._why:
            return
        self._why = why
        self._cancel()
        if asking and self.control is not None:
            self.control.terminate()
            self._timer = self._clock.callLater(ASKED_PATIENCE, self._end_by_signals)
        else:
            self._end_by_signals()

    def _end_by_signals(self) -> None:
        self._signal(SIGTERM, SIGCONT)
        self._timer = self._clock.callLater(TERM_PATIENCE, self._signal, SIGKILL)

    async def _converse(self, paths: Paths) -> None:
        """All that is said to tor of our own accord."""
        try:
            control = self.control = await self._connected(paths)
            await control.check(self._process.pid if self._process else 0)
            await control.own()
            self._owner.control_open()
            await self._follow(control)
            self._pulse = self._clock.callLater(PING, self._beat, control)
        except ControlError as problem:
            self.end(str(problem))
            return
        how = await control.lost()
        self.control = None
        if not self._why:
            self._timer = self._clock.callLater(_BURIAL, self.end, f"tor {how}.")

    async def _connected(self, paths: Paths) -> Control:
        """
        :return: the connection, as soon as tor listens.
        :raises ControlError: it never does, or does not let us in.
        """
        while True:
            try:
                return await connect(IReactorUNIX(self._reactor), paths.control, paths.cookie)
            except NobodyListensError:
                if self._clock.seconds() - self._since >= SLOW_START:
                    raise
            await deferLater(self._clock, _EVERY)

    async def _follow(self, control: Control) -> None:
        """Hear how far tor comes. First we listen and then we ask, or else something could happen in between."""
        await control.follow(
            {
                "STATUS_CLIENT": lambda event: self._now(self._progress.bootstrap(event)),
                "STATUS_GENERAL": lambda event: self._now(self._progress.general(event)),
                "NETWORK_LIVENESS": lambda event: self._now(self._progress.liveness(event)),
                "HS_DESC": lambda event: self._now(self._progress.descriptor(event)),
                "CIRC_BW": self._traffic,
            }
        )
        self._now(self._progress.bootstrap(await control.bootstrap_phase()), always=True)

    def _now(self, progress: Progress, *, always: bool = False) -> None:
        """The owner hears of what is new."""
        if progress != self._progress or always:
            self._progress = progress
            if not self._why:
                self._owner.heard(progress)

    def _traffic(self, event: str) -> None:
        if rate := circuit_rate(event):
            self._owner.traffic(rate)

    def _beat(self, control: Control) -> None:
        """
        Another ping is due.

        Silence is counted in pings and not read from a clock: when the daemon itself was stopped or suspended, that is
        one ping, and what tor has answered in the meantime is read before the next (R-32).
        """
        if self._unanswered >= MISSES:
            self.end(f"tor has not answered for {MISSES * PING:.0f} s.", asking=False)
            return
        self._pulse = self._clock.callLater(PING, self._beat, control)
        self._unanswered += 1
        if self._unanswered == 1:
            Deferred.fromCoroutine(control.ping()).addCallbacks(self._alive, lambda failure: failure.trap(ControlError))

    def _alive(self, _: None) -> None:
        self._unanswered = 0

    def _output(self, data: bytes) -> None:
        """It has written; warnings go into our log, without what they must not tell."""
        now = self._clock.seconds()
        if now - self._minute >= 60:
            self._logged, self._minute = 0, now
        for words in self._words.feed(data):
            self._logged += 1
            if self._logged <= _WARNINGS:
                self._log.warn("tor says: {words}", words=words)

    def _ended(self, how: str) -> None:
        """The process is gone."""
        self._words.feed(b"\n")
        self._why = self._why or f"tor {how}."
        self._cancel()
        if self._talk is not None:
            self._talk.cancel()
        if self.control is not None:
            self.control.close()
            self.control = None
        self._owner.over(self._why, self._clock.seconds() - self._since)

    def _signal(self, *numbers: Signals) -> None:
        if self._process is not None:
            self._process.signal(*numbers)

    def _cancel(self) -> None:
        """Wait for nothing any more."""
        for waiting in (self._timer, self._pulse):
            if waiting is not None and waiting.active():
                waiting.cancel()
