"""Reading files that people write: what is read, and what is refused without ever waiting."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.files.textfile import TextFileError, _reason, read_text


class ReadTextTests(SynchronousTestCase):
    """``read_text``."""

    def setUp(self) -> None:
        """A folder of its own for each test."""
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.path = self.folder / "file.toml"

    def complaint(self, path: Path) -> str:
        """:return: what is said about a file of at most 1024 bytes."""
        return str(self.assertRaises(TextFileError, read_text, path, 1024))

    def test_a_text_is_read_whole(self) -> None:
        """Up to the very last byte that is allowed, and through a link."""
        self.path.write_text("ä" * 512, "utf-8")
        link = self.folder / "link"
        link.symlink_to("file.toml")
        self.assertEqual("ä" * 512, read_text(link, 1024))

    def test_one_byte_too_many_is_refused(self) -> None:
        """The bound is exact."""
        self.path.write_bytes(b"x" * 1025)
        self.assertEqual("is larger than 1 KiB", self.complaint(self.path))

    def test_B70_a_file_of_100_MB_is_refused_after_its_first_bytes(self) -> None:
        """A sparse file takes no room on the disk, and would take 100 MB of memory."""
        with self.path.open("wb") as file:
            file.truncate(100_000_000)
        self.assertEqual("is larger than 1 KiB", self.complaint(self.path))

    def test_B70_a_file_without_an_end_is_refused(self) -> None:
        """``/dev/zero`` could be read for ever."""
        self.assertEqual("is a FIFO or device, not a regular file", self.complaint(Path("/dev/zero")))

    def test_B70_a_FIFO_without_a_writer_is_refused_at_once(self) -> None:
        """An ordinary open would wait for one."""
        os.mkfifo(self.path)
        self.assertEqual("is a FIFO or device, not a regular file", self.complaint(self.path))

    def test_B70_a_folder_is_refused(self) -> None:
        """``--config .`` is a likely mistake."""
        self.assertEqual("is a folder, not a file", self.complaint(self.folder))

    def test_B70_links_in_a_circle_are_refused(self) -> None:
        """Two links that name each other."""
        self.path.symlink_to("other")
        (self.folder / "other").symlink_to("file.toml")
        self.assertEqual("is a symbolic link that leads in a circle", self.complaint(self.path))

    def test_B70_a_missing_file_is_named_so(self) -> None:
        """Also when something on the way to it is no folder."""
        self.assertEqual("does not exist", self.complaint(self.path))
        self.path.touch()
        self.assertIn("something on the way to it is not a folder", self.complaint(self.path / "x"))

    def test_B70_a_socket_is_refused(self) -> None:
        """It cannot even be opened."""
        # A path in full could be too long for a socket.
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, descriptor)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"/proc/self/fd/{descriptor}/socket")
        self.assertIn("not a regular file", self.complaint(self.folder / "socket"))

    def test_B70_a_name_that_no_file_can_have_is_refused(self) -> None:
        """A NUL ends every name."""
        self.assertEqual("cannot be the name of a file", self.complaint(Path("a\0b")))

    def test_B70_a_file_whose_rights_are_missing_is_named_so(self) -> None:
        """Only the sentence: tests may run as root, who may read everything."""
        self.assertIn("may not be read by this user", _reason(PermissionError(errno.EACCES, "Permission denied")))

    def test_B70_a_file_that_fails_while_it_is_read_is_refused(self) -> None:
        """The memory of a process is a regular file, but its first byte is nowhere."""
        self.assertEqual("cannot be read: Input/output error", self.complaint(Path("/proc/self/mem")))

    def test_B70_other_encodings_are_named(self) -> None:
        """With the line, where there are lines."""
        rows = {
            "[web]\n".encode("utf-16"): "is UTF-16 or UTF-32, but must be UTF-8",
            "[web]\n".encode("utf-16-be"): "is UTF-16 or UTF-32, but must be UTF-8",
            "[web]\n".encode("utf-32"): "is UTF-16 or UTF-32, but must be UTF-8",
            "[web]\n".encode("utf-8-sig"): "begins with a byte order mark, but must be UTF-8 without one",
            b"[web]\n# caf\xe9\n": "is not UTF-8: line 2 holds the byte 0xE9",
            b"x = '\xed\xa0\x80'": "is not UTF-8: line 1 holds the byte 0xED",
        }
        wrong = []
        for content, sentence in rows.items():
            self.path.write_bytes(content)
            if (said := self.complaint(self.path)) != sentence:
                wrong.append((content, said))
        self.assertEqual([], wrong)

    def test_no_descriptor_stays_open(self) -> None:
        """Not after a good file, and not after a refused one."""
        self.path.write_bytes(b"x" * 2000)
        before = len(list(Path("/proc/self/fd").iterdir()))
        for path in (self.path, self.folder, Path("/dev/zero"), Path("/proc/self/mem")):
            self.complaint(path)
        read_text(self.path, 2000)
        self.assertEqual(before, len(list(Path("/proc/self/fd").iterdir())))
