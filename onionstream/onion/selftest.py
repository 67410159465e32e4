"""
The self-test: once the address is published, the daemon opens it as a viewer would, through Tor's network.

It needs a SOCKS port, and our tor has none (L-06). A second tor would bring a second set of guards, and each set is
another few relays that may be the wrong ones (L-20). So our own tor opens one, while a try lasts and no longer: on a
UNIX socket in the state directory, where nobody else may look, and which leads to onion addresses only. L-06 speaks of
the network, and there nothing is opened. It is closed however a try ends. A tor of the system is not ours to change,
and is not tested. That a tor reaches its own service was seen on a private network; tor has no short cut for that.

A descriptor that has just been published is not everywhere yet; so there are several tries before an address counts as
not reachable. Each try asks for a way of its own. By itself a test follows each publication, and nothing else:
it takes room on a line that viewers need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IReactorUNIX
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.onion.errors import OnionError, SocksError, StatusError, VisitError
from onionstream.onion.progress import State, Status
from onionstream.onion.report import Outcome, Report
from onionstream.onion.socks import INVITED_ONLY
from onionstream.onion.torrc import Paths, socks_port
from onionstream.onion.visit import Visited, Wish, visit
from onionstream.settings import config
from onionstream.waiting import Waiting

VIDEO_SETTLE, VIDEO_MOST = 2.0, 32 << 20
"""Seconds of the video that bring what the site had in stock, and bytes at the most."""

GAUGE_SETTLE, GAUGE_MOST = 2.0, 8 << 20
"""Seconds that a way needs to get going, and bytes at the most."""

_OFFLINE, _OUTSIDE = 404, 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """
    How long things take, in seconds.

    :ivar soon: from the publication to the test; other directories take the descriptor in that time.
    :ivar again: from one try to the next; there is one more than these.
    :ivar way: until there must be a connection; tor itself gives up after two minutes, a viewer does so sooner.
    :ivar video: in which the video is watched.
    :ivar gauge: in which the way is filled.
    """

    soon: float = 5.0
    again: tuple[float, ...] = (10.0, 20.0, 40.0)
    way: float = 60.0
    video: float = 10.0
    gauge: float = 5.0


class SocksDoor(Protocol):
    """A tor that can listen for SOCKS (`onionstream.onion.control.Control`)."""

    async def open_socks(self, port: str) -> None:
        """Listen there; :raises ControlError: it does not."""

    def close_socks(self) -> None:
        """Listen no longer."""

    async def ping(self) -> None:
        """:raises ControlError: it is gone."""


class Onion(Protocol):
    """What of tor is needed here (`onionstream.onion.tor.Tor`)."""

    state: State

    @property
    def own_control(self) -> SocksDoor | None:
        """The connection to a tor of ours."""

    def status(self) -> Status:
        """How it is."""

    def changed(self) -> Deferred[None]:
        """Fires when that changes; may be cancelled."""


class Gauge(Protocol):
    """
    A place of the site that sends filling as fast as the line takes it, to see how much that is.

    Else only the stream's own pace could be seen. It must be for the self-test alone, since whoever has it can fill the
    line: the path holds a secret that is good for one request.
    """

    def open(self) -> str:
        """:return: the path of a place that was made now."""

    def close(self) -> None:
        """The place is gone; nothing more is sent."""


class SelfTest(Service):
    """
    Tests the onion address, after each publication and on demand; never twice at once.

    :ivar last: what the last test found that came to an end; ``None``: there was none.
    """

    _log = Logger()

    def __init__(
        self,
        settings: config.Tor,
        onion: Onion,
        reactor: IReactorUNIX,
        paths: Paths,
        gauge: Gauge | None = None,
        *,
        times: Times = Times(),
    ) -> None:
        """
        :param settings: say whether there is a test by itself.
        :param reactor: also gives ``IReactorTime``.
        :param paths: where tor's things are.
        :param gauge: fills the line; ``None``: what the way carries beyond the stream is not measured.
        :param times: how long things take.
        """
        self.last: Report | None = None
        self._settings = settings
        self._onion = onion
        self._reactor = reactor
        self._clock = IReactorTime(reactor)
        self._paths = paths
        self._gauge = gauge
        self._times = times
        self._seen = onion.state
        self._watching: Deferred[None] | None = None
        self._soon: IDelayedCall | None = None
        self._running: Deferred[Report] | None = None
        self._why = ""
        self._waiting: list[Deferred[Report]] = []
        self._changing = Waiting()
        self._ways = 0

    @property
    def testing(self) -> bool:
        """Whether a test goes on."""
        return self._running is not None

    def startService(self) -> None:
        """Wait for publications."""
        super().startService()
        self._seen = self._onion.state
        self._watch()

    def stopService(self) -> None:
        """End at once; tor is told to close the port, and nobody waits for that."""
        super().stopService()
        if self._watching is not None:
            self._watching.cancel()
        self._break_off("onionstream is ending")

    def replace(self, settings: config.Tor) -> None:
        """Go on with other settings."""
        self._settings = settings
        if not settings.self_test:
            self._not_soon()

    def run(self) -> Deferred[Report]:
        """
        Test now, also when there is no test by itself; or wait for the test that goes on.

        :return: fires with what was found. When all who wait have cancelled, the test is broken off.
        """
        waiting: Deferred[Report] = Deferred(self._not_waiting)
        self._waiting.append(waiting)
        if self._running is None:
            self._not_soon()
            self._why = "it was broken off"
            running = self._running = Deferred.fromCoroutine(self._test())
            running.addErrback(self._broken_off)
            running.addCallback(self._reported)
        return waiting

    def changed(self) -> Deferred[None]:
        """Fires when `last` is another. May be cancelled."""
        return self._changing.wait()

    def _watch(self) -> None:
        self._watching = self._onion.changed()
        self._watching.addCallbacks(self._look, lambda failure: failure.trap(CancelledError))

    def _look(self, _: None) -> None:
        """The state of tor is another, or the same with other words."""
        before, self._seen = self._seen, self._onion.state
        self._watch()
        if self._seen is not State.REACHABLE:
            self._break_off("tor is not connected any more")
        elif before is State.PUBLISHING and self._settings.self_test:
            self._not_soon()
            self._soon = self._clock.callLater(self._times.soon, self.run)

    def _break_off(self, why: str) -> None:
        """:param why: for those who wait for a report."""
        self._not_soon()
        if self._running is not None:
            self._why = why
            self._running.cancel()

    def _not_soon(self) -> None:
        if self._soon is not None and self._soon.active():
            self._soon.cancel()

    def _not_waiting(self, waiting: Deferred[Report]) -> None:
        self._waiting.remove(waiting)
        if not self._waiting:
            self._break_off("nobody waits for it any more")

    def _broken_off(self, failure: Failure) -> Report:
        """:return: what to say of a test that has not come to its end."""
        if not failure.check(CancelledError, OnionError):
            self._log.failure("The self-test met a fault of ours", failure)
        why = failure.getErrorMessage().rstrip(".") if failure.check(OnionError) else self._why
        return Report(outcome=Outcome.NOT_TESTED, at=self._clock.seconds(), why=why)

    def _reported(self, report: Report) -> None:
        """Tell those who wait."""
        self._running = None
        if report.outcome is not Outcome.NOT_TESTED:
            self.last = report
            self._log.info("{summary}", summary=report.summary)
            self._changing.wake()
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(report)

    async def _test(self) -> Report:
        """:raises OnionError: there is nothing to test, or no way to."""
        report = await self._try()
        for tries, wait in enumerate(self._times.again, 2):
            if report.outcome is not Outcome.NOT_REACHED:
                break
            await deferLater(self._clock, wait)
            report = replace(await self._try(), tries=tries)
        return replace(report, at=self._clock.seconds())

    async def _try(self) -> Report:
        """:raises OnionError: there is nothing to test, or no way to."""
        if self._onion.state is not State.REACHABLE:
            raise OnionError(self._onion.status().sentence)
        control = self._onion.own_control
        if control is None:
            raise OnionError("a tor of the system has no SOCKS port for it")
        self._ways += 1
        host, good = self._onion.status().address, (200, _OUTSIDE)  # a door that is shut is reached as well
        wish = Wish(host=host, path="/", identity=f"{self._ways}", patience=self._times.way, good=good)
        try:
            await control.open_socks(socks_port(self._paths))
            report = await self._visits(wish)
            await control.ping()  # when tor has ended meanwhile, that says nothing of the address
            return report
        finally:
            control.close_socks()

    async def _visits(self, wish: Wish) -> Report:
        """:return: what they found."""
        at = self._clock.seconds()
        try:
            page = await self._visit(wish)
        except VisitError as problem:
            closed = isinstance(problem, SocksError) and problem.code == INVITED_ONLY
            outcome = Outcome.INVITED_ONLY if closed else Outcome.NOT_REACHED
            return Report(outcome=outcome, at=at, why=str(problem))
        report = Report(outcome=Outcome.REACHED, at=at, way=page.way, answer=page.answer)
        return await self._fill(await self._watch_video(report, wish), wish)

    async def _watch_video(self, report: Report, wish: Wish) -> Report:
        """:return: the report, with the video in it."""
        wanted = replace(wish, seconds=self._times.video, settle=VIDEO_SETTLE, most=VIDEO_MOST, good=(200,))
        try:
            video = await self._visit(replace(wanted, path="/stream.mp4?mode=plain"))
        except VisitError as problem:
            known = {_OFFLINE: "the stream is offline", _OUTSIDE: "the door is shut"}
            why = known.get(problem.status) if isinstance(problem, StatusError) else None
            return replace(report, no_video=why or str(problem))
        return replace(report, video=video.way + video.answer, stream=video.rate)

    async def _fill(self, report: Report, wish: Wish) -> Report:
        """
        :return: the report, with what a way carries.

        It is a way of its own: on one that has carried only the stream for a while tor goes on at the pace of that,
        and gives a third of what a fresh one does (on a private network 8 to 23 Mbit/s instead of 31 to 38).
        """
        if self._gauge is None:
            return report
        path = self._gauge.open()
        fresh = replace(wish, path=path, identity=f"{wish.identity}+")
        wanted = replace(fresh, seconds=self._times.gauge, settle=GAUGE_SETTLE, most=GAUGE_MOST)
        try:
            return replace(report, carries=(await self._visit(wanted)).rate)
        except VisitError:
            return report
        finally:
            self._gauge.close()

    async def _visit(self, wish: Wish) -> Visited:
        """:raises VisitError: it came to nothing."""
        return await visit(self._reactor, self._paths.socks, wish)
