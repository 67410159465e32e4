"""The captchas that wait for their answer."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.captcha.challenges import (
    FAILURES,
    LIFETIME,
    LONGEST_ANSWER,
    OUTSTANDING,
    PAUSE,
    Challenge,
    Challenges,
    Outcome,
    plain,
)

ANN, BOB = b"a" * 16, b"b" * 16


class ChallengesCase(SynchronousTestCase):
    """A table that a test fills."""

    def setUp(self) -> None:
        """It is empty."""
        self.challenges = Challenges()

    def pose(self, name: str, key: bytes = ANN, now: float = 0.0, patience: float = 0.0) -> None:
        """Pose one whose answer is KATZE."""
        challenge = Challenge(key=key, solution="KATZE", posed=now, patience=patience, picture=b"png")
        self.challenges.pose(name, challenge)

    def solve(self, name: str, answer: str = "KATZE", key: bytes = ANN, now: float = 0.0) -> Outcome:
        """Answer it."""
        return self.challenges.solve(name, key, answer, now)

    def be_wrong(self, times: int, now: float = 0.0) -> None:
        """Ann is wrong so many times."""
        for number in range(times):
            self.pose(f"wrong{number}", now=now)
            self.assertIs(self.solve(f"wrong{number}", "WRONG", now=now), Outcome.WRONG)


class AnswerTests(ChallengesCase):
    """What an answer is worth."""

    def test_D24_the_figures_are_those_that_were_agreed(self) -> None:
        """300 seconds; three failures and a pause of 30 seconds; 2048 that wait."""
        self.assertEqual((LIFETIME, FAILURES, PAUSE, OUTSTANDING), (300.0, 3, 30.0, 2048))

    def test_A11_a_right_answer(self) -> None:
        """It is right."""
        self.pose("x")
        self.assertIs(self.solve("x"), Outcome.RIGHT)

    def test_A53_a_right_answer_counts_once(self) -> None:
        """Not again for the same person, nor for another one."""
        self.pose("x")
        self.solve("x")
        self.assertEqual([self.solve("x", key=key) for key in (ANN, BOB)], [Outcome.OLD, Outcome.OLD])

    def test_S45_a_wrong_answer_spends_it_too(self) -> None:
        """Nobody has a second guess at the same picture."""
        self.pose("x")
        self.assertEqual([self.solve("x", "KATZ"), self.solve("x")], [Outcome.WRONG, Outcome.OLD])

    def test_S45_an_old_one_is_told_from_a_wrong_one(self) -> None:
        """After 300 seconds."""
        self.pose("x")
        self.pose("y")
        self.assertEqual([self.solve("x", now=299.9), self.solve("y", now=300)], [Outcome.RIGHT, Outcome.OLD])

    def test_B10_somebody_elses_is_none(self) -> None:
        """And stays for the one for whom it was posed."""
        self.pose("x")
        self.assertEqual([self.solve("x", key=BOB), self.solve("x")], [Outcome.OLD, Outcome.RIGHT])

    def test_B10_one_that_never_was_is_none(self) -> None:
        """Whatever stands in the field."""
        self.assertEqual({self.solve(name) for name in ("", "x", "\0", "x" * 100_000)}, {Outcome.OLD})

    def test_B10_neither_capitals_nor_spaces_matter(self) -> None:
        """People type what they see as they are used to."""
        for answer in ("katze", " K A T Z E ", "kat ze\r\n", "\uff2b\uff21\uff34\uff3a\uff25", "kat-ze", "K\u200bATZE"):
            self.pose("x")
            self.assertIs(self.solve("x", answer), Outcome.RIGHT, answer)

    def test_B10_an_answer_of_100_KB_is_wrong(self) -> None:
        """Also one that would be right without all its spaces."""
        for answer in ("A" * 100_000, "KATZE" + " " * 100_000, "\ufdfa" * 100_000):
            self.setUp()
            self.pose("x")
            self.assertIs(self.solve("x", answer), Outcome.WRONG)

    def test_an_answer_without_a_letter_is_wrong(self) -> None:
        """Nothing, spaces, signs, half a character."""
        for answer in ("", "   ", "?!", "\ud800"):
            self.setUp()
            self.pose("x")
            self.assertIs(self.solve("x", answer), Outcome.WRONG)

    def test_D25_an_early_answer_is_not_looked_at(self) -> None:
        """Right or wrong, it says nothing and spends nothing; it may be sent again."""
        self.pose("x", patience=15)
        early = [self.solve("x", answer, now=14.9) for answer in ("KATZE", "WRONG")]
        self.assertEqual(early, [Outcome.EARLY, Outcome.EARLY])
        self.assertIs(self.solve("x", now=15), Outcome.RIGHT)

    def test_the_lifetime_may_change(self) -> None:
        """For those that are posed already too (R-41)."""
        self.pose("x")
        self.pose("y")
        self.challenges.lifetime = 1000
        self.assertIs(self.solve("x", now=900), Outcome.RIGHT)
        self.challenges.lifetime = 60
        self.assertIs(self.solve("y", now=901), Outcome.OLD)


class LookAlikeTests(SynchronousTestCase):
    """``plain``."""

    def test_what_looks_alike_is_the_same(self) -> None:
        """Digits for letters, and letters of other keyboards."""
        for typed, meant in {
            "5Z2O0I18B": "SZZOOIIBB",
            "\u0430\u0441\u0435\u043d\u043a\u043c\u0440\u0442\u0445": "ACEHKMPTX",  # Cyrillic
            "\u03b1\u03b5\u03b7\u03ba\u03bc\u03c1\u03c4\u03c7\u03b6": "AEHKMPTXZ",  # Greek
        }.items():
            self.assertEqual(plain(typed), meant)

    def test_only_so_much_is_read(self) -> None:
        """Of more nothing is."""
        self.assertEqual((plain("A" * LONGEST_ANSWER), plain("A" * (LONGEST_ANSWER + 1))), ("A" * LONGEST_ANSWER, ""))


class PauseTests(ChallengesCase):
    """Whoever is wrong too often waits."""

    def test_D24_three_failures_and_a_pause(self) -> None:
        """Of 30 seconds, for this person alone."""
        self.be_wrong(2)
        self.assertEqual(self.challenges.pause(ANN, 0), 0)
        self.be_wrong(1)
        self.assertEqual([self.challenges.pause(ANN, now) for now in (0, 10, 30)], [30, 20, 0])
        self.assertEqual(self.challenges.pause(BOB, 0), 0)

    def test_D24_what_was_posed_before_is_no_way_around_it(self) -> None:
        """An answer in the pause spends its captcha, unread."""
        self.pose("x")
        self.be_wrong(3, now=1)
        self.assertEqual([self.solve("x", now=now) for now in (2, 40)], [Outcome.OLD, Outcome.OLD])

    def test_after_a_pause_they_are_counted_anew(self) -> None:
        """Three more until the next one."""
        self.be_wrong(3)
        self.be_wrong(2, now=30)
        self.assertEqual(self.challenges.pause(ANN, 30), 0)
        self.be_wrong(1, now=31)
        self.assertEqual(self.challenges.pause(ANN, 31), 30)

    def test_a_right_answer_makes_up_for_failures(self) -> None:
        """They begin at one again."""
        self.be_wrong(2)
        self.pose("x")
        self.assertIs(self.solve("x"), Outcome.RIGHT)
        self.be_wrong(2)
        self.assertEqual(self.challenges.pause(ANN, 0), 0)

    def test_failures_of_long_ago_are_forgotten(self) -> None:
        """After 300 seconds without another one."""
        self.be_wrong(2)
        self.be_wrong(2, now=300)
        self.assertEqual(self.challenges.pause(ANN, 300), 0)


class TableTests(ChallengesCase):
    """The table itself."""

    def test_D50_the_oldest_goes_when_there_are_too_many(self) -> None:
        """2048 stay."""
        for number in range(2050):
            self.pose(f"{number}")
        self.assertEqual(len(self.challenges), 2048)
        self.assertEqual([self.solve(name) for name in ("1", "2")], [Outcome.OLD, Outcome.RIGHT])

    def test_D50_expired_ones_go(self) -> None:
        """Without anybody asking for them."""
        self.pose("x")
        self.pose("y", now=200)
        self.challenges.forget(300)
        self.assertEqual(len(self.challenges), 1)

    def test_D50_the_failures_of_so_many_are_remembered(self) -> None:
        """4096 people's; who failed longest ago is forgotten."""
        for number in range(4100):
            self.pose("x", key=b"%d" % number)
            self.solve("x", "WRONG", key=b"%d" % number)
        self.assertEqual(self.challenges.people, 4096)

    def test_the_picture_is_there_until_it_is_answered(self) -> None:
        """As often as the browser wants it, and not longer than the captcha is good."""
        self.pose("x")
        self.pose("y")
        self.assertEqual([self.challenges.picture("x", now) for now in (0, 299)], [b"png", b"png"])
        self.solve("x")
        self.assertEqual([self.challenges.picture(*which) for which in (("x", 0), ("y", 300))], [None, None])

    def test_an_exercise_in_words_has_no_picture(self) -> None:
        """There is nothing at its address."""
        self.challenges.pose("x", Challenge(key=ANN, solution="A", posed=0))
        self.assertIsNone(self.challenges.picture("x", 0))
