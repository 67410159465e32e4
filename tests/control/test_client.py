"""``onionstream ctl``: what it sends, what it prints, and how it ends."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from threading import Thread

from twisted.trial.unittest import SynchronousTestCase

from onionstream.control.client import REFUSED, UNAVAILABLE, WRONG_USAGE, Called, called, main
from onionstream.control.protocol import Answer, Reply, UsageError
from onionstream.control.verbs import VERBS

GOOD = Reply(command="title show", answer=Answer(("My stream",), {"title": "My stream"})).json()


class ClientTests(SynchronousTestCase):
    """A state directory, and perhaps somebody who answers there."""

    def setUp(self) -> None:
        """Nobody does."""
        self.state = Path(tempfile.mkdtemp(prefix="o-"))
        self.addCleanup(shutil.rmtree, self.state)
        self.heard: list[bytes] = []
        self.output, self.errors = StringIO(), StringIO()

    def answer(self, *pieces: bytes, hear: bool = True) -> None:
        """
        Somebody answers one connection with these.

        :param hear: whether he waits for a command first.
        """
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self.state / "control.sock"))
        listening.listen()

        def talk() -> None:
            with listening, listening.accept()[0] as link:
                if hear:
                    self.heard.append(link.makefile("rb").readline())
                for piece in pieces:
                    link.sendall(piece)

        thread = Thread(target=talk)
        thread.start()
        self.addCleanup(thread.join)

    def run_(self, *arguments: str, environment: Mapping[str, str] | None = None, typed: str = "") -> int:
        """:return: the exit status."""
        there = {"STATE_DIRECTORY": str(self.state)} if environment is None else environment
        return main(arguments, there, self.output, self.errors, StringIO(typed))

    def test_A65_what_came_of_it_is_printed(self) -> None:
        """And nothing else; words arrive as they were written."""
        self.answer(GOOD)
        self.assertEqual(self.run_("title", "show"), 0)
        self.assertEqual((self.output.getvalue(), self.errors.getvalue()), ("My stream\n", ""))
        self.assertEqual(json.loads(self.heard[0]), ["--json", "title", "show"])

    def test_what_was_shortened_is_told_in_full(self) -> None:
        """Beside what was asked for, so that a script is not confused by it."""
        self.answer(GOOD[:30], GOOD[30:])
        self.assertEqual(self.run_("ti"), 0)
        self.assertEqual((self.output.getvalue(), self.errors.getvalue()), ("My stream\n", "(title show)\n"))

    def test_nothing_is_no_password(self) -> None:
        """Whoever pipes one in and has none is told so: the daemon would take the one from before."""
        self.assertEqual(self.run_("doors", "password", "-", typed=""), WRONG_USAGE)
        self.assertIn("Nothing came from the standard input.", self.errors.getvalue())

    def test_what_is_secret_need_not_stand_on_the_command_line(self) -> None:
        """It is read from the standard input instead, one line of it; nothing else is, whatever follows it."""
        self.answer(Reply(command="doors password (not shown)", answer=Answer(("Set.",))).json())
        self.assertEqual(self.run_("d", "p", "-", typed="correct horse \r\nmore"), 0)
        self.assertEqual(json.loads(self.heard[0]), ["--json", "doors", "password", "correct horse "])
        self.assertEqual((self.output.getvalue(), self.errors.getvalue()), ("Set.\n", ""))
        (self.state / "control.sock").unlink()
        self.answer(Reply(command="say -").json())
        self.run_("say", "-", typed="more")
        self.assertEqual(json.loads(self.heard[1]), ["--json", "say", "-"])

    def test_what_was_said_in_full_is_not_told_again(self) -> None:
        """Nor is what is secret."""
        self.answer(Reply(command="doors password (not shown)").json())
        self.assertEqual(self.run_("doors", "password", "correct horse"), 0)
        self.assertEqual(self.errors.getvalue(), "")

    def test_as_json(self) -> None:
        """The reply as it came."""
        self.answer(GOOD)
        self.assertEqual(self.run_("--json", "title"), 0)
        self.assertEqual(self.output.getvalue().encode(), GOOD)
        self.assertEqual(self.errors.getvalue(), "")

    def test_the_state_directory_on_the_command_line(self) -> None:
        """As the daemon's own option; it wins."""
        self.answer(GOOD)
        self.assertEqual(self.run_("--state", str(self.state), "title", environment={"STATE_DIRECTORY": "/no"}), 0)

    def test_the_state_directory_as_the_daemon_finds_it(self) -> None:
        """By the desktop's variable, or in the home."""
        self.state = self.state / "onionstream"
        self.state.mkdir()
        self.addCleanup(lambda: setattr(self, "state", self.state.parent))
        self.answer(GOOD)
        self.assertEqual(self.run_("title", environment={"XDG_STATE_HOME": str(self.state.parent)}), 0)

    def test_a_daemon_that_says_no(self) -> None:
        """Status 1, and why; 64 if it does not know the command, as an older one may not."""
        self.answer(Reply(command="ban 7", error="Nobody is known by 7.").json())
        self.assertEqual(self.run_("ban", "7"), REFUSED)
        self.assertEqual(self.errors.getvalue(), "onionstream ctl: Nobody is known by 7.\n")

    def test_a_daemon_that_does_not_know_it(self) -> None:
        """An older one may not."""
        self.answer(Reply(error="Expected: help.", usage=True).json())
        self.assertEqual(self.run_("--json", "bans"), WRONG_USAGE)
        self.assertEqual((json.loads(self.output.getvalue())["ok"], self.errors.getvalue()), (False, ""))

    def test_D50_one_that_has_no_room(self) -> None:
        """What it says before it hears anything is shown."""
        self.answer(b"error: 8 connections are open already.\n\n", hear=False)
        self.assertEqual(self.run_("title"), UNAVAILABLE)
        self.assertEqual(self.errors.getvalue(), "onionstream ctl: 8 connections are open already.\n")

    def test_one_that_ends_meanwhile(self) -> None:
        """Half an answer is none."""
        for end in (b"", GOOD[:-1]):
            self.answer(end)
            self.assertEqual(self.run_("title"), UNAVAILABLE)
            self.assertIn("gave no answer", self.errors.getvalue())
            (self.state / "control.sock").unlink()

    def test_no_daemon(self) -> None:
        """No directory, no socket, or one that is left over."""
        self.assertEqual(self.run_("title", environment={"STATE_DIRECTORY": "/no"}), UNAVAILABLE)
        self.assertEqual(self.run_("title"), UNAVAILABLE)
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(self.state / "control.sock"))
        self.assertEqual(self.run_("title"), UNAVAILABLE)
        self.assertEqual(self.errors.getvalue().count("No daemon runs with the state directory"), 3)

    def test_a_path_too_long_for_a_socket(self) -> None:
        """No traceback."""
        self.assertEqual(self.run_("--state", "x" * 200, "title"), UNAVAILABLE)
        self.assertEqual(self.errors.getvalue().count("\n"), 1)

    def test_A66_events(self) -> None:
        """Each line as it is, and then that it is over."""
        event = b'{"event": "message", "text": "\\u001b"}\n'
        self.answer(Reply(command="events").json(), event, event[:5], event[5:], b"half")
        self.assertEqual(self.run_("events"), UNAVAILABLE)
        self.assertEqual(self.output.getvalue().encode(), event * 2)
        self.assertIn("has ended the connection", self.errors.getvalue())

    def test_A65_help_needs_no_daemon(self) -> None:
        """Nor does no command at all."""
        for arguments in ((), ("help",), ("he",), ("--help",), ("-h",), ("--state", "x", "help"), ("-h", "ban")):
            self.assertEqual(self.run_(*arguments), 0)
        self.assertEqual(self.output.getvalue().count("Usage: onionstream ctl"), 7)
        for verb in VERBS:
            self.assertIn(f"\n{verb.usage}  ", self.output.getvalue())

    def test_what_is_no_command(self) -> None:
        """It is said without a daemon; nothing is printed that a script could take for an answer."""
        for arguments in (("frob",), ("b",), ("title", "x"), ("--frob", "title"), ("--state",), ("--json=1", "title")):
            self.assertEqual(self.run_(*arguments), WRONG_USAGE)
        self.assertEqual((self.output.getvalue(), self.errors.getvalue().count("\n")), ("", 6))


class CalledTests(SynchronousTestCase):
    """What was said on the command line."""

    def test_options_stand_before_the_command(self) -> None:
        """What looks like one after it belongs to it."""
        self.assertEqual(called(["revoke", "anna", "--public"]), Called(("revoke", "anna", "--public")))
        self.assertEqual(called(["say", "--json"]), Called(("say", "--json")))
        self.assertEqual(called(["-s", "x", "--json", "say", "a b"]), Called(("say", "a b"), "x", json=True))
        self.assertEqual(called(["--state=x", "bans"]), Called(("bans",), "x"))
        self.assertRaises(UsageError, called, ["-x", "bans"])
