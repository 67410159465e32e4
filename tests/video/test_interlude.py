"""The slate on air: what a broadcast sends while its encoder gives nothing."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.broadcast import HUSH, SLATE, State
from onionstream.video.fragment import Fragment
from onionstream.video.samples import Kind
from onionstream.video.slate import Slate
from tests.fakes import FakeResponse
from tests.video.onair import OnAir, a_slate, received
from tests.video.streams import film, fragment

MONO_48K = b"\x11\x88"


class InterludeCase(SynchronousTestCase):
    """Somebody watches a run of two seconds; a slate is there, and its picture is due after a second of quiet."""

    slate: Slate | None = a_slate()
    quiet = 1.0

    def setUp(self) -> None:
        """The run is on air."""
        self.air = OnAir(slate=self.slate, quiet=self.quiet)
        self.air.begin()
        self.air.go(1)
        self.response: FakeResponse
        self.response, self.viewer = self.air.join()
        self.air.go(1)

    def made(self, generation: int = SLATE) -> list[Fragment]:
        """The fragments of a run, or of the slate."""
        return [one for one in self.air.window.everything if one.generation == generation]

    def kinds(self) -> set[Kind]:
        """What has been sent of the slate."""
        return {run.kind for one in self.made() for run in one.runs}

    def sent(self) -> list[Fragment]:
        """What the viewer has got; it is whole."""
        return received(self.response, self.air.window.everything)


class BeginTests(InterludeCase):
    """When it begins."""

    def test_R01_silence_after_a_moment_and_the_picture_after_a_second(self) -> None:
        """The sound begins where the encoder's ended: nobody hears a hole."""
        self.air.end()
        self.air.go(HUSH - 0.05)
        self.assertEqual(self.made(), [])
        self.air.go(0.5)
        self.assertEqual(self.kinds(), {Kind.AUDIO})
        self.air.go(1)
        self.assertEqual(self.kinds(), {Kind.AUDIO, Kind.VIDEO})
        picture = next(one for one in self.made() if one.keyframe)
        self.assertApproximates(picture.start - self.made(1)[-1].end, 1.0, 0.15)

    def test_it_goes_on_as_long_as_nothing_comes(self) -> None:
        """A keyframe a second; viewers are at the live edge all the time."""
        self.air.end()
        self.air.go(20)
        self.assertEqual(sum(one.keyframe for one in self.made()), 19)
        self.assertIs(self.sent()[-1], self.air.window.newest)
        self.assertEqual(self.response.data.count(b"ftyp"), 1)

    def test_R02_an_encoder_that_hangs(self) -> None:
        """Nobody has said that it is off: the slate is sent all the same, and the stream counts as online."""
        self.air.hang(3)
        self.assertEqual(self.kinds(), {Kind.AUDIO, Kind.VIDEO})
        self.assertIs(self.air.broadcast.state, State.ONLINE)

    def test_it_does_not_make_the_stream_online(self) -> None:
        """A visitor who comes while the encoder is away is told that it will be there in a moment."""
        self.air.end()
        changed = self.air.broadcast.changed()
        self.air.go(10)
        self.assertIs(self.air.broadcast.state, State.STARTING)
        self.assertNoResult(changed)
        self.assertEqual(self.air.broadcast.generation, 1)

    def test_nobody_watches(self) -> None:
        """Then nothing is made."""
        self.air.broadcast.leave(self.viewer)
        self.air.end()
        self.air.go(10)
        self.assertEqual(self.made(), [])

    def test_R32_this_program_stood_still(self) -> None:
        """The encoder is not to blame: what it has sent is there in a moment."""
        for pipe_first in (True, False):
            self.air.freeze(3, pipe_first=pipe_first)
            self.air.go(1)
        self.assertEqual(self.made(), [])

    def test_R41_it_may_be_replaced_at_any_time(self) -> None:
        """By another one, or by none; what is on air stays there until the encoder is back."""
        self.air.end()
        self.air.go(2)
        self.air.broadcast.slate = None
        before = len(self.made())
        self.air.go(1)
        self.assertGreater(len(self.made()), before)
        self.air.begin()
        self.air.go(1)
        self.air.end()
        before = len(self.made())
        self.air.go(3)
        self.assertEqual(len(self.made()), before)

    def test_R41_other_settings(self) -> None:
        """With 0 s there is none."""
        self.air.broadcast.deliver(0.1, self.air.broadcast.patience, 0.0)
        self.air.end()
        self.air.go(5)
        self.assertEqual(self.made(), [])


class EndTests(InterludeCase):
    """How it ends."""

    def test_R01_with_the_next_runs_first_keyframe(self) -> None:
        """In the same responses, with the same or another size, in the order of time."""
        for size in ((320, 180), (640, 360)):
            self.air.end()
            self.air.go(4)
            self.air.begin(size=size)
            self.air.go(2)
            last = self.made()[-1]
            first = next(one for one in self.made(self.air.generation) if one.number > last.number)
            self.assertTrue(first.keyframe)
            self.assertGreaterEqual(first.start, last.end - 0.001)
            self.assertEqual(self.air.window.everything[-1].generation, self.air.generation)
            self.assertEqual((self.response.ending, self.response.data.count(b"ftyp")), ("", 1))
            self.assertEqual(self.sent()[-1], self.air.window.newest)

    def test_R01_the_stream_is_online_again(self) -> None:
        """And not before the encoder's own picture."""
        self.air.end()
        self.air.go(3)
        self.air.begin()
        self.assertIs(self.air.broadcast.state, State.STARTING)
        self.air.go(0.3)
        self.assertEqual((self.air.broadcast.state, self.air.broadcast.generation), (State.ONLINE, 2))

    def test_R02_a_run_that_goes_on(self) -> None:
        """From its next keyframe on: what comes before needs pictures that were not sent."""
        self.air.go(0.5)
        self.air.hang(3)
        slates = len(self.made())
        self.air.go(0.3)
        self.assertGreater(len(self.made()), slates)
        self.air.go(1)
        back = next(one for one in self.made(1) if one.number > self.made()[-1].number)
        self.assertTrue(back.keyframe)
        self.assertEqual(self.air.broadcast.generation, 1)
        self.assertEqual(self.sent()[-1], self.air.window.newest)

    def test_what_has_gathered_of_it_is_sent(self) -> None:
        """The silence up to the encoder's return has no hole."""
        for away in (0.45, 0.52, 0.61):
            self.air.end()
            self.air.go(away)
            self.air.begin()
            self.air.go(0.5)
        sound = [one for each in self.air.window.everything for run in each.runs for one in run.samples]
        sound = [one for one in sound if one.kind is Kind.AUDIO]
        self.assertEqual([one.decode_time for one in sound[1:]], [one.decode_time + one.duration for one in sound[:-1]])

    def test_a_run_whose_sound_is_missing(self) -> None:
        """Players cannot follow: the responses end, and the slate with them."""
        for how in ({"audio": False}, {"config": MONO_48K}):
            case = InterludeCase()
            case.setUp()
            case.air.end()
            case.air.go(2)
            case.air.begin(**how)
            self.assertEqual(case.response.ending, "finished")
            case.air.go(3)
            self.assertEqual(
                {one.generation for one in case.air.window.everything if case.air.window.get(one.number)}, {2}
            )

    def test_the_end_of_the_stream(self) -> None:
        """Nothing more is sent to anybody."""
        self.air.end()
        self.air.go(2)
        self.air.broadcast.off_air(returning=False)
        before = len(self.made())
        self.air.go(3)
        self.assertEqual((len(self.made()), self.response.ending), (before, "finished"))

    def test_a_run_that_sends_nothing(self) -> None:
        """Encoders come and go without a picture: the slate goes on."""
        self.air.end()
        for generation in (7, 8, 9):
            self.air.go(2)
            self.air.broadcast.begin_run(generation).end()
            self.air.broadcast.off_air(returning=True)
        self.assertGreaterEqual(sum(one.keyframe for one in self.made()), 5)
        self.assertEqual(self.sent()[-1], self.air.window.newest)

    def test_sound_before_the_first_picture(self) -> None:
        """Is left out as long as a player cannot begin, and silence stands in for it."""
        self.air.end()
        self.air.go(3)
        self.air.begin()
        self.air.run.feed(fragment(film(0.5, video=False)))
        self.assertEqual(self.made(2), [])
        self.air.go(1)
        self.assertTrue(self.made(2)[0].keyframe)


class NoSlateTests(InterludeCase):
    """There is no slate."""

    slate = None

    def test_nothing_is_sent(self) -> None:
        """The gap is as long as the outage, as ever."""
        self.air.end()
        self.air.go(5)
        self.assertEqual(self.made(), [])
        self.air.begin()
        self.air.go(1)
        self.assertApproximates(self.made(2)[0].start - self.made(1)[-1].end, 5, 0.1)


class OtherSlateTests(InterludeCase):
    """There is one that does not go with the stream."""

    slate = a_slate(config=MONO_48K)

    def test_nothing_is_sent(self) -> None:
        """Players could not follow it; nor is its silence put into gaps."""
        self.air.end()
        self.air.go(5)
        self.air.begin()
        self.air.go(1)
        self.assertEqual(self.made(), [])
        self.assertNotIn(b"slate", self.response.data)
