"""Logging in and out, as people and programs do it."""

from __future__ import annotations

from onionstream.web.attempts import BURST, MINUTE, PLACES
from onionstream.web.login import LOGGED_OUT, NO_COOKIE, NO_SUSPICION, WRONG
from onionstream.web.sessions import IDLE
from tests.web.chat import SOLUTION
from tests.web.entry import BROWSER, PASSWORD, LoginCase, Slow, basic
from tests.web.visitor import Visitor
from tests.web.wire import get, post

LOGGED_IN = basic("broadcaster", PASSWORD)


class FormTests(LoginCase):
    """People, near and far."""

    def test_A9_who_is_not_logged_in_gets_the_form(self) -> None:
        """And nothing of the stream; no window of the browser's own comes up."""
        visitor = self.person()
        self.assertEqual((visitor.answer.status, visitor.page.action), (200, "/login"))
        self.assertEqual(visitor.answer.all("WWW-Authenticate") + visitor.answer.all("Refresh"), [])
        self.assertNotIn("ffmpeg", visitor.page.text)
        self.assertIn("terminal", visitor.page.text)

    def test_L63_password_keepers_know_the_fields(self) -> None:
        """The name is said for them, and a person types the password only."""
        page = self.person().page
        self.assertEqual(page.attributes(name="password")["autocomplete"], "current-password")
        self.assertEqual(page.attributes(name="user")["value"], "broadcaster")

    def test_S12_the_password_opens_the_desk(self) -> None:
        """It renews itself from then on."""
        broadcaster = self.logged_in()
        self.assertIn("ffmpeg runs: a test picture.", broadcaster.page.text)
        self.assertEqual(broadcaster.go("/broadcaster", BROWSER).answer["Refresh"], "5")

    def test_D06_the_way_there_is_a_redirect_without_anything_in_it(self) -> None:
        """Nor is what was typed anywhere in an answer."""
        visitor = self.person()
        visitor.follows = False
        self.assertEqual(visitor.press(password=PASSWORD).answer["Location"], "/login?in=1")
        self.assertEqual(visitor.answer.body, b"")

    def test_A9_a_wrong_password_is_told(self) -> None:
        """On the form, without what was typed."""
        visitor = self.person().press(password="wrong_MARK")
        self.assertEqual((visitor.answer.status, visitor.page.said["alert"]), (403, [WRONG]))
        self.assertNotIn(b"wrong_MARK", visitor.answer.body)
        self.assertIn("/broadcaster", visitor.press(password=PASSWORD).address)

    def test_L50_nothing_is_logged(self) -> None:
        """Whoever tries whatever."""
        self.person().press(password="wrong_MARK", user="name_MARK")
        self.logged_in().press()
        self.assertEqual(self.logged(), [])

    def test_without_a_cookie_he_is_told_the_other_way(self) -> None:
        """A login never sits in an address (L-61)."""
        visitor = self.person(cookies=False).press(password=PASSWORD)
        self.assertEqual(visitor.page.said["alert"], [NO_COOKIE])
        self.assertIn("/broadcaster?window=1", visitor.page.links.values())

    def test_who_is_in_is_sent_to_the_desk(self) -> None:
        """From the form."""
        self.assertEqual(self.logged_in().go("/login").address, "/broadcaster")

    def test_D04_a_session_that_has_ended_is_the_form_again(self) -> None:
        """It does not renew itself."""
        broadcaster = self.logged_in()
        self.clock.advance(IDLE)
        self.assertEqual(broadcaster.go("/broadcaster", BROWSER).page.action, "/login")

    def test_D04_logging_out_by_a_button(self) -> None:
        """He hears it, and the old cookie is good for nothing, whoever has it."""
        broadcaster = self.logged_in()
        token = (broadcaster.cookies or {})["b"]
        self.assertEqual(broadcaster.press().page.said["status"], [LOGGED_OUT])
        self.assertEqual(self.ask(get("/broadcaster", f"Cookie: b={token}")).status, 401)

    def test_D06_nobody_else_can_log_him_out(self) -> None:
        """It needs the nonce of his own page, and a POST; who is not logged in is told that he is out."""
        broadcaster = self.logged_in()
        stranger = self.person().send("/logout", {"nonce": broadcaster.page.fields["nonce"]})
        self.assertEqual(stranger.page.said["status"], [LOGGED_OUT])
        for nonce in ("", "x", "A" * 32):
            self.assertEqual(broadcaster.send("/logout", {"nonce": nonce}).answer.status, 400)
        self.assertEqual(broadcaster.go("/logout").answer.status, 405)
        self.assertEqual(broadcaster.go("/broadcaster", BROWSER).page.action, "/logout")

    def test_D08_what_no_form_of_ours_sends_is_refused(self) -> None:
        """Unknown fields, none, another button."""
        for body in (b"", b"user=broadcaster", b"password=a&x=1", b"password=a&password=b", b"password=a&ask=line"):
            self.assertEqual(self.ask(post("/login", body)).status, 400, body)
        self.assertEqual(self.ask(get("/broadcaster?x=1", BROWSER)).status, 400)


class FarTests(LoginCase):
    """People over circuits, and the limits for them (D-21)."""

    password = Slow()

    def setUp(self) -> None:
        """All come over a circuit."""
        super().setUp()
        self.circuit = 1

    def test_D21_three_wrong_ones_and_a_minute(self) -> None:
        """Over that circuit; in words, and with when to come again."""
        visitor = self.person()
        for _ in range(3):
            self.solve(visitor, "wrong")
        self.solve(visitor, PASSWORD)
        self.assertEqual((visitor.answer.status, visitor.answer["Retry-After"]), (429, "60"))
        self.assertIn("several wrong passwords", visitor.page.said["alert"][0])
        self.clock.advance(MINUTE)
        self.assertEqual(visitor.press(password=PASSWORD).address, "/broadcaster")

    def test_D21_a_captcha_after_three_wrong_ones_of_all(self) -> None:
        """Not without it, nor with a wrong one; then the password is tried."""
        visitor = self.person()
        self.fail_over(2, 3, 4)
        runs = self.workers.runs
        visitor.press(password=PASSWORD)
        self.assertEqual((visitor.answer.status, visitor.page.said["alert"]), (403, [NO_SUSPICION]))
        self.assertEqual(len(visitor.page.images), 1)
        visitor.press(password=PASSWORD, answer="wrong")
        self.assertIn("wrong", visitor.page.said["alert"][0])
        self.assertEqual(self.workers.runs, runs)
        self.assertEqual(visitor.press(password=PASSWORD, answer=SOLUTION).address, "/broadcaster")

    def test_D24_the_captcha_can_be_another_or_in_words(self) -> None:
        """By its own buttons; no password is tried by that."""
        self.fail_over(2, 3, 4)
        runs = self.workers.runs
        visitor = self.person()
        first = visitor.page.images
        self.assertNotEqual(visitor.press("new", password=PASSWORD).page.images, first)
        visitor.press("words", password=PASSWORD)
        self.assertIn("What comes after", visitor.page.text)
        self.assertEqual(visitor.page.fields["password"], "")
        self.assertEqual(self.workers.runs, runs)
        self.assertEqual(visitor.press(password=PASSWORD, answer=SOLUTION).address, "/broadcaster")

    def test_D21_without_captchas_he_is_asked_to_wait(self) -> None:
        """They are rationed."""
        self.fail_over(2, 3, 4)
        self.captchas.busy = True
        answer = self.ask(get("/broadcaster", BROWSER))
        self.assertEqual((answer.status, answer["Retry-After"]), (503, "30"))

    def test_D21_near_no_captcha_is_asked_for(self) -> None:
        """The broadcaster's own machine is never locked out by others."""
        self.fail_over(*range(2, 2 + BURST))
        self.circuit = None
        self.logged_in()

    def test_D21_too_many_at_once(self) -> None:
        """Status 503, and when to come again; who waits gets his answer in his turn."""
        self.workers.prompt = False
        body = f"password={PASSWORD}".replace(" ", "+").encode()
        waiting = [self.far(number).send(post("/login", body)) for number in range(2, 3 + PLACES)]
        visitor = self.person().press(password=PASSWORD)
        self.assertEqual((visitor.answer.status, visitor.answer["Retry-After"]), (503, "6"))
        self.assertIn("Many are trying", visitor.page.said["alert"][0])
        self.workers.work()
        self.assertEqual({client.answer().status for client in waiting}, {303})

    def test_R27_who_leaves_gives_his_place_back(self) -> None:
        """The connection is the request."""
        self.workers.prompt = False
        clients = [self.far(number).send(post("/login", b"password=x")) for number in range(2, 3 + PLACES)]
        self.assertEqual(len(self.guard), PLACES)
        for client in clients:
            client.leave()
        self.assertEqual(len(self.guard), 0)
        self.workers.work()
        self.assertEqual(self.errors(), [])

    def solve(self, visitor: Visitor, password: str) -> None:
        """Try a password, with the captcha if one is there."""
        visitor.press(password=password, **({"answer": SOLUTION} if "captcha" in visitor.page.fields else {}))


class BasicTests(LoginCase):
    """Programs, and browsers without cookies."""

    password = Slow()

    def test_S12_the_password_with_each_request(self) -> None:
        """It is tried the first time only."""
        for _ in range(3):
            self.assertEqual(self.ask(get("/broadcaster", LOGGED_IN)).status, 200)
        self.assertEqual(self.workers.runs, 1)

    def test_A9_it_makes_the_broadcaster_of_every_request(self) -> None:
        """After it was right once."""
        self.assertEqual(self.ask(get("/live", LOGGED_IN)).body, b"nobody")
        self.ask(get("/broadcaster", LOGGED_IN))
        self.assertEqual(self.ask(get("/live", LOGGED_IN)).body.decode(), self.sessions.key.hex())
        self.assertEqual(self.ask(get("/live")).body, b"nobody")

    def test_it_gives_no_cookie(self) -> None:
        """A program that forgets them would have a new session each time."""
        self.assertEqual(self.ask(get("/broadcaster", LOGGED_IN)).all("Set-Cookie"), [])

    def test_a_browser_is_asked_by_its_own_window_if_it_wants(self) -> None:
        """By the link on the form; there is no button to log out then."""
        asked = self.ask(get("/broadcaster?window=1", BROWSER))
        self.assertEqual(asked.status, 401)
        self.assertIn("Basic", asked["WWW-Authenticate"])
        answer = self.ask(get("/broadcaster?window=1", BROWSER, LOGGED_IN))
        self.assertEqual(answer.status, 200)
        self.assertNotIn(b"Log out", answer.body)

    def test_D21_it_holds_for_one_circuit(self) -> None:
        """Over another one the password is tried again: the memory is no way around the limits."""
        self.ask(get("/broadcaster", LOGGED_IN))
        self.circuit = 5
        self.assertEqual(self.ask(get("/live", LOGGED_IN)).body, b"nobody")
        self.assertEqual(self.ask(get("/broadcaster", LOGGED_IN)).status, 200)
        self.assertEqual(self.workers.runs, 2)

    def test_D21_the_memory_cannot_be_asked_often(self) -> None:
        """After three wrong ones over the same circuit it says nothing more, for a minute."""
        self.ask(get("/broadcaster", LOGGED_IN))
        for number in range(3):
            self.ask(get("/live", basic("broadcaster", f"guess {number}")))
        self.assertEqual(self.ask(get("/live", LOGGED_IN)).body, b"nobody")
        self.clock.advance(MINUTE)
        self.assertEqual(self.ask(get("/live", LOGGED_IN)).body.decode(), self.sessions.key.hex())

    def test_D04_it_ends_as_sessions_do(self) -> None:
        """Then the password is tried again."""
        self.ask(get("/broadcaster", LOGGED_IN))
        self.clock.advance(IDLE)
        self.assertEqual(self.ask(get("/live", LOGGED_IN)).body, b"nobody")
        self.assertEqual(self.ask(get("/broadcaster", LOGGED_IN)).status, 200)
        self.assertEqual(self.workers.runs, 2)

    def test_D50_what_has_ended_is_forgotten(self) -> None:
        """With the next login, wherever that is."""
        for self.circuit in (5, 6):
            self.ask(get("/broadcaster", LOGGED_IN))
        self.assertEqual(len(self.sessions), 2)
        self.clock.advance(IDLE)
        self.ask(get("/broadcaster", LOGGED_IN))
        self.assertEqual(len(self.sessions), 1)

    def test_D21_another_password_counts_at_once(self) -> None:
        """What was remembered is forgotten."""
        self.ask(get("/broadcaster", LOGGED_IN))
        self.guard.password = Slow("another one")
        self.sessions.end_all()
        self.assertEqual(self.ask(get("/broadcaster", LOGGED_IN)).status, 401)

    def test_D21_when_captchas_are_wanted_programs_are_sent_to_the_form(self) -> None:
        """What is remembered goes on."""
        self.circuit = 5
        self.ask(get("/broadcaster", LOGGED_IN))
        self.fail_over(2, 3, 4)
        self.assertEqual(self.ask(get("/broadcaster", LOGGED_IN)).status, 200)
        self.circuit = 6
        answer = self.ask(get("/broadcaster", LOGGED_IN))
        self.assertEqual((answer.status, answer["Retry-After"]), (429, "60"))
        self.assertIn(b"use the form", answer.body)

    def test_a_password_with_other_letters(self) -> None:
        """In UTF-8, as is asked for; what is not that is wrong, and no error."""
        self.guard.password = Slow("Grüße aus dem Wald")
        self.assertEqual(self.ask(get("/broadcaster", basic("broadcaster", "Grüße aus dem Wald"))).status, 200)
        self.assertEqual(self.ask(get("/broadcaster", "Authorization: Basic /////w==")).status, 401)
        self.assertEqual(self.errors(), [])
