"""What looks alike has one skeleton (D-12, B-30)."""

from __future__ import annotations

import sys
from functools import partial
from unicodedata import normalize

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.confusables import LOOKALIKES
from onionstream.chat.skeleton import CAP, skeleton
from onionstream.chat.text import MOST_BYTES, clean, is_mark
from tests.chat.unicodes import ACUTE, BOM, CYRILLIC_O, HOSTILE, RLO, SOFT_HYPHEN, ZWJ, ZWSP, work

BROADCASTERS = (
    "BROADCASTER",
    f"Br{CYRILLIC_O}adcaster",
    "\u0412\u0433\u043e\u0430\u0501\u0441\u0430\u0455\u0442\u0435\u0433",
    "\u0392r\u03bfadc\u03b1\u0455\u03c4\u03b5r",
    "".join(chr(ord(each) + 0xFEE0) for each in "Broadcaster"),
    "".join(chr(0x1D41A + ord(each) - ord("a")) for each in "broadcaster"),
    "".join(chr(0x24D0 + ord(each) - ord("a")) for each in "broadcaster"),
    "".join(chr(0x1F170 + ord(each) - ord("a")) for each in "broadcaster"),
    "".join(chr(0x1F1E6 + ord(each) - ord("a")) for each in "broadcaster"),
    "\u0299\u0280\u1d0f\u1d00\u1d05\u1d04\u1d00\ua731\u1d1b\u1d07\u0280",
    "\u13f4\u13d2\u0555\u13aa\u13a0\u13df\u13aa\u13da\u13a2\u13ac\u13a1",
    "\ua4d0\ua4e3\ua4f3\ua4ee\ua4d3\ua4da\ua4ee\ua4e2\ua4d4\ua4f0\ua4e3",
    f"Br{ZWSP}o{ZWJ}a{SOFT_HYPHEN}d{BOM}c{RLO}a\u034fs\ufe0ft\U000e0041er\u3164\u2800",
    "".join(each + ACUTE * 5 for each in "broadcaster"),
    "Br\u00f6\u00e0\u0111\u00e7\u00e5\u0161\u0167\u00ear",
    " b r-o_a.d*c/a's\"t(e)r ",
    "br0adcaster",
    "br\u0966adcaster",
    "br\u25cbadcaster",
    "\u216d".join(("broad", "aster")),
)
"""Ways to write it: letters of eight scripts, of other widths and weights, with things in between and on top."""


class SkeletonTests(SynchronousTestCase):
    """``skeleton``."""

    def test_D12_ways_to_write_one_word(self) -> None:
        """All have the skeleton of the plain word, as they are and when they are clean."""
        for written in BROADCASTERS:
            self.assertEqual(skeleton(written), "broadcaster", ascii(written))
            self.assertEqual(skeleton(clean(written)), "broadcaster", ascii(written))

    def test_D12_i_l_and_1_are_one_letter(self) -> None:
        """And all that look like them, as in the lower and upper case of Turkish."""
        for written in (
            "admin",
            "ADMIN",
            "adm1n",
            "admln",
            "adm|n",
            "adm\u0131n",
            "adm\u0130n",
            "adm\u0456n",
            "adm\u2170n",
        ):
            self.assertEqual(skeleton(written), "admln", ascii(written))

    def test_D12_other_words_are_others(self) -> None:
        """Nothing is guessed: other letters, other order, a letter more."""
        words = (
            "broadcaster",
            "broadcasters",
            "broadcast",
            "br4dcaster",
            "moderator",
            "burn",
            "bum",
            "\u4e2d\u6587",
            "\uae40",
        )
        self.assertEqual(len({skeleton(word) for word in words}), len(words))

    def test_D12_capitals_look_like_capitals(self) -> None:
        """A Greek capital nu is an N, a small one a v; a lunate sigma a c; capital tiwn an S."""
        self.assertEqual(skeleton("\u039d\u03bd\u03f2\u03f9\u0397\u03b7\u054f"), "nvcchns")

    def test_D12_digits_of_all_scripts_are_digits(self) -> None:
        """By their value; 0 and 1 as letters."""
        self.assertEqual(skeleton("\u0662\u0967\uff15\u0e50"), "2l5o")

    def test_B30_nothing_to_be_seen_has_none(self) -> None:
        """Fillers of Hangul count as letters elsewhere."""
        self.assertEqual(skeleton(f"\u3164\u115f\u1160\uffa0\u2800{ZWSP}{ACUTE} !?\n"), "")

    def test_D12_nothing_of_a_message_is_past_the_cap(self) -> None:
        """The longest that 2048 bytes become is shorter, and a word behind it is still there."""
        raw = "\ufdfa" * ((MOST_BYTES - 3) // 3) + "bad"
        self.assertTrue(skeleton(raw).endswith("bad"))
        self.assertLess(len(normalize("NFKD", raw)), CAP)

    def test_D12_there_is_a_cap(self) -> None:
        """However much one character becomes."""
        self.assertEqual(len(skeleton("\ufdfa" * 100_000)), CAP)
        self.assertEqual(len(skeleton("\u00e6" * 100_000)), CAP)

    def test_D12_twice_the_text_is_twice_the_work(self) -> None:
        """Up to the cap nothing is quadratic."""
        for piece in (ACUTE, "a\u0323\u0301", "\uff9e", "\u0390", "\u00e6", "\u0966", "\ufb03", "\u1100\u1161"):
            raw = piece * (8_000 // len(piece))
            half, whole = work(partial(skeleton, raw)), work(partial(skeleton, raw * 2))
            self.assertLessEqual(whole, 2 * half + 50, ascii(piece))

    @given(HOSTILE)
    def test_D12_the_skeleton_of_a_skeleton_is_itself(self, raw: str) -> None:
        """It is of letters and digits, and has no case, for whatever is typed."""
        once = skeleton(raw)
        self.assertEqual(skeleton(once), once)
        self.assertTrue(once == "" or once.isalnum())

    @given(HOSTILE, HOSTILE)
    def test_D12_marks_and_invisible_things_do_not_matter(self, one: str, other: str) -> None:
        """Nor where a text is cleaned: what is refused or counted is what others would see."""
        raw = (one + other).replace("\0", "")
        self.assertEqual(skeleton(raw), skeleton(clean(raw)))
        self.assertEqual(skeleton(one + ZWSP + ACUTE + other), skeleton(one + other))

    def test_D12_every_character_that_changes_is_stable(self) -> None:
        """All of Unicode that NFKD, case folding or our table does anything to."""
        characters = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
        changed = [c for c in characters if ord(c) in LOOKALIKES or normalize("NFKD", c) != c or c.casefold() != c]
        unstable = [ascii(each) for each in changed if skeleton(skeleton(each)) != skeleton(each)]
        self.assertEqual(unstable, [])


class LookalikeTests(SynchronousTestCase):
    """The table."""

    def test_D12_it_leads_to_small_letters_and_digits(self) -> None:
        """To none that leads on to another."""
        for letter in LOOKALIKES.values():
            self.assertRegex(letter, "^[a-z2-9]+$")
            self.assertEqual(letter.translate(LOOKALIKES), letter)

    def test_D12_it_has_no_plain_letters_but_i_and_no_marks(self) -> None:
        """Of ASCII only I, i, 0, 1 and the bar; marks are gone before it is asked."""
        self.assertEqual({chr(code) for code in LOOKALIKES if code < 128}, {*"Ii01|"})
        self.assertEqual([code for code in LOOKALIKES if is_mark(chr(code))], [])

    def test_D12_most_letters_have_look_alikes(self) -> None:
        """Each of Latin's but those that stand for others, in one script at least."""
        self.assertEqual({*"abcdefghjklmnopqrstuvwxyz"} - set(LOOKALIKES.values()), set())
