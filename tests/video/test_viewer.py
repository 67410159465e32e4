"""One open response: its place in the window, its bounds, its catching up."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.interfaces import IPushProducer
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from onionstream.video.fragment import Fragment
from onionstream.video.mux import init_segment
from onionstream.video.packing import Packing
from onionstream.video.profile import PLAIN
from onionstream.video.viewer import Patience, Viewer
from onionstream.video.window import Window
from tests.fakes import FakeResponse
from tests.video.onair import fragments
from tests.video.streams import film, tracks


class ViewerTests(SynchronousTestCase):
    """A viewer of a stream with a keyframe a second and ten fragments a second."""

    def setUp(self) -> None:
        """The window holds 10 s; one second of the stream is there: fragments 1 to 10."""
        self.window = Window(10, 2**20)
        self.coming = fragments(film(60))[1]
        self.made: list[Fragment] = []
        self.ended: list[Viewer] = []
        self._make(10)

    def _make(self, count: int, *viewers: Viewer) -> None:
        """So many more fragments are made, and the viewers told of each."""
        for _ in range(count):
            self.made.append(self.coming.pop(0))
            self.window.append(self.made[-1])
            for viewer in viewers:
                viewer.advance()

    def _viewer(self, response: FakeResponse, *, behind: float = 3, silent: float = 45) -> Viewer:
        viewer = Viewer(
            response, self.window, Packing(PLAIN), Patience(behind=behind, silent=silent), self.ended.append
        )
        response.producer = viewer
        return viewer

    def _sent(self, response: FakeResponse) -> list[int]:
        """The numbers of the fragments that it got after the init segment."""
        self.assertEqual(response.pieces[:1], [init_segment(tracks())])
        numbers = {one.data: one.number for one in self.made}
        return [numbers[piece] for piece in response.pieces[1:]]

    def test_it_is_a_push_producer(self) -> None:
        """Twisted's transports pause and resume it."""
        self.assertTrue(verifyObject(IPushProducer, self._viewer(FakeResponse())))

    def test_S22_it_begins_at_the_newest_keyframe(self) -> None:
        """With the init segment, and with all there is since."""
        self._make(5)
        response = FakeResponse()
        viewer = self._viewer(response)
        self.assertFalse(viewer.watching)
        viewer.begin(tracks())
        self.assertTrue(viewer.watching)
        self.assertEqual(self._sent(response), [11, 12, 13, 14, 15])

    def test_A19_it_begins_with_as_much_as_its_player_gathers(self) -> None:
        """
        At the newest keyframe that is so old, or the oldest; no further back than it may lag, or it would be moved on.
        """
        self._make(25)
        for backlog, behind, first in ((0.4, 10, 31), (0.5, 10, 31), (1.5, 10, 21), (1.6, 10, 11), (9, 10, 1)):
            self._begins(backlog, behind, first)
        for backlog, behind, first in ((9, 2, 31), (1.5, 2, 21), (1.6, 2, 31), (9, 1, 31)):
            self._begins(backlog, behind, first)

    def _begins(self, backlog: float, behind: float, first: int) -> None:
        """A player that gathers so much, and may lag so much, begins with this fragment."""
        response = FakeResponse()
        packing = Packing(replace(PLAIN, backlog=backlog))
        viewer = Viewer(response, self.window, packing, Patience(behind=behind), self.ended.append)
        viewer.begin(tracks())
        self.assertEqual(self._sent(response), list(range(first, 36)))
        self.assertEqual(viewer.skipped, 0)

    def test_without_a_keyframe_it_does_not_begin(self) -> None:
        """Nothing is written; it can begin later."""
        response = FakeResponse()
        viewer = Viewer(response, Window(10, 100), Packing(PLAIN), Patience(), self.ended.append)
        viewer.begin(tracks())
        self.assertEqual((viewer.watching, response.pieces), (False, []))

    def test_fragments_are_pushed_as_they_are_made(self) -> None:
        """One by one."""
        response = FakeResponse()
        viewer = self._viewer(response)
        viewer.begin(tracks())
        self._make(3, viewer)
        self.assertEqual(self._sent(response), list(range(1, 14)))

    def test_a_paused_viewer_gets_nothing_and_loses_nothing(self) -> None:
        """As long as it is near enough, it goes on at its place."""
        response = FakeResponse()
        viewer = self._viewer(response)
        viewer.begin(tracks())
        viewer.pauseProducing()
        self._make(25, viewer)
        self.assertEqual(self._sent(response), list(range(1, 11)))
        viewer.resumeProducing()
        self.assertEqual(self._sent(response), list(range(1, 36)))
        self.assertEqual(viewer.skipped, 0)

    def test_D41_A22_who_falls_behind_is_moved_to_the_newest_keyframe(self) -> None:
        """That is counted."""
        response = FakeResponse()
        viewer = self._viewer(response)
        viewer.begin(tracks())
        viewer.pauseProducing()
        self._make(35, viewer)
        viewer.resumeProducing()
        self.assertEqual(self._sent(response), [*range(1, 11), 41, 42, 43, 44, 45])
        self.assertEqual(viewer.skipped, 1)

    def test_D40_A26_a_place_that_has_left_the_window_is_lost(self) -> None:
        """However patient it is."""
        response = FakeResponse()
        viewer = self._viewer(response, behind=1000)
        viewer.begin(tracks())
        viewer.pauseProducing()
        self._make(150, viewer)
        viewer.resumeProducing()
        self.assertEqual(self._sent(response), [*range(1, 11), *range(151, 161)])
        self.assertEqual(viewer.skipped, 1)

    def test_without_a_newer_keyframe_it_stays_at_its_place(self) -> None:
        """There is nowhere to go: between keyframes no player can begin."""
        response = FakeResponse()
        viewer = self._viewer(response, behind=0.3)
        viewer.begin(tracks())
        self._make(1, viewer)
        viewer.pauseProducing()
        self._make(9, viewer)
        viewer.resumeProducing()
        self.assertEqual(self._sent(response), list(range(1, 21)))

    def test_D40_one_fragment_over_the_transports_bound_at_the_most(self) -> None:
        """A transport that is full in the middle of a fragment gets the rest of it, and no more."""
        response = FakeResponse(prompt=False, full=1)
        viewer = self._viewer(response)
        viewer.begin(tracks())
        self.assertEqual(self._sent(response), [])
        response.take()
        self.assertEqual(self._sent(response), [1])
        self.assertEqual(response.unsent(), len(self.made[0].data))
        response.take()
        self.assertEqual(self._sent(response), [1, 2])

    def test_all_is_sent_when_the_transport_is_empty_again(self) -> None:
        """Until it is full again, or there is no more."""
        response = FakeResponse(prompt=False, full=2 * len(self.made[1].data))
        viewer = self._viewer(response)
        viewer.begin(tracks())
        while response.unsent():
            response.take()
        self.assertEqual(self._sent(response), list(range(1, 11)))

    def test_R21_D41_who_takes_nothing_is_let_go(self) -> None:
        """After as many seconds as it may be silent, and not before; once."""
        response = FakeResponse(prompt=False, full=10)
        viewer = self._viewer(response)
        viewer.begin(tracks())
        for now in (100, 120, 144.9):
            viewer.check(now)
        self.assertEqual((self.ended, response.ending), ([], ""))
        viewer.check(145)
        self.assertEqual((self.ended, response.ending), ([viewer], "aborted"))

    def test_D41_A22_who_takes_slowly_is_not(self) -> None:
        """One byte in 40 seconds is enough."""
        response = FakeResponse(prompt=False, full=1000)
        viewer = self._viewer(response)
        viewer.begin(tracks())
        for now in range(0, 4000, 40):
            viewer.check(now)
            response.take(1)
        self.assertEqual(response.ending, "")

    def test_D41_who_has_taken_all_is_not(self) -> None:
        """Nor a viewer who waits for the stream to begin, or to come back."""
        for response in (FakeResponse(), FakeResponse(prompt=False)):
            viewer = self._viewer(response)
            for now in (0, 1000):
                viewer.check(now)
            self.assertEqual(response.ending, "")

    def test_D41_the_silence_begins_anew_after_each_byte(self) -> None:
        """A viewer who stalls for a while, takes something, and stalls again."""
        response = FakeResponse(prompt=False, full=10)
        viewer = self._viewer(response)
        viewer.begin(tracks())
        viewer.check(0)
        response.take(1)
        viewer.check(44)
        viewer.check(88)
        self.assertEqual(response.ending, "")
        viewer.check(89)
        self.assertEqual(response.ending, "aborted")

    def test_after_its_end_nothing_is_written(self) -> None:
        """Whichever side ended it, and whatever the transport says then; and it ends once."""
        for end in (Viewer.finish, Viewer.abort, Viewer.stopProducing):
            response = FakeResponse()
            viewer = self._viewer(response)
            viewer.begin(tracks())
            end(viewer)
            before = len(response.pieces)
            viewer.pauseProducing()
            self._make(1, viewer)
            viewer.resumeProducing()
            viewer.begin(tracks())
            viewer.finish()
            viewer.abort()
            self.assertEqual(len(response.pieces), before)

    def test_a_viewer_that_ended_before_it_began_does_not_begin(self) -> None:
        """Its connection was lost while it waited."""
        response = FakeResponse()
        viewer = self._viewer(response)
        response.lose()
        viewer.begin(tracks())
        self.assertEqual(response.pieces, [])

    def test_finish(self) -> None:
        """The response ends cleanly."""
        response = FakeResponse()
        self._viewer(response).finish()
        self.assertEqual(response.ending, "finished")
