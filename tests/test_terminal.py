"""What the broadcaster reads in the terminal."""

from __future__ import annotations

import io

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from onionstream.terminal import Terminal, banner, is_kept
from onionstream.video.broadcast import State


class FakeBroadcast:
    """A stream whose state is set by hand."""

    def __init__(self) -> None:
        """Offline."""
        self.state = State.OFFLINE
        self.waiting: list[Deferred[None]] = []

    def changed(self) -> Deferred[None]:
        """Fires at the next ``become``."""
        waiting: Deferred[None] = Deferred()
        self.waiting.append(waiting)
        return waiting

    def become(self, state: State) -> None:
        """Change."""
        self.state = state
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.callback(None)


class BannerTests(SynchronousTestCase):
    """``banner``."""

    def test_all_that_a_broadcaster_needs(self) -> None:
        """The address, the page of his own, the password, the source."""
        text = banner(address="http://127.0.0.1:5000/", password="s3cret", source="a test picture", state="/state")
        for word in ("http://127.0.0.1:5000/broadcaster", "s3cret", "a test picture", "/state"):
            self.assertIn(word, text)

    def test_no_port(self) -> None:
        """Without a port no address is made up."""
        self.assertNotIn("http://", banner(address="", password="p", source="s", state="/state"))

    def test_L50_no_password_in_a_journal(self) -> None:
        """Where the password must not be shown, a sentence stands in its place."""
        self.assertIn("journal", banner(address="", password="", source="s", state="/state"))


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


class JournalTests(SynchronousTestCase):
    """``is_kept``."""

    def test_L50_what_systemd_starts_writes_into_its_journal(self) -> None:
        """Directly or through a pipe: the password is not shown there."""
        self.assertTrue(is_kept({"JOURNAL_STREAM": "8:4711"}, io.StringIO()))
        self.assertTrue(is_kept({"JOURNAL_STREAM": "8:4711"}, None))

    def test_a_terminal_is_not_kept(self) -> None:
        """Though it inherits the variable from its desktop."""
        self.assertFalse(is_kept({"JOURNAL_STREAM": "8:4711"}, Screen()))

    def test_nor_is_a_file_of_the_persons_own(self) -> None:
        """Without systemd nothing is hidden."""
        self.assertFalse(is_kept({}, io.StringIO()))


class TerminalTests(SynchronousTestCase):
    """``Terminal``."""

    def setUp(self) -> None:
        """A terminal that follows a stream."""
        self.written: list[str] = []
        self.broadcast = FakeBroadcast()
        self.terminal = Terminal(self.written.append, self.broadcast, lambda: "The encoder runs.")
        self.terminal.startService()

    def test_every_change_is_a_line(self) -> None:
        """On air, or not: then with what the encoder says."""
        for state in (State.STARTING, State.ONLINE, State.OFFLINE):
            self.broadcast.become(state)
        words = [line.split(".")[0].strip() for line in self.written]
        self.assertEqual(words, ["Starting", "On air", "Off air"])
        self.assertEqual(["The encoder runs." in line for line in self.written], [True, False, True])

    def test_silent_after_its_end(self) -> None:
        """A service that is stopped writes nothing."""
        self.terminal.stopService()
        self.broadcast.waiting.clear()
        self.broadcast.become(State.ONLINE)
        self.assertEqual(self.written, [])
