"""Who would lose his place, or his word, by another tripcode is asked before (S69)."""

from __future__ import annotations

from dataclasses import replace

from onionstream.chat.filters import Filters
from onionstream.chat.rules import Mode
from onionstream.chat.tripcode import Tripcode
from onionstream.web.appearance import CHANGED, UNCHANGED
from onionstream.web.errors import BadRequest
from onionstream.web.frame import StrangerError
from onionstream.web.lock import Lock
from onionstream.web.loss import Loss
from onionstream.web.nonces import LIFE
from tests.web.chat import ChatCase
from tests.web.test_club import CLUB, FISH
from tests.web.visitor import Visitor


class LossCase(ChatCase):
    """A member before the form for his looks."""

    def member(self, *, cookies: bool = True) -> Visitor:
        """He has come in, and said something."""
        visitor = self.visitor(cookies=cookies).press(text="hello")
        visitor.go(visitor.page.links["Name"]).press(password="fish")
        return visitor

    @property
    def trip(self) -> Tripcode | None:
        """The tripcode of the last one who said something."""
        return self.said[-1].author.look.trip

    def assert_asked(self, visitor: Visitor, loss: Loss) -> None:
        """He reads what it costs, can press two buttons, and nothing was changed."""
        self.assertEqual((visitor.page.said["alert"], self.trip), ([loss.value], Tripcode(FISH)))
        self.assertEqual([value for _, value in visitor.page.buttons], ["no", "yes"])


class PlaceTests(LossCase):
    """Behind the door of the secret club."""

    def asked(self, *, cookies: bool = True, **fields: str) -> Visitor:
        """A member has asked for this."""
        visitor = self.member(cookies=cookies)
        self.door.admission.lock = CLUB
        return visitor.go(visitor.address).press(**fields)

    def test_S69_who_would_be_outside_is_asked_before(self) -> None:
        """With another tripcode and without one, with cookies and without."""
        for cookies in (True, False):
            for fields in ({"password": "fowl"}, {"remove": "1"}):
                visitor = self.asked(cookies=cookies, **fields)
                self.assert_asked(visitor, Loss.PLACE)
                self.assertEqual(visitor.address.partition("#")[2], "err")
                self.door.admission.lock = Lock()

    def test_S69_no_change_keeps_everything(self) -> None:
        """The name that was typed with it is not taken either; Enter does that."""
        visitor = self.asked(password="fowl", name="ada")
        visitor.press()
        self.assertEqual(visitor.page.said, {"alert": [], "status": [UNCHANGED]})
        self.assertEqual((self.trip, self.said[-1].author.look.name), (Tripcode(FISH), ""))
        self.assertEqual(visitor.go("/secret").answer.status, 200)

    def test_S69_a_change_all_the_same_leads_to_the_door(self) -> None:
        """The whole page goes there, and shows what he has now."""
        visitor = self.asked(password="fowl", name="ada")
        self.assertEqual(visitor.page.attributes(value="yes")["formtarget"], "_top")
        visitor.press("yes")
        fowl = Tripcode(b"fowl".ljust(32, b"-"))
        self.assertEqual((self.trip, self.said[-1].author.look.name), (fowl, "ada"))
        self.assertEqual((visitor.address.partition("#")[0], visitor.answer.status), ("/", 403))
        self.assertIn(fowl.shown, visitor.page.text)

    def test_S69_the_door_has_the_theme(self) -> None:
        """As the form had."""
        visitor = self.member()
        self.door.admission.lock = CLUB
        visitor.go("/look?theme=light").press(remove="1").press("yes")
        self.assertIn('data-theme="light"', visitor.answer.body.decode())

    def test_who_loses_nothing_is_not_asked(self) -> None:
        """A name, a tripcode that is on the list too, or another door."""
        other = b"fowl".ljust(32, b"-")
        visitor = self.asked(name="ada")
        self.assertEqual(visitor.page.said["status"], [CHANGED])
        self.door.admission.lock = replace(CLUB, members=CLUB.members | {other})
        visitor.press(password="fowl")
        self.assertEqual((visitor.page.said["status"], self.trip), ([CHANGED], Tripcode(other)))
        self.door.admission.lock = Lock()
        visitor.press(remove="1")
        self.assertEqual((visitor.page.said["status"], self.trip), ([CHANGED], None))

    def test_who_is_inside_as_a_moderator_by_his_tripcode_is_asked(self) -> None:
        """Without it he is neither a moderator nor a member."""
        visitor = self.member()
        self.room.entrust(frozenset({FISH}), self.clock.seconds())
        self.door.admission.lock = replace(CLUB, members=frozenset())
        self.assert_asked(visitor.go(visitor.address).press(remove="1"), Loss.PLACE)

    def test_what_cannot_be_done_then_is_said(self) -> None:
        """Somebody else has the name by now."""
        visitor = self.asked(remove="1", name="spam")
        self.room.filters = Filters(block=("spam",))
        visitor.press("yes")
        sentence = "The word filter does not let you have this name. Nothing was changed."
        self.assertEqual((visitor.page.said["alert"], self.trip), ([sentence], Tripcode(FISH)))

    def test_he_is_asked_until_he_decides(self) -> None:
        """A form that was open for too long decides nothing, and one that was sent again nothing more."""
        visitor = self.asked(remove="1")
        self.clock.advance(1)
        self.assert_asked(visitor.go("/look"), Loss.PLACE)
        fields = {**visitor.page.fields, "sure": "no"}
        visitor.send("/look/sure", fields).send("/look/sure", {**fields, "sure": "yes"})
        self.assertEqual((self.trip, visitor.page.said["alert"]), (Tripcode(FISH), []))
        self.clock.advance(LIFE + 1)
        visitor.send("/look/sure", {**fields, "sure": "yes"})
        self.assertEqual(self.trip, Tripcode(FISH))

    def test_B10_what_no_form_of_ours_sends_is_refused(self) -> None:
        """Nothing is changed by it."""
        visitor = self.asked(remove="1")
        good = visitor.page.fields
        for wrong in ({**good, "sure": "maybe"}, good, {"sure": "yes"}, {**good, "sure": "yes", "name": "ada"}):
            visitor.send("/look/sure", wrong)
            self.assertEqual((visitor.answer.status, self.trip), (BadRequest.status, Tripcode(FISH)))
        self.assertEqual(visitor.go("/look/sure").answer.status, 405)

    def test_a_stranger_is_sent_to_the_page(self) -> None:
        """As everywhere."""
        visitor = Visitor(self).send("/look/sure", {"sure": "yes", "nonce": "x"})
        self.assert_refused(visitor, StrangerError)


class WordTests(LossCase):
    """While only members can write."""

    def test_S69_who_could_not_write_any_more_is_asked_before(self) -> None:
        """And stays where he is, whatever he decides."""
        visitor = self.member()
        self.room.rules = replace(self.room.rules, mode=Mode.MEMBERS, members=frozenset({FISH}))
        self.assert_asked(visitor.press(remove="1"), Loss.WORD)
        self.assertNotIn("formtarget", visitor.page.attributes(value="yes"))
        visitor.press("yes")
        self.assertEqual((visitor.page.said["status"], self.trip), ([CHANGED], None))
        self.assertEqual((visitor.address, visitor.answer.status), ("/look#err", 200))
