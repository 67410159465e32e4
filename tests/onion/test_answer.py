"""An answer of HTTP, as far as the self-test reads it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.answer import LONGEST_HEAD, Answer
from onionstream.onion.errors import VisitError

GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n"


class AnswerTests(SynchronousTestCase):
    """``Answer``."""

    def test_the_body_is_counted(self) -> None:
        """And the head is not."""
        answer = Answer()
        self.assertEqual(answer.feed(GOOD + b"abc"), 3)
        self.assertEqual((answer.feed(b"de"), answer.status), (2, 200))

    def test_a_status_without_words(self) -> None:
        """RFC 9112 allows it."""
        answer = Answer()
        answer.feed(b"HTTP/1.0 404 \r\n\r\n")
        self.assertEqual(answer.status, 404)

    def test_what_is_no_HTTP_is_told(self) -> None:
        """Also another version of it."""
        for said in (
            b"\r\n\r\n",
            b"SSH-2.0\r\n\r\n",
            b"HTTP/2 200 OK\r\n\r\n",
            b"HTTP/1.1 999 OK\r\n\r\n",
            bytes(9) + GOOD,
        ):
            with self.assertRaisesRegex(VisitError, "no HTTP"):
                Answer().feed(said)

    def test_a_head_without_an_end_is_told(self) -> None:
        """Nothing without a bound is kept."""
        answer = Answer()
        answer.feed(b"H" * LONGEST_HEAD)
        with self.assertRaisesRegex(VisitError, "without an end"):
            answer.feed(b"H")

    @given(st.lists(st.integers(1, 20)), st.binary(max_size=100))
    def test_it_is_the_same_in_every_chunking(self, sizes: list[int], body: bytes) -> None:
        """Also byte by byte."""
        data, answer, counted = GOOD + body, Answer(), 0
        for size in sizes:
            counted, data = counted + answer.feed(data[:size]), data[size:]
        counted += answer.feed(data)
        self.assertEqual((counted, answer.status), (len(body), 200))
