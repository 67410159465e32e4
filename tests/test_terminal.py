"""What the broadcaster reads in the terminal."""

from __future__ import annotations

import io

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.progress import State as OnionState
from onionstream.onion.progress import Status
from onionstream.passwords import Hashed, Printed
from onionstream.terminal import Onion, Terminal, banner, is_kept, password, qr_code
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
        """Where it must not be shown, a sentence stands in its place; and one that was chosen is never known."""
        printed, chosen = Printed("s3cret"), Hashed(bytes(16), bytes(32))
        self.assertEqual(password(printed, kept=False), "s3cret")
        self.assertIn("journal", password(printed, kept=True))
        self.assertEqual({password(chosen, kept=kept) for kept in (True, False)}, {password(chosen, kept=True)})
        self.assertIn("--passwd", password(chosen, kept=True))


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
        self.assertEqual(words, ["Waiting for the picture", "On air", "Off air"])
        self.assertEqual(["The encoder runs." in line for line in self.written], [True, False, True])

    def test_silent_after_its_end(self) -> None:
        """A service that is stopped writes nothing."""
        self.terminal.stopService()
        self.broadcast.waiting.clear()
        self.broadcast.become(State.ONLINE)
        self.assertEqual(self.written, [])


ADDRESS = "44ury5cvjxgfiw7ummg6knnhjouiya3rl5cxshwpefvomxp2ooeof4id.onion"


class FakeOnion:
    """An onion service whose state is set by hand."""

    def __init__(self) -> None:
        """Stopped."""
        self.now = (OnionState.STOPPED, "It is switched off.")
        self.waiting: list[Deferred[None]] = []

    def status(self) -> Status:
        """How it is."""
        state, sentence = self.now
        return Status(state=state, sentence=sentence, address=ADDRESS, percent=0, seconds=0.0, lines=())

    def changed(self) -> Deferred[None]:
        """Fires at the next ``become``."""
        waiting: Deferred[None] = Deferred()
        self.waiting.append(waiting)
        return waiting

    def become(self, state: OnionState, sentence: str = "") -> None:
        """Change."""
        self.now = state, sentence
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.callback(None)


class OnionTests(SynchronousTestCase):
    """``Onion``."""

    def shown(self, *, show_address: bool = True) -> tuple[FakeOnion, list[str]]:
        """An onion service that is followed, and what is written of it."""
        onion, written = FakeOnion(), list[str]()
        service = Onion(written.append, onion, show_address=show_address)
        service.startService()
        self.addCleanup(service.stopService)
        return onion, written

    def test_how_far_tor_has_come(self) -> None:
        """A line for each step, and none twice."""
        onion, written = self.shown()
        for percent in (45, 45, 50):
            onion.become(OnionState.CONNECTING, f"tor: {percent} %, asking for relay descriptors.")
        steps = ["  tor: 45 %, asking for relay descriptors.\n", "  tor: 50 %, asking for relay descriptors.\n"]
        self.assertEqual(written, steps)

    def test_the_address_when_it_is_published(self) -> None:
        """With a code for phones; once, also when tor comes back."""
        onion, written = self.shown()
        onion.become(OnionState.PUBLISHING)
        self.assertEqual(written, [])
        onion.become(OnionState.REACHABLE)
        onion.become(OnionState.CONNECTING, "tor: 90 %.")
        onion.become(OnionState.REACHABLE)
        (announced,) = (text for text in written if ADDRESS in text)
        self.assertIn(f"http://{ADDRESS}/", announced)
        self.assertIn(qr_code(f"http://{ADDRESS}/"), announced)

    def test_L24_no_address_in_a_journal(self) -> None:
        """Where what is shown is kept, it says where the address stands."""
        onion, written = self.shown(show_address=False)
        onion.become(OnionState.REACHABLE)
        self.assertNotIn(ADDRESS, "".join(written))
        self.assertIn("onion/hostname", "".join(written))

    def test_a_code_is_square(self) -> None:
        """Lines of one length, twice as many letters in a line as there are lines, in letters any terminal has."""
        lines = [line[2:] for line in qr_code("http://example/").splitlines()]
        self.assertEqual({len(line) for line in lines}, {len(lines[0])})
        self.assertTrue(2 * len(lines) - 2 <= len(lines[0]) <= 2 * len(lines))
        self.assertEqual(set("".join(lines)) - set(" █▀▄"), set())
