"""Logging in to a real daemon: a password of one's own, and a flood of wrong ones while the video flows."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

from twisted.internet.threads import deferToThread

from tests.real.daemon import Daemon, DaemonCase, clock, fetch, open_video
from tests.real.terminals import Terminal
from tests.real.waiting import until
from tests.web.wire import post

PASSWORD = "correct horse battery"
TWISTD = str(Path(sys.executable).with_name("twistd"))
CHECKOUT = Path(__file__).resolve().parent.parent.parent


def status(daemon: Daemon, password: str) -> int:
    """:return: what a program gets that has this password."""
    credentials = b64encode(f"broadcaster:{password}".encode()).decode()
    return fetch(daemon, "/broadcaster", Authorization=f"Basic {credentials}")[0]


def choose(state: Path, password: str) -> str:
    """Choose a password by a pipe; :return: what is said."""
    words = [TWISTD, "onionstream", "--state", str(state), "--passwd"]
    done = subprocess.run(words, input=password, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


class OwnPasswordTests(DaemonCase):
    """``--passwd``, before the start and beside the daemon."""

    async def test_D20_it_lets_in_and_stands_nowhere(self) -> None:
        """Neither in the terminal nor in the state directory; another one counts while the daemon runs."""
        state = self.folder() / "state"
        self.assertIn("next start", await deferToThread(choose, state, f"{PASSWORD}\n"))
        daemon = self.daemon(state=state)
        await until(clock(), "the banner", lambda: "Password" in daemon.output)
        self.assertIn("the one that you have chosen", daemon.output)
        self.assertEqual(await deferToThread(status, daemon, PASSWORD), 200)
        self.assertEqual(await deferToThread(status, daemon, "wrong"), 401)
        await deferToThread(choose, state, "another horse in the battery")
        await until(clock(), "the change", lambda: "The password is another one" in daemon.output)
        self.assertEqual(await deferToThread(status, daemon, PASSWORD), 401)
        self.assertEqual(await deferToThread(status, daemon, "another horse in the battery"), 200)
        written = daemon.output + "".join(path.read_text() for path in state.iterdir() if path.is_file())
        self.assertNotIn("horse", written)

    async def test_D20_it_is_asked_for_in_a_terminal_without_being_shown(self) -> None:
        """Twice; two that differ change nothing."""
        home = self.folder()
        # The terminal has an environment of its own, in which another checkout might be found.
        ours = ["env", f"PYTHONPATH={CHECKOUT}", TWISTD, "onionstream"]
        command = [*ours, "--state", str(home / "state"), "--passwd"]
        for again, said in (("another one, longer", "not the same"), (PASSWORD, "The password is kept")):
            terminal = Terminal(command, home)
            self.addCleanup(terminal.end)
            await terminal.shows("New password")
            terminal.type(f"{PASSWORD}\r")
            await terminal.shows("Once more")
            terminal.type(f"{again}\r")
            self.assertNotIn("horse", await terminal.shows(said))
            await terminal.ended()


class FloodTests(DaemonCase):
    """A hundred wrong passwords at once (R-27)."""

    def flood(self, daemon: Daemon) -> list[int]:
        """:return: the statuses of a hundred requests that come together."""
        links = [socket.create_connection(("127.0.0.1", daemon.port), timeout=60) for _ in range(100)]
        for link in links:
            link.sendall(post("/login", b"password=wrong+horse+battery"))
        statuses = [int(link.recv(1 << 16)[9:12]) for link in links]
        for link in links:
            link.close()
        return statuses

    def most_memory(self, daemon: Daemon) -> int:
        """:return: MiB that it ever had."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{daemon.process.pid}/status").read_text())
        assert found is not None
        return int(found[1]) >> 10

    async def test_R27_the_video_goes_on_and_the_right_one_comes_in(self) -> None:
        """Some are tried, one after the other, in the memory for one; the others hear that they are too many."""
        state = self.folder() / "state"
        await deferToThread(choose, state, PASSWORD)
        daemon = self.daemon(state=state)
        await daemon.on_air()
        link = open_video(daemon)
        self.addCleanup(link.close)
        before = self.most_memory(daemon)
        statuses = await deferToThread(self.flood, daemon)
        self.assertEqual(set(statuses), {403, 503})
        self.assertLessEqual(statuses.count(403), 10)
        self.assertLess(self.most_memory(daemon) - before, 2 * 64)
        self.assertEqual(await deferToThread(status, daemon, PASSWORD), 200)
        await until(clock(), "video after the flood", lambda: len(link.recv(1 << 20)) > 0)
        self.assertEqual(daemon.output.count("On air."), 1)
