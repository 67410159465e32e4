"""
The state directory: what outlives the daemon, and what only one daemon may use at a time.

Nobody but its owner may look into it (mode 0700), and a lock keeps a second daemon out (R-44). The lock belongs to the
process and goes with it, however it ends: after ``kill -9`` the next start finds an old socket, knows that nobody uses
it, and puts a new one in its place (R-43).
"""

from __future__ import annotations

import fcntl
import os
import signal
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

LONGEST_SOCKET = 107
"""Bytes of the longest path a UNIX socket may have on Linux (``sun_path``, unix(7))."""


class StateError(Exception):
    """The state directory cannot be used."""


def default_directory(environment: Mapping[str, str]) -> Path:
    """
    Where the state is kept when nobody says otherwise.

    ``$STATE_DIRECTORY`` (systemd gives it), or ``onionstream`` in ``$XDG_STATE_HOME``, or in ``~/.local/state``.
    """
    if given := environment.get("STATE_DIRECTORY"):
        return Path(given.split(":", 1)[0])
    home = environment.get("XDG_STATE_HOME")
    return (Path(home) if home else Path("~/.local/state").expanduser()) / "onionstream"


def control_socket(path: Path) -> Path:
    """:return: where a daemon listens for commands; the longest name of a socket of ours."""
    return path / "control.sock"


def owner(path: Path) -> int | None:
    """
    Who uses a state directory.

    :param path: the directory.
    :return: the number of the daemon's process; None when none runs.
    """
    try:
        with (path / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = (path / "lock").read_bytes()
        return int(text) if text.strip().isdigit() else None
    except OSError:
        return None
    return None


def tell(path: Path) -> str:
    """
    Have the daemon that uses a state directory look at it again (SIGHUP).

    :param path: the directory.
    :return: what to tell the broadcaster.
    """
    running = owner(path)
    if running is None:
        return "It counts from the next start on."
    try:
        os.kill(running, signal.SIGHUP)
    except OSError as error:
        return f"The daemon (process {running}) could not be told ({error.strerror}): send it SIGHUP."
    return "The daemon has been told: it counts in some seconds."


class StateDirectory:
    """
    A state directory that is ours alone until ``close``.

    :ivar path: where it is, absolute.
    """

    def __init__(self, path: Path) -> None:
        """
        Make the directory where it is missing, and lock it.

        :raises StateError: when it cannot be made or is not ours, or another daemon uses it.
        """
        self.path = path.absolute()
        self._make()
        self._lock = self._locked()

    @property
    def socket(self) -> Path:
        """The UNIX socket of the site."""
        return self.path / "web.sock"

    @property
    def control(self) -> Path:
        """The UNIX socket for commands."""
        return control_socket(self.path)

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self._lock)

    def _make(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.path.stat()
            if found.st_uid != os.geteuid():
                raise StateError(f"The state directory {self.path} belongs to somebody else: choose one with --state.")
            if stat.S_IMODE(found.st_mode) != 0o700:
                self.path.chmod(0o700)
        except (FileExistsError, NotADirectoryError) as error:
            raise StateError(f"The state directory {self.path} cannot be made: a file is in its place.") from error
        except OSError as error:
            raise StateError(f"The state directory {self.path} cannot be used: {error.strerror}.") from error
        if len(os.fsencode(self.control)) > LONGEST_SOCKET:
            raise StateError(
                f"The state directory {self.path} has too long a path for a UNIX socket "
                f"({LONGEST_SOCKET} bytes with its name): choose another one with --state."
            )

    def _locked(self) -> int:
        try:
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateError(f"No lock can be made in the state directory {self.path}: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            raise StateError(
                f"Another onionstream already uses the state directory {self.path}: "
                "stop it first, or give this one a directory of its own with --state."
            ) from error
        with suppress(OSError):  # the number is a help for others; a full disk must not keep us from starting
            os.ftruncate(lock, 0)
            os.write(lock, b"%d\n" % os.getpid())
        return lock
