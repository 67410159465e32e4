"""Pictures of letters."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from random import Random

from PIL import Image
from twisted.trial.unittest import SynchronousTestCase

from onionstream.captcha.drawing import LETTERS, SIZE, Artist
from onionstream.captcha.fonts import find_fonts
from tests.captcha.pictures import chunks

FONTS = find_fonts((), LETTERS)
BUILTIN = find_fonts((), LETTERS, folders=())


def luminance(shade: int) -> float:
    """:return: the relative luminance of a grey, as WCAG 2.2 defines it."""
    part = shade / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


class DrawingTests(SynchronousTestCase):
    """``Artist``."""

    def setUp(self) -> None:
        """Some pictures, with the fonts of this machine and with Pillow's own."""
        chance = Random(25)
        self.pictures = [Artist(fonts).draw(chance) for fonts in (FONTS, BUILTIN) for _ in range(15)]

    def test_L35_a_picture_says_nothing_but_its_pixels(self) -> None:
        """No text, no time, no palette, no second IDAT; nothing behind the end."""
        for picture in self.pictures:
            self.assertEqual([kind for kind, _ in chunks(picture.png)], [b"IHDR", b"IDAT", b"IEND"])

    def test_L35_it_is_grey_and_of_its_size(self) -> None:
        """160 by 60, one byte for each pixel, at most sixteen shades."""
        for picture in self.pictures:
            (_, header), (_, data), _ = chunks(picture.png)
            self.assertEqual(struct.unpack(">IIBBBBB", header), (160, 60, 8, 0, 0, 0, 0))
            self.assertEqual(len(zlib.decompress(data)), 161 * 60)
            self.assertLessEqual(len(set(Image.open(BytesIO(picture.png)).tobytes())), 16)

    def test_D24_five_or_six_letters_of_sixteen(self) -> None:
        """None of them twice among the sixteen, and none that looks like a digit."""
        self.assertEqual(len(set(LETTERS)), 16)
        self.assertEqual(set(LETTERS) & set("BDGIOQ0123456789"), set())
        self.assertEqual({len(picture.solution) for picture in self.pictures}, {5, 6})
        self.assertLessEqual(set("".join(picture.solution for picture in self.pictures)), set(LETTERS))

    def test_a_picture_is_small(self) -> None:
        """Less than 3 KB, which are two circuit windows less than the page itself."""
        self.assertLess(max(len(picture.png) for picture in self.pictures), 3000)

    def test_letters_can_be_told_from_the_ground(self) -> None:
        """The darkest and the lightest shade have a contrast of 4.5 to 1, and both are on many pixels (WCAG 1.4.3)."""
        for picture in self.pictures:
            counts = Image.open(BytesIO(picture.png)).histogram()
            shades = [shade for shade, count in enumerate(counts) if count > 300]
            self.assertGreater((luminance(max(shades)) + 0.05) / (luminance(min(shades)) + 0.05), 4.5)

    def test_no_picture_is_like_another(self) -> None:
        """Also of the same letters."""
        artist, chance = Artist(BUILTIN, letters="A"), Random(1)
        self.assertEqual(len({artist.draw(chance).png for _ in range(20)}), 20)

    def test_D24_chance_decides_everything(self) -> None:
        """So that it can be a good one: the same chance makes the same picture."""
        first, again, other = (Artist(FONTS).draw(Random(seed)) for seed in (7, 7, 8))
        self.assertEqual(first, again)
        self.assertNotEqual(first.png, other.png)

    def test_S55_other_letters(self) -> None:
        """Those of the configuration."""
        solution = Artist(BUILTIN, letters="23").draw(Random(1)).solution
        self.assertLessEqual(set(solution), set("23"))

    def test_wide_letters_fit_too(self) -> None:
        """Ink is left and right of the middle, and hardly any at the very edge."""
        for seed in range(5):
            picture = Image.open(BytesIO(Artist(FONTS, letters="W").draw(Random(seed)).png))
            ground = picture.getextrema()[1]
            for edge in (0, SIZE[0] - 2):
                column = picture.crop((edge, 0, edge + 2, SIZE[1])).tobytes()
                self.assertGreater(sum(shade == ground for shade in column), len(column) // 2)
