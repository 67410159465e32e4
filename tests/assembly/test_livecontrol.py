"""The control socket beside the chat and the broadcast, as the daemon joins them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.protocol import ServerFactory
from twisted.internet.testing import StringTransport

from onionstream.assembly.controlled import Parts
from onionstream.assembly.livecontrol import LiveControl
from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.presence import Way
from onionstream.chat.rules import When
from onionstream.chat.tripcode import Tripcode
from onionstream.control.server import Client
from onionstream.files.state import StateDirectory
from onionstream.life import Reload
from onionstream.onion.guests import Guests
from onionstream.onion.progress import State, Status
from onionstream.onion.report import Outcome, Planned, Report
from onionstream.settings.config import Chat, Config, Doors, Stream
from onionstream.waiting import Waiting
from tests.assembly.test_livechat_beside import ANN, BOB, LiveChatCase
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
    """An encoder as far as it is looked at; ``asked`` is what was wanted of it."""

    sentence, generation, lines = "ffmpeg runs.", 3, ("said",)

    def __init__(self) -> None:
        """Nothing was."""
        self.asked: list[str] = []

    def startService(self) -> None:
        """See ``Intake.startService``."""
        self.asked.append("on")

    def stopService(self) -> Deferred[None]:
        """See ``Intake.stopService``."""
        self.asked.append("off")
        return succeed(None)

    def status(self) -> Encoder:
        """See ``Supervisor.status``."""
        return self

    def restart(self) -> None:
        """See ``Supervisor.restart``."""
        self.asked.append("restart")


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

    def test_S73_what_is_done_here_is_the_broadcaster_s(self) -> None:
        """It stands in the log on his page, and can be undone there; what he says here has his mark."""
        self.say("Hello")
        self.do("say", "Welcome")
        for text in ("One", "Two"):
            self.reactor.advance(5)
            self.chat.room.say(BOB, text, self.reactor.seconds(), int(time.time()))
        for words in (("hide", "1"), ("ban", "1"), ("sweep", "5", "5")):
            self.assertNotIn("error", self.do(*words))
        done = self.chat.overview().done
        deeds = ["Hidden:", "Banned:", "Hidden: a message of"]
        self.assertEqual([(one.actor, one.deed) for one in done], [("Broadcaster", deed) for deed in deeds])
        host = self.chat.sessions.key
        self.assertEqual(self.chat.room.of(host)[0].text, "Welcome")
        self.chat.moderation.undo(host, done[1].number, 0.0, 0)
        self.assertFalse(self.chat.room.person(ANN).banned)
        self.assertIn("(taken back)", self.do("log"))
        self.assertIn("Taken back: Hidden: 2 messages of 1 person", self.do("undo", str(done[0].number)))

    def test_A65_moderators(self) -> None:
        """They are kept as those who were made on the page."""
        self.chat.room.restyle(ANN, Look(trip=Tripcode(b"t" * 32)), self.reactor.seconds())
        self.do("mods", "add", self.chat.room.person(ANN).mark)
        self.assertIs(self.chat.room.person(ANN).role, Role.MODERATOR)
        self.assertEqual([one.full for one in self.chat.overview().moderators], [Tripcode(b"t" * 32).full])
        self.do("mods", "drop", Tripcode(b"t" * 32).full)
        self.assertIs(self.chat.room.person(ANN).role, Role.VIEWER)

    def test_A65_doors_and_modes(self) -> None:
        """As they are set on the page: at once, also for whoever is inside."""
        live = self.live()
        self.do("mode", "slow", "60")
        self.reactor.advance(1)
        self.assertIn(b"Slow mode: everybody may write once in 60 s.", live.received)
        self.do("raid", "begin", "5")
        self.do("captcha", "first")
        rules = self.chat.room.rules
        self.assertEqual((rules.raid, rules.captcha), (self.reactor.seconds() - 300, When.FIRST))
        self.do("members", "add", Tripcode(b"t" * 32).full)
        self.do("doors", "members")
        self.assertTrue(live.closed)
        self.assertEqual(self.chat.entrance.door.admission.lock.members, frozenset({b"t" * 32}))

    def test_A65_what_stands_under_the_title(self) -> None:
        """In the file, and gone again."""
        self.do("about", "set", "One\ntwo")
        self.assertEqual((self.folder / "about.txt").read_text(), "One\ntwo\n")
        self.do("about", "reset")
        self.assertEqual(self.chat.stage.description, "")

    def test_A65_the_source(self) -> None:
        """Off, on, and anew."""
        for word in ("off", "on", "restart"):
            self.do("source", word)
        self.assertEqual(self.encoder.asked, ["off", "on", "restart"])
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
