"""Who is invited."""

from __future__ import annotations

import os
import stat
from base64 import b32decode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.clients import MOST, invite, invited, revoke
from onionstream.onion.errors import InvitationError


class ClientsTests(SynchronousTestCase):
    """``invite``, ``invited`` and ``revoke``."""

    def setUp(self) -> None:
        """The directory of a service that has never run."""
        self.directory = Path(self.mktemp())

    def guest(self, name: str) -> Path:
        """:return: the file of a guest."""
        return self.directory / "authorized_clients" / f"{name}.auth"

    def refused(self, *words: str) -> str:
        """:return: why something is refused."""
        function = {"invite": invite, "revoke": revoke}[words[0]]
        return str(self.assertRaises(InvitationError, function, self.directory, *words[1:]))

    def test_a_key_has_the_form_that_Tor_Browser_takes(self) -> None:
        """52 characters of base32."""
        key = invite(self.directory, "alice")
        self.assertRegex(key, r"\A[A-Z2-7]{52}\Z")
        self.assertEqual(len(b32decode(f"{key}====")), 32)

    def test_tor_gets_the_public_half_and_nobody_keeps_the_other(self) -> None:
        """In the form of its manual."""
        key = invite(self.directory, "alice")
        private = X25519PrivateKey.from_private_bytes(b32decode(f"{key}===="))
        kind, form, public = self.guest("alice").read_text().strip().split(":")
        self.assertEqual((kind, form), ("descriptor", "x25519"))
        self.assertEqual(b32decode(f"{public}===="), private.public_key().public_bytes_raw())
        kept = b"".join(path.read_bytes() for path in self.directory.rglob("*") if path.is_file())
        self.assertNotIn(key.encode(), kept)

    def test_L21_nobody_else_can_read_it(self) -> None:
        """The directories and the file belong to one user."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        invite(self.directory, "alice")
        paths = (self.directory, self.guest("alice").parent, self.guest("alice"))
        self.assertEqual([stat.S_IMODE(path.stat().st_mode) for path in paths], [0o700, 0o700, 0o600])

    def test_all_who_are_invited_are_told(self) -> None:
        """In the order of their names; at first there is nobody."""
        self.assertEqual(invited(self.directory), [])
        for name in ("zoe", "al-1", "b_b"):
            invite(self.directory, name)
        (self.guest("zoe").parent / "notes.txt").touch()
        self.assertEqual(invited(self.directory), ["al-1", "b_b", "zoe"])

    def test_each_guest_has_a_key_of_his_own(self) -> None:
        """One of them can be taken back."""
        self.assertNotEqual(invite(self.directory, "a"), invite(self.directory, "b"))
        revoke(self.directory, "a")
        self.assertEqual(invited(self.directory), ["b"])

    def test_a_name_that_is_none_is_refused(self) -> None:
        """Above all one that would be a path."""
        for name in ("", "A", "ä", "a b", "../a", "a/b", ".", "a" * 33, "a\n", "a.auth", "a\0"):
            self.assertIn("1 to 32", self.refused("invite", name))
            self.assertIn("1 to 32", self.refused("revoke", name))

    def test_nobody_is_invited_twice(self) -> None:
        """His key would stop working without a word."""
        invite(self.directory, "alice")
        before = self.guest("alice").read_text()
        self.assertIn("alice is invited already", self.refused("invite", "alice"))
        self.assertEqual(self.guest("alice").read_text(), before)

    def test_more_than_fit_are_refused(self) -> None:
        """Tor would publish nothing at all."""
        self.guest("x").parent.mkdir(parents=True)
        for number in range(MOST):
            self.guest(f"x{number}").touch()
        self.assertIn("do not fit", self.refused("invite", "one-more"))

    def test_a_stranger_cannot_be_uninvited(self) -> None:
        """The names that could be are told."""
        self.assertIn("Invited are: none", self.refused("revoke", "bob"))
        invite(self.directory, "alice")
        self.assertIn("bob is not invited. Invited are: alice", self.refused("revoke", "bob"))

    def test_the_last_one_is_only_uninvited_by_who_means_it(self) -> None:
        """Without any guest the service is open to all."""
        invite(self.directory, "alice")
        self.assertIn("everybody who has the address can come", self.refused("revoke", "alice"))
        revoke(self.directory, "alice", public=True)
        self.assertEqual(invited(self.directory), [])

    def test_a_disk_that_does_not_do_it_is_told(self) -> None:
        """Here something else is in the way."""
        self.directory.mkdir()
        self.guest("x").parent.touch()
        self.assertIn("cannot be read: Not a directory", self.refused("invite", "alice"))
