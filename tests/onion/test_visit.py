"""A visit through a SOCKS port, and each way in which it comes to nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import SocksError, StatusError, VisitError
from onionstream.onion.visit import ANSWER_PATIENCE, Visited, Wish, visit
from tests.onion.test_answer import GOOD
from tests.onion.test_socks import HOST, LOGIN, METHOD, OPEN
from tests.onion.visiting import SocksReactor

WISH = Wish(host=HOST, path="/a?b", identity="1", patience=60.0)


class VisitTests(SynchronousTestCase):
    """``visit``."""

    def setUp(self) -> None:
        """Somebody listens."""
        self.reactor = SocksReactor()

    def visiting(self, wish: Wish = WISH) -> Deferred[Visited]:
        """:return: a visit that has begun."""
        begun = Deferred.fromCoroutine(visit(self.reactor, Path("/s/try.sock"), wish))
        self.reactor.advance(0)
        return begun

    def fails(self, visiting: Deferred[Visited], words: str, kind: type[VisitError] = VisitError) -> None:
        """It has failed with these words, and nothing is left of it."""
        failure = self.failureResultOf(visiting, kind)
        self.assertIn(words, failure.getErrorMessage())
        self.left()

    def left(self) -> None:
        """Nothing is left."""
        self.assertFalse(self.reactor.link.open)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_the_times_are_those_of_a_viewer(self) -> None:
        """To the connection, and from there to the first byte that he sees; nothing more was wanted."""
        visiting = self.visiting()
        self.reactor.advance(3.0)
        self.reactor.link.says(METHOD + LOGIN + OPEN)
        self.reactor.advance(0.5)
        self.reactor.link.says(GOOD)
        self.reactor.advance(0.25)
        self.reactor.link.says(b"x")
        self.assertEqual(self.successResultOf(visiting), Visited(way=3.0, answer=0.75, size=1, rate=None))
        self.left()

    def test_the_request_is_plain(self) -> None:
        """It says what it must."""
        self.visiting()
        self.reactor.link.says(METHOD + LOGIN + OPEN)
        self.assertEqual(
            self.reactor.link.heard.partition(b"GET")[2],
            f" /a?b HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode(),
        )

    def test_a_stream_is_measured_for_a_while(self) -> None:
        """And left then."""
        visiting = self.visiting(replace(WISH, seconds=10.0, settle=2.0))
        self.reactor.link.says(METHOD + LOGIN + OPEN + GOOD + bytes(60_000))
        for _ in range(10):
            self.assertNoResult(visiting)
            self.reactor.advance(1.0)
            self.reactor.link.says(bytes(50_000))
        self.assertEqual(self.successResultOf(visiting).rate, 400.0)
        self.left()

    def test_no_more_is_read_than_is_wanted(self) -> None:
        """However much comes."""
        visiting = self.visiting(replace(WISH, seconds=10.0, most=1000))
        self.reactor.link.says(METHOD + LOGIN + OPEN + GOOD)
        self.reactor.link.says(bytes(999))
        self.assertNoResult(visiting)
        self.reactor.link.says(bytes(2))
        self.assertEqual(self.successResultOf(visiting).size, 1001)
        self.reactor.link.says(bytes(10))
        self.left()

    def test_a_stream_that_ends_was_measured_until_then(self) -> None:
        """The other end may have its bounds too."""
        visiting = self.visiting(replace(WISH, seconds=10.0))
        self.reactor.link.says(METHOD + LOGIN + OPEN + GOOD + bytes(1000))
        self.reactor.advance(1.0)
        self.reactor.link.cut()
        self.assertEqual(self.successResultOf(visiting).rate, 8.0)
        self.left()

    def test_nobody_listens(self) -> None:
        """Perhaps tor has ended, or closed its port."""
        self.reactor.listening = False
        failure = self.failureResultOf(self.visiting(), VisitError)
        self.assertIn("SOCKS port cannot be reached (Connection refused)", failure.getErrorMessage())

    def test_a_refusal_keeps_its_code(self) -> None:
        """It tells more than the words."""
        visiting = self.visiting()
        self.reactor.link.says(METHOD + LOGIN + b"\x05\xf0")
        failure = self.failureResultOf(visiting, SocksError)
        self.assertEqual(failure.value.code, 0xF0)
        self.left()

    def test_silence_has_its_bound_at_each_step(self) -> None:
        """One for the way, and one for the answer, however slowly its head comes."""
        visiting = self.visiting()
        self.reactor.link.says(METHOD)
        self.reactor.advance(WISH.patience)
        self.fails(visiting, "too long to get a connection")
        visiting = self.visiting()
        self.reactor.link.says(METHOD + LOGIN + OPEN)
        self.reactor.advance(ANSWER_PATIENCE - 1)
        self.reactor.link.says(GOOD)
        self.reactor.advance(1)
        self.fails(visiting, "no answer came")

    def test_garbage_is_told(self) -> None:
        """From the port, and from the site."""
        visiting = self.visiting()
        self.reactor.link.says(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.fails(visiting, "no SOCKS port", SocksError)
        visiting = self.visiting()
        self.reactor.link.says(METHOD + LOGIN + OPEN + b"\0\r\n\r\n")
        self.fails(visiting, "no HTTP")

    def test_an_end_at_each_step_is_told(self) -> None:
        """Before the way, and before the answer."""
        visiting = self.visiting()
        self.reactor.link.says(METHOD + b"\x01")
        self.reactor.link.cut()
        self.fails(visiting, "tor has ended the connection")
        for said in (b"", GOOD[:9], GOOD):
            visiting = self.visiting()
            self.reactor.link.says(METHOD + LOGIN + OPEN + said)
            self.reactor.link.cut()
            self.fails(visiting, "before an answer came")

    def test_an_error_is_no_answer(self) -> None:
        """Whether it has a body or not."""
        for body in (b"", b"not here"):
            visiting = self.visiting()
            self.reactor.link.says(METHOD + LOGIN + OPEN + b"HTTP/1.1 404 Not Found\r\n\r\n" + body)
            self.fails(visiting, "status 404", StatusError)

    def test_it_can_be_cancelled_at_each_step(self) -> None:
        """Also before there is a connection."""
        begun = Deferred.fromCoroutine(visit(self.reactor, Path("/s/try.sock"), WISH))
        begun.cancel()
        self.failureResultOf(begun, CancelledError)
        for said in (b"", METHOD + LOGIN + OPEN, METHOD + LOGIN + OPEN + GOOD + b"x"):
            visiting = self.visiting(replace(WISH, seconds=10.0))
            self.reactor.link.says(said)
            visiting.cancel()
            self.failureResultOf(visiting, CancelledError)
            self.left()
