"""Lines for tor that a person gives himself: what passes, and that nothing else does (L-06, D-85)."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.settings.extra_torrc import _ALLOWED, ExtraTorrcError, check, names

GOOD = """
# a way into a network that blocks Tor
UseBridges 1
	ClientTransportPlugin obfs4 exec /usr/bin/obfs4proxy   # Debian's
Bridge obfs4 192.0.2.1:443 0123456789ABCDEF0123456789ABCDEF01234567 cert=AbC+/dEf iat-mode=0
bridge [2001:db8::1]:443

HTTPSProxy 192.0.2.7:8080
ReachableAddresses *:80,*:443
HSLayer2Nodes $0123456789ABCDEF0123456789ABCDEF01234567
"""

BAD = (
    # what L-06 forbids
    ("SocksPort 9050", "it opens a port"),
    ("SocksPort 0", "it opens a port"),
    ("ControlPort 9051", "onionstream itself says it"),
    ("ControlPort unix:/tmp/x", "onionstream itself says it"),
    ("ORPort 9001", "this tor is no relay"),
    ("DirPort 9030", "it opens a port"),
    ("DNSPort 53", "it opens a port"),
    ("TransPort 9040", "it opens a port"),
    ("MetricsPort 9035", "it opens a port"),
    ("HiddenServiceNonAnonymousMode 1", "ruined for ever"),
    ("HiddenServiceSingleHopMode 1", "ruined for ever"),
    ("HiddenServiceDir /tmp/other", "one onion service"),
    ("HiddenServicePort 22 127.0.0.1:22", "leads to the site only"),
    ("Log debug file /tmp/log", "could tell who came when"),
    ("SafeLogging 0", "onionstream itself says it"),
    ("UseEntryGuards 0", "is soon found"),
    ("Sandbox 1", "ends when it is to read its configuration again"),
    ("ExitRelay 1", "no relay"),
    ("User root", "as that user"),
    ("DirAuthority x 127.0.0.1:1 0", "not among those"),
    ("TestingTorNetwork 1", "not among those"),
    ("__SocksPort 9050", "not among those"),
    # the same in disguise
    ("socksport 9050", "it opens a port"),
    ("SOCKSPORT 9050", "it opens a port"),
    ("   SocksPort\t9050", "it opens a port"),
    ("SocksPor 9050", "tor would take it for a longer name (socksport)"),
    ("HiddenServiceSing 1", "tor would take it for a longer name"),
    ("+SocksPort 9050", "without the sign before its name"),
    ("/SocksPort", "without the sign before its name"),
    ('"SocksPort" 9050', "is not an option, a blank and its value"),
    ("'SocksPort' 9050", "is not an option, a blank and its value"),
    ("%include /etc/passwd", "cannot be checked here"),
    ("%Include /etc/passwd", "cannot be checked here"),
    ("NumCPUs \\", "a backslash"),
    ("# a comment \\\nNumCPUs 1", "a backslash"),
    ("NumCPUs 1\rSocksPort 9050", "U+000D"),
    ("NumCPUs 1\x0bSocksPort 9050", "U+000B"),
    ("NumCPUs 1\u2028SocksPort 9050", "U+2028"),
    ("NumCPUs\u00a01", "U+00A0"),
    ("NumCPUs 1\0SocksPort 9050", "U+0000"),
    # slips of the pen
    ("UseBridge 1", "did you mean UseBridges?"),
    ("UseBridges", "is not an option, a blank and its value"),
    ("UseBridges # 1", "is not an option, a blank and its value"),
    ("UseBridges=1", "is not an option, a blank and its value"),
)


def complaint(text: str) -> str:
    """:return: what is said about lines; empty when they are good."""
    try:
        check(text)
    except ExtraTorrcError as problem:
        return str(problem)
    return ""


def as_tor_reads(text: str) -> list[str]:
    """
    :return: the options that a torrc sets, as tor's parser sees them (``confline.c``): a backslash before the end of a
        line joins the next one to it, also in a comment that has begun so; signs before a name belong to it.
    """
    joined = re.sub(r"\\\r?\n", " ", text)
    lines = (line.strip(" \t\r\v\f") for line in joined.split("\n"))
    return [re.split(r"[ \t\r\v\f]", line, maxsplit=1)[0] for line in lines if line and not line.startswith("#")]


class ExtraTorrcTests(SynchronousTestCase):
    """``check``."""

    def test_D85_bridges_proxies_and_the_like_may_pass(self) -> None:
        """With comments, empty lines, and names in any case."""
        self.assertEqual(complaint(GOOD), "")
        expected = {"UseBridges", "ClientTransportPlugin", "Bridge", "HTTPSProxy", "ReachableAddresses"}
        self.assertEqual(names(GOOD), expected | {"HSLayer2Nodes"})

    def test_L06_each_bad_line_has_its_own_sentence(self) -> None:
        """Which says what is wrong with it."""
        self.assertEqual([], [(text, said) for text, words in BAD if words not in (said := complaint(text))])

    def test_the_line_is_told(self) -> None:
        """Counted from 1, with all that are good before it."""
        problem = self.assertRaises(ExtraTorrcError, check, "NumCPUs 1\n\n# x\nSocksPort 1\nORPort 1")
        self.assertEqual(problem.line, 4)
        self.assertTrue(str(problem).startswith("line 4: `SocksPort` is not allowed"))

    def test_a_sentence_is_one_line_and_not_long(self) -> None:
        """Whatever stands in the text."""
        for text in ("x" * 5000, "x\x1b[2J y", "é" * 300 + " 1", "SocksPort " + "9" * 4000):
            said = complaint(text)
            self.assertTrue(said.isprintable() and 0 < len(said) < 300, said)

    @given(
        st.lists(
            st.one_of(
                st.sampled_from([text for text, _ in BAD]),
                st.sampled_from(GOOD.split("\n")),
                st.text(max_size=20),
                st.text(st.sampled_from("SocksPort UseBridges10#\\\"'+/%\r\n\t\v\f\0 "), max_size=30),
            )
        ).map("\n".join)
    )
    def test_L06_whatever_passes_is_read_by_tor_as_allowed_options_only(self, text: str) -> None:
        """No mixture of lines makes tor see an option that is not on the list."""
        if not complaint(text):
            allowed = {name.lower() for name in _ALLOWED}
            self.assertEqual({name.lower() for name in as_tor_reads(text)} - allowed, set())

    @given(st.text())
    def test_any_text_at_all(self, text: str) -> None:
        """Nothing but an `ExtraTorrcError` is raised."""
        complaint(text)
