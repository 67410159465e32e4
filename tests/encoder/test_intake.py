"""ffmpeg or a folder, whichever the settings name."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.folder import Folder
from onionstream.encoder.intake import Intake
from onionstream.encoder.supervisor import State, Supervisor
from onionstream.settings import config
from onionstream.settings.config import Config, FolderSource, Source
from onionstream.video.samples import Sample, Tracks
from tests.encoder.fakes import FRAME, FakeAir, FakeReactor, FakeRun, a_command
from tests.encoder.hls import Writer


class BothRun(FakeRun):
    """A run of either."""

    def take(self, event: Tracks | Sample) -> int:
        """Count frames."""
        return int(isinstance(event, Sample))


class BothAir(FakeAir):
    """Where the runs of both go on air."""

    def begin_run(self, generation: int) -> BothRun:
        """Begin a run."""
        return BothRun(self.heard, generation)


class IntakeTests(SynchronousTestCase):
    """Invented processes and a real folder."""

    def setUp(self) -> None:
        """Begin with ffmpeg, on air."""
        self.path = Path(self.mktemp())
        self.path.mkdir()
        self.reactor, self.air = FakeReactor(), BothAir()
        self.ffmpeg = Config(encoder=config.Encoder(first_wait=1.0))
        self.folder = Config(source=Source(kind="folder", folder=FolderSource(path=str(self.path))))
        self.intake = self.an_intake(self.ffmpeg)
        self.intake.startService()
        self.reactor.process.says(FRAME)

    def an_intake(self, settings: Config) -> Intake:
        """One that ends with the test."""
        made = Intake(
            settings,
            self.air,
            lambda air: Supervisor(
                a_command, air, self.reactor, settings.encoder, lambda: 0.0, runnable=lambda _: True
            ),
            lambda air: Folder(settings.source.folder, air, self.reactor),
        )
        self.addCleanup(made.stopService)
        return made

    def replace(self, settings: Config) -> None:
        """Go on with other settings, and let ffmpeg heed that."""
        self.intake.replace(settings, a_command)
        self.reactor.advance(0)

    def write(self) -> None:
        """A segment is written, and read."""
        writer = Writer(lambda name, data: (self.path / name).write_bytes(data))
        writer.begin()
        writer.segment()
        self.reactor.pass_time(0.5)

    def test_the_one_that_is_named(self) -> None:
        """Its status is shown, and the other one sleeps."""
        self.assertEqual((self.intake.status().state, self.air.heard), (State.RUNNING, ["run 1"]))
        self.write()
        self.assertEqual(self.air.heard, ["run 1"])

    def test_from_ffmpeg_to_a_folder(self) -> None:
        """Viewers are asked to wait and are not sent away; the runs are numbered in one row."""
        self.replace(self.folder)
        self.assertEqual(self.air.heard, ["run 1", "back soon", "end 1"])
        self.assertEqual(self.intake.status().state, State.WAITING)
        self.write()
        self.assertEqual(self.air.heard[3:], ["run 2"])
        self.assertEqual((self.intake.status().state, len(self.reactor.processes)), (State.RUNNING, 1))

    def test_and_back(self) -> None:
        """The folder is followed no more."""
        self.replace(self.folder)
        self.write()
        self.assertIsNotNone(self.intake.sound)
        self.replace(self.ffmpeg)
        self.assertEqual(self.air.heard[4:], ["back soon", "end 2", "run 3"])
        self.assertEqual((self.intake.status().state, self.intake.sound), (State.STARTING, None))

    def test_there_and_back_before_ffmpeg_has_ended(self) -> None:
        """It begins anew, and once."""
        self.intake.replace(self.folder, a_command)
        self.intake.replace(self.ffmpeg, a_command)
        self.reactor.advance(0)
        self.assertEqual(self.intake.status().state, State.STARTING)
        self.assertEqual((len(self.reactor.processes), self.air.heard[-1]), (2, "run 2"))

    def test_the_end_while_ffmpeg_is_being_ended(self) -> None:
        """Nothing begins after that."""
        self.intake.replace(self.folder, a_command)
        ended = self.intake.stopService()
        self.assertNoResult(ended)
        self.reactor.advance(0)
        self.successResultOf(ended)
        self.assertEqual(self.intake.status().state, State.STOPPED)
        self.assertFalse(self.intake.running)

    def test_other_settings_of_the_same(self) -> None:
        """An ffmpeg is started anew; for a folder only its own settings count."""
        self.replace(self.ffmpeg)
        self.assertEqual(len(self.reactor.processes), 2)
        self.replace(self.folder)
        self.write()
        heard = list(self.air.heard)
        self.replace(Config(source=self.folder.source, video=config.Video(rate=25)))
        self.assertEqual(self.air.heard, heard)

    def test_it_begins_anew(self) -> None:
        """Whichever it is."""
        self.intake.restart()
        self.reactor.advance(0)
        self.assertEqual(len(self.reactor.processes), 2)

    def test_it_ends(self) -> None:
        """When what runs has ended."""
        ended = self.intake.stopService()
        self.assertNoResult(ended)
        self.reactor.advance(0)
        self.successResultOf(ended)
        self.assertEqual(self.air.heard[:3], ["run 1", "end 1", "off"])
