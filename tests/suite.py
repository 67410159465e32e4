"""
Runs tests with trial and writes down how they ended: ``python -m tests.suite TALLY FOLDER NAME...``.

:mod:`tests.closing_line` starts this in a process of its own, watches what it says, and reads the tally.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any, cast

from twisted.trial.reporter import Reporter, VerboseTextReporter
from twisted.trial.runner import DestructiveTestSuite, TestLoader, TrialRunner
from twisted.trial.unittest import SynchronousTestCase


class Leftovers(SynchronousTestCase):
    """Runs after all others."""

    def test_no_error_is_left_unhandled(self) -> None:
        """A Deferred that failed and was forgotten says so when it is collected: here at the latest."""
        gc.collect()


class TimingReporter(VerboseTextReporter):
    """
    Also takes the time. Nothing fails by it.

    :ivar seconds: what each test took.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - trial's own
        """As that of all reporters."""
        super().__init__(*arguments, **more)
        self.seconds: dict[str, float] = {}
        self._began = 0.0

    def startTest(self, method: Any) -> None:  # noqa: ANN401 - trial's own
        """A test begins."""
        self._began = time.monotonic()
        super().startTest(method)

    def stopTest(self, method: Any) -> None:  # noqa: ANN401 - trial's own
        """It has ended, with its clean-up."""
        super().stopTest(method)
        self.seconds[method.id()] = time.monotonic() - self._began


def tally(result: Reporter) -> dict[str, int]:
    """
    Count tests by how they ended. A test that was expected to fail proves nothing: it counts as skipped.

    :param result: of a run that is over.
    :return: how many ``passed``, ``failed`` and were ``skipped``.
    """
    failed = {test.id() for test, *_ in [*result.failures, *result.errors, *result.unexpectedSuccesses]}
    return {
        "passed": result.successes,
        "failed": len(failed),
        "skipped": len(result.skips) + len(result.expectedFailures),
    }


def notes(result: Reporter) -> list[str]:
    """
    Name the tests that did not pass.

    :param result: of a run that is over.
    :return: a line for each.
    """
    failed = {f"failed: {test.id()}" for test, *_ in [*result.failures, *result.errors, *result.unexpectedSuccesses]}
    skipped = {f"skipped: {test.id()}: {reason}" for test, reason in result.skips}
    expected = {f"skipped: {test.id()}: it is expected to fail" for test, *_ in result.expectedFailures}
    return sorted(failed) + sorted(skipped | expected)


def run(folder: str, names: list[str]) -> TimingReporter:
    """
    Run tests as ``trial`` would.

    :param folder: the tests' working directory; made new.
    :param names: packages, modules, classes or tests.
    :return: what came of them.
    """
    loader = TestLoader()
    loader.suiteFactory = DestructiveTestSuite  # a test that is over is let go, with all that it holds
    suite = loader.loadByNames(names, recurse=True)
    if suite.countTestCases():
        suite.addTest(Leftovers("test_no_error_is_left_unhandled"))
    runner = TrialRunner(TimingReporter, workingDirectory=folder)
    return cast("TimingReporter", runner.run(suite))


def main() -> None:
    """Run what the command line names; the exit status says nothing, the tally does."""
    # What a shell starts with "&" ignores Ctrl-C, and so would all that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    destination, folder, *names = sys.argv[1:]
    path = Path(destination).resolve()
    result = run(folder, names)
    path.write_text(json.dumps({**tally(result), "notes": notes(result), "seconds": result.seconds}), encoding="utf-8")


if __name__ == "__main__":
    main()
