"""When the frames of segments go on air."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.playout import ARRIVALS, FRAME, MOST_EARLY, SLACK, Playout
from onionstream.video.errors import VideoError
from onionstream.video.samples import Kind, Sample, Tracks
from tests.encoder.hls import Writer, shifted
from tests.video import streams

LENGTH = 2.0
"""Seconds of a segment."""


def nowhere(_name: str, _data: bytes) -> None:
    """Where the files of these tests go."""


class PlayoutTests(SynchronousTestCase):
    """A run of segments, two seconds each, which come when the test says."""

    def setUp(self) -> None:
        """The run begins at 100 s."""
        self.writer = Writer(nowhere)
        self.begin()

    def begin(self, age: float = 0.0) -> None:
        """Begin a run with an init segment."""
        self.playout = Playout(100.0, age)
        self.feed(streams.init())

    def feed(self, data: bytes) -> None:
        """All of this is taken."""
        for _ in self.playout.feed(data):
            pass

    def arrive(self, index: int, now: float) -> None:
        """A segment comes."""
        self.feed(self.writer.body(index))
        self.playout.arrived(now)

    def samples(self, now: float) -> list[Sample]:
        """What goes on air then."""
        return [one for one in self.playout.due(now) if isinstance(one, Sample)]

    def pictures(self, now: float) -> list[float]:
        """The times of the pictures that go on air then, in seconds."""
        return [one.decode_time / streams.VIDEO_TICKS for one in self.samples(now) if one.kind is Kind.VIDEO]

    def assert_begins(self, index: int, wait: float) -> None:
        """The first picture of a segment goes so many seconds after it should have come."""
        came = 100.0 + LENGTH * index
        self.assertNotIn(LENGTH * index, self.pictures(came + wait - 0.001))
        self.assertIn(LENGTH * index, self.pictures(came + wait + 0.001))

    def test_the_tracks_come_first_and_once(self) -> None:
        """As soon as they are known."""
        self.assertEqual(list(self.playout.due(100.0)), [streams.tracks()])
        self.arrive(0, 100.0)
        self.assertEqual([one for one in self.playout.due(200.0) if isinstance(one, Tracks)], [])

    def test_frames_go_one_after_the_other(self) -> None:
        """The first at once, each other as long after it as its time says."""
        self.arrive(0, 100.0)
        self.assertEqual(self.pictures(100.0), [0.0])
        self.assertEqual(self.pictures(100.05), [])
        self.assertAlmostEqual(self.playout.next() or 0, 100.0 + 3 * 1024 / 48000)
        self.assertEqual(self.pictures(100.1), [0.1])
        self.assertEqual(self.pictures(100.35), [0.2, 0.3])

    def test_D50_what_has_gone_waits_no_more(self) -> None:
        """However long a run lasts."""
        for index in range(3):
            self.arrive(index, 100.0 + LENGTH * index)
            self.assertNotEqual(self.playout._size, 0)
            self.assertTrue(self.samples(200.0))
            self.assertEqual(self.playout._size, 0)

    def test_picture_and_sound_go_together(self) -> None:
        """Though the file has all pictures before all sound."""
        self.arrive(0, 100.0)
        times = {Kind.VIDEO: streams.VIDEO_TICKS, Kind.AUDIO: streams.AUDIO_TICKS}
        sent = [one.decode_time / times[one.kind] for one in self.samples(102.0)]
        self.assertEqual(sent, sorted(sent))
        self.assertEqual(len(sent), len(streams.film(2, rate=10)))
        self.assertIsNone(self.playout.next())

    def test_a_segment_that_lay_there_already(self) -> None:
        """So much of it goes at once as would have gone by now."""
        self.begin(age=1.05)
        self.arrive(0, 100.0)
        self.assertEqual(len(self.pictures(100.0)), 11)

    def test_one_that_comes_in_time_goes_on_without_a_pause(self) -> None:
        """The next one is there before the last frame of this one has gone."""
        self.arrive(0, 100.0)
        self.arrive(1, 101.9)
        self.assertEqual(len(self.pictures(102.0)), 21)

    def test_one_that_comes_late_is_waited_for_once(self) -> None:
        """From then on there is a little more time."""
        self.arrive(0, 100.0)
        self.pictures(102.0)
        self.arrive(1, 102.2)
        self.assertEqual(self.pictures(102.2), [])
        self.assertEqual(self.pictures(102.2 + SLACK + 0.01), [2.0])
        self.arrive(2, 104.2)
        self.assertEqual(len(self.pictures(104.26)), 20)

    def test_time_that_is_not_needed_is_given_up(self) -> None:
        """A writer that was slow once does not put viewers back for ever."""
        self.arrive(0, 100.0)
        self.arrive(1, 103.0)
        for index in range(2, 2 + ARRIVALS):
            self.pictures(100.0 + LENGTH * index)
            self.arrive(index, 100.0 + LENGTH * index)
        self.assert_begins(1 + ARRIVALS, SLACK)

    def test_a_little_time_is_kept(self) -> None:
        """Segments are not equally long, and a picture that waits is worse than one that is late."""
        self.arrive(0, 100.0)
        self.arrive(1, 102.0 + MOST_EARLY - SLACK - 0.01)
        for index in range(2, 3 * ARRIVALS):
            self.pictures(100.0 + LENGTH * index)
            self.arrive(index, 100.0 + LENGTH * index)
        self.assert_begins(3 * ARRIVALS - 1, MOST_EARLY - 0.01)

    def test_garbage(self) -> None:
        """The run is over."""
        self.assertRaises(VideoError, self.feed, b"no boxes")

    def test_D50_a_writer_without_measure(self) -> None:
        """Somebody who writes much more than is shown is no live stream."""
        body = self.writer.body(0)
        self.playout.MOST = len(body) + FRAME * len(streams.film(2, rate=10))
        self.arrive(0, 100.0)
        self.assertRaises(VideoError, self.arrive, 1, 100.0)

    def test_D50_frames_of_nearly_nothing(self) -> None:
        """Each takes more than its own bytes, and counts for as much."""
        frames = streams.film(1, rate=10, body=1)
        self.playout.MOST = FRAME * len(frames)
        self.assertRaises(VideoError, self.feed, streams.fragment(frames))

    def test_a_segment_in_many_pieces_comes_once(self) -> None:
        """Its last frames are no sign that segments come early."""
        for index in range(3):
            now = 100.0 + LENGTH * index
            frames = shifted(streams.film(LENGTH, rate=10), LENGTH * index)
            for one in frames:
                self.feed(streams.fragment([one]))
            self.playout.arrived(now)
            self.assertEqual(self.pictures(now), [LENGTH * index])
            self.pictures(now + LENGTH - 0.01)

    @given(st.lists(st.floats(0, 5), min_size=1, max_size=30), st.floats(0, 2))
    def test_whenever_they_come(self, pauses: list[float], age: float) -> None:
        """Every frame goes once, in order, and not later than a segment and the longest pause after it came."""
        self.begin(age)
        now, sent = 100.0, []
        for index, pause in enumerate(pauses):
            self.arrive(index, now)
            sent += self.pictures(now)
            now += pause
        now += LENGTH + len(pauses) * LENGTH
        sent += self.pictures(now)
        self.assertEqual(sent, sorted(sent))
        self.assertEqual((len(sent), self.playout.next()), (20 * len(pauses), None))
