"""Which command is meant."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.control.protocol import UsageError
from onionstream.control.verbs import VERBS, find, summary

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs/control.md"


def meant(text: str) -> tuple[str, tuple[str, ...]]:
    """:return: the command's name, and what follows it."""
    verb, words = find(text.split())
    return verb.name, words


class FindTests(SynchronousTestCase):
    """``find``."""

    def wrong(self, text: str) -> str:
        """:return: what is said of it."""
        return str(self.assertRaises(UsageError, find, text.split()))

    def test_every_command_by_its_name(self) -> None:
        """With whatever follows; in capitals too."""
        for verb in VERBS:
            self.assertEqual(meant(f"{verb.name} 1 two"), (verb.name, ("1", "two")))
            self.assertEqual(meant(verb.name.upper()), (verb.name, ()))

    def test_A65_words_may_be_shortened(self) -> None:
        """As long as one is meant."""
        self.assertEqual(meant("st"), ("status", ()))
        self.assertEqual(meant("t se a b"), ("title set", ("a", "b")))
        self.assertEqual(meant("d c"), ("doors captcha", ()))
        self.assertEqual(meant("so r"), ("source restart", ()))

    def test_A65_a_whole_word_is_no_beginning_of_another(self) -> None:
        """``ban`` is not ``bans``."""
        self.assertEqual([meant(word)[0] for word in ("ban", "invite")], ["ban", "invite"])

    def test_A65_which_one_is_said(self) -> None:
        """Where it may be several."""
        self.assertEqual(self.wrong("b"), "`b` may be ban or bans.")
        self.assertEqual(self.wrong("title s x"), "`s` may be show or set after `title`.")

    def test_A65_what_was_expected_is_said(self) -> None:
        """Where it is none."""
        self.assertEqual(self.wrong("source ajar"), "Expected after `source`: status, on, off or restart, not `ajar`.")
        self.assertTrue(self.wrong("").startswith("Expected: help, status,"))
        self.assertTrue(self.wrong("delete").endswith("config or events, not `delete`."))

    def test_a_group_alone_shows_something(self) -> None:
        """Nothing is changed by half a command."""
        groups = {verb.words[0] for verb in VERBS if len(verb.words) > 1}
        found = {group: meant(group)[0] for group in groups}
        self.assertEqual({name.split()[1] for name in found.values()}, {"show", "status"})
        counts = Counter(verb.words[0] for verb in VERBS)
        self.assertEqual({group for group, count in counts.items() if count > 1}, groups - {"config"})

    def test_no_word_is_a_command_and_a_group(self) -> None:
        """And no command has more than two."""
        lengths: dict[str, set[int]] = {}
        for verb in VERBS:
            lengths.setdefault(verb.words[0], set()).add(len(verb.words))
        self.assertLessEqual({tuple(found) for found in lengths.values()}, {(1,), (2,)})

    def test_what_is_secret_is_not_shown(self) -> None:
        """Of a password it is only shown that there was one; of all else what was said."""
        for text, shown in (
            ("d p correct horse", "doors password (not shown)"),
            ("d p", "doors password"),
            ("t se Day 12", "title set Day 12"),
        ):
            verb, words = find(text.split())
            self.assertEqual(verb.shown(words), shown)

    @given(st.lists(st.text(max_size=8), max_size=4))
    def test_B80_any_words(self, words: list[str]) -> None:
        """They mean a command, or it is said why not."""
        try:
            verb, rest = find(words)
        except UsageError as error:
            self.assertTrue(str(error).endswith("."))
        else:
            self.assertIn(verb, VERBS)
            self.assertEqual(tuple(words)[len(words) - len(rest) :], rest)

    def test_the_document_has_all_of_them(self) -> None:
        """As they are written."""
        told = DOCUMENT.read_text(encoding="utf-8").replace("\\|", "|")
        self.assertEqual([verb.usage for verb in VERBS if f"`{verb.usage}`" not in told], [])

    def test_help_has_all_of_them(self) -> None:
        """A line each, that fits into a terminal."""
        lines = summary()
        for verb in VERBS:
            self.assertEqual(sum(line.startswith(f"{verb.usage}  ") for line in lines), 1, verb.name)
        self.assertLessEqual(max(map(len, lines)), 80)
