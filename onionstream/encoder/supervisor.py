"""
Keeps one ffmpeg running.

=============  ===================================================  =====================================
state          means                                                leaves it for
=============  ===================================================  =====================================
STOPPED        nobody wants a picture                               STARTING, UNUSABLE
STARTING       ffmpeg runs, no frame yet                            RUNNING, FAILING, WAITING
RUNNING        frames come                                          FAILING, WAITING
FAILING        silence or garbage: ffmpeg is being ended            WAITING
WAITING        it ended; it is started again after a while          STARTING, UNUSABLE
UNUSABLE       it cannot be started; tried again after a while      STARTING, UNUSABLE
REPLACING      it is being ended, and another begins at once after  STARTING, UNUSABLE
STOPPING       it is being ended for good                           STOPPED
=============  ===================================================  =====================================

`Supervisor.stopService` leads to STOPPED from each of them, and `Supervisor.replace` to STARTING from each but STOPPED:
where there is a process, by way of STOPPING and REPLACING.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorProcess, IReactorTime
from twisted.logger import Logger

from onionstream.encoder.attempt import Air, Attempt
from onionstream.encoder.backoff import Backoff
from onionstream.encoder.commands import Command
from onionstream.encoder.complaints import advice, complaint
from onionstream.encoder.lastlines import LastLines
from onionstream.encoder.sources import CommandError
from onionstream.encoder.surroundings import check_files, is_runnable
from onionstream.settings import config

SOON = 20.0
"""Seconds: a wait up to this is one that viewers are asked to sit through."""

PATIENCE = 8
"""Failures in a row that viewers are asked to sit through, as long as no wait is longer than ``SOON``."""

FIRST_PATIENCE = 4
"""The same where there has been no picture yet, and so nothing to come back: three seconds."""

_COMPLAINT_LINES = 6  # how far back the reason for an end may stand
_STATUS_LINES = 20


class State(Enum):
    """How the encoder is; the table at the top says what leads where."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    FAILING = "failing"
    WAITING = "waiting"
    UNUSABLE = "unusable"
    REPLACING = "replacing"
    STOPPING = "stopping"


_WITH_PROCESS = {State.STARTING, State.RUNNING, State.FAILING, State.REPLACING, State.STOPPING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """
    How the encoder is, for people.

    :ivar state: in a word.
    :ivar generation: runs so far; the number of the present one, if there is one.
    :ivar sentence: what happens, and what a person can do about it.
    :ivar seconds: how long it has been in this state.
    :ivar lines: what ffmpeg said last on stderr, the oldest first.
    :ivar trouble: what went wrong last; empty: nothing did.
    :ivar trouble_age: seconds since then.
    """

    state: State
    generation: int
    sentence: str
    seconds: float
    lines: tuple[str, ...]
    trouble: str = ""
    trouble_age: float = 0.0


class Supervisor(Service):
    """Starts ffmpeg, and starts it again whenever it ends, is stuck or sends garbage."""

    _log = Logger()

    def __init__(
        self,
        command: Callable[[], Command],
        air: Air,
        reactor: IReactorProcess,
        policy: config.Encoder,
        jitter: Callable[[], float],
        *,
        runnable: Callable[[str], bool] = is_runnable,
    ) -> None:
        """
        :param command: how to start ffmpeg; asked before each start, may raise `CommandError`.
        :param air: where its video goes.
        :param reactor: also gives ``IReactorTime``.
        :param policy: when ffmpeg counts as stuck, and how long to wait after failures.
        :param jitter: from -1 to 1, by chance.
        :param runnable: whether a path is a program we may start.
        """
        self._command = command
        self._air = air
        self._reactor = reactor
        self._clock = IReactorTime(reactor)
        self._policy = policy
        self._jitter = jitter
        self._runnable = runnable
        self._lines = LastLines()
        self._attempt: Attempt | None = None
        self._waiting: IDelayedCall | None = None
        self._next_try = 0.0
        self._stopped: list[Deferred[None]] = []
        self._generation = 0
        self._failures = 0
        self._announced = False
        self._text = self._trouble = ""
        self._trouble_at = 0.0
        self._enter(State.STOPPED, "The encoder is switched off.")

    def status(self) -> Status:
        """:return: how it is now."""
        now = self._clock.seconds()
        waiting = self._waiting is not None and self._waiting.active()
        next_try = f" Next try in {max(0.0, self._next_try - now):.0f} s." if waiting else ""
        return Status(
            state=self.state,
            generation=self._generation,
            sentence=self._sentence + next_try,
            seconds=now - self._since,
            lines=self._lines.last(_STATUS_LINES),
            trouble=self._trouble,
            trouble_age=now - self._trouble_at,
        )

    def startService(self) -> None:
        """Start ffmpeg; one that is just being stopped is followed by another."""
        super().startService()
        if self.state is State.STOPPING:
            self._enter(State.REPLACING, "ffmpeg is being restarted.")
        elif self.state is State.STOPPED:
            self._begin_afresh()

    def stopService(self) -> Deferred[None]:
        """:return: fires when ffmpeg has ended: at once, or 3 s later when it must be killed."""
        super().stopService()
        if self.state not in _WITH_PROCESS:
            self._stay_stopped()
            return succeed(None)
        stopped: Deferred[None] = Deferred()
        self._stopped.append(stopped)
        self._end(State.STOPPING, "ffmpeg is being stopped.", returning=False)
        return stopped

    def replace(self, command: Callable[[], Command], policy: config.Encoder | None = None) -> None:
        """
        Go on with another command, at once. This is no failure of the one before.

        :param command: as for the constructor.
        :param policy: as for the constructor; None: the same.
        """
        self._command = command
        self._policy = policy or self._policy
        self.restart()

    def restart(self) -> None:
        """End the present run and begin the next at once; or begin at once what was waiting."""
        if self.state is State.STOPPED or self.state is State.STOPPING:
            return
        if self.state in _WITH_PROCESS:
            self._end(State.REPLACING, "ffmpeg is being restarted.", returning=True)
        else:
            self._begin_afresh()

    def on_air(self) -> None:
        """The first frame of a run has come."""
        self._enter(State.RUNNING, f"ffmpeg runs: {self._text}.")
        if not self._announced:
            self._announced = True
            self._log.info("Encoder run {generation}: {text}", generation=self._generation, text=self._text)

    def failing(self, why: str, ran_for: float) -> None:
        """A run has become useless and is being ended."""
        self._enter(State.FAILING, f"ffmpeg {why} and is being ended.")
        failures = self._backoff.failures(self._failures, ran_for)
        self._air.off_air(returning=self._hopeful(failures, self._backoff.wait(failures, 0)))

    def over(self, why: str, ran_for: float) -> None:
        """A run's process is gone."""
        self._attempt = None
        if self.state is State.STOPPING:
            self._stay_stopped()
        elif self.state is State.REPLACING:
            self._begin_afresh()
        else:
            self._failures = self._backoff.failures(self._failures, ran_for)
            self._wait(State.WAITING, self._told(why))
        self._tell_stopped()

    @property
    def _backoff(self) -> Backoff:
        """How long to wait, as the present policy has it."""
        return Backoff(self._policy.first_wait, self._policy.longest_wait, self._policy.settled)

    def _begin_afresh(self) -> None:
        """Begin as if nothing had failed yet."""
        self._failures = 0
        self._announced = False
        self._begin()

    def _begin(self) -> None:
        """Start ffmpeg, or say why not."""
        self._cancel()
        try:
            command = self._command()
            self._check(command)
            self._start(command)
        except (CommandError, OSError) as problem:
            self._failures += 1
            self._wait(State.UNUSABLE, str(problem))

    def _check(self, command: Command) -> None:
        """:raises CommandError: there is nothing to start. Twisted would only tell by a traceback on stderr."""
        for program in (command.program, command.arguments[0]):
            if not self._runnable(program):
                found = f'There is no program "{program}" that this user may run.'
                raise CommandError(f"{found} Install it (apt install ffmpeg), or set program in [encoder].")
        check_files(command)

    def _start(self, command: Command) -> None:
        """:raises OSError: the system has no process or file descriptor left."""
        self._text = command.text
        self._enter(State.STARTING, f"ffmpeg is starting: {command.text}.")
        attempt = Attempt(self, self._reactor, self._policy.stall, self._lines)
        attempt.begin(command, self._air, self._generation + 1)
        self._attempt = attempt
        self._generation += 1

    def _end(self, state: State, sentence: str, *, returning: bool) -> None:
        """End the present run, for a reason that is not its fault."""
        self._enter(state, sentence)
        if self._attempt is not None:
            self._attempt.end("was ended")
        self._air.off_air(returning=returning)

    def _wait(self, state: State, problem: str) -> None:
        """Begin again after a while, with one line in the log."""
        wait = self._backoff.wait(self._failures, self._jitter())
        self._enter(state, problem)
        self._waiting = self._clock.callLater(wait, self._begin)
        self._next_try = self._since + wait
        self._trouble, self._trouble_at = problem, self._since
        self._air.off_air(returning=state is State.WAITING and self._hopeful(self._failures, wait))
        self._log.warn("{problem} Next try in {wait:.1f} s.", problem=problem, wait=wait)

    def _hopeful(self, failures: int, wait: float) -> bool:
        """Whether viewers are asked to wait for the next run."""
        return failures <= (PATIENCE if self._announced else FIRST_PATIENCE) and wait <= SOON

    def _told(self, why: str) -> str:
        """:return: sentences about an end: what happened, ffmpeg's own words, and what to do."""
        words = complaint(self._lines.last_of_run(_COMPLAINT_LINES))
        quote = f' It said: "{words}".' if words else ""
        hint = advice(words)
        return f"ffmpeg {why}.{quote}{' ' if hint else ''}{hint}"

    def _stay_stopped(self) -> None:
        """Nothing runs and nothing will."""
        self._cancel()
        self._enter(State.STOPPED, "The encoder is switched off.")
        self._air.off_air(returning=False)

    def _tell_stopped(self) -> None:
        """The process that somebody wanted to see ended has ended."""
        waiting, self._stopped = self._stopped, []
        for one in waiting:
            one.callback(None)

    def _enter(self, state: State, sentence: str) -> None:
        """Be in a state from now on."""
        self.state = state
        self._sentence = sentence
        self._since = self._clock.seconds()

    def _cancel(self) -> None:
        """Wait for nothing any more."""
        if self._waiting is not None and self._waiting.active():
            self._waiting.cancel()
