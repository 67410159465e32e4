"""Captchas that are posed and answered in whatever order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from twisted.trial.unittest import SynchronousTestCase

from onionstream.captcha.challenges import FAILURES, PAUSE, Challenge, Challenges, Outcome

OUTSTANDING, PEOPLE, LIFETIME, PATIENCE = 5, 3, 60.0, 15.0


class AnyAnswers(RuleBasedStateMachine):
    """What is true of the table after every step, whoever does what and when."""

    posed = Bundle("posed")

    def __init__(self) -> None:
        """Nothing is posed."""
        super().__init__()
        self.challenges = Challenges(LIFETIME, OUTSTANDING, PEOPLE)
        self.now = 1000.0
        self.count = 0
        self.spent: set[str] = set()
        self.all: dict[str, Challenge] = {}
        self.wrong: dict[bytes, list[float]] = {}

    @rule(seconds=st.sampled_from((0.5, 10.0, 15.0, 30.0, 60.0, 400.0)))
    def go(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @rule(target=posed, person=st.integers(0, 5), words=st.booleans())
    def pose(self, person: int, *, words: bool) -> str:
        """Somebody is asked, unless he has to pause; he who asks in a pause of his is asked later."""
        self.count += 1
        name, key = f"{self.count}", b"%d" % person
        challenge = Challenge(key=key, solution=f"A{name}", posed=self.now, patience=PATIENCE * words)
        self.all[name] = challenge
        self.challenges.pose(name, challenge)
        return name

    @rule(name=posed, right=st.booleans(), own=st.sampled_from((True, True, True, False)))
    def answer(self, name: str, *, right: bool, own: bool) -> None:
        """Somebody answers."""
        challenge = self.all[name]
        key = challenge.key if own else b"other"
        pausing = self.challenges.pause(key, self.now)
        outcome = self.challenges.solve(name, key, challenge.solution if right else "wrong", self.now)
        age = self.now - challenge.posed
        if outcome is Outcome.EARLY:
            assert age < challenge.patience
            return
        if outcome is not Outcome.OLD:
            assert own
            assert not pausing
            assert name not in self.spent
            assert challenge.patience <= age < LIFETIME
            assert (outcome is Outcome.RIGHT) is right
        if outcome is Outcome.WRONG:
            self.wrong.setdefault(key, []).append(self.now)
        if own:
            self.spent.add(name)

    @rule()
    def forget(self) -> None:
        """The table is swept."""
        self.challenges.forget(self.now)

    @invariant()
    def bounds_hold(self) -> None:
        """D-50."""
        assert len(self.challenges) <= OUTSTANDING
        assert self.challenges.people <= PEOPLE

    @invariant()
    def nobody_guesses_without_a_pause(self) -> None:
        """More than three wrong answers in less than a pause need more people than are remembered."""
        if len(self.wrong) <= PEOPLE:
            for times in self.wrong.values():
                for first, last in zip(times, times[FAILURES:], strict=False):
                    assert last - first >= PAUSE


class AnyAnswersTests(SynchronousTestCase):
    """The machine above."""

    def test_D50_whatever_happens_in_whatever_order(self) -> None:
        """Bounds hold, nothing is spent twice, and nobody answers for another."""
        run_state_machine_as_test(
            AnyAnswers, settings=settings(max_examples=100, stateful_step_count=40, database=None)
        )
