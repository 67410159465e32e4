"""Who watches by fetching segments (S33, S80)."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.presence import Presence
from onionstream.web.fetchers import LATELY, MOST, Fetchers


class FetcherTests(SynchronousTestCase):
    """``Fetchers``."""

    def setUp(self) -> None:
        """Nobody is here."""
        self.clock = Clock()
        self.presence = Presence(lambda: None)
        self.fetchers = Fetchers(self.presence, self.clock)

    def pass_time(self, seconds: float) -> None:
        """Bit by bit."""
        self.clock.pump([0.5] * round(2 * seconds))

    def test_S80_whoever_fetches_watches(self) -> None:
        """Once, however many segments; until he has fetched none for a while."""
        for number in range(10):
            self.fetchers.fetched(b"a", number)
            self.pass_time(2)
        self.assertEqual((self.presence.watching, len(self.presence)), (1, 1))
        self.pass_time(LATELY + 5)
        self.assertEqual((self.presence.watching, len(self.presence)), (0, 0))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_S33_strangers_are_as_many_as_fetch_the_same_segment(self) -> None:
        """Each fetches each once; nobody knows who is who."""
        for number in range(10):
            for _ in range(3):
                self.fetchers.fetched(None, number)
            self.fetchers.fetched(b"a", number)
            self.pass_time(2)
            self.assertEqual(self.presence.watching, 4)

    def test_S33_a_stranger_who_goes(self) -> None:
        """Is gone after a while, whichever it was."""
        for number in range(20):
            for _ in range(3 if number < 5 else 2):
                self.fetchers.fetched(None, number)
            self.pass_time(2)
        self.assertEqual(self.presence.watching, 2)

    def test_D50_the_table_has_an_end(self) -> None:
        """Whoever finds no place watches without being counted, also if he fetches the same again and again."""
        for number in range(MOST + 100):
            self.fetchers.fetched(b"%d" % number, 1)
            self.fetchers.fetched(None, 1)
        self.assertEqual(self.presence.watching, MOST)
        self.pass_time(LATELY + 5)
        self.assertEqual(self.presence.watching, 0)

    def test_the_end(self) -> None:
        """Nobody watches, and no timer runs."""
        self.fetchers.fetched(b"a", 1)
        self.fetchers.close()
        self.assertEqual((self.presence.watching, self.clock.getDelayedCalls()), (0, []))
        self.fetchers.close()
