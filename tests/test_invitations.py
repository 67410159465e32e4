"""``--invite`` and its kind: who may come, changed beside a running daemon."""

from __future__ import annotations

import re
import signal
import tempfile
from pathlib import Path
from shutil import rmtree
from types import FrameType

from twisted.trial.unittest import SynchronousTestCase

from onionstream import invitations
from onionstream.files.state import StateDirectory
from onionstream.onion.errors import InvitationError


class InvitationTests(SynchronousTestCase):
    """A state directory, and perhaps a daemon that uses it: this process."""

    def setUp(self) -> None:
        """Nobody is invited, and no daemon runs."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(rmtree, folder)
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        self.told = 0
        before = signal.signal(signal.SIGHUP, self.hear)
        self.addCleanup(signal.signal, signal.SIGHUP, before)

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        """SIGHUP."""
        self.told += 1

    def test_a_guest_gets_a_key(self) -> None:
        """Of 52 letters and digits; and it says what that means for all others."""
        said = invitations.invite(self.state, "alice")
        self.assertRegex(said, re.compile(r"key +[A-Z2-7]{52}$", re.MULTILINE))
        self.assertIn("From now on only guests can", said)
        self.assertNotIn("From now on", invitations.invite(self.state, "bob"))
        self.assertEqual(invitations.guests(self.state), "alice\nbob\n")

    def test_the_key_is_kept_nowhere(self) -> None:
        """Only its public half is."""
        key = re.findall(r"[A-Z2-7]{52}", invitations.invite(self.state, "alice"))[0]
        for path in self.state.rglob("*"):
            if path.is_file():
                self.assertNotIn(key, path.read_text())

    def test_nobody_is_invited(self) -> None:
        """That is said in words."""
        self.assertIn("everybody", invitations.guests(self.state))

    def test_an_invitation_is_taken_back(self) -> None:
        """The last one only by who says that everybody may come."""
        invitations.invite(self.state, "alice")
        with self.assertRaises(InvitationError):
            invitations.revoke(self.state, "alice", public=False)
        self.assertIn("alice is not invited any more", invitations.revoke(self.state, "alice", public=True))

    def test_without_a_daemon_nobody_is_told(self) -> None:
        """It counts from the next start on."""
        self.assertIn("next start", invitations.invite(self.state, "alice"))
        self.assertEqual(self.told, 0)

    def test_a_daemon_is_told_by_sighup(self) -> None:
        """The number of its process stands in its lock file."""
        daemon = StateDirectory(self.state)
        self.addCleanup(daemon.close)
        self.assertIn("has been told", invitations.invite(self.state, "alice"))
        self.assertEqual(self.told, 1)

    def test_the_daemon_itself_needs_no_signal(self) -> None:
        """The guest is there, and what is told ends as it wants."""
        daemon = StateDirectory(self.state)
        self.addCleanup(daemon.close)
        (self.state / "onion").mkdir(mode=0o700)
        new = invitations.new(self.state, "alice")
        self.assertEqual((new.name, new.first, len(new.key), self.told), ("alice", True, 52, 0))
        self.assertNotIn(new.key, repr(new))
        self.assertTrue(new.text("The end.").endswith("\nThe end.\n"))
        self.assertIn(new.key, new.text(""))

    def test_the_daemon_s_own_list(self) -> None:
        """Whatever changes in it is told at once, and what does not is not."""
        (self.state / "onion").mkdir(mode=0o700)
        told: list[list[str]] = []
        book = invitations.GuestBook(self.state, lambda: told.append(book.names()))
        self.assertEqual(len(book.invite("alice").key), 52)
        self.assertRaises(InvitationError, book.invite, "alice")
        self.assertRaises(InvitationError, book.revoke, "alice", public=False)
        book.revoke("alice", public=True)
        self.assertEqual(told, [["alice"], []])
