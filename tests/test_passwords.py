"""The broadcaster's password: how it is compared, and what is kept of it (D-20)."""

from __future__ import annotations

from hashlib import scrypt

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.passwords import LONGEST, SHORTEST, Hashed, Printed, UnfitError, check

SALT = bytes(range(16))


class HashedTests(SynchronousTestCase):
    """``Hashed``: each comparison takes a quarter of a second, so there are few."""

    def test_D20_it_is_scrypt_with_the_figures_of_the_design(self) -> None:
        """N = 2^16, r = 8, p = 1; and another salt makes another one."""
        digest = scrypt(b"twelve signs", salt=SALT, n=65536, r=8, p=1, maxmem=1 << 27, dklen=32)
        made = Hashed.make("twelve signs", SALT)
        self.assertEqual(made.digest, digest)
        self.assertNotEqual(Hashed.make("twelve signs", SALT[::-1]).digest, digest)

    def test_D20_the_right_one_matches_and_no_other(self) -> None:
        """Accents may be typed in both ways."""
        kept = Hashed.make("Gr\u00fc\u00dfe aus dem Wald", SALT)
        self.assertTrue(kept.slow)
        self.assertTrue(kept.matches("Gru\u0308\u00dfe aus dem Wald".encode()))
        for wrong in (b"", "Gr\u00fc\u00dfe aus dem wald".encode(), "Gr\u00fc\u00dfe aus dem Wald".encode("latin-1")):
            self.assertFalse(kept.matches(wrong))

    def test_D20_its_text_is_read_as_the_same(self) -> None:
        """It holds no password; and what is no such text is nothing, not a password that is easier to guess."""
        kept = Hashed.make("twelve signs", SALT)
        text = str(kept)
        self.assertEqual(Hashed.of(text), kept)
        self.assertNotIn("twelve", text)
        for bad in ("", text[:-1], text + "0", text.upper(), text.replace("65536", "2"), text.replace("r=8", "r=1")):
            self.assertIsNone(Hashed.of(bad), bad)

    def test_L50_it_does_not_show_itself(self) -> None:
        """In whatever is printed by accident."""
        self.assertEqual(repr(Hashed(SALT, bytes(32))), "Hashed()")
        self.assertEqual(repr(Printed("s3cret")), "Printed()")


class PrintedTests(SynchronousTestCase):
    """``Printed``."""

    def test_it_is_compared_as_it_is(self) -> None:
        """At once."""
        printed = Printed("s3cret")
        self.assertFalse(printed.slow)
        self.assertEqual([printed.matches(one) for one in (b"s3cret", b"S3cret", b"", b"\xff")], [True] + [False] * 3)


class CheckTests(SynchronousTestCase):
    """``check``."""

    def test_what_is_no_good_is_told(self) -> None:
        """In a sentence that says what would be."""
        for password, word in (
            ("", "empty"),
            (" " * 20, "empty"),
            ("x" * (SHORTEST - 1), "12 characters"),
            ("u\u0308" * (SHORTEST - 1), "12 characters"),
            ("x" * (LONGEST + 1), "1024 bytes"),
            ("\u00fc" * (LONGEST // 2 + 1), "1024 bytes"),
            ("a line\nand another", "typed into a form"),
        ):
            self.assertIn(word, str(self.assertRaises(UnfitError, check, password)))

    def test_what_is_good_is_taken(self) -> None:
        """Words with spaces too."""
        for password in ("x" * SHORTEST, "x" * LONGEST, "correct horse battery"):
            check(password)

    @settings(database=None)
    @given(st.text())
    def test_whatever_it_is_it_is_taken_or_refused(self, password: str) -> None:
        """There is no third way."""
        try:
            check(password)
        except UnfitError as error:
            self.assertTrue(str(error).endswith("Nothing was changed."))
