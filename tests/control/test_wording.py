"""The commands for the title and what stands under it."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.control.protocol import UsageError
from onionstream.control.wording import Wording
from onionstream.files.titlefile import TitleError
from tests.control.fakes import FakeDaemon


class WordingTests(SynchronousTestCase):
    """``Wording``."""

    def setUp(self) -> None:
        """Both are as the configuration has them."""
        self.folder = Path(self.mktemp())
        self.daemon = FakeDaemon(self.folder)
        self.do = self.daemon.do

    def test_S82_a_title(self) -> None:
        """It is clean, as long as one may be, and kept in the file (R-33)."""
        self.assertEqual(self.do("title").lines, ("A live stream",))
        self.assertEqual(self.do("title set Day\u202e 13").lines, ("Day 13",))
        self.assertEqual((self.folder / "title.txt").read_text(), "Day 13\n")
        self.do("title set " + "x" * 200)
        for text in ("x" * 201, "\0", "\u200b"):
            self.assertRaises(TitleError, self.do, f"title set {text}")
        for text in ("title set", "title show x", "title reset now"):
            self.assertRaises(UsageError, self.do, text)
        self.assertEqual(self.daemon.titles.title, "x" * 200)

    def test_S82_the_configuration_s_title(self) -> None:
        """It comes back, and the file goes."""
        self.do("title set Day 13")
        self.assertEqual(self.do("title reset").data, {"title": "A live stream", "configured": True})
        self.assertFalse((self.folder / "title.txt").exists())

    def test_what_stands_under_it(self) -> None:
        """Several lines, from a program that sends a list; and back."""
        self.assertEqual(self.do("about").lines, ("Nothing stands under the title.",))
        answer = Wording(self.daemon.titles).set_about(("One\ntwo", "three"))
        self.assertEqual(answer.lines, ("One", "two three"))
        self.assertEqual(answer.data, {"about": "One\ntwo three", "configured": False})
        self.assertEqual((self.folder / "about.txt").read_text(), "One\ntwo three\n")
        self.assertRaises(TitleError, self.do, "about set " + "x" * 2001)
        for text in ("about set", "about show x", "about reset x"):
            self.assertRaises(UsageError, self.do, text)
        self.do("about reset")
        self.assertEqual(self.daemon.titles.own, (False, False))
