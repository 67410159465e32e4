"""
Outside, nothing can be told from anything (S76, S78, L-12): whatever the site has, whatever the stream is doing.

The routes are those that the daemon joins. A new one is in here by itself, and has to be behind the door, or else to be
named below and in ``door.PUBLIC``.
"""

from __future__ import annotations

import re
from itertools import product

from onionstream.web.door import NotAllowedError, OutsideError
from onionstream.web.lock import Kind, Lock
from onionstream.web.sessions import LoginError
from onionstream.web.templates import SCRIPT_ADDRESS, STYLE_ADDRESS
from tests.assembly.wholesite import CAT, PASSWORD, WholeSiteCase
from tests.web.chat import SOLUTION
from tests.web.visitor import Visitor
from tests.web.visitors import FORGED
from tests.web.wire import get, post

LOCKS = {
    Kind.CAPTCHA: Lock(kind=Kind.CAPTCHA),
    Kind.MEMBERS: Lock(kind=Kind.MEMBERS, members=frozenset({bytes(32)})),
    Kind.PASSWORD: Lock(kind=Kind.PASSWORD, password="correct horse"),
}

METHODS = ("GET", "HEAD", "POST")

UNKNOWN = ("/nope", "/mod/x", "/broadcaster/nope", "/captcha/x", "/emote/x/y", "/stream.mp4/x")
"""Nothing is there."""

WAYS_IN = {"/", "/door", "/login", "/logout", "/broadcaster"}
STATIC = {"/favicon.ico", "/robots.txt", STYLE_ADDRESS, SCRIPT_ADDRESS}
SECRET = {"/captcha/<name>.png", "/emote/<name>", "/fill"}

Told = tuple[int, tuple[tuple[str, str], ...], int, bytes]

CHANCE = re.compile(rb"captcha[0-9]{9}|[\w-]{43}")
"""What is another one each time: captchas, and who somebody is at the door."""


class OutsideCase(WholeSiteCase):
    """Somebody outside."""

    def shut(self, kind: Kind) -> None:
        """Have a door of this kind."""
        self.chat.entrance.door.admission.lock = LOCKS[kind]

    def told(self, address: str, method: str, body: bytes = b"") -> Told:
        """:return: all that an answer tells, without what is chance in it."""
        if method == "POST":
            answer = self.ask(post(address, body))
        else:
            answer = self.ask(get(address, method=method), head=method == "HEAD")
        return answer.status, answer.headers, len(answer.body), CHANCE.sub(b"*", answer.body)

    def addresses(self) -> dict[str, str]:
        """:return: one of each route, by its rule."""
        return {rule: re.sub("<[^>]+>", "1", rule) for rule, _ in self.areas.routes}

    def behind(self) -> list[str]:
        """:return: addresses of all routes that are behind the door."""
        public = WAYS_IN | STATIC
        own = [rule for rule in self.addresses() if rule.startswith("/broadcaster/")]
        return [one for rule, one in self.addresses().items() if rule not in public and rule not in own]


class RouteTests(OutsideCase):
    """Every route of the site."""

    def test_every_kind_of_door_is_tried(self) -> None:
        """A new one would be forgotten here."""
        self.assertEqual({*LOCKS, Kind.OPEN}, {*Kind})

    def test_S78_nobody_outside_can_tell_whether_there_is_a_stream(self) -> None:
        """Neither by status nor headers nor length, of any address."""
        everywhere = [*product([*self.addresses().values(), *UNKNOWN], METHODS)]
        for kind in LOCKS:
            self.shut(kind)
            before = {ask: self.told(*ask) for ask in everywhere}
            self.on_air()
            self.emote()
            self.chat.room.say(bytes([len(kind.value)] * 16), "hello", 0.0, 0)
            self.assertEqual({ask: self.told(*ask) for ask in everywhere}, before)
            self.broadcast.off_air(returning=True)
            self.assertEqual({ask: self.told(*ask) for ask in everywhere}, before)
            self.broadcast.off_air(returning=False)

    def test_S76_L12_what_is_there_looks_like_what_is_not(self) -> None:
        """Also where the request makes no sense."""
        asked = [(query, method) for query in ("", "?x=1", f"?r={FORGED}", "?r=1&r=2") for method in METHODS]
        for kind, (query, method) in product(LOCKS, asked):
            self.shut(kind)
            for body in (b"", b"w=1&x=2", b"\xff") if method == "POST" else (b"",):
                nothing = self.told(f"/nope{query}", method, body)
                self.assertEqual(nothing[0], 403)
                for address in (*self.behind(), *UNKNOWN):
                    self.assertEqual(self.told(f"{address}{query}", method, body), nothing, (method, address))

    def test_S76_L12_more_fields_than_any_form_has_tell_nothing(self) -> None:
        """In the address or in the body."""
        self.shut(Kind.PASSWORD)
        for query, body in (("?" + "x=1&" * 200, b""), ("", b"x=1&" * 200)):
            nothing = self.told(f"/nope{query}", "POST", body)
            self.assertEqual(nothing[0], 403)
            for address in self.behind():
                self.assertEqual(self.told(f"{address}{query}", "POST", body), nothing, address)

    def test_L12_what_no_address_of_ours_looks_like_tells_nothing(self) -> None:
        """It is refused for its spelling, before anybody looks where it would lead."""
        self.shut(Kind.PASSWORD)
        for spelling in ("{}/", "{}//x", "/.{}", "{}%00", "{}%FF", "/.{}?x=1"):
            nothing = self.told(spelling.format("/nope"), "GET")
            for address in self.addresses().values():
                self.assertEqual(self.told(spelling.format(address), "GET"), nothing)

    def test_S76_another_method_than_the_route_s_tells_nothing_either(self) -> None:
        """Not even that there is something that is for everybody."""
        for kind in LOCKS:
            self.shut(kind)
            for rule, address in self.addresses().items():
                allowed = set().union(*(some for other, some in self.areas.routes if other == rule))
                for method in {"GET", "POST", "PUT", "OPTIONS"} - allowed:
                    self.assertEqual(self.told(address, method), self.told("/nope", method), (method, rule))

    def test_S76_what_is_not_behind_the_door(self) -> None:
        """The ways in, what is the same at every such site, what has a secret in its address, and no more."""
        door = self.chat.entrance.door
        public = {rule for rule in self.addresses() if door.is_public(rule)}
        own = {rule for rule in public if rule.startswith("/broadcaster/")}
        self.assertEqual(public - own, WAYS_IN | STATIC | SECRET)
        self.assertFalse(door.is_public("/broadcasters"))

    def test_S13_what_is_the_broadcaster_s_asks_everybody_else_to_log_in(self) -> None:
        """Behind the door or not, on air or not."""
        for lock in (Lock(), *LOCKS.values()):
            self.chat.entrance.door.admission.lock = lock
            for rule, methods in self.areas.routes:
                if rule.startswith("/broadcaster/"):
                    method = "POST" if "POST" in methods else "GET"
                    self.assertIn((LoginError.__doc__ or "").encode(), self.told(rule, method)[3], rule)


class SecretTests(OutsideCase):
    """What has a secret in its address."""

    def test_A10_the_captcha_s_picture_is_there_for_who_is_asked(self) -> None:
        """Or nobody could come in."""
        self.shut(Kind.CAPTCHA)
        guest = Visitor(self).go("/")
        self.assertEqual(self.ask(get(guest.page.images[0])).status, 200)
        self.assertIn("/live", guest.press(answer=SOLUTION).answer.body.decode())

    def test_the_self_test_measures_through_any_door(self) -> None:
        """It is told its key."""
        for kind in LOCKS:
            self.shut(kind)
            self.assertEqual(self.ask(get(self.gauge.open())).status, 200)
            self.assertEqual(self.ask(get(f"{self.gauge.open()}&x=1")).body, self.ask(get("/nope")).body)

    def test_S76_nobody_outside_can_try_whether_there_is_an_emote(self) -> None:
        """Its address is another one at each start, whatever the picture; who has read it inside may see it."""
        address = self.emote()
        before = self.chat
        self.shut(Kind.MEMBERS)
        self.assertEqual(self.ask(get(address)).body, CAT.png)
        self.site.root = self.root()
        self.addCleanup(before.close)
        self.assertNotEqual(self.emote(), address)
        self.assertRegex(address, "^/emote/[0-9a-f]{32}[.]png$")


class InsideTests(OutsideCase):
    """Those who have come in."""

    def test_what_is_not_there_is_not_found(self) -> None:
        """For who is inside as ever: with a cookie, by what his addresses carry, and for the broadcaster."""
        self.shut(Kind.CAPTCHA)
        kept = Visitor(self).go("/").press(answer=SOLUTION)
        carried = Visitor(self, cookies=False).go("/").press(answer=SOLUTION)
        host = Visitor(self).send("/login", {"password": PASSWORD})
        (proof,) = {*re.findall(r"/form[?]w=([\w-]{43})", carried.answer.body.decode())}
        for visitor, address in ((kept, "/nope"), (host, "/nope"), (carried, f"/nope?w={proof}")):
            for where in (address, address.replace("nope", "captcha/x.png"), address.replace("nope", "emote/x")):
                self.assertEqual(visitor.go(where).answer.status, 404)
            self.assertEqual(visitor.send(address.replace("nope", "live"), {}).answer.status, 405)
        self.assertEqual(carried.send("/form", {"w": proof, "x": "1"}).answer.status, 400)
        for unclear in (f"w={proof}&w={proof}", f"w={proof}" + "&x=1" * 200):  # not even who asks
            self.assertEqual(self.ask(get(f"/nope?{unclear}")).status, 403)
        self.assertEqual(Visitor(self).send("/form", {"w": FORGED, "x": "1"}).answer.status, 403)

    def test_S81_S83_what_only_the_programs_before_had_is_not_here(self) -> None:
        """Neither a joke by which one could tell what runs here, nor a way in that is not the broadcaster's page."""
        nothing = self.ask(get("/nope"))
        for address in ("/teapot", "/debug", "/reload", "/mod/chat", "/mod/users"):
            self.assertEqual((nothing.status, self.ask(get(address))), (404, nothing))

    def test_A10_S77_strangers_are_shown_the_way(self) -> None:
        """Each kind of door says what it is."""
        for kind, error in ((Kind.CAPTCHA, OutsideError), (Kind.MEMBERS, NotAllowedError)):
            self.shut(kind)
            self.assertIn((error.__doc__ or "").encode(), self.ask(get("/live")).body)
