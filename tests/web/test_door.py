"""The captcha at the door, without a network."""

from __future__ import annotations

from itertools import product

from onionstream.chat.rules import Rules, When
from onionstream.web.areas import Areas, Router
from onionstream.web.door import OutsideError
from onionstream.web.drafts import NO_OTHER
from onionstream.web.errors import BadRequest
from onionstream.web.lock import Kind, Lock
from onionstream.web.request import BoundedRequest
from tests.web.chat import SOLUTION, ChatCase
from tests.web.visitor import Visitor
from tests.web.wire import get

CAPTCHA = Lock(kind=Kind.CAPTCHA)


class Forgetful:
    """An area that lets everybody see the stream."""

    router = Router()

    @router.route("/new", methods=["GET"])
    def new(self, request: BoundedRequest) -> str:
        """Something that should be behind the door."""
        request.query("r")
        return "the stream"


class DoorTests(ChatCase):
    """``/door``, and what it leads to."""

    rules = Rules(captcha=When.FIRST)

    def setUp(self) -> None:
        """It is shut."""
        super().setUp()
        self.door.admission.lock = CAPTCHA

    def guest(self, *, cookies: bool = True) -> Visitor:
        """Somebody before the door."""
        return Visitor(self, cookies=cookies).go("/")

    def assert_outside(self, visitor: Visitor, *sentences: str) -> None:
        """He sees a captcha, what was wrong with the last one, and nothing else."""
        self.assertEqual((visitor.answer.status, visitor.page.action), (200, "/door"))
        self.assertEqual(visitor.page.said["alert"], list(sentences))
        self.assertNotIn("t", visitor.cookies or {})
        self.assertEqual(visitor.page.links, {})

    def test_A12_it_is_open_unless_it_is_shut(self) -> None:
        """Then everybody is known from his first request."""
        self.door.admission.lock = Lock()
        self.assertIn("form", self.guest().page.links)

    def test_A10_first_there_is_a_captcha_and_nothing_else(self) -> None:
        """With the picture, and no word of the stream."""
        guest = self.guest()
        self.assert_outside(guest)
        self.assertEqual(self.ask(get(guest.page.images[0])).status, 200)

    def test_A10_everything_else_is_behind_it(self) -> None:
        """403, and the way to the captcha."""
        guest = self.guest()
        guest.go("/secret")
        self.assert_refused(guest, OutsideError)
        self.assertEqual(guest.page.links["To the stream"], "/")
        self.assertEqual(Visitor(self).go("/form").answer.status, 403)

    def test_A11_a_right_answer_lets_in(self) -> None:
        """With cookies by way of the page, so that to load it anew does not send the answer again."""
        guest = self.guest().press(answer=SOLUTION)
        self.assertEqual((guest.address, guest.page.links["form"]), ("/", "/form"))
        self.assertEqual(guest.go("/secret").answer.body, b"the stream")
        self.assertEqual(guest.go("/").page.links["form"], "/form")

    def test_A11_L61_without_cookies_the_answer_is_the_page(self) -> None:
        """Its frames have the capabilities, and its address has none."""
        guest = self.guest(cookies=False).press(answer=SOLUTION)
        self.assertEqual(guest.answer.status, 200)
        self.assertIn("/form?w=", guest.page.links["form"])
        self.assertEqual(guest.go(guest.page.links["secret"]).answer.body, b"the stream")
        self.assert_outside(guest.go("/"))

    def test_A11_who_came_in_need_not_solve_another_one(self) -> None:
        """For his first message."""
        for cookies in (True, False):
            guest = self.guest(cookies=cookies).press(answer=SOLUTION)
            guest.go(guest.page.links["form"]).press(text="hello")
            self.assertEqual(guest.page.said["alert"], [])
        self.assertEqual(self.texts(), ["hello", "hello"])

    def test_A11_no_answer(self) -> None:
        """The same captcha, and what is wanted; the next look at the door knows nothing of it."""
        guest = self.guest()
        first = guest.page.fields["captcha"]
        self.assert_outside(guest.press(answer=" "), "Please solve the captcha.")
        self.assertEqual(guest.page.fields["captcha"], first)
        self.assert_outside(guest.go("/"))

    def test_A11_a_wrong_answer(self) -> None:
        """It is spent, and there is another one."""
        guest = self.guest().press(answer="wrong")
        self.assert_outside(guest, "That was wrong. Try this one.")
        self.assertEqual(guest.press(answer=SOLUTION).address, "/")

    def test_A11_an_answer_that_comes_too_late(self) -> None:
        """There is another one."""
        guest = self.guest()
        self.captchas.posed.clear()
        self.assert_outside(guest.press(answer=SOLUTION), "That one had expired. Try this one.")

    def test_D24_one_solution_lets_in_one(self) -> None:
        """Neither the same form again nor another guest's captcha is worth anything."""
        one, other = self.guest(cookies=False), self.guest(cookies=False)
        fields = {**one.page.fields, "answer": SOLUTION}
        self.assert_outside(
            other.press(**{**fields, "guest": other.page.fields["guest"]}),
            "That one had expired. Try this one.",
        )
        one.send("/door", fields)
        self.assert_outside(Visitor(self).send("/door", fields), "That one had expired. Try this one.")

    def test_S55_another_picture_and_words(self) -> None:
        """As in the chat's form."""
        guest = self.guest().press("new")
        self.assert_outside(guest)
        self.assertEqual(guest.page.fields["captcha"], "captcha000000002")
        guest.press("words")
        self.assertIn("What comes after <seven>?", guest.page.text)
        guest.press("new").press(answer="wrong")
        self.assertIn("What comes after <seven>?", guest.page.text)
        guest.press("picture")
        self.assertEqual(len(guest.page.images), 1)
        self.captchas.busy = True
        self.assert_outside(guest.press("words"), NO_OTHER)

    def test_the_theme_goes_through_it(self) -> None:
        """The captcha has it, and the next one, and the page behind it; with cookies and without."""
        for cookies in (True, False):
            guest = Visitor(self, cookies=cookies).go("/?theme=light")
            for value in ("new", "words", ""):
                self.assertEqual(guest.page.tags[0], ("html", {"lang": "en", "data-theme": "light"}))
                guest.press(value, answer="wrong")
            guest.press(answer=SOLUTION)
            self.assertEqual((guest.address, guest.page.text), ("/?theme=light", "formsecretlight"))
        self.assertNotIn("theme", self.guest().page.fields)

    def test_the_page_loaded_anew_keeps_its_theme(self) -> None:
        """Also where it was the answer to the form."""
        guest = Visitor(self).go("/?theme=light")
        fields = {**guest.page.fields, "answer": SOLUTION}
        guest.send("/door", fields)
        guest.follows = False
        self.assertEqual(guest.send("/door", fields).answer["Location"], "/?theme=light")

    def test_D24_if_there_is_no_captcha_he_is_asked_to_come_again(self) -> None:
        """503, with the time."""
        self.captchas.busy = True
        guest = self.guest()
        self.assertEqual((guest.answer.status, guest.answer["Retry-After"]), (503, "30"))

    def test_who_is_inside_already_is_sent_on(self) -> None:
        """When he loads the page that was the answer, or opens its address."""
        guest = self.guest()
        fields = {**guest.page.fields, "answer": SOLUTION}
        guest.send("/door", fields)
        guest.follows = False
        again = guest.send("/door", fields).answer
        self.assertEqual((again.status, again["Location"]), (303, "/"))
        guest.follows = True
        self.assertEqual(guest.go("/door").address, "/")
        self.assert_outside(Visitor(self).go("/door"))

    def test_who_came_when_it_was_open_stays_inside(self) -> None:
        """With a cookie or with what his addresses carry."""
        self.door.admission.lock = Lock()
        kept, carried = self.guest(), self.guest(cookies=False)
        secret = carried.page.links["secret"]
        self.door.admission.lock = CAPTCHA
        self.assertEqual(kept.go("/secret").answer.body, b"the stream")
        self.assertEqual(carried.go(secret).answer.body, b"the stream")

    def test_A11_there_may_be_no_room_in_the_chat(self) -> None:
        """He comes in, and can watch."""
        guest = self.guest()
        self.room._people._places = 0
        self.assertEqual(guest.press(answer=SOLUTION).go("/secret").answer.status, 200)

    def test_S26_who_is_banned_sees_nothing_more(self) -> None:
        """Whether or not the door is shut, and whatever he carries; the page is there, and its parts say it."""
        for kind, cookies in product((Kind.CAPTCHA, Kind.OPEN), (True, False)):
            self.door.admission.lock = Lock(kind=Kind.CAPTCHA)
            visitor = self.guest(cookies=cookies)
            key = self.identity.recognise(visitor.page.fields["guest"]).key
            address = visitor.press(answer=SOLUTION).page.links["secret"]
            self.door.admission.lock = Lock(kind=kind)
            visitor.go(address)
            self.assertEqual(visitor.answer.status, 200)
            self.room.ban(key)
            visitor.go(address)
            self.assertEqual(visitor.answer.status, 403)
            self.assertIn("You have been banned", visitor.page.text)
            self.assertEqual(self.ask(get("/", *visitor.headers())).status, 200)

    def test_what_proves_a_guest_proves_nothing_else(self) -> None:
        """It is no capability to read or write, nor a cookie."""
        proof = self.guest().page.fields["guest"]
        for address in (f"/secret?r={proof}", f"/form?w={proof}"):
            self.assertEqual(self.ask(get(address)).status, 403)
        self.assertEqual(self.ask(get("/secret", f"Cookie: t={proof}")).status, 403)

    def test_S76_a_route_that_does_not_ask_who_comes_is_behind_the_door(self) -> None:
        """It need not think of that; nor does what it would have said of a request show outside."""
        self.site.root = Areas(Forgetful(), gate=self.door)
        channel = self.connect().channel
        assert channel is not None
        who = self.identity.admit(BoundedRequest(channel), self.identity.guest().guest)
        for path, inside in (("/new?", 200), ("/new?x=1&", 400), ("/old?", 404)):
            self.assertEqual(self.ask(get(path)).status, 403)
            self.assertEqual(self.ask(get(f"{path}r={who.read}")).status, inside)
        self.door.admission.lock = Lock()
        self.assertEqual(self.ask(get("/new")).body, b"the stream")

    def test_a_question_for_the_head_poses_nothing(self) -> None:
        """HEAD shows no captcha."""
        self.assertEqual(self.ask(get("/", method="HEAD"), head=True).status, 200)
        self.assertEqual(self.captchas.asked, [])

    def test_B10_what_no_form_of_ours_sends_is_refused(self) -> None:
        """It opens nothing."""
        guest = self.guest()
        good = {**guest.page.fields, "answer": SOLUTION}
        for wrong in (
            {**good, "guest": ""},
            {**good, "guest": "A" * 43},
            {**good, "guest": good["guest"][:-1]},
            {**good, "ask": "lines"},
            {**good, "ask": "all"},
            {**good, "extra": "1"},
            {**good, "theme": "dark"},
            {**good, "theme": "light&x"},
            {"guest": good["guest"]},
            {"captcha": good["captcha"]},
        ):
            guest.send("/door", wrong)
            self.assertEqual((guest.answer.status, guest.cookies), (BadRequest.status, {"d": "1"}))
        self.assertEqual(guest.send("/door", good).address, "/")
