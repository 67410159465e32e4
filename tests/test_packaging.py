"""The package is whole however it is installed: from a wheel, from an sdist, as an editable checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from configparser import ConfigParser
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.architecture import TOP, read_house

CHECKOUT = Path(__file__).resolve().parent.parent

TRY = """
from importlib import import_module
from jinja2 import Environment, PackageLoader
environment = Environment(loader=PackageLoader("onionstream"), autoescape=True)
for name in environment.list_templates():
    environment.get_template(name)
    print(name)
print(import_module("onionstream").__file__)
"""
"""Loads every template as the site does, and says which there were and where the package lies."""


def run(*command: str | Path, cwd: Path) -> str:
    """
    Run a program to its end.

    :return: what it wrote to standard output.
    :raises AssertionError: it failed; with all it said.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE_"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def own_files() -> set[str]:
    """:return: what an installed onionstream consists of, as the checkout has it."""
    templates = {f"{TOP}/templates/{path.name}" for path in (CHECKOUT / "templates").iterdir() if path.is_file()}
    modules = {str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / TOP).rglob("*.py")}
    return templates | modules | {"twisted/plugins/onionstream_plugin.py"}


@cache
def tree() -> Path:
    """:return: a copy of the checkout, in which a build may leave what it likes."""
    copy = Path("tree").resolve()
    ignored = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "_trial_temp*", "pictures")
    shutil.copytree(CHECKOUT, copy, symlinks=True, ignore=ignored)
    return copy


@cache
def built() -> dict[str, Path]:
    """:return: ``wheel``, made from the checkout; ``sdist``; and ``wheel of sdist``."""
    found = {}
    for folder, what in [("direct", ["--wheel"]), ("twice", [])]:
        where = Path(folder).resolve()
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", where, *what, cwd=tree())
        for path in where.iterdir():
            name = "sdist" if path.name.endswith(".tar.gz") else "wheel" if what else "wheel of sdist"
            found[name] = path
    return found


def names_in(wheel: Path) -> set[str]:
    """:return: what a wheel would install, without what it says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


class Environment:
    """
    An empty virtual environment that sees what this one has installed, but not this checkout.

    A line in a ``.pth`` file adds a folder to the path without reading the ``.pth`` files in it, of which one is ours.
    """

    def __init__(self, where: Path) -> None:
        """:param where: its folder, made new."""
        run(sys.executable, "-m", "venv", "--without-pip", where, cwd=where.parent)
        self.python = where / "bin/python"
        self._where = where
        site = run(self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=where).strip()
        Path(site, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        # A folder that is nobody's checkout: the current folder is on twistd's path.
        self.elsewhere = where / "elsewhere"
        self.elsewhere.mkdir()

    def install(self, *what: str | Path) -> None:
        """:param what: to pip; nothing else is installed with it."""
        alone = ("--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed", "--no-warn-script-location")
        pip = (sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet")
        run(*pip, *alone, "--prefix", self._where, *what, cwd=self.elsewhere)

    def says(self, *arguments: str | Path) -> str:
        """:return: what its Python says, far from the checkout."""
        return run(self.python, *arguments, cwd=self.elsewhere)


class Builds(SynchronousTestCase):
    """What stands in a wheel and in an sdist."""

    def test_a_wheel_holds_the_package_and_nothing_else(self) -> None:
        """Every module, every template and the plugin; no tests, no configuration of this checkout."""
        self.assertEqual(names_in(built()["wheel"]), own_files())

    def test_a_wheel_built_from_the_sdist_is_the_same(self) -> None:
        """The sdist lacks nothing."""
        self.assertEqual(names_in(built()["wheel of sdist"]), own_files())

    def test_an_sdist_holds_what_someone_who_studies_it_needs(self) -> None:
        """Licence, documentation, tests, scripts and the commented configuration."""
        with tarfile.open(built()["sdist"]) as archive:
            names = {name.partition("/")[2] for name in archive.getnames()}
        for name in ("LICENSE", "README.md", "config.toml", "constraints.txt", "docs/architecture.md", "script/test"):
            self.assertIn(name, names)
        self.assertLessEqual({"tests/test_packaging.py", "systemd/user/onionstream.service"}, names)


class Installs(SynchronousTestCase):
    """An installed onionstream, used from another folder."""

    def assert_works(self, environment: Environment, where: Path) -> None:
        """It finds its plugin and its templates, and lies where it should."""
        twistd = Path(sys.executable).parent / "twistd"
        self.assertIn("--config", environment.says(twistd, "onionstream", "--help"))
        program = environment.python.with_name("onionstream")
        self.assertIn("--config", environment.says(program, "--help"))
        self.assertIn("Usage: onionstream ctl", environment.says(program, "ctl", "help"))
        self.assertIn("Usage: onionstream ctl", environment.says("-m", "onionstream", "ctl"))
        *templates, module = environment.says("-c", TRY).splitlines()
        self.assertEqual(templates, sorted(path.name for path in (CHECKOUT / "templates").iterdir()))
        self.assertTrue(Path(module).is_relative_to(where), module)

    def test_without_it_twistd_does_not_know_it(self) -> None:
        """The environment of these tests is really empty: neither checkout nor editable install shine through."""
        environment = Environment(Path(self.mktemp()).resolve())
        with self.assertRaises(AssertionError) as caught:
            environment.says("-c", "import onionstream")
        self.assertIn("ModuleNotFoundError", str(caught.exception))

    def test_a_wheel(self) -> None:
        """As from a package index."""
        environment = Environment(Path(self.mktemp()).resolve())
        environment.install(built()["wheel"])
        self.assert_works(environment, environment.python.parent.parent)

    def test_a_wheel_built_from_the_sdist(self) -> None:
        """As a distribution would make it."""
        environment = Environment(Path(self.mktemp()).resolve())
        environment.install(built()["wheel of sdist"])
        self.assert_works(environment, environment.python.parent.parent)

    def test_an_editable_checkout(self) -> None:
        """As script/server makes it: the code stays where it is."""
        environment = Environment(Path(self.mktemp()).resolve())
        environment.install("--editable", tree())
        self.assert_works(environment, tree())


class Requirements(SynchronousTestCase):
    """setup.cfg and constraints.txt say what the code needs."""

    def setUp(self) -> None:
        """Both files are read."""
        config = ConfigParser()
        config.read(CHECKOUT / "setup.cfg", encoding="utf-8")
        self.needed = self.names(config["options"]["install_requires"])
        self.for_tests = self.names(config["options.extras_require"]["test"])
        self.pinned = self.names((CHECKOUT / "constraints.txt").read_text(encoding="utf-8"))
        self.packages = config["options"]["packages"].split()

    def names(self, text: str) -> set[str]:
        """:return: of one requirement a line, the names in the form in which they can be compared."""
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        return {re.sub(r"[-_.]+", "-", re.split(r"[ =<>;!~]", line.strip())[0]).lower() for line in lines}

    def test_what_the_code_imports_is_required(self) -> None:
        """A dependency of a dependency may go; what we import ourselves has its own line."""
        house = read_house(CHECKOUT / TOP)
        imported = {item.name.partition(".")[0] for module in house.values() for item in module.imports()}
        ours = imported - set(sys.stdlib_module_names) - {TOP, "_typeshed"}
        found = packages_distributions()
        missing = {name for name in ours if not self.names("\n".join(found.get(name, [name]))) & self.needed}
        self.assertEqual(missing, set())

    def test_everything_required_is_pinned(self) -> None:
        """Two checkouts of one commit run the same code."""
        self.assertEqual((self.needed | self.for_tests) - self.pinned, set())

    def test_every_package_is_listed(self) -> None:
        """They are listed by hand."""
        house = read_house(CHECKOUT / TOP)
        packages = {".".join(filter(None, [TOP, module.name])) for module in house.values() if module.package}
        self.assertEqual(packages | {"twisted.plugins"}, set(self.packages))
