"""
The life of a real daemon: start, signals, crashes, a full disk, a configuration read again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
from base64 import b64encode
from pathlib import Path

from PIL import Image
from twisted.internet.threads import deferToThread

from tests.real.daemon import QUICK, DaemonCase, clock, fetch, open_video, read_to_end, running
from tests.real.waiting import PATIENCE, until
from tests.web.onion import line
from tests.web.wire import get


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
        self.assertEqual((status, b"<iframe" in body), (200, True))
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
        self.assertEqual(modes, dict.fromkeys(("lock", "secrets", "web.sock", "control.sock"), "0o600"))

    async def test_the_site_is_on_the_unix_socket_too(self) -> None:
        """The same page, for tor, after tor's line."""
        daemon = self.daemon()
        await daemon.on_air()
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(daemon.state / "web.sock"))
            link.sendall(line(7) + get())
            await until(
                clock(), "the page", lambda: link.recv(1 << 16, socket.MSG_PEEK), lambda data: b"200 OK" in data
            )

    async def test_D84_on_the_unix_socket_nobody_is_answered_without_tors_line(self) -> None:
        """The connection is cut; the port of the loopback address knows no such line."""
        daemon = self.daemon()
        await daemon.on_air()
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(daemon.state / "web.sock"))
            link.sendall(get())
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(await deferToThread(link.recv, 100), b"")
        with socket.create_connection(("127.0.0.1", daemon.port)) as link:
            link.sendall(line(7) + get())
            self.assertEqual((await deferToThread(link.recv, 100))[:12], b"HTTP/1.1 400")

    async def test_D34_a_circuit_has_a_budget_and_the_loopback_port_has_none(self) -> None:
        """The fourth video of a circuit is refused; nothing of the circuit is written down."""
        daemon = self.daemon()
        await daemon.on_air()
        links = [socket.socket(socket.AF_UNIX) for _ in range(4)]
        for link in links:
            self.addCleanup(link.close)
            link.connect(str(daemon.state / "web.sock"))
            link.sendall(line(0x4711BEEF) + get("/stream.mp4"))
        told = [(await deferToThread(link.recv, 12))[-3:] for link in links]
        self.assertEqual(told, [b"200", b"200", b"200", b"429"])
        local = [open_video(daemon) for _ in range(5)]
        self.assertEqual([(await deferToThread(link.recv, 12))[-3:] for link in local], [b"200"] * 5)
        for link in local:
            link.close()
        daemon.signal(signal.SIGTERM)
        await daemon.ended()
        for name in ("4711", "beef", str(0x4711BEEF), str(0xBEEF)):
            self.assertNotIn(name, daemon.output)

    async def test_R30_a_full_disk(self) -> None:
        """With no byte left for the state directory it starts, streams and ends as ever."""
        disk = self.folder()
        fill = f'mount -t tmpfs -o size=64k tmpfs {disk} && head -c 1M /dev/zero >{disk}/filler; exec "$@"'
        daemon = self.daemon(
            state=disk / "state", wrapper=("unshare", "--map-root-user", "--mount", "sh", "-c", fill, "sh")
        )
        await daemon.on_air()
        self.assertIn("No space left", daemon.output)
        daemon.signal(signal.SIGTERM)
        self.assertEqual(await daemon.ended(), 0)


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
        link = socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE)
        link.sendall(b"GET /player HTTP/1.1\r\nHost: localhost\r\n\r\n")
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

    async def test_A55_the_folder_of_emotes_is_looked_at_again(self) -> None:
        """Also when nothing in the configuration has changed; a file that is none is named."""
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        Image.new("RGB", (8, 8)).save(folder / "cat.png")
        daemon = self.daemon(f'{QUICK}\n[chat]\nemotes = "{folder}"\n')
        await until(clock(), "one emote", lambda: "Emotes: 1." in daemon.output)
        Image.new("RGB", (8, 8), "red").save(folder / "dog.png")
        (folder / "bad.png").touch()
        daemon.signal(signal.SIGHUP)
        await until(clock(), "two emotes", lambda: "Emotes: 2." in daemon.output)
        self.assertIn(
            "WARN: Not all of [chat] emotes is used: 'bad.png' is no picture that can be read.", daemon.output
        )

    async def test_R34_a_wrong_file_changes_nothing(self) -> None:
        """The log says why."""
        daemon = self.daemon()
        await daemon.on_air()
        encoder = daemon.encoder()
        daemon.config.write_text("[video]\nsize = 5\n")
        daemon.signal(signal.SIGHUP)
        await until(clock(), "the reason", lambda: "stays as it was" in daemon.output)
        self.assertEqual(daemon.encoder(), encoder)
