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
import sys
from dataclasses import dataclass, replace

from onionstream.encoder import offline
from onionstream.encoder.commands import Command

_PATIENCE = 5.0  # seconds for a try that takes milliseconds

_TRIED = {
    "unshare": ("--map-current-user", "--net", "--"),
    "setpriv": ("--no-new-privs", "--pdeathsig", "KILL", "--"),
}
"""Programs that may be there and yet not be allowed to do what they are for, with the words that say what that is."""

_NICENESS = 5  # a busy encoder must not hold up the daemon that sends its pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """
    The programs that take rights away, each by its full path; empty where it is missing or does not work here.

    :ivar unshare: gives ffmpeg a network of its own, with nothing in it.
    :ivar offline: our own program that takes every network away, as words; for where ``unshare`` may not.
    :ivar setpriv: lets it gain no rights, and lets the kernel kill it when the daemon dies.
    :ivar prlimit: bounds its memory, its open files, and the size of files it writes.
    :ivar nice: lets others go first.
    :ivar setsid: keeps the terminal's Ctrl-C from it: the daemon ends it in its own order.
    """

    unshare: str = ""
    offline: tuple[str, ...] = ()
    setpriv: str = ""
    prlimit: str = ""
    nice: str = ""
    setsid: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """A sentence for each protection that this machine does not give."""
        sentences = {
            "ffmpeg can reach the network: neither `unshare --net` nor a filter works here.": self._disconnected,
            "ffmpeg may outlive a daemon that is killed: `setpriv` does not work here.": self.setpriv or self.offline,
            "ffmpeg's memory and files are not bounded: `prlimit` is missing (package util-linux).": self.prlimit,
            "ffmpeg is not slowed for others: `nice` is missing (package coreutils) or may not.": self.nice,
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
            self._disconnected if not command.network else (),
            self._mortal,
            (self.prlimit, *limits, "--"),
            (self.nice, "-n", str(_NICENESS), "--"),
            self._apart,
        )
        return replace(command, arguments=prefix + command.arguments)

    @property
    def _disconnected(self) -> tuple[str, ...]:
        return (self.unshare, *_TRIED["unshare"]) if self.unshare else self.offline

    @property
    def _mortal(self) -> tuple[str, ...]:
        return (self.setpriv, *_TRIED["setpriv"])

    @property
    def _apart(self) -> tuple[str, ...]:
        return (self.setsid, "--")


def _joined(*wrappers: tuple[str, ...]) -> tuple[str, ...]:
    """:return: the words of all those whose program is there."""
    return tuple(word for wrapper in wrappers if any(wrapper[:1]) for word in wrapper)


def find_confinement(search_path: str | None = None) -> Confinement:
    """
    Try which of the programs are there and work. Blocks for some 10 ms; meant for the start of the daemon.

    :param search_path: like ``$PATH``; None: the daemon's.
    """
    found = {
        name: _absolute(shutil.which(name, path=search_path)) for name in (*_TRIED, "nice", "prlimit", "setsid", "true")
    }
    true, nice = found.pop("true"), found["nice"]
    for name, words in _TRIED.items():
        if not (true and found[name] and _said(found[name], *words, true) is not None):
            found[name] = ""
    if nice and not _is_slowed(nice):
        found["nice"] = ""
    return Confinement(offline=_find_offline(true) if true and not found["unshare"] else (), **found)


def _find_offline(true: str) -> tuple[str, ...]:
    """:return: our own program, if it does what it says. -I and -S: it needs nothing of what is installed."""
    words = (sys.executable, "-I", "-S", os.path.abspath(offline.__file__))  # noqa: PTH100 - as below
    return words if _said(*words, true) is not None else ()


def _is_slowed(nice: str) -> bool:
    """:return: whether it is: where it is forbidden, ``nice`` complains and runs the program all the same."""
    before, after = _said(nice), _said(nice, "-n", str(_NICENESS), "--", nice)
    return after is not None and (after != before or before == b"19\n")  # which is the most there is


def _absolute(path: str | None) -> str:
    """:return: a path in full, or nothing."""
    return os.path.abspath(path) if path else ""  # noqa: PTH100 - a symlink is kept: its name may say what to do


def _said(*arguments: str) -> bytes | None:
    """:return: what a program printed; nothing at all when it did not do what it was asked to."""
    try:
        tried = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return tried.stdout if tried.returncode == 0 else None
