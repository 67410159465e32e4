"""Which wrappers stand around ffmpeg."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.confinement import Confinement, find_confinement
from onionstream.encoder.surroundings import find_font, is_runnable, look_around
from tests.encoder.fakes import a_command

ALL = Confinement(unshare="/u", setpriv="/s", prlimit="/p", nice="/n", setsid="/d")


class ConfinementTests(SynchronousTestCase):
    """The order of the wrappers, and what is left out."""

    def test_D71_each_wrapper_becomes_the_next_and_the_last_becomes_ffmpeg(self) -> None:
        """The namespace comes first: entering it makes the kernel forget who our parent is."""
        words = ALL.around(replace(a_command("/usr/bin/ffmpeg", "-i"), address_space=4096)).arguments
        self.assertEqual(
            " ".join(words),
            "/u --map-current-user --net -- /s --no-new-privs --pdeathsig KILL -- "
            "/p --core=0 --nofile=64 --fsize=0 --as=4096 -- /n -n 5 -- /d -- /usr/bin/ffmpeg -i",
        )

    def test_a_source_that_needs_the_network_keeps_it(self) -> None:
        """And only that."""
        words = ALL.around(replace(a_command(), network=True)).arguments
        self.assertEqual(words[0], "/s")

    def test_D71_without_a_namespace_our_own_program_takes_the_network(self) -> None:
        """In the same place; and where there is a namespace it is not needed."""
        words = ("/python", "-I", "/offline.py")
        without = replace(ALL, unshare="", offline=words)
        self.assertEqual(without.around(a_command()).arguments[:4], (*words, "/s"))
        self.assertEqual(replace(ALL, offline=words).around(a_command()).arguments[0], "/u")
        self.assertEqual(without.around(replace(a_command(), network=True)).arguments[0], "/s")
        self.assertEqual((without.missing, len(replace(ALL, unshare="").missing)), ((), 1))
        self.assertEqual(replace(without, setpriv="").missing, ())

    def test_files_may_be_as_large_as_the_source_needs(self) -> None:
        """Memory is not bounded where the command has no bound."""
        words = ALL.around(replace(a_command(), file_size=99)).arguments
        self.assertIn("--fsize=99", words)
        self.assertFalse([word for word in words if word.startswith("--as")])

    def test_what_is_missing_is_left_out_and_named(self) -> None:
        """The encoder runs all the same."""
        without = Confinement(nice="/n")
        self.assertEqual(without.around(a_command()).arguments, ("/n", "-n", "5", "--", *a_command().arguments))
        self.assertEqual(len(without.missing), 4)
        self.assertEqual(ALL.missing, ())

    def test_where_nothing_is_found_nothing_is_used(self) -> None:
        """An empty search path has no programs."""
        self.assertEqual(find_confinement(self.mktemp()), Confinement())

    def test_what_fails_is_not_used(self) -> None:
        """Many systems have the program and forbid its use; our own one is taken then, if it works."""
        found = find_confinement(self.programs(unshare="exit 1", setpriv="exit 127", true="exit 0"))
        self.assertEqual(
            (found.unshare + found.setpriv, [Path(word).name for word in found.offline[-1:]]), ("", ["offline.py"])
        )

    def test_an_unshare_that_is_no_program_is_not_used(self) -> None:
        """The try itself may fail."""
        folder = self.programs()
        for name in ("unshare", "true"):
            (Path(folder) / name).write_bytes(b"\0")
            (Path(folder) / name).chmod(0o700)
        self.assertEqual(find_confinement(folder), Confinement())

    def test_a_nice_that_changes_nothing_is_not_used(self) -> None:
        """It complains and runs the program all the same, and that would be ffmpeg's first line each time."""
        self.assertEqual(find_confinement(self.programs(nice="echo 0")).nice, "")
        self.assertEqual(find_confinement(self.programs(nice="exit 1")).nice, "")
        folder = self.programs(nice="echo $#")
        self.assertEqual(find_confinement(folder).nice, f"{folder}/nice")
        self.assertTrue(find_confinement(self.programs(nice="echo 19")).nice)

    def programs(self, **texts: str) -> str:
        """:return: a folder with these programs in it, each a line of the shell."""
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o700)
        return str(folder)


class SurroundingsTests(SynchronousTestCase):
    """What is found on the machine."""

    def setUp(self) -> None:
        """Make a folder."""
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()

    def test_ffmpeg_is_looked_for_in_the_search_path(self) -> None:
        """And told by its full path; the environment is the daemon's."""
        program = self.folder / "ffmpeg"
        program.touch(0o700)
        found = look_around("ffmpeg", {"PATH": str(self.folder), "HOME": "/home/alice"})
        self.assertEqual((found.program, found.home), (str(program), "/home/alice"))

    def test_R06_an_ffmpeg_that_is_missing_keeps_its_name(self) -> None:
        """And nobody takes it for something that can be started."""
        found = look_around("ffmpeg", {"PATH": str(self.folder)})
        self.assertEqual(found.program, "ffmpeg")
        self.assertFalse(is_runnable(found.program))

    def test_R06_only_a_file_that_may_be_run_is_runnable(self) -> None:
        """No folder, nothing without the right, nothing that is not there."""
        (self.folder / "plain").touch(0o600)
        (self.folder / "program").touch(0o700)
        names = (".", "plain", "absent", "program")
        self.assertEqual([is_runnable(str(self.folder / name)) for name in names], [False, False, False, True])

    def test_a_font_with_even_digits_is_preferred(self) -> None:
        """Else any will do, and none is no error."""
        self.assertEqual(find_font((str(self.folder),)), "")
        (self.folder / "Other.ttf").touch()
        self.assertEqual(find_font((str(self.folder),)), str(self.folder / "Other.ttf"))
        (self.folder / "DejaVuSansMono.ttf").touch()
        self.assertEqual(find_font((str(self.folder),)), str(self.folder / "DejaVuSansMono.ttf"))
