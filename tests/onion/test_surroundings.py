"""What tor finds on this machine."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import CannotStartError
from onionstream.onion.surroundings import Surroundings


class ProgramTests(SynchronousTestCase):
    """``Surroundings.program``."""

    def setUp(self) -> None:
        """A folder with a program and with a file that is none."""
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()
        for name, mode in (("ator", 0o700), ("nothing", 0o600)):
            (self.folder / name).touch(mode)

    def test_it_is_looked_for_in_the_search_path(self) -> None:
        """And told in full."""
        self.assertEqual(Surroundings(search_path=str(self.folder)).program("ator"), str(self.folder / "ator"))

    def test_it_may_be_named_in_full(self) -> None:
        """Wherever it is."""
        self.assertEqual(Surroundings().program(str(self.folder / "ator")), str(self.folder / "ator"))

    def test_what_is_missing_or_no_program_is_told(self) -> None:
        """With what to do."""
        for name in ("no-such-tor", str(self.folder / "nothing")):
            problem = self.assertRaises(CannotStartError, Surroundings(search_path="/bin").program, name)
            self.assertIn("apt install", str(problem))
