"""The daemon, as it is, with a stream that costs nothing to make."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

from benchmarks.ratios import OURS
from benchmarks.server import Server
from tests.real.daemon import Daemon

WINDOW = 12
"""Seconds of the stream that are kept. Once they are there, memory grows by viewers and by nothing else."""

_CONFIG = """
[encoder]
program = "{encoder}"
[delivery]
fragment = {fragment}
window = {window}
[web]
connections = 100000
"""

_CHECKOUT = Path(__file__).resolve().parent.parent


@contextmanager
def daemon(kilobits: int, fragment: int, more: str = "", wrapper: tuple[str, ...] = ()) -> Iterator[Server]:
    """
    A daemon on air, whose window is full.

    :param kilobits: a second, of picture and sound.
    :param fragment: milliseconds of one.
    :param more: tables of its configuration.
    :param wrapper: a program that starts it, with arguments.
    """
    with TemporaryDirectory(prefix="o-") as folder:
        encoder = Path(folder, "encoder")
        synthetic = f"{quote(sys.executable)} -m benchmarks.synthetic {kilobits}"
        encoder.write_text(f"#!/bin/sh\ncd {quote(str(_CHECKOUT))} && exec {synthetic}\n")
        encoder.chmod(0o700)
        config = _CONFIG.format(encoder=encoder, fragment=fragment, window=WINDOW)
        one = Daemon(Path(folder), config + more, wrapper=wrapper)
        try:
            _wait_for_stream(one)
            time.sleep(WINDOW)
            yield Server(OURS, one.process.pid, one.port, one.state / "web.sock")
        finally:
            one.end()


def _wait_for_stream(one: Daemon) -> None:
    for _ in range(300):
        if "On air." in one.output:
            return
        time.sleep(0.1)
    raise RuntimeError(f"no stream after 30 s; the daemon said:\n{one.output}")
