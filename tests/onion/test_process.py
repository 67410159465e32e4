"""The adapter between Twisted's processes and a run of tor."""

from __future__ import annotations

from signal import SIGCONT, SIGTERM

from twisted.internet.defer import CancelledError
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import CannotStartError
from onionstream.onion.process import LINGERING, PATIENCE, ask, spawn
from tests.encoder.fakes import FakeReactor


class SpawnTests(SynchronousTestCase):
    """``spawn``."""

    def setUp(self) -> None:
        """Start an invented process."""
        self.reactor = FakeReactor()
        self.heard: list[bytes | str] = []
        self.process = spawn(self.reactor, ["/t", "-f"], {"A": "b"}, self.heard.append, self.heard.append)

    def test_it_is_started_as_said(self) -> None:
        """With its environment and nothing to read."""
        started = self.reactor.process
        self.assertEqual((started.arguments, self.reactor.environment), (["/t", "-f"], {"A": "b"}))
        self.assertFalse(started.stdin_open)
        self.assertEqual(set(self.reactor.descriptors or {}), {0, 1, 2})

    def test_all_it_writes_is_heard_and_then_its_end(self) -> None:
        """From both pipes."""
        self.reactor.process.says(b"one")
        self.reactor.process.complains(b"two")
        self.reactor.process.end(1)
        self.assertEqual(self.heard, [b"one", b"two", "ended with status 1"])

    def test_each_end_has_its_words(self) -> None:
        """They follow its name."""
        self.reactor.process.end(0, 9)
        spawn(self.reactor, ["/t"], {}, self.heard.append, self.heard.append)
        self.reactor.process.end()
        self.assertEqual(self.heard, ["was ended by signal 9 (SIGKILL)", "ended by itself"])

    def test_pipes_that_another_process_holds_are_closed_after_a_moment(self) -> None:
        """A pluggable transport may outlive tor."""
        self.reactor.process.exit()
        self.assertEqual(self.heard, [])
        self.reactor.advance(LINGERING)
        self.assertEqual(self.heard, ["ended by itself"])

    def test_a_signal_after_the_end_is_no_error(self) -> None:
        """It may end between our decision and the signal."""
        self.process.signal(SIGTERM, SIGCONT)
        self.assertEqual(self.reactor.process.signals, ["TERM", "CONT"])
        self.reactor.process.exit()
        self.process.signal(SIGTERM)
        self.assertEqual(self.reactor.process.signals, ["TERM", "CONT"])

    def test_a_system_without_room_is_told(self) -> None:
        """In a sentence."""
        self.reactor.exhausted = True
        problem = self.assertRaises(CannotStartError, spawn, self.reactor, ["/t"], {}, print, print)
        self.assertEqual(str(problem), "tor cannot be started: Too many open files.")
        self.assertRaises(CannotStartError, ask, self.reactor, ["/t"], {})
        self.assertEqual(self.reactor.getDelayedCalls(), [])


class AskTests(SynchronousTestCase):
    """``ask``."""

    def setUp(self) -> None:
        """Ask."""
        self.reactor = FakeReactor()
        self.answer = ask(self.reactor, ["/t", "--version"], {})

    def test_the_answer_comes_with_the_end(self) -> None:
        """All of it, and nothing is waited for."""
        self.reactor.process.says(b"Tor version ")
        self.assertNoResult(self.answer)
        self.reactor.process.says(b"0.4.9.11.\xff")
        self.reactor.process.end(0)
        self.assertEqual(self.successResultOf(self.answer), "Tor version 0.4.9.11.\ufffd")
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_one_that_does_not_end_is_ended(self) -> None:
        """After some seconds."""
        self.reactor.advance(PATIENCE)
        self.assertEqual(self.successResultOf(self.answer), "")
        self.assertEqual(self.reactor.process.signals, ["KILL"])

    def test_an_answer_without_an_end_is_cut(self) -> None:
        """Memory is bounded."""
        for _ in range(10):
            self.reactor.process.says(b"x" * 20_000)
        self.reactor.process.end(0)
        self.assertEqual(len(self.successResultOf(self.answer)), 65536)

    def test_cancelling_ends_it(self) -> None:
        """And what it says afterwards is nobody's."""
        self.answer.cancel()
        self.failureResultOf(self.answer, CancelledError)
        self.reactor.advance(0)
        self.assertEqual((self.reactor.process.signals, self.reactor.getDelayedCalls()), (["KILL"], []))
