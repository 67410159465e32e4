"""The servers that are measured: processes of ours, and what they take."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PATIENCE = 10.0
"""Seconds that a process has to end by itself."""


class MissingError(Exception):
    """A program that is compared is not on this machine; the sentence says what to install."""


@dataclass(frozen=True, slots=True)
class Server:
    """
    Somewhere to watch.

    :ivar name: for the table.
    :ivar pid: of the process that serves; its children are not counted.
    :ivar port: on 127.0.0.1.
    :ivar socket: where tor would come, if it has one.
    """

    name: str
    pid: int
    port: int
    socket: Path = Path()


@dataclass(frozen=True, slots=True)
class Pace:
    """
    What a peer sends to each viewer.

    :ivar size: bytes of a fragment.
    :ivar every: seconds from one to the next.
    """

    size: int
    every: float


@dataclass(frozen=True, slots=True)
class Load:
    """
    What a process has taken so far.

    :ivar cpu: seconds, of the user's and the system's.
    :ivar memory: resident bytes.
    """

    cpu: float
    memory: int

    @classmethod
    def of(cls, pid: int) -> Load:
        """Read it from ``/proc``."""
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return cls((int(fields[11]) + int(fields[12])) / ticks, pages * os.sysconf("SC_PAGE_SIZE"))


@contextmanager
def running(command: Sequence[str], log: Path, *, user: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """
    A child process, which ends with the block; the kernel kills it where this process dies before that.

    :param log: what it says on stderr is appended here.
    :param user: whose it is to be, where we are root.
    """
    leash = shutil.which("setpriv")
    prefix = [leash, "--pdeathsig", "KILL"] if leash else []
    with log.open("ab") as said:
        process = subprocess.Popen(
            [*prefix, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, user=user
        )
    try:
        yield process
    finally:
        _end(process)


def first_line(process: subprocess.Popen[bytes]) -> str:
    """:return: the first line that a child says; nothing when it ends without one."""
    said: IO[bytes] | None = process.stdout
    return "" if said is None else said.readline().decode().strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
