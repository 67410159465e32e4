"""The commands about the source, guests, and how it all is."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from onionstream.control.protocol import Answer, UsageError
from onionstream.onion.errors import InvitationError
from onionstream.settings.config import ConfigError
from tests.control.fakes import FakeDaemon


class SteeringTests(SynchronousTestCase):
    """``Steering``."""

    def setUp(self) -> None:
        """A daemon on air."""
        self.daemon = FakeDaemon(Path(self.mktemp()))
        self.do = self.daemon.do

    def test_A65_S81_how_everything_is(self) -> None:
        """Encoder, stream, viewers, onion, self-test, in words."""
        self.daemon.audience.slow = 3
        self.assertEqual(
            self.do("status").lines,
            (
                "stream     online for 1:02: A live stream",
                "encoder    ffmpeg runs.",
                "viewers    12 watch (3 on lines too slow for all of it), 15 are here",
                "doors      Everybody may come in.",
                "chat       Everybody may write.",
                "captchas   A captcha has to be solved on suspicion.",
                "raid       There is no raid.",
                "onion      The onion address is published.",
                "address    http://abc.onion/",
                "self-test  There was none yet.",
            ),
        )

    def test_A65_what_is_set_is_told(self) -> None:
        """Doors, mode, captchas, raid; for programs too."""
        for text in ("doors captcha", "mode slow 60", "captcha first", "raid begin"):
            self.do(text)
        answer = self.do("status")
        for words in ("A captcha is asked for", "once in 60 s", "before the first message", "There is a raid"):
            self.assertEqual(sum(words in line for line in answer.lines), 1, words)
        data = answer.data
        assert isinstance(data, dict)
        self.assertEqual(data["doors"], {"kind": "captcha", "members": 0, "password": False})
        self.assertEqual(data["chat"], {"mode": "slow", "slow": 60, "captcha": "first", "raid": True})

    def test_how_everything_is_when_there_is_nothing(self) -> None:
        """No stream, no address."""
        self.daemon.stage.state, self.daemon.stage.minutes = "offline", None
        self.daemon.onion.address = ""
        lines = self.do("status").lines
        self.assertEqual(lines[0], "stream     offline: A live stream")
        self.assertFalse(any(line.startswith("address") for line in lines))

    def test_A65_the_source(self) -> None:
        """How it is, and from the beginning."""
        self.assertEqual(self.do("source").lines, ("ffmpeg runs.", "one", "two"))
        self.do("source restart")
        self.assertEqual(self.daemon.encoder.restarts, 1)
        self.assertRaises(UsageError, self.do, "source restart now")
        self.assertEqual(self.daemon.encoder.restarts, 1)

    def test_A65_the_source_off_and_on(self) -> None:
        """And how it is then."""
        self.assertEqual(self.do("source off").lines, ("ffmpeg is being stopped.",))
        self.assertFalse(self.daemon.encoder.on)
        self.assertEqual(self.do("source on").lines, ("ffmpeg is being started.",))
        self.assertTrue(self.daemon.encoder.on)
        for text in ("source on now", "source off now"):
            self.assertRaises(UsageError, self.do, text)

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
