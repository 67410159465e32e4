"""
Runs the suite, shows what it says, and closes with the line that counts.

``python -m tests.closing_line [--floor N] [--beside PROGRAM] NAME...``. The suite runs in a process of its own, so that
what it prints, or a process that it started, is seen here: "Unhandled error" anywhere fails the run, and so does a
process left behind. The name ``tests``, for all of them, means several such processes: see :mod:`tests.lanes`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

from tests.lanes import EVERYTHING, Lane, alone, side_by_side
from tests.runs import LONGEST_RUN, Echo, Outcome, run, run_program

LANES = 2
"""So many run at a time: more would be in each other's way on the machine that CI has."""

SIGN = 60.0
"""Seconds from one sign of life to the next while lanes run, which are not shown before they end."""

SLOWEST = 12
"""So many modules, and so many tests, are told that took longest."""


class Lanes:
    """
    Several runs, some at a time. What one says is shown when it has ended badly, as a whole.

    :ivar outcome: of all that have ended.
    """

    def __init__(self, say: Callable[[str], object], now: Callable[[], float] = time.monotonic) -> None:
        """
        :param say: called with each line or more that is to be read.
        :param now: seconds of a clock.
        """
        self.outcome = Outcome(passed=0, failed=0, skipped=0)
        self._say, self._now, self._began = say, now, now()
        self._running: dict[str, Echo] = {}

    def run(self, runs: Sequence[tuple[str, Callable[[Echo], Outcome]]], *, at_once: int, sign: float = SIGN) -> None:
        """
        Run them, and return when all have ended.

        :param runs: the name of each, and what runs it.
        :param at_once: so many at a time; the first ones first.
        :param sign: seconds from one sign of life to the next.
        """
        with ThreadPoolExecutor(at_once) as threads:
            left = {threads.submit(self._one, name, one) for name, one in runs}
            while left:
                done, left = wait(left, timeout=sign, return_when="FIRST_COMPLETED")
                for future in done:
                    self.outcome += future.result()
                if not done:
                    running = [f"  {name}: {echo.last}" for name, echo in list(self._running.items())]
                    self._say("\n".join([f"{self._elapsed()} still running", *running]))

    def _one(self, name: str, one: Callable[[Echo], Outcome]) -> Outcome:
        pieces: list[bytes] = []
        echo = self._running[name] = Echo(pieces.append)
        self._say(f"{self._elapsed()} {name} begins")
        try:
            outcome = one(echo)
        finally:
            del self._running[name]
        said = b"".join(pieces).decode(errors="replace") if outcome.failed else ""
        ended = outcome.closing_line() if outcome.passed or outcome.failed else "all is well"
        self._say(f"{said}{self._elapsed()} {name} has ended: {ended}")
        return outcome

    def _elapsed(self) -> str:
        seconds = int(self._now() - self._began)
        return f"[{seconds // 60}:{seconds % 60:02}]"


def run_everything(folder: Path, coverage_file: Path | None, beside: Sequence[str]) -> Outcome:
    """
    Run all tests, in lanes.

    :param folder: where they may write.
    :param coverage_file: see :func:`run`.
    :param beside: programs that run beside them.
    :return: how it ended.
    """
    lanes, deadline = Lanes(tell), time.monotonic() + LONGEST_RUN

    def tests(lane: Lane) -> tuple[str, Callable[[Echo], Outcome]]:
        place = folder / lane.name[:1]  # short: see main
        place.mkdir()
        return lane.name, partial(run, lane.tests, place, coverage_file, deadline=deadline)

    programs = [(Path(program).name, partial(run_program, [program])) for program in beside]
    lanes.run([*programs, *map(tests, side_by_side())], at_once=LANES)
    lanes.run([tests(alone())], at_once=1)
    return lanes.outcome


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


def show(data: bytes) -> None:
    """:param data: goes to standard output at once."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def tell(text: str) -> None:
    """:param text: a line or more for the terminal, in one piece: several threads tell."""
    show(f"{text}\n".encode())


def main() -> int:
    """:return: the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--floor", type=float, help="measure coverage, and fail below this many per cent")
    parser.add_argument("--beside", action="append", default=[], help="a program to be run too, with all tests")
    parser.add_argument("names", nargs="+", help="packages, modules, classes or tests")
    asked = parser.parse_args()
    # Not in the checkout, and not with long names: the path of a UNIX socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="o-"))
    coverage_file = None if asked.floor is None else folder / "coverage"
    if asked.names == [EVERYTHING]:
        outcome = run_everything(folder, coverage_file, asked.beside)
    else:
        outcome = run(asked.names, folder, coverage_file, Echo(show))
    good = outcome.is_good(nothing_skipped=os.environ.get("CI") == "true")
    if coverage_file is not None:
        good = covers(coverage_file, asked.floor) and good
    for line in (*outcome.slowest(SLOWEST), *outcome.notes):
        tell(line)
    if good:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        tell(f"kept for a look: {folder}")
    tell(outcome.closing_line())
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
