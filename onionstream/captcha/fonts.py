"""The fonts that captchas are drawn with."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
"""Where systems keep theirs."""

SIZES = (32, 36, 40)
"""Pixels, at which each font is loaded."""

MOST = 6
"""Fonts at the most: each takes a few hundred KiB."""

_LARGEST = 32 << 20  # bytes of a font file; the large ones have all of China's characters
_MOST_FILES = 2000

_GOOD = (  # free ones, whose letters are strong and clear; each of a different shape
    "DejaVuSans-Bold.ttf",
    "DejaVuSerif-Bold.ttf",
    "DejaVuSansMono-Bold.ttf",
    "LiberationSerif-Bold.ttf",
    "LiberationSans-BoldItalic.ttf",
    "NotoSans-Bold.ttf",
    "NotoSerif-Bold.ttf",
    "FreeSansBold.ttf",
    "FreeSerifBold.ttf",
    "DejaVuSans.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSansMono-BoldOblique.ttf",
)

Font = tuple[FreeTypeFont, ...]
"""One font in its sizes."""


class FontError(Exception):
    """A font of the configuration cannot be used; the text says which one and why."""


def find_fonts(paths: Iterable[str], letters: str, folders: Iterable[str] = FOLDERS) -> tuple[Font, ...]:
    """
    Load the fonts to draw with.

    :param paths: of font files, as the configuration names them; none: good ones of this machine are looked for, and
        if it has none, Pillow's own is taken (Aileron by Sora Sagano, "No Rights Reserved").
    :param letters: all that is going to be drawn.
    :param folders: where to look.
    :raises FontError: a file of ``paths`` cannot be read, is no font or lacks a letter.
    """
    if paths := tuple(paths):
        return tuple(_load(Path(path), letters) for path in paths[:MOST])
    files = (file for folder in folders for file in Path(folder).rglob("*.[to]tf"))
    there = {file.name: file for file in islice(files, _MOST_FILES)}
    good = [there[name] for name in _GOOD if name in there]
    return tuple(_loadable(good[:MOST], letters)) or (_builtin(),)


def _loadable(paths: Iterable[Path], letters: str) -> Iterable[Font]:
    """Of fonts that nobody asked for by name, those that can be used."""
    for path in paths:
        with suppress(FontError):
            yield _load(path, letters)


def _load(path: Path, letters: str) -> Font:
    try:
        if path.stat().st_size > _LARGEST:
            raise FontError(f'The font "{path}" is too large.')
        if not path.is_file():
            raise FontError(f'The font "{path}" cannot be read: it is no file.')
        # Not ImageFont.truetype: where that fails, it looks for another file of the same name in the whole system.
        font = tuple(FreeTypeFont(str(path), size, layout_engine=ImageFont.Layout.BASIC) for size in SIZES)
    except OSError as error:
        raise FontError(f'The font "{path}" cannot be read: {error.strerror or error}.') from error
    if missing := "".join(letter for letter in letters if not _has(font[0], letter)):
        raise FontError(f'The font "{path}" lacks these letters of captchas: {missing}.')
    return font


def _has(font: FreeTypeFont, letter: str) -> bool:
    """Whether a letter looks like something, and not like what stands for letters that are not there."""
    shape = bytes(font.getmask(letter))
    return any(shape) and shape != bytes(font.getmask("\U0010fffe"))


def _builtin() -> Font:
    fonts = tuple(ImageFont.load_default(size) for size in SIZES)
    return tuple(font for font in fonts if isinstance(font, FreeTypeFont))
