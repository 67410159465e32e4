"""The text of ffmpeg's filter graphs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.picture import Size, clock_code, quoted, square


class QuotedTests(SynchronousTestCase):
    """Values in a filter graph."""

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_a_value_survives_both_readings(self, value: str) -> None:
        """Ffmpeg takes backslashes off twice; what ends a filter or an option must not be seen before that."""
        once = unescaped(quoted(value), "[],;")
        self.assertEqual(unescaped(once, ":"), value)


class SizeTests(SynchronousTestCase):
    """How large a picture is."""

    def test_it_is_read_and_written_alike(self) -> None:
        """``WIDTHxHEIGHT``."""
        self.assertEqual(str(Size.parse("640x360")), "640x360")
        self.assertEqual(Size.parse("640x360"), Size(640, 360))


class ClockCodeTests(SynchronousTestCase):
    """The row of squares."""

    def test_a_square_is_a_32nd_of_the_width(self) -> None:
        """In whole pixels, at least one."""
        self.assertEqual([square(Size(width, 90)) for width in (640, 854, 16)], [20, 27, 1])
        self.assertIn("scale=640:20:flags=neighbor", clock_code(Size(640, 360), 30))


def unescaped(text: str, ends: str) -> str:
    """:return: a text without its backslashes; a bare quote or end would cut it short."""
    found, position = "", 0
    while position < len(text):
        one = text[position]
        if one in ends or one == "'":
            raise AssertionError(f"{one!r} ends the value in {text!r}")
        if one == "\\":
            position += 1
            one = text[position]
        found += one
        position += 1
    return found
