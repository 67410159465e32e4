"""
The pictures of emotes: looked for in a folder, checked, and drawn anew.

Nothing of a file is handed on but the colours of its pixels: no text, no place, no camera, no second frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path

from PIL import Image

from onionstream.chat.emotes import is_name
from onionstream.files.textfile import TextFileError, read_bytes

ENDINGS = (".gif", ".jpeg", ".jpg", ".png", ".webp")
"""Of the names of files that are looked at; others may lie beside them."""

EMOTES = 200
"""Pictures at the most."""

LARGEST_FILE = 1 << 20
"""Bytes."""

WIDEST = 1024
"""Pixels of a side of the picture in a file: more would take long to be made small."""

LARGEST = 16 << 10
"""Bytes of a picture as it is sent, at the most."""

SIDES = (64, 48, 32, 24)
"""Pixels of its longer side at the most; the first one that makes it small enough is taken."""

_FORMATS = ("GIF", "JPEG", "PNG", "WEBP")
_FILES = 10_000  # of a folder that are looked at


class EmoteError(Exception):
    """A file is not used; the text says why, after its name."""


class FolderError(Exception):
    """The folder cannot be read."""


@dataclass(frozen=True, slots=True)
class Picture:
    """
    A small picture.

    :ivar png: with the chunks IHDR, IDAT and IEND and no others (L-35).
    :ivar width: in pixels.
    :ivar height: in pixels.
    """

    png: bytes
    width: int
    height: int


@dataclass(slots=True)
class Found:
    """
    What is in a folder.

    :ivar pictures: by the name of the emote.
    :ivar problems: a few words for each file that is not used, or for all of them.
    """

    pictures: dict[str, Picture] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def look(folder: str) -> Found:
    """
    Look into a folder; takes some milliseconds for each picture.

    :param folder: its path; empty: there is none.
    :raises FolderError: it cannot be read.
    """
    found = Found()
    if not folder:
        return found
    try:
        paths = sorted(_candidates(Path(folder)))
    except (OSError, ValueError) as problem:
        raise FolderError from problem
    for path in paths:
        _add(found, path)
    return found


def draw(file: bytes) -> Picture:
    """
    :param file: a picture in one of four formats; of one that moves the first frame is taken.
    :raises EmoteError: it is none, or too large.
    """
    try:
        with Image.open(BytesIO(file), formats=_FORMATS) as opened:
            large = max(opened.size) > WIDEST  # known before anything is unpacked
            picture = opened if large else opened.convert("RGBA")
    except Exception as problem:
        raise EmoteError("is no picture that can be read") from problem
    if large:
        raise EmoteError(f"has more than {WIDEST} pixels on a side")
    return _small(picture)


def _add(found: Found, path: Path) -> None:
    """Have one more picture, or one more problem."""
    try:
        name = _name(path, found)
        found.pictures[name] = draw(read_bytes(path, LARGEST_FILE))
    except (EmoteError, TextFileError) as problem:
        found.problems.append(f"{path.name!r} {problem}")


def _candidates(folder: Path) -> Iterator[Path]:
    """:return: the files that may be pictures; those with a point at the beginning are nobody's business."""
    for path in islice(folder.iterdir(), _FILES):
        if path.suffix.lower() in ENDINGS and not path.name.startswith("."):
            yield path


def _name(path: Path, found: Found) -> str:
    """:return: the name of the emote; :raises EmoteError: it cannot have that, or there is no room for it."""
    if len(found.pictures) == EMOTES:
        raise EmoteError(f"is one too many: {EMOTES} are the most")
    if not is_name(path.stem):
        raise EmoteError("needs another name: 1 to 32 of a-z, A-Z, 0-9, _, + and -")
    if path.stem in found.pictures:
        raise EmoteError("has the name of another picture")
    return path.stem


def _small(picture: Image.Image) -> Picture:
    """:return: the same, no larger than it may be; :raises EmoteError: it cannot be made so small."""
    for side in SIDES:
        scaled = picture.copy()
        scaled.thumbnail((side, side), Image.Resampling.LANCZOS)
        bare = Image.new("RGBA", scaled.size)  # without all that Pillow remembers of the file, and would write again
        bare.paste(scaled)
        file = BytesIO()
        bare.save(file, "PNG", optimize=True)
        if file.tell() <= LARGEST:
            return Picture(file.getvalue(), *bare.size)
    raise EmoteError("cannot be made small enough")
