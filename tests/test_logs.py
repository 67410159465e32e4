"""The log's lines."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

from twisted.logger import ILogObserver, LogLevel
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from onionstream import logs
from onionstream.logs import line


class WriteTests(SynchronousTestCase):
    """``write``: what cannot be written is left."""

    def stream(self, descriptor: int) -> TextIO:
        """A text stream that buffers, as the standard output does; it is closed after the test."""
        stream = open(descriptor, "w", encoding="utf-8")  # noqa: SIM115 - open until the test is over
        quiet = os.open(os.devnull, os.O_WRONLY)
        self.addCleanup(os.close, quiet)
        self.addCleanup(stream.close)
        self.addCleanup(os.dup2, quiet, descriptor)  # so that closing it cannot fail
        return stream

    def test_a_pipe_that_nobody_reads_holds_up_nothing(self) -> None:
        """It is full, and the next lines are left out; and so are they when the reader has gone."""
        read, write = os.pipe()
        stream = self.stream(write)
        for _ in range(20_000):
            logs.write(stream, "a line\n")
        self.assertGreater(len(os.read(read, 1 << 20)), 50_000)
        os.close(read)
        logs.write(stream, "nobody is there any more\n")

    def test_R30_a_full_disk_holds_up_nothing(self) -> None:
        """No error, whatever is full."""
        logs.write(self.stream(os.open("/dev/full", os.O_WRONLY)), "a\nb\n")

    def test_no_stream_at_all(self) -> None:
        """A daemon may have none."""
        logs.write(None, "a\n")


class ObserverTests(SynchronousTestCase):
    """``observer``, as twistd uses it."""

    def test_it_is_one(self) -> None:
        """Of the interface that twistd asks for, and it writes to the standard output of the moment."""
        out = io.TextIOWrapper(io.FileIO(os.open(self.mktemp(), os.O_RDWR | os.O_CREAT), "r+"), encoding="utf-8")
        self.addCleanup(out.close)
        self.patch(sys, "stdout", out)
        made = logs.observer()
        self.assertTrue(ILogObserver.providedBy(made))
        made({"log_time": 0.0, "log_level": LogLevel.info, "log_format": "something"})
        made({"log_time": 0.0, "log_level": LogLevel.info, "log_format": ""})
        out.seek(0)
        self.assertEqual(out.read(), "1970-01-01 00:00:00Z something\n")


class SecretError(Exception):
    """One whose text nobody may read."""


def fails(secret: str) -> Failure:
    """A failure that knows a secret in its text, in an argument and in a local variable."""

    def inner(argument: str) -> None:
        raise SecretError(argument)

    try:
        inner(secret)
    except SecretError:
        return Failure(captureVars=True)
    raise AssertionError


class LineTests(SynchronousTestCase):
    """``line``."""

    def test_what_happened_and_when(self) -> None:
        """The time is UTC, whatever the machine's zone: a log may be seen by others."""
        event = {"log_time": 0.0, "log_level": LogLevel.info, "log_format": "Run {number}", "number": 3}
        self.assertEqual(line(event), "1970-01-01 00:00:00Z Run 3\n")

    def test_warnings_are_marked(self) -> None:
        """What deserves attention says so."""
        event = {"log_time": 0.0, "log_level": LogLevel.warn, "log_format": "Hm."}
        self.assertEqual(line(event), "1970-01-01 00:00:00Z WARN: Hm.\n")

    def test_several_lines_become_one(self) -> None:
        """Nobody can forge a line by a line break."""
        event = {"log_time": 0.0, "log_level": LogLevel.info, "log_format": "a\nb\r\n  c"}
        self.assertEqual(line(event), "1970-01-01 00:00:00Z a b c\n")

    def test_L51_of_an_error_its_class_and_places(self) -> None:
        """Not its text, and nothing of what was in its variables."""
        event = {
            "log_time": 0.0,
            "log_level": LogLevel.critical,
            "log_format": "Unhandled error in Deferred:",
            "log_failure": fails("TOK_SECRET"),
        }
        said = line(event)
        assert said is not None
        self.assertIn("CRITICAL: SecretError in test_logs.py:", said)
        self.assertNotIn("TOK_SECRET", said)

    def test_what_twisted_says_at_each_start_is_no_line(self) -> None:
        """It would come between ours: twistd's two sentences, and one of each port or UNIX socket."""
        for said in (
            "twistd 26.10.0 (/usr/bin/python3 3.11.7) starting up.",
            "reactor class: twisted.internet.epollreactor.EPollReactor.",
            "BoundedSite starting on 5000",
            "CircuitSite starting on '/run/a b/web.sock'",
        ):
            self.assertIsNone(self.info(said), said)

    def test_other_lines_of_twisteds_are_said(self) -> None:
        """Those that are like them too, and a warning whatever it is."""
        for said in ("(TCP Port 5000 Closed)", "Server Shut Down.", "The stream is starting on 5000", "a starting up."):
            self.assertIsNotNone(self.info(said), said)
        warning = {"log_time": 0.0, "log_level": LogLevel.warn, "log_format": "reactor class: none."}
        self.assertIsNotNone(line(warning))

    def info(self, said: str) -> str | None:
        """:return: the line for it."""
        return line({"log_time": 0.0, "log_level": LogLevel.info, "log_format": "{said}", "said": said})

    def test_an_empty_event_is_no_line(self) -> None:
        """Twisted logs some that say nothing."""
        self.assertIsNone(line({"log_time": 0.0, "log_level": LogLevel.info, "log_format": ""}))
