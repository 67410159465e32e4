"""
Programs that a test starts: each in a process group of its own, and all of it gone at the end.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_LONGEST = 60.0
"""Seconds until a process is gone that was killed, also on a machine that is very busy."""

_SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where tor lives, and an ordinary user's PATH does not look."""


class MissingError(Exception):
    """
    A program that the real-browser tests need is not installed.
    """


def find(*names: str) -> str:
    """
    :param names: a program's names, the best one first.
    :return: the path of the first that is installed.
    :raises MissingError: where none is.
    """
    places = f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM}"
    for name in names:
        if path := shutil.which(name, path=places):
            return path
    raise MissingError(f"{' or '.join(names)} is not installed (script/test installs it)")


class Family:
    """
    A program with all the processes that it starts.

    They are told from others by a mark in their environment, because browsers also start processes that leave their
    process group (crash reporters). If this process dies without `end`, the kernel kills the program, whose children
    end by themselves.
    """

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], log: Path, pass_fds: Sequence[int] = ()
    ) -> None:
        """
        :param environment: all of it; nothing is inherited.
        :param log: what it says on stdout and stderr is appended here.
        """
        self._mark = f"ONIONSTREAM_FAMILY={os.getpid()}.{time.monotonic_ns()}"
        name, _, value = self._mark.partition("=")
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [find("setpriv"), "--pdeathsig", "KILL", *command],
                env={**environment, name: value},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=pass_fds,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """
        :return: whether the program itself (not only a child of its) is there.
        """
        return self._process.poll() is None

    def members(self) -> list[int]:
        """
        :return: the pids of all processes of the family that are alive.
        """
        mark = self._mark.encode()
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _has(entry, mark)]

    def end(self, patience: float = 3.0) -> None:
        """
        End all of them and wait until they are gone: SIGTERM first, SIGKILL for those who stay.

        :param patience: seconds until SIGKILL.
        :raises TimeoutError: if a process outlives SIGKILL.
        """
        self._signal(signal.SIGTERM)
        if not self._gone_within(patience):
            self._signal(signal.SIGKILL)
            if not self._gone_within(_LONGEST):
                raise TimeoutError(f"still there after SIGKILL: {self.members()}")

    def _signal(self, number: signal.Signals) -> None:
        """
        Send a signal to the process group while it can be ours, and to members outside of it on SIGKILL.
        """
        if self.running:
            os.killpg(self._process.pid, number)
        elif number == signal.SIGTERM:
            number = signal.SIGKILL  # orphans of a program that has died: nobody is left to end them nicely
        if number == signal.SIGKILL:
            for pid in self.members():
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _gone_within(self, seconds: float) -> bool:
        """
        :return: whether all had ended before the time was over.
        """
        end = time.monotonic() + seconds
        while self.running or self.members() or self.members():  # twice: one started during a look is seen in the next
            if time.monotonic() >= end:
                return False
            time.sleep(0.01)
        return True


def _has(entry: Path, mark: bytes) -> bool:
    """
    :param entry: a process's folder in ``/proc``.
    :return: whether `mark` stands in its environment. That of a zombie is empty, and a stranger's cannot be read.
    """
    try:
        return mark in (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
