"""What listeners at the control socket are told, as the daemon joins it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from twisted.internet.defer import Deferred

from onionstream.chat.looks import Look
from onionstream.chat.presence import Way
from onionstream.chat.rules import Mode, When
from onionstream.control.server import Client
from onionstream.onion.progress import State
from tests.assembly.test_livechat_beside import ANN, BOB
from tests.assembly.test_livecontrol import LiveControlCase

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs/control.md"


class EventTests(LiveControlCase):
    """What listeners are told."""

    def test_A66_how_it_is(self) -> None:
        """The stream, what is set, and the onion address, without that address."""
        self.assertEqual(
            self.connect_("--json events").facts()[1:],
            [
                {"event": "stream", "state": "offline", "title": "Day 12"},
                {"event": "doors", "kind": "open", "members": 0, "password": False},
                {"event": "mode", "mode": "open", "slow": 30.0, "captcha": "suspicion", "raid": False},
                {"event": "onion", "state": "connecting", "sentence": "tor: 45 %"},
            ],
        )

    def test_A66_what_happens_in_the_chat(self) -> None:
        """As it happens."""
        listener = self.listen()
        self.say("Hello")
        self.chat.room.ban(ANN, hide=True)
        self.chat.room.unban(ANN)
        self.chat.room.unhide(1)
        self.chat.room.restyle(ANN, Look(name="Ann"), self.reactor.seconds())
        told = ["message", "hidden", "ban", "unban", "shown", "look"]
        self.assertEqual([fact["event"] for fact in listener.facts()], told)

    def test_A66_what_is_set(self) -> None:
        """Doors and chat, each once for a change, wherever it was made; without the password."""
        listener = self.listen()
        self.chat.course.set_mode(Mode.SLOW, 60)
        self.chat.course.set_captcha(When.FIRST)
        self.chat.course.set_captcha(When.FIRST)
        self.do("doors", "password", "correct horse")
        self.do("raid", "begin")
        mode = {"event": "mode", "mode": "slow", "slow": 60, "captcha": "suspicion", "raid": False}
        self.assertEqual(
            listener.facts(),
            [
                mode,
                {**mode, "captcha": "first"},
                {"event": "doors", "kind": "password", "members": 0, "password": True},
                {**mode, "captcha": "first", "raid": True},
            ],
        )

    def test_A66_the_document_has_all_of_it(self) -> None:
        """Each object with its keys."""
        listener = self.connect_("--json events")
        self.say("Hello")
        self.chat.room.ban(ANN, hide=True)
        self.chat.presence.enter(BOB, Way.PAGE)
        self.control.look()
        told = DOCUMENT.read_text(encoding="utf-8")
        table = told.partition("| `event` |")[2]
        rows = {row.split("`")[1]: row for row in table.splitlines() if row.startswith("| `")}
        for fact in listener.facts()[1:]:
            row = rows[fact.pop("event")]
            self.assertEqual([name for name in fact if f"`{name}`" not in row], [], row)

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
