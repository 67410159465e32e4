"""The whole daemon on the private Tor network: one command, and somebody watches through the onion."""

from __future__ import annotations

import os
import shlex
import signal
import socket
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlencode

from twisted.internet.threads import deferToThread

from tests.real.daemon import Daemon, children, clock, running
from tests.real.processes import find
from tests.real.profiles import Habits
from tests.real.test_watching import CODE, HEIGHT, WIDTH, WatchingCase
from tests.real.waiting import until
from tests.tornet.network import TorNetwork, shared
from tests.tornet.socks import connect, fetch
from tests.web.visitor import Page
from tests.web.wire import get, post

WRAPPER = """#!/bin/sh
[ "$1" = --defaults-torrc ] && shift 2
exec {tor} --defaults-torrc {defaults} "$@"
"""
"""
A tor that joins the private network whatever it is told: the network's lines come as defaults, which every line of ours
would win over. So the daemon under test is the one that everybody gets, with nothing in it for tests.
"""


def basic(password: str) -> str:
    """:return: the value of the header that logs in."""
    return "Basic " + b64encode(f"broadcaster:{password}".encode()).decode()


def _exchange(link: socket.socket, request: bytes) -> str:
    """:return: the page that is answered; the connection stays open."""
    link.sendall(request)
    text = b""
    while b"</html>" not in text:
        more = link.recv(1 << 16)
        assert more, text
        text += more
    return text.partition(b"\r\n\r\n")[2].decode()


class OnionDaemonTests(WatchingCase):
    """A daemon with its own tor, and Firefox ESR with scripts off behind the network's client."""

    timeout = 600
    browser_name = "firefox"
    network: TorNetwork

    async def published(self) -> tuple[Daemon, str]:
        """:return: a daemon that is on air and published, and its address."""
        self.network = await deferToThread(shared)
        folder = self.folder()
        program = self.tor_in_network(folder)
        daemon = self.daemon(CODE + f'[tor]\nprogram = "{program}"\nallow_tmpfs = true\n', folder)
        await daemon.on_air()
        await until(clock(), "the publication", lambda: daemon.output, lambda text: "viewers can come" in text)
        return daemon, (daemon.state / "onion" / "hostname").read_text().strip()

    def tor_in_network(self, folder: Path) -> Path:
        """:return: a program."""
        defaults, program = folder / "join.torrc", folder / "tor"
        defaults.write_text("\n".join([*self.network.join_lines, ""]))
        program.write_text(WRAPPER.format(tor=shlex.quote(find("tor")), defaults=shlex.quote(str(defaults))))
        program.chmod(0o700)
        return program

    async def test_somebody_watches_through_the_onion(self) -> None:
        """The page is opened by its onion address, and the picture moves and goes on moving."""
        _, address = await self.published()
        screen = self.screen(WIDTH, HEIGHT)
        self.browser("firefox", screen, f"http://{address}/", Habits(socks_port=self.network.socks_port))
        await self.moves(screen, "a moving picture")
        for _ in range(5):
            await self.moves(screen, "the same a little later")

    async def test_it_tests_itself(self) -> None:
        """The terminal tells what came through the network: page, video, and more than the stream needs."""
        daemon, _ = await self.published()
        text = await until(clock(), "what it found", lambda: daemon.output, lambda text: "kbit/s fits well" in text)
        for words in ("The onion address works", "The video began after", "Another way, filled on purpose, carried"):
            self.assertIn(words, text)

    async def test_a_key_arrives_before_the_first_guest_puts_everybody_out(self) -> None:
        """The broadcaster sits over the onion address: he is warned, has the key, and only then his connection ends."""
        daemon, address = await self.published()
        link = await deferToThread(connect, self.network.socks_port, address)
        link.settimeout(60)
        headers = (f"Authorization: {basic(daemon.password)}", "Accept: text/html")
        page = await deferToThread(_exchange, link, get("/broadcaster", *headers))
        self.assertIn("Invite yourself first", page)
        fields = {**Page(page).forms["/broadcaster/invite"][0], "name": "me"}
        answer = await deferToThread(_exchange, link, post("/broadcaster/invite", urlencode(fields).encode(), *headers))
        self.assertRegex(answer, "[A-Z2-7]{52}")
        self.assertEqual(await deferToThread(link.recv, 1), b"")
        link.close()
        await until(clock(), "what was done", lambda: daemon.output, lambda text: "The guests have changed" in text)

    async def test_R40_the_end_leaves_nothing(self) -> None:
        """No tor, no ffmpeg, and no socket of theirs."""
        daemon, address = await self.published()
        page = await deferToThread(fetch, self.network.socks_port, address)
        self.assertIn(b"200 OK", page)
        processes = children(daemon.process.pid)
        self.assertIn("tor", [Path(f"/proc/{pid}/comm").read_text().strip() for pid in processes])
        daemon.signal(signal.SIGTERM)
        self.assertEqual(await daemon.ended(), 0)
        self.assertEqual([pid for pid in processes if running(pid)], [])
        self.assertFalse(os.path.lexists(daemon.state / "tor.sock"))
