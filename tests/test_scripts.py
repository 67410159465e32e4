"""The scripts, run for real on a machine whose programs are invented: each writes down how it was called."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

CHECKOUT = Path(__file__).resolve().parent.parent

REAL = ("bash", "cat", "cp", "dirname", "env", "flock", "grep", "mkdir", "mktemp", "rm", "sha256sum", "touch")
"""Programs that are on every machine, and here as they are."""

WANTED = (
    "tor",
    "ffmpeg",
    "shellcheck",
    "firefox-esr",
    "chromium",
    "Xvfb",
    "xdotool",
    "slowhttptest",
    "w3m",
    "lynx",
    "curl",
    "mpv",
    "ip",
    "systemd-analyze",
)
"""Programs that ``script/_setup`` looks for."""

NOTES = '#!/bin/sh\necho "${0##*/} $*" >>"$NOTES"\n'
"""A program that writes down how it was called and does nothing."""

SAYS = NOTES + 'echo "$$ $*"\n'
"""A program that also says so, with its process id."""

PYTHON = f"""{NOTES}
case "$*" in
    "-m venv "*)
        mkdir -p "$3/bin"
        cp "$0" "$3/bin/python"
        echo "#!$3/bin/python" >"$3/bin/pip" ;;
    "-m pip "*)
        if [ -e "$BROKEN" ]; then echo "no such package"; exit 1; fi
        for program in twistd onionstream ruff mypy; do cp "${{NOTES%/*}}/says" "${{0%/*}}/$program"; done ;;
    *tests.closing_line*) echo "$$ $*" ;;
esac
"""
"""A python3: its ``venv`` makes a folder with the same Python in it, and its ``pip`` puts programs there."""


class Machine:
    """
    A checkout and a PATH in a folder of their own.

    :ivar checkout: the scripts, and what they read. There is a space in its path.
    """

    def __init__(self, where: Path, *, user: int) -> None:
        """
        :param where: the folder, made new.
        :param user: number of the user who runs the scripts; 0: root.
        """
        self._where, self._bin, self._notes = where, where / "bin", where / "notes"
        self._bin.mkdir(parents=True)
        self.checkout = where / "my onion"
        for folder in ("script", ".ci"):
            shutil.copytree(CHECKOUT / folder, self.checkout / folder)
        for file in ("setup.cfg", "pyproject.toml", "constraints.txt"):
            shutil.copy(CHECKOUT / file, self.checkout)
        for name in REAL:
            (self._bin / name).symlink_to(str(shutil.which(name)))
        self.add(self._bin / "id", f"#!/bin/sh\necho {user}\n")
        self.add(self._bin / "python3", PYTHON)
        self.add(where / "says", SAYS)
        for name in (*WANTED, "apt-get"):
            self.add(self._bin / name, NOTES)

    def add(self, path: Path, text: str) -> None:
        """:param text: the program to be at this path."""
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def add_sudo(self) -> None:
        """From now on there is a sudo, which runs what it is told."""
        self.add(self._bin / "sudo", NOTES + '"$@"\n')

    def lacks(self, *names: str) -> None:
        """From now on these programs are not there."""
        for name in names:
            (self._bin / name).unlink()

    def break_registry(self, *, broken: bool) -> None:
        """From now on pip can, or cannot, install."""
        (self._where / "broken").touch() if broken else (self._where / "broken").unlink()

    def run(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """:return: the script, at its end; it ran in another folder, with nothing in its environment but a PATH."""
        environment = {"PATH": str(self._bin), "NOTES": str(self._notes), "BROKEN": str(self._where / "broken")}
        self._notes.write_text("", encoding="utf-8")
        return subprocess.Popen(
            [self.checkout / script, *arguments],
            cwd=self._where,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def calls(self, text: str) -> list[str]:
        """:return: the calls in which this text stands, of the last run, without the paths of the checkout."""
        lines = self._notes.read_text(encoding="utf-8").replace(f"{self.checkout}/", "").splitlines()
        return [line for line in lines if text in line]


class ScriptTestCase(SynchronousTestCase):
    """Tests with an invented machine."""

    def setUp(self) -> None:
        """Its user is root until a test says otherwise."""
        self.machine = self.make_machine(user=0)

    def make_machine(self, *, user: int) -> Machine:
        """:return: a machine on which everything is there but what goes into ``.venv``."""
        return Machine(Path(self.mktemp()).resolve(), user=user)

    def run_script(self, script: str, *arguments: str, status: int = 0) -> tuple[int, str, str]:
        """:return: its process id, and what it wrote to its two outputs; it ended with this status."""
        process = self.machine.run(script, *arguments)
        out, err = process.communicate()
        self.assertEqual(process.returncode, status, err)
        return process.pid, out, err


class Programs(ScriptTestCase):
    """What is installed with apt."""

    def test_root_installs_what_is_missing_and_nothing_else(self) -> None:
        """Each is named with a reason."""
        self.machine.lacks("ffmpeg")
        _, _, said = self.run_script("script/_setup", "run")
        update, install = self.machine.calls("apt-get")
        self.assertEqual(update.split()[-1], "update")
        self.assertEqual(install.split()[-3:], ["install", "--no-install-recommends", "ffmpeg"])
        self.assertIn("ffmpeg (encodes the picture and the sound)", said)

    def test_a_user_with_sudo_uses_it(self) -> None:
        """For apt and for nothing else."""
        self.machine = self.make_machine(user=1000)
        self.machine.add_sudo()
        self.machine.lacks("ffmpeg")
        self.run_script("script/_setup", "run")
        self.assertEqual(len(self.machine.calls("sudo")), 2)
        self.assertEqual(len(self.machine.calls("apt-get")), 4)

    def test_a_user_without_sudo_is_told_the_command(self) -> None:
        """And nothing has been done yet that would have to be undone."""
        self.machine = self.make_machine(user=1000)
        self.machine.lacks("ffmpeg")
        _, _, said = self.run_script("script/_setup", "run", status=1)
        self.assertIn("apt-get install --no-install-recommends ffmpeg", said)
        self.assertEqual(self.machine.calls("apt-get"), [])
        self.assertFalse((self.machine.checkout / ".venv").exists())

    def test_a_user_who_lacks_nothing_needs_neither(self) -> None:
        """No root, no sudo, no apt."""
        self.machine = self.make_machine(user=1000)
        self.run_script("script/_setup", "run")
        self.assertEqual(self.machine.calls("apt-get"), [])

    def test_another_system_than_Debian_is_told_what_is_missing(self) -> None:
        """It has its own names for packages and its own way to install them."""
        self.machine.lacks("ffmpeg", "apt-get")
        _, _, said = self.run_script("script/_setup", "run", status=1)
        self.assertIn("ffmpeg (encodes", said)

    def test_browsers_are_for_the_tests_only(self) -> None:
        """The daemon needs none, and neither does the reading of the code."""
        self.machine.lacks("firefox-esr")
        for kind in ("run", "lint"):
            self.run_script("script/_setup", kind)
            self.assertEqual(self.machine.calls("apt-get"), [])
        self.run_script("script/_setup", "test")
        self.assertIn("firefox-esr", self.machine.calls(" install ")[0])

    def test_what_the_real_tests_start_is_installed(self) -> None:
        """They look their programs up with ``find("PROGRAM")`` or the like; a new one needs a line in script/_setup."""
        paths = [path for room in ("real", "tornet") for path in (CHECKOUT / "tests" / room).glob("*.py")]
        sources = [path.read_text(encoding="utf-8") for path in paths]
        started = {name for one in sources for name in re.findall(r'\b(?:find|run_program)\("([\w-]+)"', one)}
        everywhere = {"sh", "setpriv", "prlimit", "unshare"}
        beside_others = {"ffprobe", "tor-gencert"}
        self.assertEqual(started - {*WANTED, *REAL, *everywhere, *beside_others}, set())
        self.assertLess({"firefox-esr", "mpv", "tor-gencert"}, started)

    def test_every_program_that_is_looked_for_is_in_these_tests(self) -> None:
        """So that a machine that lacks nothing here lacks nothing."""
        setup = (CHECKOUT / "script/_setup").read_text(encoding="utf-8")
        looked_for = set(re.findall(r"^ +want ([\w-]+) ", setup, re.MULTILINE))
        self.assertEqual(looked_for - {"python3"}, set(WANTED))

    def test_an_unknown_kind_is_refused(self) -> None:
        """With those it knows."""
        _, _, said = self.run_script("script/_setup", "tests", status=1)
        self.assertIn("knows run, lint and test", said)


class VirtualEnvironment(ScriptTestCase):
    """What happens to ``.venv``."""

    def test_the_second_run_does_nothing(self) -> None:
        """Whatever is started first."""
        self.run_script("script/_setup", "test")
        self.assertEqual(len(self.machine.calls("-m venv")), 1)
        self.assertEqual(len(self.machine.calls("-m pip")), 2)
        for kind in ("test", "lint", "run"):
            self.run_script("script/_setup", kind)
            self.assertEqual(self.machine.calls("-m pip") + self.machine.calls("-m venv"), [])

    def test_the_daemon_does_without_what_tests_need(self) -> None:
        """The versions are those that were tested, either way."""
        self.run_script("script/_setup", "run")
        [call] = self.machine.calls("-m pip")
        self.assertTrue(call.endswith("--constraint constraints.txt --editable ."), call)
        self.run_script("script/_setup", "test")
        call, axe = self.machine.calls("-m pip")
        self.assertTrue(call.endswith("--constraint constraints.txt --editable .[test]"), call)
        self.assertTrue(axe.endswith("constraints.txt axe-playwright-python"), axe)
        self.assertIn("--no-deps", axe)
        self.assertEqual(self.machine.calls("-m venv"), [])

    def test_other_requirements_are_installed(self) -> None:
        """After a git pull, say."""
        self.run_script("script/_setup", "run")
        with (self.machine.checkout / "setup.cfg").open("a", encoding="utf-8") as file:
            file.write("# another line\n")
        self.run_script("script/_setup", "run")
        self.assertEqual(len(self.machine.calls("-m pip")), 1)
        self.assertEqual(self.machine.calls("-m venv"), [])

    def test_an_installation_that_broke_off_is_made_again(self) -> None:
        """From the beginning: what is half there may be broken in ways that pip does not see."""
        self.machine.break_registry(broken=True)
        _, _, said = self.run_script("script/_setup", "run", status=1)
        self.assertIn("no such package", said)
        self.machine.break_registry(broken=False)
        self.run_script("script/_setup", "run")
        self.assertEqual(len(self.machine.calls("-m venv")), 1)

    def test_a_venv_that_is_none_is_made_again(self) -> None:
        """Here one whose Python is gone, as after a change of the system's."""
        self.run_script("script/_setup", "run")
        (self.machine.checkout / ".venv/bin/python").unlink()
        self.run_script("script/_setup", "run")
        self.assertEqual(len(self.machine.calls("-m venv")), 1)

    def test_a_checkout_that_moved_gets_a_new_one(self) -> None:
        """The paths in a ``.venv`` are those of where it was made."""
        self.run_script("script/_setup", "run")
        self.machine.checkout = self.machine.checkout.rename(self.machine.checkout.with_name("elsewhere"))
        self.run_script("script/_setup", "run")
        self.assertEqual(len(self.machine.calls("-m venv")), 1)


class Commands(ScriptTestCase):
    """What the scripts run in the end."""

    def test_the_server_becomes_twistd(self) -> None:
        """With the script's own process id, so that signals arrive; the user's options stand last and count."""
        pid, out, _ = self.run_script("script/server", "--config", "my own.toml")
        config = self.machine.checkout / "config.toml"
        twistd = "--nodaemon --pidfile= --umask=0077 --logger=onionstream.logs.observer"
        options = f"{twistd} onionstream --config {config} --config my own.toml"
        self.assertEqual(out, f"{pid} {options}\n")

    def test_a_command_to_the_daemon(self) -> None:
        """As it was written, with whatever is in its words."""
        pid, out, _ = self.run_script("script/ctl", "--state", "my own", "title", "set", "a  b")
        self.assertEqual(out, f"{pid} ctl --state my own title set a  b\n")

    def test_CI_runs_everything(self) -> None:
        """The whole suite with its coverage, and beside it what reads the code."""
        pid, out, _ = self.run_script(".ci/run")
        command = out.splitlines()[-1]
        options = r"--floor [0-9]+ --beside script/lint"
        self.assertRegex(command, rf"^{pid} -b -W error -m tests.closing_line {options} tests$")

    def test_the_code_is_read_to_the_end(self) -> None:
        """Style, types and the scripts, whatever the first of them says; then the exit status tells."""
        self.run_script("script/lint")
        self.assertEqual(self.machine.calls("ruff "), ["ruff check .", "ruff format --check ."])
        self.assertEqual(len(self.machine.calls("mypy ") + self.machine.calls("shellcheck ")), 2)
        (self.machine.checkout / ".venv/bin/ruff").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        self.run_script("script/lint", status=1)
        self.assertEqual(len(self.machine.calls("mypy ") + self.machine.calls("shellcheck ")), 2)

    def test_a_part_of_the_tests_is_run_alone(self) -> None:
        """Quickly, without what looks at all of the code."""
        pid, out, _ = self.run_script("script/test", "tests.video", "tests.web")
        self.assertEqual(out, f"{pid} -b -W error -m tests.closing_line tests.video tests.web\n")
        self.assertEqual(self.machine.calls("ruff "), [])
