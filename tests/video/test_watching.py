"""Viewers of a broadcast: how they begin, what they get, how they leave."""

from __future__ import annotations

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.mux import init_segment
from onionstream.video.profile import FIREFOX
from tests.fakes import FakeResponse
from tests.video.onair import OnAir, received
from tests.video.streams import tracks


class WatchTests(SynchronousTestCase):
    """Viewers of a stream that is on air: a keyframe a second, ten fragments a second."""

    def setUp(self) -> None:
        """A second and a half of it have been sent."""
        self.air = OnAir()
        self.air.begin()
        self.air.go(1.52)

    def _numbers(self, response: FakeResponse) -> list[int]:
        return [one.number for one in received(response, self.air.window.everything)]

    def test_it_begins_at_the_newest_keyframe_and_goes_on(self) -> None:
        """With the init segment of the present run, and each fragment as it is made."""
        response, _ = self.air.join()
        self.assertEqual(self._numbers(response), [11, 12, 13, 14, 15])
        self.assertEqual(response.pieces[0], init_segment(tracks()))
        self.air.go(0.1)
        self.assertEqual(self._numbers(response), [11, 12, 13, 14, 15, 16])

    def test_who_comes_before_the_picture_waits_for_it(self) -> None:
        """From the first keyframe on."""
        air = OnAir()
        air.begin()
        response, viewer = air.join()
        self.assertEqual((response.pieces, viewer.watching, air.broadcast.watching), ([], False, 0))
        air.go(0.45)
        self.assertEqual([one.number for one in received(response, air.window.everything)], [1, 2, 3, 4])
        self.assertEqual(air.broadcast.watching, 1)

    def test_who_comes_between_two_runs_begins_with_the_new_one(self) -> None:
        """Not with what is left of the old one."""
        self.air.end()
        self.air.begin(size=(640, 360))
        response, _ = self.air.join()
        self.air.go(1)
        sent = received(response, self.air.window.everything)
        self.assertEqual({one.generation for one in sent}, {2})
        self.assertEqual(response.pieces[0], init_segment(tracks(size=(640, 360))))

    def test_welcome_twice_is_once(self) -> None:
        """A viewer begins once."""
        response, viewer = self.air.join()
        self.air.broadcast.welcome(viewer)
        self.assertEqual(len(self._numbers(response)), 5)

    def test_D40_a_fragment_is_one_object_for_all(self) -> None:
        """What is written to each viewer are the very bytes of the window."""
        responses = [self.air.join()[0] for _ in range(10)]
        self.air.go(1)
        for response in responses:
            sent = received(response, self.air.window.everything)
            for one, piece in zip(sent, response.pieces[1:], strict=True):
                self.assertIs(piece, one.data)

    def test_D40_firefoxes_share_what_is_packed_for_them(self) -> None:
        """A hundred who had waited for the stream cost what one costs, from the first byte on."""
        responses = [FakeResponse() for _ in range(100)]
        for response in responses:
            self.air.broadcast.welcome(self.air.broadcast.watch(response, FIREFOX))
        self.air.go(15)
        for response in responses[1:]:
            self.assertEqual(len(response.pieces), len(responses[0].pieces))
            for piece, same in zip(response.pieces[1:], responses[0].pieces[1:], strict=True):
                self.assertIs(piece, same)

    def test_R20_a_thousand_viewers_get_every_byte(self) -> None:
        """All the same, and none is slowed by ten who never read."""
        idle = [self.air.join(FakeResponse(prompt=False, full=1000))[0] for _ in range(10)]
        prompt = [self.air.join()[0] for _ in range(1000)]
        self.air.go(3)
        expected = init_segment(tracks()) + b"".join(one.data for one in self.air.window.everything[10:])
        self.assertEqual({response.data for response in prompt}, {expected})
        self.assertTrue(all(len(response.data) < 3000 for response in idle))
        self.assertEqual(self.air.broadcast.watching, 1010)

    def test_one_viewers_exception_does_not_reach_the_others(self) -> None:
        """Its connection is cut, its error is logged, it is forgotten; the rest get all."""
        one, two, three = (self.air.join()[0] for _ in range(3))
        two.broken = True
        self.air.go(0.5)
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)
        self.assertEqual(one.data, three.data)
        self.assertEqual((self._numbers(one)[-1], self.air.broadcast.watching), (20, 2))

    def test_nor_when_it_can_be_written_to_no_more_but_aborted(self) -> None:
        """The connection of a broken response does not stay open."""
        broken, _ = self.air.join(_RaisesOnWrite())
        broken.broken = True
        self.air.go(0.2)
        self.assertEqual((len(self.flushLoggedErrors(OSError)), broken.ending), (1, "aborted"))

    def test_nor_when_all_are_checked_or_dismissed(self) -> None:
        """The others are checked, and finished."""
        for act in (self.air.broadcast.check, lambda: self.air.broadcast.off_air(returning=False)):
            self.air.begin()
            self.air.go(1)
            broken, good = self.air.join()[0], [self.air.join()[0] for _ in range(9)]
            broken.broken = True
            act()
            self.assertEqual((len(self.flushLoggedErrors(OSError)), self.air.broadcast.watching % 9), (1, 0))
            self.assertEqual(len({response.ending for response in good}), 1)

    def test_a_viewer_that_leaves_while_another_is_written_to(self) -> None:
        """It gets nothing any more, as when a request is cancelled while another one is written to."""
        responses: list[_EndsOthers] = []
        for _ in range(5):
            response = _EndsOthers(responses, self.air)
            responses.append(response)
            _, response.viewer = self.air.join(response)
        for response in responses:
            response.armed = True
        self.air.go(0.1)
        self.assertEqual(sorted(response.ending for response in responses), ["", "lost", "lost", "lost", "lost"])
        self.assertEqual(self.air.broadcast.watching, 1)

    def test_leave(self) -> None:
        """Nothing more is written; leaving twice is fine."""
        response, viewer = self.air.join()
        self.air.broadcast.leave(viewer)
        self.air.broadcast.leave(viewer)
        before = len(response.pieces)
        self.air.go(1)
        self.assertEqual((len(response.pieces), self.air.broadcast.watching), (before, 0))

    def test_leaving_while_being_finished_or_aborted(self) -> None:
        """A response may say so before ``finish`` or ``abort`` returns."""
        for full, end in ((2**16, lambda: self.air.broadcast.off_air(returning=False)), (1, self._silence)):
            self.air.begin()
            self.air.go(1)
            response = _LeavesAtItsEnd(self.air, full=full)
            _, response.viewer = self.air.join(response)
            end()
            self.assertIn(response.ending, ("finished", "aborted"))
            self.assertEqual(self.air.broadcast.watching, 0)

    def _silence(self) -> None:
        """Nobody takes anything for a minute, and the broadcast looks every five seconds."""
        for _ in range(12):
            self.air.broadcast.check()
            self.air.clock.advance(5)

    def test_R21_D41_who_takes_nothing_is_let_go(self) -> None:
        """And is forgotten; whoever takes what he gets stays."""
        silent, _ = self.air.join(FakeResponse(prompt=False))
        prompt, _ = self.air.join()
        self._silence()
        self.assertEqual((silent.ending, prompt.ending, self.air.broadcast.watching), ("aborted", "", 1))

    def test_D41_skips_are_counted_for_good(self) -> None:
        """Also those of viewers who have left."""
        response, viewer = self.air.join(FakeResponse(prompt=False, full=1))
        self.air.go(15)
        response.take()
        self.assertEqual((viewer.skipped, self.air.broadcast.skipped), (1, 1))
        self.air.broadcast.leave(viewer)
        self.assertEqual(self.air.broadcast.skipped, 1)

    def test_a_stream_whose_keyframes_are_far_apart(self) -> None:
        """Where the window holds no keyframe a viewer waits for the next one, and is sent one init segment."""
        air = OnAir(seconds=2)
        air.begin(keyframes=150)
        air.go(4)
        response, viewer = air.join()
        self.assertFalse(viewer.watching)
        air.go(3)
        self.assertEqual([one.number for one in received(response, air.window.everything)][:2], [51, 52])
        self.assertEqual(response.data.count(b"ftyp"), 1)

    def test_a_window_too_small_for_its_fragments(self) -> None:
        """Nobody is sent anything, and nothing breaks."""
        air = OnAir(size=10)
        air.begin()
        response, _ = air.join()
        air.go(1)
        self.assertEqual((response.pieces, air.window.size), ([], 0))


class _RaisesOnWrite(FakeResponse):
    """A response that cannot be written to when it is broken, but can be aborted."""

    def abort(self) -> None:
        self.broken = False
        super().abort()


class _EndsOthers(FakeResponse):
    """When it is written to, all others turn out to have gone; their producers are not told."""

    def __init__(self, everybody: list[_EndsOthers], air: OnAir) -> None:
        super().__init__()
        self.armed = False
        self.viewer: object = None
        self._everybody = everybody
        self._leave: Callable[..., None] = air.broadcast.leave

    def write(self, data: bytes) -> None:
        super().write(data)
        for other in self._everybody:
            if self.armed and other is not self and not other.ending:
                other.ending = "lost"
                self._leave(other.viewer)


class _LeavesAtItsEnd(FakeResponse):
    """A response that tells the broadcast of its end at once."""

    def __init__(self, air: OnAir, *, full: int) -> None:
        super().__init__(prompt=False, full=full)
        self.viewer: object = None
        self._leave: Callable[..., None] = air.broadcast.leave

    def finish(self) -> None:
        super().finish()
        self._leave(self.viewer)

    def abort(self) -> None:
        super().abort()
        self._leave(self.viewer)
