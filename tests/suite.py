"""
Runs tests with trial and writes down how they ended: ``python -m tests.suite TALLY FOLDER NAME...``.

:mod:`tests.closing_line` starts this in a process of its own, watches what it says, and reads the tally.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import cast

from hypothesis import HealthCheck, settings
from twisted.trial.reporter import Reporter, VerboseTextReporter
from twisted.trial.runner import TestLoader, TrialRunner
from twisted.trial.unittest import SynchronousTestCase


class Leftovers(SynchronousTestCase):
    """Runs after all others."""

    def test_no_error_is_left_unhandled(self) -> None:
        """A Deferred that failed and was forgotten says so when it is collected: here at the latest."""
        gc.collect()


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


def run(folder: str, names: list[str]) -> dict[str, int]:
    """
    Run tests as ``trial`` would.

    :param folder: the tests' working directory; made new.
    :param names: packages, modules, classes or tests.
    :return: see :func:`tally`.
    """
    # Wall time says nothing on a machine that is busy: no test of ours fails by it, and so none of Hypothesis' either.
    settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("untimed")
    suite = TestLoader().loadByNames(names, recurse=True)
    if suite.countTestCases():
        suite.addTest(Leftovers("test_no_error_is_left_unhandled"))
    runner = TrialRunner(VerboseTextReporter, workingDirectory=folder)
    return tally(cast("Reporter", runner.run(suite)))


def main() -> None:
    """Run what the command line names; the exit status says nothing, the tally does."""
    destination, folder, *names = sys.argv[1:]
    path = Path(destination).resolve()
    path.write_text(json.dumps(run(folder, names)), encoding="utf-8")


if __name__ == "__main__":
    main()
