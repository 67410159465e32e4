"""When the self-test is made, and what becomes of it whatever happens."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, maybeDeferred

from onionstream.onion.errors import ControlError
from onionstream.onion.progress import State
from onionstream.onion.report import Outcome, Report
from onionstream.settings import config
from tests.onion.test_answer import GOOD
from tests.onion.test_socks import LOGIN, METHOD, OPEN
from tests.onion.tested import OFFLINE, TIMES, WAY, FakeGauge, SelfTestCase


class RunTests(SelfTestCase):
    """One test."""

    def test_all_that_can_be_seen_is_reported(self) -> None:
        """The page and the video; the port is there as long as that takes."""
        running = self.running()
        self.assertTrue(self.tor.open)
        self.reactor.advance(2.0)
        self.answer(WAY)
        self.reactor.advance(0.5)
        self.answer(GOOD + b"page")
        self.reactor.advance(1.0)
        self.answer(WAY + GOOD + bytes(60_000))
        for _ in range(9):
            self.reactor.advance(1.0)
            self.answer(bytes(50_000))
        self.assertNoResult(running)
        self.assertTrue(self.tor.open)
        self.reactor.advance(1.0)
        report = self.successResultOf(running)
        self.assertEqual(
            report,
            Report(outcome=Outcome.REACHED, at=13.5, way=2.0, answer=0.5, video=1.0, stream=400.0),
        )
        self.assertEqual(self.test.last, report)
        self.rests()

    def test_a_stream_that_is_offline_is_no_failure(self) -> None:
        """The address works all the same."""
        running = self.running()
        self.answer(WAY + GOOD + b"page", OFFLINE)
        report = self.successResultOf(running)
        self.assertEqual((report.outcome, report.no_video), (Outcome.REACHED, "the stream is offline"))
        self.rests()

    def test_S76_a_door_that_is_shut_is_no_failure(self) -> None:
        """Whoever may come in reaches the address."""
        running = self.running()
        shut = WAY + b"HTTP/1.1 403 Forbidden\r\n\r\n"
        self.answer(shut + b"page", shut)
        report = self.successResultOf(running)
        self.assertEqual((report.outcome, report.no_video), (Outcome.REACHED, "the door is shut"))
        self.rests()

    def test_a_video_that_does_not_come_is_told(self) -> None:
        """In the words of what went wrong."""
        running = self.running()
        self.answer(WAY + GOOD + b"page", WAY + GOOD)
        self.reactor.link.cut()
        self.assertEqual(self.successResultOf(running).no_video, "the connection ended before an answer came")
        self.rests()

    def test_a_site_with_an_error_is_not_reached(self) -> None:
        """A viewer would not see the page either."""
        running = self.running()
        self.fail_until(3)
        self.answer(WAY + b"HTTP/1.1 500 Internal Server Error\r\n\r\n")
        report = self.successResultOf(running)
        self.assertEqual((report.outcome, report.why), (Outcome.NOT_REACHED, "the site answered with status 500"))

    def test_a_new_descriptor_has_some_time(self) -> None:
        """Four tries, each with a way of its own, and no port in between."""
        running = self.running()
        ways = set()
        for wait in (*TIMES.again, 0.0):
            self.assertTrue(self.tor.open)
            self.assertNoResult(running)
            self.answer(METHOD)
            ways.add(self.reactor.link.heard)
            self.answer(LOGIN + b"\x05\xf0")
            self.assertFalse(self.tor.open)
            self.reactor.advance(wait)
            self.reactor.advance(0)
        report = self.successResultOf(running)
        self.assertEqual((report.outcome, report.tries), (Outcome.NOT_REACHED, 4))
        self.assertIn("directories do not know the address", report.why)
        self.assertEqual((len(ways), self.tor.opened), (4, 4))
        self.rests()

    def test_a_later_try_may_reach_it(self) -> None:
        """The report tells which."""
        running = self.running()
        self.fail_until(2)
        self.answer(WAY + GOOD + b"page", OFFLINE)
        report = self.successResultOf(running)
        self.assertEqual((report.outcome, report.tries), (Outcome.REACHED, 3))

    def test_it_can_be_asked_for_again(self) -> None:
        """As SIGUSR1 does; nobody waits for what is found."""
        self.tor.state = State.REACHABLE
        self.test.run()
        self.assertTrue(self.test.testing)
        self.successResultOf(maybeDeferred(self.test.stopService))
        self.assertFalse(self.test.testing)

    def test_an_address_for_guests_is_not_tried_again(self) -> None:
        """It would not let us in later either."""
        running = self.running()
        self.answer(METHOD + LOGIN + b"\x05\xf4")
        self.assertEqual(self.successResultOf(running).outcome, Outcome.INVITED_ONLY)
        self.rests()

    def test_a_tor_that_is_not_there_is_not_tested(self) -> None:
        """Nor one of the system, nor one that opens no port; and the last report stays."""
        for state, ours, trouble, why in (
            (State.CONNECTING, True, None, "It is connecting"),
            (State.REACHABLE, False, None, "a tor of the system"),
            (State.REACHABLE, True, ControlError("tor refuses what it is asked for (513)."), "tor refuses"),
        ):
            self.tor.state, self.tor.ours, self.tor.trouble = state, ours, trouble
            report = self.successResultOf(self.test.run())
            self.assertEqual(report.outcome, Outcome.NOT_TESTED)
            self.assertIn(f"not tested: {why}", report.summary)
            self.assertNotIn("..", report.summary)
            self.assertIsNone(self.test.last)
            self.rests()

    def test_a_fault_of_ours_is_a_report_too(self) -> None:
        """The log has the fault."""
        self.tor.trouble = ZeroDivisionError("ours")
        report = self.successResultOf(self.running())
        self.assertEqual(report.outcome, Outcome.NOT_TESTED)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.rests()


class GaugeTests(SelfTestCase):
    """With a place that fills the line."""

    def setUp(self) -> None:
        """Build it."""
        self.gauge = self.place = FakeGauge()
        super().setUp()

    def test_what_the_way_carries_is_measured_last(self) -> None:
        """On a way of its own, which no pace of the stream has slowed; and the place is gone then."""
        running = self.running()
        self.assertFalse(self.place.open_now)
        identities = []
        for rest in (GOOD + b"page", OFFLINE[len(WAY) :], GOOD):
            self.answer(METHOD)
            identities.append(self.reactor.link.heard[3:])
            self.answer(LOGIN + OPEN + rest)
        self.assertTrue(self.place.open_now)
        self.assertIn(b"GET /fill?secret ", self.reactor.link.heard)
        self.assertEqual((identities[0] == identities[1], identities[1] == identities[2]), (True, False))
        for _ in range(5):
            self.answer(bytes(125_000))
            self.reactor.advance(1.0)
        self.assertEqual(self.successResultOf(running).carries, 1000.0)
        self.assertFalse(self.place.open_now)
        self.rests()

    def test_a_place_that_does_not_answer_spoils_nothing(self) -> None:
        """The rest is known all the same."""
        running = self.running()
        self.answer(WAY + GOOD + b"page", OFFLINE, OFFLINE)
        report = self.successResultOf(running)
        self.assertEqual((report.outcome, report.carries), (Outcome.REACHED, None))
        self.assertFalse(self.place.open_now)


class WhenTests(SelfTestCase):
    """When a test is made."""

    def test_it_follows_each_publication(self) -> None:
        """Some seconds later, when other directories have it as well."""
        for number in (1, 2):
            self.publish()
            self.reactor.advance(TIMES.soon - 1)
            self.assertFalse(self.test.testing)
            self.reactor.advance(1)
            self.reactor.advance(0)
            self.assertTrue(self.test.testing)
            self.answer(WAY + GOOD + b"page", OFFLINE)
            self.assertEqual((self.tor.opened, self.test.testing), (number, False))

    def test_nothing_else_makes_one(self) -> None:
        """A line that was cut for a while is no publication, nor is another sentence."""
        self.publish()
        self.reactor.advance(TIMES.soon)
        self.reactor.advance(0)
        self.answer(WAY + GOOD + b"page", OFFLINE)
        self.tor.enter(State.CONNECTING, State.REACHABLE, State.REACHABLE)
        self.rests()

    def test_it_can_be_switched_off(self) -> None:
        """Whoever asks for one gets it all the same."""
        self.publish()
        self.test.replace(config.Tor(self_test=False))
        self.rests()
        self.tor.enter(State.PUBLISHING, State.REACHABLE)
        self.rests()
        self.assertNoResult(self.running())

    def test_never_two_at_once(self) -> None:
        """Who asks during a test waits for that one."""
        first = self.running()
        second = self.test.run()
        self.reactor.advance(0)
        self.assertEqual(len(self.reactor.links), 1)
        self.answer(WAY + GOOD + b"page", OFFLINE)
        self.assertEqual(self.successResultOf(first), self.successResultOf(second))
        self.assertEqual(len(self.reactor.links), 2)

    def test_who_asks_is_not_asked_again_by_the_clock(self) -> None:
        """The test that was to follow a publication is this one."""
        self.publish()
        self.running()
        self.answer(WAY + GOOD + b"page", OFFLINE)
        self.rests()

    def test_the_end_of_a_test_is_told(self) -> None:
        """To those who wait, and not to one who does not wait any more; nor is one that was broken off."""
        waiting, given_up = self.test.changed(), self.test.changed()
        given_up.addErrback(lambda _: None).cancel()
        self.running()
        self.tor.enter(State.FAILED)
        self.assertNoResult(waiting)
        self.running()
        self.answer(WAY + GOOD + b"page", OFFLINE)
        self.assertIsNone(self.successResultOf(waiting))


class EndTests(SelfTestCase):
    """A test that does not come to its end."""

    def test_a_tor_that_goes_ends_it(self) -> None:
        """In the middle of a visit, and between two tries."""
        for answer in (b"", METHOD + LOGIN + b"\x05\x06"):
            running = self.running()
            self.answer(answer)
            self.tor.enter(State.FAILED)
            report = self.successResultOf(running)
            self.assertEqual(report.summary, "The onion address was not tested: tor is not connected any more.")
            self.rests()

    def test_a_tor_that_has_gone_unnoticed_ends_it(self) -> None:
        """All connections end a moment before it is known why: that says nothing of the address."""
        running = self.running()
        self.tor.gone = True
        self.answer(WAY + GOOD + b"page", WAY + GOOD + b"video")
        self.reactor.link.cut()
        self.assertIn("not tested: tor has closed", self.successResultOf(running).summary)
        self.rests()

    def test_a_tor_that_goes_soon_is_not_tested(self) -> None:
        """The next publication is."""
        self.publish()
        self.tor.enter(State.FAILED)
        self.rests()

    def test_the_end_of_the_daemon_waits_for_nothing(self) -> None:
        """At each step; those who wait hear of it."""
        for answers in ((), (WAY,), (WAY + GOOD + b"page", WAY + GOOD + b"video")):
            running = self.running()
            self.answer(*answers)
            self.test.stopService()
            self.assertIn("onionstream is ending", self.successResultOf(running).summary)
            self.rests()
            self.assertEqual(self.tor.waiting, 0)
            self.test.startService()

    def test_it_can_be_cancelled(self) -> None:
        """By the last of those who wait."""
        first = self.running()
        second = self.test.run()
        first.cancel()
        self.failureResultOf(first, CancelledError)
        self.assertTrue(self.test.testing)
        second.cancel()
        self.failureResultOf(second, CancelledError)
        self.rests()
        self.assertIsNone(self.test.last)
