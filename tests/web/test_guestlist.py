"""Guests in the broadcaster's page, without a network."""

from __future__ import annotations

from onionstream.web.guestlist import TWICE
from onionstream.web.request import DESK
from tests.web.entry import LoginCase
from tests.web.helms import GuestBook
from tests.web.visitor import Visitor


class GuestsCase(LoginCase):
    """The broadcaster at his desk."""

    def setUp(self) -> None:
        """He is logged in."""
        super().setUp()
        self.he = self.logged_in()

    def invite(self, name: str) -> Visitor:
        """:return: he, before what comes of an invitation."""
        return self.he.go(DESK).choose(f"{DESK}/invite").press(name=name)

    def revoke(self, name: str, button: str = "revoke") -> list[str]:
        """:return: what the page says after that."""
        nonce = self.he.go(DESK).page.forms[f"{DESK}/revoke"][0]["nonce"]
        self.he.send(f"{DESK}/revoke", {"nonce": nonce, "name": name, "act": button})
        return self.he.page.said["alert"] + self.he.page.said["status"]


class InviteTests(GuestsCase):
    """``/broadcaster/invite``."""

    def test_the_key_is_in_the_answer_and_nowhere_else(self) -> None:
        """With the address; no cache keeps it, and the page has the name alone."""
        self.assertIn("Nobody is invited", self.he.page.text)
        answer = self.invite("anna").answer
        self.assertEqual((answer.status, answer["Cache-Control"]), (200, "no-store"))
        for words in (GuestBook.KEY, "http://a.onion/", "anna is invited", "only guests can"):
            self.assertIn(words, self.he.page.text)
        self.he.go(DESK)
        self.assertIn("anna", self.he.page.text)
        self.assertNotIn(GuestBook.KEY, self.he.answer.body.decode())
        self.assertEqual(self.logged(), [])

    def test_another_guest_changes_nothing_for_the_others(self) -> None:
        """Nor does it say so."""
        self.invite("anna")
        self.assertNotIn("Until now everybody", self.invite("bob").page.text)

    def test_D06_sent_twice_it_is_done_once(self) -> None:
        """The key of the first answer may be lost then, and that is said."""
        fields = {**self.he.page.forms[f"{DESK}/invite"][0], "name": "anna"}
        self.he.send(f"{DESK}/invite", fields)
        self.he.send(f"{DESK}/invite", fields)
        self.assertEqual((self.guests.all, self.he.page.said["status"]), (["anna"], [TWICE]))

    def test_a_name_that_cannot_be_is_told(self) -> None:
        """Where it was typed."""
        self.assertEqual(self.invite("an na!").page.said["alert"], ["A name has 1 to 32 characters."])
        self.assertEqual(self.he.address, f"{DESK}#notice")

    def test_whoever_is_here_over_the_onion_address_is_warned_before(self) -> None:
        """The first guest shuts him out as well; on the machine itself it does not."""
        warning = "Invite yourself first"
        self.assertNotIn(warning, self.he.page.text)
        self.circuit = 7
        self.assertIn(warning, self.he.go(DESK).page.text)
        self.assertIn("yours too", self.invite("me").page.text)
        self.assertIn("You have come over it too.", self.he.go(DESK).page.text)

    def test_a_disk_that_does_not_do_it(self) -> None:
        """The page is there all the same, with the reason."""
        self.guests.trouble = "authorized_clients cannot be read: Input/output error."
        self.assertIn(self.guests.trouble, self.he.go(DESK).page.text)
        self.assertEqual(self.invite("anna").page.said["alert"], [self.guests.trouble])


class RevokeTests(GuestsCase):
    """``/broadcaster/revoke``."""

    def setUp(self) -> None:
        """Two are invited."""
        super().setUp()
        self.guests.all += ["anna", "bob"]

    def test_one_of_several(self) -> None:
        """At once."""
        self.assertIn("anna is not invited any more.", self.revoke("anna")[0])
        self.assertEqual(self.guests.all, ["bob"])

    def test_the_last_one_is_asked_about_first(self) -> None:
        """Since everybody can come then."""
        self.guests.all.remove("bob")
        self.assertIn("only guest", self.revoke("anna")[0])
        self.assertEqual(self.guests.all, ["anna"])
        nonce = self.he.page.forms[f"{DESK}/revoke"][0]["nonce"]
        self.assertIn(b'value="public"', self.he.answer.body)
        self.he.send(f"{DESK}/revoke", {"nonce": nonce, "name": "anna", "act": "public"})
        self.assertIn("everybody who has the address can come", self.he.page.said["status"][0])
        self.assertEqual(self.guests.all, [])

    def test_somebody_who_is_no_guest_any_more(self) -> None:
        """It says so; names are text."""
        self.assertEqual(self.revoke("<b>"), ["<b> is not invited."])
        self.assertEqual(self.revoke("carl", "public"), ["carl is not invited."])

    def test_B10_there_are_two_buttons(self) -> None:
        """No form of ours sends another."""
        nonce = self.he.go(DESK).page.forms[f"{DESK}/revoke"][0]["nonce"]
        self.he.send(f"{DESK}/revoke", {"nonce": nonce, "name": "anna", "act": "explode"})
        self.assertEqual((self.he.answer.status, len(self.guests.all)), (400, 2))

    def test_S13_nobody_else_learns_or_changes_who_is_invited(self) -> None:
        """Neither strangers nor moderators have such a session."""
        fields = {**self.he.go(DESK).page.forms[f"{DESK}/revoke"][0], "act": "revoke"}
        stranger = Visitor(self).go(DESK)
        self.assertNotIn("anna", stranger.page.text)
        self.assertEqual(stranger.send(f"{DESK}/revoke", fields).answer.status, 403)
        self.assertEqual(stranger.send(f"{DESK}/invite", {"nonce": "x" * 32, "name": "eve"}).answer.status, 403)
        self.assertEqual(self.guests.all, ["anna", "bob"])
