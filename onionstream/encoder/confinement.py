"""
What ffmpeg may do on this machine: no network, few files, bounded memory, and no life without the daemon.

Small programs of Debian's own packages (util-linux, coreutils) each take one right away and then become the next, so
that the process stays the one we started and our signals reach ffmpeg itself. What is missing is left out: the
encoder runs without it, and :attr:`Confinement.missing` says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace

from onionstream.encoder.commands import Command

_PATIENCE = 5.0  # seconds for a try that takes milliseconds

_NICENESS = 5  # a busy encoder must not hold up the daemon that sends its pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """
    The programs that take rights away, each by its full path; empty where it is missing or does not work here.

    :ivar unshare: gives ffmpeg a network of its own, with nothing in it.
    :ivar setpriv: lets it gain no rights, and lets the kernel kill it when the daemon dies.
    :ivar prlimit: bounds its memory, its open files, and the size of files it writes.
    :ivar nice: lets others go first.
    :ivar setsid: keeps the terminal's Ctrl-C from it: the daemon ends it in its own order.
    """

    unshare: str = ""
    setpriv: str = ""
    prlimit: str = ""
    nice: str = ""
    setsid: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """A sentence for each protection that this machine does not give."""
        sentences = {
            "ffmpeg can reach the network: `unshare --net` does not work here for this user.": self.unshare,
            "ffmpeg may outlive a daemon that is killed: `setpriv` is missing (package util-linux).": self.setpriv,
            "ffmpeg's memory and files are not bounded: `prlimit` is missing (package util-linux).": self.prlimit,
            "ffmpeg is not slowed for others: `nice` is missing (package coreutils).": self.nice,
            "Ctrl-C in the terminal also reaches ffmpeg: `setsid` is missing (package util-linux).": self.setsid,
        }
        return tuple(sentence for sentence, program in sentences.items() if not program)

    @property
    def life(self) -> tuple[str, ...]:
        """What ties another program's life to ours and nothing else: for tor, which needs the network."""
        return _joined(self._mortal, self._apart)

    def around(self, command: Command) -> Command:
        """
        :return: the same command, confined.

        The order matters: entering another user namespace makes the kernel forget whose death should be ours
        (prctl(2), PR_SET_PDEATHSIG), so ``unshare`` comes first. Between a fork and ``setpriv`` the daemon may already
        be gone; ffmpeg then finds nobody at the other end of its stdout, and the first fragment ends it (R-08).
        """
        limits = ["--core=0", "--nofile=64", f"--fsize={command.file_size}"]
        if command.address_space:
            limits.append(f"--as={command.address_space}")
        prefix = _joined(
            (self.unshare if not command.network else "", "--map-current-user", "--net", "--"),
            self._mortal,
            (self.prlimit, *limits, "--"),
            (self.nice, "-n", str(_NICENESS), "--"),
            self._apart,
        )
        return replace(command, arguments=prefix + command.arguments)

    @property
    def _mortal(self) -> tuple[str, ...]:
        return (self.setpriv, "--no-new-privs", "--pdeathsig", "KILL", "--")

    @property
    def _apart(self) -> tuple[str, ...]:
        return (self.setsid, "--")


def _joined(*wrappers: tuple[str, ...]) -> tuple[str, ...]:
    """:return: the words of all those whose program is there."""
    return tuple(word for wrapper in wrappers if wrapper[0] for word in wrapper)


def find_confinement(search_path: str | None = None) -> Confinement:
    """
    Try which of the programs are there and work. Blocks for some 10 ms; meant for the start of the daemon.

    :param search_path: like ``$PATH``; None: the daemon's.
    """
    found = {name: _absolute(shutil.which(name, path=search_path)) for name in ("setpriv", "prlimit", "nice", "setsid")}
    true, unshare = shutil.which("true", path=search_path), _absolute(shutil.which("unshare", path=search_path))
    works = bool(true) and bool(unshare) and _runs(unshare, "--map-current-user", "--net", "--", str(true))
    return Confinement(unshare=unshare if works else "", **found)


def _absolute(path: str | None) -> str:
    """:return: a path in full, or nothing."""
    return os.path.abspath(path) if path else ""  # noqa: PTH100 - a symlink is kept: its name may say what to do


def _runs(*arguments: str) -> bool:
    """:return: whether a program does what it is asked to."""
    try:
        tried = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
