"""What ffmpeg finds on this machine: the program itself, and a font to write with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from onionstream.encoder.commands import Command, Surroundings
from onionstream.encoder.sources import CommandError

_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
_FONTS = ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "NotoSansMono-Regular.ttf", "DejaVuSans.ttf")
_MOST_FONTS = 2000  # files to look at; a machine with more has one of those above


def look_around(program: str, environment: Mapping[str, str]) -> Surroundings:
    """
    :param program: ffmpeg's name or path.
    :param environment: the daemon's.
    """
    found = shutil.which(program, path=environment.get("PATH"))
    return Surroundings(
        program=str(Path(found).absolute()) if found else program,
        environment=dict(environment),
        home=environment.get("HOME", "") or os.path.expanduser("~"),  # noqa: PTH111 - Path.home() raises for a user without an entry in passwd
        font=find_font(_FONT_FOLDERS),
    )


def find_font(folders: tuple[str, ...]) -> str:
    """:return: path of a font file, rather one whose digits are all of one width; empty: there is none."""
    files = (path for folder in folders for path in Path(folder).rglob("*.[to]tf"))
    fonts = {path.name: path for path in islice(files, _MOST_FONTS)}
    best = next((fonts[name] for name in _FONTS if name in fonts), None) or min(fonts.values(), default=None)
    return str(best) if best else ""


def check_files(command: Command) -> None:
    """
    Look for the files of a list before ffmpeg does: it looks for each when its turn comes, and 5.1 then crashes.

    :raises CommandError: one is not there, or not to be read.
    """
    for path in command.files:
        if not os.access(path, os.R_OK) or Path(path).is_dir():
            raise CommandError(f'The file "{path}" is not there, or this user may not read it.')


def is_runnable(path: str) -> bool:
    """:return: whether this is the full path of a program that we may start."""
    return Path(path).is_absolute() and Path(path).is_file() and os.access(path, os.X_OK)
