"""The budgets of circuits, whatever comes and goes, in any order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.budgets import REMEMBERED, Budget, Budgets, Share, Visit


class Anything(RuleBasedStateMachine):
    """Connections of few circuits to a small table, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.budget = Budget(burst=3, rate=1.0, videos=1, long=2, sockets=2)
        self.budgets = Budgets(self.budget, Budget(burst=5, sockets=3), circuits=3)
        self.now = 0.0
        self.visits: list[Visit] = []

    def one(self, number: int) -> Visit | None:
        """:return: one of those who are there."""
        return self.visits[number % len(self.visits)] if self.visits else None

    @rule(seconds=st.floats(0, 2 * REMEMBERED))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @rule(circuit=st.integers(0, 6))
    def come(self, circuit: int) -> None:
        """A connection."""
        visit = self.budgets.enter(circuit, self.now)
        if isinstance(visit, Visit):
            self.visits.append(visit)

    @rule(number=st.integers(0, 20), share=st.sampled_from([None, Share.VIDEO, Share.LONG]))
    def ask(self, number: int, share: Share | None) -> None:
        """A request, or one that is answered for long."""
        if visit := self.one(number):
            refusal = visit.take(share, self.now) if share else visit.request(self.now)
            assert refusal is None or refusal.seconds >= 1

    @rule(number=st.integers(0, 20), share=st.sampled_from([Share.VIDEO, Share.LONG]))
    def finish(self, number: int, share: Share) -> None:
        """An answer ends, perhaps."""
        if visit := self.one(number):
            visit.give_back(share)

    @rule(number=st.integers(0, 20))
    def go(self, number: int) -> None:
        """A connection ends."""
        if visit := self.one(number):
            self.visits.remove(visit)
            visit.leave(self.now)

    @rule()
    def forget(self) -> None:
        """The sweep."""
        self.budgets.forget(self.now)

    @invariant()
    def D50_the_table_is_bounded(self) -> None:
        """After every step."""
        assert len(self.budgets) <= 3

    @invariant()
    def nobody_has_more_than_he_may(self) -> None:
        """Whoever has a place, and all others together."""
        for circuit in range(1, 7):
            mine = [visit for visit in self.visits if visit.circuit == circuit]
            assert len(mine) <= self.budget.sockets + 3

    def teardown(self) -> None:
        """When all have gone, nothing is open; and some time later nothing is known."""
        for visit in self.visits:
            visit.leave(self.now)
        assert not self.budgets._busy
        assert self.budgets._shared.idle
        self.budgets.forget(self.now + 2 * REMEMBERED)
        assert len(self.budgets) == 0


class AnythingTests(SynchronousTestCase):
    """Any order at all."""

    def test_D50_the_table_is_bounded_whatever_happens(self) -> None:
        """And nothing is left of those who have gone."""
        run_state_machine_as_test(Anything, settings=settings(max_examples=50))
