"""What people type, made fit for the screen (D-10, D-11, B-20, B-30)."""

from __future__ import annotations

import re
from functools import partial
from unicodedata import category, normalize

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat import text as texts
from onionstream.chat.errors import ChatError
from onionstream.chat.text import (
    BlankError,
    EmptyError,
    NotTextError,
    TooLongError,
    TooManyLinesError,
    clean,
    graphemes,
    is_mark,
    line,
    lines,
    message,
)
from tests.chat.unicodes import (
    ACUTE,
    ALM,
    BOM,
    DOT_BELOW,
    FLAG,
    GIRL,
    HEART,
    HOSTILE,
    KEYCAP,
    LRI,
    LRM,
    MAN,
    PDI,
    RLO,
    SOFT_HYPHEN,
    THUMB,
    TONE,
    VS16,
    WOMAN,
    ZWJ,
    ZWNJ,
    ZWSP,
    work,
)

FAMILY = ZWJ.join((MAN, WOMAN, GIRL))
BLANKS = (
    "\u3164",
    "\u115f",
    "\u1160",
    "\uffa0",
    "\u2800",
    SOFT_HYPHEN,
    ZWSP,
    VS16 * 3,
    ZWJ * 9,
    LRM,
    ACUTE,
    "\u2028",
    "\x07",
)


class FormatTests(SynchronousTestCase):
    """Characters that are no text."""

    def test_D11_what_cannot_be_UTF8_is_refused(self) -> None:
        """Half a surrogate pair, and NUL, which no keyboard sends."""
        for bad in ("a\ud800b", "\udfff", "a\0b"):
            for function in (clean, line, lambda raw: message(raw, 512, 12)):
                self.assertRaises(NotTextError, function, bad)

    def test_D11_control_characters_go(self) -> None:
        """Escapes for terminals too, and DEL and the C1 block; a new line stays."""
        self.assertEqual(clean("a\x1b[31mb\x7fc\x9fd\x08e\nf"), "a[31mbcde\nf")

    def test_D11_what_makes_a_gap_becomes_a_space(self) -> None:
        """So that words do not run into each other (S64)."""
        self.assertEqual(clean("a\tb\vc\fd"), "a b c d")

    def test_S43_carriage_returns_go(self) -> None:
        """Browsers send CR LF for a new line."""
        self.assertEqual(clean("a\r\nb\rc"), "a\nbc")

    def test_D11_line_and_paragraph_separators_are_new_lines(self) -> None:
        """Then they count as such, and none is left in a page."""
        self.assertEqual(clean("a\u2028b\u2029c"), "a\nb\nc")

    def test_D11_no_character_that_changes_directions_stays(self) -> None:
        """Balanced or not: the samples of Trojan Source."""
        controls = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), LRM, "\u200f", ALM]
        self.assertEqual(clean("a" + "b".join(controls) + "c"), "a" + "b" * (len(controls) - 1) + "c")
        self.assertEqual(clean(f"{RLO}{LRI} if admin{PDI} {LRI}begin"), "if admin begin")

    def test_D11_format_characters_tags_selectors_and_noncharacters_go(self) -> None:
        """All that is invisible and could hide something, wherever it stands."""
        hidden = (
            f"{ZWSP}{ZWNJ}{ZWJ}{BOM}{SOFT_HYPHEN}{VS16}\u2060\u034f\ufe00\U000e0041\U000e007f\U000e0100\ufdd0\ufffe"
        )
        self.assertEqual(clean(f"a{hidden}b\uffff{hidden}c\U0010ffff"), "abc")

    def test_D11_of_all_code_points_only_text_stays(self) -> None:
        """Each of Unicode's between two letters: no Cc, Cf, Cs, line separator or noncharacter is left."""
        text = clean("x".join(chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000))
        left = {
            each for each in text if category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or ord(each) & 0xFFFE == 0xFFFE
        }
        self.assertEqual(left, {"\n"})

    def test_B30_private_and_later_characters_stay(self) -> None:
        """An emoji that is younger than our Unicode is one nevertheless."""
        for each in ("\ue000", "\U0001fae8", "\U0001fadf"):
            self.assertEqual(clean(each), each)

    def test_B20_markup_is_text(self) -> None:
        """It comes through as it is: whoever writes markup escapes it, and nobody guesses here."""
        for markup in (
            "<script>alert(1)</script>",
            "{{7*7}} {% x %} ${y} %s",
            "]]><!-- \"><img src='",
            "\\3c @import `",
        ):
            self.assertEqual(clean(markup), markup)


class EmojiTests(SynchronousTestCase):
    """What joins an emoji is format, and stays (D-11)."""

    def test_D11_sequences_stay_whole(self) -> None:
        """A family, a red heart, a heart on fire, a keycap, a thumb with a skin, a flag."""
        fire = f"{HEART}{VS16}{ZWJ}\U0001f525"
        for emoji in (FAMILY, HEART + VS16, fire, "1" + VS16 + KEYCAP, THUMB + TONE, f"{WOMAN}{TONE}{ZWJ}{GIRL}", FLAG):
            self.assertEqual(clean(f"a{emoji}b"), f"a{emoji}b")

    def test_D11_joiners_elsewhere_go(self) -> None:
        """At an end, beside a letter, and of several in a row all but one."""
        self.assertEqual(clean(f"{ZWJ}{MAN}{ZWJ}{ZWJ}{WOMAN}{ZWJ}"), MAN + ZWJ + WOMAN)
        self.assertEqual(clean(f"{MAN}{ZWJ}a{ZWJ}{MAN}{VS16}{VS16}{VS16}b{VS16}"), f"{MAN}a{MAN}{VS16}b")

    def test_D11_no_flag_is_made_of_tags(self) -> None:
        """The flags of England and others are black flags: what tells them apart is invisible."""
        self.assertEqual(clean("\U0001f3f4\U000e0067\U000e0062\U000e007f"), "\U0001f3f4")


class MarkTests(SynchronousTestCase):
    """Combining marks."""

    def test_D11_the_text_is_NFC(self) -> None:
        """A letter with its accents is one character, also where something invisible stood between."""
        self.assertEqual(clean(f"e{ACUTE} e{ZWSP}{ACUTE} e{DOT_BELOW}\u0302"), "\u00e9 \u00e9 \u1ec7")

    def test_D11_a_base_has_three_marks_at_most(self) -> None:
        """500 are one grapheme, and would stand in everybody's lines."""
        self.assertEqual(
            clean("x" + "\u0300" * 500 + "q\u0300\u0301\u0302\u0303z"), "x\u0300\u0300\u0300q\u0300\u0301\u0302z"
        )

    def test_D11_a_mark_without_a_base_goes(self) -> None:
        """It would sit on what stands before the text, or on nothing."""
        self.assertEqual(clean(f"{ACUTE}a \n{ACUTE}b {ACUTE}c \u2800{ACUTE}d"), "a\nb c \u2800d")

    def test_D11_compatibility_characters_stay(self) -> None:
        """The text is not NFKC: one character would be eighteen."""
        self.assertEqual(clean("\ufdfa \u00b2 \uff21"), "\ufdfa \u00b2 \uff21")


class LineTests(SynchronousTestCase):
    """Lines, and what surrounds them."""

    def test_D11_never_more_than_two_new_lines(self) -> None:
        """Neither are there when something without ink stands in between."""
        for gap in ("\n" * 50, "\r\n \r\n\t\r\n", "\n\u2800\n\u3164\n", f"\n{ZWSP}\n{ACUTE}\n\u2028"):
            self.assertEqual(clean(f"a{gap}b"), "a\n\nb")

    def test_D11_ends_are_trimmed(self) -> None:
        """All around the text, and at the end of each line; within it drawings keep their indents."""
        self.assertEqual(clean("\n\n \u3000a  \n  b\u00a0\u2800\n\n"), "a\n  b")

    def test_S43_a_line_has_no_new_lines(self) -> None:
        """Names and titles: all gaps are one space."""
        self.assertEqual(line(" a\r\n\n b\t\u3000c\u3164\u2800d\u00a0 "), "a b c d")

    def test_B30_nothing_but_blanks_is_nothing(self) -> None:
        """For a text and for a line."""
        for blank in BLANKS:
            self.assertEqual((clean(blank * 3), line(blank * 3)), ("", ""))


class MessageTests(SynchronousTestCase):
    """The bounds of a message (D-10, A49)."""

    def message(self, raw: str) -> str:
        """With the bounds of D-10."""
        return message(raw, 512, 12)

    def test_A49_an_empty_message(self) -> None:
        """Nothing typed, or spaces."""
        for empty in ("", " \r\n\t\u3000"):
            error = self.assertRaises(EmptyError, self.message, empty)
            self.assertEqual(error.sentence, "The message was empty.")

    def test_A49_a_practically_empty_message(self) -> None:
        """Something typed that nobody can see has a sentence of its own."""
        for blank in (each for each in BLANKS if each.strip()):
            error = self.assertRaises(BlankError, self.message, f" {blank}\n{blank}")
            self.assertIn("practically empty", error.sentence)

    def test_D10_512_characters(self) -> None:
        """Code points of the clean text; the sentence tells how many there were."""
        self.assertEqual(self.message("a" * 512 + " \n\n"), "a" * 512)
        error = self.assertRaises(TooLongError, self.message, "a" * 513)
        self.assertEqual(error.sentence, "The message was too long: 513 characters, and 512 are the most.")

    def test_D10_2048_bytes(self) -> None:
        """512 characters of four bytes fit; where more characters may be, bytes have the last word."""
        self.assertEqual(len(self.message(MAN * 512).encode()), 2048)
        error = self.assertRaises(TooLongError, message, "\u20ac" * 683, 4000, 12)
        self.assertEqual(error.sentence, "The message was too long: 2049 bytes, and 2048 are the most.")

    def test_D10_12_lines(self) -> None:
        """As they were typed; the sentence tells how many there were."""
        self.assertEqual(self.message("a\r\n" * 12), "\n".join("a" * 12))
        error = self.assertRaises(TooManyLinesError, self.message, "a\n" * 13)
        self.assertEqual(error.sentence, "The message had 13 lines, and 12 are the most.")

    def test_A49_lines_of_the_chat(self) -> None:
        """Few lines that are long: 19 of 48 characters may be, 20 are too many."""
        self.assertEqual(len(message("a\n" * 11 + "b" * 8 * 48, 512, 12)), 22 + 8 * 48)
        error = self.assertRaises(TooManyLinesError, self.message, "a\n" * 11 + "b" * (8 * 48 + 1))
        self.assertIn("20 lines", error.sentence)

    def test_A49_as_many_rows_as_lines_are_allowed(self) -> None:
        """Whoever allows more lines than that means it."""
        self.assertEqual(message("a\n" * 30, 512, 30), "\n".join("a" * 30))

    @given(HOSTILE, st.integers(1, 40), st.integers(1, 5))
    def test_D10_bounds_hold(self, raw: str, characters: int, most: int) -> None:
        """Whatever is typed, it is refused with a sentence or within its bounds."""
        try:
            text = message(raw, characters, most)
        except ChatError as error:
            self.assertTrue(error.sentence.endswith("."))
        else:
            self.assertTrue(0 < len(text) <= characters and text.count("\n") < most and len(text.encode()) <= 2048)


class CountTests(SynchronousTestCase):
    """Rows and graphemes."""

    def test_A50_rows(self) -> None:
        """48 characters are a row, an empty line is one too."""
        for text, rows in (("", 1), ("a", 1), ("a" * 48, 1), ("a" * 49, 2), ("a\n\nb", 3), ("a" * 97 + "\n", 4)):
            self.assertEqual(lines(text), rows)
        self.assertEqual(lines("a" * 10, width=3), 4)

    def test_D10_graphemes(self) -> None:
        """What one sees as one is one."""
        for one in ("a", "x\u0301\u0302\u0303", FAMILY, THUMB + TONE, "1" + VS16 + KEYCAP, FLAG, "\u0915\u093f", TONE):
            self.assertEqual(graphemes(one * 3), 1 if one == TONE else 3, ascii(one))
        self.assertEqual((graphemes(""), graphemes(FLAG + FLAG[0]), graphemes(f"{FLAG[0]}a{FLAG}")), (0, 2, 3))


class AnyTextTests(SynchronousTestCase):
    """What holds for whatever is typed (B-30)."""

    @given(HOSTILE)
    def test_D11_what_is_clean_stays_as_it_is(self, raw: str) -> None:
        """``clean`` and ``line`` do nothing to what they made themselves."""
        raw = raw.replace("\0", "")
        for function in (clean, line):
            once = function(raw)
            self.assertEqual(function(once), once)

    @given(HOSTILE)
    def test_D11_what_is_clean(self, raw: str) -> None:
        """NFC, no towers, no gaps, not much longer than it was, and only joiners of emoji are invisible."""
        text = clean(raw.replace("\0", ""))
        self.assertEqual(text, normalize("NFC", text))
        self.assertEqual(text, text.strip())
        self.assertLessEqual(len(text), 3 * len(raw))
        self.assertNotIn("\n\n\n", text)
        self.assertLessEqual({each for each in text if category(each) in {"Cc", "Cf", "Cs"}}, {"\n", ZWJ})
        self.assertNotRegex("".join("m" if is_mark(each) else "." for each in text), "m{4}")

    @given(HOSTILE)
    def test_B30_graphemes_and_rows_are_bounded(self, raw: str) -> None:
        """By the number of characters; nothing to be seen has none."""
        text = clean(raw.replace("\0", ""))
        self.assertTrue(bool(text) <= graphemes(text) <= len(text))
        self.assertTrue(1 <= lines(text) <= 1 + len(text))

    def test_D11_twice_the_text_is_twice_the_work(self) -> None:
        """20 000 hostile characters of every kind cost twice what 10 000 do: nothing in it is quadratic."""
        for piece in (ACUTE + DOT_BELOW, MAN + ZWJ, ZWJ, "\n ", "\n", "\u2800\n", "a\u0344", RLO, FLAG, "\ufdfa", "a "):
            raw = piece * (10_000 // len(piece))
            half, whole = work(partial(line, raw)), work(partial(line, raw * 2))
            self.assertLessEqual(whole, 2 * half + 50, ascii(piece))

    def test_D11_what_sorts_marks_gets_few_at_a_time(self) -> None:
        """Putting marks in order is quadratic in C, where the test above does not see it: a base keeps 16 before it."""
        thinned = texts._with_few_marks("a" + (ACUTE + DOT_BELOW) * 10_000 + "b\u0344", texts._BEFORE_NFC)
        self.assertEqual([len(run) for run in re.findall("[^ab]+", thinned)], [16, 1])
