"""Which versions of tor can be used."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import CannotStartError
from onionstream.onion.version import warning


class VersionTests(SynchronousTestCase):
    """``warning``."""

    def test_D82_a_safe_version_says_nothing(self) -> None:
        """The last line of numbers counts, not what follows it."""
        for number in ("0.4.9.7", "0.4.9.11", "0.4.10.1-alpha (git-abc)", "0.5.0.0", "1.0.0.0"):
            self.assertEqual(warning(f"Tor version {number}.\nThis build of Tor is covered by …"), "")

    def test_D82_an_older_one_is_warned_of(self) -> None:
        """It has holes that visitors can use."""
        for number in ("0.4.9.6", "0.4.8.0", "0.4.8.22"):
            self.assertIn("can be crashed by visitors", warning(f"Tor version {number}."))

    def test_D82_one_without_proof_of_work_is_refused(self) -> None:
        """With both numbers."""
        problem = self.assertRaises(CannotStartError, warning, "Tor version 0.4.7.16.")
        self.assertEqual(str(problem), "This is tor 0.4.7.16, but it must be 0.4.8 or newer: update it.")

    def test_what_is_no_tor_is_refused(self) -> None:
        """Another program, or nothing at all."""
        for said in ("", "ffmpeg version 5.1.9", "Tor version", "Tor version 99999999999.1.1.1"):
            self.assertIn("is it tor?", str(self.assertRaises(CannotStartError, warning, said)))
