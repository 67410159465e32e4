"""What can be said on the command line."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from shutil import rmtree

from PIL.ImageFont import FreeTypeFont, load_default
from twisted.trial.unittest import SynchronousTestCase

from onionstream.options import WRONG_CONFIGURATION, WRONG_USAGE, Options
from onionstream.settings.config import ConfigError


class OptionsTests(SynchronousTestCase):
    """``Options``, with a state directory of its own."""

    def setUp(self) -> None:
        """What is written is kept."""
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(rmtree, self.folder)
        self.out = io.StringIO()
        self.terminal = (self.folder / "terminal").open("w")
        self.addCleanup(self.terminal.close)
        self.patch(sys, "__stderr__", self.terminal)
        self.patch(sys, "stdout", self.out)

    def told(self) -> str:
        """What the terminal shows."""
        self.terminal.flush()
        return (self.folder / "terminal").read_text()

    def parsed(self, *words: str) -> Options:
        """The options of a command line."""
        options = Options()
        options.parseOptions(["--state", str(self.folder), *words])
        return options

    def ended(self, *words: str) -> object:
        """The exit status of one that ends at once."""
        return self.assertRaises(SystemExit, self.parsed, *words).code

    def test_the_defaults(self) -> None:
        """There is an onion address, and a port."""
        options = self.parsed()
        self.assertTrue(options.config.tor.enabled)
        self.assertEqual((options.config.web.port, options.state), (5000, self.folder))

    def test_they_win_over_the_file(self) -> None:
        """Also when the file is read again."""
        path = self.folder / "c.toml"
        path.write_text("[web]\nport = 1\n[tor]\nenabled = true\n")
        options = self.parsed("--config", str(path), "--port", "2", "--no-tor")
        for config in (options.config, options.load()):
            self.assertEqual((config.web.port, config.tor.enabled), (2, False))

    def test_R34_a_font_that_cannot_be_used_is_an_error_of_the_file(self) -> None:
        """At the start, and when it is read again: nothing else of it holds, and the file may be right later."""
        path, font = self.folder / "c.toml", self.folder / "my.ttf"
        path.write_text('[stream]\ntitle = "New"\n[captcha]\nfonts = ["my.ttf"]\n')
        self.assertEqual(self.ended("--config", str(path)), WRONG_CONFIGURATION)
        self.assertIn(f'{path}: [captcha] fonts: The font "{font}" cannot be read: No such file', self.told())
        good = load_default(10)
        assert isinstance(good, FreeTypeFont)
        font.write_bytes(good.font_bytes)
        options = self.parsed("--config", str(path))
        font.write_bytes(b"no font")
        self.assertRaises(ConfigError, options.load)

    def test_what_cannot_be_understood(self) -> None:
        """One line, and the status for it."""
        for words in (("--port", "x"), ("--nonsense",), ("word",)):
            self.assertEqual(self.ended(*words), WRONG_USAGE)
        (self.folder / "c.toml").write_text("[web]\nport = -1\n")
        self.assertEqual(self.ended("--config", str(self.folder / "c.toml")), WRONG_CONFIGURATION)
        self.assertEqual(self.told().count("\n"), 4)

    def test_invitations(self) -> None:
        """Each is done and the program ends; what cannot be done is a sentence."""
        self.assertEqual(self.ended("--invite", "alice"), 0)
        self.assertEqual(self.ended("--invited"), 0)
        self.assertTrue(self.out.getvalue().endswith("\nalice\n"))
        self.assertEqual(self.ended("--revoke", "alice"), 1)
        self.assertIn("alice is the only guest", self.told())
        self.assertEqual(self.ended("--revoke", "alice", "--public"), 0)

    def test_D20_a_password_of_ones_own(self) -> None:
        """It is kept, or what is wrong with it is a sentence; and it can be forgotten."""
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"correct horse battery\n")))
        self.assertEqual(self.ended("--passwd"), 0)
        self.assertIn("The password is kept", self.out.getvalue())
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"short\n")))
        self.assertEqual(self.ended("--passwd"), 1)
        self.assertIn("at least 12 characters", self.told())
        self.assertEqual(self.ended("--forget-passwd"), 0)
        self.assertFalse((self.folder / "password").exists())
