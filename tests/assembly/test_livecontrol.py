"""The control socket beside the chat and the broadcast, as the daemon joins them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.protocol import ServerFactory
from twisted.internet.testing import StringTransport

from onionstream.assembly.livecontrol import LiveControl, Parts
from onionstream.chat.presence import Way
from onionstream.control.server import Client
from onionstream.files.state import StateDirectory
from onionstream.life import Reload
from onionstream.onion.guests import Guests
from onionstream.onion.progress import State, Status
from onionstream.onion.report import Outcome, Planned, Report
from onionstream.settings.config import Chat, Config, Doors, Stream
from onionstream.waiting import Waiting
from tests.assembly.test_livechat_beside import ANN, LiveChatCase
from tests.onion.test_guests import FakeDoor


class Tor:
    """A tor as far as it is looked at."""

    def __init__(self) -> None:
        """It looks for its network."""
        self.waiting = Waiting()
        self.state, self.sentence = State.CONNECTING, "tor: 45 %"

    def status(self) -> Status:
        """See ``Tor.status``."""
        return Status(state=self.state, sentence=self.sentence, address="abc.onion", percent=45, seconds=1.0, lines=())

    def changed(self) -> Deferred[None]:
        """See ``Tor.changed``."""
        return self.waiting.wait()

    def enter(self, state: State, sentence: str) -> None:
        """It has come further."""
        self.state, self.sentence = state, sentence
        self.waiting.wake()


class Encoder:
    """An encoder as far as it is looked at; ``restarts`` counts."""

    sentence, generation, lines = "ffmpeg runs.", 3, ("said",)

    def __init__(self) -> None:
        """It was never started again."""
        self.restarts = 0

    def status(self) -> Encoder:
        """See ``Supervisor.status``."""
        return self

    def restart(self) -> None:
        """See ``Supervisor.restart``."""
        self.restarts += 1


class Test:
    """A self-test that is over at once."""

    last: Report | None = None

    async def run(self) -> Report:
        """See ``SelfTest.run``."""
        self.last = Report(outcome=Outcome.NOT_REACHED, at=0.0, why="nobody answered")
        return self.last


class Link(StringTransport):
    """Somebody of this user."""

    socket = cast("Any", None)

    def facts(self) -> list[dict[str, Any]]:
        """:return: what a listener was told, and forget it."""
        told = [json.loads(line) for line in self.value().splitlines()]
        self.clear()
        return told


class LiveControlCase(LiveChatCase):
    """All of it."""

    def setUp(self) -> None:
        """Nobody has come."""
        super().setUp()
        folder = Path(tempfile.mkdtemp(prefix="o-"))
        self.addCleanup(shutil.rmtree, folder)
        state = StateDirectory(folder)
        self.addCleanup(state.close)
        self.tor, self.encoder, self.door = Tor(), Encoder(), FakeDoor()
        (folder / "onion").mkdir(mode=0o700)
        self.reload = Reload(self.settings, lambda: self.settings, {frozenset({"stream", "doors"}): self.chat.change})
        parts: list[Any] = [state, self.chat, self.broadcast, self.encoder, self.tor, Test()]
        guests = Guests(folder / "onion", self.door)
        parts += [self.site, self.reload, guests, lambda: Planned(video=400, audio=48)]
        self.control = LiveControl(Parts(*parts), self.reactor)
        ((path, factory, *_),) = self.reactor.unixServers
        self.assertEqual(path, str(folder / "control.sock"))
        self.factory = cast("ServerFactory[Client]", factory)
        self.factory._user_of = lambda _: os.geteuid()  # type: ignore[attr-defined]

    def connect_(self, line: str) -> Link:
        """Somebody says this."""
        client, link = self.factory.buildProtocol(cast("Any", None)), Link()
        assert client is not None
        client.makeConnection(link)
        client.dataReceived(f"{line}\n".encode())
        return link

    def do(self, *words: str) -> str:
        """:return: the reply to a command."""
        link = self.connect_(json.dumps(words))
        cast("Client", link.producer).connectionLost()
        return str(link.value(), "utf-8")

    def listen(self) -> Link:
        """Somebody listens, and has heard how it is."""
        link = self.connect_("events")
        link.clear()
        return link


class CommandTests(LiveControlCase):
    """What commands reach."""

    def test_A65_how_it_all_is(self) -> None:
        """Each part in its own words."""
        self.on_air()
        self.chat.presence.enter(ANN, Way.PAGE)
        told = self.do("status")
        for words in (
            "online for 0:00: Day 12",
            "ffmpeg runs.",
            "0 watch, 1 are here",
            "tor: 45 %",
            "http://abc.onion/",
            "There was none yet.",
        ):
            self.assertIn(words, told)

    def test_A65_a_title_is_everywhere(self) -> None:
        """On the page, in open documents, in the lines for terminals."""
        live, text = self.live(), self.live("/chat.txt")
        self.assertEqual(self.do("title", "set", "Day 13"), "title set Day 13\n  Day 13\n\n")
        self.reactor.advance(1)
        self.assertEqual(self.chat.titles.title, "Day 13")
        self.assertIn(b"Day 13", live.received)
        self.assertIn(b"# The title is: Day 13\n", text.received)

    def test_R41_what_was_set_holds_until_the_configuration_says_something_else(self) -> None:
        """Which the title never does that was set: it is in a file, as one that was edited by hand."""
        self.do("title", "set", "Day 13")
        self.do("doors", "captcha")
        self.chat.change(replace(self.settings, chat=Chat(shown=50)))
        self.assertEqual((self.chat.stage.title, self.chat.entrance.door.takes_strangers), ("Day 13", False))
        self.chat.change(replace(self.settings, stream=Stream(title="Day 14"), doors=Doors(kind="captcha")))
        self.assertEqual((self.chat.stage.title, self.chat.entrance.door.takes_strangers), ("Day 13", False))
        self.chat.change(replace(self.settings, stream=Stream(title="Day 14")))
        self.assertTrue(self.chat.entrance.door.takes_strangers)

    def test_A65_the_chat(self) -> None:
        """Messages are said and hidden in open documents."""
        text = self.live("/chat.txt")
        self.assertIn("message 1", self.do("say", "Hello"))
        self.assertIn(b"* Broadcaster: Hello\n", text.received)
        self.do("hide", "1")
        self.assertEqual(self.chat.room.history(10), [])

    def test_A65_the_source(self) -> None:
        """Started again."""
        self.do("source", "restart")
        self.assertEqual(self.encoder.restarts, 1)
        self.assertIn("said", self.do("source"))

    def test_A65_guests(self) -> None:
        """Tor is told, and no signal is sent."""
        self.assertRegex(self.do("invite", "anna"), r"key +[A-Z2-7]{52}\n")
        self.assertEqual(self.door.asked, ["offer anew"])
        self.assertIn("anna", self.do("invited"))
        self.do("revoke", "anna", "public")
        self.assertEqual(self.door.asked, ["offer anew"] * 2)

    def test_A65_the_self_test(self) -> None:
        """What it found is in the status then."""
        for words in ("selftest", "status"):
            self.assertIn("could not be reached in 1 try: nobody answered.", self.do(words))

    def test_R34_the_configuration(self) -> None:
        """It is read again, and shown."""
        self.settings = Config(stream=Stream(title="Day 15"))
        self.assertIn("changed: [stream]", self.do("reload"))
        self.assertIn('title = "Day 15"', self.do("config", "show", "stream"))
        self.assertEqual(self.chat.stage.title, "Day 15")


class EventTests(LiveControlCase):
    """What listeners are told."""

    def test_A66_how_it_is(self) -> None:
        """The stream and the onion address, without that address."""
        self.assertEqual(
            self.connect_("--json events").facts()[1:],
            [
                {"event": "stream", "state": "offline", "title": "Day 12"},
                {"event": "onion", "state": "connecting", "sentence": "tor: 45 %"},
            ],
        )

    def test_A66_what_happens_in_the_chat(self) -> None:
        """As it happens."""
        listener = self.listen()
        self.say("Hello")
        self.chat.room.ban(ANN, hide=True)
        self.assertEqual([fact["event"] for fact in listener.facts()], ["message", "hidden", "ban"])

    def test_A66_the_stream_and_its_title(self) -> None:
        """Once for each change."""
        listener = self.listen()
        self.on_air()
        self.do("title", "set", "Day 13")
        self.chat.change(self.settings)
        told = [(fact["state"], fact["title"]) for fact in listener.facts()]
        self.assertEqual(told[-2:], [("online", "Day 12"), ("online", "Day 13")])
        self.assertEqual(len(told), len(set(told)))

    def test_A66_the_onion_address(self) -> None:
        """Whenever tor says something else."""
        listener = self.listen()
        self.tor.enter(State.REACHABLE, "It is published.")
        self.tor.enter(State.REACHABLE, "It is published.")
        fact = {"event": "onion", "state": "reachable", "sentence": "It is published."}
        self.assertEqual(listener.facts(), [fact])

    def test_A66_who_comes_and_goes(self) -> None:
        """At the next look; who loads the page again meanwhile is no news, nor who was here before."""
        presence = self.chat.presence
        presence.enter(b"b" * 16, Way.PAGE)
        self.control.look()
        listener = self.listen()
        presence.enter(ANN, Way.PAGE)
        self.control.look()
        mark = self.chat.room.person(ANN).mark
        self.assertEqual([(fact["event"], fact["person"]["mark"]) for fact in listener.facts()], [("join", mark)])
        presence.leave(ANN, Way.PAGE)
        presence.enter(ANN, Way.PAGE)
        self.control.look()
        self.assertEqual(listener.facts(), [])
        presence.leave(ANN, Way.PAGE)
        self.control.look()
        self.assertEqual([fact["event"] for fact in listener.facts()], ["leave"])

    def test_R51_what_breaks_here_is_not_felt_in_the_chat(self) -> None:
        """The message is said all the same; the log has no word of it."""
        self.listen()

        def breaks(_: object) -> None:
            raise RuntimeError("MARK")

        self.control._server.publish = breaks  # type: ignore[assignment,method-assign]
        self.say("Hello")
        self.on_air()
        self.assertEqual(len(self.chat.room.history(10)), 1)
        self.assertEqual({("RuntimeError" in one, "MARK" in one) for one in self.errors()}, {(True, False)})

    def test_R40_the_end(self) -> None:
        """Connections end with the daemon, and it waits for them."""
        listener = self.listen()
        client = cast("Client", listener.producer)
        service = self.control.service()
        service.startService()
        ended = cast("Deferred[None]", service.stopService())
        self.assertTrue(listener.disconnected)
        self.assertNoResult(ended)
        client.connectionLost()
        self.successResultOf(ended)
