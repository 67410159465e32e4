"""Saying something when a captcha has to be solved first, without a network."""

from __future__ import annotations

from onionstream.chat.people import Role
from onionstream.chat.rules import Rules, When
from onionstream.web.drafts import NO_OTHER, NONE_NOW
from tests.web.chat import SOLUTION, ChatCase
from tests.web.visitor import Visitor
from tests.web.wire import get


class CaptchaTests(ChatCase):
    """When a captcha is asked for."""

    rules = Rules(captcha=When.FIRST)

    def asked(self, *, cookies: bool = True) -> Visitor:
        """Somebody who has to solve one."""
        return self.visitor(cookies=cookies).press(text="my draft")

    def test_S45_it_takes_the_second_row(self) -> None:
        """The draft is there, the picture is the person's own, and the answer has the focus."""
        visitor = self.asked()
        self.assertEqual(visitor.page.said["alert"], ["Solve a captcha once before you write."])
        self.assertEqual((visitor.page.fields["text"], visitor.address), ("my draft", "/form#cap"))
        self.assertEqual(visitor.page.images, ["/captcha/captcha000000001.png"])
        self.assertEqual(visitor.page.attributes(id="cap")["aria-describedby"], "err")
        self.assertNotIn("Name", visitor.page.links)
        picture = self.ask(get(visitor.page.images[0]))
        self.assertEqual((picture["Content-Type"], picture["Cache-Control"]), ("image/png", "no-store"))
        self.assertTrue(picture.body.startswith(b"\x89PNG"))

    def test_S52_a_right_answer_buys_the_message(self) -> None:
        """With cookies and without."""
        for cookies in (True, False):
            visitor = self.asked(cookies=cookies).press(answer=SOLUTION)
            self.assertEqual((visitor.page.fields["text"], visitor.page.said["alert"]), ("", []))
            self.assertEqual(visitor.page.images, [])
            self.assertTrue(visitor.address.endswith("#msg"))
        self.assertEqual(self.texts(), ["my draft", "my draft"])

    def test_S46_a_right_answer_without_a_text_is_for_later(self) -> None:
        """There is nothing to be said about it."""
        visitor = self.asked().press(answer=SOLUTION, text="")
        self.assertEqual((visitor.page.said["alert"], self.said), ([], []))
        visitor.press(text="now")
        self.assertEqual(self.texts(), ["now"])

    def test_S52_what_was_paid_for_is_not_lost_with_the_text(self) -> None:
        """The text was too long; the next one needs no other captcha."""
        visitor = self.asked().press(answer=SOLUTION, text="x" * 513)
        self.assertEqual(
            (visitor.page.said["alert"], visitor.page.images),
            (["The message was too long: 513 characters, and 512 are the most."], []),
        )
        visitor.press(text="shorter")
        self.assertEqual(self.texts(), ["shorter"])

    def test_S45_a_wrong_answer_spends_it(self) -> None:
        """There is another one, and the draft."""
        visitor = self.asked().press(answer="wrong")
        self.assertEqual(visitor.page.said["alert"], ["That was wrong. Try this one."])
        self.assertEqual(
            (visitor.page.fields["text"], visitor.page.fields["captcha"]), ("my draft", "captcha000000002")
        )
        self.assertEqual(self.ask(get("/captcha/captcha000000001.png")).status, 404)
        visitor.press(answer=SOLUTION)
        self.assertEqual(self.texts(), ["my draft"])

    def test_S45_no_answer_leaves_it_as_it_is(self) -> None:
        """The same picture, and what is wanted."""
        for answer in ("", "  "):
            visitor = self.asked()
            before = visitor.page.fields["captcha"]
            visitor.press(answer=answer)
            self.assertEqual(visitor.page.said["alert"], ["Please solve the captcha."])
            self.assertEqual((visitor.page.fields["text"], visitor.page.fields["captcha"]), ("my draft", before))

    def test_S45_one_that_has_expired_is_replaced(self) -> None:
        """So is one that was solved in another tab."""
        visitor = self.asked()
        self.captchas.posed.clear()
        visitor.press(answer=SOLUTION)
        self.assertEqual(visitor.page.said["alert"], ["That one had expired. Try this one."])
        self.assertEqual((visitor.page.fields["text"], len(self.captchas.posed)), ("my draft", 1))

    def test_D25_an_answer_that_comes_too_early_costs_nothing(self) -> None:
        """The same exercise is there again."""
        visitor = self.asked()
        self.captchas.early = True
        visitor.press(answer=SOLUTION)
        self.assertEqual(visitor.page.said["alert"], ["Too soon. Answer it once more."])
        self.captchas.early = False
        visitor.press(answer=SOLUTION)
        self.assertEqual((self.texts(), len(self.captchas.asked)), (["my draft"], 1))

    def test_S55_pressing_the_picture_gives_another_one(self) -> None:
        """And keeps what is typed by now."""
        visitor = self.asked().press("new", text="my longer draft", answer="K7")
        self.assertEqual((visitor.page.fields["text"], visitor.page.said["alert"]), ("my longer draft", []))
        self.assertEqual((visitor.page.fields["captcha"], visitor.address), ("captcha000000002", "/form#cap"))

    def test_D24_if_there_is_no_other_one_the_old_one_stays(self) -> None:
        """It is still good."""
        visitor = self.asked()
        self.captchas.busy = True
        visitor.press("new")
        self.assertEqual((visitor.page.said["alert"], visitor.page.fields["captcha"]), ([NO_OTHER], "captcha000000001"))
        visitor.press(answer=SOLUTION)
        self.assertEqual(self.texts(), ["my draft"])

    def test_D24_if_there_is_none_at_all_the_text_stays(self) -> None:
        """With what to do."""
        self.captchas.busy = True
        visitor = self.asked()
        self.assertEqual((visitor.page.said["alert"], visitor.page.fields["text"]), ([NONE_NOW], "my draft"))
        self.assertEqual(visitor.page.images, [])
        self.captchas.busy = False
        visitor.press().press(answer=SOLUTION)
        self.assertEqual(self.texts(), ["my draft"])

    def test_D24_to_load_the_form_anew_costs_no_captcha(self) -> None:
        """Who sends his draft again is shown the one he has."""
        visitor = self.asked()
        for _ in range(5):
            visitor.go("/form").press(text="my draft")
        self.assertEqual((len(self.captchas.asked), visitor.page.fields["captcha"]), (1, "captcha000000001"))

    def test_D25_who_cannot_see_it_gets_words(self) -> None:
        """Wrong or not, they stay words, until he wants a picture."""
        visitor = self.asked().press("words", text="mine")
        self.assertIn("What comes after <seven>?", visitor.page.text)
        self.assertEqual((visitor.page.images, visitor.page.fields["text"]), ([], "mine"))
        visitor.press(answer="wrong")
        self.assertIn("What comes after <seven>?", visitor.page.text)
        visitor.press("new")
        self.assertIn("What comes after <seven>?", visitor.page.text)
        visitor.press("picture")
        self.assertEqual((len(visitor.page.images), visitor.page.fields["text"]), (1, "mine"))
        visitor.press("words").press(answer=SOLUTION)
        self.assertEqual(self.texts(), ["mine"])

    def test_D25_an_exercise_has_the_room_of_both_rows(self) -> None:
        """The message waits in a hidden field, with its lines; the question is read with the field for the answer."""
        visitor = self.visitor().press(text="my\ndraft").press("words")
        (text,) = (given for _, given in visitor.page.tags if given.get("name") == "text")
        self.assertEqual((text["type"], text["value"]), ("hidden", "my\ndraft"))
        self.assertEqual(visitor.page.attributes(id="cap")["aria-describedby"], "question")
        self.assertEqual(visitor.page.buttons[0], ("", ""))
        visitor.press(answer=SOLUTION)
        self.assertEqual(self.texts(), ["my\ndraft"])

    def test_D24_somebody_elses_captcha_is_none(self) -> None:
        """It is not even spent by that."""
        one, other = self.asked(), self.asked()
        self.assertEqual(
            one.press(captcha=other.page.fields["captcha"], answer=SOLUTION).page.fields["text"], "my draft"
        )
        other.press(answer=SOLUTION)
        self.assertEqual(len(self.said), 1)

    def test_A53_a_captcha_is_good_for_one_message(self) -> None:
        """Sent again with another form, it has expired."""
        visitor = self.asked()
        solved = visitor.page.fields["captcha"]
        visitor.press(answer=SOLUTION).press(text="more", captcha=solved, answer=SOLUTION)
        self.assertEqual(visitor.page.said["alert"], ["That one had expired. Try this one."])
        self.assertEqual(self.texts(), ["my draft"])

    def test_D06_a_solved_captcha_sent_twice_says_it_once(self) -> None:
        """And does not complain of the captcha."""
        visitor = self.asked()
        fields = {**visitor.page.fields, "answer": SOLUTION}
        visitor.send("/form", fields).send("/form", fields)
        self.assertEqual((self.texts(), visitor.page.said["alert"]), (["my draft"], []))

    def test_A51_after_a_burst_the_next_one_needs_it(self) -> None:
        """The fourth one was taken."""
        self.room.rules = Rules(between=0)
        visitor = self.visitor()
        for text in "abcd":
            visitor.press(text=text)
        self.assertEqual((self.texts(), visitor.page.images), (["a", "b", "c", "d"], []))
        visitor.press(text="e")
        self.assertEqual((len(visitor.page.images), visitor.page.fields["text"]), (1, "e"))
        visitor.press(answer=SOLUTION)
        self.assertEqual(self.texts()[4:], ["e"])

    def test_D24_somebody_who_is_banned_costs_no_captcha(self) -> None:
        """Although he was to solve one when he was banned."""
        visitor = self.visitor()
        key = self.key(visitor)
        visitor.go("/form").follows = False
        visitor.press(text="my draft")
        self.room.ban(key)
        visitor.go("/form")
        self.assertEqual((visitor.page.images, self.captchas.asked), ([], []))
        self.assertEqual(visitor.page.action, "")

    def test_A52_the_broadcaster_needs_none(self) -> None:
        """Ever."""
        visitor = self.visitor()
        other = self.asked()
        self.assertEqual(len(other.page.images), 1)
        self.room.appoint(self.key(visitor), Role.BROADCASTER, 0)
        visitor.press(text="hello")
        self.assertEqual(self.texts(), ["hello"])
