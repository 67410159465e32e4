"""The title and the description, in files that people may edit (S31, R-33)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from onionstream.files.titlefile import TitleError, Titles
from onionstream.settings.config import Stream


class TitleCase(SynchronousTestCase):
    """A state directory, and titles in it."""

    def setUp(self) -> None:
        """With a title in the configuration."""
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.file = self.folder / "title.txt"
        self.changes = 0
        self.titles = Titles(self.folder, Stream(title="Configured", description="Robots"), self.changed)
        self.log: list[str] = []

        @implementer(ILogObserver)
        def observe(event: LogEvent) -> None:
            self.log.append(formatEvent(event))

        globalLogPublisher.addObserver(observe)
        self.addCleanup(globalLogPublisher.removeObserver, observe)

    def changed(self) -> None:
        """Something else holds."""
        self.changes += 1

    def look(self) -> str:
        """:return: the title after another look."""
        self.titles.look()
        return self.titles.title


class EditedTests(TitleCase):
    """``title.txt`` and ``about.txt`` edited by hand."""

    def test_S31_without_files_the_configuration_holds(self) -> None:
        """And what it says later."""
        self.assertEqual((self.look(), self.titles.description, self.changes), ("Configured", "Robots", 0))
        self.titles.words = Stream(title="Another")
        self.assertEqual((self.look(), self.titles.own), ("Another", (False, False)))

    def test_S31_a_file_is_noticed(self) -> None:
        """At the next look, whoever may read it; once."""
        self.file.write_text("By hand\n")
        self.file.chmod(0o644)
        (self.folder / "about.txt").write_text("Two\nlines\n")
        self.assertEqual((self.look(), self.titles.description), ("By hand", "Two\nlines"))
        self.assertEqual((self.look(), self.changes, self.titles.own), ("By hand", 1, (True, True)))

    def test_R33_a_file_that_is_replaced_or_taken_away(self) -> None:
        """The configuration's title is back where there is none."""
        self.file.write_text("One")
        self.look()
        other = self.folder / "other"
        other.write_text("Two")
        other.replace(self.file)
        self.assertEqual(self.look(), "Two")
        self.file.unlink()
        self.assertEqual(self.look(), "Configured")

    def test_R33_what_cannot_be_used_leaves_the_last_good_title(self) -> None:
        """It is said once for each, and nothing is waited for."""

        def fifo() -> None:
            os.mkfifo(self.file)

        def ring() -> None:
            self.file.symlink_to("title.txt")

        def forbidden() -> None:
            self.file.symlink_to("/dev/zero")

        for problem, make in (
            ("larger", lambda: self.file.write_text("x" * 5000)),
            ("more than 200", lambda: self.file.write_text("x" * 201)),
            ("is empty", lambda: self.file.write_text(" \n")),
            ("not UTF-8", lambda: self.file.write_bytes(b"Caf\xe9")),
            ("UTF-16", lambda: self.file.write_text("Title", "utf-16")),
            ("no text", lambda: self.file.write_bytes(b"Title\0end")),
            ("folder", self.file.mkdir),
            ("FIFO", fifo),
            ("circle", ring),
            ("device", forbidden),
        ):
            self.file.write_text("Good")
            self.assertEqual(self.look(), "Good")
            self.log.clear()
            self.file.unlink()
            make()
            self.assertEqual((self.look(), self.look()), ("Good", "Good"), problem)
            self.assertEqual((len(self.log), problem in self.log[0]), (1, True), self.log)
            self.file.rmdir() if self.file.is_dir() else self.file.unlink()

    def test_L26_the_log_does_not_say_what_is_in_the_file(self) -> None:
        """It may be anything."""
        self.file.write_text("MARK" * 100)
        self.look()
        self.assertNotIn("MARK", "".join(self.log))

    def test_D11_what_could_spoil_the_page_is_left_out(self) -> None:
        """Directions of writing, invisible characters, ends of lines."""
        self.file.write_text("Day\u202e 12\n\nand\u200b more\n")
        self.assertEqual(self.look(), "Day 12 and more")


class SetTests(TitleCase):
    """Titles that are set in the page."""

    def test_S31_it_is_written_for_this_user_alone(self) -> None:
        """And is there after a restart."""
        self.titles.set_title(" Day  12 ")
        self.titles.set_description("Robots\nand more")
        self.assertEqual((self.file.read_text(), stat.S_IMODE(self.file.stat().st_mode)), ("Day 12\n", 0o600))
        again = Titles(self.folder, Stream())
        self.assertEqual((again.title, again.description), ("Day 12", "Robots\nand more"))
        self.assertEqual((self.look(), self.changes), ("Day 12", 2))

    def test_S31_the_longest_one_is_there_after_a_restart_too(self) -> None:
        """With the end of its line the file is as large as one may be that is read; one byte more cannot be set."""
        longest = "漢" * 1365
        self.titles.set_description(longest)
        self.assertEqual(Titles(self.folder, Stream()).description, longest)
        self.assertRaises(TitleError, self.titles.set_description, f"{longest}.")

    def test_S31_an_empty_one_takes_the_file_away(self) -> None:
        """And what the configuration says is back."""
        self.titles.set_title("Day 12")
        self.titles.set_title("")
        self.assertEqual((self.titles.title, self.file.exists()), ("Configured", False))

    def test_one_that_cannot_be_changes_nothing(self) -> None:
        """And the sentence says why."""
        self.titles.set_title("Good")
        for typed in ("x" * 201, "a\0b"):
            self.assertIn("It stays as it was", str(self.assertRaises(TitleError, self.titles.set_title, typed)))
        self.assertEqual((self.titles.title, self.file.read_text()), ("Good", "Good\n"))

    def test_R30_one_that_cannot_be_kept_changes_nothing(self) -> None:
        """A folder is in its place."""
        self.file.mkdir()
        self.assertIn("cannot be kept", str(self.assertRaises(TitleError, self.titles.set_title, "Good")))
        self.assertEqual(self.titles.title, "Configured")
