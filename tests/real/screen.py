"""
An X server without a monitor, whose pixels are read straight from its framebuffer.

Xvfb maps its framebuffer to a file (``-fbdir``) in the format of ``xwd`` (X11/XWDFile.h): a header of 32 bit big-endian
numbers, the colour map, then the pixels. Reading it needs no X client and disturbs nobody, so it can be done every few
milliseconds.
"""

from __future__ import annotations

import mmap
import os
import select
import shutil
import struct
import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.real.processes import Family, find
from tests.real.waiting import PATIENCE

SPARE_ROWS = 2
_SHARED_MEMORY = Path("/dev/shm")  # never written to a disk
_HEADER = struct.Struct(">25I")
_COLOUR = 12  # bytes of one entry of the colour map


class NoScreenError(Exception):
    """
    Xvfb did not start; the text holds what it said.
    """


class Screen:
    """
    One X display with one screen of true colour.

    Below the pixels that were asked for the screen has two rows more: Chromium makes a window that is exactly as large
    as the screen one pixel smaller, and the mouse pointer can rest there without hovering over a page. A recorder
    (ffmpeg's x11grab) says `region` to leave them out, or the screen is started without them.

    :ivar width: of the part that is meant, in pixels.
    :ivar height: the same.
    :ivar display: as in ``$DISPLAY``, such as ``:7``.
    """

    def __init__(self, width: int, height: int, display: str, family: Family, folder: Path) -> None:
        self.width = width
        self.height = height
        self.display = display
        self._family = family
        self._folder = folder
        with (folder / "Xvfb_screen0").open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header = _HEADER.unpack_from(self._memory)
        self._start = header[0] + header[19] * _COLOUR
        self._row = header[12]

    @classmethod
    def start(
        cls, width: int = 1280, height: int = 800, *, spare_rows: int = SPARE_ROWS, patience: float = PATIENCE
    ) -> Screen:
        """
        Start Xvfb on a free display; takes 50 to 250 ms.

        :param spare_rows: see above; 0 makes the screen exactly as asked.
        :param patience: seconds until giving up.
        :raises NoScreenError: if it is not ready by then.
        """
        base = str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None
        folder = Path(tempfile.mkdtemp(prefix="onionstream-screen-", dir=base))
        ours, its = os.pipe()
        options = f"-nolisten tcp -nocursor -noreset -displayfd {its} -screen 0 {width}x{height + spare_rows}x24"
        family = Family(
            [find("Xvfb"), *options.split(), "-fbdir", str(folder)],
            environment={"PATH": os.environ.get("PATH", os.defpath)},
            log=folder / "log",
            pass_fds=[its],
        )
        os.close(its)
        number = _line(ours, patience)
        if not number:
            said = (folder / "log").read_text(errors="replace")
            family.end()
            shutil.rmtree(folder)
            raise NoScreenError(f"Xvfb ended, or was not ready after {patience:g} s; it said: {said}")
        return cls(width, height, f":{number}", family, folder)

    @property
    def region(self) -> str:
        """
        :return: the part that is meant, as ``WIDTHxHEIGHT+X+Y``.
        """
        return f"{self.width}x{self.height}+0+0"

    def picture(self, box: tuple[int, int, int, int] | None = None) -> Image.Image:
        """
        :param box: left, top, right and bottom of the part that is wanted; None: all of it. Time goes with its height.
        :return: the pixels as they are now, in RGB.
        """
        left, top, right, bottom = box or (0, 0, self.width, self.height)
        rows = self._memory[self._start + top * self._row : self._start + bottom * self._row]
        picture = Image.frombytes("RGB", (right, bottom - top), rows, "raw", "BGRX", self._row, 1)
        return picture.crop((left, 0, right, bottom - top)) if left else picture

    def stop(self) -> None:
        """
        End the X server and remove what it has left.
        """
        self._family.end()
        self._memory.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _line(descriptor: int, patience: float) -> str:
    """
    Read a line from a pipe and close it, but not before the line's end has come: Xvfb writes it by itself and dies if
    it cannot.

    :param patience: seconds.
    :return: the line, or nothing if it did not come in time.
    """
    end, line = time.monotonic() + patience, b""
    with os.fdopen(descriptor, "rb", buffering=0) as pipe:
        while not line.endswith(b"\n"):
            if not select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
                return ""
            if not (piece := pipe.read(20)):
                return ""
            line += piece
    return line.strip().decode()
