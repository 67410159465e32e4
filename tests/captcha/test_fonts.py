"""The fonts that captchas are drawn with."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL.ImageFont import FreeTypeFont, load_default
from twisted.trial.unittest import SynchronousTestCase

from onionstream.captcha.drawing import LETTERS
from onionstream.captcha.fonts import MOST, FontError, find_fonts


class FontTests(SynchronousTestCase):
    """``find_fonts``."""

    def setUp(self) -> None:
        """A folder with one font in a folder of its own: the one that Pillow has with it."""
        self.folder = Path(self.mktemp())
        (self.folder / "dejavu").mkdir(parents=True)
        font = load_default(10)
        assert isinstance(font, FreeTypeFont)
        self.file = self.folder / "dejavu" / "DejaVuSans-Bold.ttf"
        self.file.write_bytes(font.font_bytes)

    def names(self, *paths: Path) -> list[str | None]:
        """:return: the family of each font."""
        return [font[0].getname()[0] for font in find_fonts(map(str, paths), LETTERS, [str(self.folder)])]

    def test_good_ones_are_found(self) -> None:
        """By name, in whatever folder; others are left alone."""
        shutil.copy(self.file, self.folder / "Wingdings.ttf")
        self.assertEqual(self.names(), ["Aileron"])

    def test_a_damaged_one_is_passed_over(self) -> None:
        """Nobody asked for it."""
        (self.folder / "NotoSans-Bold.ttf").write_bytes(b"no font")
        self.assertEqual(self.names(), ["Aileron"])

    def test_without_any_there_is_pillows_own(self) -> None:
        """Its letters can be drawn in all sizes."""
        (font,) = find_fonts((), LETTERS, [str(self.folder / "none")])
        self.assertEqual(([one.size for one in font], font[0].getname()[0]), ([32, 36, 40], "Aileron"))

    def test_those_of_the_configuration(self) -> None:
        """And no others; not too many either."""
        self.assertEqual(self.names(self.file), ["Aileron"])
        self.assertEqual(len(self.names(*[self.file] * 10)), MOST)

    def test_R34_one_that_is_not_there(self) -> None:
        """The sentence names it."""
        error = self.assertRaises(FontError, self.names, self.folder / "none.ttf")
        self.assertEqual(str(error), f'The font "{self.folder}/none.ttf" cannot be read: No such file or directory.')

    def test_R34_one_that_is_no_font(self) -> None:
        """Or a folder."""
        self.file.write_bytes(b"no font")
        for path in (self.file, self.folder):
            error = self.assertRaises(FontError, self.names, path)
            self.assertIn(f'The font "{path}" cannot be read: ', str(error))

    def test_R34_one_that_lacks_letters(self) -> None:
        """What it shows instead is nothing that anybody could answer."""
        error = self.assertRaises(FontError, find_fonts, [str(self.file)], "A\u4e00\u0416")
        self.assertEqual(str(error), f'The font "{self.file}" lacks these letters of captchas: \u4e00\u0416.')

    def test_R34_one_that_is_far_too_large(self) -> None:
        """It is not read."""
        with self.file.open("r+b") as file:
            file.truncate(33 << 20)
        self.assertIn("too large", str(self.assertRaises(FontError, self.names, self.file)))
