"""Small classes that stand for what is outside; each does what the real thing does, in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, execute
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from onionstream.threads import BusyError

P = ParamSpec("P")
T = TypeVar("T")


class FakeResponse:
    """
    A viewer's open response (``onionstream.video.viewer.Response``).

    It treats its producer as Twisted's transports do: pauses it when more than ``full`` bytes wait to be taken, and
    resumes it when all are taken. Writing to it after its end is an error.

    :ivar pieces: all that was written.
    :ivar ending: ``finished``, ``aborted``, ``lost``, or empty while it is open.
    :ivar producer: the viewer.
    :ivar broken: whether every call raises from now on.
    :ivar prompt: whether it takes all bytes at once; if not, ``take`` does.
    """

    def __init__(self, *, prompt: bool = True, full: int = 2**16) -> None:
        """
        :param prompt: see above.
        :param full: bytes.
        """
        self.pieces: list[bytes] = []
        self.ending = ""
        self.producer: IPushProducer | None = None
        self.broken = False
        self.prompt = prompt
        self._full = full
        self._unsent = 0
        self._paused = False

    @property
    def data(self) -> bytes:
        """All that was written, in one piece."""
        return b"".join(self.pieces)

    def write(self, data: bytes) -> None:
        """See ``Response.write``."""
        self._check()
        if self.ending:
            raise AssertionError(f"written to after it was {self.ending}")
        self.pieces.append(data)
        self._unsent += len(data)
        if self.prompt:
            self._unsent = 0
        elif self._unsent > self._full and not self._paused and self.producer is not None:
            self._paused = True
            self.producer.pauseProducing()

    def unsent(self) -> int:
        """See ``Response.unsent``."""
        self._check()
        return self._unsent

    def wavering(self) -> float:
        """See ``Response.wavering``: nothing is known."""
        return 0.0

    def finish(self) -> None:
        """See ``Response.finish``."""
        self._end("finished")

    def abort(self) -> None:
        """See ``Response.abort``."""
        self._end("aborted")

    def take(self, size: int | None = None) -> None:
        """
        The system takes bytes.

        :param size: how many; None: all.
        """
        self._unsent -= self._unsent if size is None else min(size, self._unsent)
        if self._unsent == 0 and self._paused and self.producer is not None:
            self._paused = False
            self.producer.resumeProducing()

    def lose(self) -> None:
        """The connection is gone."""
        self.ending = "lost"
        if self.producer is not None:
            self.producer.stopProducing()

    def _end(self, ending: str) -> None:
        self._check()
        if self.ending:
            raise AssertionError(f"{ending} after it was {self.ending}")
        self.ending = ending

    def _check(self) -> None:
        if self.broken:
            raise OSError("broken")


@implementer(IPushProducer)
class Producer:
    """
    Remembers what it was told.

    :ivar told: ``pause``, ``resume`` and ``stop``, in their order.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.told: list[str] = []

    def pauseProducing(self) -> None:
        """Noted."""
        self.told.append("pause")

    def resumeProducing(self) -> None:
        """Noted."""
        self.told.append("resume")

    def stopProducing(self) -> None:
        """Noted."""
        self.told.append("stop")


class FakeWorkers:
    """
    Workers without a thread (``onionstream.threads.Runner``).

    :ivar prompt: whether they work at once; if not, ``work`` has them work.
    :ivar busy: whether they take nothing more.
    :ivar runs: how often they were asked for something and took it.
    """

    def __init__(self, *, prompt: bool = True) -> None:
        """
        :param prompt: see above.
        """
        self.prompt = prompt
        self.busy = False
        self.runs = 0
        self._waiting: list[tuple[Deferred[Any], Callable[[], Deferred[Any]]]] = []

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """See ``Runner.run``."""
        if self.busy:
            raise BusyError
        self.runs += 1
        deferred: Deferred[T] = Deferred(lambda _: None)
        self._waiting.append((deferred, lambda: execute(function, *args, **kwargs)))
        if self.prompt:
            self.work()
        return deferred

    def work(self, calls: int | None = None) -> None:
        """
        Do what waits, and what comes to it meanwhile.

        :param calls: so many at the most; None: all.
        """
        while self._waiting and calls != 0:
            deferred, call = self._waiting.pop(0)
            call().addBoth(self._tell, deferred)
            calls = None if calls is None else calls - 1

    def _tell(self, result: object, deferred: Deferred[Any]) -> None:
        if not deferred.called:
            deferred.callback(result)
