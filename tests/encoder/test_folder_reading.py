"""A folder as a source: how much is read of it at a time, and what is said where it cannot be read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from onionstream.encoder.folder import LOOK, MOMENT
from onionstream.encoder.supervisor import State
from onionstream.video.boxes import box
from onionstream.video.demux import MOST_BOXES
from tests.encoder.hls import PLAYLIST
from tests.encoder.test_folder import FolderCase
from tests.video import streams

STEP = 0.001
"""Seconds that a slow machine takes for one step."""

BEAT = 0.01
"""Seconds between two things that others have to do."""

LATEST = 0.04
"""Seconds that others may have to wait: a moment of reading and one of sending, and what little is done around them."""


class SlowClock(Clock):
    """
    A machine on which time goes by while the program works: between two looks at the clock.

    :ivar slow: it is such a machine now.
    """

    slow = False

    def do_the_next(self) -> None:
        """Do one thing, when its time has come."""
        call = self.calls.pop(0)
        self.rightNow = max(self.rightNow, call.getTime())
        call.called = 1
        call.func(*call.args, **call.kw)

    def seconds(self) -> float:
        """What time it is."""
        self.rightNow += STEP * self.slow
        return super().seconds()


class TurnTests(FolderCase):
    """A folder with more in it than can be read in a moment."""

    def setUp(self) -> None:
        """The machine is quick, until a segment is there."""
        super().setUp()
        self.source.stopService()
        self.air.heard.clear()
        self.clock = self.slow = SlowClock()
        self.source = self.a_source()
        self.source.startService()
        self.late: list[float] = []

    def beat(self, due: float) -> None:
        """Something else that the reactor has to do all the time; how late that is, is written down."""
        self.late.append(self.slow.rightNow - due)
        self.slow.callLater(BEAT, self.beat, self.slow.rightNow + BEAT)

    def meet(self, seconds: float) -> None:
        """Look at what was written, slowly, for as long as that."""
        self.slow.slow = True
        self.beat(self.slow.rightNow)
        end = self.slow.rightNow + seconds
        while self.slow.rightNow < end:
            self.slow.do_the_next()
        self.slow.slow = False

    def long_segment(self) -> None:
        """A segment with some hundred frames."""
        frames = streams.film(4, rate=50, keyframes=50)
        self.writer.begin()
        self.put("stream0.m4s", b"".join(streams.fragment([one]) for one in frames))
        self.writer.list()

    def test_D50_a_segment_of_many_frames_keeps_nobody_waiting(self) -> None:
        """What takes long is done bit by bit, and others have their turn in between; all of it goes on air."""
        self.long_segment()
        self.meet(12)
        self.assertLess(max(self.late), LATEST)
        self.assertEqual((self.air.heard[0], self.air.pictures), ("run 1", 200))

    def test_nothing_goes_on_air_before_all_that_is_there_was_read(self) -> None:
        """A fragment may have all its pictures before its sound, and a writer more fragments than one."""
        self.long_segment()
        self.meet(LOOK + 5 * MOMENT)
        self.assertEqual((self.state, self.air.pictures), (State.STARTING, 0))

    def test_nothing_goes_on_air_of_a_run_that_is_half_read(self) -> None:
        """Though the run before it had something that is due now."""
        self.write()
        self.pass_time(1)
        before = self.air.pictures
        self.begin_anew()
        self.long_segment()
        self.meet(LOOK + 5 * MOMENT)
        self.assertEqual((self.state, self.air.heard[-1]), (State.STARTING, "run 2"))
        self.assertLess(self.air.pictures - before, 5)

    def test_what_is_half_read_when_it_begins_anew_is_forgotten(self) -> None:
        """And the next segment is another run."""
        self.long_segment()
        self.meet(LOOK + 5 * MOMENT)
        self.source.restart()
        self.assertIsNone(self.source._reading)
        self.pass_time(2)
        self.assertEqual((self.state, self.air.heard), (State.WAITING, ["run 1", "end", "back soon"]))
        self.pass_time(2)
        self.writer.segment()
        self.pass_time(LOOK)
        self.assertEqual(self.air.heard[3:], ["run 2"])

    def test_what_is_half_read_when_it_is_switched_off_is_forgotten(self) -> None:
        """Nothing is left to be done."""
        self.long_segment()
        self.meet(LOOK + 5 * MOMENT)
        self.source.stopService()
        beat, *others = self.clock.getDelayedCalls()
        self.assertEqual((others, self.air.heard), ([], ["run 1", "end", "off"]))
        self.assertIsNone(self.source._reading)
        beat.cancel()
        self.source.startService()
        self.pass_time(2)
        self.assertEqual((self.state, self.air.heard[3:]), (State.RUNNING, ["run 2"]))

    def test_D50_many_frames_that_are_due_at_once_keep_nobody_waiting(self) -> None:
        """A daemon that was suspended lets them go in moments too."""
        self.long_segment()
        self.meet(2)
        before = self.air.pictures
        self.slow.rightNow += 10
        self.late.clear()
        self.meet(2)
        *late, suspended = sorted(self.late)
        self.assertGreater(suspended, 9)
        self.assertLess(late[-1], LATEST)
        self.assertLess(before, 120)
        self.assertEqual(self.air.pictures, 200)

    def test_D50_a_segment_of_empty_boxes_is_no_video(self) -> None:
        """Its first thousand tell that; the rest is not looked at."""
        self.writer.begin()
        self.put("stream0.m4s", box(b"free") * 10 * MOST_BOXES)
        self.writer.list()
        self.pass_time(LOOK)
        self.assertEqual((self.state, self.air.heard), (State.UNUSABLE, ["run 1", "end", "back soon"]))
        self.assertIn("without a picture", self.source.status().sentence)


class ReadableTests(FolderCase):
    """A playlist that names what cannot be read."""

    def assert_said(self, *words: str) -> None:
        """The sentence has these, and nothing goes on air."""
        self.pass_time(1)
        self.assertEqual((self.state, self.air.heard), (State.UNUSABLE, []))
        for word in words:
            self.assertIn(word, self.source.status().sentence)

    def test_S17_a_playlist_that_was_mended_names_a_segment_that_is_not_there(self) -> None:
        """What was wrong before is said no more; what is wrong now is said, until that is mended too."""
        self.put(PLAYLIST, b"#EXTM3U\nstream0.ts\n")
        self.assert_said("hls_segment_type=fmp4")
        self.writer.begin()
        self.writer.list()
        self.assert_said('names "stream0.m4s"', "not there")
        self.writer.segment()
        self.pass_time(LOOK)
        self.assertEqual((self.state, self.air.heard), (State.RUNNING, ["run 1"]))

    def test_A24_a_segment_that_is_a_link(self) -> None:
        """It is not followed, and that is said."""
        self.put("elsewhere", self.writer.body(0))
        (self.folder / "stream0.m4s").symlink_to("elsewhere")
        self.writer.begin()
        self.writer.list()
        self.assert_said('names "stream0.m4s"', "links are not followed")

    def test_S24_a_segment_of_a_stream_that_cannot_be_read(self) -> None:
        """Whatever is there instead of it: that is said, in the log too, and the same run goes on with the next."""
        instead: dict[str, Callable[[Path], object]] = {
            "nothing": lambda _: None,
            "a folder": Path.mkdir,
            "a FIFO": os.mkfifo,
            "a link": lambda path: path.symlink_to("stream0.m4s"),
        }
        for what, make in instead.items():
            with self.subTest(what=what):
                self.write(2)
                self.pass_time(LOOK)
                make(self.folder / self.writer.name(self.writer.written))
                with capturedLogs() as logs:
                    self.writer.list()
                    self.pass_time(LOOK)
                (warning,) = logs
                self.assertEqual(warning["sentence"], self.source.status().trouble)
                self.assertIn(f'names "{self.writer.name(self.writer.written - 1)}"', warning["sentence"])
                self.assertIn("it is left out", warning["sentence"])
                self.assertEqual((self.state, self.air.heard), (State.RUNNING, ["run 1"]))
        before = self.air.pictures
        self.write(3)
        self.assertGreater(self.air.pictures, before + 20)
        self.assertEqual(self.air.heard, ["run 1"])

    def test_S24_no_segment_can_be_read_any_more(self) -> None:
        """After some seconds there is no stream; the log is not filled with it, the page has the newest."""
        self.write(2)
        with capturedLogs() as logs:
            for _ in range(20):
                self.writer.list()
                self.pass_time(2)
        self.assertEqual((self.state, self.air.heard), (State.UNUSABLE, ["run 1", "end", "back soon", "off"]))
        self.assertIn('names "stream21.m4s"', self.source.status().sentence)
        named = [event["sentence"] for event in logs if "names" in event["sentence"]]
        self.assertLess(len(named), 4)
        self.write()
        self.pass_time(LOOK)
        self.assertEqual(self.state, State.RUNNING)

    def test_an_init_segment_that_is_not_there(self) -> None:
        """The same for that."""
        self.writer.segment()
        self.assert_said('names "init.mp4"')

    def test_an_init_segment_that_is_empty_is_waited_for(self) -> None:
        """Ffmpeg makes one at its start; nothing is wrong with that."""
        self.put("init.mp4", b"")
        self.writer.segment()
        self.pass_time(1)
        self.assertEqual((self.state, self.air.heard), (State.WAITING, []))

    def test_S24_garbage_after_a_playlist_that_was_mended(self) -> None:
        """The sentence is that of the garbage, and stays until there is something else to read."""
        self.put(PLAYLIST, b"#EXTM3U\nstream0.ts\n")
        self.pass_time(1)
        self.writer.begin()
        self.put("stream0.m4s", b"no boxes at all")
        self.writer.list()
        self.pass_time(1)
        self.assertIn("no video we can use", self.source.status().sentence)

    def test_S25_a_playlist_that_is_mended_while_its_writer_goes_on(self) -> None:
        """What comes next is another run; so it is where the folder was away for a moment."""
        away = self.folder.with_name("away")
        spoilt: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "the playlist": (lambda: self.put(PLAYLIST, b"nonsense\n"), self.writer.list),
            "the folder": (lambda: self.folder.rename(away), lambda: away.rename(self.folder)),
        }
        for run, (what, (spoil, mend)) in enumerate(spoilt.items(), 1):
            with self.subTest(what=what):
                self.write(2)
                self.pass_time(1)
                spoil()
                self.pass_time(1)
                self.assertEqual((self.state, self.air.heard[-2:]), (State.UNUSABLE, [f"run {run}", "end"]))
                mend()
                self.write()
                self.pass_time(1)
                self.assertEqual((self.state, self.air.heard[-1]), (State.RUNNING, f"run {run + 1}"))

    def test_S17_a_stream_of_yesterday_whose_segments_are_there(self) -> None:
        """Nothing is wrong: nobody writes yet."""
        self.writer.begin()
        self.writer.segment()
        for path in self.folder.iterdir():
            os.utime(path, (1, 1))
        self.pass_time(1)
        self.assertEqual((self.state, self.air.heard), (State.WAITING, []))
