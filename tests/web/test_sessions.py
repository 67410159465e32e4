"""Who is logged in (D-04)."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from onionstream.web.http import BoundedSite
from onionstream.web.limits import Limits
from onionstream.web.request import BoundedRequest
from onionstream.web.sessions import IDLE, LIFE, MOST, LoginError, Sessions
from tests.web.entry import LoginCase
from tests.web.wire import Client


def request(*tokens: str) -> BoundedRequest:
    """:return: one with these cookies."""
    channel = Client(BoundedSite(Resource(), Limits(), Clock())).channel
    assert channel is not None
    made = BoundedRequest(channel)
    for token in tokens:
        made.requestHeaders.addRawHeader(b"cookie", b"x=y; b=" + token.encode())
    return made


def given(made: BoundedRequest) -> str:
    """:return: the token in the cookie that an answer carries."""
    (cookie,) = made.cookies
    return bytes(cookie).decode().partition(";")[0].removeprefix("b=")


class SessionsTests(SynchronousTestCase):
    """``Sessions``."""

    def setUp(self) -> None:
        """Nobody is logged in."""
        self.clock = Clock()
        self.sessions = Sessions(self.clock)

    def begin(self, *tokens: str) -> str:
        """Somebody logs in; :return: his token."""
        made = request(*tokens)
        self.sessions.begin(made)
        return given(made)

    def is_in(self, *tokens: str) -> bool:
        """:return: whether who has these is the broadcaster."""
        return self.sessions.staff(request(*tokens)) is not None

    def test_D04_the_cookies_form(self) -> None:
        """For this session of the browser, out of the reach of scripts, and never sent from another site."""
        made = request()
        self.sessions.begin(made)
        self.assertRegex(made.cookies[0], rb"\Ab=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict\Z")

    def test_D05_it_can_be_for_encrypted_connections_only(self) -> None:
        """If the configuration says so."""
        made = request()
        Sessions(self.clock, secure=True).begin(made)
        self.assertTrue(made.cookies[0].endswith(b"; Secure"))

    def test_D04_whoever_has_the_token_is_the_broadcaster(self) -> None:
        """Also beside cookies that are not ours; nobody else is."""
        token = self.begin()
        self.assertTrue(self.is_in(token))
        self.assertTrue(self.is_in("nonsense", token))
        for other in ("", "nonsense", token[:-1], token + "=", "é"):
            self.assertFalse(self.is_in(other), other)
        self.assertFalse(self.is_in())

    def test_S14_all_sessions_are_one_person_in_the_chat(self) -> None:
        """Until the daemon ends; another start has another one."""
        keys = {self.sessions.chat_key(request(self.begin())) for _ in range(2)}
        self.assertEqual(keys, {self.sessions.key})
        self.assertNotEqual(self.sessions.key, Sessions(self.clock).key)
        self.assertIsNone(self.sessions.chat_key(request()))

    def test_D04_each_login_gives_a_new_token(self) -> None:
        """And the one that the same browser had is good no more; another browser's is."""
        first, elsewhere = self.begin(), self.begin()
        second = self.begin(first)
        self.assertNotEqual(first, second)
        self.assertEqual([self.is_in(token) for token in (first, second, elsewhere)], [False, True, True])

    def test_D04_it_ends_after_two_hours_without_use(self) -> None:
        """Each use begins them anew."""
        token = self.begin()
        for _ in range(3):
            self.clock.advance(IDLE - 1)
            self.assertTrue(self.is_in(token))
        self.clock.advance(IDLE)
        self.assertFalse(self.is_in(token))
        self.assertEqual(len(self.sessions), 0)

    def test_D04_it_ends_after_twelve_hours_whatever_is_done(self) -> None:
        """To the second."""
        token = self.begin()
        for _ in range(12):
            self.assertTrue(self.is_in(token))
            self.clock.advance(LIFE / 12)
        self.assertFalse(self.is_in(token))

    def test_D04_logging_out_ends_it(self) -> None:
        """For us, and the browser is to forget the cookie; others stay."""
        token, other = self.begin(), self.begin()
        leaving = request(token)
        self.sessions.end(leaving)
        self.assertEqual(leaving.cookies, [b"b=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"])
        self.assertEqual((self.is_in(token), self.is_in(other)), (False, True))

    def test_all_end_at_once(self) -> None:
        """When the password is another one."""
        token = self.begin()
        self.sessions.end_all()
        self.assertFalse(self.is_in(token))

    def test_D50_the_table_is_bounded(self) -> None:
        """One more, and the one that was used longest ago ends."""
        tokens = [self.begin() for _ in range(MOST)]
        self.is_in(tokens[0])
        self.begin()
        self.assertEqual(len(self.sessions), MOST)
        self.assertEqual([self.is_in(token) for token in tokens[:3]], [True, False, True])

    def test_A8_others_are_told_to_log_in(self) -> None:
        """In words."""
        self.assertIs(self.sessions.require(request(self.begin())).key, self.sessions.key)
        self.assertRaises(LoginError, self.sessions.require, request())

    def test_D07_no_token_can_be_read_from_the_table(self) -> None:
        """Nor the key from a session's looks."""
        token = self.begin()
        self.assertNotIn(token, repr(vars(self.sessions)))
        self.assertNotIn(repr(self.sessions.key), repr(self.sessions.staff(request(token))))


class EverywhereTests(LoginCase):
    """What a session is to the other areas (S14)."""

    def test_S14_who_is_logged_in_is_the_broadcaster_everywhere(self) -> None:
        """And gets no visitor's number."""
        broadcaster = self.logged_in()
        for address in ("/", "/live"):
            self.assertEqual(broadcaster.go(address).answer.body.decode(), self.sessions.key.hex())
            self.assertEqual(broadcaster.answer.all("Set-Cookie"), [])

    def test_S14_nobody_else_is(self) -> None:
        """Strangers are strangers, and visitors somebody of their own."""
        self.logged_in()
        self.assertNotEqual(self.person().go("/").answer.body.decode(), self.sessions.key.hex())
        self.assertEqual(self.person().go("/live").answer.body, b"nobody")

    def test_what_he_carries_from_before_is_no_matter(self) -> None:
        """A page that he had open as a visitor is loaded as the broadcaster, at an address without a capability."""
        visitor = self.person(cookies=False)
        visitor.go("/")
        read = self.identity.meet(request()).read
        broadcaster = self.logged_in().go(f"/live?r={read}")
        self.assertEqual(broadcaster.answer.body.decode(), self.sessions.key.hex())

    def test_after_logging_out_he_is_a_visitor(self) -> None:
        """A new one."""
        self.assertNotEqual(
            self.logged_in().choose("/logout").press().go("/").answer.body.decode(), self.sessions.key.hex()
        )


class AnySessions(RuleBasedStateMachine):
    """Browsers log in and out, at any time; the table is small."""

    def __init__(self) -> None:
        """Nobody is logged in."""
        super().__init__()
        self.clock = Clock()
        self.sessions = Sessions(self.clock, most=3)
        self.live: dict[str, tuple[float, float]] = {}  # when it began and was used; the latter in order
        self.dead: set[str] = set()

    def good(self, token: str) -> bool:
        """:return: whether it should be."""
        began, used = self.live.get(token, (-LIFE, -IDLE))
        return self.clock.seconds() - began < LIFE and self.clock.seconds() - used < IDLE

    @rule(seconds=st.floats(0, IDLE * 1.2))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    @rule(before=st.integers(0, 20))
    def log_in(self, before: int) -> None:
        """A browser logs in, perhaps one that was."""
        had = [*self.live, *sorted(self.dead), ""]
        old = had[before % len(had)]
        made = request(old)
        self.sessions.begin(made)
        self.forget(old)
        for token in [token for token in self.live if not self.good(token)]:
            self.forget(token)
        now = self.clock.seconds()
        self.live[given(made)] = (now, now)
        if len(self.live) > 3:
            self.forget(next(iter(self.live)))

    @rule(which=st.integers(0, 20))
    def use(self, which: int) -> None:
        """A browser asks for something: it is the broadcaster's as long as its session is good, and no longer."""
        had = [*self.live, *sorted(self.dead), ""]
        token = had[which % len(had)]
        session = self.sessions.staff(request(token))
        assert (session is not None) == self.good(token)
        if session is None:
            self.forget(token)
        else:
            self.live[token] = (self.live.pop(token)[0], self.clock.seconds())

    @rule(which=st.integers(0, 20))
    def log_out(self, which: int) -> None:
        """A browser logs out, or tries."""
        had = [*self.live, *sorted(self.dead), ""]
        token = had[which % len(had)]
        self.sessions.end(request(token))
        self.forget(token)

    def forget(self, token: str) -> None:
        """It is never good again."""
        self.live.pop(token, None)
        self.dead.add(token)

    @invariant()
    def bounded(self) -> None:
        """The table is small."""
        assert len(self.sessions) <= 3


class AnySessionsTests(SynchronousTestCase):
    """Whatever happens in whatever order."""

    def test_D04_D50_a_session_is_good_as_long_as_it_should_be(self) -> None:
        """To the second; and never again."""
        run_state_machine_as_test(
            AnySessions, settings=settings(max_examples=100, stateful_step_count=30, database=None)
        )
