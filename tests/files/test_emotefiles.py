"""Pictures of emotes: which are taken, what is left of them, and what is said of the others."""

from __future__ import annotations

import os
import zlib
from io import BytesIO
from pathlib import Path
from random import Random
from struct import pack
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from twisted.trial.unittest import SynchronousTestCase

from onionstream.files.emotefiles import EMOTES, LARGEST, SIDES, WIDEST, EmoteError, FolderError, draw, look
from tests.web.test_assets import chunks


def a_file(kind: str = "PNG", size: tuple[int, int] = (100, 50), **said: Any) -> bytes:  # noqa: ANN401 - for Pillow
    """:return: a red picture, with all that Pillow writes beside it."""
    file = BytesIO()
    Image.new("RGB", size, (255, 0, 0)).save(file, kind, **said)
    return file.getvalue()


def noise(side: int) -> bytes:
    """:return: a picture that cannot be packed."""
    file = BytesIO()
    Image.frombytes("RGBA", (side, side), Random(1).randbytes(4 * side * side)).save(file, "PNG")
    return file.getvalue()


def bomb(side: int) -> bytes:
    """:return: a PNG of some hundred bytes that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


class DrawTests(SynchronousTestCase):
    """``draw``."""

    def complaint(self, file: bytes) -> str:
        """:return: why a file is not used."""
        return str(self.assertRaises(EmoteError, draw, file))

    def test_L35_nothing_is_left_but_the_pixels(self) -> None:
        """No text, no profile of colours, no camera, no thumbnail, whatever the format."""
        text = PngInfo()
        text.add_text("Author", "MARK")
        exif = Image.Exif()
        exif[0x010F] = "MARK"
        for file in (
            a_file("PNG", pnginfo=text, dpi=(72, 72), exif=exif, icc_profile=b"MARK"),
            a_file("JPEG", exif=exif, comment=b"MARK", dpi=(300, 300)),
            a_file("WEBP", exif=exif, lossless=True),
            a_file("GIF", comment=b"MARK"),
        ):
            png = draw(file).png
            self.assertEqual((chunks(png), b"MARK" in png), ([b"IHDR", b"IDAT", b"IEND"], False))
            with Image.open(BytesIO(png)) as picture:
                red, green, blue, alpha = picture.convert("RGBA").tobytes()[:4]
            self.assertTrue(red > 250 > 5 > max(green, blue), (red, green, blue))
            self.assertEqual(alpha, 255)

    def test_it_is_made_small_and_keeps_its_shape(self) -> None:
        """Never larger than it was."""
        for size, wanted in (
            ((100, 50), (64, 32)),
            ((10, 20), (10, 20)),
            ((WIDEST, WIDEST), (64, 64)),
            ((500, 1), (64, 1)),
        ):
            picture = draw(a_file(size=size))
            self.assertEqual((picture.width, picture.height), wanted)

    def test_what_cannot_be_packed_is_made_smaller(self) -> None:
        """A picture has a bound in bytes."""
        picture = draw(noise(256))
        self.assertLessEqual(len(picture.png), LARGEST)
        self.assertIn(picture.width, SIDES)

    def test_what_can_be_seen_through_stays_so(self) -> None:
        """A GIF says so in another way than a PNG."""
        for kind in ("PNG", "GIF", "WEBP"):
            file = BytesIO()
            Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(file, kind)
            with Image.open(BytesIO(draw(file.getvalue()).png)) as picture:
                self.assertEqual(picture.getpixel((4, 4)), (0, 0, 0, 0), kind)

    def test_of_what_moves_the_first_frame_is_taken(self) -> None:
        """Nothing in the chat moves by itself."""
        frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
        for kind in ("GIF", "PNG", "WEBP"):
            file = BytesIO()
            frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
            png = draw(file.getvalue()).png
            with Image.open(BytesIO(png)) as picture:
                pixel = picture.convert("RGB").tobytes()[:3]
            self.assertEqual((chunks(png), pixel[0] > 200, pixel[2] < 50), ([b"IHDR", b"IDAT", b"IEND"], True, True))

    def test_a_picture_that_is_too_large_is_never_unpacked(self) -> None:
        """Neither a large one, nor one that only says so: Pillow's own warning is not waited for."""
        for side in (WIDEST + 1, 15_000, 60_000):
            self.assertNotEqual(self.complaint(bomb(side)), "")
        self.assertEqual(self.complaint(a_file(size=(WIDEST + 1, 1))), f"has more than {WIDEST} pixels on a side")

    def test_what_is_no_picture_is_refused(self) -> None:
        """Of the four kinds: others have more ways to be wrong, or are programs."""
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
        whole = noise(64)
        for file in (b"", b"\0" * 100, svg, a_file("BMP"), a_file("TIFF"), whole[:200], a_file("EPS")):
            self.assertEqual(self.complaint(file), "is no picture that can be read")


class LookTests(SynchronousTestCase):
    """``look``."""

    def setUp(self) -> None:
        """An empty folder."""
        self.folder = Path(self.mktemp())
        self.folder.mkdir()

    def put(self, *names: str, file: bytes | None = None) -> None:
        """Have files of these names."""
        for name in names:
            (self.folder / name).write_bytes(a_file() if file is None else file)

    def test_A55_each_file_is_an_emote(self) -> None:
        """By its name without the ending, whatever its format really is."""
        self.put("cat.png", "Kappa.GIF", "+1.webp", "dog.jpeg", "cow.jpg")
        found = look(str(self.folder))
        self.assertEqual((sorted(found.pictures), found.problems), (["+1", "Kappa", "cat", "cow", "dog"], []))

    def test_other_files_may_lie_beside_them(self) -> None:
        """Nobody is told of those."""
        self.put("README.txt", ".hidden.png", "cat.png~", "png")
        found = look(str(self.folder))
        self.assertEqual((found.pictures, found.problems), ({}, []))

    def test_A4_what_is_wrong_is_named(self) -> None:
        """And the others are there all the same."""
        self.put("good.png")
        self.put("bad.png", file=b"bad")
        self.put("two words.png", "good.webp")
        self.put("large.png", file=bytes(2 << 20))
        (self.folder / "folder.png").mkdir()
        (self.folder / "nowhere.png").symlink_to("missing")
        os.mkfifo(self.folder / "pipe.png")
        found = look(str(self.folder))
        self.assertEqual([*found.pictures], ["good"])
        self.assertEqual(
            found.problems,
            [
                "'bad.png' is no picture that can be read",
                "'folder.png' is a folder, not a file",
                "'good.webp' has the name of another picture",
                "'large.png' is larger than 1024 KiB",
                "'nowhere.png' does not exist",
                "'pipe.png' is a FIFO or device, not a regular file",
                "'two words.png' needs another name: 1 to 32 of a-z, A-Z, 0-9, _, + and -",
            ],
        )

    def test_a_name_that_is_no_text_is_written_as_one(self) -> None:
        """Nothing in it gets into the log as it is."""
        self.put("a\x1b[31m\n.png")
        (problem,) = look(str(self.folder)).problems
        self.assertTrue(problem.isprintable())

    def test_D50_only_so_many(self) -> None:
        """The first ones by name."""
        self.put(*(f"e{number:03}.png" for number in range(EMOTES + 2)), file=a_file(size=(1, 1)))
        found = look(str(self.folder))
        self.assertEqual((len(found.pictures), "e199" in found.pictures, len(found.problems)), (EMOTES, True, 2))

    def test_no_folder(self) -> None:
        """None is wanted, or it is not there."""
        self.assertEqual(look("").problems, [])
        for path in ("missing", "cat.png", "a\0b"):
            self.put("cat.png")
            self.assertRaises(FolderError, look, str(self.folder / path))
