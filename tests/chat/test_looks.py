"""Names and colours (D-10, D-12, B-30, S64, A57, A58)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.errors import ChatError
from onionstream.chat.looks import (
    DARK,
    LIGHT,
    LONGEST_TYPED,
    PALETTE,
    READABLE,
    RESERVED,
    ColourError,
    NameTakenError,
    NameTooLongError,
    Own,
    colour,
    contrast,
    name,
    shape,
)
from onionstream.chat.text import NotTextError, graphemes, line
from tests.chat.unicodes import ACUTE, CYRILLIC_O, GIRL, HOSTILE, MAN, RLO, WOMAN, ZWJ, ZWSP

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


class NameTests(SynchronousTestCase):
    """``name``."""

    def test_S64_it_is_cleaned_and_trimmed(self) -> None:
        """Control characters become spaces, there is one line, and its ends are trimmed."""
        self.assertEqual(name(f" \r\nada\t {RLO}b\u2028 c\u3164"), "ada b c")

    def test_S64_empty_or_the_default_is_no_name(self) -> None:
        """Whatever the default is; something that nobody can see is empty too (B-30)."""
        for raw in ("", "  ", "\u3164\u2800", "\u00ad", ZWSP, ACUTE, "Anonymous", " anonymous\n"):
            self.assertEqual(name(raw), "")
        self.assertEqual(name("guest", unnamed="Guest"), "")

    def test_A57_24_graphemes(self) -> None:
        """As one sees them, after trimming."""
        self.assertEqual(name(" " + "a" * 24 + " "), "a" * 24)
        self.assertEqual(name("q\u0300\u0301" * 15), "q\u0300\u0301" * 15)
        error = self.assertRaises(NameTooLongError, name, "a" * 25)
        self.assertEqual(error.sentence, "The name was too long: 24 characters are the most.")

    def test_D10_96_bytes(self) -> None:
        """24 characters of four bytes fit, six families of 18 do not."""
        self.assertEqual(name(MAN * 24), MAN * 24)
        self.assertRaises(NameTooLongError, name, ZWJ.join((MAN, WOMAN, GIRL)) * 6)

    def test_D10_what_is_typed_has_a_bound_of_its_own(self) -> None:
        """Spaces around a name are no matter, but pages of them are not read."""
        self.assertEqual(name("Anna".center(LONGEST_TYPED)), "Anna")
        self.assertRaises(NameTooLongError, name, "Anna".center(LONGEST_TYPED + 1))

    def test_D12_reserved_names_and_their_look_alikes(self) -> None:
        """Ours and those that are given."""
        for raw in (
            *RESERVED[:-2],
            f"Br{CYRILLIC_O}adcaster",
            "BROADCASTER!",
            "[Host]",
            "\uff21\uff24\uff2d\uff29\uff2e",
        ):
            self.assertRaises(NameTakenError, name, raw)
        for raw in ("moss", "M0SS", f"m{CYRILLIC_O}ss", "m o s s"):
            self.assertRaises(NameTakenError, name, raw, ("Moss",))
            self.assertEqual(name(raw), raw)

    def test_D12_two_letters_that_look_like_one(self) -> None:
        """rn, vv and cl."""
        for raw in ("rnoderator", "adrnin", "broaclcaster", "Onlonstrearn"):
            self.assertRaises(NameTakenError, name, raw)
        self.assertEqual(shape("vvarner"), shape("wamer"))

    def test_D12_who_looks_like_somebody_without_a_name(self) -> None:
        """With a tag, or in other letters."""
        for raw in ("Anonymous #a3f", "anonymous 0b1", f"An{CYRILLIC_O}nymous", "Anonymous!"):
            self.assertRaises(NameTakenError, name, raw)
        self.assertRaises(NameTakenError, name, "guest#123", unnamed="Guest")
        self.assertEqual(name("Anonymouse"), "Anonymouse")
        self.assertEqual(name("abc", unnamed=""), "abc")

    def test_D12_the_staff_may_be_called_so(self) -> None:
        """A broadcaster is no look-alike of himself; the word for the unnamed is for nobody."""
        self.assertEqual(name("Broadcaster", ("Broadcaster",), staff=True), "Broadcaster")
        self.assertRaises(NameTakenError, name, "Anonymous #123", staff=True)

    def test_D12_names_of_symbols(self) -> None:
        """They have no skeleton, and look like themselves only; a reserved one does not take all of them."""
        self.assertRaises(NameTakenError, name, " \u2605\u2605 ", ("\u2605\u2605",))
        self.assertEqual(name("\u2606", ("\u2605", "", "!")), "\u2606")

    def test_D12_other_names_are_free(self) -> None:
        """Also those that begin or end like a reserved one, and names in other scripts."""
        for raw in (
            "ghost",
            "hostess",
            "Systematic",
            "admiral",
            "\u041c\u0438\u0448\u0430",
            "\u5c0f\u660e",
            "\u0639\u0644\u064a",
            "<b>",
        ):
            self.assertEqual(name(raw), raw)

    def test_B30_what_is_no_text_is_refused(self) -> None:
        """As in a message."""
        self.assertRaises(NotTextError, name, "a\0")
        self.assertRaises(NotTextError, name, "\ud83d")

    @given(HOSTILE)
    def test_B30_whatever_is_typed(self, raw: str) -> None:
        """It is refused with a sentence, or is a clean line within its bounds that stays as it is."""
        try:
            found = name(raw, ("moss",))
        except ChatError as error:
            self.assertTrue(error.sentence.endswith("."))
        else:
            self.assertEqual((found, found), (line(found), name(found)))
            self.assertTrue(graphemes(found) <= 24 and len(found.encode()) <= 96)
            self.assertNotIn(shape(found), map(shape, ("moss", *RESERVED)))


class ContrastTests(SynchronousTestCase):
    """``contrast``, and what it is for."""

    def test_A58_the_figures_of_WCAG(self) -> None:
        """From none to 21; greys that are known to be just readable on white, and just not."""
        self.assertAlmostEqual(contrast("#000000", "#ffffff"), 21)
        self.assertAlmostEqual(contrast("#ffffff", "#ffffff"), 1)
        self.assertAlmostEqual(contrast("#767676", "#FFFFFF"), 4.54, places=2)
        self.assertAlmostEqual(contrast("#ffffff", "#777777"), 4.48, places=2)
        self.assertAlmostEqual(contrast("#ff0000", "#ffffff"), 4.0, places=2)

    def test_A58_the_palette_can_be_read_everywhere(self) -> None:
        """16 colours, none twice, on panel and raised panel of both pages."""
        self.assertEqual((len(PALETTE), len(set(PALETTE)), len({own.light for own in PALETTE})), (16, 16, 16))
        for own in PALETTE:
            for ground in DARK:
                self.assertGreaterEqual(contrast(own.dark, ground), READABLE, own.dark)
            for ground in LIGHT:
                self.assertGreaterEqual(contrast(own.light, ground), READABLE, own.light)


class ColourTests(SynchronousTestCase):
    """``colour``."""

    def test_A58_what_can_be_read_stays(self) -> None:
        """On the page where it can; on the other it is moved."""
        self.assertEqual(colour("#FF9A9A").dark, "#ff9a9a")
        self.assertEqual(colour(" #c61414 ").light, "#c61414")

    def test_A58_what_cannot_is_moved_no_further_than_needed(self) -> None:
        """Black becomes a grey on the dark page, white one on the light page."""
        black, white = colour("#000000"), colour("#ffffff")
        self.assertEqual((black.light, white.dark), ("#000000", "#ffffff"))
        self.assertApproximates(contrast(black.dark, DARK[1]), READABLE, 0.1)
        self.assertApproximates(contrast(white.light, LIGHT[1]), READABLE, 0.1)

    def test_A58_what_is_no_colour_is_refused(self) -> None:
        """Other lengths, names, other digits, and whatever somebody hopes to get into a stylesheet."""
        for raw in (
            "",
            "#fff",
            "red",
            "c61414",
            "#c6141g",
            "#c61414;}",
            "#c61414\n#",
            "#\uff11\u0661\u0967456",
            "#12345\u0663",
            "\0",
        ):
            error = self.assertRaises(ColourError, colour, raw)
            self.assertTrue(error.sentence.startswith("That is no colour"))

    @given(COLOURS)
    def test_A58_every_colour_can_be_read(self, wanted: str) -> None:
        """On both grounds of both pages; chosen again, it stays as it is."""
        own = colour(wanted)
        self.assertGreaterEqual(min(contrast(own.dark, ground) for ground in DARK), READABLE)
        self.assertGreaterEqual(min(contrast(own.light, ground) for ground in LIGHT), READABLE)
        self.assertEqual(Own(colour(own.dark).dark, colour(own.light).light), own)
        for each in (own.dark, own.light):
            self.assertRegex(each, r"\A#[0-9a-f]{6}\Z")

    @given(COLOURS, COLOURS)
    def test_A58_contrast_has_no_order(self, one: str, other: str) -> None:
        """And is from 1 to 21."""
        self.assertEqual(contrast(one, other), contrast(other, one))
        self.assertTrue(1 <= contrast(one, other) <= 21.0001)
