"""Choosing how one looks, without a network."""

from __future__ import annotations

from urllib.parse import urlencode

from onionstream.chat.filters import Filters
from onionstream.chat.looks import Look, Own
from onionstream.chat.people import Role
from onionstream.chat.rules import Rules
from onionstream.chat.tripcode import Tripcode
from onionstream.onion.budgets import Budget, Budgets
from onionstream.web.appearance import AGAIN, BOTH, BURST, CHANGED, CIRCUIT, HUES, RETYPE
from onionstream.web.circuits import CircuitSite
from onionstream.web.errors import BadRequest
from onionstream.web.frame import StrangerError
from onionstream.web.nonces import LIFE
from tests.web.chat import ChatCase
from tests.web.onion import line
from tests.web.visitor import Visitor
from tests.web.wire import Client, get, post

TOO_LONG = "The name was too long: 24 characters are the most."
NO_COLOUR = "That is no colour: it would be # and six digits or letters from a to f."


class AppearanceTests(ChatCase):
    """``/look``."""

    rules = Rules(reserved=("Captain",))
    filters = Filters(block=("spam",))

    def before(self, *, cookies: bool = True) -> Visitor:
        """Somebody before the form, who has said something."""
        visitor = self.visitor(cookies=cookies).press(text="hello")
        return visitor.go(visitor.page.links["Name"])

    @property
    def look(self) -> Look:
        """How the last one who said something looks."""
        return self.said[-1].author.look

    def assert_refused_with(self, visitor: Visitor, *sentences: str) -> None:
        """Nothing is changed, and he reads all that was wrong, once."""
        self.assertEqual(self.look, Look())
        self.assertEqual(visitor.page.said, {"alert": [" ".join(sentences)] if sentences else [], "status": []})
        self.assertEqual(visitor.go(visitor.address).page.said, {"alert": [], "status": []})

    def test_S68_a_name_is_changed_in_what_was_said_before(self) -> None:
        """The form stays open and says so (S65), with cookies and without."""
        for cookies in (True, False):
            visitor = self.before(cookies=cookies)
            before = visitor.address
            visitor.press(name=f"  ada {cookies} ")
            self.assertEqual(self.look.name, f"ada {cookies}")
            self.assertEqual((visitor.page.said["status"], visitor.address), ([CHANGED], before))
            self.assertEqual(visitor.page.fields["name"], f"ada {cookies}")
            self.assertIn("Chatting as ada", visitor.go(visitor.page.links["Back to the message"]).page.text)

    def test_S64_an_empty_name_is_none(self) -> None:
        """So is the word for those without one."""
        for name in ("", " ", "anonymous"):
            visitor = self.before().press(name="ada").press(name=name)
            self.assertEqual((self.look.name, visitor.page.said["status"]), ("", [CHANGED]))

    def test_a_colour_of_the_palette(self) -> None:
        """By its number; and the usual one again."""
        visitor = self.before().press(colour="5")
        self.assertEqual((self.look.colour, visitor.page.fields["colour"]), (5, "5"))
        visitor.press(colour="")
        self.assertEqual((self.look.colour, visitor.page.fields["colour"]), (None, ""))
        self.assertEqual(len(HUES), 16)

    def test_A58_a_colour_of_ones_own_is_moved_until_it_can_be_read(self) -> None:
        """To pick it is enough. Saved again as it is shown, it stays as it is."""
        visitor = self.before().press(own="#000080")
        colour = self.look.colour
        assert isinstance(colour, Own)
        self.assertEqual((visitor.page.fields["colour"], visitor.page.fields["own"]), ("own", colour.dark))
        self.assertEqual(colour.light, "#000080")
        visitor.press(name="ada")
        self.assertEqual((self.look.colour, self.look.name), (colour, "ada"))
        visitor.press(colour="3")
        self.assertEqual(self.look.colour, 3)

    def test_A58_on_the_light_page_the_form_has_the_colour_for_it(self) -> None:
        """Saved again as it is shown there, it stays as it is on both pages."""
        visitor = self.before().go("/look?theme=light").press(own="#ffff00")
        colour = self.look.colour
        assert isinstance(colour, Own)
        self.assertEqual((colour.dark, visitor.page.fields["own"]), ("#ffff00", colour.light))
        visitor.press(name="ada")
        self.assertEqual((self.look.colour, self.look.name), (colour, "ada"))

    def test_A58_my_own_may_be_what_is_shown(self) -> None:
        """Who wants that has to say it, as the field for it is never empty."""
        visitor = self.before()
        shown = visitor.page.fields["own"]
        visitor.press(colour="own")
        colour = self.look.colour
        assert isinstance(colour, Own)
        self.assertEqual(colour.dark, shown)

    def test_A58_his_own_colour_is_shown_by_a_style_that_the_policy_allows(self) -> None:
        """With the nonce of this answer."""
        visitor = self.before().press(own="#00ff00").go("/form")
        nonce = dict(visitor.page.tags[[tag for tag, _ in visitor.page.tags].index("style")][1])["nonce"]
        self.assertIn(f"style-src 'self' 'nonce-{nonce}'", visitor.answer["Content-Security-Policy"])
        self.assertIn("#00ff00", visitor.page.text)

    def test_S65_a_tripcode_is_set_left_alone_and_removed(self) -> None:
        """An empty password leaves it alone; and it is shown nowhere."""
        visitor = self.before().press(password="s3cret")
        trip = self.look.trip
        assert trip is not None
        self.assertEqual(self.tripcodes.made, ["s3cret"])
        self.assertEqual(visitor.page.fields["password"], "")
        self.assertNotIn("s3cret", visitor.answer.body.decode())
        self.assertIn(trip.shown, visitor.go("/form").page.text)
        visitor.go("/look").press(name="ada")
        self.assertEqual((self.look.trip, len(self.tripcodes.made)), (trip, 1))
        visitor.press(remove="1")
        self.assertIsNone(self.look.trip)

    def test_L63_the_password_is_a_new_one(self) -> None:
        """So that a browser offers none that it knows; and names are not remembered."""
        visitor = self.before()
        self.assertEqual(visitor.page.attributes(id="password")["autocomplete"], "new-password")
        self.assertEqual(visitor.page.attributes(id="name")["autocomplete"], "off")

    def test_A59_everything_that_is_wrong_is_said_at_once(self) -> None:
        """And nothing is changed: neither what was right."""
        visitor = self.before().press(name="x" * 25, own="blue", password="p" * 1025)
        long = "This password is too long: it may have 1024 bytes."
        self.assertEqual((visitor.page.fields["name"], visitor.page.fields["own"]), ("x" * 25, "blue"))
        self.assert_refused_with(visitor, TOO_LONG, NO_COLOUR, long, RETYPE)
        self.assertEqual(self.tripcodes.made, [])

    def test_A59_what_is_wrong_has_the_focus(self) -> None:
        """There is more to read than room for it; after a success the name has it again."""
        visitor = self.before().press(name="x" * 25)
        self.assertEqual((visitor.address, visitor.page.attributes(id="err")["tabindex"]), ("/look#err", "0"))
        self.assertEqual(visitor.press(name="ada").address, "/look#name")

    def test_S64_a_name_that_is_too_long_is_given_back(self) -> None:
        """With what was chosen besides."""
        visitor = self.before().press(name="x" * 25, colour="7")
        self.assertEqual((visitor.page.fields["name"], visitor.page.fields["colour"]), ("x" * 25, "7"))
        self.assert_refused_with(visitor, TOO_LONG)

    def test_D12_names_that_look_like_others_are_refused(self) -> None:
        """The broadcaster's, and what the rules say."""
        for name in ("Captain", "Br0adcaster"):
            visitor = self.before().press(name=name)
            self.assert_refused_with(visitor, "This name looks like one that nobody may take.")
            self.clock.advance(20)

    def test_D12_the_staff_may_be_called_what_it_is_called(self) -> None:
        """The form says nothing against it either."""
        visitor = self.before()
        self.room.appoint(self.said[-1].author.key, Role.BROADCASTER, 0.0)
        for name in ("Captain", "Broadcaster"):
            visitor.press(name=name)
            self.assertEqual((self.look.name, visitor.page.said["alert"]), (name, []))

    def test_S60_the_word_filter_holds_for_names(self) -> None:
        """What the room says is what he reads."""
        visitor = self.before().press(name="spam")
        self.assert_refused_with(visitor, "The word filter does not let you have this name. Nothing was changed.")

    def test_S65_a_new_password_and_none_do_not_agree(self) -> None:
        """He has to say which."""
        visitor = self.before().press(password="a").press(password="b", remove="1")
        self.assertEqual(visitor.page.said["alert"], [f"{BOTH} {RETYPE}"])
        self.assertEqual(self.tripcodes.made, ["a"])

    def test_D22_if_no_tripcode_can_be_made_now_nothing_is_changed(self) -> None:
        """The name is not either."""
        self.tripcodes.busy = True
        visitor = self.before().press(name="ada", password="s3cret")
        sentence = "You have tried several passwords in a short time. Please try again in 20 seconds."
        self.assertEqual(visitor.page.fields["name"], "ada")
        self.assert_refused_with(visitor, sentence, RETYPE)

    def test_A60_who_changes_all_the_time_has_to_wait(self) -> None:
        """Four times a minute."""
        visitor = self.before()
        for number in range(5):
            visitor.press(name=f"ada{number}")
        self.assertEqual((self.look.name, len(visitor.page.said["alert"])), ("ada3", 1))

    def test_D50_over_one_circuit_all_together_have_to_wait(self) -> None:
        """Somebody new costs nothing, so who is many would have tripcodes made without end. Other circuits do not."""
        site = CircuitSite(self.site, Budgets(Budget(burst=1000)))
        said: dict[int, tuple[int, list[str]]] = {}
        for circuit in [7] * (BURST + 1) + [8]:
            visitor = self.visitor().go("/look")
            before, fields = len(self.tripcodes.made), {**visitor.page.fields, "password": "secret"}
            sent = post("/look", urlencode(fields).encode(), *visitor.headers())
            Client(site).send(line(circuit), sent).leave()
            said[circuit] = (len(self.tripcodes.made) - before, visitor.go("/look").page.said["alert"])
        refusal = f"{CIRCUIT} Please try again in 10 seconds. {RETYPE}"
        self.assertEqual((len(self.tripcodes.made), said), (BURST + 1, {7: (0, [refusal]), 8: (1, [])}))

    def test_D22_a_tripcode_takes_its_time(self) -> None:
        """The answer waits for it."""
        self.tripcodes.waiting = []
        visitor = self.before()
        client = self.connect().send(self.request(visitor, password="s3cret"))
        self.assertEqual(client.received, b"")
        self.tripcodes.waiting[0].callback(Tripcode(bytes(32)))
        self.assertEqual((client.answer().status, self.look.trip), (303, Tripcode(bytes(32))))

    def test_D22_who_has_gone_meanwhile_changes_nothing(self) -> None:
        """His tripcode is not even made, if it was not begun."""
        self.tripcodes.waiting = []
        visitor = self.before()
        self.connect().send(self.request(visitor, password="s3cret")).leave()
        self.assertTrue(self.tripcodes.waiting[0].called)
        self.assertEqual((self.look, self.errors()), (Look(), []))

    def request(self, visitor: Visitor, **fields: str) -> bytes:
        """What he would send with a fresh form."""
        visitor.go("/look")
        body = urlencode({**visitor.page.fields, **fields}).encode()
        return post("/look", body, *visitor.headers())

    def test_D06_pressed_twice_it_is_done_once(self) -> None:
        """Nobody complains."""
        visitor = self.before()
        fields = {**visitor.page.fields, "name": "ada"}
        visitor.send("/look", fields).send("/look", {**fields, "name": "eve"})
        self.assertEqual((self.look.name, visitor.page.said["alert"]), ("ada", []))

    def test_D06_a_form_that_was_open_for_too_long_keeps_what_was_typed(self) -> None:
        """But the password."""
        visitor = self.before()
        self.clock.advance(LIFE + 1)
        visitor.press(name="ada", password="s3cret")
        self.assertEqual((visitor.page.said["alert"], self.look), ([f"{AGAIN} {RETYPE}"], Look()))
        visitor.press()
        self.assertEqual(self.look.name, "ada")

    def test_a_stranger_is_sent_to_the_page(self) -> None:
        """For both ways to ask."""
        self.assert_refused(Visitor(self).go("/look"), StrangerError)
        self.assert_refused(Visitor(self).send("/look", {"name": "a"}), StrangerError)

    def test_HEAD_takes_nothing_away(self) -> None:
        """What is to be said is said to who asks for all of it."""
        visitor = self.before()
        visitor.follows = False
        visitor.press(name="ada")
        self.assertEqual(self.ask(get("/look", *visitor.headers(), method="HEAD"), head=True).status, 200)
        self.assertEqual(visitor.go("/look").page.said["status"], [CHANGED])

    def test_B10_what_no_form_of_ours_sends_is_refused(self) -> None:
        """Nothing is changed by it."""
        visitor = self.before()
        good = {**visitor.page.fields, "name": "ada"}
        for wrong in (
            {**good, "colour": "16"},
            {**good, "colour": "-1"},
            {**good, "colour": "red"},
            {**good, "colour": "\u0661"},
            {**good, "admin": "1"},
            {**good, "name[]": "a"},
            *({key: value for key, value in good.items() if key != left_out} for left_out in good),
        ):
            fresh = visitor.go("/look").page.fields["nonce"]
            visitor.send("/look", {**wrong, "nonce": fresh} if "nonce" in wrong else wrong)
            self.assertEqual((visitor.answer.status, self.look), (BadRequest.status, Look()))
