"""What holds for every form by which the broadcaster steers: who may send it, how often, and what becomes of it."""

from __future__ import annotations

from onionstream.web.desk import AGAIN, TWICE
from onionstream.web.request import DESK
from tests.web.entry import BROWSER, PASSWORD, basic
from tests.web.steering import SteerCase
from tests.web.visitor import Visitor


class FormTests(SteerCase):
    """What holds for all of these forms."""

    def test_S13_nobody_else_can_send_them(self) -> None:
        """Not even with a nonce of his page."""
        stranger = Visitor(self)
        for action, (fields, buttons) in self.he.page.forms.items():
            if action.startswith(DESK):
                name, value = buttons[0]
                stranger.send(action, {**fields, **({name: value} if name else {})})
                self.assertEqual(stranger.answer.status, 403, action)
        self.assertEqual((self.source.told, self.titles.own), ([], (False, False)))

    def test_D06_each_can_be_sent_once(self) -> None:
        """A button pressed twice does it once."""
        fields = {**self.he.page.forms[f"{DESK}/source"][0], "act": "restart"}
        for _ in range(2):
            self.he.send(f"{DESK}/source", fields)
            self.assertEqual(self.he.answer.status, 200)
        self.assertEqual((self.source.told, self.he.page.said["status"]), (["restart"], [TWICE]))

    def test_D06_other_forms_of_the_same_page_can_still_be_sent(self) -> None:
        """Somebody goes back to it, or has it in two tabs."""
        title, raid = (self.he.page.forms[f"{DESK}/{form}"][0] for form in ("title", "raid"))
        self.he.send(f"{DESK}/title", {**title, "title": "Day 12"})
        self.he.send(f"{DESK}/raid", {**raid, "act": "on"})
        self.assertEqual((self.titles.title, self.course.raid), ("Day 12", True))

    def test_D06_a_nonce_is_of_one_form_and_one_session(self) -> None:
        """Neither another form nor the same broadcaster in another browser can send it."""
        mine = self.he.page.forms[f"{DESK}/source"][0]
        raid = self.he.page.forms[f"{DESK}/raid"][0]
        other = self.logged_in()
        other.send(f"{DESK}/source", {**mine, "act": "off"})
        self.assertEqual(other.page.said["alert"], [AGAIN])
        self.he.send(f"{DESK}/source", {"nonce": raid["nonce"], "act": "off"})
        self.assertEqual((self.he.page.said["alert"], self.source.told), ([AGAIN], []))

    def test_what_became_of_a_form_is_said_to_whoever_has_sent_it(self) -> None:
        """And not to the same broadcaster elsewhere."""
        other = self.logged_in()
        self.he.follows = False
        self.he.choose(f"{DESK}/source").press("off")
        self.assertEqual(other.go(DESK).page.said["status"], [])
        self.assertEqual(self.he.go(DESK).page.said["status"], ["The source is switched off."])

    def test_every_form_comes_back_to_where_it_was_pressed(self) -> None:
        """What became of it stands in the same section, which the address names."""
        for form, button in (("title", ""), ("source", "restart"), ("chat", ""), ("raid", "on"), ("sweep", "count")):
            self.set(form, button)
            self.assertEqual(self.he.address, f"{DESK}#notice")
            (section,) = (one for one in self.he.answer.body.decode().split("<section") if 'id="notice"' in one)
            self.assertIn(f'action="{DESK}/{form}"', section)

    def test_S13_who_has_logged_out_meanwhile_changes_nothing(self) -> None:
        """He is told to log in again."""
        fields = {**self.he.page.forms[f"{DESK}/source"][0], "act": "off"}
        self.he.choose("/logout").press()
        self.he.send(f"{DESK}/source", fields)
        self.assertEqual((self.he.answer.status, self.source.told), (403, []))
        self.assertIn("log in again", self.he.page.text)

    def test_A9_without_cookies_the_password_comes_with_each_form(self) -> None:
        """HTTP Basic: everything works as with a cookie, and so over a circuit."""
        for self.circuit in (None, 7):
            self.he = Visitor(self, cookies=False)
            self.patch(self.he, "headers", lambda: [basic("broadcaster", PASSWORD), BROWSER])
            self.he.go(DESK)
            self.assertEqual(self.set("source", "restart"), ["The source is being restarted."])
            self.assertEqual(self.set("title", title="Day 12"), ["Viewers read this now."])
        self.assertEqual(self.source.told, ["restart"] * 2)

    def test_D06_the_page_may_stand_open_for_as_long_as_the_login_lasts(self) -> None:
        """In a raid nobody wants to press twice; each form does its work once all the same."""
        fields = {**self.he.page.forms[f"{DESK}/source"][0], "act": "off"}
        self.clock.advance(1.9 * 3600)
        self.he.send(f"{DESK}/source", fields)
        self.clock.advance(1.9 * 3600)
        self.he.send(f"{DESK}/source", fields)
        self.assertEqual(self.source.told, ["off"])
        self.assertEqual(self.he.page.said["status"], [TWICE])

    def test_D06_a_form_from_before_the_login_changes_nothing(self) -> None:
        """It asks to press again."""
        fields = {**self.he.page.forms[f"{DESK}/source"][0], "act": "off"}
        other = Visitor(self).send("/login", {"password": PASSWORD})
        other.send(f"{DESK}/source", fields)
        self.assertEqual((other.page.said["alert"], self.source.told), ([AGAIN], []))

    def test_B10_what_no_form_of_ours_sends_is_refused(self) -> None:
        """Nothing is changed."""
        nonce = {"nonce": self.he.page.forms[f"{DESK}/source"][0]["nonce"]}
        for form, fields in (
            ("source", {"act": "off"}),
            ("source", nonce),
            ("source", {**nonce, "act": "off", "extra": "1"}),
            ("source", {"nonce": "x" * 32, "act": "explode"}),
            ("source", {"nonce": "short", "act": "off"}),
            ("chat", {**nonce, "mode": "slow"}),
            ("door", {**nonce, "kind": "members"}),
            ("title", {**nonce, "title": "Day 12"}),
        ):
            self.he.send(f"{DESK}/{form}", fields)
            expected = 200 if fields.get("act") == "explode" else 400
            self.assertEqual(self.he.answer.status, expected, (form, fields))
        for form, fields in (
            ("source", {"act": "explode"}),
            ("raid", {"act": "explode", "minutes": "5"}),
            ("sweep", {"act": "explode", "minutes": "5", "younger": "5"}),
            ("chat", {"mode": "shut", "slow": "30", "captcha": "never"}),
            ("chat", {"mode": "slow", "slow": "30", "captcha": "always"}),
            ("door", {"kind": "shut", "password": ""}),
        ):
            self.he.go(DESK)
            nonce = {"nonce": self.he.page.forms[f"{DESK}/{form}"][0]["nonce"]}
            self.he.send(f"{DESK}/{form}", {**nonce, **fields})
            self.assertEqual(self.he.answer.status, 400, (form, fields))
        self.assertEqual((self.source.told, self.titles.own, self.course.talk.chosen), ([], (False, False), None))

    def test_D03_they_can_only_be_posted(self) -> None:
        """To look at one does nothing."""
        forms = ("title", "chat", "raid", "sweep", "door", "member", "source", "invite", "revoke", "reload", "test")
        for form in forms:
            self.assertEqual(self.he.go(f"{DESK}/{form}").answer.status, 405)
