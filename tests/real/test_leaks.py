"""
What can be seen of a real daemon from outside, and what it writes down.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import struct
from base64 import b64encode
from getpass import getuser
from pathlib import Path
from typing import cast

from twisted.internet.threads import deferToThread

from tests.real.daemon import QUICK, Daemon, DaemonCase, clock, fetch, open_video
from tests.real.listeners import listening
from tests.real.waiting import PATIENCE, until
from tests.web.onion import line
from tests.web.visitor import Visitor
from tests.web.wire import Answer, WireCase, get, parse, post


class Wire:
    """The way to a real daemon, for whoever else goes the way of ``WireCase``."""

    def __init__(self, daemon: Daemon) -> None:
        """:param daemon: that one."""
        self._daemon = daemon

    def ask(self, request: bytes) -> Answer:
        """:return: the answer, of which the length is known."""
        received = b""
        with socket.create_connection(("127.0.0.1", self._daemon.port), timeout=PATIENCE) as link:
            link.sendall(request)
            while b"\r\n\r\n" not in received or len(received.partition(b"\r\n\r\n")[2]) < self._length(received):
                received += link.recv(1 << 16)
        return parse(received)[0]

    def _length(self, received: bytes) -> int:
        return int(re.findall(rb"Content-Length: (\d+)", received)[0])


class LeakTests(DaemonCase):
    """What can be seen of the daemon from outside, and what it writes down."""

    async def test_L01_nothing_listens_but_loopback_and_the_socket(self) -> None:
        """One TCP port on 127.0.0.1 and two UNIX sockets with names; nothing else of the daemon or ffmpeg listens."""
        daemon = self.daemon()
        await daemon.on_air()
        owners = [daemon.process.pid, *daemon.encoder()]
        found = [place for pid in owners for place in listening(pid)]
        sockets = [str(daemon.state / name) for name in ("control.sock", "web.sock")]
        self.assertEqual(sorted(found), sorted([f"127.0.0.1:{daemon.port}", *sockets]))

    async def test_L03_it_runs_without_any_network(self) -> None:
        """In a network namespace with nothing but a loopback address: picture, page, and a clean end."""
        inside = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
        daemon = self.daemon(wrapper=inside)
        await daemon.on_air()
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(daemon.state / "web.sock"))
            link.sendall(line(7) + get("/stream.mp4"))
            await until(clock(), "the video", lambda: link.recv(1 << 16, socket.MSG_PEEK), lambda data: b"moof" in data)

    async def test_L10_L16_no_answer_tells_of_the_machine(self) -> None:
        """Statuses of all kinds: no telling header, no name, path or program in any body."""
        host = "the-name-of-the-machine"  # the real one may be so short that it stands in a token by chance
        renamed = ("unshare", "--map-root-user", "--uts", "sh", "-c", f'hostname {host} && exec "$@"', "sh")
        daemon = self.daemon(wrapper=renamed)
        await daemon.on_air()
        words = [str(Path.home()), host, str(daemon.folder), "/home/", "/tmp/", "Traceback", ".py"]
        words += ["twisted", "Twisted", "klein", "ffmpeg", "Lavc", "x264", "werkzeug", "0x7f"]
        words += [getuser()] if getuser() != "root" else []
        statuses = set()
        for path in (
            "/",
            "/player",
            "/video",
            "/nothing",
            "/../etc/passwd",
            "/broadcaster",
            "/favicon.ico",
            "/robots.txt",
            "/%ff",
            "/plain",
            "/form",
            "/look",
            "/door",
            "/login",
            "/logout",
            "/captcha/none.png",
        ):
            for method in ("GET", "HEAD", "POST", "PUT", "TRACE", "OPTIONS"):
                if (method, path) == ("GET", "/player"):
                    continue  # it has no end
                status, headers, body = await deferToThread(fetch, daemon, path, method)
                statuses.add(status)
                for name in ("Server", "Date", "ETag", "Last-Modified", "X-Powered-By", "Via"):
                    self.assertNotIn(f"\n{name}:", f"\n{headers}", (method, path))
                given = "\nSet-Cookie:" in f"\n{headers}"
                self.assertEqual(given, path in ("/", "/plain") and method in ("GET", "HEAD"), (method, path))
                for word in words:
                    self.assertNotIn(word.encode(), body, (method, path))
        self.assertEqual(statuses, {200, 303, 400, 401, 403, 404, 405})

    async def test_L50_nothing_of_a_visitor_is_written_down(self) -> None:
        """Addresses, browsers, referrers, paths, wrong passwords: neither in the output nor in the state directory."""
        daemon = self.daemon()
        await daemon.on_air()
        guess = b64encode(b"broadcaster:GUESS_MARK").decode()
        agent = {"User-Agent": "UA_MARK", "Referer": "http://REF_MARK/"}
        for path in ("/?token=TOK_MARK", "/PATH_MARK", "/broadcaster", "/video"):
            await deferToThread(fetch, daemon, path, Authorization=f"Basic {guess}", **agent)
        link = open_video(daemon)
        await until(clock(), "the video", lambda: len(link.recv(1000, socket.MSG_PEEK)) > 0)
        with socket.create_connection(("127.0.0.1", daemon.port)) as rude:
            rude.sendall(b"RUDE_MARK\r\n\r\n")
            await until(clock(), "the refusal", lambda: rude.recv(100, socket.MSG_PEEK), lambda data: b"400" in data)
        link.close()
        daemon.signal(signal.SIGTERM)
        await daemon.ended()
        written = daemon.output + "".join(path.read_text() for path in (daemon.state).iterdir() if path.is_file())
        self.assertEqual(re.findall(rf"\w+_MARK|HTTP|127\.0\.0\.1:(?!{daemon.port})\d+", written), [])

    async def test_L50_nothing_of_the_chat_is_written_down(self) -> None:
        """
        Texts, names, passwords, answers and tokens, of whoever stays and of whoever leaves at once: neither in the
        output nor in the state directory.
        """
        daemon = self.daemon(f'{QUICK}[chat.filters]\nban = ["ban_MARK"]\n')
        await daemon.on_air()
        token = await deferToThread(self.chat, daemon)
        daemon.signal(signal.SIGTERM)
        await daemon.ended()
        written = daemon.output + "".join(path.read_text() for path in daemon.state.iterdir() if path.is_file())
        self.assertEqual(re.findall(r"\w*_MARK", written), [])
        self.assertNotIn(token, written)

    def chat(self, daemon: Daemon) -> str:
        """Do everything that somebody can do; :return: what his cookie was."""
        visitor = Visitor(cast("WireCase", Wire(daemon))).go("/").go("/form")
        token = (visitor.cookies or {})["t"]
        for number, typed in enumerate(("said_MARK", "<b>html_MARK", "\0nul_MARK", "long_MARK" * 100, "ban_MARK")):
            visitor.press(text=f"{typed} {number}")
        visitor.send(
            "/form", {**visitor.page.fields, "text": "text_MARK", "captcha": "id_MARK", "answer": "answer_MARK"}
        )
        other = Visitor(cast("WireCase", Wire(daemon))).go("/").go("/look")
        for name in ("name_MARK", "Broadcaster", "long_MARK" * 9):
            other.press(name=name, password="secret_MARK")
        self.assertIn("Chatting as name_MARK", other.go("/form").page.text)
        for address in ("/", "/live", "/plain", "/chat.txt", "/player", "/stream.mp4", "/form", "/look", "/door"):
            for request in (get(address, *visitor.headers()), post(address, b"text=gone_MARK", *other.headers())):
                with socket.create_connection(("127.0.0.1", daemon.port)) as link:
                    link.sendall(request)
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return token

    async def test_L53_D73_the_encoder_knows_little(self) -> None:
        """Its environment has the few names it needs, whatever the daemon's has; nothing secret is in its arguments."""
        os.environ["FFREPORT"] = "file=/tmp/SECRET_MARK"
        self.addCleanup(os.environ.pop, "FFREPORT")
        daemon = self.daemon()
        await daemon.on_air()
        (encoder,) = daemon.encoder()
        environment = Path(f"/proc/{encoder}/environ").read_bytes().decode()
        names = {entry.split("=")[0] for entry in environment.split("\0") if entry}
        self.assertEqual(names, {"PATH", "LANG", "TZ"})
        self.assertNotIn(daemon.password, Path(f"/proc/{encoder}/cmdline").read_bytes().decode())

    async def test_L55_no_core_dumps(self) -> None:
        """Of the daemon and of ffmpeg, which may not open many files either."""
        daemon = self.daemon()
        await daemon.on_air()
        for pid in (daemon.process.pid, *daemon.encoder()):
            limits = Path(f"/proc/{pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size +0 +0 ")
