"""The last seconds of the stream."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.fragment import Fragment
from onionstream.video.samples import Tracks
from onionstream.video.window import Window

QUARTERS = st.integers(0, 100).map(lambda quarters: quarters / 4)
"""Seconds that add up without rounding."""


def _fragment(number: int, *, keyframe: bool = False, size: int = 100, start: float | None = None) -> Fragment:
    """A fragment of one second and this many bytes."""
    begins = float(number) if start is None else start
    return Fragment(
        number=number,
        generation=1,
        start=begins,
        end=begins + 1,
        keyframe=keyframe,
        runs=(),
        data=bytes(size),
        media=memoryview(b""),
        tracks=Tracks(),
    )


class WindowTests(SynchronousTestCase):
    """A window of 10 seconds and 1000 bytes."""

    def setUp(self) -> None:
        """It is empty."""
        self.window = Window(10, 1000)

    def _append(self, *fragments: Fragment) -> None:
        for one in fragments:
            self.window.append(one)

    def test_an_empty_window(self) -> None:
        """It has no edge, no keyframe, and nothing to give."""
        window = self.window
        self.assertEqual((len(window), window.size, window.newest, window.newest_keyframe), (0, 0, None, None))
        self.assertIsNone(window.get(1))

    def test_fragments_are_found_by_number(self) -> None:
        """Those that are there."""
        first, second = _fragment(7), _fragment(8)
        self._append(first, second)
        self.assertEqual([self.window.get(number) for number in (6, 7, 8, 9)], [None, first, second, None])
        self.assertIs(self.window.newest, second)

    def test_D40_the_oldest_go_by_bytes(self) -> None:
        """What is in it has no more bytes than allowed."""
        self._append(*(_fragment(number, size=300) for number in range(1, 5)))
        self.assertEqual((len(self.window), self.window.size), (3, 900))
        self.assertIsNone(self.window.get(1))

    def test_D40_the_oldest_go_by_seconds(self) -> None:
        """What ended longer ago than allowed is gone; also after a gap."""
        self._append(*(_fragment(number, size=1) for number in range(1, 20)))
        self.assertEqual(len(self.window), 11)
        self._append(_fragment(20, size=1, start=1000))
        self.assertEqual(len(self.window), 1)

    def test_a_fragment_larger_than_the_window(self) -> None:
        """Nothing is left, not even itself."""
        self._append(_fragment(1, keyframe=True), _fragment(2, keyframe=True, size=1001))
        self.assertEqual((len(self.window), self.window.size, self.window.newest_keyframe), (0, 0, None))

    def test_the_newest_keyframe(self) -> None:
        """Of those that are still there."""
        self._append(_fragment(1, keyframe=True), _fragment(2), _fragment(3, keyframe=True), _fragment(4))
        self.assertEqual(self.window.newest_keyframe, 3)
        self._append(_fragment(5, size=900))
        self.assertIsNone(self.window.newest_keyframe)

    def test_clear(self) -> None:
        """Everything goes; numbers may go on from anywhere."""
        self._append(_fragment(1, keyframe=True))
        self.window.clear()
        self.assertEqual((len(self.window), self.window.size, self.window.newest_keyframe), (0, 0, None))
        self._append(_fragment(9, keyframe=True))
        self.assertEqual(self.window.newest_keyframe, 9)

    def test_other_bounds_hold_from_the_next_fragment_on(self) -> None:
        """Shorter or smaller, as a changed configuration asks."""
        self._append(*(_fragment(number) for number in range(1, 9)))
        self.window.bound(10, 200)
        self._append(_fragment(9))
        self.assertEqual(len(self.window), 2)

    @given(
        st.lists(st.tuples(st.booleans(), st.integers(0, 1200), QUARTERS), max_size=40),
        QUARTERS,
        st.integers(0, 3000),
    )
    def test_D40_bounds_are_never_exceeded(
        self, rows: list[tuple[bool, int, float]], seconds: float, most: int
    ) -> None:
        """In bytes and in seconds, after every fragment; the newest keyframe is the newest that is there."""
        window, start = Window(seconds, most), 0.0
        for number, (keyframe, size, waited) in enumerate(rows, 1):
            start += waited
            window.append(_fragment(number, keyframe=keyframe, size=size, start=start))
            inside = [one for one in map(window.get, range(number + 1)) if one is not None]
            self.assertEqual((len(inside), sum(one.size for one in inside)), (len(window), window.size))
            self.assertLessEqual(window.size, most)
            self.assertTrue(all(start + 1 - one.end <= seconds for one in inside))
            self.assertEqual(window.newest_keyframe, max((one.number for one in inside if one.keyframe), default=None))

    def test_the_newest_keyframe_with_some_seconds_after_it(self) -> None:
        """Or the oldest one, where there are not so many; none where there is none."""
        self.assertIsNone(self.window.keyframe_before(5))
        self._append(_fragment(0))
        self.assertIsNone(self.window.keyframe_before(5))
        self._append(*(_fragment(number, keyframe=number in (1, 3, 5)) for number in range(1, 8)))
        found = [self.window.keyframe_before(seconds) for seconds in (0, 3, 3.5, 5, 5.5, 7, 1000)]
        self.assertEqual(found, [5, 5, 3, 3, 1, 1, 1])

    def test_it_is_of_the_present_run(self) -> None:
        """What was before an outage is no beginning."""
        self._append(_fragment(1, keyframe=True), _fragment(2, keyframe=True))
        self._append(*(replace(_fragment(number, keyframe=number > 3), generation=2) for number in (3, 4, 5)))
        self.assertEqual(self.window.keyframe_before(10), 4)

    def test_a_run_without_a_keyframe_yet(self) -> None:
        """The newest one there is, though it is of the run before: there is nothing else to begin with."""
        self._append(_fragment(1, keyframe=True), _fragment(2, keyframe=True))
        self._append(replace(_fragment(3), generation=2))
        self.assertEqual(self.window.keyframe_before(10), 2)
