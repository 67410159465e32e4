"""Every kind of source that this machine can have, encoded by a real ffmpeg; and what none of them may do."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import cast

from PIL import Image
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IReactorTCP
from twisted.internet.protocol import Protocol, ServerFactory

from onionstream.encoder.supervisor import State, Supervisor
from onionstream.settings.config import Audio, CommandSource, Config, ScreenSource, Source, TestSource, Video
from onionstream.video.samples import Kind
from tests.real.clockcode import read_code
from tests.real.encoding import EncoderTestCase, child_of, playing, prepared
from tests.real.screen import Screen

SILENT = Audio(enabled=False)


def own(*words: str, capture: bool = False) -> Config:
    """:return: a configuration with a person's own input; nobody has looked at the words."""
    return Config(source=Source(kind="command", command=CommandSource(input=words, capture=capture)))


def film(test: EncoderTestCase, name: str, *, size: str = "320x240", seconds: float = 1) -> str:
    """:return: the path of a short film with this name."""
    path = Path(test.mktemp()).absolute() / name
    path.parent.mkdir()
    made = f"-f lavfi -i testsrc2=size={size}:rate=25:duration={seconds} -f lavfi -i sine=duration={seconds}"
    made += " -metadata title=secret-title -metadata location=+47.3-008.5/ -c:v libx264 -preset ultrafast -c:a aac"
    subprocess.run(["ffmpeg", "-loglevel", "error", *made.split(), f"file:{path}"], check=True)
    return str(path)


class SourceTests(EncoderTestCase):
    """Each kind gives pictures, and sound where it has any."""

    async def test_the_test_picture(self) -> None:
        """Needs nothing."""
        await self.see_source(Config())

    async def test_the_test_picture_without_sound(self) -> None:
        """Video alone is a stream too."""
        await self.see_pictures(self.start(prepared(Config(audio=SILENT))))
        self.assertEqual(self.air.count(Kind.AUDIO), 0)

    async def test_one_file_goes_on_after_its_end(self) -> None:
        """A film of a second, with the oddest of names, twice and more."""
        await self.see_source(playing(film(self, "it's a\nconcat:film.mp4")), pictures=70)
        self.check_sound()

    async def test_several_files_follow_each_other(self) -> None:
        """Names that mean something to ffmpeg elsewhere, and sizes that differ, are no trouble."""
        names = ("a 'quoted' file.mp4", "-dash.mp4", "concat:x|y.mp4", r"back\slash.mp4", "http:x.mp4")
        films = [film(self, name, size="480x270" if "dash" in name else "320x240", seconds=0.4) for name in names]
        await self.see_source(playing(*films), pictures=100)
        self.check_sound()

    async def test_files_of_other_kinds(self) -> None:
        """Matroska and MPEG-TS follow each other and begin again."""
        for ending in ("mkv", "ts"):
            names = (f"a.{ending}", f"b.{ending}")
            supervisor = self.start(prepared(playing(*(film(self, name, seconds=0.4) for name in names))))
            await self.see_pictures(supervisor, 40)
            await supervisor.stopService()
        self.assertEqual(self.air.runs, [1, 1])

    async def test_a_command_of_one_s_own(self) -> None:
        """Two inputs, of which ffmpeg chooses picture and sound itself."""
        await self.see_source(own("-re", "-f", "lavfi", "-i", "mandelbrot=rate=30", "-f", "lavfi", "-i", "anullsrc"))

    async def test_a_screen(self) -> None:
        """A real X server, of which a region is grabbed and the clock drawn over it."""
        screen = Screen.start(640, 480)
        self.addCleanup(screen.stop)
        source = ScreenSource(display=screen.display, region="320x240+10+20", sound="", clock=True)
        settings = Config(source=Source(kind="screen", screen=source))
        await self.see_pictures(self.start(prepared(settings)))

    async def test_the_wall_clock_code_can_be_read_from_every_frame(self) -> None:
        """Checksums are right, times do not run backwards, and each lies within the test's own time."""
        settings = Config(
            source=Source(test=TestSource(code=True)), audio=SILENT, video=Video(size="640x360", bitrate=2000)
        )
        begun = time.time_ns() // 1_000_000
        await self.see_pictures(self.start(prepared(settings)), 40)
        ended = time.time_ns() // 1_000_000
        since = [(stamp - begun) % 2**24 for stamp in self.read_codes()]
        self.assertGreaterEqual(len(since), 40)
        self.assertEqual(since, sorted(since))
        self.assertLessEqual(since[-1], ended - begun)

    async def test_L30_L32_what_a_file_says_about_itself_is_not_sent(self) -> None:
        """Neither its title nor its place; and the sound's encoder does not sign its frames."""
        await self.see_source(playing(film(self, "a.mp4")))
        for secret in (b"secret-title", b"+47.3", b"Lavf"):
            self.assertNotIn(secret, bytes(self.air.raw))
        sound = b"".join(sample.data for sample in self.air.samples if sample.kind is Kind.AUDIO)
        self.assertNotIn(b"Lavc", sound)

    async def see_source(self, settings: Config, pictures: int = 20) -> None:
        """Wait for pictures and sound."""
        await self.see_pictures(self.start(prepared(settings)), pictures)
        self.assertGreater(self.air.count(Kind.AUDIO), 0)
        self.assertEqual(self.air.runs, [1])

    def check_sound(self) -> None:
        """Every frame of sound stands where the one before ended (ffmpeg 5.1 needs -min_frag_duration for that)."""
        times = [sample.decode_time for sample in self.air.samples if sample.kind is Kind.AUDIO]
        self.assertEqual(times, list(range(times[0], times[0] + 1024 * len(times), 1024)))

    def read_codes(self) -> list[int]:
        """:return: the time in each picture so far; one that cannot be read is an error."""
        path = Path(self.mktemp())
        path.write_bytes(self.air.raw)
        decode = f"ffmpeg -loglevel error -i {path} -f rawvideo -pix_fmt rgb24 -fps_mode passthrough pipe:1"
        pixels = subprocess.run(decode.split(), check=True, stdout=subprocess.PIPE).stdout
        frame = 640 * 360 * 3
        pictures = [pixels[start : start + frame] for start in range(0, len(pixels) - frame + 1, frame)]
        stamps = [read_code(Image.frombytes("RGB", (640, 360), one)) for one in pictures]
        self.assertNotIn(None, stamps)
        return [stamp for stamp in stamps if stamp is not None]


class ConfinedTests(EncoderTestCase):
    """What a source may name, and ffmpeg must not reach (L-04, L-53)."""

    async def test_L04_an_address_as_input_connects_to_nothing(self) -> None:
        """Neither an input nor a filter that opens what it likes gets to a listener on this machine."""
        port, connections = self.listener()
        for words in (
            ("-f", "mov", "-i", f"http://127.0.0.1:{port}/x.mp4"),
            ("-f", "lavfi", "-i", f"movie=http\\\\://127.0.0.1\\\\:{port}/x.mp4"),
        ):
            await self.see_failure(self.start(prepared(own(*words))))
        self.assertEqual(connections, [])

    async def test_L04_without_the_confinement_that_filter_does_connect(self) -> None:
        """So the test above tells something: ffmpeg's own list of protocols is not enough."""
        port, connections = self.listener()
        words = ("-f", "lavfi", "-i", f"movie=http\\\\://127.0.0.1\\\\:{port}/x.mp4")
        await self.see_failure(self.start(prepared(own(*words), confined=False)))
        self.assertNotEqual(connections, [])

    async def test_L04_a_list_in_a_film_s_clothes_opens_nothing(self) -> None:
        """Playlists and lists of files that end like films, alone and in a list: nobody is asked, nothing played."""
        port, connections = self.listener()
        forbidden = film(self, "forbidden.mp4")
        address = f"http://127.0.0.1:{port}/x"
        for name, text in (
            ("a.mp4", f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}.ts\n#EXTINF:1,\n{forbidden}\n"),
            ("b.mp4", f"ffconcat version 1.0\nfile {forbidden}\nfile {address}.mp4\n"),
            ("c.mkv", f"ffconcat version 1.0\nfile {forbidden}\n"),
            ("d.mp4", f"<?xml version='1.0'?><MPD><BaseURL>{address}</BaseURL></MPD>"),
            ("concat:e.mp4|http:f.mp4", "no film"),
            ("subfile,,start,0,end,9,,:g.mp4", "no film"),
            ("data:text,h.mp4", "no film"),
        ):
            path = Path(self.mktemp()).absolute() / name
            path.parent.mkdir()
            path.write_text(text)
            for paths in ((str(path),), (str(path), str(path))):
                await self.see_failure(self.start(prepared(playing(*paths))))
        self.assertEqual(connections, [])

    async def test_L53_a_running_ffmpeg_shows_nothing_of_the_daemon(self) -> None:
        """Its environment is the allowlist and no more, its command line what we gave it; and three files are open."""
        made = prepared()
        supervisor = self.start(made)
        await self.see_pictures(supervisor)
        (pid,) = child_of(os.getpid())
        environment = Path(f"/proc/{pid}/environ").read_text().rstrip("\0").split("\0")
        self.assertEqual(sorted(environment), sorted(f"{name}={value}" for name, value in made.environment.items()))
        self.assertEqual(sorted(made.environment), ["LANG", "PATH", "TZ"])
        line = Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
        self.assertEqual(line, list(made.arguments[-len(line) :]))
        self.assertEqual(line[0], made.program)
        self.assertEqual(sorted(one.name for one in Path(f"/proc/{pid}/fd").iterdir()), ["0", "1", "2"])

    async def test_D71_the_kernel_holds_ffmpeg_to_its_limits(self) -> None:
        """No network but its own empty one, no core, few files, none of any size, bounded memory, a lower priority."""
        supervisor = self.start(prepared())
        await self.see_pictures(supervisor)
        (pid,) = child_of(os.getpid())
        rows = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
        limits = {row[4:25].strip(): row[26:].split()[0] for row in rows}
        wanted = {"core file size": "0", "open files": "64", "file size": "0", "address space": str(2**31)}
        self.assertEqual({name: limits[name] for name in wanted}, wanted)
        self.assertNotEqual(Path(f"/proc/{pid}/ns/net").readlink(), Path("/proc/self/ns/net").readlink())
        self.assertIn("NoNewPrivs:\t1", Path(f"/proc/{pid}/status").read_text())
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, pid), min(19, os.getpriority(os.PRIO_PROCESS, 0) + 5))
        self.assertNotEqual(os.getpgid(pid), os.getpgid(0))

    async def see_failure(self, supervisor: Supervisor) -> None:
        """Wait until a run has ended in failure, and stop."""
        await self.see("a failure", lambda: supervisor.status().state, lambda state: state is State.WAITING)
        await supervisor.stopService()
        self.assertEqual(self.air.samples, [])

    def listener(self) -> tuple[int, list[str]]:
        """:return: a TCP port on which somebody listens, and a list that grows with each connection."""
        connections: list[str] = []

        class Counting(Protocol):
            """Notes that somebody came, and hangs up."""

            def connectionMade(self) -> None:
                """Somebody came."""
                connections.append(str(self.transport))
                if self.transport is not None:
                    self.transport.loseConnection()

        factory = ServerFactory()
        factory.protocol = Counting
        port = cast("IReactorTCP", self.reactor).listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        return cast("IPv4Address", port.getHost()).port, connections
