"""The conversation with tor: what is said, what is heard, and every answer that is none (B-90)."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from onionstream.onion.control import PATIENCE, Control, connect
from onionstream.onion.errors import ControlError, NobodyListensError
from onionstream.onion.line import LONGEST_LINE, LONGEST_REPLY
from tests.onion.fakes import ANSWERS, ControlTestCase, FakeReactor

BAD = {
    "garbage": b"\x00\xff\xfe garbage\r\n",
    "no code": "hello",
    "a code of letters": "abc OK",
    "an empty line": "",
    "a dot": ".",
    "a code alone": "250",
    "an unknown code": "199 Hm",
    "a refusal": "510 Unrecognized command",
    "a refusal for now": "451 Resource exhausted",
    "another refusal": "515 Authentication required",
    "an answer cut off": lambda link: (link.says(b"250-a=b\r\n250-c"), link.cut()),
    "an end": lambda link: link.cut(),
    "two codes in one answer": "250-a=b\n551 no",
    "an event that is cut": "650 \n250 OK",
    "a line without an end": b"250-" + b"x" * (LONGEST_LINE + 10),
    "an answer without an end": ("250-a=" + "y" * 1000 + "\n") * (LONGEST_REPLY // 1000 + 10),
    "a text without an end": "250+a=\n" + ("z" * 1000 + "\n") * (LONGEST_REPLY // 1000 + 10),
    "other characters": "250-ä=ö\r\n250 OK\r\n".encode(),
    "half a line": b"250 O",
    "nothing": lambda link: None,
}
"""Answers that no good tor gives."""

TOLERABLE = {"USEFEATURE", "GETINFO signal/names", "CLOSECIRCUIT"}


async def converse(reactor: FakeReactor, heard: list[str]) -> None:
    """All that we ever say to tor, one after the other."""
    control = await connect(reactor, Path("/s/tor.sock"))
    try:
        await control.check(1000)
        await control.own()
        await control.follow({"HS_DESC": heard.append, "CIRC_BW": heard.append})
        await control.bootstrap_phase()
        await control.reload()
        await control.withdraw()
        await control.close_circuit(7)
    finally:
        control.close()


class GoodTests(ControlTestCase):
    """A tor that answers as it should."""

    def run_through(self, coroutine: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever it gives
        """:return: what comes of it at once."""
        running = Deferred.fromCoroutine(coroutine)
        self.reactor.advance(0)
        return self.successResultOf(running)

    def test_everything_is_said_in_its_order(self) -> None:
        """First who we are; then who tor is, before it is ours; and we listen before we ask."""
        self.run_through(converse(self.reactor, []))
        said = [
            " ".join(command.split(" ")[:2]) for command in self.reactor.link.heard[:1] + self.reactor.link.heard[6:]
        ]
        expected = [
            "PROTOCOLINFO 1",
            "GETINFO process/pid",
            "GETCONF HiddenServiceNonAnonymousMode",
            "TAKEOWNERSHIP",
            "SETEVENTS HS_DESC",
            "SETEVENTS HS_DESC",
            "GETINFO status/bootstrap-phase",
            "SIGNAL RELOAD",
            "RESETCONF HiddenServiceDir",
            "CLOSECIRCUIT 7",
        ]
        self.assertEqual(said, expected)

    def test_nobody_behind_the_socket_is_an_error_of_its_own(self) -> None:
        """Whoever has just started tor tries again."""
        self.reactor.listening = False
        failure = self.failureResultOf(Deferred.fromCoroutine(connect(self.reactor, Path("/s/tor.sock"))))
        self.assertIsInstance(failure.value, NobodyListensError)
        self.assertIn("/s/tor.sock", str(failure.value))

    def test_events_are_heard_as_they_come(self) -> None:
        """Also between the lines of an answer to something else."""
        control = self.connected()
        heard: list[str] = []
        self.run_through(control.follow({"HS_DESC": heard.append}))
        self.reactor.link.says("650 HS_DESC UPLOADED abc UNKNOWN $F~n\n650 CIRC_BW ID=1\n650 HS_DESC REQUESTED x")
        self.assertEqual(heard, ["UPLOADED abc UNKNOWN $F~n", "REQUESTED x"])

    def test_a_listener_that_fails_hurts_nobody(self) -> None:
        """It is told without what it heard, and the next event is heard."""
        control = self.connected()
        heard: list[str] = []

        def listen(event: str) -> None:
            heard.append(event)
            raise ZeroDivisionError

        self.run_through(control.follow({"HS_DESC": listen}))
        self.reactor.link.says("650 HS_DESC A\n650 HS_DESC B")
        self.assertEqual(heard, ["A", "B"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    def test_a_hundred_thousand_events_leave_nothing_behind(self) -> None:
        """Whatever their names are."""
        control = self.connected()
        heard: list[int] = []
        self.run_through(control.follow({"HS_DESC": lambda event: heard.append(len(event))}))
        for _ in range(100):
            self.reactor.link.says("650 HS_DESC x\n650 UNKNOWN y\n" * 499 + "650 HS_DESC x")
        self.assertEqual(len(heard), 50_000)
        self.assertEqual(control._protocol._reply_size, 0)

    def test_a_circuit_that_is_gone_is_closed_enough(self) -> None:
        """Any other refusal is told."""
        control = self.connected()
        self.reactor.answers["CLOSECIRCUIT"] = '552 Unknown circuit "7"'
        self.run_through(control.close_circuit(7))
        self.reactor.answers["CLOSECIRCUIT"] = "512 Missing argument"
        closing = Deferred.fromCoroutine(control.close_circuit(7))
        self.reactor.advance(0)
        self.failureResultOf(closing, ControlError)

    def test_L50_the_number_of_a_circuit_is_not_told(self) -> None:
        """Neither when tor does not answer, nor when it refuses: the words may get into a log."""
        control = self.connected()
        self.reactor.answers["CLOSECIRCUIT"] = '551 Circuit "4711" cannot be closed'
        refused = Deferred.fromCoroutine(control.close_circuit(4711))
        self.reactor.advance(0)
        self.reactor.answers["CLOSECIRCUIT"] = lambda link: None
        silent = Deferred.fromCoroutine(control.close_circuit(4711))
        self.reactor.advance(PATIENCE)
        for closing in (refused, silent):
            self.assertNotIn("4711", str(self.failureResultOf(closing, ControlError).value))

    def test_the_end_of_the_connection_is_told(self) -> None:
        """To all who wait for it, and to those who ask later; not to one who does not wait any more."""
        control = self.connected()
        waiting, given_up = control.lost(), control.lost()
        given_up.addErrback(lambda _: None).cancel()
        self.reactor.link.cut()
        self.assertEqual(self.successResultOf(waiting), "has closed its control connection")
        self.assertEqual(self.successResultOf(control.lost()), "has closed its control connection")

    def test_what_is_asked_after_the_end_fails_at_once(self) -> None:
        """Each time; txtorcon itself would forget the second."""
        control = self.connected()
        self.reactor.link.cut()
        for _ in range(3):
            self.failureResultOf(Deferred.fromCoroutine(control.reload()), ControlError)
            self.failureResultOf(Deferred.fromCoroutine(control.ping()), ControlError)
        control.terminate()

    def test_tor_is_asked_to_end(self) -> None:
        """What it answers does not matter, nor that it answers nothing."""
        control = self.connected()
        control.terminate()
        self.assertEqual(self.reactor.link.heard[-1], "SIGNAL TERM")
        self.reactor.link.cut()

    def test_L06_the_SOCKS_port_comes_and_goes(self) -> None:
        """Nobody waits for its end."""
        self.reactor.answers["SETCONF"] = "250 OK"
        control = self.connected()
        self.run_through(control.open_socks('"unix:/s"'))
        control.close_socks()
        self.reactor.advance(0)
        self.assertEqual(self.reactor.link.heard[-2:], ['SETCONF SocksPort="unix:/s"', "SETCONF SocksPort=0"])
        self.assertTrue(self.reactor.link.open)
        control.close()
        self.reactor.advance(0)
        control.close_socks()

    def test_L06_a_tor_that_keeps_its_SOCKS_port_is_left(self) -> None:
        """It ends by that, as it is ours."""
        for answer in ("513 Unacceptable option value", ""):
            self.reactor.answers["SETCONF"] = answer
            control = self.connected()
            lost = control.lost()
            control.close_socks()
            self.reactor.advance(0)
            self.reactor.advance(PATIENCE)
            self.reactor.advance(0)
            self.successResultOf(lost)
            self.assertFalse(self.reactor.link.open)


class CheckTests(ControlTestCase):
    """Whether this is the tor that it should be."""

    def checked(self, pid: int | None) -> Failure | None:
        """:return: why it is not, or nothing."""
        checking = Deferred.fromCoroutine(self.connected().check(pid))
        self.reactor.advance(0)
        failures: list[Failure] = []
        checking.addErrback(failures.append)
        return failures[0] if failures else None

    def test_L06_a_single_hop_is_refused(self) -> None:
        """Of a tor of the system too."""
        for name in ("HiddenServiceSingleHopMode", "HiddenServiceNonAnonymousMode"):
            self.reactor.answers["GETCONF"] = ANSWERS["GETCONF"].replace(f"{name}=0", f"{name}=1")
            for pid in (1000, None):
                failure = self.checked(pid)
                assert failure is not None
                self.assertIn(name, failure.getErrorMessage())

    def test_L06_a_port_is_refused(self) -> None:
        """Of our own tor; one of the system may have others who use it."""
        self.reactor.answers["GETCONF"] = ANSWERS["GETCONF"].replace("SocksPort=0", "SocksPort=9050")
        failure = self.checked(1000)
        assert failure is not None
        self.assertIn("SocksPort", failure.getErrorMessage())
        self.assertIsNone(self.checked(None))

    def test_R12_another_tor_on_our_socket_is_refused(self) -> None:
        """One that was left over."""
        failure = self.checked(1001)
        assert failure is not None
        self.assertIsInstance(failure.value, ControlError)
        self.assertIn("Another tor", failure.getErrorMessage())


class BadTests(ControlTestCase):
    """A tor that answers anything, or nothing."""

    def outcome(self, command: str, answer: Any) -> str:  # noqa: ANN401 - as of FakeReactor.answers
        """:return: what comes of a conversation in which one command has this answer: ``good``, or an error's name."""
        self.reactor = FakeReactor()
        self.reactor.answers[command] = answer
        ends: list[str] = []
        talking = Deferred.fromCoroutine(converse(self.reactor, []))
        talking.addCallbacks(
            lambda _: ends.append("good"), lambda failure: ends.append(failure.trap(ControlError).__name__)
        )
        self.reactor.advance(0)
        self.reactor.pump([PATIENCE, 0, 0])
        self.assertEqual(self.reactor.getDelayedCalls(), [], (command, answer))
        self.assertEqual([link.open for link in self.reactor.links], [False], (command, answer))
        (end,) = ends
        return end

    def test_B90_each_bad_answer_to_each_command_is_one_named_error(self) -> None:
        """In bounded time and memory; the connection is closed, and nothing is logged or still waited for."""
        ends = {(command, name): self.outcome(command, answer) for command in ANSWERS for name, answer in BAD.items()}
        wrong = {place: end for place, end in ends.items() if end != "ControlError" and place[0] not in TOLERABLE}
        self.assertEqual(wrong, {})
        self.assertEqual(set(ends.values()), {"ControlError", "good"})
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual(self.flushWarnings(), [])

    def test_B90_what_was_not_asked_for_ends_the_connection(self) -> None:
        """An answer to nothing; whoever waits for the end hears why."""
        control = self.connected()
        self.reactor.link.says("250 OK")
        self.reactor.advance(0)
        self.assertEqual(self.successResultOf(control.lost()), "says what cannot be understood")

    def test_B90_a_tor_without_our_events_is_told(self) -> None:
        """It is too old, or no tor."""
        self.reactor.answers["GETINFO events/names"] = "250-events/names=CIRC\n250 OK"
        following = Deferred.fromCoroutine(self.connected().follow({"HS_DESC": print}))
        failure = self.failureResultOf(following, ControlError)
        self.assertIn("no events HS_DESC", failure.getErrorMessage())

    def test_B90_silence_has_its_words(self) -> None:
        """Which command it was, without what else stood in it."""
        control = self.connected()
        self.reactor.answers["SIGNAL"] = lambda link: None
        asking = Deferred.fromCoroutine(control.reload())
        self.reactor.advance(PATIENCE)
        self.assertEqual(self.failureResultOf(asking).getErrorMessage(), "tor does not answer to SIGNAL RELOAD.")

    @given(st.lists(st.binary(max_size=30) | st.sampled_from([b"250 ", b"250-", b"250+", b"650 ", b"\r\n", b".\r\n"])))
    def test_B90_any_bytes_at_all(self, pieces: list[bytes]) -> None:
        """At any time: nothing is raised, and the connection is good or closed."""
        self.reactor = FakeReactor()
        control: Control = self.connected()
        for piece in pieces:
            self.reactor.link.says(piece)
        self.reactor.advance(0)
        control.close()
        self.reactor.advance(0)
        self.assertFalse(self.reactor.link.open)
        self.assertEqual(self.flushLoggedErrors(), [])


class CookieTests(ControlTestCase):
    """How we prove who we are."""

    def setUp(self) -> None:
        """A tor that wants its cookie, and names a file for it."""
        super().setUp()
        self.cookie = Path(self.mktemp())
        info = '250-PROTOCOLINFO 1\n250-AUTH METHODS=COOKIE COOKIEFILE="/dev/zero"\n250 OK'
        self.reactor.answers["PROTOCOLINFO"] = info

    def connecting(self) -> Deferred[Control]:
        """:return: an attempt with the cookie's file."""
        trying = Deferred.fromCoroutine(connect(self.reactor, Path("/s/tor.sock"), self.cookie))
        self.reactor.advance(0)
        return trying

    def test_our_own_cookie_is_shown(self) -> None:
        """And not what stands in the file that it names."""
        self.cookie.write_bytes(b"c" * 32)
        self.successResultOf(self.connecting())
        self.assertIn(f"AUTHENTICATE {(b'c' * 32).hex()}", self.reactor.link.heard)

    def test_a_file_that_is_no_cookie_is_an_error(self) -> None:
        """Too short, or without an end: no more than a cookie of it is read."""
        self.cookie.write_bytes(b"c" * 31)
        self.failureResultOf(self.connecting(), ControlError)
        self.cookie.unlink()
        self.cookie.symlink_to("/dev/zero")
        self.failureResultOf(self.connecting(), ControlError)

    def test_a_file_that_cannot_be_read_is_told_with_its_name(self) -> None:
        """A tor of the system has it where only its group may look."""
        failure = self.failureResultOf(self.connecting(), ControlError)
        self.assertIn(f"lets nobody in who cannot read {self.cookie}: No such file", failure.getErrorMessage())

    def test_a_tor_that_wants_a_password_is_an_error(self) -> None:
        """We have none."""
        self.reactor.answers["PROTOCOLINFO"] = "250-PROTOCOLINFO 1\n250-AUTH METHODS=HASHEDPASSWORD\n250 OK"
        self.failureResultOf(self.connecting(), ControlError)
