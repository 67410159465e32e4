"""The adapter between Twisted's processes and our objects."""

from __future__ import annotations

from signal import SIGTERM

from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.lastlines import LastLines
from onionstream.encoder.process import LINGERING, STDERR_SHARE, EncoderProcess, spawn
from onionstream.endings import how_it_ended
from tests.encoder.fakes import FakeReactor, a_command


class Listener:
    """Writes down what a process does."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.heard: list[bytes | str] = []

    def output(self, data: bytes) -> None:
        """It wrote this."""
        self.heard.append(data)

    def ended(self, how: str) -> None:
        """It is gone."""
        self.heard.append(how)


class EncoderProcessTests(SynchronousTestCase):
    """One invented process."""

    def setUp(self) -> None:
        """Start it."""
        self.reactor = FakeReactor()
        self.listener = Listener()
        self.lines = LastLines()
        self.adapter = self.start()

    def start(self, stdin: bytes = b"") -> EncoderProcess:
        """:return: the adapter of a new process."""
        return spawn(self.reactor, a_command(stdin=stdin), self.listener, self.lines)

    def test_stdin_holds_what_the_command_says_and_then_ends(self) -> None:
        """A list of files is read there; without one there is nothing to read."""
        self.assertEqual((self.reactor.process.stdin, self.reactor.process.stdin_open), (b"", False))
        self.start(b"ffconcat version 1.0\n")
        self.assertEqual(
            (self.reactor.process.stdin, self.reactor.process.stdin_open), (b"ffconcat version 1.0\n", False)
        )

    def test_stdout_goes_to_the_listener_as_it_comes(self) -> None:
        """Nothing is held back or joined."""
        self.reactor.process.says(b"one")
        self.reactor.process.says(b"two")
        self.assertEqual(self.listener.heard, [b"one", b"two"])

    def test_stderr_is_kept_as_lines(self) -> None:
        """Also the last one, which has no end."""
        self.reactor.process.complains(b"[warning] a\n[error] b")
        self.reactor.process.end(1)
        self.assertEqual(self.lines.last(5), ("[warning] a", "[error] b"))
        self.assertEqual(self.listener.heard, ["ended with status 1"])

    def test_R07_stderr_is_paused_after_its_share_and_read_again(self) -> None:
        """The share counts for each tenth of a second."""
        pipe = self.reactor.process.pipes[2]
        self.reactor.process.complains(b"x" * (STDERR_SHARE - 1))
        self.assertFalse(pipe.paused)
        self.reactor.advance(0.1)
        self.reactor.process.complains(b"x" * STDERR_SHARE)
        self.assertTrue(pipe.paused)
        self.reactor.advance(0.1)
        self.assertFalse(pipe.paused)

    def test_R07_a_pipe_that_is_closed_is_not_paused(self) -> None:
        """Its end may come with the flood itself."""
        process = self.reactor.process
        del process.pipes[2]
        process.complains(b"x" * STDERR_SHARE)
        self.reactor.advance(0.1)
        process.end()
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_pipes_that_another_process_holds_are_closed_after_a_second(self) -> None:
        """The end of ffmpeg is the end, whoever else could still write."""
        self.reactor.process.exit(0, 9)
        self.assertEqual(self.listener.heard, [])
        self.reactor.advance(LINGERING)
        self.assertEqual(self.listener.heard, ["was ended by signal 9 (SIGKILL)"])

    def test_nothing_is_waited_for_after_the_end(self) -> None:
        """Neither for stderr nor for the pipes."""
        self.reactor.process.complains(b"x" * STDERR_SHARE)
        self.reactor.process.end()
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_a_signal_to_a_process_that_is_gone_is_no_error(self) -> None:
        """It may end between our decision and the signal."""
        self.reactor.process.exit()
        self.adapter.signal(SIGTERM)
        self.assertEqual(self.reactor.process.signals, [])


class HowItEndedTests(SynchronousTestCase):
    """What people read about an end."""

    def test_each_kind_of_end_has_its_words(self) -> None:
        """They follow the program's name."""
        ends = (ProcessDone(0), ProcessTerminated(1), ProcessTerminated(None, 25))
        words = [how_it_ended(Failure(end)) for end in ends]
        self.assertEqual(words, ["ended by itself", "ended with status 1", "was ended by signal 25 (SIGXFSZ)"])
