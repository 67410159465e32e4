"""Forms can be sent once (D-06)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.web.errors import BadRequest
from onionstream.web.identity import Who
from onionstream.web.nonces import LIFE, MOST, NonceError, Nonces, SpentError, StaleError

KEY = bytes(range(32))
HE, SHE = Who(b"h" * 16), Who(b"s" * 16)


class NoncesTests(SynchronousTestCase):
    """``Nonces``."""

    def setUp(self) -> None:
        """A daemon that has just started on a machine that has not."""
        self.clock = Clock()
        self.clock.advance(1e6)
        self.nonces = Nonces(KEY, self.clock)

    def spend(self, nonce: str, who: Who = HE, form: str = "say") -> None:
        """Send the form."""
        self.nonces.spend(who, form, nonce)

    def test_D06_a_form_can_be_sent_once(self) -> None:
        """A second time is told apart from a form that was open for too long."""
        nonce = self.nonces.issue(HE, "say")
        self.spend(nonce)
        self.assertRaises(SpentError, self.spend, nonce)

    def test_D06_forms_can_be_open_at_the_same_time(self) -> None:
        """In several tabs, and be sent in any order."""
        nonces = [self.nonces.issue(HE, "say") for _ in range(20)]
        self.assertEqual(len(set(nonces)), 20)
        for nonce in reversed(nonces):
            self.spend(nonce)

    def test_D06_a_document_without_an_end_has_one_that_lasts(self) -> None:
        """For one visitor and one form, as often as he likes, until the daemon ends; it is no other one."""
        lasting = self.nonces.lasting(HE, "mod")
        self.clock.advance(100 * LIFE)
        self.nonces.check(HE, "mod", lasting)
        self.nonces.check(HE, "mod", lasting)
        for who, form, sent in ((SHE, "mod", lasting), (HE, "say", lasting), (HE, "mod", ""), (HE, "mod", "é")):
            self.assertRaises(StaleError, self.nonces.check, who, form, sent)
        self.assertRaises(BadRequest, self.spend, lasting, HE, "mod")
        self.assertRaises(StaleError, Nonces(bytes(32), self.clock).check, HE, "mod", lasting)

    def test_D06_it_is_for_one_visitor_and_one_form(self) -> None:
        """Another's is none, and such a try does not spend it."""
        nonce = self.nonces.issue(HE, "say")
        self.assertRaises(StaleError, self.spend, nonce, SHE)
        self.assertRaises(StaleError, self.spend, nonce, HE, "look")
        self.spend(nonce)

    def test_D06_who_has_got_the_cookie_meanwhile_is_the_same(self) -> None:
        """It is the key that counts."""
        self.spend(self.nonces.issue(Who(b"h" * 16, write="w"), "say"), Who(b"h" * 16, cookie=True))

    def test_D06_it_lives_for_half_an_hour(self) -> None:
        """To the second."""
        early, late = self.nonces.issue(HE, "say"), self.nonces.issue(HE, "say")
        self.clock.advance(LIFE)
        self.spend(early)
        self.clock.advance(1)
        self.assertRaises(StaleError, self.spend, late)
        self.assertRaises(StaleError, self.spend, early)

    def test_after_a_restart_all_are_stale(self) -> None:
        """They are told as that, so that the form can be shown again with what was typed."""
        nonce = self.nonces.issue(HE, "say")
        self.nonces = Nonces(KEY[::-1], self.clock)
        self.assertRaises(StaleError, self.spend, nonce)

    def test_what_no_form_of_ours_has_is_a_bad_request(self) -> None:
        """And nothing else of it."""
        good = self.nonces.issue(HE, "say")
        for bad in ("", "x", good[:-1], good + "A", good + "=", good[:-1] + "\n", good[:-1] + "+", good[:-1] + "ä"):
            problem = self.assertRaises(BadRequest, self.spend, bad)
            self.assertNotIsInstance(problem, NonceError)

    def test_L17_it_tells_nothing_of_the_machine(self) -> None:
        """Its time is counted from the start of the daemon: the first ones begin with 0."""
        self.assertTrue(self.nonces.issue(HE, "say").startswith("AAAAA"))

    def test_D50_the_table_is_bounded(self) -> None:
        """What is forgotten is refused; what was issued after it is taken."""
        self.nonces = Nonces(KEY, self.clock, most=3)
        waiting = self.nonces.issue(HE, "say")
        spent = []
        for _ in range(4):
            spent.append(self.nonces.issue(HE, "say"))
            self.spend(spent[-1])
            self.clock.advance(1)
        self.assertRaises(StaleError, self.spend, spent[0])
        self.assertRaises(StaleError, self.spend, waiting)
        self.assertRaises(SpentError, self.spend, spent[1])
        self.spend(self.nonces.issue(HE, "say"))

    def test_D50_what_is_too_old_is_not_remembered(self) -> None:
        """The table empties itself with the next use."""
        for _ in range(100):
            self.spend(self.nonces.issue(HE, "say"))
        self.clock.advance(LIFE + 1)
        self.spend(self.nonces.issue(HE, "say"))
        self.assertEqual(len(self.nonces._spent), 1)
        self.assertGreater(MOST, 10_000)

    @settings(database=None)
    @given(st.integers(0, 32 * 6 - 1))
    def test_no_bit_can_change(self, bit: int) -> None:
        """All bits of its characters count: there is no second spelling that could be sent again."""
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        nonce = self.nonces.issue(HE, "say")
        place = bit // 6
        other = alphabet[alphabet.index(nonce[place]) ^ (1 << bit % 6)]
        self.assertRaises(StaleError, self.spend, nonce[:place] + other + nonce[place + 1 :])


class AnyOrder(RuleBasedStateMachine):
    """Nonces are issued, kept for any time and sent any number of times; the table is small."""

    def __init__(self) -> None:
        """Nothing is issued yet."""
        super().__init__()
        self.clock = Clock()
        self.nonces = Nonces(KEY, self.clock, most=4)
        self.issued: list[tuple[str, float]] = []
        self.taken: set[str] = set()

    @rule(seconds=st.floats(0, 5) | st.floats(0, LIFE))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    @rule()
    def issue(self) -> None:
        """Somebody opens a form."""
        self.issued.append((self.nonces.issue(HE, "say"), self.clock.seconds()))

    @rule(number=st.integers(0, 100))
    def send(self, number: int) -> None:
        """Somebody sends one of the forms: it is taken only if it never was, and not if it is too old."""
        if not self.issued:
            return
        nonce, when = self.issued[number % len(self.issued)]
        try:
            self.nonces.spend(HE, "say", nonce)
        except SpentError:
            assert nonce in self.taken
        except StaleError:
            young = self.clock.seconds() - when < LIFE
            assert not young or len(self.taken) > 4, "refused though there was room to remember all"
        else:
            assert nonce not in self.taken
            assert self.clock.seconds() - when < LIFE + 2
            self.taken.add(nonce)

    @invariant()
    def bounded(self) -> None:
        """The table and its order are one, and small."""
        assert len(self.nonces._oldest) <= 4
        assert self.nonces._spent == set(self.nonces._oldest)


class AnyOrderTests(SynchronousTestCase):
    """Whatever happens in whatever order."""

    def test_D06_D50_nothing_is_ever_taken_twice(self) -> None:
        """Nor is anything refused without a reason, and the table stays in its bounds."""
        run_state_machine_as_test(AnyOrder, settings=settings(max_examples=150, stateful_step_count=40, database=None))
