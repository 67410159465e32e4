"""The files that people make for us, looked at before the daemon starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image
from twisted.trial.unittest import SynchronousTestCase

from onionstream.check.beside import look
from onionstream.check.finding import Finding, Verdict
from onionstream.settings.config import Captcha, Chat, Config


class BesideTests(SynchronousTestCase):
    """``look``."""

    config = Config()

    def setUp(self) -> None:
        """A state directory, which is there already."""
        self.state = Path(self.mktemp())
        self.state.mkdir(0o700)

    def found(self, about: str, verdict: Verdict) -> list[str]:
        """:return: the findings of that kind in which something is named."""
        findings: list[Finding] = list(look(self.config, self.state))
        return [one.text for one in findings if one.verdict is verdict and about in one.text]

    def chat(self, **settings: object) -> None:
        """The configuration has these in ``[chat]``."""
        self.config = replace(self.config, chat=Chat(**settings))  # type: ignore[arg-type]

    def test_all_is_well(self) -> None:
        """Where nobody has made any file there is nothing to complain of."""
        self.assertEqual({one.verdict for one in look(self.config, self.state)}, {Verdict.GOOD})

    def test_a_font_that_is_missing(self) -> None:
        """The daemon does not start without it."""
        self.config = replace(self.config, captcha=Captcha(fonts=("/none.ttf",)))
        self.assertEqual(len(self.found("/none.ttf", Verdict.MISSING)), 1)

    def test_A55_emotes(self) -> None:
        """Good ones are counted, and each other one is told of; so is a folder that is not there."""
        folder = self.state / "emotes"
        self.chat(emotes=str(folder))
        self.assertEqual(self.found("emotes in", Verdict.WARNING), [f"emotes in {folder}: the folder cannot be read"])
        folder.mkdir()
        Image.new("RGB", (8, 8)).save(folder / "cat.png")
        (folder / "dog.png").write_bytes(b"woof")
        self.assertEqual(self.found("emotes in", Verdict.GOOD), [f"emotes in {folder}: 1"])
        (problem,) = self.found("emotes in", Verdict.WARNING)
        self.assertIn("'dog.png' is no picture", problem)

    def test_lists_that_are_not_right(self) -> None:
        """The daemon does not start with them, but bans are not looked at where none are kept."""
        for name in ("bans.toml", "moderators.toml"):
            (self.state / name).write_text("nonsense")
            self.assertEqual(len(self.found(name, Verdict.MISSING)), 1)
        self.chat(keep_bans=False)
        self.assertEqual(len(self.found(".toml", Verdict.MISSING)), 1)

    def test_R33_titles_that_cannot_be_used(self) -> None:
        """The stream has the configuration's words then."""
        (self.state / "title.txt").write_text("\n")
        (self.state / "about.txt").write_bytes(b"\xff\xfea\0")
        (title,) = self.found("title.txt", Verdict.WARNING)
        (about,) = self.found("about.txt", Verdict.WARNING)
        self.assertIn("is empty: the configuration's words", title)
        self.assertIn("must be UTF-8", about)
