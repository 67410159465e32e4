"""Empty boxes for the blocks in which browsers read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.boxes import BoxReader
from onionstream.video.filling import Blocks, empty, filling, opening

BLOCK = 32 * 1024


class FillingTests(SynchronousTestCase):
    """``filling``, ``opening`` and ``empty``."""

    @given(st.integers(0, 10**9), st.sampled_from((16, 1000, BLOCK)))
    def test_it_ends_at_a_border(self, position: int, block: int) -> None:
        """With room for its own header, and never a whole block more than that needs."""
        size = filling(position, block)
        self.assertEqual((position + size) % block, 0)
        self.assertTrue(8 <= size < block + 8)

    def test_borders(self) -> None:
        """Where eight bytes are left it is a header alone; where fewer are left it fills another block."""
        self.assertEqual([filling(BLOCK - left, BLOCK) for left in (9, 8, 7, 1)], [9, 8, BLOCK + 7, BLOCK + 1])
        self.assertEqual(filling(BLOCK, BLOCK), BLOCK)

    @given(st.integers(8, 2 * BLOCK))
    def test_L31_it_is_a_box_that_every_player_skips(self, size: int) -> None:
        """Of the kind ``free``, with nothing but zeros in it."""
        (box,) = BoxReader().feed(empty(size))
        self.assertEqual((box.kind, len(box.payload), any(box.payload)), (b"free", size - 8, False))
        self.assertTrue(empty(size).startswith(opening(size)))


class BlocksTests(SynchronousTestCase):
    """``Blocks``: those that do not get full by themselves."""

    def setUp(self) -> None:
        """A block may take 0.6 s."""
        self.blocks = Blocks(BLOCK, 0.6)

    def test_a_stream_that_fills_them(self) -> None:
        """Nothing is added: each takes less than that."""
        self.assertEqual([self.blocks.add(8000, index / 10) for index in range(100)], [0] * 100)

    def test_one_that_does_not(self) -> None:
        """After 0.6 s the block is filled, and then again."""
        added = [self.blocks.add(500, index / 10) for index in range(14)]
        self.assertEqual([index for index, size in enumerate(added) if size], [6, 12])
        self.assertEqual(added[6], BLOCK - 7 * 500)
        self.assertEqual(added[12], BLOCK - 6 * 500)

    def test_a_block_that_has_just_become_full(self) -> None:
        """Has nothing to wait for; the patience begins anew."""
        self.blocks.add(500, 0.0)
        self.assertEqual(self.blocks.add(BLOCK - 500, 0.7), 0)
        self.assertEqual(self.blocks.add(500, 1.2), 0)
        self.assertGreater(self.blocks.add(500, 1.3), 0)

    def test_a_line_with_nothing_to_spare(self) -> None:
        """Nothing is added as long as it is so, and what is sent meanwhile is counted."""
        self.assertEqual([self.blocks.add(500, index / 10, spare=False) for index in range(20)], [0] * 20)
        self.assertEqual(self.blocks.add(500, 2.0), BLOCK - 21 * 500)

    @given(st.lists(st.tuples(st.integers(1, 40_000), st.floats(0, 1), st.booleans()), max_size=60))
    def test_whatever_is_sent(self, sent: list[tuple[int, float, bool]]) -> None:
        """What is added ends at a border, and with something to spare no byte waits much longer than its patience."""
        blocks, position, now, since = Blocks(BLOCK, 0.6), 0, 0.0, 0.0
        for size, waited, spare in sent:
            now += waited
            before = position // BLOCK
            position += size
            if position // BLOCK > before or position == size:
                since = now
            added = blocks.add(size, now, spare=spare)
            position += added
            if added:
                self.assertEqual(position % BLOCK, 0)
                since = now
            elif spare and position % BLOCK:
                self.assertLess(now - since, 0.6)
