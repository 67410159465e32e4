"""What a visitor carries in addresses and fields where his browser keeps no cookie (D-07, L-61)."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.web.identity import Identity, Kind, Who
from tests.web.visitors import CAPABILITY, FORGED, KEY, IdentityCase
from tests.web.wire import get, post


def with_bit_flipped(capability: str, bit: int) -> str:
    """:return: other characters."""
    number = int.from_bytes(capability.encode(), "big") ^ (1 << bit)
    return number.to_bytes(len(capability), "big").decode("latin-1")


class CapabilityTests(IdentityCase):
    """Visitors whose browser keeps no cookie."""

    def test_S6_everything_works_without_cookies(self) -> None:
        """By the addresses that the page has put into its frames, and by the hidden field."""
        who, _ = self.new()
        self.assertEqual(self.who(get(who.address("/live"))).key, who.key)
        self.assertEqual(self.who(get(who.form_address("/form"))), who)
        self.assertEqual(self.who(post("/form", f"w={who.write}".encode())), who)
        self.assertEqual(self.who(post(who.form_address("/form"), f"w={who.write}".encode())), who)

    def test_L61_who_may_read_may_not_write(self) -> None:
        """The address of the video that he has shown to a friend does not let that friend write."""
        who, _ = self.new()
        self.refused(get(f"/form?w={who.read}"))
        self.refused(post("/form", f"w={who.read}".encode()))
        self.assertIsNone(self.rooms.identity.writer(self.request(), None))

    def test_L61_what_is_shown_to_a_reader_gives_no_right_to_write(self) -> None:
        """Nor does it follow from anything in the document."""
        reader = self.who(get(self.new()[0].address("/live")))
        self.assertEqual((reader.write, reader.form_address("/form")), ("", "/form"))

    def test_D07_a_forged_capability_is_an_error(self) -> None:
        """In an address or a field it can only be an attempt, or a damaged link."""
        good = self.new()[0]
        for bad in (FORGED, "x", good.read[:-1], good.read + "=", good.write, "%00", "a" * 2000):
            self.refused(get(f"/live?r={bad}"))
        for bad in (FORGED, "x", good.read, good.write + "A"):
            self.refused(post("/form", f"w={bad}".encode()))

    def test_D07_D08_a_field_that_is_there_twice_is_an_error(self) -> None:
        """Even with the same value."""
        read = self.new()[0].read
        self.refused(get(f"/live?r={read}&r={read}"))

    def test_D07_the_cookie_and_the_address_must_agree(self) -> None:
        """Else somebody could let another write under his name; the sentence says what helps."""
        first, _ = self.new()
        _, header = self.new()
        self.assertIn(b"Please open the whole page again", self.refused(get(first.address("/live"), header)).body)
        self.refused(get(first.form_address("/form"), header))
        self.refused(post("/form", f"w={first.write}".encode(), header))

    def test_D07_address_and_form_must_agree(self) -> None:
        """One of them would be somebody else's."""
        first, second = self.new()[0], self.new()[0]
        self.refused(post(first.form_address("/form"), f"w={second.write}".encode()))

    def test_a_cookie_that_is_not_ours_does_not_hinder(self) -> None:
        """The capability says who it is."""
        who, _ = self.new()
        self.assertEqual(self.who(get(who.address("/live"), f"Cookie: t={FORGED}")).key, who.key)

    def test_D07_another_key_knows_nobody(self) -> None:
        """What another daemon has signed is foreign."""
        who, header = self.new()
        self.rooms.identity = Identity(bytes(32))
        self.refused(get(who.address("/live")))
        self.ask(get("/live", header))
        self.assertIsNone(self.rooms.met[-1])


class WhoTests(SynchronousTestCase):
    """``Who`` by itself."""

    def test_addresses(self) -> None:
        """A capability is one more field, before the fragment."""
        who = Who(bytes(16), read="R", write="W")
        self.assertEqual(who.address("/live"), "/live?r=R")
        self.assertEqual(who.address("/video?mode=near&sound=on#top"), "/video?mode=near&sound=on&r=R#top")
        self.assertEqual(who.form_address("/form#msg"), "/form?w=W#msg")

    def test_L61_with_a_cookie_addresses_stay_as_they_are(self) -> None:
        """And the hidden field is empty."""
        who = Who(bytes(16), cookie=True)
        self.assertEqual((who.address("/live?a#b"), who.form_address("/form"), who.write), ("/live?a#b", "/form", ""))

    def test_nothing_of_him_is_shown(self) -> None:
        """An error that got into a log would name nobody."""
        self.assertEqual(repr(Who(b"k" * 16, read="R", write="W", guest="G")), "Who(cookie=False)")
        self.assertEqual(len(fields(Who)), 5)


class AnyCapabilityTests(SynchronousTestCase):
    """Capabilities of any kind, key and id."""

    def known(self, identity: Identity, kind: Kind, capability: str) -> bytes | None:
        """:return: the id in a capability."""
        return identity._visitor(kind, capability)

    @settings(database=None)
    @given(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32), st.sampled_from(Kind))
    def test_D07_what_we_sign_we_know(self, visitor: bytes, key: bytes, kind: Kind) -> None:
        """43 characters, good for one kind; any other kind or key knows nobody."""
        identity = Identity(key)
        capability = identity._capability(kind, visitor)
        self.assertRegex(capability, rf"\A{CAPABILITY}\Z")
        self.assertEqual([self.known(identity, each, capability) for each in Kind if each is not kind], [None] * 3)
        self.assertEqual(self.known(identity, kind, capability), visitor)
        self.assertIsNone(self.known(Identity(key[::-1] + b"x"), kind, capability))

    @settings(database=None)
    @given(st.binary(min_size=16, max_size=16), st.sampled_from(Kind), st.integers(0, 43 * 8 - 1))
    def test_D07_no_bit_can_change(self, visitor: bytes, kind: Kind, bit: int) -> None:
        """Of its characters: not even one that base64 would overlook."""
        identity = Identity(KEY)
        self.assertIsNone(self.known(identity, kind, with_bit_flipped(identity._capability(kind, visitor), bit)))

    @settings(database=None)
    @given(st.binary(min_size=16, max_size=16), st.integers(1, 3))
    def test_D07_there_is_no_second_spelling(self, visitor: bytes, more: int) -> None:
        """The last character stands for four bits; the three others that base64 reads the same are refused."""
        identity = Identity(KEY)
        good = identity._capability(Kind.READ, visitor)
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        other = good[:-1] + alphabet[alphabet.index(good[-1]) + more]
        self.assertEqual(urlsafe_b64decode(good + "="), urlsafe_b64decode(other + "="))
        self.assertIsNone(self.known(identity, Kind.READ, other))

    @settings(database=None)
    @given(st.text() | st.text("AQg_-", min_size=43, max_size=43))
    def test_D07_nothing_else_is_taken(self, capability: str) -> None:
        """Nor does it raise."""
        self.assertIsNone(self.known(Identity(KEY), Kind.TOKEN, capability))
