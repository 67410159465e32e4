"""What is done every few seconds, as long as the daemon runs."""

from __future__ import annotations

from collections.abc import Callable

from twisted.application.internet import TimerService
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.logs import told


class Regular(TimerService):
    """
    Does something again and again, also after it went wrong once.

    Twisted's own service stops at the first error: then no page would ever get a sign of life again (R-51).
    """

    _log = Logger()

    def __init__(self, seconds: float, act: Callable[[], object], clock: IReactorTime | None = None) -> None:
        """
        :param seconds: from one time to the next.
        :param act: what is done.
        :param clock: for the time between; none: the reactor.
        """
        super().__init__(seconds, self._do)
        self._act = act
        if clock is not None:
            self.clock = clock

    def _do(self) -> None:
        try:
            self._act()
        except Exception:  # noqa: BLE001 - whatever it is, it may be well the next time
            self._log.error("{told}", told=told(Failure()))
