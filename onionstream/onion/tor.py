"""
Keeps one tor running, with the onion service in it.

The states are those of `onionstream.onion.progress`. Whatever goes wrong is a sentence in the status and a line in the
log, and nothing of it keeps the site from its work. tor is restarted as rarely as possible: viewers who hold the old
descriptor may need minutes to find the service again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.onion import version
from onionstream.onion.attached import Attached
from onionstream.onion.backoff import Backoff
from onionstream.onion.control import Control
from onionstream.onion.errors import CannotStartError, ControlError
from onionstream.onion.files import forget_socket, onion_address, prepare, prepare_service, write
from onionstream.onion.process import ask
from onionstream.onion.progress import Progress, State, Status
from onionstream.onion.replies import CircuitRate
from onionstream.onion.run import Run
from onionstream.onion.surroundings import Surroundings
from onionstream.onion.torrc import Paths, setconf, torrc
from onionstream.onion.words import LastWords, refusal
from onionstream.settings import config
from onionstream.waiting import Waiting

AGAIN = 60.0
"""Seconds after which something is tried again that a person must mend first. Nothing has been published then."""

_STATUS_LINES = 20

_ONLY = ("--defaults-torrc", "/nonexistent", "-f")  # only the configuration that follows counts


class Tor(Service):
    """Starts tor, and starts it again whenever it ends or hangs."""

    _log = Logger()

    def __init__(
        self,
        settings: config.Tor,
        paths: Paths,
        reactor: IReactorProcess,
        chance: Callable[[], float],
        surroundings: Surroundings,
        *,
        traffic: Callable[[CircuitRate], object] = lambda _: None,
        backoff: Backoff = Backoff(),  # noqa: B008 - a frozen value
    ) -> None:
        """
        :param reactor: also gives ``IReactorTime`` and ``IReactorUNIX``.
        :param chance: from 0 to 1.
        :param traffic: hears once in a second or so what each circuit carried.
        :param backoff: how long to wait after tor has ended.
        """
        self._settings = settings
        self._paths = paths
        self._reactor = reactor
        self._clock = IReactorTime(reactor)
        self._chance = chance
        self._surroundings = surroundings
        self._traffic = traffic
        self._backoff = backoff
        self._words = LastWords()
        self._run: Run | Attached | None = None
        self._starting: Deferred[None] | None = None
        self._waiting: IDelayedCall | None = None
        self._stopped: list[Deferred[None]] = []
        self._changing = Waiting()
        self._next_try = 0.0
        self._failures = 0
        self._address = ""
        self._told = ""
        self._since = self._clock.seconds()
        self.state = State.STOPPED
        self._rest()

    def status(self) -> Status:
        """:return: how it is now."""
        now = self._clock.seconds()
        waiting = self._waiting is not None and self._waiting.active()
        next_try = f" Next try in {max(0.0, self._next_try - now):.0f} s." if waiting else ""
        return Status(
            state=self.state,
            sentence=self._sentence + next_try,
            address=self._address,
            percent=self._percent,
            seconds=now - self._since,
            lines=tuple(self._words.lines)[-_STATUS_LINES:],
        )

    def changed(self) -> Deferred[None]:
        """Fires when the state or its sentence next changes. May be cancelled."""
        return self._changing.wait()

    @property
    def own_control(self) -> Control | None:
        """The connection to a tor of ours; ``None``: there is none, or it is one of the system, with its own users."""
        return self._run.control if isinstance(self._run, Run) else None

    def startService(self) -> None:
        """Start tor; one that is just being stopped is followed by another."""
        super().startService()
        if self.state is not State.STOPPING:
            self._begin_afresh()

    def stopService(self) -> Deferred[None]:
        """:return: fires when tor has ended: at once as a rule, 7 s later when it must be killed."""
        super().stopService()
        return self._stop()

    def replace(self, settings: config.Tor) -> Deferred[None]:
        """
        Go on with other settings. tor runs on wherever it can, and so do all connections.

        :return: fires when tor has been told.
        """
        before, self._settings = self._settings, settings
        if not self.running or settings == before:
            return succeed(None)
        if not settings.enabled:
            return self._stop()
        if self._run is None or (settings.program, settings.control) != (before.program, before.control):
            self.restart()
            return succeed(None)
        return Deferred.fromCoroutine(self._rewrite())

    def restart(self) -> None:
        """End tor and start it again at once; or start at once what was waiting."""
        if not self.running or self.state is State.STOPPING:
            return
        if self._run is None:
            self._begin_afresh()
        else:
            self._end("The onion service is being restarted.")

    def reload(self) -> Deferred[None]:
        """
        Let tor read again who is invited, if it runs; nobody's connection ends.

        :return: fires when it has heard, or with `ControlError`.
        """
        return Deferred.fromCoroutine(self._run.renew()) if self._run else succeed(None)

    def close_circuit(self, circuit: int) -> Deferred[None]:
        """
        Close a circuit, with all connections on it.

        :return: fires when it is closed, or with `ControlError`.
        """
        control = self._run.control if self._run else None
        return Deferred.fromCoroutine(control.close_circuit(circuit)) if control else succeed(None)

    def flooded(self, circuit: int) -> None:
        """A circuit goes on asking for too much; it is closed if ``close_floods`` in ``[tor]`` says so."""
        if self._settings.close_floods:
            self.close_circuit(circuit).addErrback(lambda failure: failure.trap(ControlError))

    def offer_anew(self) -> Deferred[None]:
        """
        End all connections to the onion service, and publish it anew: only who may come now comes in again.

        Whoever was let in before could otherwise go on, and come back for hours with the descriptor he has. For those
        who may come it is like a restart of tor.

        :return: fires when the connections have ended, or with `ControlError`.
        """
        return Deferred.fromCoroutine(self._run.offer_anew()) if self._run else succeed(None)

    def control_open(self) -> str:
        """Tor runs and has its key; :return: the address."""
        self._address = onion_address(self._paths.service)
        return self._address

    def heard(self, progress: Progress) -> None:
        """Tor has come so far."""
        self._percent = progress.percent
        self._enter(progress.state, progress.sentence)

    def traffic(self, rate: CircuitRate) -> None:
        """A circuit carried something."""
        self._traffic(rate)

    def over(self, why: str, ran_for: float) -> None:
        """A run's process is gone."""
        self._run = None
        if self.state is State.STOPPING:
            self._rest()
            if self.running:
                self._begin_afresh()
        else:
            self._failures = self._backoff.failures(self._failures, ran_for)
            said = self._words.reason() if "with status" in why else ""  # a signal has other reasons
            self._fail(f"{why} {said}".strip(), self._backoff.wait(self._failures, self._chance()))
        waiting, self._stopped = self._stopped, []
        for one in waiting:
            one.callback(None)

    def _begin_afresh(self) -> None:
        """Begin as if nothing had failed yet, if there is to be an onion service."""
        self._failures = 0
        self._told = ""
        if self._settings.enabled:
            self._begin()
        else:
            self._rest()

    def _begin(self) -> None:
        """Start tor, or say why not."""
        self._cancel()
        self._percent = 0
        self._enter(State.STARTING, "The onion service is being started.")
        self._starting = Deferred.fromCoroutine(self._start())
        self._starting.addErrback(self._not_started)

    async def _start(self) -> None:
        """
        Look whether tor can be started, and start it.

        :raises CannotStartError: it cannot.
        """
        if self._settings.control:
            self._attach(Path(self._settings.control.removeprefix("unix:")))
            return
        old = version.warning(await self._ask("--version"))
        self._address = prepare(self._paths, self._torrc(), allow_tmpfs=self._settings.allow_tmpfs)
        forget_socket(self._paths)
        if old:
            self._log.warn("{old}", old=old)
        run = Run(self, self._reactor, self._words)
        program = self._surroundings.program(self._settings.program)
        words = [*self._surroundings.wrapper, program, *_ONLY, str(self._paths.torrc)]
        run.begin(words, self._environment(), self._paths)
        self._run = run

    def _environment(self) -> dict[str, str]:
        """:return: all that tor knows of ours."""
        return {"HOME": str(self._paths.data), "LANG": "C.UTF-8", "TZ": "UTC", "PATH": self._surroundings.search_path}

    async def _ask(self, *words: str) -> str:
        """:return: what tor says to these arguments, and ends; :raises CannotStartError: it is not there."""
        command = [self._surroundings.program(self._settings.program), *words]
        return await ask(self._reactor, command, self._environment())

    def _attach(self, socket: Path) -> None:
        """
        Offer the service to a tor that runs already.

        :raises CannotStartError: it could not be offered.
        """
        offer = setconf(self._settings, self._paths)
        self._address = prepare_service(self._paths, allow_tmpfs=self._settings.allow_tmpfs)
        self._words.begin_run()
        attached = Attached(self, self._reactor, self._paths.service)
        self._run = attached
        attached.begin(socket, offer)

    def _torrc(self) -> str:
        """:return: the text of tor's configuration."""
        return torrc(self._settings, self._paths, os.getpid(), self._surroundings.extra)

    def _not_started(self, failure: Failure) -> None:
        """It has not been started."""
        if failure.check(CancelledError):
            return
        if not failure.check(CannotStartError):
            self._log.failure("The start of tor met a fault of ours", failure)
        problem = failure.getErrorMessage() if failure.check(CannotStartError) else "tor could not be started."
        self._fail(problem, AGAIN)

    def _fail(self, problem: str, wait: float) -> None:
        """Begin again after a while; the log hears of one problem once."""
        self._percent = 0
        self._waiting = self._clock.callLater(wait, self._begin)
        self._next_try = self._clock.seconds() + wait
        if problem != self._told:
            self._told = problem
            self._log.warn("{problem} Next try in {wait:.0f} s.", problem=problem, wait=wait)
        self._enter(State.FAILED, problem)

    async def _rewrite(self) -> None:
        """Other settings for the tor that runs. One that reads what it cannot use would end, so it is asked before."""
        try:
            if isinstance(self._run, Attached):
                await self._run.renew(setconf(self._settings, self._paths))
                return
            write(self._paths.candidate, self._torrc())
            refused = refusal(await self._ask(*_ONLY, str(self._paths.candidate), "--verify-config"))
            if not refused:
                self._paths.candidate.replace(self._paths.torrc)
                await self.reload()
        except (OSError, CannotStartError, ControlError) as problem:
            refused = str(problem)
        if refused:
            self._log.warn("tor keeps its former settings until its next start: {problem}", problem=refused)

    def _stop(self) -> Deferred[None]:
        """:return: fires when nothing runs any more."""
        self._cancel()
        if self._run is None:
            self._rest()
            return succeed(None)
        stopped: Deferred[None] = Deferred()
        self._stopped.append(stopped)
        self._end("The onion service is being stopped.")
        return stopped

    def _end(self, sentence: str) -> None:
        """End the present run, for a reason that is not its fault."""
        self._enter(State.STOPPING, sentence)
        if self._run is not None:
            self._run.end(sentence)

    def _rest(self) -> None:
        """Nothing runs and nothing will."""
        self._percent = 0
        if self._settings.enabled:
            self._enter(State.STOPPED, "The onion service is switched off.")
        else:
            self._enter(State.DISABLED, "There is no onion address, as was asked for ([tor] enabled, or --no-tor).")

    def _enter(self, state: State, sentence: str) -> None:
        """Be in a state from now on, and tell those who wait for it."""
        if state is not self.state and state in {State.PUBLISHING, State.REACHABLE}:
            self._log.info("{sentence}", sentence=sentence)
        if state is not self.state:
            self._since = self._clock.seconds()
        self.state, self._sentence = state, sentence
        self._changing.wake()

    def _cancel(self) -> None:
        """Wait for nothing any more."""
        if self._starting is not None:
            self._starting.cancel()
        if self._waiting is not None and self._waiting.active():
            self._waiting.cancel()
