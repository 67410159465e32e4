"""The doors that do not let everybody in: the secret club, and a password that all share."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.defer import Deferred

from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.tripcode import Tripcode
from onionstream.web.admission import BURST, NOT_ALLOWED, NOTHING_TYPED, OFTEN, WRONG
from onionstream.web.door import ExpelledError, NotAllowedError
from onionstream.web.lock import Kind, Lock
from tests.web.chat import ChatCase
from tests.web.visitor import Visitor
from tests.web.wire import get

FISH = b"fish".ljust(32, b"-")
"""What the case's tripcodes make of that password."""

CLUB = Lock(kind=Kind.MEMBERS, members=frozenset({FISH}))
SHARED = Lock(kind=Kind.PASSWORD, password="correct horse")


class ClubCase(ChatCase):
    """A door that is shut from the beginning."""

    lock = CLUB

    def setUp(self) -> None:
        """Nobody is inside."""
        super().setUp()
        self.door.admission.lock = self.lock

    def guest(self, *, cookies: bool = True) -> Visitor:
        """Somebody before the door."""
        return Visitor(self, cookies=cookies).go("/")

    def assert_outside(self, visitor: Visitor, *sentences: str) -> None:
        """He sees the form for a password, what was wrong, and nothing else."""
        self.assertEqual((visitor.answer.status, visitor.page.action), (403, "/door"))
        self.assertEqual(visitor.page.said["alert"], list(sentences))
        self.assertEqual(visitor.page.links, {})

    def assert_inside(self, visitor: Visitor) -> None:
        """He sees all of it."""
        self.assertEqual(visitor.answer.status, 200)
        secret = visitor.page.links["secret"]
        self.assertEqual(visitor.go(secret).answer.body, b"the stream")


class MemberTests(ClubCase):
    """The secret club."""

    def test_S77_A15_the_page(self) -> None:
        """It says what it is, which tripcode one has, and asks for a password."""
        guest = self.guest()
        self.assert_outside(guest, NOT_ALLOWED)
        for words in ("SECRET CLUB", "Your tripcode: (none)", "This tripcode is not allowed in."):
            self.assertIn(words, guest.page.text)

    def test_S76_S78_all_else_looks_the_same(self) -> None:
        """403 and the same page wherever something is, and where nothing is (L-12)."""
        answers = [self.ask(get(address)) for address in ("/secret", "/form", "/look", "/nothing", "/stream.mp4")]
        self.assertEqual({answer.status for answer in answers}, {403})
        self.assertEqual(len({answer.body for answer in answers}), 1)
        self.assertIn(b"does not let everybody in", answers[0].body)

    def test_S77_a_member_comes_in(self) -> None:
        """With cookies and without, and has his tripcode in the chat."""
        for cookies in (True, False):
            guest = self.guest(cookies=cookies).press(password="fish")
            form = guest.page.links["form"]
            self.assert_inside(guest)
            guest.go(form).press(text=f"hello {cookies}")
        self.assertEqual(self.texts(), ["hello True", "hello False"])
        self.assertEqual({one.author.look.trip for one in self.said}, {Tripcode(FISH)})

    def test_S77_another_tripcode_is_shown_and_stays_outside(self) -> None:
        """All of it, so that the broadcaster can be asked to let it in; nothing is kept of a stranger."""
        guest = self.guest().press(password="fowl")
        self.assert_outside(guest, NOT_ALLOWED)
        other = b"fowl".ljust(32, b"-")
        self.assertIn(Tripcode(other).shown, guest.page.text)
        self.assertIn(Tripcode(other).full, guest.page.text)
        self.assertNotIn("t", guest.cookies or {})
        self.assertIn("(none)", guest.go("/").page.text)

    def test_D50_of_strangers_nothing_is_kept(self) -> None:
        """However many passwords they type, nobody is known by them afterwards."""
        known = [one.mark for one in self.room._people]
        self.guest().press(password="dog")
        self.assertEqual([one.mark for one in self.room._people], known)

    def test_D12_ten_characters_are_not_enough(self) -> None:
        """One that looks the same is another one."""
        self.door.admission.lock = replace(CLUB, members=frozenset({FISH[:31] + b"!"}))
        self.assert_outside(self.guest().press(password="fish"), NOT_ALLOWED)

    def test_S77_the_old_address_works(self) -> None:
        """A script need not load the form."""
        visitor = Visitor(self).send("/", {"password": "fowl"})
        self.assert_outside(visitor, NOT_ALLOWED)
        visitor.follows = False
        self.assertEqual(visitor.send("/", {"password": "fish"}).answer.status, 200)

    def test_S77_who_was_inside_has_his_tripcode(self) -> None:
        """It is shown, and what he types is his tripcode from then on."""
        self.door.admission.lock = Lock()
        visitor = self.visitor()
        self.room.restyle(self.key(visitor), Look(name="Ann", trip=Tripcode(b"a" * 32)), 0.0)
        self.door.admission.lock = CLUB
        self.assertEqual(visitor.go("/form").answer.status, 403)
        visitor.go("/")
        self.assertIn(Tripcode(b"a" * 32).shown, visitor.page.text)
        visitor.press(password="fowl")
        self.assertIn(Tripcode(b"fowl".ljust(32, b"-")).shown, visitor.go("/").page.text)
        self.assert_inside(visitor.press(password="fish"))

    def test_A15_A16_a_ban_outweighs_the_list(self) -> None:
        """Who is on it and banned is told so, and sees nothing."""
        member = self.guest().press(password="fish")
        secret = member.page.links["secret"]
        self.room.ban(self.key(member))
        self.assert_refused(member.go(secret), ExpelledError)

    def test_S79_the_broadcaster_and_moderators_come_in(self) -> None:
        """Whatever their tripcodes."""
        for role in (Role.BROADCASTER, Role.MODERATOR):
            self.room.appoint(bytes([len(role.value)] * 16), role, 0.0)
            self.assertTrue(self.door.admission.admits_key(bytes([len(role.value)] * 16)))

    def test_who_is_not_a_member_any_more_is_outside(self) -> None:
        """At the next thing that he asks for."""
        member = self.guest().press(password="fish")
        self.door.admission.lock = replace(CLUB, members=frozenset())
        self.assertEqual(member.go("/secret").answer.status, 403)

    def test_D22_many_passwords_take_long(self) -> None:
        """Tripcodes have their own limit, of the circuit: who is new each time has no new one."""
        self.tripcodes.busy = True
        guest = self.guest().press(password="fish")
        self.assert_outside(guest, "You have tried several passwords in a short time. Please try again in 20 seconds.")

    def test_the_door_may_be_another_one_when_the_tripcode_is_made(self) -> None:
        """What holds then counts."""
        self.tripcodes.waiting = []
        guest = self.guest()
        waiting = self.tripcodes.waiting
        fields = {**guest.page.fields, "password": "fish"}
        body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
        length = f"Content-Length: {len(body)}"
        kind = "Content-Type: application/x-www-form-urlencoded"
        client = self.connect().send(get("/door", length, kind, method="POST") + body)
        self.door.admission.lock = replace(CLUB, members=frozenset())
        made: Deferred[Tripcode] = waiting[0]
        made.callback(Tripcode(FISH))
        self.assertEqual(client.answer().status, 403)

    def test_nothing_typed(self) -> None:
        """It is asked for."""
        self.assert_outside(self.guest().press(password=""), NOTHING_TYPED)


class PasswordTests(ClubCase):
    """The shared password."""

    lock = SHARED

    def test_the_page_asks_for_it(self) -> None:
        """And for nothing else; the rest is 403."""
        guest = self.guest()
        self.assert_outside(guest)
        self.assertNotIn("tripcode", guest.page.text)
        guest.go("/secret")
        self.assert_refused(guest, NotAllowedError)

    def test_it_lets_in(self) -> None:
        """With cookies and without."""
        for cookies in (True, False):
            guest = self.guest(cookies=cookies)
            self.assert_outside(guest.press(password="incorrect"), WRONG)
            self.assert_inside(guest.press(password="correct horse"))

    def test_another_one_has_to_be_typed_by_all(self) -> None:
        """Other changes put nobody out."""
        guest = self.guest().press(password="correct horse")
        self.door.admission.lock = replace(SHARED, members=frozenset({FISH}))
        self.assert_inside(guest.go("/"))
        self.door.admission.lock = replace(SHARED, password="battery staple")
        self.assert_outside(guest.go("/"))

    def test_who_came_when_it_was_open_has_to_type_it(self) -> None:
        """Or whoever was here once could come back for ever."""
        self.door.admission.lock = Lock()
        visitor = self.visitor()
        self.door.admission.lock = SHARED
        self.assert_outside(visitor.go("/"))
        self.assert_inside(visitor.press(password="correct horse"))

    def test_D23_wrong_ones_over_one_circuit_are_limited(self) -> None:
        """The right one has to wait there too; it is free elsewhere."""
        self.asking.bucket = lambda request: b"circuit"  # type: ignore[method-assign]
        guest = self.guest()
        for _ in range(BURST):
            self.assert_outside(guest.press(password="incorrect"), WRONG)
        guest.press(password="correct horse")
        self.assertIn(OFTEN, guest.page.text)
        self.asking.bucket = lambda request: b"another"  # type: ignore[method-assign]
        self.assert_inside(guest.press(password="correct horse"))

    def test_without_a_password_nobody_comes_in(self) -> None:
        """Not even by typing one."""
        self.door.admission.lock = replace(SHARED, password="")
        self.assert_outside(self.guest().press(password="x"), WRONG)

    def test_a_lock_does_not_show_its_password(self) -> None:
        """Where something is printed that holds one."""
        self.assertNotIn("horse", repr(SHARED))
