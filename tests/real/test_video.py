"""What a real ffmpeg's video becomes on its way through us, judged by ffprobe and ffmpeg."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from twisted.trial.unittest import TestCase

from onionstream.encoder.commands import _CLEAN, _OUTPUT
from onionstream.settings.config import Audio, Config, Source, Video
from onionstream.settings.config import TestSource as Picture
from onionstream.video.samples import Kind
from tests.fakes import FakeResponse
from tests.real.encoding import prepared
from tests.video.onair import OnAir, jumps, received
from tests.video.walk import faults, handler_names, video_samples

LONGEST = 60
"""Seconds that any ffmpeg here may take; each needs about one."""

X264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "30", "-threads:v", "2"]
AT_ONCE = [*X264, "-tune", "zerolatency", "-bf", "0"]
AAC = ["-c:a", "aac", "-b:a", "48k"]


def _picture(rate: str = "30", size: str = "320x180", seconds: float = 3) -> list[str]:
    return ["-f", "lavfi", "-t", str(seconds), "-i", f"testsrc2=s={size}:r={rate}"]


def _tone(rate: int = 48000, seconds: float = 3) -> list[str]:
    return ["-f", "lavfi", "-t", str(seconds), "-i", f"sine=440:r={rate}"]


def encoded(*arguments: str) -> bytes:
    """What ffmpeg writes with these inputs and encoders, and with the muxer's settings of the daemon."""
    return _said(["-v", "error", *arguments, *_CLEAN, *_OUTPUT])[0]


def _said(arguments: list[str]) -> tuple[bytes, str]:
    """What ffmpeg writes on stdout and on stderr."""
    command = ["ffmpeg", "-nostdin", "-hide_banner", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=True)
    return done.stdout, done.stderr.decode()


def served(*runs: bytes, outage: float = 0) -> tuple[OnAir, FakeResponse]:
    """
    A broadcast of these runs of the encoder, and a viewer who has seen all of it.

    :param outage: seconds after each run.
    """
    air = OnAir(seconds=1e6, size=2**30)
    response = FakeResponse()
    for data in runs:
        air.generation += 1
        air.run = air.broadcast.begin_run(air.generation)
        if air.generation == 1:
            air.join(response)
        for start in range(0, len(data), 4000):
            air.run.feed(data[start : start + 4000])
        air.end()
        air.clock.advance(outage)
    return air, response


@dataclass(frozen=True, slots=True)
class Packet:
    """
    A frame as ffprobe sees it.

    :ivar decoded: seconds.
    :ivar shown: seconds.
    """

    decoded: float
    shown: float
    keyframe: bool


class RealVideoTestCase(TestCase):
    """Judges what was served."""

    def judged(self, response: FakeResponse) -> dict[str, tuple[dict[str, str], list[Packet]]]:
        """
        All of it is a file that ffmpeg plays without a word of complaint.

        :return: ffprobe's words about each stream by its codec, and its packets.
        """
        path = Path(self.mktemp())
        path.write_bytes(response.data)
        self.assertEqual(_said(["-v", "warning", "-i", str(path), "-f", "null", "-"])[1], "")
        command = ["ffprobe", "-v", "warning", "-of", "json", "-show_streams", "-show_packets", str(path)]
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=True)
        self.assertEqual(done.stderr, b"")
        told = json.loads(done.stdout)
        packets: dict[int, list[Packet]] = {}
        for one in told["packets"]:
            packet = Packet(float(one["dts_time"]), float(one["pts_time"]), one["flags"].startswith("K"))
            packets.setdefault(one["stream_index"], []).append(packet)
        return {stream["codec_name"]: (stream, packets[stream["index"]]) for stream in told["streams"]}

    def assert_steady(self, packets: list[Packet], step: float) -> None:
        """Frames come every ``step`` seconds, but for one at 0: ffmpeg stretches the first picture by 21 ms."""
        steady = [packet for packet in packets if packet.decoded > 0]
        for index, packet in enumerate(steady):
            self.assertLess(abs(packet.decoded - steady[0].decoded - index * step), 0.001)


class FormatTests(RealVideoTestCase):
    """Every kind of film comes through whole."""

    def test_usual_rates(self) -> None:
        """Size, number of frames, keyframes, distance of frames."""
        rates = {
            "30": 30.0, "30000/1001": 30000 / 1001, "24": 24.0, "24000/1001": 24000 / 1001, "25": 25.0, "60": 60.0,
            "12.5": 12.5,
        }  # fmt: skip
        for rate, number in rates.items():
            _, response = served(encoded(*_picture(rate), *_tone(), *AT_ONCE, *AAC))
            told = self.judged(response)
            stream, packets = told["h264"]
            self.assertEqual((stream["width"], stream["height"]), (320, 180))
            self.assertIn(len(packets), (int(3 * number), int(3 * number) + 1), rate)
            self.assertEqual([one.keyframe for one in packets], [index % 30 == 0 for index in range(len(packets))])
            self.assert_steady(packets, 1 / number)
            self.assertEqual(len(told["aac"][1]), 142)
            self.assert_steady(told["aac"][1], 1024 / 48000)

    def test_pictures_that_are_shown_in_another_order(self) -> None:
        """B-frames: decode times rise, times of showing do not, and each is shown once."""
        for sound in ([], _tone()):
            _, response = served(encoded(*_picture(), *sound, *X264, "-bf", "2", *AAC))
            packets = self.judged(response)["h264"][1]
            self.assertEqual(len(packets), 90)
            self.assertTrue(all(before.decoded < after.decoded for before, after in pairwise(packets)))
            self.assertFalse(all(before.shown < after.shown for before, after in pairwise(packets)))
            shown = sorted(packet.shown for packet in packets)
            for before, after in pairwise(shown[1:]):
                self.assertAlmostEqual(after - before, 1 / 30, places=4)

    def test_rates_of_sound(self) -> None:
        """Mono and stereo, from 8 to 96 kHz."""
        for rate, channels in ((8000, 1), (44100, 2), (48000, 1), (88200, 2), (96000, 2)):
            _, response = served(encoded(*_picture(), *_tone(rate), *AT_ONCE, *AAC, "-ac", str(channels)))
            stream, packets = self.judged(response)["aac"]
            self.assertEqual((int(stream["sample_rate"]), int(stream["channels"])), (rate, channels))
            self.assertLess(abs(len(packets) * 1024 / rate - 3.1), 0.2)
            self.assert_steady(packets, 1024 / rate)

    def test_one_kind_alone(self) -> None:
        """A silent film, and sound without a picture; nothing of the other."""
        _, silent = served(encoded(*_picture(), *AT_ONCE))
        told = self.judged(silent)
        self.assertEqual((list(told), len(told["h264"][1])), (["h264"], 90))
        air, dark = served(encoded(*_tone(44100), *AAC, "-ac", "2"))
        told = self.judged(dark)
        self.assertEqual((list(told), len(told["aac"][1])), (["aac"], 131))
        self.assertTrue(all(one.keyframe for one in air.window.everything))

    def test_sound_that_starts_late(self) -> None:
        """It starts late, all of it; the picture does not wait."""
        _, response = served(encoded(*_picture(), "-itsoffset", "1.3", *_tone(seconds=1.7), *AT_ONCE, *AAC))
        told = self.judged(response)
        self.assertEqual(len(told["h264"][1]), 90)
        self.assertLess(abs(told["aac"][1][0].decoded - 1.3), 0.05)
        self.assert_steady(told["aac"][1], 1024 / 48000)

    def test_frames_that_are_missing(self) -> None:
        """A picture that stands still for a second in the middle: what follows is at its right time."""
        gap = "select='not(between(n,40,69))'"
        data = encoded(*_picture(), *_tone(), "-vf", gap, "-fps_mode", "passthrough", *AT_ONCE, *AAC)
        packets = self.judged(served(data)[1])["h264"][1]
        self.assertEqual(len(packets), 60)
        self.assertAlmostEqual(packets[40].decoded - packets[39].decoded, 31 / 30, places=2)


class RestartTests(RealVideoTestCase):
    """Two runs of the encoder, one after the other, in one response."""

    def test_an_outage_and_another_size(self) -> None:
        """Both are decoded to their last frame, and the gap between them is as long as the outage."""
        sources = [[*_picture(size=size, seconds=2), *_tone(seconds=2)] for size in ("320x180", "640x360")]
        runs = [encoded(*source, *AT_ONCE, *AAC) for source in sources]
        _, response = served(*runs, outage=5)
        told = self.judged(response)
        packets = told["h264"][1]
        self.assertEqual(len(packets), 120)
        self.assertTrue(5.0 <= packets[60].decoded < 5.0 + 1024 / 48_000)  # whole frames of sound later
        sizes = {tuple(line.split(",")[:2]) for line in self._frames(response)}
        self.assertEqual(sizes, {("320", "180"), ("640", "360")})

    def test_no_outage_at_all(self) -> None:
        """A run that begins before the one before has been shown: they do not overlap, with B-frames or without."""
        runs = [encoded(*_picture(seconds=2), *X264, "-bf", bframes) for bframes in ("2", "0", "2")]
        packets = self.judged(served(*runs)[1])["h264"][1]
        self.assertEqual(len(packets), 180)
        for before, after in pairwise((packets[:60], packets[60:120], packets[120:])):
            self.assertLessEqual(max(one.shown for one in before), after[0].decoded)

    def _frames(self, response: FakeResponse) -> list[str]:
        """Width and height of every frame that comes out of the decoder."""
        path = Path(self.mktemp())
        path.write_bytes(response.data)
        words = "-v error -select_streams v -show_entries frame=width,height -of csv=p=0"
        command = ["ffprobe", *words.split(), str(path)]
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=True)
        return done.stdout.decode().split()


class CleanTests(RealVideoTestCase):
    """L-30 to L-32, L-34: nothing of what ffmpeg leaves behind goes out."""

    def test_L30_L31_L32_with_the_daemons_own_command(self) -> None:
        """Every box, every NAL unit and every byte of what viewers get of the test picture."""
        settings = Config(
            source=Source(kind="test", test=Picture()), video=Video(size="320x180"), audio=Audio(channels=2)
        )
        arguments = prepared(settings, confined=False).arguments
        data, _ = _said(["-v", "error", *arguments[1:-1], "-t", "2", arguments[-1]])
        self._assert_clean(data, pictures=60)

    def test_L30_L31_L32_with_everything_that_ffmpeg_writes_by_itself(self) -> None:
        """Without any of the flags that ask it not to: names, dates, settings, language, chapters, GPS."""
        named = ["title=T", "comment=libobs", "location=+52.5+13.4/", "creation_time=2026-01-02T03:04:05Z"]
        tags = [word for tag in named for word in ("-metadata", tag)]
        tracks = ["-metadata:s:v", "handler_name=OBS Handler", "-metadata:s:a", "language=deu"]
        flags = "frag_every_frame+empty_moov+default_base_moof+faststart+write_colr"
        words = ["-v", "error", *_picture(), *_tone(), *AT_ONCE, *AAC, *tags, *tracks, "-flags:a", "+bitexact"]
        data, _ = _said([*words, "-write_prft", "wallclock", "-f", "mp4", "-movflags", flags, "pipe:1"])
        before = "\n".join(faults(data))
        for fault in ("x264", "Lav", "prft", "udta", "OBS", "a language", "a time in", "type 6"):
            self.assertIn(fault, before)
        self._assert_clean(data, pictures=90)

    def test_L32_a_name_in_the_sound_is_taken_out(self) -> None:
        """The AAC encoder of ffmpeg writes its name into its first frame, unless asked not to; so do others'."""
        words = ["-v", "error", *_tone(seconds=1), *AAC, "-fflags", "+bitexact", "-f", "mp4"]
        data, _ = _said([*words, "-movflags", "empty_moov+frag_keyframe+default_base_moof", "pipe:1"])
        self.assertIn(b"Lavc", data.partition(b"mdat")[2])
        self.assertNotIn(b"Lavc", served(data)[1].data)

    def _assert_clean(self, data: bytes, *, pictures: int) -> None:
        air, response = served(data)
        sent = received(response, air.window.everything)
        self.assertEqual(faults(response.data), [])
        self.assertEqual(handler_names(response.data), [b"\0", b"\0"])
        self.assertEqual(len(list(video_samples(response.data))), pictures)
        self.assertEqual(sum(len(run.samples) for one in sent for run in one.runs if run.kind is Kind.VIDEO), pictures)
        self.assertEqual((sent, jumps(sent)), (air.window.everything, 0))
