"""The commands about everything but the chat."""

from __future__ import annotations

from typing import cast

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.text import NotTextError
from onionstream.control.protocol import Answer, RefusedError, UsageError
from onionstream.control.verbs import find
from onionstream.onion.errors import InvitationError
from onionstream.settings.config import ConfigError
from tests.control.fakes import FakeDaemon


class SteeringTests(SynchronousTestCase):
    """``Steering``."""

    def setUp(self) -> None:
        """A daemon on air."""
        self.daemon = FakeDaemon()

    def do(self, text: str) -> Answer:
        """:return: what comes of a command."""
        verb, words = find(text.split())
        answer = self.daemon.steering.acts()[verb.name](words)
        assert isinstance(answer, Answer)
        return answer

    def test_A65_how_everything_is(self) -> None:
        """Encoder, stream, viewers, onion, self-test, in words."""
        self.daemon.audience.slow = 3
        self.assertEqual(
            self.do("status").lines,
            (
                "stream     online for 1:02: A live stream",
                "encoder    ffmpeg runs.",
                "viewers    12 watch (3 on lines too slow for all of it), 15 are here",
                "doors      Everybody may come in.",
                "onion      The onion address is published.",
                "address    http://abc.onion/",
                "self-test  There was none yet.",
            ),
        )

    def test_how_everything_is_when_there_is_nothing(self) -> None:
        """No stream, no address."""
        self.daemon.stage.state, self.daemon.stage.minutes = "offline", None
        self.daemon.onion.address = ""
        lines = self.do("status").lines
        self.assertEqual(lines[0], "stream     offline: A live stream")
        self.assertFalse(any(line.startswith("address") for line in lines))

    def test_S82_the_title(self) -> None:
        """It is clean, and as long as one may be."""
        self.assertEqual(self.do("title").lines, ("A live stream",))
        self.assertEqual(self.do("title set Day\u202e 13").lines, ("Day 13",))
        self.assertEqual(self.daemon.stage.title, "Day 13")
        self.do("title set " + "x" * 200)
        self.assertRaises(RefusedError, self.do, "title set " + "x" * 201)
        self.assertRaises(NotTextError, self.do, "title set \0")
        for text in ("title set", "title set \u200b", "title show x"):
            self.assertRaises(UsageError, self.do, text)
        self.assertEqual(self.daemon.stage.title, "x" * 200)

    def test_A65_the_doors(self) -> None:
        """Open, or with a captcha."""
        self.assertEqual(self.do("doors captcha").lines, ("A captcha is asked for at the door.",))
        self.assertTrue(self.daemon.stage.captcha_at_door)
        self.assertEqual(self.do("doors").data, {"captcha_at_door": True})
        self.assertEqual(self.do("doors open").lines, ("Everybody may come in.",))
        self.assertFalse(self.daemon.stage.captcha_at_door)
        for text in ("doors show x", "doors open now"):
            self.assertRaises(UsageError, self.do, text)

    def test_A65_the_source(self) -> None:
        """How it is, and from the beginning."""
        self.assertEqual(self.do("source").lines, ("ffmpeg runs.", "one", "two"))
        self.do("source restart")
        self.assertEqual(self.daemon.encoder.restarts, 1)
        self.assertRaises(UsageError, self.do, "source restart now")
        self.assertEqual(self.daemon.encoder.restarts, 1)

    def test_A65_guests(self) -> None:
        """One more, who they are, one less."""
        self.assertEqual(self.do("invited").data, [])
        self.assertEqual(self.do("invite anna").data, {"name": "anna", "address": "http://abc.onion/", "key": "KEY"})
        self.assertRaises(InvitationError, self.do, "invite anna")
        self.assertEqual(self.do("invited").lines, ("anna",))
        self.assertRaises(InvitationError, self.do, "revoke anna")
        self.do("revoke anna public")
        self.assertEqual(self.daemon.guests.invited, [])
        for text in ("invite", "invite a b", "revoke", "revoke anna all", "invited x"):
            self.assertRaises(UsageError, self.do, text)

    def test_A65_the_self_test(self) -> None:
        """It takes as long as it takes."""
        found: Deferred[Answer] = Deferred.fromCoroutine(self.daemon.steering.test(()))
        self.assertNoResult(found)
        cast("Deferred[tuple[str, ...]]", self.daemon.onion.testing).callback(("It works.",))
        self.assertEqual(self.successResultOf(found).lines, ("It works.",))
        self.failureResultOf(Deferred.fromCoroutine(self.daemon.steering.test(("now",))), UsageError)

    def test_R34_the_configuration_again(self) -> None:
        """What has changed; or why it cannot be used."""
        self.assertEqual(self.do("reload").lines, ("The configuration was read again; changed: nothing.",))
        self.daemon.settings.wrong = True
        self.assertRaises(ConfigError, self.do, "reload")
        self.assertRaises(UsageError, self.do, "reload now")

    def test_S82_the_configuration_as_it_is(self) -> None:
        """All of it, or one table."""
        self.assertEqual(self.do("config show stream").lines[:2], ("[stream]", 'title = "A live stream"'))
        self.assertIn("[chat.filters]", self.do("config").lines)
        for text in ("config show nothing", "config show stream web"):
            self.assertRaises(UsageError, self.do, text)
