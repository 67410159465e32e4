"""What a line does to bytes, with a clock that is turned by hand."""

from __future__ import annotations

from itertools import cycle

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from benchmarks.lines import QUEUE, TORISH, Flow, Lane, Shape


def lane(shape: Shape, *chances: float) -> Lane:
    """:return: a lane on which chance gives these numbers, over and over; 0.5 if none are given."""
    numbers = cycle(chances or (0.5,))
    return Lane(shape, lambda: next(numbers))


class LineTests(SynchronousTestCase):
    """One direction."""

    def setUp(self) -> None:
        """The clock stands at some time."""
        self.clock = Clock()
        self.clock.advance(1000)

    def put(self, flow: Flow, data: bytes) -> None:
        """Now."""
        flow.put(data, self.clock.seconds())

    def arrived(self, flow: Flow, seconds: float) -> bytes:
        """:return: what arrives in so many seconds, looked for whenever the flow says that there is something to do."""
        end, data = self.clock.seconds() + seconds, flow.take(self.clock.seconds())
        while (then := flow.next()) <= end:
            self.clock.advance(then - self.clock.seconds())
            data += flow.take(self.clock.seconds())
        self.clock.advance(end - self.clock.seconds())
        return data

    def test_a_line_without_a_shape_lets_all_through_at_once(self) -> None:
        """However much it is."""
        flow = Flow(lane(Shape()))
        self.put(flow, bytes(1_000_000))
        self.assertEqual(len(self.arrived(flow, 0)), 1_000_000)

    def test_delay(self) -> None:
        """A piece arrives when the delay is over, and not before."""
        flow = Flow(lane(Shape(delay=0.25)))
        self.put(flow, b"piece")
        self.assertEqual((self.arrived(flow, 0.24), self.arrived(flow, 0.02)), (b"", b"piece"))

    def test_jitter(self) -> None:
        """It adds a part of itself, by chance."""
        flow = Flow(lane(Shape(delay=0.25, jitter=0.1), 0.5))
        self.put(flow, b"piece")
        self.assertEqual((self.arrived(flow, 0.29), self.arrived(flow, 0.02)), (b"", b"piece"))

    def test_some_pieces_are_late(self) -> None:
        """Where chance says so: the first number is asked whether, the second how much; a third is the jitter's."""
        flow = Flow(lane(Shape(late=1, late_share=0.1), 0.05, 0.5, 0, 0.9, 0))
        self.put(flow, b"late")
        self.assertEqual((self.arrived(flow, 0.49), self.arrived(flow, 0.02)), (b"", b"late"))
        self.put(flow, b"not")
        self.assertEqual(self.arrived(flow, 0), b"not")

    def test_a_piece_never_overtakes_another(self) -> None:
        """The first has more jitter than the second."""
        flow = Flow(lane(Shape(jitter=1), 0.5, 1, 0.5, 0))
        self.put(flow, b"first")
        self.put(flow, b"second")
        self.assertEqual((self.arrived(flow, 0.9), self.arrived(flow, 0.2)), (b"", b"firstsecond"))

    def test_rate(self) -> None:
        """A thousand bytes take a second at a thousand bytes a second, and the next thousand another one."""
        flow = Flow(lane(Shape(rate=1000)))
        self.put(flow, bytes(1000))
        self.put(flow, bytes(1000))
        self.assertEqual([len(self.arrived(flow, 0.5)) for _ in range(5)], [0, 1000, 0, 1000, 0])

    def test_two_connections_share_the_rate(self) -> None:
        """It is the line's, not each connection's."""
        shared = lane(Shape(rate=1000))
        one, other = Flow(shared), Flow(shared)
        self.put(one, bytes(1000))
        self.put(other, bytes(1000))
        self.assertEqual(len(self.arrived(one, 1)), 1000)
        self.assertEqual((self.arrived(other, 0.9), len(self.arrived(other, 0.2))), (b"", 1000))

    def test_another_rate_in_between(self) -> None:
        """It counts for what sets off from then on."""
        road = lane(Shape(rate=1000))
        flow = Flow(road)
        self.put(flow, bytes(1000))
        self.put(flow, bytes(1000))
        self.assertEqual(len(self.arrived(flow, 1)), 1000)
        road.shape = Shape(rate=0)
        self.put(flow, bytes(5000))
        self.assertEqual(len(self.arrived(flow, 1)), 6000)

    def test_nothing_moves_while_it_stands_still(self) -> None:
        """Neither what is on its way nor what comes; afterwards all of it does, in order."""
        road = lane(Shape(delay=0.25))
        flow = Flow(road)
        self.put(flow, b"on its way, ")
        self.assertEqual(self.arrived(flow, 0.1), b"")
        road.still_until = self.clock.seconds() + 3
        self.put(flow, b"new")
        self.assertEqual((self.arrived(flow, 2.9), self.arrived(flow, 0.2)), (b"", b"on its way, "))
        self.assertEqual(self.arrived(flow, 0.2), b"new")
        self.assertTrue(flow.empty)

    def test_a_full_line_takes_no_more(self) -> None:
        """So whoever sends has to wait; there is room again as soon as something has set off."""
        flow = Flow(lane(Shape(rate=QUEUE)))
        for _ in range(4):
            self.put(flow, bytes(QUEUE // 4))
        self.assertEqual(flow.room, 0)
        self.arrived(flow, 0.5)
        self.assertGreater(flow.room, 0)

    @given(
        st.lists(st.tuples(st.binary(min_size=1, max_size=50), st.floats(0, 0.3))),
        st.sampled_from([Shape(), TORISH, Shape(rate=50), Shape(delay=1, jitter=3)]),
        st.lists(st.floats(0, 1), min_size=1, max_size=7),
    )
    def test_all_bytes_arrive_in_order(
        self, pieces: list[tuple[bytes, float]], shape: Shape, chances: list[float]
    ) -> None:
        """On any line, whatever chance says."""
        flow, data = Flow(lane(shape, *chances)), b""
        for piece, wait in pieces:
            self.put(flow, piece)
            data += self.arrived(flow, wait)
        data += self.arrived(flow, 3600)
        self.assertEqual((data, flow.empty), (b"".join(piece for piece, _ in pieces), True))
