"""A real daemon that follows a folder into which a real writer writes (S17, S25, L-30 to L-32)."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from twisted.internet.threads import deferToThread

from onionstream.video.demux import Demuxer
from onionstream.video.samples import Kind, Sample
from tests.real.daemon import QUICK, Daemon, DaemonCase, clock, fetch, open_video
from tests.real.obs import RECIPE, Obs
from tests.real.waiting import until

FOLDER = """
[source]
kind = "folder"

[source.folder]
path = "segments"
"""

MARKS = (b"Lavc", b"Lavf", b"x264", b"libx264", b"MARK", b"OBS", b"Handler")
"""Words that tell of a writer."""


class Viewer:
    """
    A connection that asks for the video once.

    :ivar data: the body as far as it has come.
    :ivar ended: the response is over.
    """

    def __init__(self, daemon: Daemon) -> None:
        """Ask for it."""
        self.link = open_video(daemon)
        self.link.setblocking(False)
        self.ended = False
        self._received = bytearray()

    @property
    def data(self) -> bytes:
        """What came after the headers."""
        return bytes(self._received).partition(b"\r\n\r\n")[2]

    def pictures(self) -> int:
        """:return: how many have come by now."""
        self._read()
        return sum(1 for one in self.samples() if one.kind is Kind.VIDEO)

    def samples(self) -> list[Sample]:
        """What has come, taken apart."""
        return [one for one in Demuxer().feed(self.data) if isinstance(one, Sample)]

    def _read(self) -> None:
        try:
            while piece := self.link.recv(1 << 20):
                self._received += piece
            self.ended = True
        except BlockingIOError:
            return


class FolderTests(DaemonCase):
    """OBS beside the daemon."""

    def watched(self, config: str = FOLDER + QUICK) -> Daemon:
        """A daemon with an empty folder."""
        folder = self.folder()
        self.segments = folder / "segments"
        self.segments.mkdir()
        return self.daemon(config, folder)

    def obs(self, **more: str) -> Obs:
        """A writer, which ends with the test."""
        writer = Obs(self.segments, **more)
        self.addCleanup(writer.kill)
        return writer

    def viewer(self, daemon: Daemon) -> Viewer:
        """Somebody who watches until the end of the test."""
        viewer = Viewer(daemon)
        self.addCleanup(viewer.link.close)
        return viewer

    async def see(self, what: str, viewer: Viewer, more: int) -> None:
        """Wait until he has got so many pictures more."""
        before = viewer.pictures()
        await until(clock(), what, viewer.pictures, lambda count: count >= before + more)

    async def runs(self, daemon: Daemon, count: int) -> None:
        """Wait for a run."""
        await until(clock(), f"run {count}", lambda: daemon.output, lambda text: f"Run {count} from a folder" in text)

    async def test_S25_one_response_over_a_crash_an_end_and_other_sizes(self) -> None:
        """
        OBS crashes and comes back with another size; it is stopped, and started again: the same response shows it all.

        And nothing in it tells of what wrote it.
        """
        daemon = self.watched()
        first = self.obs()
        await daemon.on_air()
        viewer = self.viewer(daemon)
        await self.see("a picture", viewer, 60)
        first.kill()
        second = self.obs(size="480x270")
        await self.runs(daemon, 2)
        await self.see("the picture after the crash", viewer, 60)
        second.stop()
        await until(clock(), "the end", lambda: daemon.output, lambda text: "has ended its stream" in text)
        self.obs()
        await self.runs(daemon, 3)
        await self.see("the picture after the end", viewer, 60)
        self.assertFalse(viewer.ended)
        for mark in MARKS:
            self.assertNotIn(mark, viewer.data)
        self.assertTrue(any(one.offset for one in viewer.samples()), "B-frames")
        self.check_decodable(viewer.data)

    def check_decodable(self, data: bytes) -> None:
        """Decode all whole boxes of it, without a complaint, with times that rise."""
        path = self.segments.parent / "seen.mp4"
        path.write_bytes(data[: data.rfind(b"moof") - 4])
        words = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0", "-f", "framemd5", "-"]
        done = subprocess.run(words, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.stderr.decode(), "")
        self.assertGreater(done.stdout.count(b"\n"), 300)

    async def test_S17_a_stream_that_ends_and_does_not_come_back(self) -> None:
        """After some seconds the response ends, and there is no video."""
        daemon = self.watched(FOLDER + "stale = 3.0\n" + QUICK)
        writer = self.obs()
        await daemon.on_air()
        viewer = self.viewer(daemon)
        await self.see("a picture", viewer, 30)
        writer.stop()
        await until(clock(), "the end", lambda: (viewer.pictures(), viewer.ended), lambda seen: seen[1])
        status, _, _ = await deferToThread(fetch, daemon, "/stream.mp4")
        self.assertEqual(status, 404)

    async def test_A24_a_writer_that_names_another_file(self) -> None:
        """Nothing of it is read; the broadcaster is told."""
        daemon = self.watched()
        (self.segments.parent / "secret.m4s").write_bytes(b"SECRET_MARK")
        (self.segments / "stream.m3u8").write_text('#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n../secret.m4s\n')
        await until(clock(), "the reason", lambda: daemon.output, lambda text: "not a file in its own folder" in text)
        status, _, _ = await deferToThread(fetch, daemon, "/stream.mp4")
        self.assertEqual(status, 404)

    async def test_shorter_segments_are_nearer(self) -> None:
        """With segments of one second, and as many keyframes, everything works as well."""
        daemon = self.watched()
        self.obs(settings=RECIPE.replace("hls_time=2", "hls_time=1"))
        await daemon.on_air()
        await self.see("a picture", self.viewer(daemon), 60)

    async def test_R41_from_ffmpeg_to_the_folder_and_back(self) -> None:
        """By SIGHUP, while somebody watches: his response goes on."""
        daemon = self.watched(QUICK + "[audio]\nchannels = 2\n" + FOLDER.replace('"folder"', '"test"'))
        self.obs()
        await daemon.on_air()
        viewer = self.viewer(daemon)
        await self.see("the test picture", viewer, 30)
        for kind in ("folder", "test"):
            daemon.config.write_text(daemon.config.read_text().replace(_kind(daemon.config), f'kind = "{kind}"'))
            before = daemon.output.count("On air.")
            daemon.signal(signal.SIGHUP)
            await daemon.on_air(times=before + 1)
            await self.see(f"the picture of {kind}", viewer, 60)
            self.assertEqual(len(daemon.encoder()), kind == "test")
        self.assertFalse(viewer.ended)


def _kind(config: Path) -> str:
    """The line that says what the source is."""
    return next(line for line in config.read_text().splitlines() if line.startswith("kind"))
