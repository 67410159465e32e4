"""The files of a folder that others write: what is read, and what never is (A24)."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.playlist import LARGEST, PlaylistError
from onionstream.encoder.segmentfiles import FolderError, SegmentFiles
from tests.encoder.test_playlist import ESCAPES

NOBODY = 65534
"""A user who owns nothing."""


class SegmentFilesTests(SynchronousTestCase):
    """A folder with a file in it, and a secret beside it."""

    def setUp(self) -> None:
        """Make them."""
        self.above = Path(self.mktemp())
        self.folder = self.above / "segments"
        self.folder.mkdir(parents=True)
        (self.folder / "stream0.m4s").write_bytes(b"0123456789")
        (self.above / "secret.m4s").write_bytes(b"secret")
        self.files = self.open()

    def open(self, playlist: str = "") -> SegmentFiles:
        """The folder, until the end of the test."""
        files = SegmentFiles(str(self.folder), playlist)
        self.addCleanup(files.close)
        return files

    def list(self, name: str, when: int, text: bytes = b"#EXTM3U\n") -> None:
        """A playlist that was written at a time (seconds)."""
        (self.folder / name).write_bytes(text)
        os.utime(self.folder / name, (when, when))

    def test_a_piece_of_a_file(self) -> None:
        """From a place on, as much as there is or as is wanted."""
        self.assertEqual(self.files.piece("stream0.m4s", 0, 100), b"0123456789")
        self.assertEqual(self.files.piece("stream0.m4s", 3, 2), b"34")
        self.assertEqual(self.files.piece("stream0.m4s", 10, 2), b"")
        self.assertEqual(self.files.piece("stream1.m4s", 0, 2), b"")

    def test_what_a_file_is_known_by(self) -> None:
        """Written again it is another one, though it may be as long."""
        before = self.files.look("stream0.m4s")
        self.assertEqual(before, self.files.look("stream0.m4s"))
        (self.folder / "new").write_bytes(b"9876543210")
        (self.folder / "new").rename(self.folder / "stream0.m4s")
        self.assertNotEqual(before, self.files.look("stream0.m4s"))
        self.assertIsNone(self.files.look("stream1.m4s"))

    def test_A24_no_name_leads_out_of_the_folder(self) -> None:
        """Whatever a playlist says."""
        for name in (*ESCAPES, "../secret.m4s", str(self.above.absolute() / "secret.m4s"), "", ".", "a\0b"):
            with self.subTest(name=name):
                self.assertEqual((self.files.look(name), self.files.piece(name, 0, 100)), (None, b""))

    def test_A24_no_link_leads_out_of_the_folder(self) -> None:
        """Symbolic links are not followed, be they segments or playlists, nor those to a folder."""
        (self.folder / "stream1.m4s").symlink_to("../secret.m4s")
        (self.folder / "stream2.m4s").symlink_to("stream0.m4s")
        (self.folder / "stream.m3u8").symlink_to("../secret.m4s")
        for name in ("stream1.m4s", "stream2.m4s", "stream.m3u8"):
            with self.subTest(name=name):
                self.assertEqual((self.files.look(name), self.files.piece(name, 0, 100)), (None, b""))
        self.assertIsNone(self.files.playlist())

    def test_what_is_no_regular_file(self) -> None:
        """A FIFO is not waited for, and a folder is not read."""
        os.mkfifo(self.folder / "stream1.m4s")
        (self.folder / "stream2.m4s").mkdir()
        for name in ("stream1.m4s", "stream2.m4s"):
            with self.subTest(name=name):
                self.assertEqual((self.files.look(name), self.files.piece(name, 0, 100)), (None, b""))

    def test_the_newest_playlist(self) -> None:
        """By its time; other files are none."""
        self.assertIsNone(self.files.playlist())
        self.list("old.m3u8", 1000, b"old")
        self.list("new.m3u8", 2000, b"new")
        self.list("newer.m3u8.tmp", 3000, b"unfinished")
        self.assertEqual(self.files.playlist(), b"new")

    def test_the_playlist_that_was_named(self) -> None:
        """Though another one is newer."""
        self.list("old.m3u8", 1000, b"old")
        self.list("new.m3u8", 2000, b"new")
        self.assertEqual(self.open("old.m3u8").playlist(), b"old")
        self.assertIsNone(self.open("other.m3u8").playlist())

    def test_what_may_not_be_read(self) -> None:
        """Somebody else wrote it for himself: of a playlist that is told, and of a segment nothing is there to read."""
        self.list("stream.m3u8", 1000)
        for name in ("stream.m3u8", "stream0.m4s"):
            (self.folder / name).chmod(0)
        self.folder.chmod(0o755)
        if os.geteuid() == 0:  # who may read everything
            os.seteuid(NOBODY)
            self.addCleanup(os.seteuid, 0)
        self.assertRaisesRegex(PlaylistError, "may not be read", self.files.playlist)
        self.assertEqual(self.files.piece("stream0.m4s", 0, 10), b"")
        stamp = self.files.look("stream0.m4s")
        self.assertEqual(stamp and stamp.size, 10)

    def test_a_playlist_that_is_too_large_is_not_read_whole(self) -> None:
        """One byte more than there may be tells that."""
        self.list("stream.m3u8", 1000, bytes(LARGEST + 100))
        self.assertEqual(len(self.files.playlist() or b""), LARGEST + 1)

    def test_another_folder_of_the_same_name(self) -> None:
        """Somebody has removed it, and made it anew."""
        self.assertFalse(self.files.moved)
        self.folder.rename(self.above / "away")
        self.assertTrue(self.files.moved)
        self.folder.mkdir()
        self.assertTrue(self.files.moved)
        self.assertFalse(self.open().moved)

    def test_a_folder_that_is_not_there(self) -> None:
        """A sentence; so for what is no folder."""
        for name in ("nowhere", "secret.m4s"):
            path = str(self.above / name)
            with self.subTest(name=name):
                problem = self.assertRaises(FolderError, SegmentFiles, path, "")
                self.assertIn(path, str(problem))
