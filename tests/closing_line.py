"""
Runs the suite, shows what it says, and closes with the line that counts.

``python -m tests.closing_line [--floor N] NAME...``. The suite runs in a process of its own, so that what it prints,
or a process that it started, is seen here: "Unhandled error" anywhere fails the run, and so does a process left behind.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STRICT = (sys.executable, "-b", "-W", "error")
"""Python as the tests run it: bytes taken for text, and every warning, are errors."""

LONGEST_RUN = 75 * 60.0
"""Seconds. CI ends a run after 90 minutes and shows nothing then; this shows where it stood."""

LONGEST_ECHO = 10.0
"""Seconds that output may still come after the suite has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    How a run ended.

    :ivar passed: tests.
    :ivar failed: tests, and whatever else went wrong.
    :ivar skipped: tests.
    """

    passed: int
    failed: int
    skipped: int

    def closing_line(self) -> str:
        """:return: the last line of a run."""
        line = f"{self.passed} passed, {self.failed} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line

    def is_good(self, *, nothing_skipped: bool) -> bool:
        """
        :param nothing_skipped: a skipped test is as bad as a failed one.
        :return: whether the run proves what it should; a run without a test proves nothing.
        """
        return self.passed > 0 and self.failed == 0 and not (nothing_skipped and self.skipped)


class Echo:
    """
    Passes output on as it comes, and keeps the lines that betray an error nobody handled.

    :ivar betrayals: those lines.
    """

    def __init__(self, show: Callable[[bytes], object]) -> None:
        """:param show: called with each piece of output."""
        self._show = show
        self._line = b""
        self.betrayals: list[str] = []

    def feed(self, data: bytes) -> None:
        """:param data: the next piece of output; none: the output has ended."""
        self._show(data)
        *lines, self._line = (self._line + data).split(b"\n") if data else (self._line, b"")
        self.betrayals += [line.decode(errors="replace") for line in lines if b"unhandled error" in line.lower()]


def show(data: bytes) -> None:
    """:param data: goes to standard output at once."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def watch(
    command: Sequence[str], echo: Echo, *, longest: float = LONGEST_RUN, echo_for: float = LONGEST_ECHO
) -> list[str]:
    """
    Run a command to its end and show all it says.

    :param command: the program and its arguments.
    :param echo: is fed what the command says.
    :param longest: seconds; then it is killed.
    :param echo_for: seconds that its output may stay open after it has ended: another process may hold it.
    :return: what went wrong beside its tests, one sentence each.
    """
    wrong = []
    deadline = time.monotonic() + longest
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
    assert process.stdout is not None
    with process.stdout as output:
        while True:
            if select.select([output], [], [], 0.2)[0]:
                data = output.read(65536)
                echo.feed(data)
                if not data:
                    break
            if process.returncode is None and process.poll() is not None:
                deadline = time.monotonic() + echo_for
            if time.monotonic() > deadline and process.returncode is not None:
                wrong.append("a process that a test started is still running")
                break
            if time.monotonic() > deadline:
                process.kill()
                wrong.append(f"the suite ran longer than {longest:.0f} s")
    process.wait()
    return wrong + [f"said while the tests ran: {line.strip()}" for line in echo.betrayals]


def run(names: Sequence[str], folder: Path, coverage_file: Path | None) -> Outcome:
    """
    Run tests and say what went wrong beside them.

    :param names: packages, modules, classes or tests.
    :param folder: where the tests may write.
    :param coverage_file: where to keep which lines and branches they ran; none: not measured.
    :return: how it ended.
    """
    tally = folder / "tally.json"
    measured = () if coverage_file is None else ("-m", "coverage", "run", f"--data-file={coverage_file}")
    suite = ("-m", "tests.suite", str(tally), str(folder / "t"), *names)
    wrong = watch([*STRICT, *measured, *suite], Echo(show))
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    if tally.exists():
        counts = json.loads(tally.read_text(encoding="utf-8"))
    else:
        wrong.append("the suite did not come to its end")
    for sentence in wrong:
        print(sentence, flush=True)  # noqa: T201 - this is a program for the terminal
    return Outcome(passed=counts["passed"], failed=counts["failed"] + len(wrong), skipped=counts["skipped"])


def covers(coverage_file: Path, floor: float) -> bool:
    """
    Show the files that are not fully covered, by the tests or by a daemon that they started.

    :param coverage_file: as :func:`run` wrote it.
    :param floor: per cent.
    :return: whether all files together reach the floor.
    """
    coverage, data = [sys.executable, "-m", "coverage"], f"--data-file={coverage_file}"
    subprocess.run([*coverage, "combine", "--quiet", data, str(coverage_file.parent)], check=True)
    report = [*coverage, "report", data, "--skip-covered", "--show-missing", f"--fail-under={floor}"]
    return subprocess.run(report, check=False).returncode == 0


def main() -> int:
    """:return: the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--floor", type=float, help="measure coverage, and fail below this many per cent")
    parser.add_argument("names", nargs="+", help="packages, modules, classes or tests")
    asked = parser.parse_args()
    # Not in the checkout, and not with long names: the path of a UNIX socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="o-"))
    coverage_file = None if asked.floor is None else folder / "coverage"
    outcome = run(asked.names, folder, coverage_file)
    good = outcome.is_good(nothing_skipped=os.environ.get("CI") == "true")
    if coverage_file is not None:
        good = covers(coverage_file, asked.floor) and good
    if good:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"kept for a look: {folder}", flush=True)  # noqa: T201 - this is a program for the terminal
    print(outcome.closing_line(), flush=True)  # noqa: T201 - this is a program for the terminal
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
