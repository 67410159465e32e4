"""Small classes that stand for what is outside; each does what the real thing does, in memory."""

from __future__ import annotations

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


class FakeResponse:
    """
    A viewer's open response (``onionstream.video.viewer.Response``).

    It treats its producer as Twisted's transports do: pauses it when more than ``full`` bytes wait to be taken, and
    resumes it when all are taken. Writing to it after its end is an error.

    :ivar pieces: all that was written.
    :ivar ending: ``finished``, ``aborted``, ``lost``, or empty while it is open.
    :ivar producer: the viewer.
    :ivar broken: whether every call raises from now on.
    """

    def __init__(self, *, prompt: bool = True, full: int = 2**16) -> None:
        """
        :param prompt: whether it takes all bytes at once; if not, ``take`` does.
        :param full: bytes.
        """
        self.pieces: list[bytes] = []
        self.ending = ""
        self.producer: IPushProducer | None = None
        self.broken = False
        self._prompt = prompt
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
        if self._prompt:
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
