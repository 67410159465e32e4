"""tor's directories and files, before it is started (R-14, R-15, L-20, L-21)."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import CannotStartError, InvitationError, KeyFilesError
from onionstream.onion.files import forget_socket, is_in_memory, onion_address, own_directory, prepare, write
from onionstream.onion.torrc import Paths
from tests.onion.test_key import service


def mode(path: Path) -> int:
    """:return: its permissions."""
    return stat.S_IMODE(path.stat().st_mode)


class FilesTests(SynchronousTestCase):
    """A state directory of its own for each test."""

    def setUp(self) -> None:
        """With nothing in it."""
        state = Path(tempfile.mkdtemp(prefix="o-"))  # a short path: a UNIX socket must fit into it
        self.addCleanup(shutil.rmtree, state, ignore_errors=True)
        self.paths = Paths(state=state, site=state / "web.sock")

    def prepare(self) -> str:
        """:return: the address that is found."""
        return prepare(self.paths, "SocksPort 0\n", allow_tmpfs=True)

    def put_service(self, **files: bytes) -> None:
        """The files of a service lie there."""
        self.paths.service.mkdir(exist_ok=True)
        for name, data in {**service(), **files}.items():
            (self.paths.service / name).write_bytes(data)

    def test_L20_L21_all_that_is_made_belongs_to_one_user(self) -> None:
        """Whatever the mask is."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.assertEqual(self.prepare(), "")
        modes = [mode(path) for path in (self.paths.data, self.paths.service, self.paths.torrc)]
        self.assertEqual(modes, [0o700, 0o700, 0o600])
        self.assertEqual(self.paths.torrc.read_text(), "SocksPort 0\n")

    def test_L20_what_was_there_stays(self) -> None:
        """The guards, and the key with its address; a mode that is too wide is made right."""
        self.put_service()
        self.paths.data.mkdir(mode=0o755)
        (self.paths.data / "state").write_text("Guard …")
        self.assertEqual(self.prepare(), service()["hostname"].decode().strip())
        self.assertEqual((self.paths.data / "state").read_text(), "Guard …")
        self.assertEqual(mode(self.paths.data), 0o700)

    def test_R15_a_damaged_service_is_refused_and_untouched(self) -> None:
        """Before anything is written."""
        self.put_service(hs_ed25519_secret_key=b"")
        self.assertRaises(KeyFilesError, self.prepare)
        self.assertFalse(self.paths.torrc.exists())
        self.assertEqual((self.paths.service / "hostname").read_bytes(), service()["hostname"])

    def test_R15_what_is_no_file_is_refused(self) -> None:
        """A directory, a pipe that would never end, a link to somewhere else."""
        for make in (Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
            self.put_service()
            path = self.paths.service / "hostname"
            path.unlink()
            make(path)
            problem = self.assertRaises(KeyFilesError, onion_address, self.paths.service)
            self.assertIn("hostname", str(problem))
            path.rmdir() if path.is_dir() else path.unlink()

    def test_R14_something_else_in_the_place_of_a_directory(self) -> None:
        """One sentence with its path."""
        for make in (Path.touch, lambda path: path.symlink_to(self.paths.state)):
            make(self.paths.data)
            problem = self.assertRaises(CannotStartError, self.prepare)
            self.assertIn(f"{self.paths.data} must be a directory", str(problem))
            self.paths.data.unlink()

    def test_R14_a_directory_that_cannot_be_made(self) -> None:
        """Its place is none."""
        problem = self.assertRaises(CannotStartError, own_directory, self.paths.state / "no" / "where")
        self.assertIn("cannot be used: No such file", str(problem))

    def test_a_file_that_cannot_be_written_is_told_by_the_error_asked_for(self) -> None:
        """And nothing of it stays."""
        (self.paths.state / "x").mkdir()
        problem = self.assertRaises(InvitationError, write, self.paths.state / "x", "text", InvitationError)
        self.assertIn("cannot be written: Is a directory", str(problem))
        self.assertEqual([path.name for path in self.paths.state.iterdir()], ["x"])

    def test_a_file_is_replaced_as_a_whole(self) -> None:
        """What an interrupted write has left is in nobody's way."""
        path = self.paths.state / "x"
        path.write_text("old and long")
        (self.paths.state / "x.new").write_text("half")
        write(path, "new")
        self.assertEqual((path.read_text(), mode(path)), ("new", 0o600))
        self.assertFalse((self.paths.state / "x.new").exists())

    def test_an_old_socket_is_forgotten(self) -> None:
        """If there is one."""
        forget_socket(self.paths)
        self.paths.control.touch()
        forget_socket(self.paths)
        self.assertFalse(self.paths.control.exists())


class MemoryTests(SynchronousTestCase):
    """``is_in_memory``."""

    def test_L20_a_tmpfs_is_known(self) -> None:
        """Linux has one for POSIX shared memory everywhere; and ``/proc`` is something else."""
        self.assertEqual((is_in_memory(Path("/dev/shm")), is_in_memory(Path("/proc"))), (True, False))

    def test_L20_a_state_directory_on_one_is_refused(self) -> None:
        """Unless it is asked for."""
        state = Path("/dev/shm") / f"onionstream-{os.getpid()}"
        state.mkdir(mode=0o700)
        self.addCleanup(state.rmdir)
        paths = Paths(state=state, site=state / "web.sock")
        problem = self.assertRaises(CannotStartError, prepare, paths, "", allow_tmpfs=False)
        self.assertIn("allow_tmpfs", str(problem))
        self.assertEqual([*state.iterdir()], [])
