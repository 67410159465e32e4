"""Tripcodes."""

from __future__ import annotations

from hashlib import scrypt

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.tripcode import LongPasswordError, Tripcode, encoded, make

PEPPER = b"p" * 32


class TripcodeTests(SynchronousTestCase):
    """``make``."""

    def test_D22_it_is_scrypt_with_the_pepper(self) -> None:
        """N = 2**14, r = 8, p = 1."""
        made = make("password", PEPPER)
        self.assertEqual(made.digest, scrypt(b"password", salt=PEPPER, n=16384, r=8, p=1, dklen=32))

    def test_D22_another_pepper_makes_another_one(self) -> None:
        """So that nobody can make a list beforehand, nor compare two sites."""
        self.assertNotEqual(make("password", PEPPER), make("password", b"q" * 32))

    def test_a_password_is_taken_exactly(self) -> None:
        """Capitals and spaces matter."""
        self.assertEqual(len({make(password, PEPPER) for password in ("secret", "Secret", "secret ")}), 3)

    def test_accents_are_the_same_from_every_keyboard(self) -> None:
        """In one character or in two."""
        self.assertEqual(encoded("caf\u00e9"), encoded("cafe\u0301"))

    def test_a_password_of_1024_bytes_is_taken(self) -> None:
        """One of more is not; the bytes count, not the letters."""
        self.assertEqual(len(encoded("\u00e9" * 512)), 1024)
        for password in ("x" * 1025, "\u00e9" * 513, "e\u0301" * 1_000_000):
            error = self.assertRaises(LongPasswordError, make, password, PEPPER)
            self.assertEqual(error.sentence, "This password is too long: it may have 1024 bytes.")

    def test_B10_half_a_character_is_no_error(self) -> None:
        """Whatever comes out of a form has a tripcode."""
        self.assertEqual(encoded("\ud800"), b"\xed\xa0\x80")

    def test_D22_ten_characters_are_shown(self) -> None:
        """Of base64url, which are 60 bits."""
        self.assertEqual(Tripcode(b"\xff" * 32).shown, "_" * 10)
        self.assertRegex(make("password", PEPPER).shown, r"^[A-Za-z0-9_-]{10}$")

    def test_its_colour_is_one_of_sixteen(self) -> None:
        """It tells nothing of what is shown: it is made of the last byte."""
        self.assertEqual([Tripcode(b"x" * 31 + bytes([last])).hue for last in (0, 15, 16, 255)], [0, 15, 0, 15])
