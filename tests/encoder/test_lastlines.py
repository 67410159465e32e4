"""The ring of ffmpeg's last lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.lastlines import BOUND, LastLines


class LastLinesTests(SynchronousTestCase):
    """What is kept, and how much of it."""

    @given(st.lists(st.binary(max_size=40)))
    def test_the_chunking_does_not_matter(self, chunks: list[bytes]) -> None:
        """The same bytes in any pieces give the same lines."""
        whole, pieces = LastLines(), LastLines()
        whole.feed(b"".join(chunks))
        for chunk in chunks:
            pieces.feed(chunk)
        self.assertEqual(whole.last(1000), pieces.last(1000))

    @given(st.lists(st.binary(max_size=5000), max_size=60))
    def test_the_bound_is_never_exceeded(self, chunks: list[bytes]) -> None:
        """Whatever comes, no more than 64 KiB of it stay; also of lines that never end."""
        lines = LastLines()
        for chunk in chunks:
            lines.feed(chunk * 20)
            self.assertLessEqual(sum(map(len, lines.last(BOUND))), BOUND)
            self.assertLessEqual(max(map(len, lines.last(BOUND)), default=0), 1000)

    def test_the_oldest_lines_go_first(self) -> None:
        """The newest ones are the ones that matter."""
        lines = LastLines()
        lines.feed(b"".join(b"line %d\n" % number for number in range(10_000)))
        self.assertEqual(lines.last(2), ("line 9998", "line 9999"))

    def test_what_is_no_text_is_replaced(self) -> None:
        """Neither a terminal nor a page can be led astray by what ffmpeg repeats from a file's tags."""
        lines = LastLines()
        lines.feed(b"title: \x1b[31mred\x07 \xff \xe2\x80\xae\n\n   \n")
        self.assertEqual(lines.last(5), ("title: \ufffd[31mred\ufffd \ufffd \ufffd",))

    def test_the_lines_of_one_run_are_told_from_those_before(self) -> None:
        """An old complaint explains no new death."""
        lines = LastLines()
        lines.feed(b"old\nunfinished")
        lines.begin_run()
        self.assertEqual(lines.last_of_run(5), ())
        lines.feed(b"new\n")
        self.assertEqual(lines.last_of_run(5), ("new",))
        self.assertEqual(lines.last(5), ("old", "unfinished", "new"))

    def test_no_lines_can_be_asked_for(self) -> None:
        """And then there are none."""
        lines = LastLines()
        lines.feed(b"one\n")
        self.assertEqual(lines.last(0), ())
