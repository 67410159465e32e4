"""A program without a network, in the kernel of this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import TestCase

from onionstream.encoder import offline
from tests.real.processes import find

TRY = """
import socket
socket.socketpair()
socket.socket(socket.AF_UNIX)
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET):
    try:
        socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        print(error.errno)
"""


class OfflineTests(TestCase):
    """``python offline.py PROGRAM``."""

    def run_offline(self, *words: str) -> subprocess.CompletedProcess[str]:
        """:return: a program at its end."""
        ours = (sys.executable, "-I", "-S", str(Path(offline.__file__)))
        return subprocess.run([*ours, *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def test_D71_only_sockets_of_the_machine_can_be_made(self) -> None:
        """Also by what is started later; ``EAFNOSUPPORT`` four times."""
        done = self.run_offline(find("sh"), "-c", '"$0" -c "$1"', sys.executable, TRY)
        self.assertEqual((done.stderr, done.stdout.split()), ("", ["97"] * 4))

    def test_D71_ffmpeg_reaches_nothing(self) -> None:
        """Not even this machine; and says why."""
        done = self.run_offline(find("ffmpeg"), "-hide_banner", "-i", "http://127.0.0.1:9/")
        self.assertIn("Address family not supported", done.stderr)

    def test_D71_ffmpeg_works(self) -> None:
        """It draws and encodes as before."""
        picture = ("-f", "lavfi", "-i", "testsrc=duration=0.2", "-c:v", "libx264", "-f", "null", "-")
        done = self.run_offline(find("ffmpeg"), "-nostdin", "-v", "error", *picture)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_R08_it_dies_with_who_started_it(self) -> None:
        """By SIGKILL, as prctl(2) tells who asks (``PR_GET_PDEATHSIG``)."""
        script = "import ctypes; got = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(got)); print(got.value)"
        self.assertEqual(self.run_offline(sys.executable, "-c", script).stdout, "9\n")

    def test_a_program_that_is_not_there(self) -> None:
        """One sentence, and a status that says so."""
        done = self.run_offline("/nowhere/ffmpeg")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
        self.assertIn("No such file", done.stderr)
