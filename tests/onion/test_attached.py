"""A tor of the system: our service is set in it and taken out again, and everything else in it stays as it is."""

from __future__ import annotations

import os
from dataclasses import replace

from twisted.internet.error import ConnectionDone

from onionstream.onion.attention import MISSES, PING
from onionstream.onion.errors import CannotStartError
from onionstream.onion.progress import State
from onionstream.onion.run import ASKED_PATIENCE
from onionstream.onion.torrc import Paths, setconf
from onionstream.settings import config
from tests.onion.fakes import ANSWERS, FakeLink
from tests.onion.kept import ADDRESS, TorTestCase
from tests.onion.test_key import service


class AttachedTests(TorTestCase):
    """``[tor] control``."""

    settings = config.Tor(allow_tmpfs=True, control="unix:/run/tor/control")

    def setUp(self) -> None:
        """A tor that runs as the same user and has no onion service."""
        super().setUp()
        self.reactor.answers["GETINFO process/uid"] = f"250-process/uid={os.geteuid()}\n250 OK"
        self.reactor.answers["GETCONF HiddenServiceOptions"] = "250 HiddenServiceOptions"
        self.reactor.answers["GETCONF HiddenServiceNonAnonymousMode"] = ANSWERS["GETCONF"].replace(
            "SocksPort=0", "SocksPort=9050"
        )
        self.reactor.answers["SETCONF"] = self.make_service
        self.reactor.answers["RESETCONF"] = "250 OK"

    def make_service(self, link: FakeLink) -> None:
        """Tor makes a key, or finds the one that is there."""
        for name, data in service().items():
            (self.paths.service / name).write_bytes(data)
        link.says("250 OK")

    def heard(self, *verbs: str) -> list[str]:
        """:return: the commands of these kinds that tor has heard on all connections."""
        return [line for link in self.reactor.links for line in link.heard if line.split(" ")[0] in verbs]

    def test_the_service_is_set_and_published(self) -> None:
        """No process is started, and tor is not made ours."""
        self.start()
        self.publish()
        self.assertEqual((self.state, self.tor.status().address), (State.REACHABLE, ADDRESS))
        self.assertEqual(self.heard("SETCONF"), [setconf(self.settings, self.paths)])
        self.assertEqual((self.heard("TAKEOWNERSHIP", "SIGNAL"), self.reactor.processes), ([], []))

    def test_its_end_takes_the_service_out_and_leaves_tor_running(self) -> None:
        """Whoever else uses it notices nothing."""
        self.start()
        self.stop()
        self.reactor.advance(0)
        self.assertEqual(self.heard("RESETCONF", "SIGNAL"), ["RESETCONF HiddenServiceDir"])
        self.assertFalse(self.reactor.link.open)
        self.assertEqual((self.state, self.reactor.getDelayedCalls()), (State.STOPPED, []))

    def test_a_tor_that_does_not_answer_is_left(self) -> None:
        """After some seconds."""
        self.start()
        self.reactor.answers["RESETCONF"] = lambda link: None
        stopped = self.tor.stopService()
        self.reactor.pump([ASKED_PATIENCE, 0])
        self.successResultOf(stopped)
        self.assertEqual((self.state, self.reactor.getDelayedCalls()), (State.STOPPED, []))

    def test_a_tor_with_another_service_is_refused(self) -> None:
        """Its service would be lost; nothing is set."""
        self.reactor.answers["GETCONF HiddenServiceOptions"] = (
            '250-HiddenServiceDir="/var/lib/tor/a b"\n250 HiddenServicePort=80'
        )
        self.start()
        self.assertIn("has another onion service already", self.sentence)
        self.assertEqual(self.heard("SETCONF", "RESETCONF"), [])

    def test_R43_the_service_of_a_daemon_that_was_killed_begins_afresh(self) -> None:
        """So that we hear when it is published."""
        self.reactor.answers["GETCONF HiddenServiceOptions"] = f'250 HiddenServiceDir="{self.paths.service}"'
        self.start()
        self.assertEqual([line.split(" ")[0] for line in self.heard("SETCONF", "RESETCONF")], ["RESETCONF", "SETCONF"])
        self.assertEqual(self.state, State.CONNECTING)

    def test_a_tor_of_another_user_is_refused(self) -> None:
        """It could not read the key; with its number."""
        self.reactor.answers["GETINFO process/uid"] = "250-process/uid=4242\n250 OK"
        self.start()
        self.assertIn("runs as another user (number 4242)", self.sentence)

    def test_L06_a_single_hop_is_refused(self) -> None:
        """Ports are its own affair."""
        name = "GETCONF HiddenServiceNonAnonymousMode"
        self.reactor.answers[name] = ANSWERS["GETCONF"].replace("SingleHopMode=0", "SingleHopMode=1")
        self.start()
        self.assertIn("HiddenServiceSingleHopMode", self.sentence)
        self.assertEqual(self.heard("SETCONF"), [])

    def test_D82_an_old_version_is_refused(self) -> None:
        """As one of our own would be; an unsafe one is warned of."""
        self.reactor.answers["GETINFO version"] = "250-version=0.4.7.16\n250 OK"
        self.start()
        self.assertIn("must be 0.4.8 or newer", self.sentence)
        self.reactor.answers["GETINFO version"] = "250-version=0.4.8.16 (git-ab)\n250 OK"
        self.tor.restart()
        self.reactor.advance(0)
        self.assertEqual(self.state, State.CONNECTING)
        self.assertIn("can be crashed by visitors", self.log)

    def test_a_service_that_tor_refuses_is_told(self) -> None:
        """With what it needs."""
        self.reactor.answers["SETCONF"] = "513 Unacceptable option value"
        self.start()
        self.assertIn(f"(513): it must be able to read and write {self.paths.service}", self.sentence)

    def test_a_socket_that_nobody_serves_is_told(self) -> None:
        """And tried again."""
        self.reactor.listening = False
        self.start()
        self.assertIn("The control socket /run/tor/control cannot be reached: Connection refused.", self.sentence)
        self.reactor.listening = True
        self.reactor.advance(5)
        self.assertEqual(self.state, State.CONNECTING)

    def test_R12_a_tor_that_goes_is_waited_for(self) -> None:
        """Somebody else starts it again."""
        self.start()
        self.reactor.link.cut(ConnectionDone)
        self.reactor.advance(0)
        self.assertIn("tor has closed its control connection.", self.sentence)
        self.reactor.advance(5)
        self.assertEqual((self.state, len(self.heard("SETCONF"))), (State.CONNECTING, 2))

    def test_R11_a_tor_that_hangs_is_left(self) -> None:
        """And asked again later."""
        self.start()
        self.reactor.answers["GETINFO version"] = lambda link: None
        self.reactor.pump([PING] * (MISSES + 1))
        self.assertIn("tor has not answered for 30 s.", self.sentence)
        self.assertEqual((self.state, self.heard("RESETCONF")), (State.FAILED, []))

    def test_guests_and_settings_are_set_again(self) -> None:
        """A RELOAD would make tor forget the service."""
        self.start()
        reloading = self.tor.reload()
        self.reactor.advance(0)
        self.successResultOf(reloading)
        self.assertEqual(self.heard("SETCONF"), [setconf(self.settings, self.paths)] * 2)
        other = replace(self.settings, max_streams=30)
        told = self.tor.replace(other)
        self.reactor.advance(0)
        self.successResultOf(told)
        self.assertEqual((self.heard("SETCONF")[-1], self.heard("SIGNAL")), (setconf(other, self.paths), []))

    def test_the_service_is_offered_anew(self) -> None:
        """Without a RELOAD here too."""
        self.start()
        offering = self.tor.offer_anew()
        self.reactor.advance(0)
        self.successResultOf(offering)
        verbs = [line.split(" ")[0] for line in self.heard("SETCONF", "RESETCONF", "SIGNAL")]
        self.assertEqual(verbs, ["SETCONF", "RESETCONF", "SETCONF"])

    def test_after_a_reload_by_somebody_else_the_service_is_set_again(self) -> None:
        """If tor refuses that, it is told."""
        self.start()
        self.reactor.link.says("650 SIGNAL NEWNYM\n650 SIGNAL RELOAD")
        self.reactor.advance(0)
        self.assertEqual((self.state, len(self.heard("SETCONF"))), (State.CONNECTING, 2))
        self.reactor.answers["SETCONF"] = "513 Unacceptable option value"
        self.reactor.link.says("650 SIGNAL RELOAD")
        self.reactor.advance(0)
        self.assertIn("(513)", self.sentence)

    def test_from_one_tor_to_the_other(self) -> None:
        """The service is taken out before a tor of our own begins."""
        self.start()
        self.successResultOf(self.tor.replace(replace(self.settings, control="")))
        self.reactor.answers["GETCONF HiddenServiceNonAnonymousMode"] = ANSWERS["GETCONF"]
        self.reactor.advance(0)
        self.assertEqual((self.state, len(self.reactor.runs)), (State.CONNECTING, 1))
        self.assertEqual(self.heard("RESETCONF"), ["RESETCONF HiddenServiceDir"])

    def test_R15_a_damaged_key_is_refused(self) -> None:
        """Before tor hears of it."""
        self.paths.service.mkdir(mode=0o700)
        (self.paths.service / "hostname").touch()
        self.start()
        self.assertIn("hs_ed25519_secret_key is missing", self.sentence)
        self.assertEqual(self.reactor.links, [])

    def test_a_path_that_cannot_be_told_is_refused(self) -> None:
        """The control connection takes plain letters only."""
        paths = Paths(state=self.paths.state / "ä", site=self.paths.site)
        self.assertIn("plain letters", str(self.assertRaises(CannotStartError, setconf, self.settings, paths)))
