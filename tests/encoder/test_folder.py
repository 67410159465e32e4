"""A folder as a source: its states, and what goes on air."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.internet.task import Clock
from twisted.logger import LogLevel, capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.folder import HOPE, LOOK, Folder, text
from onionstream.encoder.supervisor import State
from onionstream.settings.config import FolderSource
from tests.encoder.heard import HeardAir
from tests.encoder.hls import PLAYLIST, SECOND, Writer
from tests.video import streams

EPOCH = 1_700_000_000 * SECOND


class FolderCase(SynchronousTestCase):
    """A source that follows a folder, and a writer; started."""

    def setUp(self) -> None:
        """Begin."""
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.clock, self.air = Clock(), HeardAir()
        self.sounds = 0
        self.writer = Writer(self.put)
        self.source = self.a_source()
        self.source.startService()

    def a_source(self, **more: str) -> Folder:
        """A source of this folder, which ends with the test."""
        settings = FolderSource(**{"path": str(self.folder), "stale": 8.0, **more})  # type: ignore[arg-type]
        source = Folder(settings, self.air, self.clock, self.hear_sound, lambda: self.now)
        self.addCleanup(source.stopService)
        return source

    @property
    def now(self) -> int:
        """The wall clock."""
        return EPOCH + round(self.clock.seconds() * SECOND)

    def put(self, name: str, data: bytes) -> None:
        """Write a file, whole and in place of another one, dated by the invented clock."""
        path = self.folder / name
        new = path.with_suffix(".tmp")
        new.write_bytes(data)
        os.utime(new, ns=(self.now, self.now))
        new.rename(path)

    def hear_sound(self) -> None:
        """The sound has become another one."""
        self.sounds += 1

    def pass_time(self, seconds: float) -> None:
        """Bit by bit, in steps of which a look is a whole number."""
        self.clock.pump([1 / 16] * round(seconds * 16))

    def write(self, count: int = 1) -> None:
        """The writer writes segments, each when its time is over."""
        if not self.writer.written:
            self.writer.begin()
        for _ in range(count):
            self.pass_time(2)
            self.writer.segment()

    def begin_anew(self, size: tuple[int, int] = (320, 180)) -> None:
        """Another writer begins."""
        self.writer = Writer(self.put, size=size)

    @property
    def state(self) -> State:
        """As it is shown."""
        return self.source.status().state


class FolderTests(FolderCase):
    """The life of a stream that somebody writes."""

    def test_nothing_is_written_yet(self) -> None:
        """It waits, and says so."""
        self.pass_time(1)
        self.assertEqual((self.state, self.air.heard), (State.WAITING, []))
        self.assertIn(str(self.folder), self.source.status().sentence)

    def test_nothing_is_written_for_long(self) -> None:
        """Then there is no stream, and that is said once."""
        self.pass_time(30)
        self.assertEqual((self.state, self.air.heard), (State.WAITING, ["off"]))

    def test_who_switches_it_on_or_begins_anew_is_given_as_long_as_at_the_start(self) -> None:
        """However long nothing was written before."""

        def switch() -> None:
            self.source.stopService()
            self.source.startService()

        for act, said in ((switch, ["off"]), (self.source.restart, ["back soon"])):
            self.pass_time(30)
            self.air.heard.clear()
            act()
            self.pass_time(1)
            self.assertEqual(self.air.heard, said)
            self.pass_time(30)
            self.assertEqual(self.air.heard, [*said, "off"])

    def test_a_stream(self) -> None:
        """One run, whose frames go on air as time goes by, two seconds after they were filmed."""
        self.write()
        self.pass_time(LOOK)
        self.assertEqual((self.state, self.air.heard), (State.RUNNING, ["run 1"]))
        self.write(3)
        self.assertEqual((self.air.heard, self.air.tracks), (["run 1"], [streams.tracks()]))
        self.assertIn(self.air.pictures, range(55, 62))

    def test_S17_A17_a_writer_that_stops(self) -> None:
        """Viewers are asked to wait, and after 8 s without anything new it is over."""
        self.write(2)
        self.pass_time(7)
        self.assertEqual(self.air.heard, ["run 1"])
        self.pass_time(2)
        self.assertEqual(self.air.heard, ["run 1", "end", "back soon", "off"])
        self.assertEqual(self.state, State.WAITING)
        status = self.source.status()
        self.assertIn("for 8 s", status.sentence)
        self.assertEqual((status.trouble, status.trouble_age < 1.5), (status.sentence, True))

    def test_S17_segments_longer_than_that(self) -> None:
        """Two of them are waited for."""
        self.writer.begin()
        self.writer.segment()
        long = (self.folder / PLAYLIST).read_bytes().replace(b"TARGETDURATION:2", b"TARGETDURATION:10")
        self.put(PLAYLIST, long)
        self.pass_time(19)
        self.assertEqual(self.air.heard, ["run 1"])
        self.pass_time(2)
        self.assertEqual(self.air.heard[1:], ["end", "back soon", "off"])

    def test_S25_a_writer_that_comes_back(self) -> None:
        """Is another run, with its own size; there is no end in between."""
        self.write(2)
        self.pass_time(3)
        self.begin_anew((640, 360))
        self.write(2)
        self.pass_time(LOOK)
        self.assertEqual(self.air.heard, ["run 1", "end", "run 2"])
        self.assertEqual([one.video.width for one in self.air.tracks if one.video], [320, 640])
        self.assertEqual(self.state, State.RUNNING)

    def test_S17_A17_an_ended_stream(self) -> None:
        """All of it goes on air; then viewers wait, and after 8 s it is over."""
        self.write(2)
        self.writer.end()
        self.pass_time(3)
        self.assertEqual(self.air.heard, ["run 1", "end", "back soon"])
        self.assertEqual(self.air.pictures, 40)
        self.assertIn("has ended", self.source.status().sentence)
        self.pass_time(9)
        self.assertEqual(self.air.heard[3:], ["off"])

    def test_S25_an_ended_stream_and_another(self) -> None:
        """OBS, stopped and started again with another size: no end for those who watch."""
        self.write(2)
        self.writer.end()
        self.pass_time(4)
        self.begin_anew((640, 360))
        self.write(1)
        self.pass_time(LOOK)
        self.assertEqual(self.air.heard, ["run 1", "end", "back soon", "run 2"])

    def test_S17_what_was_left_of_a_stream_before_the_start(self) -> None:
        """Is no stream."""
        self.source.stopService()
        self.write(3)
        self.pass_time(10)
        self.air.heard.clear()
        self.source.startService()
        self.pass_time(1)
        self.assertEqual(self.air.heard, [])

    def test_a_stream_that_runs_already(self) -> None:
        """Its newest segment is begun with, as far as it would have gone by now."""
        self.source.stopService()
        self.write(3)
        self.pass_time(1)
        self.air.heard.clear()
        self.source.startService()
        self.clock.advance(0)
        self.assertEqual((self.air.heard, self.air.pictures), (["run 1"], 11))

    def test_S24_garbage_is_a_failure_of_its_run_only(self) -> None:
        """With the next segment it goes on; viewers wait for that."""
        self.write(2)
        self.put("stream2.m4s", b"no boxes at all")
        self.writer.list()
        self.pass_time(LOOK)
        self.assertEqual(self.state, State.UNUSABLE)
        self.assertIn("no video we can use", self.source.status().sentence)
        self.write()
        self.pass_time(LOOK)
        self.assertEqual(self.air.heard, ["run 1", "end", "back soon", "run 2"])

    def test_S24_garbage_that_lies_there_is_told_once(self) -> None:
        """Though it is tried at each look."""
        self.write()
        self.put("init.mp4", b"no boxes at all")
        with capturedLogs() as logs:
            self.pass_time(2)
        self.assertEqual([event["log_level"] for event in logs], [LogLevel.warn])

    def test_a_writer_of_nothing_but_garbage(self) -> None:
        """Is given some tries, and then there is no stream."""
        self.writer.begin()
        for index in range(HOPE + 1):
            self.pass_time(1)
            self.put(f"stream{index}.m4s", b"no boxes at all")
            self.writer.list()
        self.pass_time(1)
        waits = [one for one in self.air.heard if one in ("back soon", "off")]
        self.assertEqual(waits, ["back soon"] * (HOPE - 1) + ["off"] * 2)

    def test_frames_that_cannot_be(self) -> None:
        """What the broadcast refuses is the end of a run too."""
        self.air.broken = True
        self.write()
        self.pass_time(LOOK)
        self.assertEqual((self.state, self.air.heard), (State.UNUSABLE, ["run 1", "end", "back soon"]))

    def test_a_playlist_that_cannot_be_followed(self) -> None:
        """The sentence says what to do, as long as it is there."""
        self.put(PLAYLIST, b"#EXTM3U\nstream0.ts\n")
        self.pass_time(1)
        self.assertEqual(self.state, State.UNUSABLE)
        self.assertIn("hls_segment_type=fmp4", self.source.status().sentence)
        (self.folder / PLAYLIST).unlink()
        self.pass_time(1)
        self.assertEqual(self.state, State.WAITING)

    def test_A24_a_playlist_that_names_what_is_elsewhere(self) -> None:
        """Nothing is read, though it is there."""
        (self.folder.parent / "secret.m4s").write_bytes(self.writer.body(0))
        self.writer.begin()
        self.put(PLAYLIST, b'#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n../secret.m4s\n')
        self.pass_time(1)
        self.assertEqual((self.state, self.air.heard), (State.UNUSABLE, []))

    def test_a_folder_that_comes_later(self) -> None:
        """And one that goes, and comes again."""
        self.source.stopService()
        self.source = self.a_source(path=str(self.folder / "sub"))
        self.source.startService()
        self.pass_time(1)
        self.assertEqual(self.state, State.UNUSABLE)
        self.assertIn("Make it", self.source.status().sentence)
        self.air.heard.clear()
        self.folder /= "sub"
        self.folder.mkdir()
        self.write(2)
        self.assertEqual((self.state, self.air.heard), (State.RUNNING, ["run 1"]))
        self.folder.rename(self.folder.with_name("away"))
        self.pass_time(1)
        self.assertEqual(self.state, State.UNUSABLE)
        self.folder.mkdir()
        self.pass_time(1)
        self.assertEqual(self.state, State.WAITING)
        self.begin_anew()
        self.write(2)
        self.assertEqual(self.state, State.RUNNING)

    def test_the_sound_is_told_when_it_is_another_one(self) -> None:
        """The slate must be like it."""
        self.write(2)
        self.assertEqual((self.sounds, self.source.sound), (1, streams.tracks().audio))
        self.begin_anew()
        self.write(2)
        self.assertEqual(self.sounds, 1)

    def test_it_is_switched_off(self) -> None:
        """At once, and nothing is left running."""
        self.write()
        self.pass_time(LOOK)
        self.source.stopService()
        self.assertEqual((self.state, self.air.heard), (State.STOPPED, ["run 1", "end", "off"]))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_it_begins_anew(self) -> None:
        """With the next segment."""
        self.write(2)
        self.source.restart()
        self.assertEqual((self.state, self.air.heard), (State.WAITING, ["run 1", "end", "back soon"]))
        self.write()
        self.pass_time(LOOK)
        self.assertEqual(self.air.heard[3:], ["run 2"])

    def test_another_folder(self) -> None:
        """Is followed at once; the same one goes on as it was."""
        self.write(2)
        self.source.replace(FolderSource(path=str(self.folder), stale=8.0))
        self.assertEqual(self.air.heard, ["run 1"])
        other = self.folder.with_name("other")
        other.mkdir()
        self.source.replace(FolderSource(path=str(other)))
        self.assertEqual(self.air.heard, ["run 1", "end", "back soon"])
        self.folder = other
        self.begin_anew()
        self.write(2)
        self.assertEqual(self.air.heard[3:], ["run 2"])

    def test_R32_a_daemon_that_was_suspended(self) -> None:
        """Time without a look is no time without a segment."""
        self.write(2)
        self.writer.segment()
        self.clock.advance(3600)
        self.assertNotIn("off", self.air.heard)

    def test_what_it_is_called(self) -> None:
        """For the terminal."""
        self.assertEqual(text(FolderSource(path="/x", playlist="a.m3u8")), "folder /x/a.m3u8")
        self.assertEqual(text(FolderSource(path="/x")), "folder /x")
