"""The password that was chosen, on the disk; and the command line that changes it."""

from __future__ import annotations

import io
import signal
import stat
import sys
import tempfile
from pathlib import Path
from shutil import rmtree
from types import FrameType
from typing import cast

from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from onionstream import passwd
from onionstream.files.passwordfile import PasswordFile, PasswordFileError, forget, keep, load
from onionstream.files.state import StateDirectory
from onionstream.passwords import Hashed, UnfitError

PASSWORD = "correct horse battery"


class PasswordFileCase(SynchronousTestCase):
    """A state directory of its own for each test."""

    def setUp(self) -> None:
        """No password is kept."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(rmtree, folder)
        self.state = folder / "state"
        self.path = self.state / "password"


class FileTests(PasswordFileCase):
    """``load``, ``keep`` and ``forget``."""

    def setUp(self) -> None:
        """The directory is there."""
        super().setUp()
        self.state.mkdir(mode=0o700)

    def test_D20_what_is_kept_is_loaded_until_it_is_forgotten(self) -> None:
        """And it is the password that was given."""
        self.assertIsNone(load(self.state))
        keep(self.state, PASSWORD)
        kept = load(self.state)
        self.assertIsNotNone(kept)
        self.assertTrue(cast("Hashed", kept).matches(PASSWORD.encode()))
        self.assertEqual([forget(self.state), forget(self.state)], [True, False])
        self.assertIsNone(load(self.state))

    def test_D20_L21_it_is_never_kept_in_plain(self) -> None:
        """In one file that is ours alone; and the same password has another hash each time."""
        keep(self.state, PASSWORD)
        first = self.path.read_text()
        keep(self.state, PASSWORD)
        self.assertNotEqual(self.path.read_text(), first)
        self.assertEqual([path.name for path in self.state.iterdir()], ["password"])
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertNotIn("horse", first)

    def test_a_password_that_is_no_good_changes_nothing(self) -> None:
        """The old one stays."""
        self.path.write_text("as it was")
        for bad in ("", "short"):
            self.assertRaises(UnfitError, keep, self.state, bad)
        self.assertEqual(self.path.read_text(), "as it was")

    def test_a_file_that_cannot_be_used_is_told_and_stays(self) -> None:
        """It is never taken for no password."""
        good = f"onionstream password 1\n{Hashed(bytes(16), bytes(32))}\n"
        for text in ("", good[:-1], good + "\n", good.replace("1", "2", 1), "secret"):
            self.path.write_text(text)
            self.path.chmod(0o600)
            self.assertIn("--passwd", str(self.assertRaises(PasswordFileError, load, self.state)))
            self.assertEqual(self.path.read_text(), text)
        self.path.write_text(good)
        self.path.chmod(0o644)
        self.assertIn("others", str(self.assertRaises(PasswordFileError, load, self.state)))

    def test_what_the_disk_refuses_is_told(self) -> None:
        """Writing, and removing."""
        self.path.mkdir()
        for act in (lambda: keep(self.state, PASSWORD), lambda: forget(self.state)):
            self.assertIn(str(self.path), str(self.assertRaises(PasswordFileError, act)))


class LookTests(PasswordFileCase):
    """``PasswordFile``."""

    def setUp(self) -> None:
        """A daemon that has started without one."""
        super().setUp()
        self.state.mkdir(mode=0o700)
        self.changes: list[Hashed | None] = []
        self.file = PasswordFile(self.state, self.changes.append)
        self.events: list[LogEvent] = []
        observer = cast("ILogObserver", self.events.append)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    def test_R41_a_change_is_told_once(self) -> None:
        """Another one, and none any more."""
        self.file.look()
        keep(self.state, PASSWORD)
        self.file.look()
        self.file.look()
        forget(self.state)
        self.file.look()
        self.assertEqual([change is not None for change in self.changes], [True, False])

    def test_R34_a_file_that_cannot_be_used_changes_nothing(self) -> None:
        """The log says why, without what is in it."""
        self.path.write_text("secret_MARK")
        self.path.chmod(0o600)
        self.file.look()
        self.assertEqual((self.changes, self.file.present), ([], None))
        (said,) = map(formatEvent, self.events)
        self.assertIn("stays as it was", said)
        self.assertNotIn("secret_MARK", said)


class CommandTests(PasswordFileCase):
    """``--passwd`` and ``--forget-passwd``, and perhaps a daemon: this process."""

    def setUp(self) -> None:
        """No daemon runs, and no directory is there yet."""
        super().setUp()
        self.told = 0
        before = signal.signal(signal.SIGHUP, self.hear)
        self.addCleanup(signal.signal, signal.SIGHUP, before)

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        """SIGHUP."""
        self.told += 1

    def piped(self, data: bytes) -> str:
        """:return: the password that comes by a pipe."""
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return passwd.ask()

    def test_one_is_chosen_and_forgotten(self) -> None:
        """Before the first start too; each says when it counts."""
        self.assertIn("next start", passwd.choose(self.state, lambda: PASSWORD))
        self.assertEqual(stat.S_IMODE(self.state.stat().st_mode), 0o700)
        self.assertIsNotNone(load(self.state))
        self.assertIn("each start makes one up again", passwd.forget(self.state))
        self.assertIn("No password was chosen", passwd.forget(self.state))

    def test_a_daemon_is_told_by_sighup(self) -> None:
        """So that it counts at once."""
        self.state.mkdir(mode=0o700)
        daemon = StateDirectory(self.state)
        self.addCleanup(daemon.close)
        self.assertIn("has been told", passwd.choose(self.state, lambda: PASSWORD))
        self.assertIn("has been told", passwd.forget(self.state))
        self.assertEqual(self.told, 2)

    def test_a_password_comes_by_a_pipe(self) -> None:
        """The first line, without its end; spaces count."""
        for data in (b" a b \n", b" a b ", b" a b \r\n", b" a b \nmore\n"):
            self.assertEqual(self.piped(data), " a b ")
        self.assertEqual(self.piped(b""), "")

    def test_what_is_too_long_or_no_text_is_refused(self) -> None:
        """No more is read of it than has to be."""
        self.assertGreater(len(self.piped(b"x" * 10_000)), 1024)
        self.assertIn("UTF-8", str(self.assertRaises(UnfitError, self.piped, b"\xff" * 20)))
