"""Work that takes longer than the reactor may be held up: done in threads, so many at a time, with a bounded queue."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from onionstream.allowance import BusyError
from onionstream.waiting import Waiting

__all__ = ["BusyError", "Runner", "Workers"]

P = ParamSpec("P")
T = TypeVar("T")


class Runner(Protocol):
    """What those need who have something done elsewhere: ``Workers``, or a test's own."""

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """See ``Workers.run``."""


class Pool(Protocol):
    """What is used of Twisted's ``ThreadPool``."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End, and wait for the threads."""

    def callInThreadWithCallback(self, onResult: Callable[[bool, Any], object], func: Callable[[], object]) -> None:
        """Call a function in a thread, and then the other one there too."""


class Workers(Service):
    """
    Threads of their own for one kind of work (D-21, D-22).

    The reactor's pool is not used, since whoever fills that stops everything that needs it. ``ThreadPool`` has a queue
    without bounds, and at its end it works that off; so it is given no more than it has threads, and the rest waits
    here. When the service ends, what waits is cancelled and what runs is waited for.
    """

    def __init__(
        self,
        reactor: IReactorFromThreads,
        threads: int,
        queue: int,
        name: str = "",
        pool: Callable[[int, int, str], Pool] = ThreadPool,
    ) -> None:
        """
        :param reactor: where results are told.
        :param threads: how many work at the same time.
        :param queue: how many may wait beside them.
        :param name: of the threads.
        :param pool: makes them.
        """
        self._reactor = reactor
        self._threads = threads
        self._queue = queue
        self._make = partial(pool, 0, threads, name)
        self._pool = self._make()
        self._waiting: dict[Deferred[Any], Callable[[], Any]] = {}  # first come, first served
        self._busy = 0
        self._idle = Waiting()

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """
        Have a function called in a thread. It must not touch anything of Twisted's.

        :param function: what is to be called, with the rest of the arguments.
        :return: fires with what it returns or raises. May be cancelled: then the call is not made, or for nothing.
        :raises BusyError: too many wait already, or the service does not run.
        """
        if not self.running or (self._busy >= self._threads and len(self._waiting) >= self._queue):
            raise BusyError
        deferred: Deferred[T] = Deferred(self._forget)
        self._waiting[deferred] = partial(function, *args, **kwargs)
        self._go_on()
        return deferred

    def startService(self) -> None:
        """From now on something may be run."""
        self._pool = self._make()
        self._pool.start()
        super().startService()

    def stopService(self) -> Deferred[None]:
        """:return: fires when the threads have ended."""
        super().stopService()
        for deferred in [*self._waiting]:
            deferred.cancel()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        if self._busy:
            await self._idle.wait()
        self._pool.stop()  # all threads are idle, so that joining them takes no time

    def _forget(self, deferred: Deferred[Any]) -> None:
        self._waiting.pop(deferred, None)

    def _go_on(self) -> None:
        """Give the threads what they can take."""
        while self._waiting and self._busy < self._threads:
            deferred = next(iter(self._waiting))
            work = self._waiting.pop(deferred)
            self._busy += 1
            self._pool.callInThreadWithCallback(partial(self._tell, deferred), work)

    def _tell(self, deferred: Deferred[Any], _well: bool, result: object) -> None:
        """Called in the thread, with what the work gave or the failure in which it ended."""
        self._reactor.callFromThread(self._done, deferred, result)

    def _done(self, deferred: Deferred[Any], result: object) -> None:
        self._busy -= 1
        self._go_on()
        if not deferred.called:  # else it was cancelled
            deferred.callback(result)  # a failure goes to the errbacks
        if not self._busy:
            self._idle.wake()
