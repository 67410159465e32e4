"""How ffmpeg is had to make the slate; on invented processes."""

from __future__ import annotations

from typing import cast

from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.commands import Command
from onionstream.encoder.slatemaker import LARGEST, PATIENCE, SlateMaker
from onionstream.encoder.sources import CommandError
from onionstream.video.slate import Slate
from tests.encoder.fakes import FakeReactor, a_command
from tests.video.streams import build, film

FILM = build(film(0.5))


class SlateMakerTests(SynchronousTestCase):
    """``SlateMaker``."""

    def setUp(self) -> None:
        """It has not been started yet."""
        self.reactor = FakeReactor()
        self.put: list[Slate | None] = []
        self.problem: Exception | None = None
        self.there = True
        self.logged: list[LogEvent] = []
        observer = cast("ILogObserver", self.logged.append)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.maker = SlateMaker(self._command, self.put.append, self.reactor, runnable=lambda _: self.there)

    def _command(self) -> Command:
        if self.problem:
            raise self.problem
        return a_command("/usr/bin/ffmpeg", "-i", "slate")

    def _made(self) -> None:
        """What is asked for is made."""
        self.reactor.process.says(FILM[:1000])
        self.reactor.process.says(FILM[1000:])
        self.reactor.process.end()

    def test_it_is_made_at_the_start(self) -> None:
        """Handed on when it is whole, and nothing runs any more."""
        self.maker.startService()
        self.assertEqual(self.reactor.process.arguments[-1], "slate")
        self.reactor.process.says(FILM)
        self.assertEqual(self.put, [])
        self.reactor.process.end()
        self.assertEqual(self.put, [Slate.parse(FILM)])
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_R41_another_one(self) -> None:
        """There is none while it is made, and the old one's bytes are nobody's."""
        self.maker.startService()
        self._made()
        self.maker.replace(lambda: a_command("/usr/bin/ffmpeg", "-i", "other"))
        self.assertEqual((self.put[1:], self.reactor.process.arguments[-1]), ([None], "other"))
        self._made()
        self.assertEqual(self.put[2:], [Slate.parse(FILM)])

    def test_another_one_of_the_same_kind(self) -> None:
        """What it must be like has changed: it is made again by the same command."""
        self.maker.startService()
        self._made()
        self.maker.again()
        self.assertEqual((self.put[1:], len(self.reactor.processes)), ([None], 2))
        self._made()
        self.assertEqual(self.put[2:], [Slate.parse(FILM)])

    def test_R41_another_one_while_one_is_being_made(self) -> None:
        """The first is killed, and not handed on."""
        self.maker.startService()
        first = self.reactor.process
        first.says(FILM)
        self.maker.replace(self._command)
        self.reactor.advance(0)
        self.assertEqual((first.signals, self.put), (["KILL"], [None]))
        self._made()
        self.assertEqual(len(self.put), 2)

    def test_before_the_start_another_command_is_only_kept(self) -> None:
        """Nothing is started."""
        self.maker.replace(self._command)
        self.assertEqual(self.reactor.processes, [])

    def test_R08_stopping_kills_it(self) -> None:
        """Nothing is handed on."""
        self.maker.startService()
        self.reactor.process.says(FILM)
        self.maker.stopService()
        self.reactor.advance(0)
        self.assertEqual((self.reactor.process.signals, self.put), (["KILL"], []))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_what_cannot_be_used_is_one_line_in_the_log(self) -> None:
        """The program runs on without one."""
        for data in (b"", b"garbage" * 100, FILM[:300]):
            del self.logged[:]
            self.maker.replace(self._command)
            self.maker.startService()
            self.reactor.process.says(data)
            self.reactor.process.end(1)
            self.assertEqual(len([one for one in self.logged if one["log_namespace"].endswith("SlateMaker")]), 1)
        self.assertEqual([one for one in self.put if one is not None], [])

    def test_B50_it_has_a_bound(self) -> None:
        """In bytes: it is killed, and nothing more is kept."""
        self.maker.startService()
        for _ in range(LARGEST // 2**18 + 2):
            self.reactor.process.says(bytes(2**18))
        self.reactor.advance(0)
        self.assertEqual(set(self.reactor.process.signals), {"KILL"})
        self.assertEqual(self.put, [])

    def test_R02_it_has_a_bound_in_time(self) -> None:
        """It is killed when it takes a minute."""
        self.maker.startService()
        self.reactor.advance(PATIENCE - 1)
        self.assertEqual(self.reactor.process.signals, [])
        self.reactor.advance(1)
        self.assertEqual((self.reactor.process.signals, self.put), (["KILL"], []))

    def test_R06_without_ffmpeg_nothing_happens(self) -> None:
        """The encoder says what is missing: it needs the same."""
        self.there = False
        self.maker.startService()
        self.there, self.problem = True, CommandError("There is no font.")
        self.maker.replace(self._command)
        self.problem, self.reactor.exhausted = None, True
        self.maker.replace(self._command)
        self.assertEqual((self.reactor.processes, self.put), ([], [None, None]))
        self.assertEqual([one for one in self.logged if one["log_namespace"].endswith("SlateMaker")], [])
