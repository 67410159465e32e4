"""The configuration we write for tor."""

from __future__ import annotations

import os
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import CannotStartError
from onionstream.onion.torrc import Paths, quoted, socks_port, torrc
from onionstream.settings import config


def lines(settings: config.Tor | None = None, state: str = "/state", extra: str = "") -> list[str]:
    """:return: the lines of a configuration that are no comments."""
    text = torrc(settings or config.Tor(), Paths(state=Path(state), site=Path("/state/web.sock")), 42, extra)
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def unquoted(text: str) -> str:
    """:return: what tor makes of a quoted value (``unescape_string``)."""
    assert text[0] == text[-1] == '"'
    return re.sub(r"\\(.)", r"\1", text[1:-1])


class TorrcTests(SynchronousTestCase):
    """``torrc``."""

    def test_L06_no_port_and_a_control_socket_only(self) -> None:
        """One line of each, and no relay."""
        found = lines()
        for line in (
            "SocksPort 0",
            "ClientOnly 1",
            'ControlPort "unix:\\"/state/tor.sock\\""',
            "CookieAuthentication 1",
        ):
            self.assertEqual(found.count(line), 1, line)
        for name in ("ORPort", "DirPort", "HiddenServiceNonAnonymousMode", "HiddenServiceSingleHopMode"):
            self.assertNotIn(name, " ".join(found))

    def test_L20_what_tor_remembers_is_in_the_state_directory(self) -> None:
        """And so is the key."""
        self.assertIn('DataDirectory "/state/tor"', lines())
        self.assertIn('HiddenServiceDir "/state/onion"', lines())

    def test_L22_the_log_is_safe_and_goes_to_us(self) -> None:
        """And to nobody else."""
        self.assertIn("SafeLogging 1", lines())
        self.assertEqual([line for line in lines() if line.startswith("Log ")], ["Log notice stdout"])

    def test_D80_D81_the_defences_are_as_configured(self) -> None:
        """By default with proof of work and without the defence at introduction points."""
        found = lines()
        for line in (
            "HiddenServicePoWDefensesEnabled 1",
            "HiddenServiceEnableIntroDoSDefense 0",
            "HiddenServiceNumIntroductionPoints 3",
            "HiddenServiceMaxStreams 24",
            "HiddenServiceMaxStreamsCloseCircuit 1",
            "HiddenServiceExportCircuitID haproxy",
        ):
            self.assertIn(line, found)
        other = lines(config.Tor(proof_of_work=False, introduction_dos_defence=True, max_streams=7))
        for line in (
            "HiddenServicePoWDefensesEnabled 0",
            "HiddenServiceEnableIntroDoSDefense 1",
            "HiddenServiceMaxStreams 7",
        ):
            self.assertIn(line, other)

    def test_all_options_of_the_service_stand_below_its_directory(self) -> None:
        """Tor takes them for the service above them."""
        names = [line.split(" ")[0] for line in lines()]
        first = names.index("HiddenServiceDir")
        self.assertTrue(all(name.startswith("HiddenService") for name in names[first:]))
        self.assertFalse(any(name.startswith("HiddenService") for name in names[:first]))

    def test_a_persons_own_lines_stand_last_and_win(self) -> None:
        """Ours for the same option is left out: tor would complain of two."""
        found = lines(config.Tor(extra_torrc="maxmeminqueues 1 GB\nNumCPUs 1"))
        self.assertEqual(found[-2:], ["maxmeminqueues 1 GB", "NumCPUs 1"])
        self.assertNotIn("MaxMemInQueues 512 MB", found)

    def test_a_pluggable_transport_may_be_started(self) -> None:
        """Otherwise tor may start nothing."""
        self.assertIn("NoExec 1", lines())
        self.assertIn("NoExec 0", lines(config.Tor(extra_torrc="ClientTransportPlugin a exec /b")))

    def test_lines_of_tests_are_appended_unchecked(self) -> None:
        """After all others."""
        self.assertEqual(lines(extra="DisableNetwork 1")[-1], "DisableNetwork 1")

    def test_tor_is_told_whose_it_is(self) -> None:
        """It ends when we do, though we could not say so."""
        self.assertIn("__OwningControllerProcess 42", lines())

    def test_a_path_may_hold_what_a_path_may_hold(self) -> None:
        """Blanks, quotes, a number sign, backslashes, letters of any language; also inside the value of a port."""
        state = "/a b\"c#d\\e'f/ä"
        found = dict(line.split(" ", 1) for line in lines(state=state))
        self.assertEqual(unquoted(found["DataDirectory"]), f"{state}/tor")
        self.assertEqual(unquoted(unquoted(found["ControlPort"]).removeprefix("unix:")), f"{state}/tor.sock")

    def test_a_path_that_tor_cannot_read_is_refused(self) -> None:
        """With a line break in it, or bytes that are no UTF-8."""
        for state in ("/a\nSocksPort 9050", "/a\0b", os.fsdecode(b"/a\xff")):
            problem = self.assertRaises(CannotStartError, lines, state=state)
            self.assertTrue(str(problem).isprintable())

    def test_a_path_too_long_for_a_socket_is_refused(self) -> None:
        """Before tor stumbles over it."""
        problem = self.assertRaises(CannotStartError, lines, state="/" + "ä" * 60)
        self.assertIn("too long for a UNIX socket", str(problem))

    @given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Cf", "Co", "Zs"])))
    def test_what_is_quoted_is_read_as_it_was(self, text: str) -> None:
        """Whatever can be seen."""
        self.assertEqual(unquoted(quoted(text)), text)


class SocksPortTests(SynchronousTestCase):
    """``socks_port``."""

    def port(self, state: str) -> str:
        """:return: the value for this state directory."""
        return socks_port(Paths(state=Path(state), site=Path("/s/web.sock")))

    def test_L06_a_socket_that_leads_to_onion_addresses_only(self) -> None:
        """In the state directory."""
        self.assertEqual(self.port("/state"), r'"unix:\"/state/try.sock\" OnionTrafficOnly ExtendedErrors"')

    def test_a_path_of_any_letters_is_said_in_plain_ones(self) -> None:
        """A control connection takes no others; tor makes them of the octal numbers (seen with a real one)."""
        self.assertEqual(unquoted(self.port('/ä "b'))[:24], r'unix:"/\303\244 \"b/try.')
