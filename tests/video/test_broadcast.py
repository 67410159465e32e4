"""One encoder in, many viewers out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.broadcast import OffAirError, State
from onionstream.video.errors import VideoError
from onionstream.video.fragment import LARGEST
from onionstream.video.samples import Kind
from onionstream.video.viewer import Patience
from tests.fakes import FakeResponse
from tests.video.onair import OnAir, received
from tests.video.strategies import CUTS, chunks
from tests.video.streams import build, film, fragment

MONO_48K = b"\x11\x88"


class StateTests(SynchronousTestCase):
    """What a visitor finds."""

    def setUp(self) -> None:
        """No encoder has been started yet."""
        self.air = OnAir()

    def test_offline_at_first(self) -> None:
        """Nobody can watch; nobody does."""
        self.assertIs(self.air.broadcast.state, State.OFFLINE)
        self.assertRaises(OffAirError, self.air.broadcast.watch, FakeResponse())
        self.assertEqual((self.air.broadcast.watching, self.air.broadcast.skipped), (0, 0))

    def test_starting_until_the_first_keyframe_is_there(self) -> None:
        """Then it is online, and the run is on air."""
        self.air.begin()
        self.air.go(0.05)
        self.assertIs(self.air.broadcast.state, State.STARTING)
        self.air.go(0.1)
        self.assertIs(self.air.broadcast.state, State.ONLINE)
        self.assertEqual(self.air.broadcast.generation, 1)

    def test_an_encoder_that_will_return(self) -> None:
        """The stream is starting, not offline."""
        self.air.begin()
        self.air.go(1)
        self.air.end(returning=True)
        self.assertIs(self.air.broadcast.state, State.STARTING)
        self.air.begin()
        self.air.go(1)
        self.assertIs(self.air.broadcast.state, State.ONLINE)
        self.assertEqual(self.air.broadcast.generation, 2)

    def test_an_encoder_that_will_not(self) -> None:
        """The stream is offline, and all responses end: also those that had waited for it to begin."""
        self.air.begin()
        waiting, _ = self.air.join()
        self.air.end(returning=False)
        self.assertIs(self.air.broadcast.state, State.OFFLINE)
        self.assertEqual(waiting.ending, "finished")
        self.air.begin()
        self.air.go(1)
        watching, _ = self.air.join()
        self.air.end(returning=False)
        self.assertEqual((watching.ending, self.air.broadcast.watching), ("finished", 0))

    def test_L18_A25_since_when(self) -> None:
        """From the first picture on until it is offline; an encoder that comes back does not begin the stream anew."""
        self.assertIsNone(self.air.broadcast.since)
        self.air.begin()
        self.assertIsNone(self.air.broadcast.since)
        self.air.go(1)
        began = self.air.broadcast.since
        assert began is not None
        self.air.end(returning=True)
        self.air.begin()
        self.air.go(1)
        self.assertEqual(self.air.broadcast.since, began)
        self.air.end(returning=False)
        self.assertIsNone(self.air.broadcast.since)

    def test_sound_alone_is_a_stream(self) -> None:
        """Where there is no picture in the tracks."""
        self.air.begin(video=False)
        self.air.go(0.2)
        response, _ = self.air.join()
        self.air.go(1)
        self.assertEqual(received(response, self.air.window.everything), self.air.window.everything)

    def test_close(self) -> None:
        """All responses end, and whoever waits for a change is woken."""
        self.air.begin()
        self.air.go(1)
        response, _ = self.air.join()
        changed = self.air.broadcast.changed()
        self.air.broadcast.close()
        self.assertEqual(response.ending, "finished")
        self.assertIsNone(self.successResultOf(changed))
        later = self.air.broadcast.changed()
        self.air.broadcast.close()
        self.assertIsNone(self.successResultOf(later))


class ChangedTests(SynchronousTestCase):
    """``Broadcast.changed``."""

    def setUp(self) -> None:
        """The stream is offline."""
        self.air = OnAir()

    def test_it_fires_once_at_the_next_change(self) -> None:
        """And not at those after it; what changes nothing fires nothing."""
        first = self.air.broadcast.changed()
        self.air.broadcast.off_air(returning=False)
        self.assertNoResult(first)
        self.air.begin()
        self.assertIsNone(self.successResultOf(first))
        second = self.air.broadcast.changed()
        self.assertNoResult(second)
        self.air.go(1)
        self.assertIsNone(self.successResultOf(second))

    def test_it_can_be_cancelled(self) -> None:
        """Nothing is left of it, and nothing happens at the next change."""
        gone, stays = self.air.broadcast.changed(), self.air.broadcast.changed()
        gone.cancel()
        self.failureResultOf(gone, CancelledError)
        self.air.begin()
        self.assertIsNone(self.successResultOf(stays))

    def test_one_that_fires_may_cancel_another(self) -> None:
        """Those that still wait for their turn are not called then, and the rest are."""
        first, second, third = (self.air.broadcast.changed() for _ in range(3))
        first.addCallback(lambda _: second.cancel())
        self.air.begin()
        self.failureResultOf(second, CancelledError)
        self.assertIsNone(self.successResultOf(third))

    def test_one_that_fires_may_wait_again(self) -> None:
        """For the change after this one."""
        again: list[Deferred[None]] = []
        self.air.broadcast.changed().addCallback(lambda _: again.append(self.air.broadcast.changed()))
        self.air.begin()
        self.assertNoResult(again[0])
        self.air.go(1)
        self.assertIsNone(self.successResultOf(again[0]))

    def test_one_that_fires_may_begin_to_watch(self) -> None:
        """It gets every fragment once."""
        joined: list[FakeResponse] = []
        self.air.begin()
        self.air.broadcast.changed().addCallback(lambda _: joined.append(self.air.join()[0]))
        self.air.go(1)
        self.assertEqual(received(joined[0], self.air.window.everything), self.air.window.everything)

    def test_what_goes_wrong_there_does_not_reach_the_stream(self) -> None:
        """Others are called all the same."""
        bad, good = self.air.broadcast.changed(), self.air.broadcast.changed()
        bad.addCallback(lambda _: 1 / 0)
        self.air.begin()
        self.failureResultOf(bad, ZeroDivisionError)
        self.assertIsNone(self.successResultOf(good))


class RestartTests(SynchronousTestCase):
    """One run of the encoder after another."""

    def setUp(self) -> None:
        """Somebody watches a first run of a second and a half, which ends."""
        self.air = OnAir()
        self.air.begin()
        self.air.go(0.5)
        self.response, _ = self.air.join()
        self.air.go(1)
        self.air.end()

    def test_what_had_gathered_goes_out_at_the_end(self) -> None:
        """A last fragment that is not full."""
        last = self.air.window.everything[-1]
        self.assertLess(last.end - last.start, 0.09)
        self.assertIs(received(self.response, self.air.window.everything)[-1], last)

    def test_R01_responses_stay_open(self) -> None:
        """The new run goes on in the same response, without a new init segment, also with another size."""
        self.air.clock.advance(5)
        self.air.begin(size=(640, 360))
        self.air.go(1)
        sent = received(self.response, self.air.window.everything)
        self.assertEqual(sorted({one.generation for one in sent}), [1, 2])
        self.assertEqual(self.response.data.count(b"ftyp"), 1)
        self.assertEqual([one.number for one in sent], list(range(1, len(sent) + 1)))

    def test_the_gap_is_as_long_as_the_outage(self) -> None:
        """On the viewer's own timeline."""
        self.air.clock.advance(5)
        self.air.begin()
        self.air.go(1)
        sent = received(self.response, self.air.window.everything)
        before = [one for one in sent if one.generation == 1][-1]
        after = next(one for one in sent if one.generation == 2)
        self.assertAlmostEqual(after.start - before.end, 5, places=1)

    def test_other_sound_ends_the_responses(self) -> None:
        """Players cannot follow; whoever waits stays, and gets a stream of its own, from 0, with its init segment."""
        waiting, _ = self.air.join()
        self.air.begin(config=MONO_48K)
        self.assertEqual((self.response.ending, waiting.ending), ("finished", ""))
        self.air.go(1)
        new, _ = self.air.join()
        self.assertEqual({one.generation for one in received(waiting, self.air.window.everything)}, {2})
        self.assertEqual(new.data, waiting.data)
        self.assertEqual(received(new, self.air.window.everything)[0].start, 0.0)
        self.assertEqual(self.air.window.get(self.air.window.everything[0].number), None)

    def test_sound_that_would_overlap_the_run_before_is_left_out(self) -> None:
        """Right after a restart, when the new run's sound begins before its picture; no frame more than needed."""
        air = OnAir()
        for _ in range(2):
            air.begin()
            late = [replace(one, time=one.time + 512) if one.kind is Kind.VIDEO else one for one in film(0.5)]
            late.sort(key=lambda one: one.kind.value)
            air.run.feed(fragment(late))
            air.end()
        made = air.window.everything
        sound = [len(run.samples) for one in made for run in one.runs if run.kind is Kind.AUDIO and one.generation == 2]
        self.assertEqual(sum(sound), 23 - 1)

    def test_deliver(self) -> None:
        """Other settings: fragments have another length, and viewers to come another patience."""
        self.air.broadcast.deliver(0.5, Patience(behind=1, silent=5), 3.0)
        self.air.begin()
        self.air.go(2)
        first = next(one for one in self.air.window.everything if one.generation == 2)
        self.assertAlmostEqual(first.end - first.start, 0.5)
        self.assertEqual(self.air.broadcast.patience, Patience(behind=1, silent=5))
        self.assertEqual(self.air.broadcast.quiet, 3.0)

    def test_a_run_that_never_sends_anything_changes_nothing(self) -> None:
        """The next one goes on."""
        self.air.broadcast.begin_run(7).end()
        self.air.broadcast.off_air(returning=True)
        self.air.begin()
        self.air.go(1)
        self.assertEqual(received(self.response, self.air.window.everything)[-1].generation, 2)


class RunTests(SynchronousTestCase):
    """``Run``: bytes in."""

    def test_R03_it_counts_pictures(self) -> None:
        """So that the supervisor sees progress: sound is none where there should be a picture too."""
        air = OnAir()
        air.begin()
        self.assertEqual(air.run.feed(b""), 0)
        self.assertEqual(air.run.feed(fragment(film(0.2))), 6)
        air.begin(video=False)
        self.assertEqual(air.run.feed(fragment(film(0.2, video=False))), 9)

    @given(CUTS)
    def test_any_chunking_gives_the_same_stream(self, cuts: list[int]) -> None:
        """Fragment by fragment."""

        def made(pieces: list[bytes]) -> list[bytes]:
            air = OnAir()
            run = air.broadcast.begin_run(1)
            for piece in pieces:
                run.feed(piece)
            run.end()
            return [one.data for one in air.window.everything]

        data = build(film(0.5, keyframes=5))
        self.assertEqual(made(chunks(data, cuts)), made([data]))

    def test_R05_garbage_is_a_video_error_and_the_next_run_is_fine(self) -> None:
        """What came before it is sent; the viewers stay."""
        air = OnAir()
        air.begin()
        air.go(0.5)
        response, _ = air.join()
        self.assertRaises(VideoError, air.run.feed, fragment(film(0.1)) + bytes(100))
        air.end()
        air.begin()
        air.go(1)
        self.assertEqual(received(response, air.window.everything)[-1].generation, 2)

    @given(CUTS)
    def test_B50_flipped_bits_raise_nothing_else(self, places: list[int]) -> None:
        """Through all of it: demuxer, timeline, fragments, mux. What waits for a fragment is bounded."""
        data = bytearray(build(film(0.6, keyframes=5)))
        for place in places:
            data[place % len(data)] ^= 1 << place % 8
        air = OnAir(size=2**20)
        run = air.broadcast.begin_run(1)
        air.join()
        try:
            for start in range(0, len(data), 1000):
                run.feed(bytes(data[start : start + 1000]))
        except VideoError:
            pass
        run.end()
        self.assertLessEqual(air.window.size, 2**20)
        self.assertLessEqual(max((len(one.media) for one in air.window.everything), default=0), LARGEST)
