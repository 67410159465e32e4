"""
A real daemon for tests: twistd with a configuration, a state directory and a free port of its own.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from twisted.internet.interfaces import IReactorTime
from twisted.trial.unittest import TestCase

from tests.real.waiting import PATIENCE, until

QUICK = """
[video]
size = "320x180"
bitrate = 150
preset = "ultrafast"
"""
"""A picture that costs little."""


def clock() -> IReactorTime:
    """The reactor."""
    from twisted.internet import reactor

    return cast("IReactorTime", reactor)


def free_port() -> int:
    """
    A port of 127.0.0.1 that nobody listens on.

    Not one of those that the system gives to connections: one of those could be taken before it is used.
    """
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("100 ports in a row are taken")


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Daemon:
    """
    A daemon that runs.

    :ivar folder: where its configuration and output are.
    :ivar state: its state directory.
    :ivar port: of the site.
    :ivar process: twistd.
    """

    def __init__(
        self,
        folder: Path,
        config: str = QUICK,
        *,
        state: Path | None = None,
        port: int | None = None,
        wrapper: tuple[str, ...] = (),
    ) -> None:
        """
        :param config: text of the configuration file.
        :param state: None: one in the folder.
        :param port: None: a free one.
        :param wrapper: a program that starts it, with arguments.
        """
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.state = state or folder / "state"
        self.port = free_port() if port is None else port
        self.config = folder / "config.toml"
        self.config.write_text(config)
        self.log = folder / "output.txt"
        twistd = str(Path(sys.executable).with_name("twistd"))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *wrapper,
                    twistd,
                    "--nodaemon",
                    "--pidfile=",
                    "--logger=onionstream.logs.observer",
                    "onionstream",
                    *self.options(),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={**os.environ, "PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"},
            )

    def options(self) -> list[str]:
        """What it is told on the command line. Without a network for tests, tor would look for the real one."""
        said = ["--config", str(self.config), "--state", str(self.state), "--port", str(self.port)]
        return said if "[tor]" in self.config.read_text() else [*said, "--no-tor"]

    @property
    def output(self) -> str:
        """What it has written so far, log and terminal together."""
        return self.log.read_text(errors="replace")

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def password(self) -> str:
        """The broadcaster's, as the terminal shows it."""
        match = re.search(r"Password\s+(\S+)", self.output)
        assert match is not None, self.output
        return match[1]

    def encoder(self) -> list[int]:
        """The process of ffmpeg, if there is one; not that which makes the slate."""
        return [pid for pid in children(self.process.pid) if _encodes(pid)]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it."""
        self.process.send_signal(number)

    async def on_air(self, times: int = 1) -> None:
        """Wait until the stream has come on air so many times."""
        await until(clock(), f"{times} times on air", lambda: self.output, lambda text: text.count("On air.") >= times)

    async def ended(self) -> int:
        """Wait for its end; :return: the exit status. How long it may take is looked at on a turned clock elsewhere."""
        await until(clock(), "the daemon's end", self.process.poll, lambda status: status is not None)
        return cast("int", self.process.returncode)

    def end(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


def _encodes(pid: int) -> bool:
    """
    Whether a process is the ffmpeg that makes the stream; the slate's has silence for its input.

    First the name, then the words: of one that was being started in between, the words would be those of its parent. It
    has none for the moment in which the system puts them in place.
    """
    try:
        if Path(f"/proc/{pid}/comm").read_text().strip() != "ffmpeg":
            return False
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return bool(words) and b"anullsrc" not in words


def fetch(daemon: Daemon, path: str, method: str = "GET", **headers: str) -> tuple[int, str, bytes]:
    """One request; :return: status, headers, body; of a page that stays open, what is there of it at once."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read() if answer.length is not None else _page(answer)
    connection.close()
    return answer.status, str(answer.headers), body


def _page(answer: http.client.HTTPResponse) -> bytes:
    """A page whose response stays open."""
    body = b""
    while b"</html>" not in body and (more := answer.read1()):
        body += more
    return body


def open_video(daemon: Daemon) -> socket.socket:
    """A viewer's connection, right after his request."""
    link = socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE)
    link.sendall(
        b"GET /stream.mp4 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: UA_MARK\r\nReferer: http://REF_MARK/\r\n\r\n"
    )
    return link


def read_to_end(link: socket.socket) -> int:
    """Read until the connection ends; :return: bytes."""
    total = 0
    while data := link.recv(1 << 16):
        total += len(data)
    link.close()
    return total


class DaemonCase(TestCase):
    """
    Tests with a daemon; every one of them also holds that nothing unhandled got into its log.
    """

    timeout = 600

    def daemon(self, config: str = QUICK, folder: Path | None = None, **more: Any) -> Daemon:  # noqa: ANN401
        """A new daemon, which ends with the test."""
        started = Daemon(folder or self.folder(), config, **more)
        self.addCleanup(self.look, started)
        self.addCleanup(started.end)
        return started

    def folder(self) -> Path:
        """A new folder with a short path: a UNIX socket must fit into it. It goes with the test."""
        made = Path(tempfile.mkdtemp(prefix="o-"))
        self.addCleanup(shutil.rmtree, made, ignore_errors=True)
        return made

    def look(self, started: Daemon) -> None:
        """What must not stand in any daemon's output."""
        for word in ("Traceback", "Unhandled", "Warning"):
            self.assertNotIn(word, started.output)
