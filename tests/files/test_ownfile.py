"""Small files that only we write."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.files.ownfile import OwnFileError, _check, read, write


class OwnFileTests(SynchronousTestCase):
    """``read`` and ``write``."""

    def setUp(self) -> None:
        """A place for a file."""
        folder = Path(self.mktemp())
        folder.mkdir()
        self.path = folder / "file"

    def test_what_was_written_is_read(self) -> None:
        """To the last byte that is allowed."""
        write(self.path, "ä" * 50)
        self.assertEqual(read(self.path, 100), "ä" * 50)
        self.assertIn("too large", str(self.assertRaises(OwnFileError, read, self.path, 99)))

    def test_what_is_not_there_is_nothing(self) -> None:
        """Which is no error."""
        self.assertIsNone(read(self.path, 100))

    def test_L21_a_file_is_replaced_as_a_whole(self) -> None:
        """Its rights are ours, whatever those of the old one were; a reader of the old one still sees all of that."""
        self.path.write_text("old and long")
        self.path.chmod(0o644)
        with self.path.open() as old:
            write(self.path, "new")
            self.assertEqual(old.read(), "old and long")
        self.assertEqual((read(self.path, 100), stat.S_IMODE(self.path.stat().st_mode)), ("new", 0o600))

    def test_what_cannot_be_written_leaves_nothing(self) -> None:
        """The system's error is passed on, and what was there is there."""
        self.path.mkdir()
        self.assertRaises(IsADirectoryError, write, self.path, "text")
        self.assertEqual([*self.path.parent.iterdir()], [self.path])

    def test_somebody_elses_file_is_refused(self) -> None:
        """Whoever made it knows what is in it."""
        for user, told in ((os.geteuid() + 1, "belongs to somebody else"), (os.geteuid(), None)):
            found = os.stat_result((stat.S_IFREG | 0o600, 0, 0, 1, user, 0, 0, 0, 0, 0))
            if told:
                self.assertEqual(str(self.assertRaises(OwnFileError, _check, found)), told)
            else:
                _check(found)
