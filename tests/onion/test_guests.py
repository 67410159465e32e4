"""What happens when guests are invited or put out while tor runs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from shutil import rmtree

from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion import clients
from onionstream.onion.errors import ControlError
from onionstream.onion.guests import Guests


class FakeDoor:
    """A tor that notes what it is asked for."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.asked: list[str] = []
        self.broken = False

    def reload(self) -> Deferred[None]:
        """See ``Door``."""
        return self._ask("reload")

    def offer_anew(self) -> Deferred[None]:
        """See ``Door``."""
        return self._ask("offer anew")

    def _ask(self, what: str) -> Deferred[None]:
        self.asked.append(what)
        return fail(ControlError("tor is gone")) if self.broken else succeed(None)


class GuestsTests(SynchronousTestCase):
    """``Guests``."""

    def setUp(self) -> None:
        """Nobody is invited."""
        self.directory = Path(tempfile.mkdtemp()) / "onion"
        self.addCleanup(rmtree, self.directory.parent)
        self.directory.mkdir(mode=0o700)
        self.door = FakeDoor()
        self.guests = Guests(self.directory, self.door)

    def look(self) -> list[str]:
        """What tor is asked for now."""
        self.door.asked = []
        self.guests.look()
        return self.door.asked

    def test_nothing_has_changed(self) -> None:
        """Tor is left alone."""
        self.assertEqual(self.look(), [])

    def test_the_first_guest_puts_out_all_others(self) -> None:
        """Until then everybody could come."""
        clients.invite(self.directory, "alice")
        self.assertEqual(self.look(), ["offer anew"])

    def test_another_guest_disturbs_nobody(self) -> None:
        """Tor only reads again who is invited."""
        clients.invite(self.directory, "alice")
        self.look()
        clients.invite(self.directory, "bob")
        self.assertEqual(self.look(), ["reload"])
        self.assertEqual(self.look(), [])

    def test_who_is_no_guest_any_more_is_put_out(self) -> None:
        """Whoever else comes or goes at the same time."""
        clients.invite(self.directory, "alice")
        clients.invite(self.directory, "bob")
        self.look()
        clients.revoke(self.directory, "alice")
        clients.invite(self.directory, "carol")
        self.assertEqual(self.look(), ["offer anew"])

    def test_it_begins_with_those_who_are_invited(self) -> None:
        """A daemon that starts has nothing to tell."""
        clients.invite(self.directory, "alice")
        self.guests = Guests(self.directory, self.door)
        self.assertEqual(self.look(), [])

    def test_B90_a_tor_that_cannot_be_told(self) -> None:
        """It is a line in the log."""
        self.door.broken = True
        clients.invite(self.directory, "alice")
        self.assertEqual(self.look(), ["offer anew"])
        self.assertEqual(self.flushLoggedErrors(), [])
