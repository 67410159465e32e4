"""The rules of tests.test_architecture catch what they forbid: each is tried on a house that was invented for it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.architecture import Import, Module, Plan, bent_arrows, cycles, impurities, missing_rooms, target
from tests.code_rules import calls_out, reactors, too_long, undocumented

PLAN = """
```rooms
tap          builds
low          P  values
web/         a package
  page       shows
video/       another
  pure    P  parses
  hub        sends
```
```arrows
tap -> *
web -> video
video -> low
```
```impure
os time urllib.request
```
```friends
tomli
```
"""


def invented(**sources: str) -> dict[str, Module]:
    """:return: the house of :data:`PLAN`, with these sources; ``web_page`` means ``web.page``."""
    house = {name: Module(name, "", name in {"", "web", "video"}) for name in ["", *Plan.parse(PLAN).rooms]}
    for name, source in sources.items():
        dotted = name.replace("_", ".")
        house[dotted] = Module(dotted, source, dotted in house and house[dotted].package)
    return house


class Reading(SynchronousTestCase):
    """Imports and the document are understood."""

    def names(self, source: str, name: str = "web.page", *, package: bool = False) -> list[str]:
        """:return: what that source imports."""
        return [item.name for item in Module(name, source, package).imports()]

    def test_plain_imports(self) -> None:
        """Several in one line, and with other names."""
        self.assertEqual(self.names("import os, a.b as c\nfrom d import e as f, g"), ["os", "a.b", "d.e", "d.g"])

    def test_relative_imports_in_a_module(self) -> None:
        """One dot is the package that it lies in."""
        self.assertEqual(self.names("from . import a\nfrom .b import c"), ["onionstream.web.a", "onionstream.web.b.c"])
        self.assertEqual(self.names("from ..video import hub"), ["onionstream.video.hub"])

    def test_relative_imports_in_a_package(self) -> None:
        """One dot is the package itself."""
        self.assertEqual(self.names("from . import a", "web", package=True), ["onionstream.web.a"])
        self.assertEqual(self.names("from ..video import hub", "web", package=True), ["onionstream.video.hub"])

    def test_imports_are_found_wherever_they_stand(self) -> None:
        """In functions, in branches, and those only for types."""
        source = "def f():\n    import a\nif TYPE_CHECKING:\n    import b\ntry:\n    import c\nexcept E:\n    pass"
        found = [*Module("tap", source).imports()]
        self.assertEqual(
            found,
            [Import(line=2, name="a", inside=True), Import(line=4, name="b", for_types=True), Import(line=6, name="c")],
        )

    def test_an_imported_name_belongs_to_its_module(self) -> None:
        """Of ``from package import name``, the name may be a module or something in one."""
        house = invented()
        self.assertEqual(target(house, "onionstream.video.hub.Hub"), "video.hub")
        self.assertEqual(target(house, "onionstream.video.hub"), "video.hub")
        self.assertEqual(target(house, "onionstream.video.WORD"), "video")
        self.assertEqual(target(house, "onionstream.__version__"), "")
        self.assertIsNone(target(house, "onionstreamer.video"))

    def test_the_document_is_understood(self) -> None:
        """A tree, a P, arrows, words."""
        plan = Plan.parse(PLAN)
        self.assertEqual([name for name, pure in plan.rooms.items() if pure], ["low", "video.pure"])
        self.assertEqual([*plan.rooms], ["tap", "low", "web", "web.page", "video", "video.pure", "video.hub"])
        self.assertEqual(plan.arrows, {"tap": {"*"}, "web": {"video"}, "video": {"low"}})

    def test_a_line_that_cannot_be_understood_is_told(self) -> None:
        """Rather than passed over."""
        for line, instead in [
            ("web -> video\n", "web => video\n"),
            ("tap          builds", "tap"),
            ("```friends", "```f"),
        ]:
            with self.assertRaises(ValueError):
                Plan.parse(PLAN.replace(line, instead))


class Complaints(SynchronousTestCase):
    """What is forbidden is caught."""

    def setUp(self) -> None:
        """The invented plan."""
        self.plan = Plan.parse(PLAN)

    def test_what_is_allowed_is_not_complained_of(self) -> None:
        """With a use of each rule."""
        house = invented(
            tap="from onionstream import low\ndef f():\n    from twisted.internet import reactor",
            low="import tomli, re, urllib.parse",
            web_page="from onionstream.video.hub import Hub\nfrom pathlib import Path\nPath('x').resolve()",
            video_hub="from onionstream.low import A\nfrom . import pure\nimport os\nprint(1)",
            video_pure="from onionstream.low import A",
        )
        for complaints in (missing_rooms, bent_arrows, impurities):
            self.assertEqual([*complaints(house, self.plan)], [])
        for rule in (calls_out, reactors):
            self.assertEqual([*rule(house.values())], [])
        self.assertEqual([*cycles(house)], [])

    def test_a_new_module_is_told_its_line(self) -> None:
        """The sentence says what to add, and where."""
        [complaint] = missing_rooms(invented(web_say=""), self.plan)
        self.assertIn("onionstream/web/say.py", complaint)
        self.assertIn("`say   what it is for`", complaint)

    def test_a_room_never_built_is_told(self) -> None:
        """The document does not promise."""
        house = invented()
        del house["web.page"]
        [complaint] = missing_rooms(house, self.plan)
        self.assertIn("web.page", complaint)

    def test_an_import_against_the_arrows_is_told(self) -> None:
        """In each of the ways to write it."""
        for source in (
            "from onionstream.web.page import Page",
            "import onionstream.web.page",
            "from onionstream import web",
            "from ..web import page",
            "def f():\n    import onionstream.web",
            "if TYPE_CHECKING:\n    from onionstream.web import page",
            "import onionstream.tap",
        ):
            [complaint] = bent_arrows(invented(video_hub=source), self.plan)
            self.assertIn("`video -> ", complaint)

    def test_a_ring_is_told(self) -> None:
        """Unless one half of it is for types only."""
        half = "from onionstream.video import hub"
        self.assertEqual(len([*cycles(invented(video_pure=half, video_hub="from . import pure"))]), 1)
        house = invented(video_pure=f"if TYPE_CHECKING:\n    {half}", video_hub="from . import pure")
        self.assertEqual([*cycles(house)], [])

    def test_a_pure_module_that_is_not_is_told(self) -> None:
        """By what it imports, or by what it calls."""
        for source in (
            "import os",
            "import os.path",
            "from urllib import request",
            "def f():\n    import time",
            "from twisted.internet import defer",
            "from onionstream.video.hub import Hub",
            "from onionstream.video import hub",
            "open('x')",
            "path.read_text()",
        ):
            self.assertEqual(len([*impurities(invented(video_pure=source), self.plan)]), 1, source)

    def test_L07_calling_out_is_told(self) -> None:
        """Whatever it is done with."""
        for source in (
            "import treq",
            "from urllib import request",
            "from urllib.request import urlopen as f",
            "from http.client import HTTPConnection",
            "from twisted.web.client import readBody",
            "import socket\nsocket.create_connection(x)",
            "reactor.connectTCP(a, 1, f)",
            "from socket import getaddrinfo",
            "reactor.resolve(name)",
            "reactor.connectUNIX(path, f)",
            "from txtorcon import TorProtocolFactory",
        ):
            self.assertEqual(len([*calls_out([Module("web.page", source)])]), 1, source)

    def test_L07_the_ways_by_UNIX_socket_are_open_to_four_modules_by_name(self) -> None:
        """And no wider than they need it."""
        endpoint = "from twisted.internet.endpoints import UNIXClientEndpoint\nUNIXClientEndpoint(r, p)"
        rows = (
            ("onion.control", endpoint, 0),
            ("onion.visit", endpoint, 0),
            ("onion.visit", "import txtorcon", 1),
            ("onion.selftest", endpoint, 2),
            ("onion.tor", endpoint, 2),
            ("onion.line", "from txtorcon import TorProtocolFactory", 0),
            ("onion.line", "from txtorcon import launch", 1),
            ("notify", "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(word, path)", 0),
            ("notify", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(word, path)", 1),
            ("web.page", "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(word, path)", 2),
            ("onion.line", "import txtorcon", 1),
            ("onion.control", "from txtorcon import TorProtocolFactory", 1),
        )
        for name, source, told in rows:
            self.assertEqual(len([*calls_out([Module(name, source)])]), told, (name, source))

    def test_a_reactor_is_told(self) -> None:
        """Outside of tap everywhere, in tap outside of functions."""
        source = "from twisted.internet import reactor"
        inside = f"def f():\n    {source}"
        told = [len([*reactors([Module(name, text)])]) for name in ("tap", "life") for text in (source, inside)]
        self.assertEqual(told, [1, 0, 1, 1])

    def test_what_is_too_long_is_told(self) -> None:
        """One line over each bound."""
        function = "def f():\n" + "    x()\n"
        self.assertEqual([*too_long("a.py", function + "    x()\n" * 48 + "x()\n" * 300)], [])
        self.assertEqual([*too_long("a.py", function + "    x()\n" * 49)], ["a.py:1 f has 51 lines"])
        self.assertEqual([*too_long("a.py", "x()\n" * 351)], ["a.py has 351 lines"])

    def test_what_has_no_docstring_is_told(self) -> None:
        """A module, a class even if private, a public method; not a private function."""
        source = (
            "class _A:\n    def f(self): pass\n    def _g(self): pass\ndef h():\n    '''Says.'''\n    def i(): pass"
        )
        told = [complaint.split()[1] for complaint in undocumented(Module("low", source))]
        self.assertEqual(told, ["the", "_A", "f"])
