"""The language of the control socket."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.control.protocol import LONGEST, Answer, Lines, Reply, Request, UsageError, request, wanted

LINES = st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")), max_size=8)


def heard(*pieces: bytes) -> tuple[list[bytes], bool]:
    """:return: the lines that come out, and whether one was too long."""
    lines = Lines()
    return [line for piece in pieces for line in lines.feed(piece)], lines.too_long


class LineTests(SynchronousTestCase):
    """Bytes in, lines out."""

    @given(LINES, st.binary(max_size=40), st.lists(st.integers(0, 400), max_size=20))
    def test_B80_any_chunking(self, lines: list[bytes], rest: bytes, cuts: list[int]) -> None:
        """However it comes, the same lines come out; what has no end never does."""
        rest = rest.replace(b"\n", b"")
        raw = b"".join(line + b"\n" for line in lines) + rest
        places = sorted({min(cut, len(raw)) for cut in cuts})
        pieces = [raw[start:end] for start, end in zip([0, *places], [*places, len(raw)], strict=True)]
        self.assertEqual(heard(*pieces), (lines, False))

    @given(st.integers(0, LONGEST + 1), st.integers(-1, 1))
    @example(0, 0)
    @example(LONGEST, 1)
    @example(LONGEST + 1, 1)
    def test_D50_a_line_over_64_KiB_is_the_end(self, cut: int, more: int) -> None:
        """Those before it count, and nothing after it; with an end or without."""
        long = b"x" * (LONGEST + more)
        for raw in (b"a\n" + long + b"\nb\n", b"a\n" + long):
            whole, too_long = heard(raw[: cut + 2], raw[cut + 2 :])
            self.assertEqual(too_long, more == 1)
            fits = [long, b"b"] if raw.endswith(b"\n") else []
            self.assertEqual(whole, [b"a", *([] if too_long else fits)])

    def test_D50_nothing_is_kept_of_a_line_without_an_end(self) -> None:
        """Whatever comes after it."""
        lines = Lines()
        for _ in range(100):
            self.assertEqual(lines.feed(b"x" * LONGEST), [])
        self.assertLessEqual(len(lines._rest), LONGEST)


class RequestTests(SynchronousTestCase):
    """Lines as commands."""

    def test_words_with_spaces_between(self) -> None:
        """And around them; the line's end may be that of other systems."""
        self.assertEqual(request(b"  title  set My stream \r"), Request(("title", "set", "My", "stream")))

    def test_a_list_in_json(self) -> None:
        """A word may hold anything then."""
        self.assertEqual(request(b'["say", "two\\nlines  "]'), Request(("say", "two\nlines  ")))

    def test_an_empty_line_is_nothing(self) -> None:
        """Of any kind."""
        self.assertEqual([request(line) for line in (b"", b" \t\r", b"[]", b" [ ] ")], [None] * 4)

    def test_replies_in_json_on_request(self) -> None:
        """By the first word, in both forms."""
        for line in (b"--json status", b'["--json", "status"]'):
            self.assertEqual(request(line), Request(("status",), json=True))
        self.assertRaises(UsageError, request, b"--json")

    def test_B80_what_is_no_command(self) -> None:
        """No UTF-8, no JSON, JSON of something else, as deep or as large as a line can hold."""
        deep, large = b"[" * LONGEST, b"[" + b"9" * 60_000 + b"]"
        for line in (b"\xff", b"[", b"[1]", b'[["a"]]', b'["a"] b', b"[null]", b'["\\ud800"]', deep, large):
            self.assertRaises(UsageError, request, line)

    @given(st.binary(max_size=60))
    @example(b'["\\')
    def test_B80_any_line(self, line: bytes) -> None:
        """It is a command, or nothing, or wrong; there is no other outcome."""
        try:
            found = request(line)
        except UsageError as error:
            self.assertTrue(str(error))
        else:
            self.assertTrue(found is None or found.words)

    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1), st.booleans())
    def test_any_words_arrive_as_they_were_sent(self, words: list[str], as_json: bool) -> None:
        """In one line, whatever is in them."""
        line = wanted(words, as_json=as_json)
        self.assertEqual(line.count(b"\n"), 1)
        if words[0] != "--json":
            self.assertEqual(request(line), Request(tuple(words), json=as_json))


class ReplyTests(SynchronousTestCase):
    """What goes back."""

    def test_A65_the_command_in_full_and_what_came_of_it(self) -> None:
        """Then an empty line; what came of it is indented."""
        reply = Reply(command="title show", answer=Answer(("My stream", "")))
        self.assertEqual(reply.text(), b"title show\n  My stream\n  \n\n")

    def test_A65_why_nothing_came_of_it(self) -> None:
        """One line."""
        self.assertEqual(
            Reply(command="ban 7", error="Nobody is known by 7.").text(), b"error: Nobody is known by 7.\n\n"
        )

    def test_for_programs(self) -> None:
        """One object a line, in ASCII."""
        good = Reply(command="title show", answer=Answer(("Ünïon",), {"title": "Ünïon"})).json()
        bad = Reply(command="", error="No.", usage=True).json()
        self.assertEqual([line.count(b"\n") for line in (good, bad)], [1, 1])
        self.assertTrue(good.isascii())
        self.assertEqual(
            [json.loads(line) for line in (good, bad)],
            [
                {"ok": True, "command": "title show", "lines": ["Ünïon"], "data": {"title": "Ünïon"}},
                {"ok": False, "command": "", "error": "No.", "usage": True},
            ],
        )

    @given(st.text(), st.text())
    def test_nothing_a_terminal_would_obey(self, command: str, line: str) -> None:
        """Whatever somebody has typed, or was called."""
        reply = Reply(command=command, answer=Answer((line,)))
        for row in (*reply.text().decode().split("\n"), *json.loads(reply.json())["lines"]):
            self.assertTrue(row.replace("\u200d", "").isprintable(), row)
