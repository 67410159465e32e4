"""Exercises in words."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from onionstream.captcha.words import BURST, EVERY, PARTS, PATIENCE, PLACES, pose

_ORDER = {"first": 0, "second": 1, "third": 2, "last": -1}


def solve(question: str) -> str:
    """:return: what a person would answer; and a program, if it knows the sentence."""
    return "".join(word[_ORDER[which]] for which, word in re.findall(r"the (\w+) letter of (\w+)", question))


class WordsTests(SynchronousTestCase):
    """``pose``."""

    def setUp(self) -> None:
        """A chance that is always the same."""
        self.chance = Random(12)

    def test_D25_the_answer_is_what_the_question_says(self) -> None:
        """Letter by letter."""
        for _ in range(200):
            question, solution = pose(self.chance)
            self.assertEqual(solve(question), solution)

    def test_D25_the_question_is_a_sentence(self) -> None:
        """Which says what to do, and when it may be sent."""
        question, _ = pose(self.chance)
        self.assertRegex(
            question,
            r"^Write these 5 letters one after the other: (the \w+ letter of [a-z]+, ){4}the \w+ letter of [a-z]+\. "
            r"You can send your answer 15 seconds from now\.$",
        )

    def test_D25_it_is_as_hard_to_guess_as_a_picture(self) -> None:
        """At least 16 letters, each as likely as the others, five times."""
        self.assertGreaterEqual(len(PLACES), 16)
        self.assertEqual(PARTS, 5)
        letters = Counter("".join(pose(self.chance)[1] for _ in range(2000)))
        self.assertEqual(set(letters), set(PLACES))
        even = 2000 * PARTS / len(PLACES)
        self.assertTrue(all(0.75 * even < count < 1.25 * even for count in letters.values()), letters)

    def test_D25_a_letter_does_not_come_with_the_same_word(self) -> None:
        """There are many for each."""
        self.assertTrue(all(len(set(places)) >= 10 for places in PLACES.values()))

    def test_D25_programs_have_little_of_it(self) -> None:
        """Six a minute for all together, and none sooner than after 15 seconds."""
        self.assertEqual((BURST, 60 / EVERY, PATIENCE), (6, 6, 15))
