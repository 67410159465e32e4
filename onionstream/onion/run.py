"""
One run of a tor of ours from its start to its end: the process, and the connection to it.

Its end has an order, because a tor with ``Sandbox 1`` hears TERM only every other time: ``SIGNAL TERM`` on the control
connection, some seconds later TERM, and some seconds later KILL. A tor that hangs is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from signal import SIGCONT, SIGKILL, SIGTERM, Signals
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime, IReactorUNIX
from twisted.internet.task import deferLater
from twisted.logger import Logger

from onionstream.onion.attention import Attention
from onionstream.onion.control import Control, connect
from onionstream.onion.errors import LostError, NobodyListensError, OnionError
from onionstream.onion.process import TorProcess, spawn
from onionstream.onion.progress import Progress
from onionstream.onion.replies import CircuitRate
from onionstream.onion.torrc import Paths
from onionstream.onion.words import LastWords

ASKED_PATIENCE = 4.0
"""Seconds that tor has after ``SIGNAL TERM``; it needs some 10 ms."""

TERM_PATIENCE = 3.0
"""Seconds that it has after TERM. The daemon as a whole ends within 15 (R-40)."""

SLOW_START = 60.0
"""Seconds from the start to the first word on the control connection; usually 0.2."""

_EVERY = 0.05  # seconds from one try to connect to the next
_BURIAL = 1.0  # seconds in which the end of a process is heard after that of its connection
_WARNINGS = 20  # different warnings of tor's in so many seconds that are logged, each once...
_QUIET = 600.0  # ... whatever it counts in them: where a network blocks it, there are three every other second
_COUNTED = re.compile(r"\d+")


class Owner(Protocol):
    """Who began a run and decides what follows."""

    def control_open(self) -> str:
        """
        The connection stands, and tor has its key.

        :return: the address.
        :raises KeyFilesError: it has a key that it should not have.
        """

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
        self._process: TorProcess | None = None
        self._talk: Deferred[None] | None = None
        self._timer: IDelayedCall | None = None
        self._attention: Attention | None = None
        self._logged: dict[str, float] = {}
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

    async def offer_anew(self) -> None:
        """
        End all connections to the service, and offer it again.

        :raises ControlError: tor does not do it.
        """
        if self.control is not None:
            await self.control.withdraw()
            if self._attention is not None:
                self._attention.withdrawn()
            await self.control.reload()

    async def renew(self) -> None:
        """
        Let tor read its configuration, and who is invited, again.

        :raises ControlError: it does not.
        """
        if self.control is not None:
            await self.control.reload()

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
            address = self._owner.control_open()
            self._attention = Attention(control, self._clock, self._heard, self._owner.traffic, self._hung)
            await self._attention.begin(address)
            how = await control.lost()
        except LostError as problem:
            self._lost(str(problem))
        except OnionError as problem:
            self.end(str(problem))
        else:
            self._lost(f"tor {how}.")

    def _lost(self, why: str) -> None:
        """The connection has ended. As a rule the process ends with it, and what is heard of that says more."""
        self.control = None
        if not self._why:
            self._timer = self._clock.callLater(_BURIAL, self.end, why)

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

    def _heard(self, progress: Progress) -> None:
        """It has come so far, if that is of interest still."""
        if not self._why:
            self._owner.heard(progress)

    def _hung(self, why: str) -> None:
        self.end(why, asking=False)

    def _output(self, data: bytes) -> None:
        """It has written; warnings go into our log, without what they must not tell."""
        now = self._clock.seconds()
        self._logged = {kind: when for kind, when in self._logged.items() if now - when < _QUIET}
        for words in self._words.feed(data):
            kind = _COUNTED.sub("", words)
            if kind not in self._logged and len(self._logged) < _WARNINGS:
                self._logged[kind] = now
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
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._attention is not None:
            self._attention.end()
