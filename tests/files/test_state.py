"""The state directory: rights, lock, and where it is."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.files.state import StateDirectory, StateError, default_directory, owner


class WhereTests(SynchronousTestCase):
    """``default_directory``."""

    def test_systemd_decides_first(self) -> None:
        """``$STATE_DIRECTORY`` wins; of several folders in it the first is taken."""
        environment = {"STATE_DIRECTORY": "/var/lib/one:/var/lib/two", "XDG_STATE_HOME": "/else"}
        self.assertEqual(default_directory(environment), Path("/var/lib/one"))

    def test_then_the_desktop(self) -> None:
        """``$XDG_STATE_HOME`` comes next."""
        self.assertEqual(default_directory({"XDG_STATE_HOME": "/home/x/.state"}), Path("/home/x/.state/onionstream"))

    def test_then_the_home(self) -> None:
        """Without either it is in the home directory."""
        self.assertEqual(default_directory({}), Path("~/.local/state/onionstream").expanduser())


class DirectoryTests(SynchronousTestCase):
    """``StateDirectory``."""

    def setUp(self) -> None:
        """A folder to make it in."""
        made = tempfile.TemporaryDirectory(prefix="o-")  # a short path: a UNIX socket must fit into it
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name, "here")

    def opened(self, path: Path) -> StateDirectory:
        """One that is closed after the test."""
        state = StateDirectory(path)
        self.addCleanup(state.close)
        return state

    def test_it_is_made_for_the_owner_alone(self) -> None:
        """Missing folders are made, and nobody else may look into the last one, whatever the umask."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        state = self.opened(self.folder / "a" / "b")
        self.assertEqual(stat.S_IMODE(state.path.stat().st_mode), 0o700)

    def test_looser_rights_are_tightened(self) -> None:
        """A directory that others could read is closed to them."""
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.opened(self.folder)
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)

    def test_L52_files_are_the_owners_alone(self) -> None:
        """The lock has mode 0600, whatever the umask."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        state = self.opened(self.folder)
        self.assertEqual(stat.S_IMODE((state.path / "lock").stat().st_mode), 0o600)

    def test_R44_a_second_one_is_refused(self) -> None:
        """Two daemons cannot use the same directory; the sentence says what to do."""
        self.opened(self.folder)
        error = self.assertRaises(StateError, StateDirectory, self.folder)
        self.assertIn("--state", str(error))

    def test_R43_it_is_free_again_after_the_first_has_gone(self) -> None:
        """The lock goes with its owner; the file that stays behind is in nobody's way."""
        StateDirectory(self.folder).close()
        self.opened(self.folder)

    def test_a_file_in_its_place(self) -> None:
        """It says so in a sentence."""
        self.folder.write_text("")
        error = self.assertRaises(StateError, StateDirectory, self.folder)
        self.assertIn(str(self.folder), str(error))

    def test_a_lock_that_is_a_link(self) -> None:
        """A link in the place of the lock is not followed."""
        self.folder.mkdir()
        (self.folder / "lock").symlink_to("/dev/null")
        error = self.assertRaises(StateError, StateDirectory, self.folder)
        self.assertIn("lock", str(error))

    def test_a_path_too_long_for_a_socket(self) -> None:
        """The system's bound on socket names is told before anything else fails because of it."""
        error = self.assertRaises(StateError, StateDirectory, self.folder / ("x" * 100))
        self.assertIn("too long", str(error))
        state = StateDirectory(self.folder)
        self.addCleanup(state.close)
        names = [one.name for one in (state.socket, state.control)]
        self.assertEqual(max(names, key=len), state.control.name)  # the one that is measured

    def test_who_uses_it(self) -> None:
        """The number of the process stands in the lock, and counts only as long as the lock is held."""
        self.assertIsNone(owner(self.folder))
        state = StateDirectory(self.folder)
        self.assertEqual(owner(self.folder), os.getpid())
        state.close()
        self.assertIsNone(owner(self.folder))

    def test_a_lock_that_tells_no_number(self) -> None:
        """It is as if nobody were there: nobody can be told anything."""
        self.opened(self.folder)
        (self.folder / "lock").write_text("nonsense")
        self.assertIsNone(owner(self.folder))
