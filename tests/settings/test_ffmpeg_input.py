"""What a person may hand to ffmpeg himself, and what would reach a network, a file, or ffmpeg's output side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.settings.ffmpeg_input import InputError, check

GOOD = (
    "-f lavfi -i testsrc2=size=640x360:rate=30",
    "-re -f lavfi -i testsrc2=size=640x360:rate=30[out0];sine=frequency=440:sample_rate=48000[out1]",
    "-re -f lavfi -i color=c=black@0.5,drawtext=text='10\\:00,_movie=x;[a]':fontsize=20",
    "-f lavfi -i testsrc2@first=rate=5,scale=w=iw/2:h=-2",
    "-f v4l2 -framerate 30000/1001 -video_size 1280x720 -i /dev/video0 -f alsa -thread_queue_size 512 -i hw:1,0",
    "-f x11grab -draw_mouse 0 -i :0.0+10,20 -f pulse -i @DEFAULT_SOURCE@",
    "-f kmsgrab -device /dev/dri/card0 -i -",
    "-f fbdev -i /dev/fb0",
    "-re -stream_loop -1 -ss 00:01:02.5 -itsoffset -0.5 -f matroska -i /srv/films/a:b.mkv",
    "-f mov -c:v h264 -c:a:0 aac -fflags +genpts -i file:/srv/films/a.mp4",
    "-f image2 -loop 1 -pattern_type glob -i /srv/*.png",
)

BAD = (
    # words, and what is said about them
    ("", "the last two words must be -i and its input"),
    ("-re", "the last two words must be -i and its input"),
    ("-f lavfi -i", "-i must have a value"),
    ("-f lavfi", "the last two words must be -i and its input"),
    ("-f lavfi -i testsrc2 -re", "the last two words must be -i and its input"),
    ("-f lavfi -i testsrc2 -t 5", "the last two words must be -i and its input"),
    ("-f lavfi -i testsrc2 /tmp/out.mkv", "`/tmp/out.mkv` stands where an option must"),
    ("/tmp/out.mkv -f lavfi -i testsrc2", "ffmpeg would take it for an output file"),
    ("-re /tmp/out.mkv -f lavfi -i testsrc2", "`/tmp/out.mkv` stands where an option must"),
    ("- -f lavfi -i testsrc2", "`-` stands where an option must"),
    ("-- -f lavfi -i testsrc2", "`--` stands where an option must"),
    ("-/filter_complex /x -f lavfi -i testsrc2", "stands where an option must"),
    ("testsrc2", "stands where an option must"),
    # options that reach out, write, or belong elsewhere
    ("-protocol_whitelist file,http -f mov -i /a", "onionstream itself says which protocols"),
    ("-report -f mov -i /a", "it writes a file"),
    ("-progress http://example.org/ -f mov -i /a", "it writes to a file or an address"),
    ("-y -f mov -i /a", "it is for output files"),
    ("-safe 0 -f mov -i /a", "it lets a list of files name addresses"),
    ("-vf movie=/x -f mov -i /a", "filters are no part of the input"),
    ("-af amovie=/x -f mov -i /a", "filters are no part of the input"),
    ("-lavfi testsrc2 -f mov -i /a", "filters are no part of the input"),
    ("-filter_complex movie=/x -f mov -i /a", "filters are no part of the input"),
    ("-filter_complex_script /x -f mov -i /a", "-filter_complex_script` is not allowed"),
    ("-filter_script:v /x -f mov -i /a", "is not allowed"),
    ("-map 0 -f mov -i /a", "onionstream chooses among the streams"),
    ("-vstats_file /x -f mov -i /a", "is not allowed"),
    ("-passlogfile /x -f mov -i /a", "is not allowed"),
    ("-sdp_file /x -f mov -i /a", "is not allowed"),
    ("-dump_attachment:t /x -f mov -i /a", "is not allowed"),
    ("-attach /x -f mov -i /a", "is not allowed"),
    ("-fpre /x -f mov -i /a", "is not allowed"),
    ("-enable_drefs 1 -f mov -i /a", "is not allowed"),
    ("-http_proxy http://example.org -f mov -i /a", "is not allowed"),
    ("-server example.org -f pulse -i default", "is not allowed"),
    ("-graph_file /x -f lavfi -i testsrc2", "is not allowed"),
    ("-init_hw_device vaapi=x:example.org:0 -f mov -i /a", "is not allowed"),
    ("-autorotate /tmp/out.mkv -f mov -i /a", "is not allowed"),
    ("-framrate 30 -f v4l2 -i /dev/video0", "did you mean -framerate?"),
    # values that could be an address, or hide an option
    ("-hwaccel_device example.org:0 -f mov -i /a", "`example.org:0` behind -hwaccel_device could be an address"),
    ("-device tcp://example.org -f kmsgrab -i -", "behind -device could be an address"),
    ("-video_size -i -f mov -i /a", "`-i` behind -video_size could be an address or another option"),
    ("-r concat|x -f mov -i /a", "behind -r could be an address"),
    # formats
    ("-i /a.mkv", "-f and a format must stand before `-i /a.mkv`"),
    ("-f mov -i /a -i /b", "-f and a format must stand before `-i /b`"),
    ("-f tee -i /a", "the format `-f tee` is not allowed"),
    ("-f concat -i /list", "the format `-f concat` is not allowed"),
    ("-f hls -i /a.m3u8", "the format `-f hls` is not allowed"),
    ("-f dash -i /a.mpd", "the format `-f dash` is not allowed"),
    ("-f rtsp -i /a", "the format `-f rtsp` is not allowed"),
    ("-f sdp -i /a", "the format `-f sdp` is not allowed"),
    ("-f libndi_newtek -i x", "is not allowed"),
    ("-f mpegst -i /a", "did you mean mpegts?"),
    ("-f mov,hls -i /a", "the format `-f mov,hls` is not allowed"),
    # what stands behind -i
    ("-f mov -i a.mp4", "is not a path in full on this machine"),
    ("-f mov -i -", "is not a path in full on this machine"),
    ("-f matroska -i pipe:0", "is not a path in full on this machine"),
    ("-f v4l2 -i video0", 'is not a device file, such as "/dev/video0"'),
    ("-f x11grab -i example.org:0", 'is not a screen of this machine, such as ":0"'),
    ("-f x11grab -i :0\n", "is not a screen of this machine"),
    ("-f alsa -i file:/tmp/x", "is not a sound device"),
    ("-f alsa -i tee:hw,/tmp/x", "is not a sound device"),
    ("-f alsa -i shm:example.org", "is not a sound device"),
    ("-f pulse -i a/b", "is not the name of a sound source"),
    # graphs
    ("-f lavfi -i movie=/x.mp4", "the filter `movie` is not allowed"),
    ("-f lavfi -i amovie=/x.mp4", "the filter `amovie` is not allowed"),
    ("-f lavfi -i testsrc2,metadata=print:file=/x", "the filter `metadata` is not allowed"),
    ("-f lavfi -i testsrc2,zmq", "the filter `zmq` is not allowed"),
    ("-f lavfi -i testsrc2;[a]movie@b=x", "the filter `movie` is not allowed"),
    ("-f lavfi -i color=c='red',movie='x", "cannot be read from `movie='x` on"),
    ("-f lavfi -i mo\\vie=x", "cannot be read from `mo\\vie=x` on"),
    ("-f lavfi -i 'movie'=x", "cannot be read"),
    ("-f lavfi -i [a']testsrc2[b'];movie=x[']", "cannot be read"),
    ("-f lavfi -i sws_flags=1;movie=x", "the filter `sws_flags` is not allowed"),
    ("-f lavfi -i testsrc2;", "cannot be read"),
    ("-f lavfi -i tetsrc2", "did you mean testsrc2?"),
)

ADDRESSES = """
    http://example.org/x https://example.org/x HTTP://example.org/ rtmp://example.org rtsp://example.org
    tcp://127.0.0.1:1 tcp:127.0.0.1:1 udp://@:1 srt://example.org tls://example.org unix:/run/socket
    concat:/a|/b subfile,,start,0,end,9,,:/a data:,x crypto:/a crypto+file:/a async:/a cache:/a file:http://x
    ftp://example.org sftp://example.org gopher://example.org hls+http://example.org rtp://@:1 zmq:tcp://@:1
"""


def complaint(words: str) -> str:
    """:return: what is said about words with one space between; empty when they are good."""
    try:
        check(tuple(words.split(" ")) if words else ())
    except InputError as problem:
        return str(problem)
    return ""


class CheckTests(SynchronousTestCase):
    """``check``."""

    def test_D72_what_stays_on_this_machine_passes(self) -> None:
        """Devices, files and generated pictures with the options that belong to them."""
        self.assertEqual([], [(words, said) for words in GOOD if (said := complaint(words))])

    def test_D72_L04_what_could_leave_it_is_refused(self) -> None:
        """Each with a sentence that says why, or what would be right."""
        wrong = [(words, said) for words, sentence in BAD if sentence not in (said := complaint(words)) or not said]
        self.assertEqual([], wrong)

    def test_D72_L04_an_address_is_refused_as_input(self) -> None:
        """Every way in which ffmpeg opens something else than a file of this machine."""
        said = {address: complaint(f"-f mov -i {address}") for address in ADDRESSES.split()}
        self.assertEqual([], [one for one in said.items() if "is not a path in full on this machine" not in one[1]])

    def test_every_sentence_is_one_line(self) -> None:
        """Also when the words hold something that would begin another."""
        rows = [words for words, _ in BAD] + ["\n", "-f \n", "-f lavfi -i \n\n", "-f mov -i \x1b[2J", "-r -\n"]
        self.assertEqual([], [said for words in rows if not (said := complaint(words)).isprintable() or not said])

    @given(st.lists(st.sampled_from([*" ".join(GOOD).split(" "), "/x", "", "-y", "out.mkv", "-"]), max_size=8))
    def test_what_passes_ends_with_an_input_and_has_a_format_for_each(self, words: list[str]) -> None:
        """However the words are mixed: nothing is left over that ffmpeg would write to."""
        try:
            check(words)
        except InputError:
            return
        self.assertEqual("-i", words[-2])
        self.assertLessEqual(words.count("-i"), words.count("-f"))

    @given(st.text("testsrc2movie,;=[]'\\ \n@", max_size=30))
    def test_a_graph_that_passes_holds_no_other_filter_outside_of_quotes(self, graph: str) -> None:
        """With its quotes and escapes gone, what stands between commas and semicolons begins with a filter we know."""
        try:
            check(("-f", "lavfi", "-i", graph))
        except InputError:
            return
        self.assertEqual([], [name for name in _filters(graph) if name != "testsrc2"])


def _filters(graph: str) -> list[str]:
    """
    The names of a graph's filters, read one character after the other as ffmpeg's av_get_token does.

    :return: each name, without labels and instance names.
    """
    pieces, quoted, escaped = [""], False, False
    for character in graph:
        if escaped or quoted:
            quoted, escaped = quoted and character != "'", False
            pieces[-1] += "x"
        elif character in "'\\":
            quoted, escaped = character == "'", character == "\\"
        elif character in ",;":
            pieces.append("")
        else:
            pieces[-1] += character
    return [piece.split("=")[0].split("]")[-1].split("@")[0].split("[")[0].strip() for piece in pieces]
