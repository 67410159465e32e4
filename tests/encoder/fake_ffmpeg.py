"""
An odd program in ffmpeg's place: ``python fake_ffmpeg.py MODE``.

* ``deaf``: says so, and sleeps through every SIGTERM.
* ``flood``: writes on stderr as fast as it can.
* ``garbage``: writes bytes on stdout that are no video, and goes on.
* ``holder``: starts a child that keeps the pipes open for a minute, and ends; the child's number stands on stderr.
"""

from __future__ import annotations

import os
import signal
import sys
import time


def deaf() -> None:
    """Do not heed TERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(2, b"deaf\n")
    while True:
        time.sleep(60)


def flood() -> None:
    """Never stop complaining."""
    complaint = b"[warning] " + b"x" * 117 + b"\n"
    while True:
        os.write(2, complaint * 512)


def garbage() -> None:
    """Send what is no video."""
    while True:
        os.write(1, b"\xff" * 4096)


def holder() -> None:
    """Leave somebody behind."""
    child = os.fork()
    if child:
        os.write(2, b"%d\n" % child)
    else:
        time.sleep(60)


if __name__ == "__main__":
    {"deaf": deaf, "flood": flood, "garbage": garbage, "holder": holder}[sys.argv[1]]()
