"""Lines of tor's without what they must not tell (L-22)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.scrub import LONGEST_LINE, level, scrub

FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
ADDRESS = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid"
KEY = "9B4AGHwTmU4HLkkcuMzH0R5+rkH6X2YFYIzKjEVrIzE"

LINES = (
    (f"Guard mynick ({'$' + FINGERPRINT}) is failing", ("mynick", FINGERPRINT)),
    (
        f"relay ${FINGERPRINT}~mynick [{KEY}] at 192.0.2.77 and [2001:db8::7]",
        ("mynick", FINGERPRINT, KEY, "192", "db8"),
    ),
    (f"relay ${FINGERPRINT}=mynick", ("mynick", FINGERPRINT)),
    (f"fingerprint {FINGERPRINT.lower()} of 192.0.2.77:9001", (FINGERPRINT.lower(), "192", "9001")),
    (f"Closed 1 streams for service [{ADDRESS}].onion", (ADDRESS,)),
    (f"descriptor of {ADDRESS}", (ADDRESS,)),
    (f"{ADDRESS.upper()}.ONION", (ADDRESS.upper(),)),
    ("connecting to [2001:db8:1:2:3:4:5:6]:443 failed", ("2001", "db8")),
    ("2001:db8::1 and ::1 and ::ffff:192.0.2.77", ("2001", "db8", "ffff", "192", "::1")),
    ("Your bridge 'mynick' cannot be reached", ("mynick",)),
    ('The nickname "mynick" is taken', ("mynick",)),
)


class ScrubTests(SynchronousTestCase):
    """``scrub``."""

    def test_L22_nothing_of_relays_and_addresses_stays(self) -> None:
        """In each form that tor's log has for them."""
        told = [(line, scrub(line)) for line, words in LINES if any(word in scrub(line) for word in words)]
        self.assertEqual(told, [])

    def test_what_helps_a_person_stays(self) -> None:
        """Paths, times, versions, and sentences."""
        for line in (
            "Directory /home/me/state/tor cannot be read: Permission denied",
            "Your clock is 23:59:59 ahead",
            "Tor 0.4.9.11 running on Linux with Libevent 2.1.12-stable",
            "Failed to parse/validate config: Unknown option 'Foo'.  Failing.",
        ):
            self.assertEqual(scrub(line), line)

    def test_a_long_line_is_cut(self) -> None:
        """Also one in which everything is taken out, and without half of an address at its end."""
        self.assertEqual(len(scrub("word " * 1000)), LONGEST_LINE)
        line = f"${FINGERPRINT} " * 200
        self.assertNotIn("0123", scrub(line))

    def test_what_cannot_be_seen_is_replaced(self) -> None:
        """A terminal may show it."""
        self.assertEqual(scrub("a\x1b[2Jb\tc"), "a\ufffd[2Jb\ufffdc")

    @given(st.text(), st.sampled_from([word for _, words in LINES for word in words if len(word) > 30]), st.text())
    def test_L22_in_any_surroundings(self, before: str, secret: str, after: str) -> None:
        """Between blanks, whatever else stands in the line."""
        self.assertNotIn(secret, scrub(f"{before} {secret} {after}"))

    def test_the_level_is_taken_off(self) -> None:
        """With the time, which ours has itself."""
        self.assertEqual(level("Nov 23 02:02:31.063 [warn] Oh no"), ("warn", "Oh no"))
        self.assertEqual(level("May 01 00:00:00.000 [notice] [a]"), ("notice", "[a]"))
        self.assertEqual(level("tor: cannot be run"), ("", "tor: cannot be run"))
