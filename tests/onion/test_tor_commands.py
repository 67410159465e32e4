"""What is wanted of a tor that runs: an end, other settings, closed circuits."""

from __future__ import annotations

from onionstream.onion.control import PATIENCE
from onionstream.onion.errors import ControlError
from onionstream.onion.progress import State
from onionstream.onion.run import ASKED_PATIENCE, TERM_PATIENCE
from tests.onion.kept import TorTestCase


class StopTests(TorTestCase):
    """Ends that somebody asked for."""

    def test_R40_tor_is_asked_to_end(self) -> None:
        """No signal is needed, and nothing is waited for afterwards."""
        self.start()
        self.stop()
        self.assertEqual((self.reactor.process.signals, self.state), ([], State.STOPPED))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_R40_one_that_does_not_heed_is_told_and_then_killed(self) -> None:
        """Within seven seconds."""
        self.start()
        self.reactor.process.obedient = False
        stopped = self.tor.stopService()
        self.reactor.advance(ASKED_PATIENCE)
        self.assertEqual(self.reactor.process.signals, ["TERM", "CONT"])
        self.assertNoResult(stopped)
        self.reactor.advance(TERM_PATIENCE)
        self.assertEqual(self.reactor.process.signals, ["TERM", "CONT", "KILL"])
        self.successResultOf(stopped)
        self.assertEqual((self.state, self.reactor.getDelayedCalls()), (State.STOPPED, []))

    def test_it_can_be_stopped_at_any_moment(self) -> None:
        """Before its version is known, before it listens, while it lets us in, while it waits for the next try."""
        for moment in ("version", "listening", "silence", "waiting"):
            with self.subTest(moment):
                self.reactor.listening = moment != "listening"
                self.reactor.answers["AUTHENTICATE"] = "250 OK" if moment != "silence" else (lambda link: None)
                self.tor.startService()
                if moment != "version":
                    self.reactor.advance(0)
                if moment == "waiting":
                    self.reactor.process.end(1)
                self.stop()
                self.reactor.advance(0)
                self.assertEqual((self.state, self.reactor.getDelayedCalls()), (State.STOPPED, []))
                self.assertTrue(all(process.ended for process in self.reactor.processes))

    def test_a_start_while_it_ends_is_another_run(self) -> None:
        """As soon as the first has ended."""
        self.start()
        stopped = self.tor.stopService()
        self.tor.startService()
        self.assertEqual(len(self.reactor.runs), 1)
        self.reactor.advance(0)
        self.successResultOf(stopped)
        self.assertEqual((self.state, len(self.reactor.runs)), (State.CONNECTING, 2))

    def test_restart(self) -> None:
        """A run is followed by another at once; what waits begins at once; what is stopped stays so."""
        self.tor.restart()
        self.assertEqual(self.state, State.STOPPED)
        self.start()
        self.tor.restart()
        self.reactor.advance(0)
        self.assertEqual((self.state, len(self.reactor.runs)), (State.CONNECTING, 2))
        self.reactor.process.end(1)
        self.tor.restart()
        self.reactor.advance(0)
        self.assertEqual((self.state, len(self.reactor.runs)), (State.CONNECTING, 3))


class CommandTests(TorTestCase):
    """What others want of tor while it runs."""

    def setUp(self) -> None:
        """It runs."""
        super().setUp()
        self.start()
        self.publish()

    def test_L23_other_settings_are_read_by_the_same_tor(self) -> None:
        """All connections stay."""
        told = self.tor.replace(self.other(max_streams=30))
        self.reactor.advance(0)
        self.successResultOf(told)
        self.assertIn("HiddenServiceMaxStreams 30\n", self.paths.torrc.read_text())
        self.assertEqual((self.reactor.link.heard[-1], len(self.reactor.runs)), ("SIGNAL RELOAD", 1))

    def test_the_same_settings_are_no_news(self) -> None:
        """Nothing is said."""
        before = len(self.reactor.link.heard)
        self.successResultOf(self.tor.replace(self.other()))
        self.assertEqual(len(self.reactor.link.heard), before)

    def test_settings_that_tor_would_not_take_are_not_given_to_it(self) -> None:
        """It would end. It runs on with the former ones, and the log says why."""
        before = self.paths.torrc.read_text()
        self.reactor.verdict = b"[warn] Too few items to Bridge line.\n[err] Reading config failed\n"
        told = self.tor.replace(self.other(extra_torrc="Bridge x"))
        self.reactor.advance(0)
        self.successResultOf(told)
        self.assertIn("until its next start: A Bridge line in extra_torrc is wrong.", self.log)
        self.assertEqual(self.paths.torrc.read_text(), before)
        self.assertNotIn("SIGNAL RELOAD", self.reactor.link.heard)

    def test_settings_that_tor_refuses_in_the_end_are_told(self) -> None:
        """It keeps the former ones."""
        self.reactor.answers["SIGNAL RELOAD"] = "552 No"
        told = self.tor.replace(self.other(max_streams=30))
        self.reactor.advance(0)
        self.successResultOf(told)
        self.assertIn("keeps its former settings", self.log)

    def test_another_program_is_another_run(self) -> None:
        """At once."""
        self.successResultOf(self.tor.replace(self.other(program="other")))
        self.reactor.advance(0)
        self.assertEqual([process.arguments[0] for process in self.reactor.runs], ["/usr/sbin/tor", "/usr/sbin/other"])

    def test_it_can_be_switched_off_and_on(self) -> None:
        """Without the service being stopped."""
        told = self.tor.replace(self.other(enabled=False))
        self.reactor.advance(0)
        self.successResultOf(told)
        self.assertEqual((self.state, self.reactor.runs[-1].ended), (State.DISABLED, True))
        self.successResultOf(self.tor.replace(self.other()))
        self.reactor.advance(0)
        self.assertEqual(self.state, State.CONNECTING)

    def test_a_circuit_is_closed(self) -> None:
        """By its number."""
        closing = self.tor.close_circuit(5)
        self.reactor.advance(0)
        self.successResultOf(closing)
        self.assertEqual(self.reactor.link.heard[-1], "CLOSECIRCUIT 5")

    def test_the_service_is_offered_anew(self) -> None:
        """Taken out of tor, and read from its configuration again."""
        offering = self.tor.offer_anew()
        self.reactor.advance(0)
        self.successResultOf(offering)
        self.assertEqual(self.reactor.link.heard[-2:], ["RESETCONF HiddenServiceDir", "SIGNAL RELOAD"])
        self.assertEqual(self.state, State.PUBLISHING)

    def test_what_a_circuit_carries_is_told(self) -> None:
        """As a value; an event that is none is nothing."""
        self.reactor.link.says("650 CIRC_BW ID=7 DELIVERED_WRITTEN=100 CWND=5 RTT=66\n650 CIRC_BW what")
        ((circuit, delivered, round_trip, window),) = [
            (rate.circuit, rate.delivered, rate.round_trip, rate.window) for rate in self.rates
        ]
        self.assertEqual((circuit, delivered, round_trip, window), (7, 100, 66, 5))

    def test_a_tor_that_does_not_run_needs_no_commands(self) -> None:
        """There is nothing to close, and at its start it reads everything."""
        self.stop()
        for asked in (self.tor.reload(), self.tor.close_circuit(5), self.tor.offer_anew()):
            self.assertIsNone(self.successResultOf(asked))

    def test_one_that_does_not_answer_is_told(self) -> None:
        """In bounded time."""
        self.reactor.answers["SIGNAL RELOAD"] = lambda link: None
        asked = self.tor.reload()
        self.reactor.advance(PATIENCE)
        self.failureResultOf(asked, ControlError)
