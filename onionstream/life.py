"""The life of the daemon: what signals do to it, and what a configuration that has changed does to its parts."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from types import FrameType
from typing import Protocol

from twisted.application.service import MultiService, Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger

from onionstream.settings.config import Config, ConfigError

_PR_SET_DUMPABLE = 4
"""prctl(2)."""


_OUR_FILES = 40
"""Open files that are no connections: about 12, three pipes of ffmpeg while it starts, and folders of fonts."""


class Reactor(Protocol):
    """What of the reactor is needed here."""

    def callWhenRunning(self, function: Callable[[], object]) -> object:
        """Call when the reactor has begun to run."""

    def callFromThread(self, function: Callable[[], object]) -> object:
        """Call in the reactor's next round, from wherever we are."""

    def stop(self) -> None:
        """End the reactor, and the services before it."""


def harden(connections: int) -> int:
    """
    Set the limits of this process.

    Nobody else may read the files it makes (L-21). No core dump, and nobody but root may look into its memory (L-55).
    As many open files as its connections may need (D-32).

    :param connections: that should be possible at once.
    :return: how many are: the rest of the files is for ffmpeg's pipes and what we read ourselves (R-24).
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * connections + 64
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    files = wanted if soft == resource.RLIM_INFINITY else max(soft, wanted)
    return max(1, min(connections, files - _OUR_FILES))


class Signals(Service):
    """
    SIGTERM and SIGINT end the daemon in good order, a second one at once; SIGHUP reads the configuration again.

    SIGUSR1 asks for another self-test; SIGUSR2, which means nothing here, does no harm. Twisted's own answer to SIGTERM
    would end the process by that signal again, and a second one would be an error in the log.
    """

    _log = Logger()

    def __init__(self, reactor: Reactor, reload: Callable[[], None], test: Callable[[], object] = lambda: None) -> None:
        """
        :param reactor: what is to be stopped.
        :param reload: reads the configuration again.
        :param test: tests the onion address again.
        """
        self._test = test
        self._reactor = reactor
        self._reload = reload
        self._ending = False

    def startService(self) -> None:
        """Take the signals over as soon as the reactor has taken its own."""
        super().startService()
        self._reactor.callWhenRunning(self._take)

    def end(self) -> None:
        """What SIGTERM does: stop in good order the first time, at once the second time."""
        if self._ending:
            os._exit(1)
        self._ending = True
        self._log.info("Ending: a second signal ends at once.")
        self._reactor.stop()

    def _take(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._on(number, self.end)
        self._on(signal.SIGHUP, self._reload)
        self._on(signal.SIGUSR1, self._test)
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)

    def _on(self, number: signal.Signals, act: Callable[[], object]) -> None:
        def handle(_number: int, _frame: FrameType | None) -> None:
            self._reactor.callFromThread(act)

        signal.signal(number, handle)


class InTurn(MultiService):
    """Stops its services in the order in which it starts them, each when the one before has stopped."""

    def stopService(self) -> Deferred[None]:
        """:return: fires when the last one has stopped."""
        Service.stopService(self)
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        for service in tuple(self):
            await maybeDeferred(service.stopService)


class Reload:
    """Reads the configuration again, and tells the parts of the program whose tables have changed, no others (R-41)."""

    _log = Logger()

    def __init__(
        self,
        present: Config,
        load: Callable[[], Config],
        apply: Mapping[frozenset[str], Callable[[Config], None]],
        looks: Sequence[Callable[[], str | None]] = (),
    ) -> None:
        """
        :param present: the configuration in force, which is then to be had under this name.
        :param load: reads it anew; raises ``ConfigError``.
        :param apply: for each set of tables, what to do with the new configuration when one of them has changed.
        :param looks: look at other files, whatever is wrong with this one; some say what they have found.
        """
        self.present = present
        self._began = present
        self._load = load
        self._apply = apply
        self._looks = looks

    def __call__(self) -> None:
        """Read and apply. A wrong file changes nothing, and the log says why (R-34)."""
        with suppress(ConfigError):
            self.again()

    def again(self) -> str:
        """
        Read and apply, for somebody who waits for the outcome.

        :return: the same as the log has: what has changed, and what of it counts after a restart only.
        :raises ConfigError: the file is wrong; nothing of the configuration has changed.
        """
        try:
            read = self._load()
        except ConfigError as error:
            self._log.error("The configuration stays as it was: {error}", error=error)
            self._look()
            raise
        return " ".join(filter(None, (self._change(read), *self._look())))

    @property
    def late(self) -> tuple[str, ...]:
        """Tables that are not as they were at the start, and count after a restart only."""
        return tuple(sorted(_differing(self._began, self.present) - self._known))

    @property
    def _known(self) -> frozenset[str]:
        """Tables that somebody follows while the daemon runs."""
        return frozenset[str]().union(*self._apply)

    def _look(self) -> list[str]:
        """:return: what was found in other files."""
        return [said for look in self._looks if (said := look())]

    def _change(self, read: Config) -> str:
        """:return: what has changed."""
        changed = _differing(read, self.present)
        self.present = read
        told = f"The configuration was read again; changed: {self._named(changed)}."
        self._log.info("The configuration was read again; changed: {tables}.", tables=self._named(changed))
        for tables, act in self._apply.items():
            if tables & changed:
                act(read)
        if unknown := changed - self._known:
            self._log.warn("A change of {tables} needs a restart.", tables=self._named(unknown))
            return f"{told} A change of {self._named(unknown)} needs a restart."
        return told

    def _named(self, tables: set[str] | frozenset[str]) -> str:
        return ", ".join(f"[{table}]" for table in sorted(tables)) or "nothing"


def _differing(one: Config, other: Config) -> set[str]:
    """:return: the tables in which two configurations are not the same."""
    return {table.name for table in fields(Config) if getattr(one, table.name) != getattr(other, table.name)}
