"""Things kept for a while, with bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.web.shelf import Shelf

MOST, SECONDS = 3, 10.0

Step = tuple[str, bytes, float]


class ShelfTests(SynchronousTestCase):
    """``Shelf``."""

    def setUp(self) -> None:
        """Three things, for ten seconds."""
        self.shelf: Shelf[str] = Shelf(MOST, SECONDS)

    def test_what_is_taken_is_gone(self) -> None:
        """``pop`` is for once, ``get`` for as often as one likes."""
        self.shelf.put(b"a", "thing", 0)
        self.assertEqual(
            [self.shelf.get(b"a", 1), self.shelf.pop(b"a", 1), self.shelf.pop(b"a", 1)], ["thing"] * 2 + [None]
        )

    def test_it_ends_by_itself(self) -> None:
        """After its seconds, and not before."""
        self.shelf.put(b"a", "thing", 0)
        self.assertEqual([self.shelf.get(b"a", 9.9), self.shelf.get(b"a", 10)], ["thing", None])

    def test_D50_the_oldest_makes_room(self) -> None:
        """What was put there again counts as new."""
        for key in (b"a", b"b", b"c", b"a", b"d"):
            self.shelf.put(key, key.decode(), 0)
        self.assertEqual([self.shelf.get(key, 0) for key in (b"a", b"b", b"c", b"d")], ["a", None, "c", "d"])

    @given(st.lists(st.tuples(st.sampled_from(["put", "pop", "get"]), st.binary(max_size=1), st.floats(0, 5))))
    def test_D50_it_never_holds_too_much_nor_too_old_things(self, steps: list[Step]) -> None:
        """Whatever is done with it, it is a dictionary that forgets."""
        shelf: Shelf[int] = Shelf(MOST, SECONDS)
        model: dict[bytes, tuple[float, int]] = {}
        now = 0.0
        for number, (step, key, passed) in enumerate(steps):
            now += passed
            model = {name: entry for name, entry in model.items() if entry[0] > now}
            if step == "put":
                shelf.put(key, number, now)
                model.pop(key, None)
                model[key] = now + SECONDS, number
                model = dict([*model.items()][-MOST:])
            else:
                found = shelf.pop(key, now) if step == "pop" else shelf.get(key, now)
                self.assertEqual(found, model.get(key, (0, None))[1])
                if step == "pop":
                    model.pop(key, None)
            self.assertLessEqual(len(shelf), MOST)
