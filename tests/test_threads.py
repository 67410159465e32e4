"""Work off the reactor; on an invented pool of threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from onionstream.threads import BusyError, Workers


class FakePool:
    """
    A pool whose threads do nothing until they are told (``onionstream.threads.Pool``).

    :ivar life: what it was told, in this order.
    """

    def __init__(self) -> None:
        """Not started yet."""
        self.life: list[str] = []
        self.calls: list[tuple[Callable[[bool, Any], object], Callable[[], object]]] = []

    def start(self) -> None:
        """Noted."""
        self.life.append("start")

    def stop(self) -> None:
        """Noted. Nothing may run: joining its thread would hold up the reactor."""
        assert not self.calls
        self.life.append("stop")

    def callInThreadWithCallback(self, onResult: Callable[[bool, Any], object], func: Callable[[], object]) -> None:
        """A thread begins with it."""
        self.calls.append((onResult, func))

    def finish(self) -> None:
        """The thread that began first is done."""
        tell, work = self.calls.pop(0)
        try:
            result: object = work()
        except Exception:  # noqa: BLE001 - as the real one does
            tell(False, Failure())
        else:
            tell(True, result)


class FakeReactor:
    """
    Notes what it is to call in its own thread.

    :ivar calls: not made yet.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.calls: list[Callable[[], object]] = []

    def callFromThread(self, function: Callable[..., object], *args: object) -> None:
        """Noted."""
        self.calls.append(lambda: function(*args))

    def turn(self) -> None:
        """Make the calls."""
        calls, self.calls = self.calls, []
        for call in calls:
            call()


class WorkersTests(SynchronousTestCase):
    """``Workers`` with two threads, and room for three to wait."""

    def setUp(self) -> None:
        """They have been started."""
        self.pools: list[FakePool] = []
        self.reactor = FakeReactor()
        reactor = cast("IReactorFromThreads", self.reactor)
        self.workers = Workers(reactor, threads=2, queue=3, name="kdf", pool=self.pool_of)
        self.workers.startService()

    def pool_of(self, least: int, most: int, name: str) -> FakePool:
        """:return: one that is noted."""
        self.assertEqual((least, most, name), (0, 2, "kdf"))
        self.pools.append(FakePool())
        return self.pools[-1]

    @property
    def pool(self) -> FakePool:
        """The one in use."""
        return self.pools[-1]

    def finish(self) -> None:
        """A thread is done, and the reactor has heard of it."""
        self.pool.finish()
        self.reactor.turn()

    def run_many(self, count: int) -> list[Deferred[int]]:
        """:return: of so many calls, that return 0, 1, 2, ..."""
        return [self.workers.run(int, str(number)) for number in range(count)]

    def test_the_result_comes_in_the_reactors_thread(self) -> None:
        """Not in the one in which it was made."""
        deferred = self.workers.run(int, "ff", base=16)
        self.pool.finish()
        self.assertNoResult(deferred)
        self.reactor.turn()
        self.assertEqual(self.successResultOf(deferred), 255)

    def test_an_error_comes_too(self) -> None:
        """And the thread takes the next work."""
        wrong, right = self.workers.run(int, "x"), self.workers.run(int, "1")
        self.finish()
        self.finish()
        self.failureResultOf(wrong, ValueError)
        self.assertEqual(self.successResultOf(right), 1)

    def test_D21_only_so_many_threads_work(self) -> None:
        """The rest waits for its turn, first come, first served."""
        waiting = self.run_many(5)
        self.assertEqual(len(self.pool.calls), 2)
        for number, deferred in enumerate(waiting):
            self.assertNoResult(deferred)
            self.finish()
            self.assertEqual(self.successResultOf(deferred), number)

    def test_D22_only_so_many_wait(self) -> None:
        """Two at work and three that wait; the next one is told to come again, until one is done."""
        first, *_ = self.run_many(5)
        error = self.assertRaises(BusyError, self.workers.run, int, "5")
        self.assertIn("try again in 5 seconds", error.sentence)
        self.finish()
        self.successResultOf(first)
        self.workers.run(int, "5")
        self.assertRaises(BusyError, self.workers.run, int, "6")

    def test_who_is_cancelled_while_waiting_is_never_called(self) -> None:
        """And makes room for another one."""
        *others, last = self.run_many(5)
        last.cancel()
        self.failureResultOf(last, CancelledError)
        others.append(self.workers.run(int, "7"))
        for _ in others:
            self.finish()
        self.assertEqual([self.successResultOf(one) for one in others], [0, 1, 2, 3, 7])
        self.assertEqual(self.pool.calls, [])

    def test_who_is_cancelled_at_work_is_not_told_the_result(self) -> None:
        """The thread cannot be stopped, but nobody hears of it."""
        deferred = self.workers.run(int, "1")
        deferred.cancel()
        self.failureResultOf(deferred, CancelledError)
        self.finish()
        self.successResultOf(self.workers.stopService())

    def test_at_the_end_what_waits_is_cancelled(self) -> None:
        """What runs is waited for, and told; only then the threads are ended."""
        first, second, *waiting = self.run_many(5)
        stopped = self.workers.stopService()
        for deferred in waiting:
            self.failureResultOf(deferred, CancelledError)
        self.finish()
        self.assertNoResult(stopped)
        self.assertEqual(self.pool.life, ["start"])
        self.finish()
        self.assertEqual([self.successResultOf(one) for one in (first, second)], [0, 1])
        self.successResultOf(stopped)
        self.assertEqual(self.pool.life, ["start", "stop"])

    def test_nothing_is_taken_after_the_end(self) -> None:
        """Nor before the beginning."""
        self.workers.stopService()
        self.assertRaises(BusyError, self.workers.run, int, "1")

    def test_they_can_be_started_again(self) -> None:
        """With new threads: ended ones stay ended."""
        self.workers.stopService()
        self.workers.startService()
        deferred = self.workers.run(int, "3")
        self.finish()
        self.assertEqual(self.successResultOf(deferred), 3)

    def test_one_may_ask_again_from_a_callback(self) -> None:
        """What was done counts as done by then."""
        again: list[Deferred[int]] = []
        self.workers.run(int, "1").addCallback(lambda _: again.append(self.workers.run(int, "2")))
        self.finish()
        self.finish()
        self.assertEqual(self.successResultOf(again[0]), 2)
