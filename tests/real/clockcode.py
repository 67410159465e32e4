"""
The wall clock as 32 black and white squares: read from a picture, and compared with a clock.

The squares stand in one row along the top edge of a video of width W. Square i (0 to 31, left to right) spans x from
i*W/32 to (i+1)*W/32 and is as high as it is wide. White is 1, black is 0. The first 24 are the milliseconds since the
Unix epoch, modulo 2**24 (4.66 hours), most significant bit first; the last 8 are the sum of these three bytes and 0x5A,
modulo 256. So neither a black, nor a white, nor (but once in 256 times) a half painted row is taken for a time.

This module is pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

SQUARES = 32
WRAP = 1 << 24
_SALT = 0x5A
_CELLS = 4  # a square is looked at in this many columns, of which the middle two count: its edges are blurred


@dataclass(frozen=True, slots=True)
class Rectangle:
    """
    A part of a picture, in pixels; fractions are meant (a scaled video rarely ends at a whole pixel).
    """

    left: float
    top: float
    width: float
    height: float


def contained(box: Rectangle, width: float, height: float) -> Rectangle:
    """
    :param box: where a ``<video>`` with ``object-fit: contain`` (a browser's default) stands in the picture.
    :param width: the video's own width, in any unit: only its shape counts, so 16 and 9 will do.
    :param height: the same for its height.
    :return: where the video is shown: as large as fits, in the middle.
    """
    scale = min(box.width / width, box.height / height)
    shown_width, shown_height = width * scale, height * scale
    return Rectangle(
        box.left + (box.width - shown_width) / 2, box.top + (box.height - shown_height) / 2, shown_width, shown_height
    )


def squares(milliseconds: int) -> tuple[bool, ...]:
    """
    :param milliseconds: since the Unix epoch.
    :return: the 32 squares from left to right; true is white.
    """
    time = milliseconds % WRAP
    checksum = (sum(time.to_bytes(3, "big")) + _SALT) % 256
    word = time << 8 | checksum
    return tuple(bool(word >> (SQUARES - 1 - i) & 1) for i in range(SQUARES))


def read_code(picture: Image.Image, shown: Rectangle | None = None) -> int | None:
    """
    Read the code from the middle of each square, so that scaling and compression do no harm.

    :param picture: of any mode that Pillow can turn into grey.
    :param shown: where in it the video is; None: the video is the whole picture.
    :return: milliseconds since the Unix epoch modulo 2**24, or None where there is no code with a right checksum.
    """
    area = shown or Rectangle(0, 0, picture.width, picture.height)
    side = area.width / SQUARES
    row = (area.left, area.top + 0.25 * side, area.left + area.width, area.top + 0.75 * side)
    if row[0] < 0 or row[1] < 0 or row[2] > picture.width or row[3] > picture.height:
        return None
    strip, within = _strip(picture, row)
    cells = strip.resize((SQUARES * _CELLS, 1), Image.Resampling.BOX, box=within).tobytes()
    word = 0
    for at in range(0, len(cells), _CELLS):
        word = word << 1 | (cells[at + 1] + cells[at + 2] >= 256)
    milliseconds = word >> 8
    right = sum(milliseconds.to_bytes(3, "big")) + _SALT
    return milliseconds if (right - word) % 256 == 0 else None


def _strip(
    picture: Image.Image, row: tuple[float, float, float, float]
) -> tuple[Image.Image, tuple[float, float, float, float]]:
    """
    :param row: left, top, right, bottom of the part that is looked at.
    :return: the few lines around it in grey (making the whole picture grey costs more than all the rest), and where in
        them the part is.
    """
    first, last = int(row[1]), min(int(row[3]) + 1, picture.height)
    strip = picture.crop((0, first, picture.width, last)).convert("L")
    return strip, (row[0], row[1] - first, row[2], row[3] - first)


def delay_ms(code: int, now: float) -> float:
    """
    :param code: what `read_code` gave.
    :param now: seconds since the Unix epoch when the picture was taken, of the clock that made the code.
    :return: how old the code is, in milliseconds; negative where it is younger than `now`. Ages of 2.3 hours and more
        cannot be told.
    """
    return (now * 1000 - code + WRAP / 2) % WRAP - WRAP / 2
