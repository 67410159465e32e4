"""
Tests of ending programs with all that they have started.
"""

from __future__ import annotations

import time
from pathlib import Path

from twisted.trial.unittest import TestCase

from tests.real.processes import Family, MissingError, find


class FamilyTest(TestCase):
    """
    Nothing stays behind.
    """

    def family(self, script: str, members: int, *, running: bool = True) -> Family:
        """
        :param members: processes to wait for.
        :param running: whether the shell itself is to be one of them.
        :return: a shell that runs the script.
        """
        family = Family([find("sh"), "-c", script], environment={"PATH": "/usr/bin:/bin"}, log=Path(self.mktemp()))
        end = time.monotonic() + 10
        while (seen := (len(family.members()), family.running)) != (members, running) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(seen, (members, running))
        return family

    def test_a_program_that_ignores_sigterm_is_killed(self) -> None:
        """
        With its child.
        """
        family = self.family("trap '' TERM; sleep 1000; true", 2)
        family.end(patience=0.2)
        self.assertEqual((family.running, family.members()), (False, []))

    def test_a_process_in_another_session_is_killed_too(self) -> None:
        """
        Although a signal to the process group does not reach it.
        """
        family = self.family("setsid sleep 1000 & sleep 1000; true", 3)
        family.end(patience=0.2)
        self.assertEqual(family.members(), [])

    def test_orphans_of_a_program_that_has_died_are_killed(self) -> None:
        """
        The program itself is gone, what it has started is not.
        """
        family = self.family("sleep 1000 & exit 3", 1, running=False)
        family.end(patience=0.2)
        self.assertEqual(family.members(), [])


class FindTest(TestCase):
    """
    Programs by name.
    """

    def test_what_is_not_installed_is_named(self) -> None:
        """
        So a reader knows what to install.
        """
        error = self.assertRaises(MissingError, find, "no-such-program", "nor-this")
        self.assertIn("no-such-program or nor-this is not installed", str(error))
