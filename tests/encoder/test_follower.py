"""What is read next of the segments in a folder."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.follower import LARGEST_INIT, Beginning, Follower
from onionstream.encoder.playlist import PlaylistError
from tests.encoder.hls import PLAYLIST, MemoryFiles, Writer, read


class FollowerTests(SynchronousTestCase):
    """A follower and a writer, with a folder between them."""

    def setUp(self) -> None:
        """Nothing is written."""
        self.files = MemoryFiles()
        self.follower = Follower()
        self.writer = Writer(self.files.put)

    def write(self, count: int = 1) -> None:
        """The writer begins, or goes on."""
        if not self.writer.written:
            self.writer.begin()
        for _ in range(count):
            self.writer.segment()

    def read(self, since: int = 0) -> list[bytes]:
        """What is read now."""
        return read(self.follower, self.files, since)

    def run_with(self, *indexes: int) -> list[bytes]:
        """What is read of a new run, with these segments."""
        return [b"RUN", *(self.writer.body(index) for index in indexes)]

    def test_nothing_is_written(self) -> None:
        """There is nothing to read, and that is no error."""
        self.assertEqual(self.read(), [])

    def test_S22_the_newest_segment_is_the_first(self) -> None:
        """Whatever else the playlist lists, and then each that follows."""
        self.write(4)
        self.assertEqual(self.read(), self.run_with(3))
        self.assertEqual(self.read(), [])
        self.write()
        self.assertEqual(self.read(), [self.writer.body(4)])

    def test_the_init_segment_comes_with_the_beginning(self) -> None:
        """And so does the time at which the segment was written."""
        self.write()
        first = next(self.follower.turn(self.files, 0))
        stamp = self.files.look("stream0.m4s")
        assert stamp is not None
        self.assertEqual(first, Beginning(self.writer.bodies["init.mp4"], stamp.changed))

    def test_S17_what_is_too_old_is_nothing_to_begin_with(self) -> None:
        """The rest of a stream that was killed yesterday; it is followed again when the writer is back."""
        self.write(3)
        self.assertEqual(self.read(since=self.files.now + 1), [])
        since = self.files.now + 1
        self.write()
        self.assertEqual(self.read(since=since), self.run_with(3))

    def test_S17_an_ended_stream_is_nothing_to_begin_with(self) -> None:
        """However new it is."""
        self.write(3)
        self.writer.end()
        self.assertEqual(self.read(), [])
        self.assertTrue(self.follower.ended)

    def test_the_end_of_what_is_read(self) -> None:
        """The last segment is read, and then it is told that no more will come."""
        self.write()
        self.read()
        self.write()
        self.writer.end()
        self.assertEqual(self.read(), [self.writer.body(1)])
        self.assertTrue(self.follower.ended)
        self.assertEqual(self.read(), [])

    def test_a_segment_that_grows_is_read_as_it_grows(self) -> None:
        """Before the playlist names it, and in any pieces; then the next one."""
        self.write(2)
        self.read()
        body = self.writer.body(2)
        for end in (1, 100, 101, len(body)):
            self.files.put("stream2.m4s", body[:end])
            self.assertEqual(b"".join(self.read()), body[{1: 0, 100: 1, 101: 100}.get(end, 101) : end])
        self.writer.list()
        self.assertEqual(self.read(), [])
        self.write()
        self.assertEqual(self.read(), [self.writer.body(3)])

    def test_what_an_earlier_stream_left_is_not_taken_for_a_segment_that_grows(self) -> None:
        """It is older than the newest segment."""
        for index in range(6):
            self.files.put(f"stream{index}.m4s", b"old")
        self.write(2)
        self.assertEqual(self.read(), self.run_with(1))
        self.assertEqual(self.read(), [])

    def test_S24_a_segment_that_is_removed_when_it_was_half_read(self) -> None:
        """Nothing goes on behind half a frame: the next begins another run, also where it may be read no more."""
        for spoil in ("remove", "lock"):
            self.setUp()
            self.write()
            self.files.put(self.writer.name(1), self.writer.body(1)[:50])
            self.assertEqual(self.read(), [*self.run_with(0), self.writer.body(1)[:50]])
            self.write()
            getattr(self.files, spoil)(self.writer.name(1))
            self.write()
            self.assertEqual(self.read(), self.run_with(2))

    def test_names_with_zeros_and_without_numbers(self) -> None:
        """A name is guessed by its last number before the dot, which keeps its length; or not at all."""
        for name, follows in (("a-009.m4s", "a-010.m4s"), ("s9", "s10"), ("1x2y.m4s", "1x3y.m4s"), ("new.m4s", "")):
            with self.subTest(name=name):
                files, follower = MemoryFiles(), Follower()
                files.put("i.mp4", b"init")
                files.put(name, b"one")
                files.put(PLAYLIST, f'#EXTM3U\n#EXT-X-MAP:URI="i.mp4"\n{name}\n'.encode())
                self.assertEqual(read(follower, files), [b"RUN", b"one"])
                files.put(follows or "new1.m4s", b"two")
                self.assertEqual(read(follower, files), [b"two"] if follows else [])

    def test_whoever_was_away_reads_the_newest(self) -> None:
        """One segment may wait; more are left out, since they were long ago."""
        self.write()
        self.read()
        self.write(2)
        self.assertEqual(self.read(), [self.writer.body(1), self.writer.body(2)])
        self.write(20)
        self.assertEqual(self.read(), [self.writer.body(22)])

    def test_S24_a_segment_that_cannot_be_read_is_left_out(self) -> None:
        """It was deleted before it was read, or nobody may read it: that is told once, and then it goes on."""
        for act in (self.files.remove, self.files.lock):
            with self.subTest(act=act.__name__):
                self.write()
                self.read()
                self.write()
                act(self.writer.name(self.writer.written - 1))
                self.assertEqual((self.read(), self.read()), ([b"GAP"], []))
                self.write()
                self.assertEqual(self.read(), [self.writer.body(self.writer.written - 1)])

    def test_S24_what_cannot_be_read_before_it_is_complete_is_waited_for(self) -> None:
        """Some writers open a file to others only when it is whole; and an empty one is nothing to tell of."""
        self.write()
        self.read()
        self.files.put("stream1.m4s", b"x")
        self.files.lock("stream1.m4s")
        self.assertEqual(self.read(), [])
        self.files.put("stream2.m4s", b"")
        self.writer.list()
        self.writer.list()
        self.assertEqual(self.read(), [b"GAP"])

    def test_S25_a_writer_that_begins_anew_is_another_run(self) -> None:
        """Its numbers begin anew."""
        self.write(5)
        self.read()
        self.writer = Writer(self.files.put, size=(640, 360))
        self.write()
        self.assertEqual(self.read(), self.run_with(0))

    def test_S25_at_every_point_of_the_old_one(self) -> None:
        """Also where the two are alike but for when they were written, with other or the same settings."""
        for size in ((320, 180), (640, 360)):
            for before in range(1, 4):
                with self.subTest(size=size, before=before):
                    self.files, self.follower = MemoryFiles(), Follower()
                    self.writer = Writer(self.files.put)
                    self.write(before)
                    self.read()
                    self.writer = Writer(self.files.put, size=size)
                    self.write()
                    self.assertEqual(self.read(), self.run_with(0))

    def test_S25_while_the_new_writer_has_nothing_but_an_empty_init_segment(self) -> None:
        """Ffmpeg makes one at its start, and fills it with the first segment; the old playlist is still there."""
        self.write(3)
        self.read()
        self.files.put("init.mp4", b"")
        self.assertEqual(self.read(), [])
        self.writer = Writer(self.files.put, size=(640, 360))
        self.writer.begin()
        self.assertEqual(self.read(), [])
        self.write()
        self.assertEqual(self.read(), self.run_with(0))

    def test_the_same_init_segment_written_again_is_no_other_run(self) -> None:
        """Some writers do that with every segment."""
        self.write()
        self.read()
        self.writer.begin()
        self.write()
        self.assertEqual(self.read(), [self.writer.body(1)])

    def test_a_break_begins_another_run(self) -> None:
        """That is how ffmpeg goes on after a restart with ``append_list``."""
        self.write(2)
        self.read()
        self.files.put("stream2.m4s", self.writer.body(2))
        self.writer.list(breaks=True)
        self.assertEqual(self.read(), self.run_with(2))

    def test_a_segment_that_shrinks_is_of_another_run(self) -> None:
        """It was being read as it grew."""
        self.write()
        self.read()
        self.files.put("stream1.m4s", self.writer.body(1)[:100])
        self.read()
        self.files.put("stream1.m4s", b"")
        self.files.put("stream1.m4s", self.writer.body(1))
        self.writer.list()
        self.assertEqual(b"".join(self.read()), self.writer.body(1)[100:])  # nobody saw it shrink
        self.files.put("stream2.m4s", self.writer.body(2)[:100])
        self.read()
        self.files.put("stream2.m4s", b"")
        self.assertEqual(self.read(), [])
        self.files.put("stream2.m4s", self.writer.body(2))
        self.writer.list()
        self.assertEqual(self.read(), self.run_with(2))

    def test_who_forgets_begins_with_another_segment(self) -> None:
        """The one that was of no use is not read again."""
        self.write()
        self.read()
        self.follower.forget()
        self.assertEqual(self.read(), [])
        self.write()
        self.assertEqual(self.read(), self.run_with(1))

    def test_an_init_segment_that_is_too_large(self) -> None:
        """Is refused with a sentence."""
        self.write()
        self.files.put("init.mp4", bytes(LARGEST_INIT + 1))
        self.assertRaises(PlaylistError, self.read)

    def test_S17_a_segment_to_begin_with_that_cannot_be_read(self) -> None:
        """Is named, until there is another one."""
        self.write()
        self.files.remove("stream0.m4s")
        self.assertRaisesRegex(PlaylistError, '"stream0.m4s"', self.read)
        self.write()
        self.files.lock("stream1.m4s")
        self.assertRaisesRegex(PlaylistError, '"stream1.m4s"', self.read)
        self.write()
        self.assertEqual(self.read(), self.run_with(2))

    def test_a_playlist_that_cannot_be_followed_is_told_each_time(self) -> None:
        """Until it can."""
        self.write()
        good = self.writer.bodies[PLAYLIST]
        self.files.put(PLAYLIST, b"nothing\n")
        self.assertRaises(PlaylistError, self.read)
        self.assertRaises(PlaylistError, self.read)
        self.files.put(PLAYLIST, good)
        self.assertEqual(self.read(), self.run_with(0))

    @given(st.lists(st.sampled_from(("segment", "grow", "anew", "end", "read", "forget", "remove")), max_size=40))
    def test_whatever_happens_runs_are_whole(self, acts: list[str]) -> None:
        """What is read of a run is always its segments in their order, each whole or, at the end, its beginning."""
        self.files, self.follower, self.writer = MemoryFiles(), Follower(), Writer(self.files.put)
        runs: list[bytes] = []
        for act in ["anew", *acts, "read"]:
            if act == "read":
                for piece in self.read_if_it_can_be():
                    if piece == b"RUN":
                        runs.append(b"")
                    elif piece != b"GAP":
                        runs[-1] += piece
            else:
                self.act(act)
        bodies = [self.writer.body(index) for index in range(len(acts) + 1)]
        for run in runs:
            self.assert_whole(run, bodies)

    def read_if_it_can_be(self) -> list[bytes]:
        """What is read now; the newest segment may have been removed."""
        try:
            return self.read()
        except PlaylistError:
            return []

    def act(self, act: str) -> None:
        """One of the things that may happen."""
        files, writer, newest = self.files, self.writer, self.writer.name(max(0, self.writer.written - 1))
        if act == "anew":
            self.writer = Writer(files.put, size=(320, 180 + 2 * (files.now // 1000 % 500)), listed=3)
            self.writer.begin()
        elif act == "segment":
            writer.segment()
        elif act == "grow":
            files.put(writer.name(writer.written), writer.body(writer.written)[:50])
        elif act == "end" and writer.written:
            writer.end()
        elif act == "forget":
            self.follower.forget()
        elif act == "remove" and files.look(newest):
            files.remove(newest)

    def assert_whole(self, run: bytes, bodies: list[bytes]) -> None:
        """A run is made of some of these, in their order, and perhaps the beginning of one at the end."""
        for body in bodies:
            run = run.removeprefix(body)
        self.assertTrue(not run or any(body.startswith(run) for body in bodies))

    def test_the_length_of_a_segment(self) -> None:
        """As the writer says it: it tells how long to wait for the next."""
        self.write()
        self.read()
        self.assertEqual(self.follower.target, 2.0)
