"""What is done every few seconds."""

from __future__ import annotations

from typing import cast

from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from onionstream.regular import Regular


class RegularTests(SynchronousTestCase):
    """``Regular``."""

    def setUp(self) -> None:
        """Something that goes wrong the first two times."""
        self.clock = Clock()
        self.times: list[float] = []
        self.regular = Regular(5.0, self.act, self.clock)
        self.events: list[LogEvent] = []
        observer = cast("ILogObserver", self.events.append)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    def act(self) -> None:
        """Note the time."""
        self.times.append(self.clock.seconds())
        if len(self.times) <= 2:
            raise ValueError("MARK")

    def test_R51_it_goes_on_after_an_error(self) -> None:
        """At its times, until it ends."""
        self.regular.startService()
        self.clock.pump([5.0] * 3)
        self.regular.stopService()
        self.clock.advance(5.0)
        self.assertEqual(self.times, [0.0, 5.0, 10.0, 15.0])

    def test_L51_of_an_error_the_place_is_told_and_not_what_it_says(self) -> None:
        """Once for each."""
        self.regular.startService()
        self.clock.pump([5.0] * 3)
        self.regular.stopService()
        written = [
            formatEvent(event) for event in self.events if event["log_namespace"] == "onionstream.regular.Regular"
        ]
        self.assertEqual([("ValueError" in one, "MARK" in one) for one in written], [(True, False)] * 2)
