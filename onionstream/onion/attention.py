"""Attention to a tor: how far it comes, what its circuits carry, and whether it still lives."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from onionstream.onion.control import Control
from onionstream.onion.errors import ControlError
from onionstream.onion.progress import Progress
from onionstream.onion.replies import CircuitRate, circuit_rate

PING = 15.0
"""Seconds from one ping to the next (R-11)."""

MISSES = 2
"""So many pings without an answer, and tor counts as hung (R-11)."""


class Attention:
    """What is heard of one tor while it is connected."""

    def __init__(
        self,
        control: Control,
        clock: IReactorTime,
        heard: Callable[[Progress], object],
        traffic: Callable[[CircuitRate], object],
        hung: Callable[[str], object],
    ) -> None:
        """
        :param heard: takes each step.
        :param traffic: takes what a circuit carried.
        :param hung: called with a sentence when tor does not answer any more.
        """
        self._control = control
        self._clock = clock
        self._heard = heard
        self._traffic = traffic
        self._hung = hung
        self._progress = Progress()
        self._pulse: IDelayedCall | None = None
        self._unanswered = 0

    async def begin(self, address: str) -> None:
        """
        First we listen and then we ask, or else something could happen in between.

        :param address: of the onion service; a tor of the system may have others.
        :raises ControlError: tor does not tell.
        """
        ours = address.removesuffix(".onion")

        def descriptor(event: str) -> None:
            if event.split(" ")[1:2] == [ours]:
                self._now(self._progress.descriptor(event))

        await self._control.follow(
            {
                "STATUS_CLIENT": lambda event: self._now(self._progress.bootstrap(event)),
                "STATUS_GENERAL": lambda event: self._now(self._progress.general(event)),
                "NETWORK_LIVENESS": lambda event: self._now(self._progress.liveness(event)),
                "HS_DESC": descriptor,
                "CIRC_BW": self._carried,
            }
        )
        self._now(self._progress.bootstrap(await self._control.bootstrap_phase()), always=True)
        self._pulse = self._clock.callLater(PING, self._beat)

    def withdrawn(self) -> None:
        """The service has been taken out of tor, and is going to be published again."""
        self._now(self._progress.withdrawn())

    def end(self) -> None:
        """Wait for nothing any more."""
        if self._pulse is not None and self._pulse.active():
            self._pulse.cancel()

    def _now(self, progress: Progress, *, always: bool = False) -> None:
        """What is new is told."""
        if progress != self._progress or always:
            self._progress = progress
            self._heard(progress)

    def _carried(self, event: str) -> None:
        if rate := circuit_rate(event):
            self._traffic(rate)

    def _beat(self) -> None:
        """
        Another ping is due.

        Silence is counted in pings and not read from a clock: when the daemon itself was stopped or suspended, that is
        one ping, and what tor has answered in the meantime is read before the next (R-32).
        """
        if self._unanswered >= MISSES:
            self._hung(f"tor has not answered for {MISSES * PING:.0f} s.")
            return
        self._pulse = self._clock.callLater(PING, self._beat)
        self._unanswered += 1
        if self._unanswered == 1:
            pinging = Deferred.fromCoroutine(self._control.ping())
            pinging.addCallbacks(self._alive, lambda failure: failure.trap(ControlError))

    def _alive(self, _: None) -> None:
        self._unanswered = 0
