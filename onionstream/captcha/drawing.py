"""Pictures of letters that people read and programs read badly."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from math import pi, sin
from random import Random

from PIL import Image, ImageDraw

from onionstream.captcha.fonts import Font

LETTERS = "ACEHJKLMPRSTUWXZ"
"""Sixteen that are not taken for each other, nor for a digit, also when they are bent."""

LENGTH = 5
"""Letters of a picture, or one more: one to seventeen million answers (D-24)."""

SIZE = (160, 60)
"""Width and height of a picture, in pixels."""

_MARGIN = 4  # pixels left and right
_OVERLAP = 2.0  # pixels by which letters that need more room may overlap
_TILT = 18.0  # degrees, to either side
_STRIPS = 16  # upright ones that a picture is cut into to be bent
_BEND = 4.0  # pixels, up and down
_SHADES = 16  # of grey


@dataclass(frozen=True, slots=True)
class Picture:
    """
    A captcha.

    :ivar solution: its letters.
    :ivar png: of ``SIZE``, in shades of grey, with the chunks IHDR, IDAT and IEND and no others (L-35).
    """

    solution: str
    png: bytes


class Artist:
    """Draws. One object is to draw one picture at a time: FreeType's fonts are not for several threads."""

    def __init__(self, fonts: tuple[Font, ...], length: int = LENGTH, letters: str = LETTERS) -> None:
        """
        :param fonts: at least one.
        :param length: letters of a picture; some have one more.
        :param letters: to choose from.
        """
        self._fonts = fonts
        self._letters = letters
        self._lengths = (length, length + 1)

    def draw(self, chance: Random) -> Picture:
        """
        Draw one; takes some milliseconds.

        :param chance: decides everything.
        """
        solution = "".join(chance.choice(self._letters) for _ in range(chance.choice(self._lengths)))
        ink = self._write(solution, chance)
        _strike(ink, chance)
        return Picture(solution, _png(_coloured(_bent(ink, chance), chance)))

    def _write(self, solution: str, chance: Random) -> Image.Image:
        """:return: the letters beside each other, each in its own way; black is 0, and ink is 255."""
        shapes = [self._letter(letter, chance) for letter in solution]
        room, wide = SIZE[0] - 2 * _MARGIN, sum(shape.width for shape in shapes)
        narrow = min(1.0, (room + _OVERLAP * len(shapes)) / wide)
        gap = (room - narrow * wide) / len(shapes)
        ink = Image.new("L", SIZE, 0)
        left = _MARGIN + gap / 2
        for shape in shapes:
            fitting = shape.resize((round(shape.width * narrow), shape.height))
            top = (SIZE[1] - shape.height) / 2 + chance.uniform(-5, 5)
            ink.paste(255, (round(left), round(top)), fitting)
            left += narrow * shape.width + gap
        return ink

    def _letter(self, letter: str, chance: Random) -> Image.Image:
        """:return: one letter, tilted, as a mask."""
        font = chance.choice(chance.choice(self._fonts))
        bold = 0 if "Bold" in (font.getname()[1] or "") else 1  # thin letters would be lost among the lines
        left, top, right, bottom = (round(edge) for edge in font.getbbox(letter, stroke_width=bold))
        shape = Image.new("L", (right - left + 2, bottom - top + 2), 0)
        ImageDraw.Draw(shape).text((1 - left, 1 - top), letter, fill=255, font=font, stroke_width=bold)
        return shape.rotate(chance.uniform(-_TILT, _TILT), Image.Resampling.BICUBIC, expand=True)


def _strike(ink: Image.Image, chance: Random) -> None:
    """
    Lines of ink and a line without it through the letters, so that these hang together and fall apart.

    The latter stays in the middle: an L without its foot is an I.
    """
    pen = ImageDraw.Draw(ink)
    width, height = SIZE
    for colour, wide, reach in ((255, 2, 0.25), (0, 2, 0.12), (255, 2, 0.25)):
        start, length = chance.uniform(0, 2 * pi), chance.uniform(90, 200)
        slope, swing = chance.uniform(-reach, reach) * height / width, chance.uniform(0.3, 1) * reach * height
        line = [
            (x, height / 2 + slope * (x - width / 2) + swing * sin(start + 2 * pi * x / length))
            for x in range(0, width + 1, 5)
        ]
        pen.line(line, fill=colour, width=wide, joint="curve")


def _bent(ink: Image.Image, chance: Random) -> Image.Image:
    """:return: the same in a wave."""
    width, height = SIZE
    start, length, bend = chance.uniform(0, 2 * pi), chance.uniform(60, 120), chance.uniform(0.5, 1) * _BEND
    edges = [round(strip * width / _STRIPS) for strip in range(_STRIPS + 1)]
    shifts = [bend * sin(start + 2 * pi * edge / length) for edge in edges]
    mesh = [
        ((x0, 0, x1, height), (x0, y0, x0, height + y0, x1, height + y1, x1, y1))
        for x0, x1, y0, y1 in zip(edges, edges[1:], shifts, shifts[1:], strict=False)
    ]
    return ink.transform(SIZE, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def _coloured(ink: Image.Image, chance: Random) -> Image.Image:
    """:return: dark letters on a light ground, in a few shades."""
    dark, light = chance.randint(20, 70), chance.randint(215, 240)
    step = (light - dark) / (_SHADES - 1)
    return ink.point([round(light - step * round(value * (_SHADES - 1) / 255)) for value in range(256)])


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", compress_level=9)
    return file.getvalue()
