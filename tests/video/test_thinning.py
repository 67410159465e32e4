"""A viewer whose line stands still or is too slow: what he gets, and where he goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from math import inf

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.demux import Demuxer
from onionstream.video.detail import Detail
from onionstream.video.fragment import Fragmenter
from onionstream.video.packing import Packing
from onionstream.video.profile import CHROMIUM, PLAIN, Profile
from onionstream.video.samples import Kind, Sample
from onionstream.video.timeline import Timeline
from onionstream.video.viewer import Patience, Viewer
from onionstream.video.window import Window
from tests.fakes import FakeResponse
from tests.video.streams import film, tracks

SLOW = replace(PLAIN, slow=1.5)
"""The stream as it is, and less for a viewer who lags more than 1.5 s."""

WAITS = replace(CHROMIUM, block=0, fill=0.0, buffer=0.0)
"""Chromium, with nothing taken of what it has in hand."""


def _samples() -> Iterable[Sample]:
    """A minute and a half; every second picture between keyframes is needed by no other."""
    timeline = Timeline()
    timeline.begin(tracks())
    for index, frame in enumerate(one.sample() for one in film(90)):
        sample = replace(frame, disposable=frame.kind is Kind.VIDEO and not frame.keyframe and index % 2 == 1)
        placed = timeline.place(sample, 0.0)
        assert placed is not None
        yield placed


class ThinningCase(SynchronousTestCase):
    """A stream with a keyframe a second and ten fragments a second, of which three seconds are there."""

    def begin(self, profile: Profile) -> None:
        """Somebody begins to watch."""
        fragmenter = Fragmenter(0.1)
        fragmenter.begin(tracks(), 1)
        self.coming = [one for sample in _samples() for one in fragmenter.add(sample)]
        self.window = Window(60, 2**24)
        self.all = list(self.coming)
        self.response = FakeResponse()
        self.viewer = Viewer(self.response, self.window, Packing(profile), Patience(), lambda _: None)
        self.response.producer = self.viewer
        self.make(30)
        self.viewer.begin(tracks())

    def make(self, count: int) -> None:
        """So many more fragments."""
        for _ in range(count):
            self.window.append(self.coming.pop(0))
            self.viewer.advance()

    def stand_still(self, count: int) -> None:
        """So many are made while the line takes nothing."""
        self.viewer.pauseProducing()
        self.make(count)
        self.viewer.resumeProducing()

    def got(self, kind: Kind) -> list[Sample]:
        """What he has got of a track, as his player reads it."""
        return [one for one in Demuxer().feed(self.response.data) if isinstance(one, Sample) and one.kind is kind]

    def pictures(self, since: float) -> list[float]:
        """The times of the pictures that he has got, in seconds."""
        return [time for one in self.got(Kind.VIDEO) if (time := one.decode_time / 90_000) >= since - 1e-6]

    def assert_sound_is_whole(self) -> None:
        """From his first fragment on."""
        sound = [one.decode_time for one in self.got(Kind.AUDIO)]
        self.assertEqual(sound, list(range(sound[0], sound[-1] + 1, 1024)))


class SlowTests(ThinningCase):
    """A player that runs on, or of which nothing is known."""

    def test_one_who_keeps_up_gets_all(self) -> None:
        """Every picture."""
        self.begin(SLOW)
        self.make(50)
        self.assertEqual(len(self.pictures(2)), 6 * 30)
        self.assertIs(self.viewer.detail, Detail.WHOLE)

    def test_what_was_there_before_he_came_is_no_lag(self) -> None:
        """In the safe mode that is three seconds of it, which he gets whole."""
        self.begin(replace(SLOW, backlog=3.0))
        self.make(10)
        self.assertEqual((len(self.pictures(0)), self.viewer.detail), (4 * 30, Detail.WHOLE))

    def test_half_of_it_is_no_reason(self) -> None:
        """A lag up to 0.75 s."""
        self.begin(SLOW)
        self.stand_still(6)
        self.assertEqual(len(self.pictures(2)), 30 + 18)

    def test_who_lags_a_little_gets_what_others_need(self) -> None:
        """From 0.75 s on the pictures are left out that no other refers to: here nearly half of them."""
        self.begin(SLOW)
        self.stand_still(13)
        self.assertTrue(30 + 24 < len(self.pictures(2)) < 30 + 38)
        self.assert_sound_is_whole()
        self.assertIs(self.viewer.detail, Detail.WHOLE)

    def test_R22_a_line_that_stood_still(self) -> None:
        """What is late by more than 1.5 s is sound alone, then slides; from the newest keyframe on it is all of it."""
        self.begin(SLOW)
        self.stand_still(35)
        seen = self.pictures(3.0)
        self.assertEqual([round(time, 2) for time in seen[:2]], [5.0, 5.03])
        self.assertEqual(len([time for time in seen if time < 5.9]), 2)
        self.assertEqual(len([time for time in seen if time >= 6]), 15)
        self.assert_sound_is_whole()
        self.assertEqual(self.viewer.skipped, 0)

    def test_R23_one_who_falls_behind_again(self) -> None:
        """He stays with slides for four seconds, then gets all again from a keyframe on."""
        self.begin(SLOW)
        self.stand_still(30)
        self.make(10)
        self.stand_still(30)
        self.assertIs(self.viewer.detail, Detail.KEYFRAMES)
        self.make(30)
        self.assertIs(self.viewer.detail, Detail.KEYFRAMES)
        self.make(20)
        self.assertIs(self.viewer.detail, Detail.WHOLE)
        self.assert_sound_is_whole()

    def test_slides_are_a_keyframe_and_the_one_after_it(self) -> None:
        """Once a second."""
        self.begin(SLOW)
        for _ in range(2):
            self.stand_still(30)
        before = self.pictures(0)[-1]
        self.make(30)
        self.assertEqual(len(self.pictures(before + 0.01)), 6)

    def test_it_can_be_switched_off(self) -> None:
        """Then he gets all, however late it is."""
        self.begin(replace(SLOW, slow=inf))
        self.stand_still(50)
        self.assertEqual(len(self.pictures(2)), 30 + 150)


class WaitingTests(ThinningCase):
    """A player that waits: what it has missed is cut out."""

    def test_R22_a_short_stall_is_none(self) -> None:
        """It has more in hand than that: all is sent, and nothing is cut."""
        self.begin(WAITS)
        self.make(50)
        self.stand_still(10)
        self.assertEqual((self.viewer.skipped, len(self.pictures(0))), (0, 270))

    def test_R22_a_long_one_is_cut_out(self) -> None:
        """He goes on at a keyframe near the live edge, and his player's times have no gap."""
        self.begin(WAITS)
        self.make(50)
        self.stand_still(60)
        self.assertEqual(self.viewer.skipped, 1)
        self.make(20)
        for kind, ticks, frame in ((Kind.VIDEO, 90_000, 1 / 30), (Kind.AUDIO, 48_000, 1024 / 48_000)):
            times = [one.decode_time / ticks for one in self.got(kind)]
            steps = [after - before for before, after in pairwise(times)]
            self.assertGreaterEqual(min(steps), 0)
            self.assertLess(max(steps), 0.1 + frame)
        self.assertLess(len(self.pictures(0)), 16 * 30 - 90)

    def test_it_has_something_in_hand_then(self) -> None:
        """He goes on with what his player is to keep, and not with the newest keyframe where that is too little."""
        self.begin(replace(WAITS, buffer=1.2))
        self.make(300)
        before = len(self.got(Kind.VIDEO))
        self.stand_still(65)
        self.assertGreaterEqual(len(self.got(Kind.VIDEO)) - before, 36)

    def test_R23_again_and_again(self) -> None:
        """Then it is slides for some time, with the sound whole from there on."""
        self.begin(WAITS)
        self.make(50)
        self.stand_still(60)
        self.stand_still(60)
        self.make(1)
        self.assertIs(self.viewer.detail, Detail.KEYFRAMES)
        self.make(60)
        self.assertIs(self.viewer.detail, Detail.WHOLE)

    def test_it_can_be_switched_off(self) -> None:
        """Then a gap stays a gap, and nothing is left out up to the bound of all viewers."""
        self.begin(replace(WAITS, waits=False, slow=inf))
        self.make(50)
        self.stand_still(60)
        self.assertEqual((self.viewer.skipped, len(self.pictures(0))), (0, 14 * 30))
