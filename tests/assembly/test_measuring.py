"""The dashboard's figures, taken from all parts."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.task import LoopingCall
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import IResource, Resource

from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.measuring import Measuring, memory
from onionstream.files.secretfile import Secrets
from onionstream.onion.budgets import Budgets
from onionstream.onion.report import Outcome, Report
from onionstream.settings.config import Audio, Config, FolderSource, Source, Video
from onionstream.video.broadcast import Broadcast
from onionstream.video.samples import Kind
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.circuits import CircuitSite
from onionstream.web.dashboard import LOOK
from onionstream.web.figures import Figures
from tests.assembly.parts import Encoder, Onion
from tests.fakes import FakeResponse
from tests.video import streams
from tests.web.onion import line
from tests.web.wire import Client, WireCase


class MeasuringTests(WireCase):
    """``Measuring``."""

    def root(self) -> IResource:
        """Nothing is asked for here."""
        return Resource()

    def setUp(self) -> None:
        """As ``tap`` joins it; an encoder runs, and it is looked at every two seconds."""
        super().setUp()
        self.settings = Config(video=Video(bitrate=400), audio=Audio(bitrate=48))
        clock = self.clock
        self.broadcast = Broadcast(window=Window(60, 1 << 25), fragment=0.1, patience=Patience(), clock=clock.seconds)
        state = Path(self.mktemp())
        state.mkdir()
        secrets = Secrets(bytes(32), bytes(32))
        self.chat = LiveChat(self.settings, secrets, self.broadcast, lambda *_: "", clock, None, state=state)
        self.addCleanup(self.chat.close)
        self.circuits, self.onion = CircuitSite(self.site, Budgets()), Onion()
        parts = (self.chat, self.broadcast, Encoder(), self.onion, self.onion, lambda: self.circuits)
        self.measuring = Measuring(lambda: self.settings, *parts, clock)
        self.coded = self.broadcast.begin_run(1)
        self.coded.feed(streams.init())
        self.coming = streams.film(60.0)
        for seconds, act in ((0.1, self.encode), (LOOK, self.measuring.look)):
            call = LoopingCall(act)
            call.clock = clock
            call.start(seconds)
            self.addCleanup(call.stop)

    def encode(self) -> None:
        """The encoder sends what is due."""
        while self.coming and self.due < self.clock.seconds():
            self.coded.feed(streams.fragment([self.coming.pop(0)]))

    @property
    def due(self) -> float:
        """When the next frame is there, in seconds of the clock."""
        frame = self.coming[0]
        ticks = streams.VIDEO_TICKS if frame.kind is Kind.VIDEO else streams.AUDIO_TICKS
        return (frame.time + frame.duration) / ticks

    def after(self, seconds: float) -> Figures:
        """:return: the figures some time later."""
        self.clock.pump([0.1] * round(seconds * 10))
        return self.measuring.look()

    def later(self, seconds: float) -> Figures:
        """:return: the same, where nothing that comes meanwhile is of interest."""
        self.coming.clear()
        self.clock.advance(seconds)
        return self.measuring.look()

    def test_the_encoder(self) -> None:
        """What it says of itself, what comes of it, and what should."""
        encoder = self.after(12).encoder
        self.assertEqual((encoder.sentence, encoder.run, tuple(encoder.said)), ("ffmpeg runs.", 2, ("a word",)))
        self.assertEqual((encoder.trouble, encoder.trouble_ago), ("It was ended.", 2))
        self.assertEqual((encoder.frames_wanted, encoder.rate_wanted), (self.settings.video.rate, 448))
        assert encoder.frames is not None and encoder.speed is not None and encoder.rate is not None
        self.assertApproximates(encoder.frames, 30, 1)
        self.assertApproximates(encoder.speed, 1.0, 0.03)
        self.assertGreater(encoder.rate, 10)
        self.assertEqual((encoder.missing, encoder.late), (0, 0))

    def test_what_is_written_into_a_folder_is_held_against_nothing(self) -> None:
        """Whoever writes it decides."""
        folder = Source(kind="folder", folder=FolderSource(path="/somewhere"))
        self.settings = Config(source=folder)
        figures = self.after(0)
        self.assertEqual((figures.encoder.frames_wanted, figures.encoder.rate_wanted), (None, None))
        self.assertEqual((figures.viewers.stream, figures.rates.scale), (None, 0.0))

    def test_viewers(self) -> None:
        """Who is sent the stream, how much went to them, and how much their lines must carry."""
        self.assertEqual(self.after(0).viewers.stream, 448)
        response = FakeResponse()
        viewer = self.broadcast.watch(response)
        figures = self.after(20)
        viewers, rate = figures.viewers, figures.encoder.rate
        assert rate is not None and viewers.delivered is not None and viewers.each is not None
        self.assertEqual((viewers.watching, viewers.slow, viewers.skipped), (1, 0, 0))
        self.assertEqual(viewers.stream, round(rate))
        self.assertApproximates(viewers.delivered, rate, rate / 20)
        self.assertApproximates(viewers.each, viewers.delivered, 0.01)
        self.broadcast.leave(viewer)
        self.assertEqual(self.after(20).viewers.each, None)

    def test_who_and_what_was_refused(self) -> None:
        """Requests over their circuit's budget, and connections that were cut."""
        self.circuits.refused, self.circuits.cut = 2, 3
        self.assertEqual(self.after(0).viewers.refused, 5)

    def test_the_delay(self) -> None:
        """What waits for its fragment, and what waits for viewers' lines."""
        delay = self.after(12).delay
        assert delay.waited is not None
        self.assertTrue(0 < delay.waited <= delay.longest < 0.3)
        self.assertEqual((delay.fragment, delay.behind), (100, None))
        self.broadcast.watch(FakeResponse(prompt=False, full=100))
        behind = self.after(3).delay.behind
        assert behind is not None
        self.assertGreater(behind, 2.5)

    def test_the_chat(self) -> None:
        """What is said, and since when."""
        self.chat.room.say(b"a" * 16, "hello", 0.0, 0)
        chat = self.after(1).chat
        self.assertEqual((chat.lately, chat.messages, chat.here, chat.banned, chat.captchas), (1, 1, 0, 0, 0))
        self.assertEqual(self.later(61).chat.lately, 0)

    def test_the_onion(self) -> None:
        """Its own words, the circuits that are open, and what the test found when."""
        self.clock.advance(1)
        self.onion.last = Report(outcome=Outcome.NOT_TESTED, at=0.5, why="of something")
        onion = self.later(150).onion
        self.assertEqual((onion.sentence, onion.address, onion.circuits), ("Reached.", "a.onion", 0))
        self.assertEqual((onion.tested, onion.tested_ago), (self.onion.last.summary, 2))
        client = Client(self.circuits).send(line())
        self.assertEqual(self.measuring.look().onion.circuits, 1)
        client.leave()
        self.assertEqual(self.measuring.look().onion.circuits, 0)

    def test_never_tested(self) -> None:
        """Nothing is said of it."""
        onion = self.after(0).onion
        self.assertEqual((onion.tested, onion.tested_ago), ("", 0))

    def test_the_machine(self) -> None:
        """Connections, memory, and for how long it runs: as the stream does here."""
        self.after(1)
        figures = self.later(125)
        machine = figures.machine
        self.assertEqual((machine.connections, machine.connections_most), (0, self.site.limits.connections))
        self.assertEqual((machine.minutes, figures.minutes, figures.air), (2, 2, "online"))
        self.assertTrue(0 < machine.memory <= machine.memory_most)

    def test_the_last_five_minutes(self) -> None:
        """A bar for each quarter of a minute; the picture of the bitrate has room for more than is wanted."""
        self.after(15)
        self.broadcast.watch(FakeResponse())
        figures = self.after(31)
        self.assertEqual((len(figures.rates.values), len(figures.crowd.values)), (3, 3))
        self.assertEqual((figures.crowd.values[0], figures.crowd.values[-1]), (0.0, 1.0))
        self.assertEqual((figures.rates.scale, figures.crowd.scale), (560.0, 0.0))
        self.assertTrue(figures.rates.known)

    def test_before_anything_has_come(self) -> None:
        """Nothing is invented."""
        figures = self.measuring.look()
        self.assertEqual((figures.encoder.frames, figures.encoder.speed, figures.delay.waited), (None, None, None))
        self.assertEqual((figures.minutes, figures.viewers.delivered, figures.rates.known), (None, None, False))


class MemoryTests(SynchronousTestCase):
    """How much this process holds."""

    def test_it_is_that_of_this_process(self) -> None:
        """In MiB; the most is no less than what it is now."""
        present, most = memory()
        self.assertTrue(5 < present <= most < 5000)

    def test_as_the_system_tells_it(self) -> None:
        """proc(5) counts in KiB."""
        path = Path(self.mktemp())
        path.write_text("Name:\tpython\nVmPeak:\t 9999 kB\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\nThreads:\t3\n")
        self.assertEqual(memory(path), (2.0, 4.0))

    def test_where_it_tells_nothing(self) -> None:
        """Or something else: there is no figure then, and all others are there."""
        path = Path(self.mktemp())
        self.assertEqual(memory(path), (0.0, 0.0))
        for odd in ("", "VmRSS:\n", "VmRSS:\tmany kB\n"):
            path.write_text(odd)
            self.assertEqual(memory(path), (0.0, 0.0))
