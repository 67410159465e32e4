"""What the daemon is compared with: a program that only writes, and Icecast."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.server import MissingError, Pace, Server, first_line, running
from tests.real.daemon import free_port

_CHECKOUT = Path(__file__).resolve().parent.parent

_NOBODY = "nobody"
"""Whose process Icecast is when we are root, as which it refuses to run."""

_ICECAST = """
<icecast>
  <hostname>localhost</hostname>
  <limits><clients>{clients}</clients><sources>1</sources></limits>
  <authentication>
    <source-password>{password}</source-password>
    <admin-user>admin</admin-user><admin-password>{password}</admin-password>
  </authentication>
  <listen-socket><bind-address>127.0.0.1</bind-address><port>{port}</port></listen-socket>
  <fileserve>0</fileserve>
  <paths>
    <basedir>{folder}</basedir><logdir>{folder}</logdir><webroot>{folder}</webroot><adminroot>{folder}</adminroot>
  </paths>
  <logging><loglevel>1</loglevel></logging>
</icecast>
"""
"""Debian's defaults for what is not named: a queue of 512 KiB for each viewer, 64 KiB of it at once at the start."""


@contextmanager
def sender(pace: Pace, *, stamped: bool = False) -> Iterator[Server]:
    """
    A program that only writes: in C, or in Python where there is no compiler; its name says which.

    :param pace: what it writes.
    :param stamped: each fragment tells when it was written.
    """
    arguments = (str(pace.size), str(round(pace.every * 1000)), *("stamp",) * stamped)
    with TemporaryDirectory(prefix="o-") as folder:
        program, name = _compiled(Path(folder))
        with running((*program, *arguments), Path(folder, "log")) as process:
            yield Server(name, process.pid, int(first_line(process)))


def _compiled(folder: Path) -> tuple[tuple[str, ...], str]:
    """:return: how to start it, and its name for the table."""
    compiler = shutil.which("cc")
    if compiler is None:
        return (sys.executable, "-m", "benchmarks.sender"), "sender in Python"
    binary = str(folder / "sender")
    subprocess.run([compiler, "-O2", "-o", binary, str(_CHECKOUT / "benchmarks/sender.c")], check=True)
    return (binary,), "sender in C"


@contextmanager
def icecast(pace: Pace, viewers: int) -> Iterator[Server]:
    """
    Icecast 2 with a source that sends it the same, as MP4, of which it knows nothing but bytes.

    :param pace: what the source sends.
    :param viewers: how many there will be.
    :raises MissingError: it is not installed.
    """
    program = shutil.which("icecast2", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/bin")
    if program is None:
        raise MissingError("Icecast is not installed; install Debian's package icecast2 to compare with it.")
    with TemporaryDirectory(prefix="o-") as folder:
        port, password, config = free_port(), secrets.token_hex(8), Path(folder, "icecast.xml")
        config.write_text(_ICECAST.format(clients=viewers + 10, password=password, port=port, folder=folder))
        user = _NOBODY if os.geteuid() == 0 else None
        if user is not None:
            shutil.chown(folder, user)
        child = running((program, "-c", str(config)), Path(folder, "log"), user=user)
        with child as process, _source(port, password, pace):
            yield Server("Icecast", process.pid, port)


@contextmanager
def _source(port: int, password: str, pace: Pace) -> Iterator[None]:
    """A source client, in a thread: it wakes a few times a second, and sleeps the rest."""
    over = threading.Event()
    with _source_link(port, password) as link:
        thread = threading.Thread(target=_push, args=(link, pace, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _source_link(port: int, password: str) -> socket.socket:
    """:return: a connection on which Icecast waits for the stream."""
    credentials = b64encode(f"source:{password}".encode()).decode()
    request = (
        f"PUT /stream.mp4 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {credentials}\r\n"
        "Content-Type: video/mp4\r\nUser-Agent: benchmark\r\n\r\n"
    )
    link = _connected(port)
    link.sendall(request.encode())
    answer = link.recv(1000)
    if b" 200 " not in answer:
        raise RuntimeError(f"Icecast takes no stream: {answer!r}")
    return link


def _connected(port: int) -> socket.socket:
    for _ in range(100):
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port), timeout=10)
        time.sleep(0.1)
    raise RuntimeError("Icecast does not listen after 10 s")


def _push(link: socket.socket, pace: Pace, over: threading.Event) -> None:
    """Send fragments at their times until it is over, or Icecast is."""
    due = time.monotonic()
    with suppress(OSError):
        while not over.wait(max(0.0, due - time.monotonic())):
            link.sendall(bytes(pace.size))
            due += pace.every
