"""
The life of a real daemon: start, signals, crashes, a full disk, and what it leaves behind.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from base64 import b64encode
from getpass import getuser
from pathlib import Path

from twisted.internet.threads import deferToThread

from tests.real.daemon import QUICK, Daemon, DaemonCase, clock, free_port, running
from tests.real.listeners import listening
from tests.real.waiting import until


def fetch(daemon: Daemon, path: str, method: str = "GET", **headers: str) -> tuple[int, str, bytes]:
    """One request; :return: status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=20)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, str(answer.headers), body


def open_video(daemon: Daemon) -> socket.socket:
    """A viewer's connection, right after his request."""
    link = socket.create_connection(("127.0.0.1", daemon.port), timeout=20)
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


class StartTests(DaemonCase):
    """Start and wrong starts."""

    async def test_the_terminal_shows_what_a_broadcaster_needs(self) -> None:
        """The address, the password, the source, and that it is on air."""
        daemon = self.daemon()
        await daemon.on_air()
        for word in (daemon.url, daemon.url + "broadcaster", "Password", "test picture, 320x180", "On air."):
            self.assertIn(word, daemon.output)

    async def test_the_password_that_is_shown_lets_in(self) -> None:
        """And the page behind it says how the encoder is."""
        daemon = self.daemon()
        await daemon.on_air()
        secret = b64encode(f"broadcaster:{daemon.password}".encode()).decode()
        status, _, body = await deferToThread(fetch, daemon, "/broadcaster", Authorization=f"Basic {secret}")
        self.assertEqual(status, 200)
        self.assertIn(b"ffmpeg runs", body)

    async def test_R34_a_wrong_configuration_is_one_line_and_status_78(self) -> None:
        """No traceback, no usage text: what is wrong, where, and what would be right."""
        daemon = self.daemon("[video]\nbitrat = 5\n")
        self.assertEqual(await daemon.ended(), 78)
        self.assertEqual(daemon.output.count("\n"), 1)
        for word in ("config.toml", "[video]", "`bitrate`"):
            self.assertIn(word, daemon.output)

    async def test_a_wrong_port_is_one_line(self) -> None:
        """``--port`` takes a number that a port can have."""
        daemon = self.daemon(port=70000)
        self.assertEqual(await daemon.ended(), 64)
        self.assertEqual(daemon.output.count("\n"), 1)

    async def test_a_port_that_is_taken_is_one_line(self) -> None:
        """It names the port, and the option for another one."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            daemon = self.daemon(port=taken.getsockname()[1])
            self.assertEqual(await daemon.ended(), 73)
        self.assertIn("--port", daemon.output)
        self.assertEqual(daemon.output.count("\n"), 1)

    async def test_R44_a_second_daemon_on_one_state_directory_refuses(self) -> None:
        """And the first one goes on."""
        first = self.daemon()
        await first.on_air()
        second = self.daemon(folder=first.folder)
        self.assertEqual(await second.ended(), 73)
        self.assertIn("already uses the state directory", second.output)
        status, _, _ = await deferToThread(fetch, first, "/")
        self.assertEqual(status, 200)

    async def test_R06_without_ffmpeg_it_runs_and_says_so(self) -> None:
        """The page is there, the terminal and the log say what to install."""
        daemon = self.daemon('[encoder]\nprogram = "no-such-ffmpeg"\n')
        await until(
            clock(), "the reason", lambda: daemon.output, lambda text: "no-such-ffmpeg" in text.split("State")[-1]
        )
        status, _, body = await deferToThread(fetch, daemon, "/")
        self.assertEqual((status, b"<h1>" in body), (200, True))
        self.assertIn("apt install ffmpeg", daemon.output)

    async def test_L08_L52_files_are_for_the_owner_alone(self) -> None:
        """Directory 0700, socket and files 0600, even when the parent's umask is 0."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        daemon = self.daemon()
        await daemon.on_air()
        state = daemon.state
        self.assertEqual(stat.S_IMODE(state.stat().st_mode), 0o700)
        modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in state.iterdir()}
        self.assertEqual(modes, {"lock": "0o600", "web.sock": "0o600"})

    async def test_the_site_is_on_the_unix_socket_too(self) -> None:
        """The same page, for tor."""
        daemon = self.daemon()
        await daemon.on_air()
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(daemon.state / "web.sock"))
            link.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await until(
                clock(), "the page", lambda: link.recv(1 << 16, socket.MSG_PEEK), lambda data: b"200 OK" in data
            )


class EndTests(DaemonCase):
    """Signals and crashes."""

    async def test_R40_sigterm_ends_in_good_order(self) -> None:
        """Viewers' responses end, ffmpeg ends, the sockets go, and the status is 0."""
        daemon = self.daemon()
        await daemon.on_air()
        (encoder,) = daemon.encoder()
        links = [open_video(daemon) for _ in range(50)]
        await until(clock(), "the first bytes", lambda: len(links[-1].recv(1000, socket.MSG_PEEK)) > 0)
        daemon.signal(signal.SIGTERM)
        received = [await deferToThread(read_to_end, link) for link in links]
        self.assertEqual(await daemon.ended(), 0)
        self.assertGreater(min(received), 1000)
        self.assertFalse(running(encoder))
        self.assertFalse((daemon.state / "web.sock").exists())

    async def test_R40_a_viewer_who_does_not_read_holds_up_nothing(self) -> None:
        """His connection is cut when the time for it is up."""
        daemon = self.daemon()
        await daemon.on_air()
        stuck = open_video(daemon)
        self.addCleanup(stuck.close)
        daemon.signal(signal.SIGTERM)
        self.assertEqual(await daemon.ended(), 0)

    async def test_R40_a_page_that_waits_ends_too(self) -> None:
        """While the stream is offline there are pages that wait for it; they end cleanly."""
        daemon = self.daemon('[encoder]\nprogram = "no-such-ffmpeg"\n')
        await until(clock(), "the site", lambda: daemon.output, lambda text: "Next try" in text)
        link = socket.create_connection(("127.0.0.1", daemon.port), timeout=20)
        link.sendall(b"GET /player HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(clock(), "the words", lambda: link.recv(4000, socket.MSG_PEEK), lambda data: b"offline" in data)
        daemon.signal(signal.SIGTERM)
        await deferToThread(read_to_end, link)
        self.assertEqual(await daemon.ended(), 0)

    async def test_R40_a_second_sigterm_ends_at_once(self) -> None:
        """Whatever the first one still waits for; ffmpeg goes along."""
        daemon = self.daemon()
        await daemon.on_air()
        (encoder,) = daemon.encoder()
        slow = socket.create_connection(("127.0.0.1", daemon.port))
        self.addCleanup(slow.close)
        slow.sendall(b"GET / HT")  # the first one waits for the rest of it
        await deferToThread(fetch, daemon, "/")
        daemon.signal(signal.SIGTERM)
        await until(clock(), "the first one's words", lambda: "a second signal" in daemon.output)
        daemon.signal(signal.SIGTERM)
        self.assertEqual(await daemon.ended(), 1)
        await until(clock(), "the encoder's end", lambda: not running(encoder))

    async def test_R42_a_storm_of_signals_ends_nothing(self) -> None:
        """SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2, SIGHUP, many of each."""
        daemon = self.daemon()
        await daemon.on_air()
        for _ in range(50):
            for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP):
                daemon.signal(number)
        status, _, _ = await deferToThread(fetch, daemon, "/")
        self.assertEqual((status, len(daemon.encoder())), (200, 1))

    async def test_R08_R43_after_kill_9_nothing_is_left_over_and_the_next_one_starts(self) -> None:
        """The encoder goes with the daemon; the old socket and lock are in nobody's way."""
        first = self.daemon()
        await first.on_air()
        (encoder,) = first.encoder()
        first.signal(signal.SIGKILL)
        await first.ended()
        await until(clock(), "the encoder's end", lambda: not running(encoder))
        self.assertTrue((first.state / "web.sock").exists())
        second = self.daemon(folder=first.folder, port=first.port)
        await second.on_air(times=2)  # both write into one file
        status, _, _ = await deferToThread(fetch, second, "/")
        self.assertEqual(status, 200)

    async def test_R01_the_encoder_killed_and_the_same_response_goes_on(self) -> None:
        """A viewer's connection sees no end, and the daemon says that it is on air again."""
        daemon = self.daemon()
        await daemon.on_air()
        link = open_video(daemon)
        self.addCleanup(link.close)
        (encoder,) = daemon.encoder()
        os.kill(encoder, signal.SIGKILL)
        await daemon.on_air(times=2)
        link.setblocking(False)
        received = bytearray()

        def more() -> int:
            with contextlib.suppress(BlockingIOError):
                received.extend(link.recv(1 << 20))
            return received.count(b"moof")

        before = more()
        await until(clock(), "fragments of the new run", more, lambda count: count > before + 20)


class ReloadTests(DaemonCase):
    """SIGHUP."""

    async def test_R41_a_new_title_touches_nothing_else(self) -> None:
        """The page has it; the encoder is the same process, and the viewer's response goes on."""
        daemon = self.daemon()
        await daemon.on_air()
        encoder = daemon.encoder()
        daemon.config.write_text('[stream]\ntitle = "A new title"\n' + QUICK)
        daemon.signal(signal.SIGHUP)
        await until(clock(), "the reload", lambda: "[stream]" in daemon.output)
        _, _, body = await deferToThread(fetch, daemon, "/")
        self.assertIn(b"A new title", body)
        self.assertEqual(daemon.encoder(), encoder)

    async def test_R41_another_size_starts_another_encoder(self) -> None:
        """At once, and without an end for those who watch."""
        daemon = self.daemon()
        await daemon.on_air()
        encoder = daemon.encoder()
        link = open_video(daemon)
        self.addCleanup(link.close)
        daemon.config.write_text(QUICK.replace("320x180", "480x270"))
        daemon.signal(signal.SIGHUP)
        await daemon.on_air(times=2)
        self.assertNotEqual(daemon.encoder(), encoder)
        self.assertIn("480x270", daemon.output)

    async def test_R34_a_wrong_file_changes_nothing(self) -> None:
        """The log says why."""
        daemon = self.daemon()
        await daemon.on_air()
        encoder = daemon.encoder()
        daemon.config.write_text("[video]\nsize = 5\n")
        daemon.signal(signal.SIGHUP)
        await until(clock(), "the reason", lambda: "stays as it was" in daemon.output)
        self.assertEqual(daemon.encoder(), encoder)


class CheckTests(DaemonCase):
    """``--check``."""

    def check(self, config: str, **environment: str) -> tuple[int, str]:
        """Run it; :return: status and output."""
        daemon = Path(self.mktemp()).absolute()
        daemon.mkdir()
        (daemon / "config.toml").write_text(config)
        words = ["--config", "config.toml", "--state", "state", "--port", str(free_port()), "--check"]
        done = subprocess.run(
            [Path(sys.executable).with_name("twistd"), "onionstream", *words],
            cwd=daemon,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stderr + done.stdout

    def test_all_is_there(self) -> None:
        """The encoders, a font, tor, the source's first picture, state, port: a line each, status 0."""
        status, text = self.check(QUICK)
        self.assertEqual(status, 0, text)
        for word in ("libx264 and aac", "font", "tor 0.", "first picture after", "state directory", "is free"):
            self.assertIn(word, text)

    def test_what_is_missing_is_said_with_what_to_do(self) -> None:
        """No ffmpeg: a line that names the package; status 1."""
        status, text = self.check('[encoder]\nprogram = "no-such-ffmpeg"\n')
        self.assertEqual(status, 1)
        self.assertIn("apt install ffmpeg", text)

    def test_a_screen_that_is_not_there(self) -> None:
        """The source is tried, and what ffmpeg says of it is shown."""
        status, text = self.check('[source]\nkind = "screen"\n[source.screen]\ndisplay = ":987"\nsound = ""\n')
        self.assertEqual(status, 1)
        self.assertRegex(text, r"MISSING +source screen: .*display")

    def test_a_file_that_is_not_there(self) -> None:
        """The same for a file."""
        status, text = self.check('[source]\nkind = "file"\n[source.file]\npaths = ["nowhere.mp4"]\n')
        self.assertEqual(status, 1)
        self.assertRegex(text, r"MISSING +source file: .*nowhere.mp4")


class LeakTests(DaemonCase):
    """What can be seen of the daemon from outside, and what it writes down."""

    async def test_L01_nothing_listens_but_loopback_and_the_socket(self) -> None:
        """One TCP port on 127.0.0.1 and one UNIX socket with a name; nothing else of the daemon or ffmpeg listens."""
        daemon = self.daemon()
        await daemon.on_air()
        owners = [daemon.process.pid, *daemon.encoder()]
        found = [place for pid in owners for place in listening(pid)]
        self.assertEqual(sorted(found), sorted([f"127.0.0.1:{daemon.port}", str(daemon.state / "web.sock")]))

    async def test_L03_it_runs_without_any_network(self) -> None:
        """In a network namespace with nothing but a loopback address: picture, page, and a clean end."""
        inside = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
        daemon = self.daemon(wrapper=inside)
        await daemon.on_air()
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(daemon.state / "web.sock"))
            link.sendall(b"GET /stream.mp4 HTTP/1.1\r\nHost: a\r\n\r\n")
            await until(clock(), "the video", lambda: link.recv(1 << 16, socket.MSG_PEEK), lambda data: b"moof" in data)

    async def test_L10_L16_no_answer_tells_of_the_machine(self) -> None:
        """Statuses of all kinds: no telling header, no name, path or program in any body."""
        daemon = self.daemon()
        await daemon.on_air()
        words = [str(Path.home()), socket.gethostname(), str(daemon.folder), "/home/", "/tmp/", "Traceback", ".py"]
        words += ["twisted", "Twisted", "klein", "ffmpeg", "Lavc", "x264", "werkzeug", "0x7f"]
        words += [getuser()] if getuser() != "root" else []
        for path in (
            "/",
            "/player",
            "/nothing",
            "/../etc/passwd",
            "/broadcaster",
            "/favicon.ico",
            "/robots.txt",
            "/%ff",
        ):
            for method in ("GET", "HEAD", "POST", "PUT", "TRACE", "OPTIONS"):
                _, headers, body = await deferToThread(fetch, daemon, path, method)
                for name in ("Server", "Date", "ETag", "Last-Modified", "X-Powered-By", "Via", "Set-Cookie"):
                    self.assertNotIn(f"\n{name}:", f"\n{headers}", (method, path))
                for word in words:
                    self.assertNotIn(word.encode(), body, (method, path))

    async def test_L50_nothing_of_a_visitor_is_written_down(self) -> None:
        """Addresses, browsers, referrers, paths, wrong passwords: neither in the output nor in the state directory."""
        daemon = self.daemon()
        await daemon.on_air()
        guess = b64encode(b"broadcaster:GUESS_MARK").decode()
        agent = {"User-Agent": "UA_MARK", "Referer": "http://REF_MARK/"}
        for path in ("/?token=TOK_MARK", "/PATH_MARK", "/broadcaster", "/player"):
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

    async def test_R30_a_full_disk(self) -> None:
        """With no byte left for the state directory it starts, streams and ends as ever."""
        disk = self.folder()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
        self.addCleanup(lambda: subprocess.run(["umount", "--lazy", disk], check=True))
        with Path(disk, "filler").open("wb", buffering=0) as filler, self.assertRaises(OSError):
            while True:
                filler.write(bytes(4096))
        daemon = self.daemon(state=disk / "state")
        await daemon.on_air()
        daemon.signal(signal.SIGTERM)
        self.assertEqual(await daemon.ended(), 0)
