"""What keeps tor running: states, restarts, and each thing that can go wrong (R-10 to R-15)."""

from __future__ import annotations

from onionstream.onion.attention import MISSES, PING
from onionstream.onion.progress import State
from onionstream.onion.run import SLOW_START, TERM_PATIENCE
from onionstream.onion.tor import AGAIN
from tests.onion.fakes import ANSWERS
from tests.onion.kept import ADDRESS, DONE, UPLOADED, TorTestCase


class StartTests(TorTestCase):
    """From nothing to an address."""

    def test_it_starts_at_once_and_comes_to_its_address(self) -> None:
        """Each step has its state, and who asked to be told is told of each."""
        self.assertEqual((self.state, self.tor.status().address), (State.STOPPED, ""))
        self.start()
        self.assertEqual((self.state, self.sentence), (State.CONNECTING, "tor: 5 %, connecting to a relay."))
        self.reactor.link.says(DONE)
        self.assertEqual(self.state, State.PUBLISHING)
        self.reactor.link.says(UPLOADED)
        self.assertEqual((self.state, self.tor.status().address), (State.REACHABLE, ADDRESS))
        steps = [State.STOPPED, State.STARTING, State.CONNECTING, State.PUBLISHING, State.REACHABLE]
        self.assertEqual([state for state, _ in self.told], steps)
        self.stop()

    def test_tor_is_started_with_our_configuration_and_no_other(self) -> None:
        """In an environment of its own, by what starts it."""
        object.__setattr__(self.surroundings, "wrapper", ("/usr/bin/setsid", "--"))
        self.start()
        (process,) = self.reactor.runs
        expected = ["/usr/bin/setsid", "--", "/usr/sbin/tor", "--defaults-torrc", "/nonexistent", "-f"]
        self.assertEqual([*process.arguments], [*expected, str(self.paths.torrc)])
        self.assertEqual(
            self.reactor.environment, {"HOME": str(self.paths.data), "LANG": "C.UTF-8", "TZ": "UTC", "PATH": "/bin"}
        )
        self.assertTrue(self.paths.torrc.read_text().endswith("\nDisableNetwork 1\n"))

    def test_an_old_control_socket_is_taken_away_first(self) -> None:
        """Another tor may still listen there."""
        self.paths.control.touch()
        self.start()
        self.assertFalse(self.paths.control.exists())

    def test_it_waits_until_tor_listens(self) -> None:
        """However often it must try."""
        self.reactor.listening = False
        self.start()
        self.reactor.pump([0.05] * 20)
        self.assertEqual(self.state, State.STARTING)
        self.reactor.listening = True
        self.reactor.pump([0.05] * 2)
        self.assertEqual(self.state, State.CONNECTING)

    def test_a_tor_that_never_listens_is_ended(self) -> None:
        """After a minute."""
        self.reactor.listening = False
        self.start()
        self.reactor.pump([0.5] * int(SLOW_START * 2 + 2))
        self.assertEqual((self.state, self.reactor.process.signals), (State.FAILED, ["TERM", "CONT"]))
        self.assertIn("cannot be reached: Connection refused", self.sentence)

    def test_D82_an_old_version_is_not_started(self) -> None:
        """And asked again after a while: somebody may have updated it."""
        self.reactor.version = b"Tor version 0.4.7.16.\n"
        self.start()
        self.assertEqual((self.state, self.reactor.runs), (State.FAILED, []))
        self.assertEqual(
            self.sentence, "This is tor 0.4.7.16, but it must be 0.4.8 or newer: update it. Next try in 60 s."
        )
        self.reactor.version = b"Tor version 0.4.9.11.\n"
        self.reactor.advance(AGAIN)
        self.assertEqual(self.state, State.CONNECTING)

    def test_D82_a_version_with_holes_is_started_with_a_warning(self) -> None:
        """In the log."""
        self.reactor.version = b"Tor version 0.4.8.10.\n"
        self.start()
        self.assertEqual(self.state, State.CONNECTING)
        self.assertIn("can be crashed by visitors", self.log)

    def test_a_missing_program_is_a_sentence(self) -> None:
        """The log has it once, however often it is tried."""
        type(self.surroundings).there = False
        self.addCleanup(setattr, type(self.surroundings), "there", True)
        self.start()
        self.reactor.pump([AGAIN] * 50)
        self.assertEqual((self.state, self.reactor.processes), (State.FAILED, []))
        self.assertIn('There is no program "tor"', self.sentence)
        self.assertEqual(self.log.count("There is no program"), 1)

    def test_a_system_without_room_is_a_sentence(self) -> None:
        """No process can be started."""
        self.reactor.exhausted = True
        self.start()
        self.assertIn("tor cannot be started: Too many open files.", self.sentence)

    def test_R13_a_network_that_is_never_found_changes_nothing(self) -> None:
        """It stays where it is, with what it knows, for as long as it takes."""
        self.start()
        for _ in range(400):
            self.reactor.advance(PING)
        self.assertEqual((self.state, self.tor.status().percent, len(self.reactor.runs)), (State.CONNECTING, 5, 1))
        self.assertEqual(self.tor.status().seconds, 6000.0)

    def test_R15_a_damaged_key_is_refused(self) -> None:
        """Tor is not started, the files stay as they are, and putting them back is enough."""
        self.start()
        self.stop()
        path = self.paths.service / "hs_ed25519_secret_key"
        good = path.read_bytes()
        path.write_bytes(good[:50])
        self.start()
        self.assertEqual((self.state, len(self.reactor.runs)), (State.FAILED, 1))
        self.assertIn("hs_ed25519_secret_key must have 96 bytes and has 50", self.sentence)
        path.write_bytes(good)
        self.reactor.advance(AGAIN)
        self.assertEqual((self.state, self.tor.status().address), (State.CONNECTING, ADDRESS))

    def test_L06_a_tor_that_is_not_as_it_must_be_is_ended(self) -> None:
        """Before it is of use to anybody."""
        self.reactor.answers["GETCONF"] = ANSWERS["GETCONF"].replace("SingleHopMode=0", "SingleHopMode=1")
        self.start()
        self.assertEqual((self.state, self.reactor.process.ended), (State.FAILED, True))
        self.assertIn("HiddenServiceSingleHopMode is not as it must be", self.sentence)

    def test_what_is_switched_off_is_not_started(self) -> None:
        """And says so."""
        self.successResultOf(self.tor.replace(self.other(enabled=False)))
        self.start()
        self.assertEqual((self.state, self.reactor.processes), (State.DISABLED, []))
        self.stop()
        self.assertEqual(self.state, State.DISABLED)

    def test_L24_neither_the_log_nor_a_sentence_holds_the_address(self) -> None:
        """Whatever happens."""
        self.start()
        self.publish()
        self.reactor.process.says(f"Nov 23 02:02:31.063 [warn] About {ADDRESS}\n".encode())
        self.reactor.process.end(1)
        self.reactor.advance(5)
        self.stop()
        self.assertIn("viewers can come", self.log)
        self.assertIn("About [onion]", self.log)
        for text in (self.log, self.sentence, repr(self.tor.status()), str(self.tor.status().lines)):
            self.assertNotIn(ADDRESS[:20], text)


class RestartTests(TorTestCase):
    """Ends that nobody asked for."""

    def setUp(self) -> None:
        """It runs, and is reachable."""
        super().setUp()
        self.start()
        self.publish()

    def test_R10_L23_a_tor_that_is_killed_comes_back_after_a_wait_by_chance(self) -> None:
        """With the same address, which it has all the time."""
        for chance, wait in ((0.0, 5.0), (1.0, 60.0)):
            self.chance = chance
            self.reactor.advance(400)  # a healthy run
            before = len(self.reactor.runs)
            self.reactor.process.says(b"Nov 23 02:03:18.000 [warn] Long ago\n")
            self.reactor.link.cut()
            self.reactor.process.end(0, 9)
            self.assertEqual((self.state, self.tor.status().address), (State.FAILED, ADDRESS))
            self.assertEqual(self.sentence, f"tor was ended by signal 9 (SIGKILL). Next try in {wait:.0f} s.")
            self.reactor.advance(wait - 0.1)
            self.assertEqual(len(self.reactor.runs), before)
            self.reactor.advance(0.1)
            self.publish()
            self.assertEqual((self.state, self.tor.status().address), (State.REACHABLE, ADDRESS))

    def test_R14_one_that_ends_at_once_is_tried_less_and_less(self) -> None:
        """Each wait is twice the one before, up to a bound; the log has one line for all of them."""
        waits = []
        for _ in range(7):
            line = b"Nov 23 02:03:18.000 [err] No, it's still there.  Exiting.\n"
            self.reactor.process.says(line)
            self.reactor.process.end(1)
            waits.append(float(self.sentence.rpartition("Next try in ")[2].removesuffix(" s.")))
            self.reactor.advance(waits[-1])
        self.assertEqual(waits, [5.0, 10.0, 20.0, 40.0, 80.0, 80.0, 80.0])
        self.assertEqual(self.log.count("Next try"), 1)
        self.assertIn("Another tor uses the same state directory", self.log)

    def test_R14_one_that_ends_while_it_lets_us_in_is_told_by_its_own_words(self) -> None:
        """It opens its control socket before it sees that its directory is locked."""
        self.tor.restart()
        self.reactor.answers["PROTOCOLINFO"] = lambda link: None
        self.reactor.advance(0)
        self.reactor.process.says(b"Nov 23 02:03:18.000 [err] No, it's still there.  Exiting.\n")
        self.reactor.link.cut()
        self.reactor.advance(0.5)
        self.reactor.process.end(1)
        self.assertIn("tor ended with status 1. Another tor uses the same state directory", self.sentence)

    def test_R11_a_tor_that_hangs_is_replaced(self) -> None:
        """It is not asked to end, since it would not hear; CONT lets one that was stopped hear TERM."""
        self.reactor.answers["GETINFO version"] = lambda link: None
        self.reactor.pump([PING] * (MISSES + 1))
        self.assertEqual(self.reactor.process.signals, ["TERM", "CONT"])
        self.assertEqual(self.state, State.FAILED)
        self.assertIn("tor has not answered for 30 s.", self.sentence)
        self.reactor.answers["GETINFO version"] = ANSWERS["GETINFO version"]
        self.reactor.advance(5)
        self.assertEqual((self.state, len(self.reactor.runs)), (State.CONNECTING, 2))

    def test_R11_one_that_is_slow_is_left_alone(self) -> None:
        """An answer within two pings is an answer."""
        late = ANSWERS["GETINFO version"]
        self.reactor.answers["GETINFO version"] = lambda link: self.reactor.callLater(PING + 5, link.says, late)
        self.reactor.pump([5.0] * 100)
        self.assertEqual((self.state, len(self.reactor.runs)), (State.REACHABLE, 1))

    def test_R11_a_tor_that_hangs_and_does_not_heed_TERM_is_killed(self) -> None:
        """Nothing else would end it."""
        self.reactor.process.obedient = False
        self.reactor.answers["GETINFO version"] = lambda link: None
        self.reactor.pump([PING] * (MISSES + 1))
        self.reactor.advance(TERM_PATIENCE)
        self.assertEqual((self.reactor.process.signals, self.state), (["TERM", "CONT", "KILL"], State.FAILED))

    def test_R12_a_connection_that_is_cut_ends_tor(self) -> None:
        """It is ours, and ends by itself; if it does not, it is ended. There is never a second one beside it."""
        self.reactor.link.cut()
        self.reactor.advance(0.9)
        self.assertEqual((self.reactor.process.signals, len(self.reactor.runs)), ([], 1))
        self.reactor.advance(0.1)
        self.assertEqual((self.reactor.process.signals, self.state), (["TERM", "CONT"], State.FAILED))
        self.assertIn("tor has closed its control connection.", self.sentence)
        self.reactor.advance(5)
        self.assertEqual((self.state, len(self.reactor.runs)), (State.CONNECTING, 2))

    def test_B90_a_tor_that_talks_nonsense_is_replaced(self) -> None:
        """In the middle of everything."""
        self.reactor.link.says("nonsense")
        self.reactor.pump([0, 1, 0])
        self.assertIn("tor says what cannot be understood.", self.sentence)
        self.assertTrue(self.reactor.process.ended)

    def test_a_warning_that_tor_repeats_is_logged_once_in_ten_minutes(self) -> None:
        """Whatever it counts; another one is logged at once."""
        for wait, said, count in ((0, "Oh 1", 1), (599, "Oh 22", 1), (0, "Ah", 2), (1, "Oh 23", 3), (1, "Ah", 3)):
            self.reactor.advance(wait)
            self.reactor.process.says(f"Nov 23 02:02:31.063 [warn] {said}\n".encode())
            self.assertEqual(self.log.count("tor says"), count, (wait, said))

    def test_warnings_of_tor_are_logged_but_not_a_flood(self) -> None:
        """Twenty kinds in ten minutes."""
        for number in range(100):
            self.reactor.process.says(f"Nov 23 02:02:31.063 [warn] {'Oh' * number}\n".encode())
        self.assertEqual(self.log.count("tor says"), 20)
        self.reactor.advance(600)
        self.reactor.process.says(b"Nov 23 02:02:31.063 [warn] Oh\n")
        self.assertEqual(self.log.count("tor says"), 21)
        self.assertEqual(len(self.tor.status().lines), 20)
