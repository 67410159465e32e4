"""Runs of the tests and of programs beside them: each in a process of its own, which is watched to its end."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    :ivar notes: a line for each test that did not pass, and for whatever else went wrong.
    :ivar seconds: what each test took, by its name.
    """

    passed: int
    failed: int
    skipped: int
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: Outcome) -> Outcome:
        """:return: both together."""
        return Outcome(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
            notes=self.notes + other.notes,
            seconds={**self.seconds, **other.seconds},
        )

    def slowest(self, most: int) -> list[str]:
        """:return: lines for the modules that took longest, and then for the tests; ``most`` of each."""
        modules: defaultdict[str, float] = defaultdict(float)
        for name, seconds in self.seconds.items():
            modules[name.rsplit(".", 2)[0]] += seconds
        tables = [
            sorted(((took, name) for name, took in table.items()), reverse=True) for table in (modules, self.seconds)
        ]
        return [f"{took:6.1f} s  {name}" for table in tables for took, name in table[:most]]

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
    :ivar last: the newest whole line.
    """

    def __init__(self, show: Callable[[bytes], object]) -> None:
        """:param show: called with each piece of output."""
        self._show = show
        self._line = b""
        self.last = ""
        self.betrayals: list[str] = []

    def feed(self, data: bytes) -> None:
        """:param data: the next piece of output; none: the output has ended."""
        self._show(data)
        *lines, self._line = (self._line + data).split(b"\n") if data else (self._line, b"")
        self.betrayals += [line.decode(errors="replace") for line in lines if b"unhandled error" in line.lower()]
        self.last = next((line.decode(errors="replace") for line in reversed(lines) if line.strip()), self.last)


def watch(
    command: Sequence[str],
    echo: Echo,
    *,
    longest: float = LONGEST_RUN,
    echo_for: float = LONGEST_ECHO,
    status_counts: bool = False,
) -> list[str]:
    """
    Run a command to its end and show all it says.

    :param command: the program and its arguments.
    :param echo: is fed what the command says.
    :param longest: seconds; then it is killed.
    :param echo_for: seconds that its output may stay open after it has ended: another process may hold it.
    :param status_counts: an exit status that is not 0 is wrong.
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
    if process.wait() and status_counts and not wrong:
        wrong.append(f"{command[0]} ended with status {process.returncode}")
    return wrong + [f"said while the tests ran: {line.strip()}" for line in echo.betrayals]


def run(
    names: Sequence[str], folder: Path, coverage_file: Path | None, echo: Echo, *, deadline: float | None = None
) -> Outcome:
    """
    Run tests and say what went wrong beside them.

    :param names: packages, modules, classes or tests.
    :param folder: where the tests may write.
    :param coverage_file: where to keep which lines and branches they ran; none: not measured.
    :param echo: is fed what they say.
    :param deadline: when they are killed, in seconds of the monotonic clock; none: after :data:`LONGEST_RUN`.
    :return: how it ended.
    """
    longest = LONGEST_RUN if deadline is None else max(0.0, deadline - time.monotonic())
    tally = folder / "tally.json"
    measured = () if coverage_file is None else ("-m", "coverage", "run", f"--data-file={coverage_file}")
    suite = ("-m", "tests.suite", str(tally), str(folder / "t"), *names)
    wrong = watch([*STRICT, *measured, *suite], echo, longest=longest)
    said: dict[str, Any] = {"passed": 0, "failed": 0, "skipped": 0, "notes": [], "seconds": {}}
    if tally.exists():
        said = json.loads(tally.read_text(encoding="utf-8"))
    else:
        wrong.append("the suite did not come to its end")
    return Outcome(
        passed=said["passed"],
        failed=said["failed"] + len(wrong),
        skipped=said["skipped"],
        notes=(*said["notes"], *wrong),
        seconds=said["seconds"],
    )


def run_program(command: Sequence[str], echo: Echo) -> Outcome:
    """
    Run a program that says by its exit status whether all is well.

    :param command: the program and its arguments.
    :param echo: is fed what it says.
    :return: how it ended; it counts only where it failed.
    """
    wrong = watch(command, echo, status_counts=True)
    return Outcome(passed=0, failed=len(wrong), skipped=0, notes=tuple(wrong))
