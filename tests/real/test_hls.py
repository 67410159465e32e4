"""The video as HLS, in players that take it: ffmpeg and what is built on it, and Chromium (S18 to S20)."""

from __future__ import annotations

import os
import re
import signal
import subprocess

from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from tests.real.clockcode import Rectangle, read_code
from tests.real.daemon import QUICK, Daemon, DaemonCase, clock, fetch
from tests.real.screen import Screen
from tests.real.test_watching import CODE, HEIGHT, WIDTH, WatchingCase
from tests.real.tollgate import Tollgate
from tests.real.waiting import until


async def listed(daemon: Daemon, least: int) -> str:
    """The playlist, when it lists so many segments."""
    while True:
        text: bytes = (await deferToThread(fetch, daemon, "/stream.m3u8"))[2]
        if text.count(b"#EXTINF") >= least:
            return text.decode()
        await deferLater(clock(), 0.5)


class FfmpegTests(DaemonCase):
    """What most players are built on."""

    def play(self, daemon: Daemon, seconds: float) -> tuple[str, list[str]]:
        """Play for so long; :return: what ffmpeg complained about, and a line for each frame."""
        words = ["ffmpeg", "-v", "error", "-i", f"{daemon.url}stream.m3u8", "-t", str(seconds), "-map", "0"]
        words += ["-f", "framemd5", "-"]
        done = subprocess.run(words, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        lines = done.stdout.decode().splitlines()
        return done.stderr.decode(), [line for line in lines if not line.startswith("#")]

    async def test_S18_it_plays(self) -> None:
        """Picture and sound, as many frames of each as there are in that time."""
        daemon = self.daemon()
        await daemon.on_air()
        complaints, frames = await deferToThread(self.play, daemon, 5)
        self.assertEqual(complaints, "")
        self.assertIn(sum(line.startswith("0,") for line in frames), range(145, 156))
        self.assertIn(sum(line.startswith("1,") for line in frames), range(225, 240))

    async def test_S25_another_size_in_the_middle(self) -> None:
        """The playlist tells of it, and has another init segment from there on."""
        daemon = self.daemon()
        await daemon.on_air()
        daemon.config.write_text(QUICK.replace("320x180", "480x270"))
        daemon.signal(signal.SIGHUP)
        await daemon.on_air(times=2)
        text = await listed(daemon, 5)
        self.assertEqual(re.findall(r"init\d+", text), ["init1", "init2"])
        self.assertIn("#EXT-X-DISCONTINUITY\n", text)
        complaints, _ = await deferToThread(self.play, daemon, 8)
        self.assertEqual(complaints, "")

    async def test_S20_when_the_stream_has_ended_nothing_is_left(self) -> None:
        """Neither the playlist nor what it listed."""
        daemon = self.daemon()
        await daemon.on_air()
        await listed(daemon, 3)
        daemon.config.write_text('[encoder]\nprogram = "no-such-ffmpeg"\n')
        daemon.signal(signal.SIGHUP)
        await until(clock(), "the end", lambda: daemon.output, lambda output: "Off air." in output)
        for path in ("/stream.m3u8", "/init.mp4", "/stream1.m4s"):
            self.assertEqual((await deferToThread(fetch, daemon, path))[0], 404)


class ChromiumTests(WatchingCase):
    """Chromium plays HLS by itself since version 142; scripts off, in a page that has nothing but the video."""

    browser_name = "chromium"

    def code(self, screen: Screen) -> int | None:
        """In the corner of the page."""
        return read_code(screen.picture(), Rectangle(0, 0, 640, 360))

    async def test_S18_R01_the_picture_moves_and_comes_back(self) -> None:
        """Also after the encoder was killed, and came back with another size; nobody touches anything."""
        daemon = self.daemon(CODE)
        await daemon.on_air()
        gate = Tollgate(clock(), daemon.port)  # type: ignore[arg-type]  # the reactor is both
        self.addCleanup(gate.close)
        gate.page = b"<body style='margin: 0'><video src=/stream.m3u8 width=640 height=360 autoplay muted></video>"
        screen = self.screen(WIDTH, HEIGHT)
        self.viewer = self.browser(self.browser_name, screen, f"{gate.url}page")
        await self.moves(screen, "a moving picture")
        os.kill(daemon.encoder()[0], signal.SIGKILL)
        await daemon.on_air(times=2)
        await self.moves(screen, "the picture after the restart")
        daemon.config.write_text(CODE.replace("320x180", "480x270"))
        daemon.signal(signal.SIGHUP)
        await daemon.on_air(times=3)
        await self.moves(screen, "the picture in another size")
        self.assertGreater(gate.asked["/stream.m3u8"], 2)
        self.assertEqual(gate.asked["/stream.mp4"], 0)
