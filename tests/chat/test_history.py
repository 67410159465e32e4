"""The messages that are kept."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.history import WEIGHT, History
from onionstream.chat.people import Person
from onionstream.chat.rules import Rules


class HistoryTests(SynchronousTestCase):
    """So many, and not more."""

    def setUp(self) -> None:
        """Nothing was said."""
        self.history = History()
        self.ann = Person(key=b"a" * 16, mark="a" * 10)
        self.bob = Person(key=b"b" * 16, mark="b" * 10)

    def say(self, count: int, rules: Rules, *, text: str = "Hello", author: Person | None = None) -> None:
        """Keep messages."""
        for _ in range(count):
            self.history.add(author or self.ann, text, 0, rules)

    def numbers(self) -> list[int]:
        """:return: those of all that can be seen."""
        return [message.number for message in self.history.latest(100)]

    def test_D50_the_oldest_give_way(self) -> None:
        """Where there are too many."""
        self.say(5, Rules(kept=3))
        self.assertEqual(self.numbers(), [3, 4, 5])
        self.assertIsNone(self.history.get(2))

    def test_D50_or_where_they_are_too_large(self) -> None:
        """By their bytes, not their characters; the newest stays whatever it is."""
        rules = Rules(kept_bytes=3 * (10 + WEIGHT))
        self.say(4, rules, text="\u20ac\u20ac\u20ac.")
        self.assertEqual((self.numbers(), self.history.size), ([2, 3, 4], rules.kept_bytes))
        self.say(1, rules, text="x" * 5000)
        self.assertEqual(self.numbers(), [5])

    def test_rules_that_keep_less_hold_from_the_next_message_on(self) -> None:
        """They may be replaced at any time."""
        self.say(5, Rules())
        self.say(1, Rules(kept=2))
        self.assertEqual(self.numbers(), [5, 6])

    def test_hidden_messages_are_not_among_the_latest(self) -> None:
        """So many of those that can be seen are given, if there are as many."""
        self.say(5, Rules())
        self.history.mark([4, 5], hidden=True)
        self.assertEqual([message.number for message in self.history.latest(2)], [2, 3])
        self.assertEqual([message.number for message in self.history.latest(1, hidden=True)], [5])
        self.assertEqual(self.history.latest(0), [])

    def test_S10_authors_are_known_as_long_as_a_message_is_kept(self) -> None:
        """And no longer."""
        self.say(2, Rules(kept=3))
        self.say(1, Rules(kept=3), author=self.bob)
        self.assertEqual(list(self.history.authors()), [self.ann, self.bob])
        self.assertEqual([message.number for message in self.history.of(self.ann.key)], [1, 2])
        self.say(2, Rules(kept=3), author=self.bob)
        self.assertIsNone(self.history.author(self.ann.key))
        self.assertEqual(self.history.of(self.ann.key), [])
