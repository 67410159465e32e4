"""Playlists that others write (S17, A24)."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.playlist import KEPT, LARGEST, Playlist, PlaylistError, Segment, is_name, parse

OBS = b"""#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-MAP:URI="init.mp4"
#EXTINF:2.000000,
stream7.m4s
#EXTINF:1.966667,
stream8.m4s
"""
"""What ffmpeg's muxer writes with the recipe for OBS."""

ESCAPES = (
    "../secret.m4s",
    "..",
    ".hidden.m4s",
    "/etc/passwd",
    "sub/stream0.m4s",
    "file:///etc/passwd",
    "http://example.org/stream0.m4s",
    "..\\secret.m4s",
    "x" * 256,
    "\u202e" + "s4m.0",
    "a\x7fb.m4s",
)
"""Names that are no names of files in the folder."""


def with_name(name: str) -> bytes:
    """A playlist with one segment of this name."""
    return f'#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n{name}\n'.encode()


class ParseTests(SynchronousTestCase):
    """``parse``."""

    def refused(self, data: bytes) -> str:
        """:return: what is said about it."""
        return str(self.assertRaises(PlaylistError, parse, data))

    def test_what_ffmpeg_writes(self) -> None:
        """Segments with their numbers, and how long they are at the most."""
        self.assertEqual(
            parse(OBS),
            Playlist(
                segments=(
                    Segment(sequence=7, name="stream7.m4s", init="init.mp4"),
                    Segment(sequence=8, name="stream8.m4s", init="init.mp4"),
                ),
                target=2.0,
            ),
        )

    def test_S17_the_end(self) -> None:
        """It is said by a line of its own."""
        self.assertTrue(parse(OBS + b"#EXT-X-ENDLIST\n").ended)
        self.assertFalse(parse(OBS).ended)

    def test_a_break_and_another_init_segment(self) -> None:
        """Both hold from the next segment on, the break for that one only."""
        more = b'#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init 2.mp4"\n#EXTINF:2,\na.m4s\n#EXTINF:2,\nb.m4s\n'
        told = [(one.init, one.breaks) for one in parse(OBS + more).segments]
        self.assertEqual(told[1:], [("init.mp4", False), ("init 2.mp4", True), ("init 2.mp4", False)])

    def test_other_lines_are_of_no_meaning(self) -> None:
        """Comments, tags nobody knows, empty lines, the line ends of another system, a byte order mark."""
        other = b"\xef\xbb\xbf" + OBS.replace(b"#EXTINF", b"\n# hello\n#EXT-X-NEW:1\n#EXTINF").replace(b"\n", b"\r\n")
        self.assertEqual(parse(other), parse(OBS))

    def test_a_line_that_is_still_being_written(self) -> None:
        """Is left out: half a name is another name."""
        for cut in range(1, len(OBS)):
            with self.subTest(cut=cut):
                names = [one.name for one in parse(OBS[:-cut]).segments]
                self.assertEqual(names, ["stream7.m4s", "stream8.m4s"][: len(names)])

    def test_only_the_newest_are_kept(self) -> None:
        """A playlist that forgets nothing is read as well."""
        many = OBS + b"".join(b"#EXTINF:2,\nstream%d.m4s\n" % number for number in range(9, 5000))
        segments = parse(many).segments
        self.assertEqual((len(segments), segments[-1].sequence), (KEPT, 4999))

    def test_A24_names_that_lead_elsewhere(self) -> None:
        """Segments and init segments are files in the folder itself, or the playlist is refused."""
        for name in ESCAPES:
            with self.subTest(name=name):
                self.assertFalse(is_name(name))
                self.assertIn("not a file in its own folder", self.refused(with_name(name)))
                inside = OBS.replace(b"init.mp4", name.encode())
                self.assertIn("not a file in its own folder", self.refused(inside))

    def test_what_cannot_be_followed(self) -> None:
        """Each with a sentence about what to do."""
        for data, words in (
            (b"<html>\n", "first line is not #EXTM3U"),
            (OBS.replace(b'#EXT-X-MAP:URI="init.mp4"\n', b""), "hls_segment_type=fmp4"),
            (OBS.replace(b'URI="init.mp4"', b'URI="init.mp4",BYTERANGE="10@0"'), "a file of its own"),
            (OBS + b"#EXT-X-BYTERANGE:10@0\n", "a file of its own"),
            (OBS + b"#EXT-X-KEY:METHOD=AES-128\n", "encrypted"),
            (b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n", "lists other playlists"),
            (OBS.replace(b":7\n#EXT-X-MAP", b":-7\n#EXT-X-MAP"), "a number that is none"),
            (OBS.replace(b":7\n#EXT-X-MAP", b":7e9\n#EXT-X-MAP"), "a number that is none"),
            (b"#" * (LARGEST + 1), "more than 1024 KiB"),
        ):
            with self.subTest(words=words):
                self.assertIn(words, self.refused(data))

    def test_no_encryption_is_none(self) -> None:
        """Some writers say so."""
        self.assertEqual(parse(OBS + b"#EXT-X-KEY:METHOD=NONE\n").segments, parse(OBS).segments)

    def test_an_empty_file(self) -> None:
        """Lists nothing; it is being written."""
        self.assertEqual(parse(b""), Playlist())

    @given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda data: OBS + data)))
    @example(b"#EXTM3U\n#EXT-X-TARGETDURATION:" + b"9" * 400 + b"\n")
    @example(b'#EXTM3U\n#EXT-X-MAP:URI="\xff\xfe"\n')
    def test_any_bytes(self, data: bytes) -> None:
        """Are read or refused, and no name leads out of the folder."""
        try:
            found = parse(data)
        except PlaylistError:
            return
        for one in found.segments:
            self.assertTrue(is_name(one.name) and is_name(one.init))
            self.assertFalse(set("/\\\0\n") & set(one.name + one.init))
