"""The control socket's connections, in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.internet.testing import StringTransport
from twisted.logger import capturedLogs, formatEvent
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from onionstream.control.acts import Act
from onionstream.control.events import Fact
from onionstream.control.execution import Execution
from onionstream.control.protocol import LONGEST, Answer, Request, wanted
from onionstream.control.server import CLIENTS, Client, ControlServer
from onionstream.control.verbs import VERBS
from tests.control.fakes import FakeDaemon

FULL = 64 << 10
"""Bytes after which Twisted's transports pause their producers."""


class Link(StringTransport):
    """
    A connection that pauses its producer as Twisted's do.

    :ivar prompt: whether the other end takes all at once.
    """

    def __init__(self) -> None:
        """It is prompt."""
        super().__init__(lenient=True)
        self.prompt = True
        self.unsent = 0

    def write(self, data: bytes) -> None:
        """As ``FileDescriptor.write``."""
        super().write(data)
        self.unsent += 0 if self.prompt else len(data)
        if self.unsent > FULL and self.producer is not None:
            self.producer.pauseProducing()

    def take(self) -> None:
        """The other end takes what waits."""
        self.unsent = 0
        if self.producer is not None:
            self.producer.resumeProducing()


class ServerCase(SynchronousTestCase):
    """A server whose commands are those of a fake daemon."""

    def setUp(self) -> None:
        """Its user has the number 7."""
        self.daemon = FakeDaemon(Path(self.mktemp()))
        self.user = 7
        self.done: list[str] = []
        acts: dict[str, Act] = {**self.daemon.acts(), "say": self.say, "hide": self.break_}
        self.server = ControlServer(Execution(acts).do, self.begin, 7, lambda _: self.user)

    def begin(self) -> list[Fact]:
        """What listeners hear first."""
        return [{"event": "stream", "state": "online"}]

    def say(self, words: object) -> Answer:
        """A command that is noted."""
        self.done.append(" ".join(map(str, words)) if isinstance(words, tuple) else "")
        return Answer(("x" * 1000,))

    def break_(self, _: object) -> Answer:
        """A command with a fault of ours."""
        raise RuntimeError("MARK")

    def connect(self) -> tuple[Client, Link]:
        """Somebody comes."""
        client, link = self.server.buildProtocol(None), Link()
        client.makeConnection(link)
        return client, link

    def ask(self, *pieces: bytes) -> bytes:
        """:return: what comes back of these."""
        client, link = self.connect()
        for piece in pieces:
            client.dataReceived(piece)
        client.connectionLost(Failure(ConnectionDone()))
        return cast("bytes", link.value())

    def lose(self, client: Client) -> None:
        """The connection is gone."""
        client.connectionLost(Failure(ConnectionDone()))


class CommandTests(ServerCase):
    """Commands and replies."""

    def test_A65_a_reply_is_the_command_in_full_and_what_came_of_it(self) -> None:
        """As lines, or as JSON."""
        self.assertEqual(self.ask(b"t\n"), b"title show\n  A live stream\n\n")
        reply = json.loads(self.ask(b"--json t\n"))
        data = {"title": "A live stream", "configured": True}
        self.assertEqual((reply["command"], reply["data"]), ("title show", data))

    def test_A65_help(self) -> None:
        """Every command."""
        told = self.ask(b"help\n").decode()
        for verb in VERBS:
            self.assertIn(f"\n  {verb.usage}", told)

    def test_one_after_the_other(self) -> None:
        """In their order, also those that are wrong."""
        told = self.ask(b"title set One\nfrob\n\n", b"\xff\n[\ntitle\n").decode()
        starts = [line[:12] for line in told.split("\n") if line and not line.startswith(" ")]
        self.assertEqual(starts, ["title set On", "error: Expec", "error: That ", "error: That ", "title show"])

    @given(st.lists(st.integers(0, 60), max_size=10))
    def test_B80_any_chunking(self, cuts: list[int]) -> None:
        """The same replies, however the commands come."""
        raw = b"mode closed\ntitle\nfrob\n\xff\nsource status\ndoors"
        places = sorted({min(cut, len(raw)) for cut in cuts})
        pieces = [raw[start:end] for start, end in zip([0, *places], [*places, len(raw)], strict=True)]
        self.assertEqual(self.ask(*pieces), self.ask(raw))

    def test_B80_a_line_without_an_end_is_no_command(self) -> None:
        """Whoever goes in the middle of one has said nothing."""
        self.assertEqual(self.ask(b"title set Hal"), b"")
        self.assertEqual(self.daemon.stage.title, "A live stream")

    def test_B80_a_line_of_1_MiB(self) -> None:
        """What came before it is done; the connection ends."""
        client, link = self.connect()
        client.dataReceived(b"title\n")
        for _ in range(1024):
            client.dataReceived(b"x" * 1024)
        self.assertTrue(link.disconnecting)
        self.assertEqual(link.value().count(b"error: A line has at most 65536 bytes."), 1)
        client.dataReceived(b"\ntitle set After\n")
        self.assertEqual(self.daemon.stage.title, "A live stream")

    def test_B80_the_longest_line(self) -> None:
        """It is a command like others."""
        said = wanted(["say", "x" * (LONGEST - 20)])
        self.ask(said)
        self.assertEqual([len(one) for one in self.done], [LONGEST - 20])

    def test_what_is_refused_says_why(self) -> None:
        """In the sentence of whoever refuses it."""
        told = b"error: The title holds characters that are no text. It stays as it was.\n\n"
        self.assertEqual(self.ask(b"title set \0\n"), told)
        told = b"error: Minutes are 0 to 1440. Nothing was changed.\n\n"
        self.assertEqual(self.ask(b"raid begin 9999\n"), told)
        self.assertEqual(self.ask(b"undo 7\n")[:13], b"error: This i")
        self.daemon.settings.wrong = True
        self.assertEqual(self.ask(b"reload\n"), b"error: config.toml: this is no TOML\n\n")
        self.daemon.guests.invited = ["anna"]
        self.assertEqual(self.ask(b"revoke anna\n"), b"error: He is the only guest.\n\n")

    def test_S82_a_password_is_nowhere(self) -> None:
        """Neither where the reply says the command, nor where it is refused, nor in what is shown later."""
        told = self.ask(b"d p correct horse\nd p horse\ndoors\nstatus\nconfig\n--json d p stable horse\n--json doors\n")
        self.assertTrue(told.startswith(b"doors password (not shown)\n  Only who knows"), told)
        self.assertNotIn(b"horse", told)
        self.assertEqual(self.daemon.lock.lock.password, "stable horse")

    def test_L50_a_fault_of_ours(self) -> None:
        """It is told without what was said, and the next command is done."""
        with capturedLogs() as logs:
            told = self.ask(b"hide SAID_MARK\ntitle\n")
        self.assertIn(b"fault of onionstream", told)
        self.assertIn(b"A live stream", told)
        self.assertEqual([("RuntimeError" in one, "MARK" in one) for one in map(formatEvent, logs)], [(True, False)])


class WaitingTests(ServerCase):
    """Commands that take time, and replies that nobody takes."""

    def test_nothing_is_read_while_a_command_is_done(self) -> None:
        """What came with it waits; then it is its turn."""
        client, link = self.connect()
        client.dataReceived(b"selftest\ntitle\n")
        self.assertEqual((link.value(), link.producerState), (b"", "paused"))
        assert self.daemon.onion.testing is not None
        self.daemon.onion.testing.callback(("It works.",))
        self.assertEqual(link.value(), b"selftest\n  It works.\n\ntitle show\n  A live stream\n\n")
        self.assertEqual(link.producerState, "producing")

    def test_B80_a_client_who_goes_meanwhile(self) -> None:
        """What he has asked for is broken off."""
        client, _link = self.connect()
        client.dataReceived(b"selftest\ntitle set After\n")
        testing = self.daemon.onion.testing
        assert testing is not None
        self.lose(client)
        self.assertTrue(testing.called)
        self.assertEqual(self.daemon.stage.title, "A live stream")

    def test_D50_replies_that_nobody_takes(self) -> None:
        """After 64 KiB nothing more is done or read, until they are taken; then all is done."""
        client, link = self.connect()
        link.prompt = False
        client.dataReceived(b"say x\n" * 200)
        self.assertLess(len(self.done), 70)
        self.assertEqual(link.producerState, "paused")
        while len(self.done) < 200:
            before = len(self.done)
            link.take()
            self.assertGreater(len(self.done), before)
        link.take()
        self.assertEqual(link.producerState, "producing")

    def test_who_says_nothing_more_gets_his_reply(self) -> None:
        """As from a pipe: the end of what is said is not the end of the connection."""
        client, link = self.connect()
        client.dataReceived(b"selftest\n")
        client.readConnectionLost()
        self.assertFalse(link.disconnecting)
        assert self.daemon.onion.testing is not None
        self.daemon.onion.testing.callback(("It works.",))
        self.assertEqual((link.value(), link.disconnecting), (b"selftest\n  It works.\n\n", True))


class AdmissionTests(ServerCase):
    """Who may come, and how many."""

    def test_L08_nobody_but_the_same_user(self) -> None:
        """Not even root, and whatever the socket's rights are; nothing he says is done."""
        for self.user in (0, 8, 65534):
            client, link = self.connect()
            self.assertEqual((link.value(), link.disconnecting), (b"error: This is somebody else's daemon.\n\n", True))
            client.dataReceived(b"title set Mine\n")
            self.lose(client)
        self.assertEqual(self.daemon.stage.title, "A live stream")

    def test_D50_B80_eight_at_a_time(self) -> None:
        """The others are told so, and there is room again when one has gone."""
        clients = [self.connect() for _ in range(100)]
        self.assertEqual([link.disconnecting for _, link in clients], [False] * CLIENTS + [True] * (100 - CLIENTS))
        self.assertIn(b"8 connections are open already", clients[-1][1].value())
        for client, _ in clients[CLIENTS - 1 :]:
            self.lose(client)
        self.assertEqual([self.connect()[1].disconnecting for _ in range(2)], [False, True])

    def test_the_end(self) -> None:
        """All are cut off, and the end is when they have gone."""
        self.successResultOf(self.server.close())
        clients = [self.connect() for _ in range(2)]
        ended = self.server.close()
        self.assertEqual([link.disconnected for _, link in clients], [True, True])
        self.lose(clients[0][0])
        self.assertNoResult(ended)
        self.lose(clients[1][0])
        self.successResultOf(ended)


class ListenerTests(ServerCase):
    """Those who are told what happens."""

    def listen(self) -> tuple[Client, Link]:
        """Somebody listens, and has read what there is."""
        client, link = self.connect()
        client.dataReceived(b"--json events\n")
        link.clear()
        return client, link

    def test_A66_how_it_is_and_then_what_happens(self) -> None:
        """One object a line; nothing of it before it was asked for."""
        client, link = self.connect()
        self.assertFalse(self.server.listening)
        self.server.publish({"event": "early"})
        client.dataReceived(b"ev\n")
        self.server.publish({"event": "message", "text": "ü\n"})
        self.assertEqual(
            link.value(),
            b'events\n\n{"event": "stream", "state": "online"}\n{"event": "message", "text": "\\u00fc\\n"}\n',
        )
        self.assertTrue(self.server.listening)

    def test_what_he_says_then_is_not_looked_at(self) -> None:
        """Neither what came together with it nor later; it is not kept either."""
        client, link = self.connect()
        client.dataReceived(b"events\ntitle set Late\n")
        for _ in range(100):
            client.dataReceived(b"x" * LONGEST)
        client.dataReceived(b"\ntitle set Late\n")
        self.assertEqual((self.daemon.stage.title, link.disconnecting), ("A live stream", False))

    def test_who_says_nothing_more_goes_on_listening(self) -> None:
        """As from a pipe."""
        client, link = self.listen()
        client.readConnectionLost()
        self.server.publish({"event": "x"})
        self.assertEqual((link.value(), link.disconnecting), (b'{"event": "x"}\n', False))

    def test_D50_one_who_takes_nothing_is_cut_off(self) -> None:
        """With more than 64 KiB unsent; others notice nothing."""
        (_, slow), (_, other) = self.listen(), self.listen()
        slow.prompt = False
        count = 0
        while not slow.disconnected:
            self.server.publish({"event": "x" * 1000})
            count += 1
        self.assertEqual(slow.unsent, len(slow.value()))
        self.assertLess(slow.unsent, FULL + 2000)
        self.server.publish({"event": "x" * 1000})
        self.assertLess(slow.unsent, FULL + 2000)
        self.assertEqual(other.value().count(b"\n"), count + 1)

    def test_R51_one_that_breaks_is_no_matter_of_the_others(self) -> None:
        """It is told in the log, without what was said."""
        (broken, _), (_, other) = self.listen(), self.listen()

        def breaks(_: bytes) -> None:
            raise RuntimeError("MARK")

        broken.tell = breaks  # type: ignore[assignment,method-assign]
        with capturedLogs() as logs:
            self.server.publish({"event": "x"})
        self.assertEqual([("RuntimeError" in one, "MARK" in one) for one in map(formatEvent, logs)], [(True, False)])
        self.assertEqual(other.value(), b'{"event": "x"}\n')

    def test_it_is_a_producer_for_its_transport(self) -> None:
        """So that it learns when nothing is taken."""
        client, link = self.connect()
        self.assertTrue(IPushProducer.providedBy(client))
        self.assertIs(link.producer, client)
        self.assertTrue(link.streaming)


class ExecutionTests(SynchronousTestCase):
    """The table of commands and what there is for them."""

    def test_every_command_is_there(self) -> None:
        """And nothing that is no command."""
        acts = [*FakeDaemon(Path(self.mktemp())).acts(), "help", "events"]
        self.assertEqual(sorted(acts), sorted(verb.name for verb in VERBS))

    def test_a_reply_that_waits_may_be_given_up(self) -> None:
        """What it waits for is cancelled."""
        daemon = FakeDaemon(Path(self.mktemp()))
        reply = Execution(daemon.steering.acts()).do(Request(("selftest",)))
        assert isinstance(daemon.onion.testing, Deferred)
        reply.cancel()
        self.assertTrue(self.successResultOf(reply).error)
