"""Moderation in the live page, without a network: who sees which buttons, what they do, and who sees that."""

from __future__ import annotations

import re
from html import unescape

from onionstream.chat.looks import Look
from onionstream.chat.moderation import GoneError, NothingError
from onionstream.chat.people import Role
from onionstream.chat.staff import RightsError
from onionstream.web.templates import STYLE
from tests.web.moderating import MINE, SECRET, THEIRS, ModeratingCase, Reader
from tests.web.visitor import Visitor
from tests.web.wire import get


class ButtonTests(ModeratingCase):
    """Who has which."""

    def test_S70_S75_the_staff_has_them_beside_each_message_and_each_name(self) -> None:
        """In one form whose answer goes to another frame, since in Firefox each answer would end this document."""
        for reader in (self.host, self.mod):
            self.assertIn('<form id="mod" slot="none" method="post" action="/mod" target="sink">', reader.text)
            self.assertLessEqual({("hide", "1"), ("hide", "2"), ("ban", self.mark)}, {*reader.buttons()})
            self.assertIn("form-action 'self'", reader.text)
        self.turn(6)
        listed = self.enter(self.host.visitor)
        self.assertIn(("hideall", self.mark), listed.buttons())

    def test_who_hears_the_page_hears_whom_a_button_is_about(self) -> None:
        """Beside a name too, where only the eye sees which one."""
        self.turn(6)
        button = rf'name="hideall" value="{self.mark}" aria-label="Hide all, [^"]+"'
        self.assertRegex(self.enter(self.host.visitor).text, button)

    def test_S70_nobody_else_has_any(self) -> None:
        """Nor has a document of his a form, or may it send one."""
        stranger = Reader(Visitor(self), self.read("/live"))
        for reader in (self.viewer, stranger):
            self.assertEqual((reader.buttons(), "<form" in reader.text), ([], False))
            self.assertIn("form-action 'none'", reader.text)

    def test_a_moderator_has_none_that_he_may_not_press(self) -> None:
        """By a rule of his document, so that it is right when somebody becomes one, or is none any more."""
        self.assertIn(":root{--moderators:none;--broadcasters:none;--appoint:none}", self.mod.text)
        self.assertNotIn("--broadcasters:none", self.host.text)

    def test_the_broadcaster_alone_finds_back_to_his_page(self) -> None:
        """By a link below the video; moderators have no such page."""
        link = '<a href="/broadcaster" target="_top">Your page</a>'
        texts = (self.host.text, self.mod.text, self.viewer.text)
        self.assertEqual([link in text for text in texts], [True, False, False])

    def test_L61_an_address_gives_nobody_the_buttons(self) -> None:
        """Who copies the address of a moderator's live document gets what viewers get."""
        visitor = Visitor(self, cookies=False).go("/")
        before = {*self.chat.presence}
        client = self.read(visitor.page.links["live"])
        (key,) = {*self.chat.presence} - before
        client.leave()
        self.chat.room.restyle(key, Look(trip=MINE), self.clock.seconds())
        self.assertIs(self.chat.room.person(key).role, Role.MODERATOR)
        self.chat.room.hide(1)
        text = self.read(visitor.page.links["live"]).received.decode()
        self.assertNotIn("<button", text)
        self.assertNotIn(SECRET, text)


class HideTests(ModeratingCase):
    """Messages that only the staff sees."""

    def test_S71_S73_hidden_for_all_and_greyed_for_the_staff(self) -> None:
        """At once, in every open page, and it can be shown again."""
        self.news()
        self.assertEqual(self.mod.press("hide", 1), 204)
        host, mod, viewer = self.news()
        for text in (host, mod):
            self.assertIn("#m1{--faded:var(--dim)", text)
            self.assertNotIn("display:none", text)
        self.assertIn("#m1{display:none}", viewer)
        self.assertEqual(self.host.press("show", 1), 204)
        host, mod, viewer = self.news()
        self.assertIn("#m1{--faded:initial", mod)
        self.assertIn("#m1{display:block}", viewer)

    def test_S73_hidden_text_never_goes_out_to_others(self) -> None:
        """Not in pages that are opened later, nor as text; the staff has it where it was."""
        self.host.press("hide", 1)
        for address in ("/live", "/plain", "/chat.txt"):
            self.assertNotIn(SECRET, self.read(address).received.decode(), address)
        self.assertNotIn(SECRET, self.enter(self.viewer.visitor).text)
        text = self.enter(self.mod.visitor).text
        self.assertRegex(text, f'id="m1".*{SECRET}(.*\n)*.*id="m2"')
        self.assertIn("#m1{--faded:var(--dim)", text)

    def test_S71_ban_and_hide_all(self) -> None:
        """One press for everything of one person, also when he is banned already."""
        self.news()
        self.assertEqual(self.mod.press("ban", self.mark), 204)
        self.assertEqual(self.mod.press("banhide", self.mark), 204)
        self.assertIn("#m1,#m2{--faded", self.news()[0])
        self.assertEqual([one.text for one in self.chat.room.history(9)], ["mine", "hello"])

    def test_S71_hide_all_of_one_who_may_go_on(self) -> None:
        """He sees it like everybody else."""
        self.news()
        self.assertEqual(self.host.press("hideall", self.mark), 204)
        self.assertIn("#m1,#m2{display:none}", self.news()[2])
        self.assertFalse(self.chat.room.person(self.key).banned)


class BanTests(ModeratingCase):
    """Somebody has to go."""

    def test_S26_his_documents_end_and_lead_to_a_page_that_says_it(self) -> None:
        """The live one, and the lines of text; the form says that he cannot chat."""
        lines = self.connect().send(get("/chat.txt", *self.viewer.visitor.headers()))
        self.assertEqual(self.mod.press("ban", self.mark), 204)
        for client in (self.viewer.client, lines):
            self.assertTrue(client.closed)
            self.assertIn(b"You have been banned from this stream.", client.received)
        for address in ("/live", "/plain", "/chat.txt"):
            visitor = self.viewer.visitor.go(address)
            self.assertEqual(visitor.answer.status, 403)
            self.assertIn("You have been banned from this stream.", visitor.page.text)
        self.assertIn("You cannot chat.", self.viewer.visitor.go("/form").page.text)
        self.assertEqual(self.viewer.visitor.go("/").answer.status, 200)

    def test_S72_the_staff_sees_who_is_banned_why_and_when(self) -> None:
        """Away or here, with a button that ends it; it ends at once."""
        self.host.press("ban", self.mark)
        self.turn(6)
        listed = self.host.news()
        self.assertIn("<h3>Banned (1)</h3>", listed)
        self.assertRegex(listed, r"\d{4}-\d\d-\d\d \d\d:\d\d, by the staff")
        self.assertNotIn("Banned (", self.read("/live").received.decode())
        self.assertEqual(self.mod.press("unban", self.mark), 204)
        self.assertIn("<div id=", self.enter(self.viewer.visitor).text)
        self.turn(6)
        self.assertNotIn("Banned (", self.host.news().rpartition('slot="users"')[2])

    def test_S72_whoever_is_banned_can_be_unbanned_though_he_has_written_nothing(self) -> None:
        """As after a restart: no rule of the document is about him, so the list itself shows the button."""
        _, silent = self.somebody()
        mark = self.chat.room.person(silent).mark
        self.chat.room.ban(silent)
        self.turn(6)
        listed = self.enter(self.host.visitor).text
        self.assertRegex(listed, rf'<ul class="out"><li class="u{mark}">.*name="unban" value="{mark}"')
        self.assertIn("\n.out{--unban:inline-block}", STYLE.decode())

    def test_S15_nobody_bans_the_broadcaster(self) -> None:
        """Nor does a moderator ban another one, or himself."""
        for key in (self.host_key, self.mod_key):
            mark = self.chat.room.person(key).mark
            self.assertEqual(self.mod.press("banhide", mark), 403)
            self.assertFalse(self.chat.room.person(key).banned)
        self.assertEqual(len(self.chat.room.history(9)), 4)

    def test_a_new_person_is_new(self) -> None:
        """Who comes back without his cookie is somebody else: a ban says no more than that."""
        self.host.press("ban", self.mark)
        self.assertEqual(Visitor(self).go("/").go("/live").answer.status, 200)


class AnswerTests(ModeratingCase):
    """What became of a button."""

    def test_S74_it_is_done(self) -> None:
        """An empty answer, and a sentence with a way back in the document of whoever pressed it; in no other one."""
        self.news()
        self.assertEqual(self.mod.press("ban", self.mark), 204)
        self.assertEqual(self.mod.visitor.answer.body, b"")
        host, mod, viewer = self.news()
        self.assertRegex(mod, 'slot="done".*role="status"><span>Banned: <bdi>Anonymous</bdi>#')
        (number,) = re.findall('name="undo" value="([0-9]+)"', mod)
        self.assertNotIn('slot="done"', host + viewer)
        self.assertEqual(self.mod.press("undo", number), 204)
        self.assertIn("Taken back:", self.news()[1])
        self.assertFalse(self.chat.room.person(self.key).banned)

    def test_what_was_not_done_is_said_in_both_places(self) -> None:
        """A page for where the answer goes, and the sentence where it is read."""
        self.mod.press("hide", 2)
        for name, value, status, error in (
            ("hide", 2, 409, NothingError),
            ("hide", 77, 404, GoneError),
            ("hide", 4, 403, RightsError),
            ("ban", "0" * 10, 404, GoneError),
            ("appoint", self.mark, 403, RightsError),
        ):
            self.news()
            self.assertEqual(self.mod.press(name, value), status, name)
            host, mod, viewer = self.news()
            self.assertIn(f'role="alert"><span>{error().sentence}</span>', unescape(mod))
            self.assertNotIn('slot="done"', host + viewer)

    def test_viewers_may_nothing(self) -> None:
        """Whatever they send, and they learn nothing by it."""
        proof = self.chat._proof(self.who(self.key))
        for name, value in (("hide", "1"), ("hide", "99"), ("ban", self.mark), ("undo", "1"), ("trip", THEIRS.full)):
            self.viewer.visitor.send("/mod", {name: value, "proof": proof})
            self.assertEqual(self.viewer.visitor.answer.status, 403)
        self.assertEqual(Visitor(self).send("/mod", {"hide": "1", "proof": proof}).answer.status, 403)
        self.assertEqual(len(self.chat.room.history(9)), 4)

    def test_D06_another_site_cannot_press_them(self) -> None:
        """It does not know the proof; one of somebody else is none; and what a browser says is heeded."""
        self.assertEqual(self.host.press("hide", 1, proof=""), 400)
        self.assertEqual(self.host.press("hide", 1, proof=self.chat._proof(self.who(self.mod_key))), 400)
        self.assertEqual(self.host.press("hide", 1, "Sec-Fetch-Site: cross-site"), 403)
        self.assertEqual(len(self.chat.room.history(9)), 4)

    def test_D06_a_proof_lasts_as_long_as_its_document(self) -> None:
        """Hours, and many presses."""
        self.clock.advance(3600)
        self.assertEqual([self.mod.press(name, 1) for name in ("hide", "show", "hide")], [204, 204, 204])

    def test_B10_fields_are_read_strictly(self) -> None:
        """One button, with a value that it can have, by POST only."""
        for fields in (
            {},
            {"hide": "1", "show": "2"},
            {"hide": "1x"},
            {"hide": "٣"},
            {"hide": "1" * 16},
            {"undo": ""},
            {"trip": "short"},
            {"else": "1"},
        ):
            sent = {"proof": self.chat._proof(self.who(self.host_key)), **fields}
            self.assertEqual(self.host.visitor.send("/mod", sent).answer.status, 400, fields)
        self.assertEqual(self.host.visitor.go("/mod").answer.status, 405)
        self.assertEqual(len(self.chat.room.history(9)), 4)

    def test_L50_nothing_of_it_is_logged(self) -> None:
        """No error, no mark, no text."""
        self.host.press("ban", self.mark)
        self.mod.press("ban", "x" * 500)
        self.assertEqual(self.errors(), [])
