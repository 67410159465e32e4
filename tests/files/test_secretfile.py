"""The file with the secrets: made once, read strictly, never replaced."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.files.secretfile import SecretFileError, Secrets, load
from onionstream.files.state import StateError


class SecretFileTests(SynchronousTestCase):
    """``load``."""

    def setUp(self) -> None:
        """A state directory of its own for each test."""
        self.state = Path(self.mktemp())
        self.state.mkdir(mode=0o700)
        self.path = self.state / "secrets"

    def complaint(self) -> str:
        """:return: what is said about the file."""
        return str(self.assertRaises(SecretFileError, load, self.state))

    def test_they_are_made_once(self) -> None:
        """Two secrets of 32 bytes, different from each other, and the same at the next start."""
        first = load(self.state)
        self.assertEqual([len(first.tokens), len(first.pepper), first.note], [32, 32, ""])
        self.assertNotEqual(first.tokens, first.pepper)
        self.assertEqual(load(self.state), first)

    def test_others_get_others(self) -> None:
        """They are made by chance."""
        first = load(self.state)
        self.path.unlink()
        self.assertFalse({first.tokens, first.pepper} & {load(self.state).tokens, load(self.state).pepper})

    def test_L21_the_file_is_the_owners_alone(self) -> None:
        """Mode 0600, whatever the umask; and nothing lies beside it."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        load(self.state)
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertEqual([path.name for path in self.state.iterdir()], ["secrets"])

    def test_L21_they_are_not_shown(self) -> None:
        """Neither by the value nor in an error."""
        found = load(self.state)
        self.assertEqual(repr(found), "Secrets(note='')")
        self.path.write_text(f"{self.path.read_text()}x")
        told = self.complaint()
        self.assertFalse([secret for secret in (found.tokens, found.pepper) if secret.hex()[:8] in told])

    def test_R30_a_full_disk_keeps_nobody_from_starting(self) -> None:
        """The secrets hold until the end, a note says so, no half of a file stays, and the next start tries again."""
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_FSIZE, limits)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))  # bytes, of any file
        found = load(self.state)
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        self.assertEqual([len(found.tokens), len(found.pepper)], [32, 32])
        self.assertIn(f"{self.path} cannot be written: File too large.", found.note)
        self.assertEqual([*self.state.iterdir()], [])
        self.assertEqual(load(self.state).note, "")

    def test_what_an_interrupted_start_has_left_is_in_nobodys_way(self) -> None:
        """A half file beside it is no secret, and is not followed where it leads."""
        elsewhere = self.state / "elsewhere"
        (self.state / "secrets.new").symlink_to(elsewhere)
        self.assertEqual(load(self.state), load(self.state))
        self.assertFalse(elsewhere.exists())

    def test_an_empty_file_is_refused_and_stays(self) -> None:
        """The sentence names it and says what to do."""
        self.path.touch(0o600)
        told = self.complaint()
        self.assertIn(f"{self.path} is empty.", told)
        self.assertIn("Put it back from a copy", told)
        self.assertEqual(self.path.read_bytes(), b"")

    def test_a_damaged_file_is_refused_and_stays(self) -> None:
        """Shortened, lengthened, written otherwise, or no text at all."""
        load(self.state)
        good = self.path.read_bytes()
        for bad in (
            good[:-1],
            good + b"\n",
            good.upper(),
            good.replace(b"\n", b"\r\n"),
            b"\xff" * 200,
            b"x",
            b"check ",
        ):
            self.path.write_bytes(bad)
            self.assertIn("is damaged.", self.complaint())
            self.assertEqual(self.path.read_bytes(), bad)

    def test_a_huge_file_is_refused(self) -> None:
        """It is read no further than a file of ours can go."""
        self.path.touch(0o600)
        with self.path.open("wb") as file:
            file.truncate(100_000_000)
        self.assertIn("is too large.", self.complaint())

    def test_rights_that_are_too_wide_are_refused(self) -> None:
        """Somebody else may have read it or written into it."""
        load(self.state)
        for mode in (0o640, 0o604, 0o620, 0o601):
            self.path.chmod(mode)
            self.assertIn(f"may be used by others on this machine (mode {mode:04o}, not 0600)", self.complaint())

    def test_what_is_no_file_is_refused_at_once(self) -> None:
        """A folder, a pipe without a writer, links, also to nowhere."""
        good = self.state / "copy"
        for make, told in (
            (Path.mkdir, "is no regular file."),
            (os.mkfifo, "is no regular file."),
            (lambda path: path.symlink_to(good), "is a link, not a file."),
            (lambda path: path.symlink_to("/dev/zero"), "is a link, not a file."),
        ):
            make(self.path)
            self.assertIn(told, self.complaint())
            self.path.rmdir() if self.path.is_dir() else self.path.unlink()

    def test_a_place_that_cannot_be_looked_at(self) -> None:
        """The state directory is none; what the system says is passed on."""
        told = str(self.assertRaises(SecretFileError, load, Path(__file__)))
        self.assertIn("cannot be read: Not a directory", told)

    def test_it_is_an_error_of_the_state_directory(self) -> None:
        """So whoever starts the daemon reads one sentence."""
        self.assertTrue(issubclass(SecretFileError, StateError))

    def test_no_bit_can_change_unseen(self) -> None:
        """Any flipped bit anywhere in the file is seen."""
        load(self.state)
        good = self.path.read_bytes()

        @settings(database=None)
        @given(bit=st.integers(0, 8 * len(good) - 1))
        def check(bit: int) -> None:
            bad = bytearray(good)
            bad[bit // 8] ^= 1 << bit % 8
            self.path.write_bytes(bad)
            self.assertIn("is damaged.", self.complaint())

        check()

    def test_secrets_are_values(self) -> None:
        """Two with the same bytes are the same."""
        self.assertEqual(Secrets(bytes(32), bytes(32)), Secrets(bytes(32), bytes(32)))
