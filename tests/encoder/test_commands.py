"""ffmpeg's command line and environment: what holds for each source, and the output side; no ffmpeg is run."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.commands import command, slate
from onionstream.settings.config import (
    Audio,
    Config,
    Video,
)
from onionstream.video.samples import AudioTrack
from tests.encoder.commandline import CAMERA, EACH_KIND, HERE, SCREEN, follows, value


class EveryCommandTests(SynchronousTestCase):
    """What holds for each kind of source."""

    def test_D71_the_command_line_is_defensive(self) -> None:
        """A full path first, no interaction, bounded allocation, threads and queues."""
        for kind, config in EACH_KIND.items():
            made = command(config, HERE)
            self.assertEqual(made.arguments[0], "/usr/bin/ffmpeg", kind)
            for words in (
                ("-nostdin",),
                ("-loglevel", "level+warning"),
                ("-max_alloc", "268435456"),
                ("-threads:v", "2"),
                ("-max_muxing_queue_size", "1024"),
            ):
                self.assertTrue(follows(made, *words), f"{kind}: {words}")

    def test_L04_every_input_has_its_format_forced(self) -> None:
        """Between one ``-i`` and the next stands ``-f``: ffmpeg never guesses."""
        for kind, config in EACH_KIND.items():
            words = list(command(config, HERE).arguments)
            while "-i" in words:
                before, words = words[: words.index("-i")], words[words.index("-i") + 2 :]
                self.assertIn("-f", before, kind)

    def test_D73_the_environment_is_a_fixed_few(self) -> None:
        """Language and time zone are everybody's, and nothing else comes through."""
        for kind in ("test", "file", "files", "command"):
            made = command(EACH_KIND[kind], HERE)
            self.assertEqual(made.environment, {"PATH": "/usr/bin", "LANG": "C.UTF-8", "TZ": "UTC"}, kind)

    def test_L53_capture_adds_the_way_to_screen_and_sound(self) -> None:
        """Only what reaches them; the cookie for the screen is looked for in the home directory."""
        made = command(SCREEN, HERE)
        self.assertEqual(
            made.environment,
            {
                "PATH": "/usr/bin",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                "DISPLAY": ":0",
                "XAUTHORITY": "/home/alice/.Xauthority",
                "PULSE_SERVER": "unix:/run/user/1000/pulse/native",
                "XDG_RUNTIME_DIR": "/run/user/1000",
            },
        )

    def test_L53_a_screen_without_sound_learns_nothing_of_the_sound_server(self) -> None:
        """And a camera nothing of the screen."""
        silent = replace(SCREEN, audio=Audio(enabled=False))
        self.assertNotIn("XDG_RUNTIME_DIR", command(silent, HERE).environment)
        self.assertNotIn("DISPLAY", command(CAMERA, HERE).environment)

    def test_L30_metadata_is_left_behind(self) -> None:
        """No tags, no chapters, and encoders that do not sign their work."""
        for kind, config in EACH_KIND.items():
            made = command(config, HERE)
            for words in (
                ("-map_metadata", "-1"),
                ("-map_chapters", "-1"),
                ("-fflags", "+bitexact"),
                ("-flags:v", "+bitexact"),
                ("-flags:a", "+bitexact"),
            ):
                self.assertTrue(follows(made, *words), f"{kind}: {words}")

    def test_the_output_is_a_fragment_for_each_frame_on_stdout(self) -> None:
        """Fragmented MP4, flushed, and no trailer."""
        for kind, config in EACH_KIND.items():
            made = command(config, HERE)
            flags = "frag_every_frame+empty_moov+default_base_moof+skip_trailer"
            self.assertTrue(follows(made, "-f", "mp4", "-movflags", flags), kind)
            self.assertEqual(made.arguments[-3:], ("-flush_packets", "1", "pipe:1"), kind)

    def test_the_text_says_what_is_sent(self) -> None:
        """For the terminal and the broadcaster's page."""
        text = "test picture, 640x360, 30 frames a second, 400 kbit/s, sound 48 kbit/s"
        self.assertEqual(command(Config(), HERE).text, text)
        self.assertIn("no sound", command(Config(audio=Audio(enabled=False)), HERE).text)


class EncodingTests(SynchronousTestCase):
    """The output side."""

    def test_a_keyframe_comes_as_often_as_asked(self) -> None:
        """Every 2 s at 25 frames a second are 50 frames, and no scene change adds one."""
        made = command(Config(video=Video(rate=25, keyframes=2.0)), HERE)
        self.assertEqual((value(made, "-g"), value(made, "-keyint_min"), value(made, "-r")), ("50", "50", "25"))
        self.assertEqual((value(made, "-sc_threshold"), value(made, "-bf")), ("0", "0"))

    def test_the_bitrate_is_kept_within_each_second(self) -> None:
        """Mean, maximum and buffer are the same."""
        made = command(Config(video=Video(bitrate=700)), HERE)
        self.assertEqual([value(made, option) for option in ("-b:v", "-maxrate", "-bufsize")], ["700k"] * 3)

    def test_the_picture_is_fitted_into_its_size(self) -> None:
        """Whole, with bars, square pixels, and in a pixel format that every player shows."""
        filters = value(command(Config(video=Video(size="854x480")), HERE), "-vf")
        for part in ("pad=854:480:", "setsar=1", "format=yuv420p"):
            self.assertIn(part, filters)

    def test_sound_is_aac_at_48_kHz(self) -> None:
        """In as many channels and kbit/s as asked."""
        made = command(Config(audio=Audio(bitrate=64, channels=2)), HERE)
        self.assertTrue(follows(made, "-c:a", "aac", "-ar", "48000", "-ac", "2", "-b:a", "64k"))

    def test_a_slate_is_like_the_sound_that_is_on_air(self) -> None:
        """Where the settings do not say what that is, since somebody else has made it."""
        sound = AudioTrack(rate=44100, channels=2, timescale=44100, config=b"")
        for config in (Config(), Config(audio=Audio(enabled=False))):
            made = slate(config, HERE, sound)
            self.assertEqual((value(made, "-ar"), value(made, "-ac")), ("44100", "2"))
        self.assertEqual((value(slate(Config(), HERE), "-ar"), value(slate(Config(), HERE), "-ac")), ("48000", "1"))

    def test_without_sound_none_is_opened(self) -> None:
        """Neither encoder nor input."""
        made = command(Config(audio=Audio(enabled=False)), HERE)
        self.assertIn("-an", made.arguments)
        self.assertEqual(made.arguments.count("-i"), 1)

    def test_memory_is_bounded_for_software_only(self) -> None:
        """Drivers map as much as they like."""
        self.assertEqual(command(Config(), HERE).address_space, 2 * 2**30)
        self.assertEqual(command(Config(video=Video(encoder="h264_nvenc")), HERE).address_space, 0)

    def test_vaapi_gets_its_device_and_pictures_in_its_memory(self) -> None:
        """The device stands before all inputs."""
        made = command(Config(video=Video(encoder="h264_vaapi", device="/dev/dri/renderD129")), HERE)
        self.assertLess(made.arguments.index("-vaapi_device"), made.arguments.index("-i"))
        self.assertTrue(value(made, "-vf").endswith("format=nv12,hwupload"))

    def test_every_encoder_makes_a_command(self) -> None:
        """Presets and tunings of libx264 are for libx264 alone."""
        for encoder in ("h264_nvenc", "h264_qsv", "h264_v4l2m2m", "h264_vaapi"):
            made = command(Config(video=Video(encoder=encoder)), HERE)
            self.assertEqual(value(made, "-c:v"), encoder)
            self.assertNotIn("zerolatency", made.arguments)
