"""Who a visitor is: by his cookie, at the door, and what is not taken for him (D-04, D-05, D-06, D-07)."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.web.identity import Identity, Who
from tests.web.visitors import CAPABILITY, FORGED, KEY, IdentityCase, cookie
from tests.web.wire import get, post


class CookieTests(IdentityCase):
    """Visitors whose browser keeps the cookie."""

    def test_D04_A14_the_cookies_form(self) -> None:
        """For this session, out of the reach of scripts, and there when somebody comes by a link from elsewhere."""
        self.assertRegex(self.ask(get())["Set-Cookie"], rf"\At={CAPABILITY}; Path=/; HttpOnly; SameSite=Lax\Z")

    def test_S7_the_same_cookie_is_the_same_person(self) -> None:
        """Everywhere; and then no capability is in any address."""
        first, header = self.new()
        for request in (get("/", header), get("/live", header), get("/form", header), post("/form", b"w=", header)):
            self.assertEqual(self.who(request), Who(first.key, cookie=True))

    def test_S7_another_cookie_is_another_person(self) -> None:
        """As is another visit without one."""
        self.assertNotEqual(self.new()[0].key, self.new()[0].key)

    def test_S1_a_known_visitor_gets_no_other_cookie(self) -> None:
        """Nor does anybody get one anywhere but on the page (S2, S5)."""
        first, header = self.new()
        for request in (get("/", header), get("/live"), get("/form"), get(f"/live?r={first.read}")):
            self.assertEqual(self.ask(request).all("Set-Cookie"), [])

    def test_S2_frames_know_nobody_who_carries_nothing(self) -> None:
        """And make up nobody."""
        for request in (get("/live"), get("/form"), post("/form", b"text=a"), post("/form", b"w=")):
            self.assertEqual(self.ask(request).status, 200)
        self.assertEqual(self.rooms.met, [None] * 4)

    def test_D07_a_restart_changes_nobody(self) -> None:
        """The key outlives the daemon."""
        first, header = self.new()
        self.rooms.identity = Identity(KEY)
        self.assertEqual(self.who(get("/", header)).key, first.key)

    def test_D07_cookies_that_are_not_ours_are_ignored(self) -> None:
        """Chosen by the client (S4, A6), forged, damaged, empty, another program's: he is new, and gets a good one."""
        good = self.new()[1].partition("=")[2]
        for bad in (FORGED, "", "abcd", good[:-1], good + "=", f'"{good}"', good[:-1] + "é", "a" * 4000, "; ;=;t"):
            answer = self.ask(get("/", f"Cookie: t={bad}"))
            self.assertEqual(answer.status, 200)
            self.assertRegex(cookie(answer), f"t={CAPABILITY}")
            self.ask(get("/live", f"Cookie: t={bad}"))
            self.assertIsNone(self.rooms.met[-1])

    def test_the_cookie_is_found_among_others(self) -> None:
        """Other programs on the same host have cookies too, even of the same name; and there may be several headers."""
        first, header = self.new()
        good = header.partition(" ")[2]
        for headers in (
            [f"Cookie: a=b; {good}; T=x"],
            [f"Cookie: at=1;{good}"],
            [f"Cookie: t=foreign; {good}; t"],
            ["Cookie: a=b", f"Cookie: {good}"],
            [f"Cookie: {good}; {good}"],
        ):
            self.assertEqual(self.who(get("/live", *headers)).key, first.key, headers)

    def test_D07_two_good_cookies_say_nothing(self) -> None:
        """Somebody may have planted one. He goes on as one without cookies: not as the other, and not locked out."""
        first, one = self.new()
        _, two = self.new()
        both = f"{one}; {two.partition(' ')[2]}"
        self.ask(get("/live", both))
        self.assertIsNone(self.rooms.met[-1])
        self.assertRegex(cookie(self.ask(get("/", both))), CAPABILITY)
        self.assertEqual(self.who(get(f"/live?r={first.read}", both)).key, first.key)

    def test_an_error_gives_no_cookie(self) -> None:
        """What went wrong has made nobody known."""
        self.assertEqual(self.ask(get("/fails")).all("Set-Cookie"), [])

    def test_capabilities_are_no_cookies(self) -> None:
        """A kind is good for one place."""
        who, _ = self.new()
        for capability in (who.read, who.write):
            self.ask(get("/live", f"Cookie: t={capability}"))
            self.assertIsNone(self.rooms.met[-1])


class SecureCookieTests(IdentityCase):
    """With the knob."""

    secure = True

    def test_D05_the_cookie_is_for_encrypted_connections(self) -> None:
        """If the broadcaster wants that."""
        self.assertRegex(self.ask(get())["Set-Cookie"], rf"\At={CAPABILITY}; Path=/; HttpOnly; SameSite=Lax; Secure\Z")


class CleanTests(IdentityCase):
    """The way from an address with a capability to the same one without, for those whose browser keeps the cookie."""

    def test_L61_A7_with_a_cookie_the_address_becomes_clean(self) -> None:
        """The rest of it stays, and the answer keeps nothing of what is in it."""
        who, header = self.new()
        for asked, clean in (
            (who.address("/live"), "/live"),
            (who.address("/live?back=1&name=%C3%A4+%26"), "/live?back=1&name=%C3%A4+%26"),
            (f"/live?r={who.read}&back=", "/live?back="),
            (who.form_address("/form"), "/form"),
            (f"/%6cive?r={who.read}", "/live"),
        ):
            answer = self.ask(get(asked, header))
            self.assertEqual((answer.status, answer["Location"], answer.body), (303, clean, b""))
            self.assertEqual(answer["Cache-Control"], "no-store")

    def test_L09_the_way_names_no_host(self) -> None:
        """Whatever the request says."""
        who, header = self.new()
        asked = f"GET {who.address('/live')} HTTP/1.1\r\nHost: evil\r\n{header}\r\n\r\n".encode()
        self.assertEqual(self.ask(asked)["Location"], "/live")

    def test_it_ends_there(self) -> None:
        """The clean address answers."""
        who, header = self.new()
        there = self.ask(get(who.address("/live"), header))["Location"]
        self.assertEqual(self.ask(get(there, header)).body, b"frame")

    def test_without_a_cookie_the_address_stays(self) -> None:
        """It is all he has."""
        self.assertEqual(self.ask(get(self.new()[0].address("/live"))).body, b"frame")

    def test_what_is_sent_is_taken_at_once(self) -> None:
        """A browser would not send it again."""
        who, header = self.new()
        sent = post(who.form_address("/form"), f"w={who.write}".encode(), header)
        self.assertEqual(self.ask(sent).body, b"form")

    def test_L09_no_path_leads_elsewhere(self) -> None:
        """Even if a route should know such addresses one day."""
        for uri in (b"//evil/x?r=1", b"/%2fevil/x?r=1", b"/\\evil/x", b"/%5cevil/x", b"/%0d%0aA:b/"):
            request = self.request()
            request.method, request.uri = b"GET", uri
            self.assertTrue(self.rooms.identity.clean(request, Who(bytes(16), cookie=True), "given"))
            (there,) = request.responseHeaders.getRawHeaders(b"Location", ())
            self.assertRegex(there, rb"\A/[a-z%0-9A-Z][A-Za-z0-9%/]*\Z")


class DoorTests(IdentityCase):
    """A guest, who becomes somebody when he has solved a captcha."""

    def test_A10_who_is_let_in_is_who_he_was_at_the_door(self) -> None:
        """With the cookie, and all rights."""
        guest = self.who(get("/door"))
        answer = self.ask(post("/door", f"guest={guest.guest}".encode()))
        recognised, inside = self.rooms.met[-2:]
        assert inside is not None
        self.assertEqual(recognised, guest)
        self.assertEqual(inside.key, guest.key)
        self.assertEqual(self.who(get(inside.address("/live"))).key, guest.key)
        self.assertEqual(self.who(get("/live", f"Cookie: {cookie(answer)}")).key, guest.key)

    def test_A10_a_guest_has_no_rights(self) -> None:
        """His capability opens nothing, and the door gives him no cookie."""
        guest = self.who(get("/door"))
        self.assertEqual((guest.address("/live"), guest.form_address("/form"), guest.write), ("/live", "/form", ""))
        self.assertEqual(self.ask(get("/door")).all("Set-Cookie"), [])
        self.refused(get(f"/live?r={guest.guest}"))
        self.refused(get(f"/form?w={guest.guest}"))
        self.ask(get("/live", f"Cookie: t={guest.guest}"))
        self.assertIsNone(self.rooms.met[-1])

    def test_D07_a_forged_guest_is_an_error(self) -> None:
        """So is a capability of another kind."""
        who, header = self.new()
        for bad in (FORGED, "", "x", who.read, who.write, header.partition("t=")[2]):
            self.refused(post("/door", f"guest={bad}".encode()))


class ForeignFormTests(IdentityCase):
    """``Sec-Fetch-Site``: where a form comes from, as the browser says (D-06)."""

    def test_D06_a_form_of_another_site_is_refused(self) -> None:
        """Before it is read, whatever it carries, and for every address."""
        who, header = self.new()
        for said in ("cross-site", "Cross-Site", "same-origin, cross-site"):
            for path in ("/form", "/nowhere"):
                request = post(path, f"w={who.write}".encode(), header, f"Sec-Fetch-Site: {said}")
                answer = self.ask(request)
                self.assertEqual(answer.status, 403)
                self.assertIn(b"Another site has sent this", answer.body)

    def test_D06_no_word_and_no_origin_are_neutral(self) -> None:
        """Browsers send ``Origin: null`` because of our own policy, and others know no Sec-Fetch."""
        who, header = self.new()
        for more in ([], ["Origin: null"], ["Origin: null", "Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"]):
            self.assertEqual(self.who(post("/form", b"text=a", header, *more)).key, who.key)

    def test_D04_a_link_from_another_site_is_welcome(self) -> None:
        """Whoever follows it is himself."""
        who, header = self.new()
        self.assertEqual(self.who(get("/", header, "Sec-Fetch-Site: cross-site")).key, who.key)


class MarkTests(SynchronousTestCase):
    """``Identity.mark``."""

    def test_L65_ten_digits_for_this_start(self) -> None:
        """The same for the same key, others for others, and others after a restart though the secret is the same."""
        now, later = Identity(KEY), Identity(KEY)
        self.assertRegex(now.mark(bytes(16)), r"\A[0-9a-f]{10}\Z")
        self.assertEqual(now.mark(bytes(16)), now.mark(bytes(16)))
        self.assertNotEqual(now.mark(bytes(16)), now.mark(b"x" * 16))
        self.assertNotEqual(now.mark(bytes(16)), later.mark(bytes(16)))
