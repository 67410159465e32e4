"""The word filter: what is censored, what is blocked, who is banned (S60 to S63, D-60)."""

from __future__ import annotations

import re
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat import filters
from onionstream.chat.filters import (
    CENSORED,
    LONGEST,
    LONGEST_ROW,
    MOST_PATTERNS,
    Action,
    FilterError,
    Filters,
    Judgement,
)
from tests.chat.unicodes import ACUTE, HOSTILE, SOFT_HYPHEN, VS16, ZWJ, ZWSP

WORDS = ("ham", "Egg", "c3po", "\u00fcber", "\u0431\u043e\u0440\u0449", "spam and eggs", "f*ck", "c++")
TEXTS = st.lists(
    st.sampled_from(
        [*WORDS, "HAM", "hammer", "spam", "and", "eggs", "f", "c", "*", "+", " ", " ", "\n", ", ", "_", ZWSP]
    )
).map("".join)
ALONE = r"(?<![^\W_]){}(?![^\W_])"
"""A pattern of Python's for a whole word."""


def censored(text: str, *entries: str, ignore_case: bool = True) -> str:
    """:return: what others see of a text."""
    return Filters(censor=entries, ignore_case=ignore_case).judge(text).text


def complaint(*entries: str) -> str:
    """:return: what is wrong with a list; empty: nothing is."""
    try:
        Filters(block=entries)
    except FilterError as problem:
        return str(problem)
    return ""


class WordTests(SynchronousTestCase):
    """Entries that are words."""

    def test_S60_a_plain_word_is_found_as_a_whole_word(self) -> None:
        """At both ends of the text, beside signs, and not inside another."""
        text = "ham, hammer (ham) gotham ham_ham \u00abham\u00bb ham\u2122 ham"
        want = "X, hammer (X) gotham X_X \u00abX\u00bb X\u2122 X"
        self.assertEqual(censored(text, "ham"), want.replace("X", CENSORED))

    def test_S60_letters_and_digits_of_every_script_belong_to_a_word(self) -> None:
        """RE2's own boundary of words would know those of English only."""
        for text in ("ham\u00fc", "\u044fham", "ham5", "ham\u0665", "\u05d0ham", "\u30cf\u30e0ham"):
            self.assertEqual(censored(text, "ham"), text)
        self.assertEqual(censored("ein \u00fcber, \u00fcberall", "\u00fcber"), f"ein {CENSORED}, \u00fcberall")

    def test_S60_an_entry_may_be_several_words_in_a_row(self) -> None:
        """With any space and line ends between, and with nothing else."""
        for text in ("spam and eggs", "Spam  and\neggs", "spam\tAND \n eggs"):
            self.assertEqual(censored(text, " spam and eggs "), CENSORED)
        for text in ("spam, and eggs", "spam and", "and eggs", "spamand eggs", "spam and and eggs"):
            self.assertEqual(censored(text, "spam and eggs"), text)

    def test_S60_an_entry_may_hold_signs(self) -> None:
        """They mean themselves."""
        self.assertEqual(censored("c++ c c+ .* f*ck", "c++", "f*ck", ".*"), f"{CENSORED} c c+ {CENSORED} {CENSORED}")

    def test_S60_rows_that_overlap_are_one_place(self) -> None:
        """Also where the first that begins is not one."""
        self.assertEqual(censored("a a b a b c", "a b a", "a b c", "a x"), f"a {CENSORED}")

    def test_S60_capital_and_small_letters_are_the_same_unless_they_count(self) -> None:
        """In all scripts that have them."""
        for entry, text in (
            ("ham", "HaM"),
            ("HAM", "ham"),
            ("\u0431\u043e\u0440\u0449", "\u0411\u041e\u0420\u0429"),
            ("gro\u00df", "GROSS"),
        ):
            self.assertEqual(censored(text, entry), CENSORED)
        self.assertEqual(censored("jap Jap JAP", "Jap", ignore_case=False), f"jap {CENSORED} JAP")


class DisguiseTests(SynchronousTestCase):
    """Words that only look different (D-12, D-60)."""

    def test_D60_invisible_characters_do_not_help(self) -> None:
        """Before, in and after a word."""
        for hidden in (ZWSP, ZWJ, SOFT_HYPHEN, VS16, "\u034f", "\u3164", "\U000e0041"):
            text = f"{hidden}b{hidden}a{hidden}d{hidden}"
            self.assertEqual(censored(f"a {text}.", "bad"), f"a {CENSORED}.", ascii(hidden))

    def test_D60_marks_do_not_help(self) -> None:
        """Neither a stroke through each letter, nor accents."""
        for text in ("b\u0336a\u0336d\u0336", f"ba{ACUTE * 3}d", "b\u00e4d", "B\u00c1D"):
            self.assertEqual(censored(text, "bad"), CENSORED, ascii(text))

    def test_D60_letters_that_look_alike_do_not_help(self) -> None:
        """Of other scripts, of other widths, in circles, or digits."""
        for text in (
            "b\u0430d",
            "\uff42\uff41\uff44",
            "\u24d1\u24d0\u24d3",
            "\U0001d41b\U0001d41a\U0001d41d",
            "\U0001f171\U0001f170\U0001f173",
        ):
            self.assertEqual(censored(text, "bad"), CENSORED, ascii(text))
        self.assertEqual(censored("n0 N0 k1ll kiIl", "no", "kill"), f"{CENSORED} {CENSORED} {CENSORED} kiIl")

    def test_a_word_of_plain_letters_is_no_other(self) -> None:
        """Although a skeleton takes i for l: nobody is banned for a word that he did not write."""
        for entry, text in (("heil", "hell"), ("hell", "heil"), ("balls", "bails"), ("100", "loo"), ("loo", "100")):
            self.assertIs(Filters(ban=[entry]).judge(text).action, None)

    def test_a_word_with_an_accent_is_not_the_plain_one(self) -> None:
        """Who bans the one with the accent does not mean the other."""
        self.assertEqual(censored("ano a\u00f1o", "a\u00f1o"), f"ano {CENSORED}")
        self.assertEqual(censored("ano a\u00f1o", "ano"), f"{CENSORED} {CENSORED}")

    def test_scripts_whose_vowels_are_marks_keep_them(self) -> None:
        """Two words of Hindi, which have one skeleton."""
        self.assertEqual(censored("\u0915\u093f \u0915\u093e", "\u0915\u093f"), f"{CENSORED} \u0915\u093e")

    def test_disguise_is_seen_through_where_case_counts(self) -> None:
        """There it counts no more."""
        self.assertEqual(censored("B\u0430d bad Bad", "bad", ignore_case=False), f"{CENSORED} {CENSORED} Bad")

    @given(st.lists(st.sampled_from([ZWSP, ZWJ, SOFT_HYPHEN, ACUTE, "\u0336", VS16, "\u034f"]), min_size=4, max_size=4))
    def test_D60_any_of_them_anywhere(self, hidden: list[str]) -> None:
        """Marks and invisible characters at each place."""
        text = "".join(each + more for each, more in zip(" ham", hidden, strict=True))
        self.assertIs(Filters(block=["ham"]).judge(text).action, Action.BLOCK)


class PatternTests(SynchronousTestCase):
    """Entries that begin with ``re:``."""

    def test_S60_a_pattern_is_found_anywhere(self) -> None:
        """Inside words, over lines, and more than once."""
        self.assertEqual(censored("Sausage sausagesx\nsau", r"re:sausages?"), f"{CENSORED} {CENSORED}x\nsau")
        self.assertEqual(censored("a1\n22b", r"re:[0-9\s]+"), f"a{CENSORED}b")

    def test_S60_the_case_of_a_pattern_counts_if_that_is_set(self) -> None:
        """As that of words."""
        self.assertEqual(censored("HAM ham", "re:ha", ignore_case=False), f"HAM {CENSORED}m")

    def test_D60_a_pattern_sees_through_disguises(self) -> None:
        """It finds as much as without them, and the marks and invisible characters in it."""
        for text in (f"sh{ZWSP}itlist", "sh1tlist", "sh\u0456tlist", "\u0455hitlist", "s\u0336h\u0336i\u0336tlist"):
            self.assertEqual(censored(f"my {text}!", "re:shit"), f"my {CENSORED}list!", ascii(text))
        self.assertEqual(
            censored("he11o \uff11 \u216b.", "re:hell", "re:1", "re:xi+$"), f"{CENSORED}o {CENSORED} \u216b."
        )

    def test_D60_a_pattern_that_hangs_other_engines_does_not_hang(self) -> None:
        """With Python's own ``re`` this test would not end in the life of a person."""
        for pattern in ("(a+)+$", "(a|aa)+$", "(a|a)*b$", "^(([a-z])+.)+[A-Z]([a-z])+$"):
            self.assertIs(Filters(ban=[f"re:{pattern}"], ignore_case=False).judge("a" * 4000 + "!").action, None)

    def test_a_match_of_nothing_is_none(self) -> None:
        """Of a pattern that RE2 finds between two letters of which one is not English."""
        self.assertEqual(censored("a\u00fc\u00fc", r"re:\B(?:x|\b)?y?z*x"), "a\u00fc\u00fc")
        self.assertIs(Filters(ban=[r"re:\pN*\x{fc}?\b\x{fc}|x"]).judge("a").action, None)


class JudgementTests(SynchronousTestCase):
    """``Filters.judge``: what is to be done."""

    def setUp(self) -> None:
        """Each list has a word and a pattern."""
        self.lists = (["one", "re:1+"], ["two", "re:2+"], ["three", "re:3+"])
        self.filters = Filters(*self.lists)

    def test_S61_each_list_has_its_action(self) -> None:
        """Only what is censored changes the text."""
        for text, want in (
            ("four 4", Judgement(None, "four 4")),
            ("a one b 11", Judgement(Action.CENSOR, f"a {CENSORED} b {CENSORED}")),
            ("a two", Judgement(Action.BLOCK, "a two")),
            ("22", Judgement(Action.BLOCK, "22")),
            ("a three", Judgement(Action.BAN, "a three")),
            ("33", Judgement(Action.BAN, "33")),
            ("", Judgement(None, "")),
        ):
            self.assertEqual(self.filters.judge(text), want)

    def test_S62_to_ban_outranks_to_block_which_outranks_to_censor(self) -> None:
        """Wherever they stand in the text."""
        for words, numbers in product(("one two", "two one"), ("", " 1")):
            self.assertEqual(self.filters.judge(words + numbers), Judgement(Action.BLOCK, words + numbers))
        for text in ("one two three", "three two one", "2 3 1"):
            self.assertEqual(self.filters.judge(text), Judgement(Action.BAN, text))

    def test_S62_the_broadcaster_is_blocked_at_the_most(self) -> None:
        """And censored like everybody."""
        said = [self.filters.judge(text, broadcaster=True).action for text in ("three", "two", "one", "four")]
        self.assertEqual(said, [Action.BLOCK, Action.BLOCK, Action.CENSOR, None])

    def test_S62_a_tyrant_may_write_what_he_likes(self) -> None:
        """And nobody else."""
        tyranny = Filters(*self.lists, tyranny=True)
        self.assertEqual(tyranny.judge("one two three", broadcaster=True), Judgement(None, "one two three"))
        self.assertIs(tyranny.judge("one two three").action, Action.BAN)

    def test_S63_an_entry_never_finds_what_stands_for_another_one(self) -> None:
        """Nor is anything replaced twice."""
        entries = ("bad", "censored", "re:CENS", r"re:\[|\]", "re:ORED.*bad")
        self.assertEqual(censored("a bad ham", *entries), f"a {CENSORED} ham")

    def test_S63_text_is_plain(self) -> None:
        """What would be markup in a page is text like any other."""
        self.assertEqual(censored("<b>ham</b> &amp;", "ham", "amp"), f"<b>{CENSORED}</b> &{CENSORED};")

    def test_places_that_touch_are_one(self) -> None:
        """So a text cannot be made ten times as long."""
        self.assertEqual(censored("hahaha", "re:ha", "re:ah"), CENSORED)


class AnyTextTests(SynchronousTestCase):
    """Whatever is written."""

    @given(TEXTS, st.sets(st.sampled_from(WORDS)))
    def test_S61_nothing_is_left_to_be_censored(self, text: str, entries: set[str]) -> None:
        """Neither for these filters, nor as Python's ``re`` sees a whole word."""
        word_filter = Filters(censor=[*entries])
        seen = word_filter.judge(text).text
        self.assertIs(word_filter.judge(seen).action, None)
        for word in entries & {"ham", "Egg", "\u00fcber"}:
            self.assertIsNone(re.search(ALONE.format(re.escape(word)), seen.replace(ZWSP, ""), re.IGNORECASE))

    @given(st.text(st.sampled_from("ab cA\n.")), st.lists(st.text(st.sampled_from("abc"), min_size=1)))
    def test_S60_plain_letters_are_found_as_python_would_find_them(self, text: str, entries: list[str]) -> None:
        """In a text without disguises."""
        want = any(re.search(ALONE.format(word), text, re.IGNORECASE) for word in entries)
        self.assertIs(Filters(block=entries).judge(text).action, Action.BLOCK if want else None)

    @given(HOSTILE, st.sampled_from([(), ("a",), ("re:[ab]",), ("ham", r"re:\w", "|", "i"), (r"re:[^a]",)]))
    def test_S63_what_is_not_censored_stays_as_it_was(self, text: str, entries: tuple[str, ...]) -> None:
        """In its order, and where nothing is found, all of it."""
        judged = Filters(censor=entries).judge(text)
        form = ".+".join(map(re.escape, judged.text.split(CENSORED)))
        self.assertTrue(re.fullmatch(form, text, re.DOTALL))
        self.assertEqual(judged.action is None, judged.text == text)

    @given(st.text() | HOSTILE, HOSTILE)
    def test_D60_any_entry_is_taken_or_refused(self, entry: str, text: str) -> None:
        """With no other error, as a word and as a pattern; what is a word finds itself."""
        complaint(f"re:{entry}")
        if not complaint(entry) and not entry.startswith("re:"):
            self.assertIs(Filters(block=[entry]).judge(entry).action, Action.BLOCK)
            Filters(block=[entry]).judge(text)


class RefusalTests(SynchronousTestCase):
    """What cannot be an entry is refused before anybody writes."""

    def test_D60_what_RE2_does_not_take_is_named_with_its_reason(self) -> None:
        """List, number, entry, and what RE2 says."""
        for pattern, want in (
            ("(a", "missing ): (a"),
            ("[a", "missing ]: [a"),
            ("*", "no argument for repetition operator: *"),
            ("a(?=b)", "invalid perl operator: (?= (RE2 does not look ahead or back)"),
            ("(?<!b)a", "(?<! (RE2 does not look ahead or back)"),
            (r"(a)\1", r"invalid escape sequence: \1 (RE2 has no references back)"),
            ("a{1001}", "invalid repetition size: {1001} (RE2 repeats at most 1000 times)"),
            (r"\p{Nobody}", r"invalid character class range: \p{Nobody}"),
        ):
            said = complaint("fine", f"re:{pattern}")
            self.assertTrue(said.startswith(f'block, number 2: "re:{pattern}" is no pattern: '), said)
            self.assertIn(want, said)

    def test_D60_the_error_has_its_parts(self) -> None:
        """For whoever knows better where the entry stands."""
        problem = self.assertRaises(FilterError, Filters, ban=["a", "b", "re:("])
        self.assertEqual((problem.list, problem.index, problem.entry), ("ban", 3, "re:("))
        self.assertEqual(problem.reason, "is no pattern: missing ): (")

    def test_a_pattern_that_needs_no_character_is_refused(self) -> None:
        """It would be found in every message."""
        for pattern in ("", "a*", "(|bad)", "^", "$", r"\b", r"\B", "(?i)", "(bad)?", "[0-9]*$"):
            self.assertIn("is also found where there is nothing", complaint(f"re:{pattern}"), pattern)

    def test_an_entry_with_nothing_in_it_is_refused(self) -> None:
        """Nobody could see what it finds."""
        for entry in ("", " ", ZWSP, "\u3164", f" {VS16} "):
            self.assertIn("must have a word or sign that can be seen", complaint(entry), ascii(entry))

    def test_D60_entries_are_bounded(self) -> None:
        """In characters, and in words."""
        self.assertEqual(complaint("a" * LONGEST, " ".join("a" * LONGEST_ROW)), "")
        self.assertIn("has more than 512 characters", complaint("a" * (LONGEST + 1)))
        self.assertIn("has more than 512 characters", complaint("re:" + "a" * (LONGEST - 2)))
        self.assertIn("no more than 16 of them", complaint(" ".join("a" * (LONGEST_ROW + 1))))

    def test_D60_patterns_are_bounded_in_all_lists_together(self) -> None:
        """256; words do not count among them."""
        half = [f"re:word{number}" for number in range(MOST_PATTERNS // 2)]
        Filters(censor=half, block=["word"] * 300, ban=half)
        problem = self.assertRaises(FilterError, Filters, censor=half, block=["re:x"], ban=half)
        self.assertEqual((problem.list, problem.index), ("ban", MOST_PATTERNS // 2))
        self.assertIn("there may be 256 in all lists together", problem.reason)

    def test_D60_what_RE2_makes_of_them_is_bounded_too(self) -> None:
        """One whose program would not fit, and several that would take long together."""
        self.assertIn("pattern too large", complaint(r"re:(\pL{50}){9}"))
        large = "re:((a?b?c?d?){30}){20}x"
        self.assertEqual(complaint(large), "")
        self.assertIn("too large together with those before it", complaint(*[large] * 9))
        self.assertLess(filters.LARGEST, 9 * 30 * 20 * 4)
