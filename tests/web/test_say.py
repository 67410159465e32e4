"""Saying something, with the form, without a network."""

from __future__ import annotations

from onionstream.chat.filters import Filters
from onionstream.web.errors import BadRequest
from onionstream.web.frame import StrangerError
from onionstream.web.nonces import LIFE
from onionstream.web.say import AGAIN
from tests.web.chat import NOON, ChatCase
from tests.web.visitor import Visitor
from tests.web.wire import get


class SayTests(ChatCase):
    """What is typed is said, or comes back."""

    def test_what_is_typed_is_said(self) -> None:
        """By whom, and in which minute (L-17)."""
        visitor = self.visitor().press(text="hello <b>there</b>")
        (message,) = self.said
        self.assertEqual((message.text, message.when - message.when % 60), ("hello <b>there</b>", NOON - NOON % 60))
        self.assertEqual(visitor.page.said, {"alert": [], "status": []})

    def test_the_box_is_empty_and_has_the_focus_again(self) -> None:
        """By the fragment, at the address that the frame has had already, so that the history does not grow."""
        for cookies in (True, False):
            visitor = self.visitor(cookies=cookies)
            before = visitor.address
            visitor.press(text="hello")
            self.assertEqual((visitor.address, visitor.page.fields["text"]), (before, ""))
            self.assertTrue(visitor.address.endswith("#msg"))
            self.assertEqual(visitor.page.attributes(id="msg")["name"], "text")

    def test_L09_it_goes_on_without_a_host(self) -> None:
        """The way back is a path."""
        visitor = self.visitor()
        visitor.follows = False
        self.assertEqual(visitor.press(text="a").answer["Location"], "/form#msg")

    def test_L61_with_cookies_no_address_and_no_form_has_a_capability(self) -> None:
        """The frame is sent to its clean address before it shows anything."""
        visitor = self.visitor()
        self.assertEqual((visitor.address, visitor.page.action), ("/form#msg", "/form"))
        self.assertNotIn("w", visitor.page.fields)
        self.assertFalse([link for link in visitor.page.links.values() if "r=" in link or "w=" in link])

    def test_L61_without_cookies_a_hidden_field_says_who_it_is(self) -> None:
        """And the address that the form goes to does not."""
        visitor = self.visitor(cookies=False).press(text="one")
        self.clock.advance(3)
        visitor.press(text="two")
        self.assertEqual((self.texts(), visitor.page.action), (["one", "two"], "/form"))
        self.assertEqual(len({message.author.key for message in self.said}), 1)
        self.assertEqual(len(visitor.page.fields["w"]), 43)

    def test_L61_who_may_only_read_cannot_write(self) -> None:
        """The capability of the video's address is none for the form."""
        visitor = self.visitor(cookies=False)
        nonce = visitor.page.fields["nonce"]
        read = Visitor(self, cookies=False).go("/").page.links["secret"].partition("r=")[2]
        for address, fields in (
            (f"/form?r={read}", {}),
            (f"/form?w={read}", {}),
            ("/form", {"w": read}),
            ("/form", {"r": read}),
        ):
            visitor.send(address, {"text": "a", "nonce": nonce, **fields})
            self.assert_refused(visitor, BadRequest)

    def test_a_stranger_is_sent_to_the_page(self) -> None:
        """He is given nothing here, and nothing of him is kept."""
        stranger = Visitor(self).go("/form")
        self.assert_refused(stranger, StrangerError)
        self.assertEqual((stranger.page.links["To the stream"], stranger.cookies), ("/", {}))
        stranger.send("/form", {"text": "a", "nonce": "A" * 32})
        self.assert_refused(stranger, StrangerError)

    def test_L63_browsers_are_not_to_remember_what_is_typed(self) -> None:
        """No list of earlier messages for the next person at this machine."""
        self.assertEqual(self.visitor().page.attributes(id="msg")["autocomplete"], "off")

    def test_the_rules_say_how_much_fits_in(self) -> None:
        """The browser stops there."""
        self.assertEqual(self.visitor().page.attributes(id="msg")["maxlength"], "512")

    def test_who_only_looks_leaves_nothing_behind(self) -> None:
        """No table grows by a GET, whatever it asks for."""
        for cookies in (True, False):
            visitor = self.visitor(cookies=cookies)
            for _ in range(3):
                visitor.go(visitor.address)
                visitor.go(visitor.page.links["Name"])
                visitor.go(visitor.page.links["Back to the message"])
        self.assertEqual([len(self.say), len(self.appearance), len(self.asking)], [0, 0, 0])
        self.assertEqual((len(self.room._people), self.captchas.asked), (0, []))

    def test_HEAD_takes_nothing_away(self) -> None:
        """It shows no draft, so the draft is still there."""
        visitor = self.visitor()
        visitor.follows = False
        visitor.press("lines", text="a draft")
        answer = self.ask(get("/form", *visitor.headers(), method="HEAD"), head=True)
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(visitor.go("/form").page.fields["text"], "a draft")


class RefusalTests(ChatCase):
    """What is not said comes back, with the reason."""

    filters = Filters(block=("spam",), ban=("insult",))

    def assert_back(self, visitor: Visitor, text: str, *sentences: str) -> None:
        """The text is in the box, and the sentences are read out, once."""
        self.assertEqual((visitor.page.fields["text"], visitor.page.said["alert"]), (text, list(sentences)))
        if sentences:
            self.assertEqual(
                visitor.page.attributes(id="msg")["aria-describedby"], visitor.page.attributes(role="alert")["id"]
            )
        visitor.go(visitor.address)
        self.assertEqual((visitor.page.fields["text"], visitor.page.said["alert"]), ("", []))

    def test_S47_A49_nothing_is_no_message(self) -> None:
        """Nor is what cannot be seen."""
        self.assert_back(self.visitor().press(text=" "), "", "The message was empty.")

    def test_S42_S53_what_is_too_long_comes_back_whole(self) -> None:
        """To be shortened."""
        text = "ü" * 513
        self.assert_back(
            self.visitor().press(text=text), text, "The message was too long: 513 characters, and 512 are the most."
        )

    def test_S53_too_many_lines_come_back_as_lines(self) -> None:
        """In a box that has lines, whatever the address says."""
        text = "\n".join("abcdefghijklm")
        visitor = self.visitor().press(text=text)
        self.assertIn("textarea", [tag for tag, _ in visitor.page.tags])
        self.assert_back(visitor, text, "The message had 13 lines, and 12 are the most.")

    def test_S53_what_comes_back_is_text(self) -> None:
        """And no markup, in either kind of box."""
        for text in ('"><b onclick=x>', "</textarea><b>", "\n</textarea><b>\n"):
            visitor = self.visitor().press(text="spam" + text)
            self.assertEqual(visitor.page.fields["text"], "spam" + text)
            self.assertFalse([given for _, given in visitor.page.tags if "onclick" in given])

    def test_S60_what_the_filter_stops_comes_back(self) -> None:
        """He may find other words."""
        self.assert_back(
            self.visitor().press(text="spam"), "spam", "The word filter has stopped your message; nobody has seen it."
        )
        self.assertEqual(self.said, [])

    def test_S51_what_comes_early_waits_for_its_turn(self) -> None:
        """That is no refusal: the box is empty, and he reads when it follows."""
        visitor = self.visitor().press(text="one")
        self.clock.advance(0.5)
        visitor.press(text="two")
        self.assertEqual(visitor.page.said, {"alert": [], "status": ["Your message follows in 3 s."]})
        self.assertEqual((visitor.page.fields["text"], self.texts()), ("", ["one"]))
        self.clock.advance(2.5)
        self.room.release(self.clock.seconds(), NOON)
        self.assertEqual(self.texts(), ["one", "two"])

    def test_S51_S53_what_cannot_even_wait_stays_in_the_box(self) -> None:
        """One message of a person waits."""
        visitor = self.visitor().press(text="one").press(text="two").press(text="three")
        self.assert_back(visitor, "three", "Not so fast: send it again in 3 s.")
        self.assertEqual(self.texts(), ["one"])

    def test_S48_who_is_banned_has_no_box(self) -> None:
        """He reads that, and can go on watching."""
        visitor = self.visitor().press(text="one")
        self.room.ban(self.said[0].author.key)
        visitor.go(visitor.address)
        self.assertEqual((visitor.page.said["alert"], visitor.page.action), (["You cannot chat."], ""))
        self.assertIn("Reconnect the chat", visitor.page.links)

    def test_S48_who_was_banned_while_he_wrote_is_told(self) -> None:
        """As soon as he sends it."""
        visitor = self.visitor().press(text="one")
        self.room.ban(self.said[0].author.key)
        visitor.press(text="two")
        self.assertEqual((visitor.page.said["alert"], self.texts()), (["You cannot chat here any more."], ["one"]))

    def test_S61_whom_the_filter_bans_is_told_why(self) -> None:
        """Once; then it is as for everybody who is banned."""
        visitor = self.visitor().press(text="insult")
        self.assertEqual(
            visitor.page.said["alert"], ["The word filter has stopped your message, and you cannot chat here any more."]
        )
        self.assertEqual(visitor.go(visitor.address).page.said["alert"], ["You cannot chat."])

    def test_S53_a_draft_is_for_its_writer_only(self) -> None:
        """Somebody else's form is empty."""
        visitor = self.visitor()
        visitor.follows = False
        visitor.press(text="spam, and a secret")
        self.assertEqual(self.visitor().page.fields["text"], "")
        self.assertEqual(visitor.go("/form").page.fields["text"], "spam, and a secret")

    def test_D50_drafts_have_an_end(self) -> None:
        """Nobody comes back for them after five minutes."""
        visitor = self.visitor()
        visitor.follows = False
        visitor.press(text="spam")
        self.clock.advance(300)
        self.assertEqual(visitor.go("/form").page.fields["text"], "")

    def test_a_draft_of_before_does_not_come_back_after_a_success(self) -> None:
        """It was never fetched, and is of no use any more."""
        visitor = self.visitor()
        first, second = visitor.page.fields["nonce"], visitor.go("/form").page.fields["nonce"]
        visitor.follows = False
        visitor.send("/form", {"text": "spam", "nonce": first})
        self.clock.advance(3)
        visitor.send("/form", {"text": "better", "nonce": second})
        self.assertEqual((visitor.go("/form").page.fields["text"], self.texts()), ("", ["better"]))


class OnceTests(ChatCase):
    """Each form is taken once."""

    filters = Filters(block=("spam",))

    def test_D06_a_button_pressed_twice_says_it_once(self) -> None:
        """And no word of it."""
        visitor = self.visitor()
        fields = {**visitor.page.fields, "text": "hello"}
        visitor.send("/form", fields).send("/form", fields)
        self.assertEqual((self.texts(), visitor.page.said["alert"], visitor.page.fields["text"]), (["hello"], [], ""))

    def test_D06_a_refusal_is_told_to_who_pressed_twice(self) -> None:
        """The first answer he never saw; what became of it waits for the second."""
        visitor = self.visitor()
        fields = {**visitor.page.fields, "text": "spam"}
        visitor.follows = False
        visitor.send("/form", fields)
        visitor.follows = True
        visitor.send("/form", fields)
        self.assertEqual((len(visitor.page.said["alert"]), visitor.page.fields["text"]), (1, "spam"))
        self.assertIn("word filter", visitor.page.said["alert"][0])

    def test_S49_another_text_in_a_form_that_was_sent_is_kept(self) -> None:
        """He went back to it in his browser. Pressed once more, it is sent."""
        visitor = self.visitor()
        fields = {**visitor.page.fields, "text": "hello"}
        visitor.send("/form", fields).send("/form", {**fields, "text": "and more"})
        self.assertEqual((visitor.page.fields["text"], visitor.page.said["alert"]), ("and more", [AGAIN]))
        self.clock.advance(3)
        visitor.press()
        self.assertEqual(self.texts(), ["hello", "and more"])

    def test_S49_a_form_that_was_open_for_too_long_keeps_its_text(self) -> None:
        """So does one from before the daemon was started anew."""
        visitor = self.visitor()
        self.clock.advance(LIFE + 1)
        visitor.press(text="hello")
        self.assertEqual((visitor.page.fields["text"], visitor.page.said["alert"]), ("hello", [AGAIN]))
        visitor.press()
        self.assertEqual(self.texts(), ["hello"])

    def test_D06_somebody_elses_nonce_is_of_no_use(self) -> None:
        """Nor is one of another form."""
        one, other = self.visitor(), self.visitor()
        look = one.page.links["Name"]
        for nonce in (other.page.fields["nonce"], one.go(look).page.fields["nonce"]):
            one.send("/form", {"text": "hello", "nonce": nonce})
            self.assertEqual((self.said, one.page.said["alert"]), ([], [AGAIN]))

    def test_D06_other_sites_cannot_send_it(self) -> None:
        """Where the browser says so."""
        visitor = self.visitor()
        visitor.press("", "Sec-Fetch-Site: cross-site", text="a")
        self.assertEqual((visitor.answer.status, self.said), (403, []))


class LinesTests(ChatCase):
    """Several lines."""

    def test_a_button_makes_room_for_them(self) -> None:
        """What is typed stays, and so does the room until it is not wanted any more."""
        for cookies in (True, False):
            visitor = self.visitor(cookies=cookies).press("lines", text="one")
            self.assertIn("textarea", [tag for tag, _ in visitor.page.tags])
            self.assertIn("rows=1", visitor.address)
            self.assertEqual((visitor.page.fields["text"], visitor.page.said["alert"]), ("one", []))
            visitor.press(text="one\r\ntwo")
            self.assertIn("rows=1", visitor.address)
            visitor.press("line", text="three")
            self.assertNotIn("rows", visitor.address)
            self.assertEqual(visitor.page.fields["text"], "three")
        self.assertEqual(self.texts(), ["one\ntwo", "one\ntwo"])

    def test_light_stays_light(self) -> None:
        """The theme goes along, to the look and back."""
        visitor = self.visitor()
        visitor.go("/form?theme=light#msg").press(text="a")
        self.assertEqual((visitor.address, visitor.page.tags[0][1]["data-theme"]), ("/form?theme=light#msg", "light"))
        visitor.go(visitor.page.links["Name"])
        self.assertEqual(visitor.page.links["Back to the message"], "/form?theme=light#msg")


class ScriptedTests(ChatCase):
    """The script sends the same form and asks for a word instead of a page."""

    filters = Filters(block=("spam",), ban=("insult",))
    ACCEPT = "Accept: text/plain"

    def test_it_gets_the_nonce_of_the_next_message(self) -> None:
        """As plain text, with 200."""
        visitor = self.visitor().press("", self.ACCEPT, text="one")
        self.assertEqual((visitor.answer.status, visitor.answer["Content-Type"]), (200, "text/plain; charset=utf-8"))
        self.clock.advance(3)
        visitor.press("", self.ACCEPT, text="two", nonce=visitor.answer.body.decode())
        self.assertEqual(self.texts(), ["one", "two"])

    def test_where_there_is_something_to_show_it_is_told_to_look(self) -> None:
        """409, and the form has it then: a refusal, a message that waits, a ban."""
        visitor = self.visitor().press("", self.ACCEPT, text="spam")
        self.assertEqual((visitor.answer.status, visitor.answer.body), (409, b""))
        self.assertEqual(visitor.go("/form").page.fields["text"], "spam")
        self.clock.advance(3)
        self.assertEqual(visitor.press("", self.ACCEPT, text="one").answer.status, 200)
        self.assertEqual(visitor.go("/form").press("", self.ACCEPT, text="two").answer.status, 409)
        self.assertEqual(len(visitor.go("/form").page.said["status"]), 1)
        self.clock.advance(3)
        self.assertEqual(visitor.press("", self.ACCEPT, text="insult").answer.status, 409)
        self.assertEqual(len(visitor.go("/form").page.said["alert"]), 1)

    def test_what_was_sent_twice_is_done(self) -> None:
        """200 again: whatever cut the first answer off, nothing is wrong."""
        visitor = self.visitor()
        for _ in range(2):
            self.assertEqual(visitor.press("", self.ACCEPT, text="one").answer.status, 200)
        self.assertEqual(self.texts(), ["one"])
