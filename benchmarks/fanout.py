"""
How many can watch: a real daemon with a real ffmpeg, and an audience on the loopback address.

    .venv/bin/python -m benchmarks.fanout --viewers 1000 --never-reading 10 --seconds 30

Prints what every viewer got, and what the server took for it. It ends by itself.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.audience import Audience

_CONFIG = """
[video]
bitrate = {video}
preset = "veryfast"
[audio]
bitrate = 48
[web]
port = {port}
connections = 20000
"""


@dataclass(frozen=True, slots=True)
class Load:
    """
    What a process has taken so far.

    :ivar cpu: seconds.
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def daemon(bitrate: int) -> Iterator[tuple[int, int]]:
    """
    A daemon with the test source.

    :param bitrate: kbit/s of picture and sound.
    :return: its process and its port, once the stream is there.
    """
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.toml")
        config.write_text(_CONFIG.format(video=bitrate - 48, port=port))
        twistd = Path(sys.executable).with_name("twistd")
        process = subprocess.Popen(
            [twistd, "--nodaemon", "--pidfile=", "onionstream", "--config", config, "--state", Path(folder, "state")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for_stream(port)
            yield process.pid, port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _wait_for_stream(port: int) -> None:
    for _ in range(150):
        time.sleep(0.2)
        with socket.socket() as link:
            if link.connect_ex(("127.0.0.1", port)) == 0:
                link.sendall(b"HEAD /stream.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if b" 200 " in link.recv(100):
                    return
    raise RuntimeError("no stream after 30 s")


def _report(audience: Audience, seconds: float, before: Load, connected: Load, after: Load) -> None:
    watchers = audience.reading()
    fragments = sorted(one.fragments for one in watchers)
    rate = sum(one.received for one in watchers) / len(watchers) / seconds * 8 / 1000
    silent = [one for one in audience.watchers if not one.reads]
    print(f"viewers who read             {len(watchers)}")
    print(f"viewers who never read       {len(silent)}")
    print(f"kbit/s to each               {rate:.0f}")
    print(f"fragments each               {fragments[0]} to {fragments[-1]}, median {median(fragments):.0f}")
    print(f"fragments missed, all        {sum(one.missed for one in watchers)}")
    print(f"fragments not as others'     {audience.wrong}")
    print(f"connections cut              {sum(one.ended for one in watchers)}")
    print(f"server CPU                   {(after.cpu - connected.cpu) / seconds * 100:.0f} % of a core")
    print(f"memory for each viewer       {(after.memory - before.memory) / len(audience.watchers) / 1000:.0f} kB")


def main() -> None:
    """Run it; see the top of the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 2)[1])
    parser.add_argument("--viewers", type=int, default=1000, help="viewers who read (1000)")
    parser.add_argument("--never-reading", type=int, default=10, help="viewers who ask and then never read (10)")
    parser.add_argument("--seconds", type=float, default=30, help="how long (30)")
    parser.add_argument("--bitrate", type=int, default=500, help="kbit/s of picture and sound (500)")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with daemon(options.bitrate) as (pid, port):
        before = Load.of(pid)
        audience = Audience(("127.0.0.1", port), options.viewers, options.never_reading)
        audience.watch(3)
        connected = Load.of(pid)
        audience.watch(options.seconds)
        _report(audience, options.seconds + 3, before, connected, Load.of(pid))
        audience.leave()


if __name__ == "__main__":
    main()
