"""The units of systemd, read by systemd's own tools; no systemd has to run for that."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from onionstream.options import CANNOT_START, WRONG_CONFIGURATION, WRONG_USAGE

CHECKOUT = Path(__file__).resolve().parent.parent
UNITS = CHECKOUT / "systemd"

PROGRAM = re.compile(r"(?<=^ExecStart=)\S+", re.MULTILINE)
"""Where the daemon is: a program that does not exist is an error to systemd."""


class UnitCase(SynchronousTestCase):
    """Tests with a folder of units."""

    def analyze(self, *words: str, drop_ins: tuple[str, ...] = (), unit: str = "onionstream.service") -> str:
        """
        :param words: for ``systemd-analyze``, before the unit's name.
        :param drop_ins: that are in place beside the unit.
        :param unit: its path below ``systemd/``.
        :return: all that it said; its status was 0.
        """
        folder = Path(self.mktemp()).resolve()
        beside = folder / "onionstream.service.d"
        beside.mkdir(parents=True)
        text = PROGRAM.sub(str(Path(sys.executable)), (UNITS / unit).read_text(encoding="utf-8"))
        path = folder / "onionstream.service"
        path.write_text(text, encoding="utf-8")
        for name in drop_ins:
            shutil.copy(UNITS / name, beside)
        # The colon: and where systemd has its own ones.
        environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"}
        command = ["systemd-analyze", *words, str(path)]
        with TemporaryDirectory() as runtime:  # with a short name: there are units with sockets in it
            environment["XDG_RUNTIME_DIR"] = runtime
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def settings(self, unit: str = "onionstream.service") -> dict[str, list[str]]:
        """:return: what a unit sets, with all that is said of each key."""
        found: dict[str, list[str]] = {}
        for line in (UNITS / unit).read_text(encoding="utf-8").splitlines():
            if "=" in line and not line.startswith("#"):
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(value)
        return found


class SystemTests(UnitCase):
    """``onionstream.service`` and what can be put beside it."""

    def test_D90_systemd_understands_them(self) -> None:
        """It has nothing to say, whatever stands beside the unit."""
        for drop_ins in ((), ("system-tor.conf",), ("system-tor.conf", "without-network.conf"), ("camera.conf",)):
            self.assertEqual(self.analyze("verify", "--man=no", drop_ins=drop_ins), "", drop_ins)

    def test_D90_the_service_is_closed(self) -> None:
        """By systemd's own measure, from 0 to 10: at most 1.1, and less where tor is another service."""
        for most, drop_ins in (
            (1.1, ()),
            (0.9, ("system-tor.conf",)),
            (0.2, ("system-tor.conf", "without-network.conf")),
            (1.3, ("camera.conf",)),
        ):
            said = self.analyze("security", "--offline=true", "--no-pager", drop_ins=drop_ins)
            [score] = re.findall(r"Overall exposure level for onionstream\.service: ([0-9.]+)", said)
            self.assertLessEqual(float(score), most, drop_ins)

    def test_D90_what_closes_it_is_no_accident(self) -> None:
        """What the measure weighs little, and we do not."""
        unit = self.settings()
        for key, value in (
            ("LimitCORE", "0"),
            ("MemorySwapMax", "0"),
            ("UMask", "0077"),
            ("StateDirectoryMode", "0700"),
        ):
            self.assertEqual(unit[key], [value])
        self.assertNotIn("LogsDirectory", unit)
        self.assertIn("~@privileged @resources", unit["SystemCallFilter"])

    def test_it_runs_as_a_user_of_its_own(self) -> None:
        """Whom ``systemd-sysusers`` makes; it says so and does nothing here."""
        command = ["systemd-sysusers", "--dry-run", str(UNITS / "onionstream.sysusers")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, self.settings()["User"]), (0, ["onionstream"]), done.stderr)
        self.assertIn("onionstream", done.stdout + done.stderr)


class UserTests(UnitCase):
    """The unit for a session."""

    def test_D90_systemd_understands_it(self) -> None:
        """As the one of a user."""
        self.assertEqual(self.analyze("--user", "verify", "--man=no", unit="user/onionstream.service"), "")

    def test_nobody_is_on_air_because_he_has_logged_in(self) -> None:
        """It cannot be enabled."""
        text = (UNITS / "user/onionstream.service").read_text(encoding="utf-8")
        self.assertNotIn("\n[Install]", text)


class BothTests(UnitCase):
    """What is the same in the system and in a session."""

    def test_R34_what_no_second_try_mends_is_not_tried_again(self) -> None:
        """The statuses that the program has for it."""
        final = {WRONG_USAGE, CANNOT_START, WRONG_CONFIGURATION}
        for unit in ("onionstream.service", "user/onionstream.service"):
            [statuses] = self.settings(unit)["RestartPreventExitStatus"]
            self.assertEqual({int(one) for one in statuses.split()}, final)

    def test_R52_a_daemon_that_stands_still_is_started_anew(self) -> None:
        """After 30 s; the daemon is told so by systemd and by nobody else."""
        for unit in ("onionstream.service", "user/onionstream.service"):
            found = self.settings(unit)
            self.assertEqual(
                (found["Type"], found["WatchdogSec"], found["Restart"]), (["notify"], ["30"], ["on-failure"])
            )

    def test_they_start_the_daemon_as_the_script_does(self) -> None:
        """But for where it is, and where its configuration is."""
        script = (CHECKOUT / "script/server").read_text(encoding="utf-8").replace("\\\n", "")
        [wanted] = re.findall(r"bin/twistd\" (.* onionstream) +--config", script)
        for unit in ("onionstream.service", "user/onionstream.service"):
            [command] = self.settings(unit)["ExecStart"]
            self.assertIn(f"bin/twistd {' '.join(wanted.split())} --config /", command.replace("%E", ""))

    def test_every_file_is_explained(self) -> None:
        """In docs/running.md, by its name."""
        text = (CHECKOUT / "docs/running.md").read_text(encoding="utf-8")
        names = [str(path.relative_to(UNITS)) for path in UNITS.rglob("*") if path.is_file()]
        self.assertEqual([name for name in names if f"systemd/{name}" not in text], [])
