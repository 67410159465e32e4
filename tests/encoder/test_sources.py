"""The input side of ffmpeg's command line, for each kind of source; no ffmpeg is run."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.commands import command
from onionstream.encoder.sources import FORMATS, CommandError
from onionstream.settings.config import (
    CameraSource,
    CommandSource,
    Config,
    ScreenSource,
    Source,
    TestSource,
)
from tests.encoder.commandline import CAMERA, DAEMON, EACH_KIND, HERE, SCREEN, files, follows, value


class TestSourceTests(SynchronousTestCase):
    """The test picture."""

    def test_it_has_a_clock_where_there_is_a_font(self) -> None:
        """The time since the start, which is nobody's secret; a font's odd name is no trouble."""
        filters = value(command(Config(), HERE), "-vf")
        self.assertIn(r"drawtext=fontfile=/fonts/it\\\'s \[1\]\\:2.ttf:text=%{pts\\:hms}", filters)
        self.assertNotIn("drawtext", value(command(Config(), replace(HERE, font="")), "-vf"))

    def test_L36_the_wall_clock_code_is_drawn_only_when_asked_for(self) -> None:
        """It tells this machine's clock."""
        code = Config(source=Source(test=TestSource(code=True)))
        self.assertIn("RTCTIME", value(command(code, HERE), "-vf"))
        self.assertNotIn("RTCTIME", value(command(Config(), HERE), "-vf"))

    def test_it_comes_at_its_own_speed(self) -> None:
        """Picture and sound both wait for the clock."""
        self.assertEqual(command(Config(), HERE).arguments.count("-re"), 2)


class FileSourceTests(SynchronousTestCase):
    """Files and lists of files."""

    def test_L04_a_name_is_never_a_protocol(self) -> None:
        """``file:`` stands before it, and nothing but files may be opened."""
        made = command(files("/a/concat:b|c.mp4"), HERE)
        self.assertEqual(value(made, "-i"), "file:/a/concat:b|c.mp4")
        self.assertEqual(value(made, "-protocol_whitelist"), "file")

    def test_L04_each_known_ending_forces_its_format(self) -> None:
        """Also in capital letters."""
        for ending, form in FORMATS.items():
            made = command(files(f"/a.{ending.upper()}"), HERE)
            self.assertTrue(follows(made, "-f", form, "-i"), ending)

    def test_L04_lists_that_can_name_addresses_are_refused(self) -> None:
        """Playlists, ffmpeg's own lists, and names without an ending; the error lists what is known."""
        for name in ("/a.m3u8", "/a.ffconcat", "/a.txt", "/a.sdp", "/a.mpd", "/a", "concat:/a", "/a.mp4|"):
            with self.assertRaises(CommandError) as raised:
                command(files(name), HERE)
            self.assertIn("mp4", str(raised.exception))

    def test_several_files_are_a_list_on_stdin(self) -> None:
        """Each as a file, in order; only the formats and protocols of these files may be opened."""
        made = command(files("/a.mp4", "/b.mov"), HERE)
        first = b"file 'file:/a.mp4'\noption format_whitelist mov\n"
        second = b"file 'file:/b.mov'\noption format_whitelist mov\n"
        self.assertEqual(made.stdin, b"ffconcat version 1.0\n" + first + second)
        self.assertEqual(value(made, "-i"), "pipe:0")
        self.assertEqual(value(made, "-format_whitelist"), "concat,mov")
        self.assertEqual(value(made, "-protocol_whitelist"), "file,pipe")

    @given(st.text(st.characters(exclude_characters="\n\r\0", exclude_categories=["Cs"]), min_size=1))
    def test_any_name_can_be_in_a_list(self, name: str) -> None:
        """Read as ffmpeg's av_get_token() reads it, each line gives the name back."""
        made = command(files(f"/{name}.mp4", "/b.mp4"), HERE)
        line = made.stdin.decode().split("\n")[1]
        self.assertEqual(token(line.removeprefix("file ")), f"file:/{name}.mp4")

    def test_a_list_cannot_hold_a_name_with_a_line_break(self) -> None:
        """Its lines are all it has; the error names the file."""
        with self.assertRaises(CommandError) as raised:
            command(files("/a\nb.mp4", "/b.mp4"), HERE)
        self.assertIn(r"'/a\nb.mp4'", str(raised.exception))

    def test_a_list_holds_files_of_one_kind(self) -> None:
        """Ffmpeg 5.1 falls silent when the next file is of another, and does not say why; the error names both."""
        with self.assertRaises(CommandError) as raised:
            command(files("/a.mp4", "/b.mov", "/c.mkv"), HERE)
        self.assertIn('"/b.mov" and "/c.mkv"', str(raised.exception))

    def test_files_loop_at_their_own_speed(self) -> None:
        """Both for one and for several."""
        for config in (files("/a.mp4"), files("/a.mp4", "/b.mp4")):
            self.assertTrue(follows(command(config, HERE), "-re", "-stream_loop", "-1"))


class CaptureTests(SynchronousTestCase):
    """Screens and cameras."""

    def test_the_screen_of_the_configuration_goes_before_the_desktop_s(self) -> None:
        """Also in the environment."""
        made = command(Config(source=Source(kind="screen", screen=ScreenSource(display=":7"))), HERE)
        self.assertTrue(follows(made, "-i", ":7"))
        self.assertEqual(made.environment["DISPLAY"], ":7")

    def test_a_region_is_cut_out(self) -> None:
        """Its size and where it begins."""
        made = command(Config(source=Source(kind="screen", screen=ScreenSource(region="1280x720+10+20"))), HERE)
        self.assertTrue(follows(made, "-video_size", "1280x720", "-grab_x", "10", "-grab_y", "20", "-i", ":0"))

    def test_without_a_screen_the_error_says_what_to_set(self) -> None:
        """Neither the configuration nor the environment names one."""
        with self.assertRaises(CommandError) as raised:
            command(SCREEN, replace(HERE, environment={}))
        self.assertIn("display in [source.screen]", str(raised.exception))

    def test_L36_the_screen_s_clock_is_off_by_default(self) -> None:
        """And where it is wanted it is UTC and needs a font."""
        wanted = Config(source=Source(kind="screen", screen=ScreenSource(clock=True)))
        self.assertNotIn("gmtime", value(command(SCREEN, HERE), "-vf"))
        self.assertIn("gmtime", value(command(wanted, HERE), "-vf"))
        with self.assertRaises(CommandError):
            command(wanted, replace(HERE, font=""))

    def test_picture_and_sound_are_lined_up(self) -> None:
        """Two inputs, of which the second follows the first one's clock."""
        made = command(SCREEN, HERE)
        self.assertTrue(follows(made, "-isync", "0", "-i", "default"))
        self.assertTrue(follows(made, "-map", "0:v:0", "-map", "1:a:0"))

    def test_a_screen_without_sound_has_one_input(self) -> None:
        """An empty name is no sound server."""
        made = command(Config(source=Source(kind="screen", screen=ScreenSource(sound=""))), HERE)
        self.assertEqual(made.arguments.count("-i"), 1)
        self.assertNotIn("1:a:0", made.arguments)

    def test_a_camera_s_wishes_are_asked_for(self) -> None:
        """Size and rate where they are given, and an ALSA microphone by its name."""
        camera = CameraSource(device="/dev/video2", size="1280x720", rate=25, sound="alsa:hw:1,0")
        made = command(Config(source=Source(kind="camera", camera=camera)), HERE)
        self.assertTrue(follows(made, "-video_size", "1280x720", "-framerate", "25", "-i", "/dev/video2"))
        self.assertTrue(follows(made, "-f", "alsa", "-isync", "0", "-i", "hw:1,0"))
        self.assertNotIn("-framerate", command(CAMERA, HERE).arguments)

    def test_L03_the_network_is_left_to_those_that_need_it(self) -> None:
        """A screen or sound server elsewhere, be it through ssh on the same machine."""
        near = [{"DISPLAY": ":0"}, {"DISPLAY": "unix:0"}, DAEMON, DAEMON | {"PULSE_SERVER": "/run/pulse"}]
        far = [{"DISPLAY": "localhost:10.0"}, {"DISPLAY": "desk:0"}, DAEMON | {"PULSE_SERVER": "tcp:desk:4713"}]
        for environment in near:
            self.assertFalse(command(SCREEN, replace(HERE, environment=environment)).network, str(environment))
        for environment in far:
            self.assertTrue(command(SCREEN, replace(HERE, environment=environment)).network, str(environment))
        self.assertFalse(command(Config(), replace(HERE, environment={"DISPLAY": "desk:0"})).network)

    def test_only_sound_servers_may_write_files(self) -> None:
        """They share memory as files; everything else writes none."""
        self.assertEqual(command(Config(), HERE).file_size, 0)
        self.assertEqual(command(SCREEN, HERE).file_size, 2**27)


class SoundTests(SynchronousTestCase):
    """The sound of sources that are not made for us."""

    def test_holes_in_the_sound_are_filled(self) -> None:
        """Silence where it begins late, as a sound server's does, or where a file's is shorter than its picture."""
        for kind in ("file", "files", "screen", "camera", "command"):
            self.assertEqual(value(command(EACH_KIND[kind], HERE), "-af"), "aresample=async=1:first_pts=0", kind)


class CommandSourceTests(SynchronousTestCase):
    """A person's own input."""

    def test_the_words_are_kept_and_protocols_added(self) -> None:
        """Before each ``-i``, and after all that the person wrote."""
        words = ("-f", "lavfi", "-i", "testsrc2", "-f", "wav", "-i", "/a.wav")
        made = command(Config(source=Source(kind="command", command=CommandSource(input=words))), HERE)
        only = ("-protocol_whitelist", "file", "-i")
        self.assertTrue(follows(made, "-f", "lavfi", *only, "testsrc2", "-f", "wav", *only, "/a.wav"))

    def test_capture_opens_the_way_to_screen_and_sound(self) -> None:
        """Where the person asks for it."""
        own = CommandSource(input=("-f", "x11grab", "-i", ":0"), capture=True)
        made = command(Config(source=Source(kind="command", command=own)), HERE)
        self.assertIn("DISPLAY", made.environment)
        self.assertIn("XDG_RUNTIME_DIR", made.environment)


def token(text: str) -> str:
    """:return: what FFmpeg's av_get_token() makes of a word: quotes are taken off, and a backslash quotes too."""
    found, inside, position = "", False, 0
    while position < len(text):
        one = text[position]
        if one == "'":
            inside = not inside
        elif one == "\\" and not inside:
            position += 1
            found += text[position]
        else:
            found += one
        position += 1
    return found
