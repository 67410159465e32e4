"""The code is what docs/architecture.md says it is, and keeps the rules that can be read from its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.architecture import TOP, Module, Plan, bent_arrows, cycles, impurities, missing_rooms, read_house
from tests.code_rules import calls_out, reactors, too_long, undocumented

FILE = r"\b(?:onionstream|tests|benchmarks|docs|templates|script|systemd)/[\w/]+\.\w+"
"""A file of this checkout, as texts name it."""

MODULE = r"(?<=`)\w+/\w+(?=`)"
"""A module, as the document names it."""

CHECKOUT = Path(__file__).resolve().parent.parent


class House(SynchronousTestCase):
    """The real code and the real document."""

    def setUp(self) -> None:
        """Both are read anew."""
        self.house = read_house(CHECKOUT / TOP)
        self.plan = Plan.parse((CHECKOUT / "docs/architecture.md").read_text(encoding="utf-8"))

    def assert_none(self, complaints: Iterable[str]) -> None:
        """There is nothing to complain of; or else everything is said at once."""
        if told := sorted(complaints):
            self.fail("\n".join(["", *told]))

    def test_every_module_has_its_line_in_the_document(self) -> None:
        """And every line its module."""
        self.assert_none(missing_rooms(self.house, self.plan))

    def test_imports_follow_the_arrows(self) -> None:
        """Also those inside functions, and those only for types."""
        self.assert_none(bent_arrows(self.house, self.plan))

    def test_no_modules_import_each_other_in_a_ring(self) -> None:
        """Inside a package too, arrows go one way."""
        self.assert_none(cycles(self.house))

    def test_pure_modules_are_pure(self) -> None:
        """No clock, no chance, no files, no network, no Twisted."""
        self.assert_none(impurities(self.house, self.plan))

    def test_nothing_may_import_tap(self) -> None:
        """It stands above all rooms; and it alone may know them all."""
        self.assertEqual({room for room, targets in self.plan.arrows.items() if "*" in targets}, {"tap"})
        self.assertNotIn("tap", set().union(*self.plan.arrows.values()))

    def test_arrows_are_between_rooms_that_exist(self) -> None:
        """An arrow to a room that is gone would say more than is true."""
        rooms = {name for name in self.plan.rooms if "." not in name}
        self.assertEqual(set(self.plan.arrows).union(*self.plan.arrows.values()) - rooms, {"*"})

    def test_places_that_are_named_exist(self) -> None:
        """In the document, and in what the code says of itself: what has moved is looked for in vain."""
        document = CHECKOUT / "docs/architecture.md"
        named = {(document, name) for name in re.findall(f"{FILE}|{MODULE}", document.read_text(encoding="utf-8"))}
        for path in (path for folder in (TOP, "tests", "benchmarks") for path in (CHECKOUT / folder).rglob("*.py")):
            named.update((path, name) for name in re.findall(FILE, path.read_text(encoding="utf-8")))
        for path, name in sorted(named):
            there = any(place.exists() for place in (CHECKOUT / name, CHECKOUT / TOP / f"{name}.py"))
            self.assertTrue(there, f"{path.relative_to(CHECKOUT)} names {name}")

    def test_L07_nothing_calls_out(self) -> None:
        """No client of any protocol, no resolver."""
        self.assert_none(calls_out(self.house.values()))

    def test_only_tap_imports_the_reactor(self) -> None:
        """Inside a function, so that importing a module never installs one."""
        self.assert_none(reactors(self.house.values()))

    def test_the_plugin_imports_nothing_of_ours(self) -> None:
        """Twistd reads it for every command, ours or not."""
        source = (CHECKOUT / "twisted/plugins/onionstream_plugin.py").read_text(encoding="utf-8")
        names = [item.name for item in Module("plugin", source).imports()]
        self.assertEqual(names, ["twisted.application.service.ServiceMaker"])

    def test_the_plugins_folder_is_no_package(self) -> None:
        """With an ``__init__.py`` it would hide Twisted's own plugins."""
        self.assertEqual([*(CHECKOUT / "twisted").rglob("__init__.py")], [])

    def test_files_and_functions_are_small(self) -> None:
        """Of the tests and benchmarks too."""
        paths = [path for room in (TOP, "twisted", "tests", "benchmarks") for path in (CHECKOUT / room).rglob("*.py")]
        self.assert_none(
            complaint
            for path in paths
            for complaint in too_long(str(path.relative_to(CHECKOUT)), path.read_text(encoding="utf-8"))
        )

    def test_everything_public_has_a_docstring(self) -> None:
        """One sentence if that is all."""
        self.assert_none(complaint for module in self.house.values() for complaint in undocumented(module))
