"""How much each circuit may ask for."""

from __future__ import annotations

from collections.abc import Iterator

from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.budgets import BUSY, CIRCUITS, FLOOD, REMEMBERED, SHARED, Budget, Budgets, Refusal, Share, Visit
from onionstream.onion.proxyline import UNKNOWN

OVER = Refusal(BUSY)


class BudgetCase(SynchronousTestCase):
    """Budgets that a test spends."""

    def setUp(self) -> None:
        """The usual ones."""
        self.budgets = Budgets()

    def enter(self, circuit: int = 1, now: float = 0.0) -> Visit:
        """A connection that gets in."""
        visit = self.budgets.enter(circuit, now)
        assert isinstance(visit, Visit)
        return visit

    def refusals(self, visit: Visit, requests: int, now: float) -> Iterator[Refusal]:
        """:return: those of many requests at once."""
        return filter(None, [visit.request(now) for _ in range(requests)])


class RequestTests(BudgetCase):
    """Requests."""

    def test_D34_the_budgets_are_those_that_were_agreed(self) -> None:
        """30 at once and 5 a second; 3 videos, 4 responses that go on, 24 connections; 4096 circuits for 10 minutes."""
        budget = Budget()
        self.assertEqual((budget.burst, budget.rate, budget.videos, budget.long, budget.sockets), (30, 5.0, 3, 4, 24))
        self.assertEqual((CIRCUITS, REMEMBERED), (4096, 600.0))

    def test_D34_30_at_once(self) -> None:
        """The next one may try again after a second."""
        visit = self.enter()
        self.assertEqual([visit.request(0) for _ in range(31)], [*[None] * 30, Refusal(1)])

    def test_D34_5_a_second_in_the_long_run(self) -> None:
        """After 30 at once."""
        visit = self.enter()
        given = [visit.request(tenth / 10) for tenth in range(1000) for _ in range(3)]
        self.assertIn(given.count(None), range(525, 531))

    def test_D34_what_is_small_costs_a_part_of_one(self) -> None:
        """An eighth of a request: eight times as many, and in the long run too."""
        visit = self.enter()
        refused = [bool(visit.request(now, 0.125)) for now in [0.0] * 241 + [1.0] * 41]
        self.assertEqual([place for place, one in enumerate(refused) if one], [240, 281])
        self.assertEqual(visit.request(1.0, 1.0), Refusal(seconds=1))

    def test_D34_a_refusal_costs_nothing(self) -> None:
        """Who waits is served, however often he asked too early."""
        visit = self.enter()
        self.assertEqual(len(list(self.refusals(visit, 60, 0))), 30)
        self.assertIsNone(visit.request(0.2))

    def test_D34_no_more_than_a_burst_is_saved(self) -> None:
        """Whoever was silent for an hour has 30 again, and no more."""
        visit = self.enter()
        self.assertEqual(len(list(self.refusals(visit, 100, 3600))), 70)

    def test_the_seconds_are_those_until_there_is_one_again(self) -> None:
        """Rounded up, so that it is not asked too early."""
        self.budgets = Budgets(Budget(burst=1, rate=0.1))
        visit = self.enter()
        self.assertIsNone(visit.request(0))
        self.assertEqual([visit.request(now) for now in (0, 4.5, 9.5)], [Refusal(10), Refusal(6), Refusal(1)])

    def test_D34_all_connections_of_a_circuit_share_one_budget(self) -> None:
        """Another circuit has its own."""
        first, second, other = self.enter(), self.enter(), self.enter(2)
        list(self.refusals(first, 30, 0))
        self.assertEqual((second.request(0), other.request(0)), (Refusal(1), None))

    def test_D34_a_new_connection_is_no_new_budget(self) -> None:
        """The circuit is known for as long as that matters."""
        visit = self.enter()
        list(self.refusals(visit, 30, 0))
        visit.leave(0)
        self.assertEqual(self.enter().request(0), Refusal(1))

    def test_D34_a_connection_without_a_request_costs_as_much_as_one(self) -> None:
        """Else one could open and close them without end."""
        told = [self.enter().leave(0) for _ in range(31)]
        self.assertEqual(told, [*[None] * 30, Refusal(1)])
        visit = self.enter(2)
        visit.request(0)
        visit.leave(0)
        self.assertEqual(len(list(self.refusals(self.enter(2), 30, 0))), 1)


class ShareTests(BudgetCase):
    """What is held for some time."""

    def test_D34_3_videos_and_4_long_responses(self) -> None:
        """They count by themselves."""
        visit = self.enter()
        self.assertEqual([visit.take(Share.VIDEO, 0) for _ in range(4)], [None, None, None, OVER])
        self.assertEqual([visit.take(Share.LONG, 0) for _ in range(5)], [None, None, None, None, OVER])

    def test_D34_what_is_given_back_may_be_taken_again(self) -> None:
        """By another connection too."""
        first, second = self.enter(), self.enter()
        for _ in range(3):
            first.take(Share.VIDEO, 0)
        first.give_back(Share.VIDEO)
        self.assertEqual([second.take(Share.VIDEO, 0) for _ in range(2)], [None, OVER])

    def test_D34_what_is_not_held_is_not_given_back(self) -> None:
        """Twice is once, and a refusal holds nothing."""
        first, second = self.enter(), self.enter()
        for _ in range(4):
            first.take(Share.VIDEO, 0)
        for _ in range(9):
            second.give_back(Share.VIDEO)
        self.assertEqual(second.take(Share.VIDEO, 0), OVER)
        for _ in range(9):
            first.give_back(Share.VIDEO)
        self.assertEqual([second.take(Share.VIDEO, 0) for _ in range(4)], [None, None, None, OVER])

    def test_D34_24_sockets(self) -> None:
        """One that is closed makes room for another."""
        visits = [self.enter() for _ in range(24)]
        self.assertEqual(self.budgets.enter(1, 0), OVER)
        visits[0].leave(0)
        self.enter()
        self.assertEqual(self.budgets.enter(1, 0), OVER)

    def test_D34_a_connection_that_ends_gives_everything_back(self) -> None:
        """Whatever it still held; and so it does once."""
        visit = self.enter()
        visit.take(Share.VIDEO, 0)
        visit.take(Share.LONG, 0)
        visit.leave(0)
        visit.leave(0)
        visit.give_back(Share.VIDEO)
        again = self.enter()
        self.assertEqual([again.take(Share.VIDEO, 0) for _ in range(4)], [None, None, None, OVER])
        self.assertEqual([again.take(Share.LONG, 0) for _ in range(5)], [None, None, None, None, OVER])


class FloodTests(BudgetCase):
    """Who goes on asking."""

    def floods(self, visit: Visit, requests: int, now: float) -> int:
        """:return: how often a flood is told during many requests at once."""
        return sum(refusal.flood for refusal in self.refusals(visit, requests, now))

    def test_D34_100_refusals_in_a_minute_are_no_flood(self) -> None:
        """Three times as many as were granted."""
        self.assertEqual(self.floods(self.enter(), 30 + FLOOD, 0), 0)

    def test_D34_the_next_one_is(self) -> None:
        """It is told once."""
        self.assertEqual(self.floods(self.enter(), 30 + 10 * FLOOD, 0), 1)

    def test_D34_it_is_told_again_after_a_minute(self) -> None:
        """Should the circuit still be there."""
        visit = self.enter()
        self.assertEqual([self.floods(visit, 300, now) for now in (0, 59, 60, 61, 120)], [1, 0, 1, 0, 1])

    def test_D34_refusals_of_every_kind_count(self) -> None:
        """Too many videos, and too many connections."""
        for _ in range(24):
            visit = self.enter()
        told = [self.budgets.enter(1, 0) for _ in range(50)]
        told += [visit.take(Share.VIDEO, 0) for _ in range(3 + 51)]  # type: ignore[misc] # it is no Visit
        floods = [one.flood for one in told if isinstance(one, Refusal)]
        self.assertEqual((len(floods), floods[-1], sum(floods)), (101, True, 1))

    def test_D34_those_who_share_a_budget_are_no_flood(self) -> None:
        """Nobody knows whose circuit would have to be closed."""
        self.assertEqual(self.floods(self.enter(UNKNOWN), 10000, 0), 0)


class BusyTests(BudgetCase):
    """Circuits that are in use."""

    def test_only_those_with_a_connection_count(self) -> None:
        """Whoever has left is remembered for a while, and one that nobody knows has no place."""
        first, second = self.enter(1), self.enter(2)
        third, _ = self.enter(2), self.enter(UNKNOWN)
        self.assertEqual(self.budgets.busy, 2)
        second.leave(1.0)
        self.assertEqual(self.budgets.busy, 2)
        third.leave(1.0)
        self.assertEqual((self.budgets.busy, len(self.budgets)), (1, 2))
        first.leave(1.0)
        self.assertEqual(self.budgets.busy, 0)


class TableTests(BudgetCase):
    """Which circuits are remembered."""

    def test_D50_a_circuit_is_forgotten_after_ten_minutes_without_a_connection(self) -> None:
        """Not before, and not while it has one."""
        self.enter(1).leave(100)
        stays = self.enter(2)
        self.budgets.forget(100 + REMEMBERED - 1)
        self.assertEqual(len(self.budgets), 2)
        self.budgets.forget(100 + REMEMBERED)
        self.assertEqual(len(self.budgets), 1)
        self.budgets.forget(1e6)
        self.assertEqual(len(self.budgets), 1)
        stays.leave(1e6)
        self.budgets.forget(1e6 + REMEMBERED)
        self.assertEqual(len(self.budgets), 0)

    def test_D50_whoever_comes_sees_to_it_that_others_are_forgotten(self) -> None:
        """Without being asked to."""
        self.enter(1).leave(0)
        self.enter(2, REMEMBERED)
        self.assertEqual(len(self.budgets), 1)

    def test_D50_one_who_comes_back_is_as_good_as_new(self) -> None:
        """The ten minutes begin again."""
        self.enter(1).leave(0)
        self.enter(1, 500).leave(500)
        self.budgets.forget(REMEMBERED)
        self.assertEqual(len(self.budgets), 1)

    def test_D50_the_longest_unused_makes_room(self) -> None:
        """For one who comes, when all places are taken."""
        self.budgets = Budgets(circuits=3)
        visits = [self.enter(circuit) for circuit in (1, 2, 3)]
        for visit in visits:
            list(self.refusals(visit, 30, 0))
        for visit in (visits[1], visits[0]):
            visit.leave(0)
        self.enter(4)
        self.assertEqual(len(self.budgets), 3)
        self.assertEqual(self.enter(1).request(0), Refusal(1))
        self.assertIsNone(self.enter(2).request(0))

    def test_D50_one_who_finds_no_place_shares_a_budget(self) -> None:
        """With all others like him, and it is a larger one."""
        self.budgets = Budgets(Budget(burst=1), Budget(burst=3), circuits=2)
        self.enter(1), self.enter(2)
        third, fourth = self.enter(3), self.enter(4)
        told = [visit.request(0) for visit in (third, fourth, third, fourth, third)]
        self.assertEqual(told, [None, None, None, Refusal(1), Refusal(1)])
        self.assertEqual(len(self.budgets), 2)

    def test_D50_a_place_that_becomes_free_is_for_the_next_connection(self) -> None:
        """The one that shares a budget goes on doing so, and gives back what is not its own."""
        self.budgets = Budgets(Budget(videos=1), Budget(videos=2), circuits=1)
        first = self.enter(1)
        second = self.enter(2)
        second.take(Share.VIDEO, 0)
        first.leave(0)
        again = self.enter(2)
        self.assertEqual([again.take(Share.VIDEO, 0) for _ in range(2)], [None, OVER])
        second.leave(0)
        self.assertEqual(again.take(Share.VIDEO, 0), OVER)
        self.assertEqual(len(self.budgets), 1)

    def test_D50_one_who_does_not_get_in_keeps_no_place(self) -> None:
        """He is forgotten like one who has gone."""
        self.budgets = Budgets(Budget(sockets=0))
        self.assertEqual(self.budgets.enter(1, 0), OVER)
        self.budgets.forget(REMEMBERED)
        self.assertEqual(len(self.budgets), 0)

    def test_B40_unknown_circuits_share_a_budget(self) -> None:
        """They take no place."""
        self.enter(UNKNOWN).request(0)
        self.assertEqual(len(self.budgets), 0)

    def test_D50_the_shared_budget_is_generous(self) -> None:
        """It is that of twenty circuits, in every respect."""
        one = Budget()
        alone = (one.burst, one.rate, one.videos, one.long, one.sockets)
        self.assertEqual(
            (SHARED.burst, SHARED.rate, SHARED.videos, SHARED.long, SHARED.sockets), tuple(20 * most for most in alone)
        )

    def test_D50_20_000_circuits_leave_4096(self) -> None:
        """However they come."""
        for circuit in range(1, 20_000):
            self.enter(circuit, circuit / 1000).leave(circuit / 1000)
        self.assertEqual(len(self.budgets), CIRCUITS)

    def test_D84_nothing_is_shown(self) -> None:
        """The number is in no text that may get into a log."""
        self.assertNotIn("4711", repr(self.enter(4711)) + repr(self.budgets))
