"""One tor of the network: its directory, its process, its control connection."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.real.processes import find
from tests.tornet.control import Control

PATIENCE = 90.0
"""Seconds until what was waited for counts as failed. On a quiet machine nothing here takes longer than five."""

_EVERY = 0.05
_NO_DEFAULTS = ("--defaults-torrc", "/nonexistent")
"""Else tor also reads what Debian has for its own service. A file that is not there is fine, /dev/null is not."""


class TorError(Exception):
    """A tor did not do what it should; the text says what, and how its log ends."""


class Node:
    """
    One tor.

    :ivar folder: all that it writes is in it.
    """

    def __init__(self, folder: Path) -> None:
        """:param folder: made here; its name is the nickname."""
        folder.mkdir(mode=0o700)
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._control: Control | None = None

    @property
    def control(self) -> Control:
        """Its control connection, once `listen` has been waited for."""
        assert self._control is not None
        return self._control

    @property
    def pid(self) -> int | None:
        """The process, if it was started."""
        return self._process.pid if self._process else None

    @property
    def socks_port(self) -> int:
        """Where it listens on 127.0.0.1 for SOCKS, if it was given a ``SocksPort``."""
        (place,) = self.control.get("net/listeners/socks")
        return int(place.strip('"').rpartition(":")[2])

    def run(self, *options: str) -> str:
        """:return: what a tor of this folder says that does one thing and ends at once."""
        command = [find("tor"), *_NO_DEFAULTS, "--ignore-missing-torrc", "-f", str(self.folder / "no-torrc")]
        options = ("--DataDirectory", str(self.folder), "--Nickname", self.folder.name, *options)
        return subprocess.run([*command, *options], check=True, capture_output=True, text=True, timeout=PATIENCE).stdout

    def start(self, lines: Sequence[str]) -> None:
        """
        Start it; it is not ready when this returns.

        :param lines: of its torrc, beside what all have.
        """
        own = [
            f"Nickname {self.folder.name}",
            f'DataDirectory "{self.folder}"',
            f'ControlSocket "{self.folder}/control"',
            "Log notice stdout",
            # Closing the control connection ends it at once. This is for the time before there is one.
            f"__OwningControllerProcess {os.getpid()}",
            "ShutdownWaitLength 0",
            "AvoidDiskWrites 1",
            "NumCPUs 1",
        ]
        (self.folder / "torrc").write_text("\n".join([*own, *lines, ""]))
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [find("tor"), *_NO_DEFAULTS, "-f", str(self.folder / "torrc")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for us: we end it in good order
            )

    def listen(self) -> None:
        """Wait until it takes commands; the path of the socket must be shorter than 108 bytes."""
        self.wait_for("its control socket", self._connect)

    def bootstrap(self) -> None:
        """Wait until it can use the network."""
        self.wait_for("its bootstrap", lambda: "PROGRESS=100" in self.control.get("status/bootstrap-phase")[0])

    def wait_for(self, what: str, seen: Callable[[], bool]) -> None:
        """
        :param what: is waited for, as the end of "waited for ...".
        :param seen: whether it is there.
        :raises TorError: when it does not come, or tor ends.
        """
        assert self._process is not None
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None:
            if seen():
                return
            if time.monotonic() > end:
                raise TorError(f"waited {PATIENCE:g} s for {what} of {self.folder.name}; its log ends: {self._tail()}")
            time.sleep(_EVERY)
        raise TorError(f"{self.folder.name} ended with status {self._process.returncode}; its log ends: {self._tail()}")

    def terminate(self) -> None:
        """Ask it to end; `wait` waits for that."""
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self) -> None:
        """Wait for its end, after `terminate`; kill it if that takes long."""
        if self._process is None:
            return
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _connect(self) -> bool:
        try:
            self._control = Control(self.folder / "control")
        except OSError:
            return False
        return True

    def _tail(self) -> str:
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-15:])
