"""Sound without holes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.samples import AAC_FRAME, Kind, Sample
from onionstream.video.silence import LONGEST, Silence
from tests.video.onair import OnAir, a_slate, received

RATE = 48_000
SILENT = Sample(kind=Kind.AUDIO, decode_time=7, duration=1000, data=b"silence")


def _sound(time: int) -> Sample:
    return Sample(kind=Kind.AUDIO, decode_time=time, duration=AAC_FRAME, data=b"sound")


class SilenceTests(SynchronousTestCase):
    """``Silence``: sound at 48 kHz."""

    def setUp(self) -> None:
        """There is a silent frame, and a first frame of sound has come."""
        self.silence = Silence()
        self.silence.frame = SILENT
        self.assertEqual(list(self.silence.before(_sound(5000), RATE)), [])

    def _before(self, time: int) -> list[int]:
        """Where the silent frames before this frame of sound begin."""
        frames = list(self.silence.before(_sound(time), RATE))
        self.assertTrue(all((one.data, one.duration) == (b"silence", AAC_FRAME) for one in frames))
        return [one.decode_time for one in frames]

    def test_before_the_first_sound_there_is_none(self) -> None:
        """Nothing has been interrupted."""
        silence = Silence()
        silence.frame = SILENT
        self.assertEqual(list(silence.before(_sound(10**6), RATE)), [])

    def test_sound_that_goes_on(self) -> None:
        """Nothing is missing."""
        for index in range(1, 5):
            self.assertEqual(self._before(5000 + index * AAC_FRAME), [])

    def test_a_gap_is_filled_with_whole_frames(self) -> None:
        """From the end of the sound before; what is less than a frame is left."""
        end = 5000 + AAC_FRAME
        self.assertEqual(self._before(end + 3 * AAC_FRAME), [end, end + AAC_FRAME, end + 2 * AAC_FRAME])
        end += 4 * AAC_FRAME
        self.assertEqual(self._before(end + 2 * AAC_FRAME - 1), [end])

    def test_less_than_a_frame_stays(self) -> None:
        """As does sound that comes a little too early."""
        self.assertEqual(self._before(5000 + 2 * AAC_FRAME - 1), [])
        self.assertEqual(self._before(5000 + 2 * AAC_FRAME), [])

    def test_before_a_picture_it_is_filled_up_to_where_its_sound_may_begin(self) -> None:
        """The rest comes when that is here."""
        picture = (5000 + 20 * AAC_FRAME) / RATE
        first = [one.decode_time for one in self.silence.until(picture, RATE)]
        self.assertEqual(first, [5000 + number * AAC_FRAME for number in range(1, 15)])
        self.assertEqual(self._before(5000 + 17 * AAC_FRAME), [5000 + number * AAC_FRAME for number in (15, 16)])

    def test_sound_that_comes_where_it_is_filled_already_is_told(self) -> None:
        """That of a run whose sound begins long before its picture."""
        list(self.silence.until((5000 + 20 * AAC_FRAME) / RATE, RATE))
        covered = [self.silence.covers(replace(SILENT, decode_time=5000 + count * AAC_FRAME)) for count in (14, 15)]
        self.assertEqual(covered, [True, False])

    def test_a_longer_frame_does_not_begin_before_silence_that_was_sent(self) -> None:
        """Or times would run backwards: what writers say of their frames is what they like."""
        *_, last = self.silence.until((5000 + 20 * AAC_FRAME) / RATE, RATE)
        for duration in (AAC_FRAME + 1, 2 * AAC_FRAME, RATE):
            begins = [last.decode_time, last.decode_time + 1]
            frames = [replace(SILENT, decode_time=time, duration=duration) for time in begins]
            self.assertEqual([self.silence.covers(one) for one in frames], [True, False])

    def test_a_gap_that_is_too_long_stays(self) -> None:
        """One of ten seconds is filled; more than that was no outage of the encoder."""
        end = 5000 + AAC_FRAME
        most = int(LONGEST * RATE)
        self.assertEqual(len(self._before(end + most)), most // AAC_FRAME)
        self.assertEqual(self._before(end + 2 * most + 3 * AAC_FRAME), [])

    def test_without_a_silent_frame_gaps_stay(self) -> None:
        """Until there is one."""
        self.silence.frame = None
        self.assertEqual(self._before(5000 + 9 * AAC_FRAME), [])
        self.silence.frame = SILENT
        self.assertEqual(len(self._before(5000 + 12 * AAC_FRAME)), 2)


class BroadcastTests(SynchronousTestCase):
    """The sound of a broadcast that has a slate."""

    @settings(max_examples=12)
    @given(
        outages=st.lists(st.tuples(st.floats(0.3, 1), st.floats(0, 3), st.booleans()), min_size=1, max_size=3),
        fragment=st.floats(0.01, 0.3),
        watched=st.booleans(),
    )
    def test_after_any_outage_it_is_continuous_to_the_audio_sample(
        self, outages: list[tuple[float, float, bool]], fragment: float, *, watched: bool
    ) -> None:
        """Whether somebody watches or not, whether the encoder dies or hangs, and however often."""
        air = OnAir(slate=a_slate(), fragment=fragment)
        air.begin()
        air.go(0.5)
        if watched:
            air.join()
        for lasts, away, dies in outages:
            air.go(lasts)
            if dies:
                air.end()
                air.go(away)
                air.begin()
            else:
                air.hang(away)
        air.go(1.5)
        air.run.end()
        sound = [
            sample
            for one in air.window.everything
            for run in one.runs
            for sample in run.samples
            if run.kind is Kind.AUDIO
        ]
        self.assertGreater(len(sound), 40)
        for before, after in pairwise(sound):
            self.assertEqual(after.decode_time, before.decode_time + before.duration)

    def test_a_picture_with_which_somebody_begins_does_not_wait_for_it(self) -> None:
        """Nobody watched while the encoder was away, or the stream was over: the silence is not in what he gets."""
        for returning in (True, False):
            air = OnAir(slate=a_slate())
            air.begin()
            air.go(1.01)
            air.end(returning=returning)
            air.go(7)
            air.begin()
            waiting, _ = air.join()
            air.go(0.5)
            first = received(waiting, air.window.everything)[0]
            self.assertEqual(first.generation, 2)
            self.assertLess(first.start - first.span[0], 0.11, returning)
            self.assertEqual(first.start == 0.0, not returning)  # what is over does not go on: it begins anew

    def test_sound_alone_with_which_somebody_begins_does_not_wait_for_it_either(self) -> None:
        """Though a player could begin with any frame of it. Who stayed gets all of it."""
        air = OnAir(slate=a_slate(video=False), quiet=0)
        air.begin(video=False)
        stayed, _ = air.join()
        air.go(1.01)
        air.end()
        air.go(7)
        air.begin(video=False)
        waiting, _ = air.join()
        air.go(0.5)
        made = air.window.everything
        first = received(waiting, made)[0]
        self.assertGreater(first.start, 7.9)
        self.assertEqual((received(stayed, made)[0].start, len(received(stayed, made))), (0.0, len(made)))

    def test_a_night_is_not_filled(self) -> None:
        """Nobody watched, and the machine slept."""
        air = OnAir(slate=a_slate())
        air.begin()
        air.go(1)
        air.end()
        air.go(30)
        air.begin()
        air.go(1)
        made = air.window.everything
        last = next(one for one in made if one.generation == 2)
        self.assertGreater(last.start - made[made.index(last) - 1].end, 29)
