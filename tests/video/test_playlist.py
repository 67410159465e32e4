"""The window as an HLS playlist (S18 to S20)."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.demux import Demuxer
from onionstream.video.fragment import Fragmenter
from onionstream.video.mux import init_segment
from onionstream.video.playlist import LISTED, Segments
from onionstream.video.samples import Kind, Sample
from onionstream.video.timeline import Timeline
from onionstream.video.window import Window
from tests.video.onair import OnAir, a_slate
from tests.video.streams import film, tracks


class Stream:
    """
    A window that fills.

    :ivar window: of 60 seconds.
    :ivar segments: of it.
    """

    def __init__(self, seconds: float = 60) -> None:
        """:param seconds: of the window."""
        self.window = Window(seconds, 1 << 25)
        self.segments = Segments(self.window)
        self._timeline, self._fragmenter = Timeline(), Fragmenter(0.1)
        self._now = 0.0
        self._runs = 0

    def run(self, seconds: float, *, size: tuple[int, int] = (320, 180), gap: float = 0.0, keyframes: int = 30) -> None:
        """Another run of an encoder, from its first to its last frame; it begins ``gap`` seconds after the last."""
        self._runs += 1
        self._now += gap
        sent = tracks(size=size)
        self._timeline.begin(sent)
        self._fragmenter.begin(sent, self._runs)
        for frame in film(seconds, keyframes=keyframes):
            placed = self._timeline.place(frame.sample(), self._now)
            if placed is not None:
                for fragment in self._fragmenter.add(placed):
                    self.window.append(fragment)
        for fragment in self._fragmenter.cut():
            self.window.append(fragment)
        self._now += seconds

    def text(self) -> str:
        """The playlist."""
        return self.segments.playlist(lambda name: name) or ""

    def numbers(self) -> list[int]:
        """Of the segments that it lists."""
        return [int(number) for number in re.findall(r"^stream(\d+)\.m4s$", self.text(), re.MULTILINE)]

    def samples(self, number: int) -> list[Sample]:
        """What is in a segment."""
        init = init_segment(tracks())
        data = b"".join(self.segments.segment(number) or ())
        return [one for one in Demuxer().feed(init + data) if isinstance(one, Sample)]


class PlaylistTests(SynchronousTestCase):
    """``Segments``."""

    def setUp(self) -> None:
        """An empty window."""
        self.stream = Stream()

    def test_S18_without_three_complete_segments_there_is_no_playlist(self) -> None:
        """At the beginning of a stream: players begin so far before its end."""
        self.assertIsNone(self.stream.segments.playlist(str))
        self.stream.run(6)
        self.assertIsNone(self.stream.segments.playlist(str))
        self.stream.run(1)
        self.assertIsNotNone(self.stream.segments.playlist(str))

    def test_what_is_in_a_playlist(self) -> None:
        """Three segments of two seconds, of seven that were sent: the last one is not complete."""
        self.stream.run(7)
        self.assertEqual(
            self.stream.text(),
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:2\n"
            "#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n"
            '#EXT-X-MAP:URI="init1.mp4"\n'
            "#EXTINF:2.000,\nstream1.m4s\n#EXTINF:2.000,\nstream2.m4s\n#EXTINF:2.000,\nstream3.m4s\n",
        )

    def test_L33_no_clock_is_in_it(self) -> None:
        """Neither a date nor a time of day; names are numbers that count from 1."""
        self.stream.run(7)
        self.assertNotIn("DATE", self.stream.text())
        self.assertEqual(self.stream.numbers(), [1, 2, 3])

    def test_addresses_are_made_by_the_caller(self) -> None:
        """Of the segments and of their init segment."""
        self.stream.run(7)
        text = self.stream.segments.playlist(lambda name: f"{name}?r=x") or ""
        self.assertEqual(
            re.findall(r"\w+\.(?:mp4|m4s)\S*", text)[1:], [f"stream{number}.m4s?r=x" for number in (1, 2, 3)]
        )
        self.assertIn('URI="init1.mp4?r=x"', text)

    def test_every_frame_is_in_one_segment(self) -> None:
        """Each begins with a keyframe, and they follow each other without a hole."""
        self.stream.run(21)
        ends: dict[Kind, int] = {}
        for number in self.stream.numbers():
            samples = self.stream.samples(number)
            self.assertTrue(next(one for one in samples if one.kind is Kind.VIDEO).keyframe)
            for one in samples:
                self.assertEqual(one.decode_time, ends.get(one.kind, one.decode_time))
                ends[one.kind] = one.decode_time + one.duration
        self.assertEqual(ends[Kind.VIDEO], 20 * 90_000)

    def test_fragments_are_those_that_others_get(self) -> None:
        """Nothing is copied."""
        self.stream.run(7)
        pieces = self.stream.segments.segment(1)
        first = self.stream.window.get(1)
        assert pieces is not None and first is not None
        self.assertIs(pieces[0], first.data)

    def test_the_playlist_moves_on(self) -> None:
        """It lists half a minute; the numbers go on, and what slid out of it can still be had for a while."""
        self.stream.run(50)
        numbers = self.stream.numbers()
        self.assertEqual((len(numbers), numbers[-1]), (LISTED / 2, 24))
        self.assertIn(f"#EXT-X-MEDIA-SEQUENCE:{numbers[0]}\n", self.stream.text())
        self.assertIsNotNone(self.stream.segments.segment(1))
        self.assertIsNone(self.stream.segments.segment(25))
        self.assertIsNone(self.stream.segments.segment(0))

    def test_what_has_left_the_window_is_gone(self) -> None:
        """Its memory is free."""
        stream = Stream(10)
        stream.run(7)
        self.assertEqual(stream.numbers(), [1, 2, 3])
        stream.run(20)
        self.assertIsNone(stream.segments.segment(1))

    def test_S25_another_size_is_another_init_segment(self) -> None:
        """After a break that the playlist tells of; the segments before it keep theirs."""
        self.stream.run(7)
        self.stream.run(7, size=(640, 360), gap=1)
        text = self.stream.text()
        self.assertEqual(re.findall(r'URI="(.*)"', text), ["init1.mp4", "init2.mp4"])
        self.assertIn('#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init2.mp4"\n', text)
        self.assertEqual(self.stream.segments.init(1), init_segment(tracks()))
        self.assertEqual(self.stream.segments.init(2), init_segment(tracks(size=(640, 360))))
        self.assertEqual(self.stream.segments.init(), self.stream.segments.init(2))

    def test_S25_the_same_settings_are_a_break_only(self) -> None:
        """Times have a gap there."""
        self.stream.run(7)
        self.stream.run(7, gap=3)
        text = self.stream.text()
        self.assertEqual(re.findall(r'URI="(.*)"', text), ["init1.mp4"])
        self.assertEqual(text.count("#EXT-X-DISCONTINUITY\n"), 1)
        self.assertNotIn("#EXTINF:4", text)

    def test_breaks_that_slid_out_are_counted(self) -> None:
        """A player knows by that where it is (RFC 8216, 4.3.3.3)."""
        self.stream.run(7)
        self.stream.run(40)
        self.assertIn("#EXT-X-DISCONTINUITY-SEQUENCE:2\n", self.stream.text())
        self.assertNotIn("#EXT-X-DISCONTINUITY\n", self.stream.text())

    def test_S20_after_the_end_of_a_stream_nothing_is_left(self) -> None:
        """Numbers go on with the next one, so that nobody has two things by one name."""
        self.stream.run(9)
        self.assertEqual(self.stream.numbers(), [1, 2, 3, 4])
        self.stream.window.clear()
        self.assertEqual((self.stream.text(), self.stream.segments.segment(1)), ("", None))
        self.assertIsNone(self.stream.segments.init(1))
        self.stream.run(7)
        self.assertEqual(self.stream.numbers(), [5, 6, 7])
        self.assertIn('URI="init', self.stream.text())

    def test_S25_the_silence_of_an_outage_makes_no_segment_longer(self) -> None:
        """Players stay three of the longest ones behind, for ever. A moment of sound before a picture stays."""
        for quiet, slate in ((0.0, a_slate()), (1.0, a_slate()), (0.0, None)):
            air = OnAir(slate=slate, quiet=quiet)
            segments = Segments(air.window)
            air.begin()
            air.go(8.5)
            air.join()
            self.assertIn("TARGETDURATION:2\n", segments.playlist(str) or "")
            air.end()
            air.go(7)
            air.begin()
            air.go(9)
            text = segments.playlist(str) or ""
            self.assertIn("TARGETDURATION:2\n", text)
            self.assertLess(max(map(float, re.findall("EXTINF:([0-9.]+)", text))), 2.5)
            whole = [segments.segment(number) or () for number in range(1, 9)]
            self.assertTrue(all(whole), quiet)

    def test_keyframes_that_are_far_apart(self) -> None:
        """Make long segments, and the playlist says how long; that never becomes less."""
        self.stream.run(13, keyframes=120)
        self.assertIn("#EXT-X-TARGETDURATION:4\n", self.stream.text())
        self.stream.run(40)
        self.assertIn("#EXT-X-TARGETDURATION:4\n", self.stream.text())

    def test_nobody_asked_for_long(self) -> None:
        """Then there is a break, and the rest of the window."""
        stream = Stream(10)
        stream.run(7)
        self.assertEqual(stream.numbers(), [1, 2, 3])
        stream.run(60)
        self.assertEqual(stream.numbers()[0], 4)
        self.assertLessEqual(len(stream.numbers()), 5)

    @given(st.lists(st.tuples(st.floats(0.2, 9), st.sampled_from((180, 360)), st.floats(0, 3)), max_size=8))
    def test_any_runs(self, runs: list[tuple[float, int, float]]) -> None:
        """Whenever it is asked for: numbers rise by one, all that is listed is there, and a name means one thing."""
        stream = Stream(20)
        known: dict[int, tuple[bytes, ...]] = {}
        for seconds, height, gap in runs:
            stream.run(seconds, size=(320, height), gap=gap)
            numbers = stream.numbers()
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))) if numbers else [])
            longest = int(re.findall(r"TARGETDURATION:(\d+)", stream.text())[0]) if numbers else 0
            for number in numbers:
                pieces = stream.segments.segment(number)
                assert pieces
                self.assertEqual(known.setdefault(number, pieces), pieces)
            for told in re.findall(r"EXTINF:([\d.]+)", stream.text()):
                self.assertLessEqual(round(float(told)), longest)
            for told in re.findall(r"init(\d+)", stream.text()):
                self.assertIsNotNone(stream.segments.init(int(told)))
