"""The lanes in which the tests run: each test runs once, and those that others would disturb run alone."""

from __future__ import annotations

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from tests.lanes import NAMED, alone, modules, side_by_side


class LaneTests(SynchronousTestCase):
    """Of all tests."""

    def test_every_test_has_one_lane(self) -> None:
        """None is forgotten, none runs twice."""
        counted = Counter(name for lane in (*side_by_side(), alone()) for name in lane.tests)
        self.assertEqual(counted, Counter(modules()))

    def test_what_is_named_is_there(self) -> None:
        """A module that was renamed would fall into another lane without a word."""
        self.assertEqual(NAMED - set(modules()), set())

    def test_their_folders_differ(self) -> None:
        """They are called by the first letters, since the path of a UNIX socket has to be short."""
        letters = [lane.name[0] for lane in (*side_by_side(), alone())]
        self.assertEqual(len(letters), len(set(letters)))
