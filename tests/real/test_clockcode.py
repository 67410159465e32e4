"""
Tests of the clock code: what is drawn is read, and nothing else.
"""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from twisted.trial.unittest import SynchronousTestCase

from tests.real.clockcode import SQUARES, WRAP, Rectangle, contained, delay_ms, read_code, squares

TIMES = st.integers(0, 2**45)


def drawn(milliseconds: int, width: int = 640, height: int = 360) -> Image.Image:
    """
    :return: a grey picture with the code.
    """
    picture = Image.new("RGB", (width, height), (90, 140, 60))
    paint = ImageDraw.Draw(picture)
    for i, white in enumerate(squares(milliseconds)):
        left, right = i * width // SQUARES, (i + 1) * width // SQUARES
        paint.rectangle((left, 0, right - 1, width // SQUARES - 1), fill="white" if white else "black")
    return picture


class SquaresTest(SynchronousTestCase):
    """
    The code itself.
    """

    def test_the_first_24_squares_are_the_milliseconds(self) -> None:
        """
        Most significant bit first.
        """
        self.assertEqual([i for i, white in enumerate(squares(1 << 23 | 1)[:24]) if white], [0, 23])

    def test_the_last_8_squares_are_the_checksum(self) -> None:
        """
        0x01 + 0x02 + 0x03 + 0x5A is 0x60.
        """
        self.assertEqual([i - 24 for i, white in enumerate(squares(0x010203)) if white and i >= 24], [1, 2])


class ReadTest(SynchronousTestCase):
    """
    Reading it from a picture.
    """

    @given(TIMES)
    def test_what_is_drawn_is_read(self, milliseconds: int) -> None:
        """
        Any time comes back modulo 2**24.
        """
        self.assertEqual(read_code(drawn(milliseconds)), milliseconds % WRAP)

    @given(TIMES, st.integers(300, 1400), st.floats(0, 30), st.floats(0, 30))
    def test_a_scaled_video_is_read_where_it_is_shown(self, time: int, width: int, left: float, top: float) -> None:
        """
        Larger or smaller, at any place of the page, and through JPEG at its usual quality.
        """
        height = round(width * 9 / 16)
        page = Image.new("RGB", (1500, 900), "red")
        page.paste(drawn(time).resize((width, height)), (round(left), round(top)))
        file = io.BytesIO()
        page.save(file, "JPEG")
        self.assertEqual(read_code(Image.open(file), Rectangle(left, top, width, height)), time % WRAP)

    def test_a_page_without_a_code_has_none(self) -> None:
        """
        One colour is not a code, whatever it is.
        """
        pages = [Image.new("RGB", (1280, 720), colour) for colour in ("black", "white", "red", "gray")]
        self.assertEqual([read_code(page) for page in pages], [None] * 4)

    @given(TIMES, st.integers(0, SQUARES - 1))
    def test_one_wrong_square_is_noticed(self, time: int, at: int) -> None:
        """
        Then nothing is read.
        """
        picture = drawn(time)
        colour = "black" if squares(time)[at] else "white"
        ImageDraw.Draw(picture).rectangle((at * 20, 0, at * 20 + 19, 19), fill=colour)
        self.assertIsNone(read_code(picture))

    def test_a_video_that_is_not_all_in_the_picture_has_no_code(self) -> None:
        """
        It is not read beyond the edges.
        """
        self.assertIsNone(read_code(drawn(5), Rectangle(0, -20, 640, 360)))


class ContainedTest(SynchronousTestCase):
    """
    Where a video stands in its box.
    """

    def test_a_wide_video_in_a_high_box_stands_in_the_middle(self) -> None:
        """
        It is as wide as the box.
        """
        self.assertEqual(contained(Rectangle(0, 0, 1280, 800), 16, 9), Rectangle(0, 40, 1280, 720))

    def test_a_wide_video_in_a_flat_box_has_bars_at_its_sides(self) -> None:
        """
        It is as high as the box.
        """
        self.assertEqual(contained(Rectangle(10, 20, 420, 180), 640, 360), Rectangle(60, 20, 320, 180))


class DelayTest(SynchronousTestCase):
    """
    How old a picture is.
    """

    @given(TIMES, st.integers(-(2**23), 2**23 - 1))
    def test_the_delay_is_told_across_the_wrap(self, milliseconds: int, delay: int) -> None:
        """
        Whenever it is less than 2.3 hours either way.
        """
        seen = delay_ms(milliseconds % WRAP, (milliseconds + delay) / 1000)
        self.assertLess(abs(seen - delay), 0.01)
