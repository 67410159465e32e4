"""A broadcast and its viewers, whatever happens in whatever order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.broadcast import SLATE, OffAirError, State
from onionstream.video.fragment import LARGEST
from onionstream.video.viewer import Viewer
from tests.fakes import FakeResponse
from tests.video.onair import OnAir, a_slate, jumps, received

SECONDS, SIZE, BEHIND, SILENT, FULL = 4.0, 60_000, 1.0, 20.0, 3000
MONO_48K, STEREO_48K = b"\x11\x88", b"\x11\x90"

Seat = tuple[FakeResponse, Viewer]


class AnyOrder(RuleBasedStateMachine):
    """Encoders come and go, viewers come, take, lag and leave; after every step all bounds and promises hold."""

    seats = Bundle("seats")

    def __init__(self) -> None:
        """Nothing has happened yet."""
        super().__init__()
        self.air = OnAir(seconds=SECONDS, size=SIZE, fragment=0.2, behind=BEHIND, silent=SILENT, slate=a_slate())
        self.taken: list[Seat] = []
        self.here: set[Viewer] = set()
        self.running = False
        self.sound: dict[int, tuple[bytes, bool]] = {}

    @rule(
        size=st.sampled_from(((320, 180), (640, 360))),
        config=st.sampled_from((STEREO_48K, STEREO_48K, MONO_48K)),
        keyframes=st.sampled_from((5, 15, 60)),
        body=st.sampled_from((10, 400)),
        video=st.sampled_from((True, True, True, False)),
    )
    def begin(self, size: tuple[int, int], config: bytes, keyframes: int, body: int, *, video: bool) -> None:
        """An encoder starts; one that ran has died."""
        if self.running:
            self.air.end()
        self.air.begin(size=size, config=config, keyframes=keyframes, body=body, video=video)
        self.running = True
        self.sound[self.air.generation] = config, video

    @rule(seconds=st.sampled_from((0.05, 0.2, 1.0, 3.0)))
    def go(self, seconds: float) -> None:
        """Time passes; an encoder that is there sends."""
        self.air.go(seconds)

    @rule(returning=st.sampled_from((True, True, False)))
    def end(self, *, returning: bool) -> None:
        """The encoder dies."""
        if self.running:
            self.air.end(returning=returning)
            self.running = False

    @rule(target=seats, prompt=st.booleans())
    def join(self, *, prompt: bool) -> object:
        """A viewer comes."""
        try:
            response, viewer = self.air.join(FakeResponse(prompt=prompt, full=FULL))
        except OffAirError:
            assert self.air.broadcast.state is State.OFFLINE
            return multiple()
        self.taken.append((response, viewer))
        self.here.add(viewer)
        return response, viewer

    @rule(seat=seats, size=st.none() | st.integers(0, 4000))
    def take(self, seat: Seat, size: int | None) -> None:
        """A viewer's line takes bytes."""
        if not seat[0].ending:
            seat[0].take(size)

    @rule(seat=seats)
    def leave(self, seat: Seat) -> None:
        """A viewer's connection is gone."""
        response, viewer = seat
        if not response.ending:
            response.lose()
            self.air.broadcast.leave(viewer)

    @rule()
    def check(self) -> None:
        """The broadcast looks for those who take nothing."""
        self.air.broadcast.check()

    @invariant()
    def bounds_hold(self) -> None:
        """Of the window, of what waits for its fragment, and of what waits in transports."""
        window = self.air.window
        assert window.size <= SIZE
        inside = [one for one in window.everything if window.get(one.number) is not None]
        assert not inside or inside[-1].end - inside[0].end <= SECONDS
        assert self.air.broadcast._fragmenter.gathered <= LARGEST
        largest = max((len(one.data) for one in window.everything), default=0)
        for response, _ in self.taken:
            assert response.unsent() <= FULL + max(largest, 1500)

    @invariant()
    def everyone_gets_whole_fragments(self) -> None:
        """An init segment, then fragments from a keyframe on, rising, with jumps to keyframes that are counted."""
        for response, viewer in self.taken:
            sent = received(response, self.air.window.everything)
            assert jumps(sent) == viewer.skipped
            runs = {one.generation for one in sent}
            kinds = {self.sound[run] for run in runs - {SLATE}}
            assert len(kinds) <= 1, "no player can follow this"
            if SLATE in runs:  # of the slate nobody gets more tracks than he is used to
                assert all(config == STEREO_48K for config, _ in kinds), "no player can follow this sound"

    @invariant()
    def who_takes_all_has_all(self) -> None:
        """A viewer who is there and not paused is at the live edge."""
        newest = self.air.window.newest
        for response, viewer in self.taken:
            if response.ending or not viewer.watching or viewer._paused or newest is None:
                continue
            assert received(response, self.air.window.everything)[-1] is newest

    @invariant()
    def those_who_are_gone_are_forgotten(self) -> None:
        """Every response that is open is known, and no other."""
        open_ones = {viewer for response, viewer in self.taken if not response.ending}
        assert self.air.broadcast._viewers.keys() == open_ones
        assert self.air.broadcast.watching == sum(viewer.watching for viewer in open_ones)
        assert self.air.broadcast.skipped == sum(viewer.skipped for viewer in self.here)


class AnyOrderTests(SynchronousTestCase):
    """The machine above."""

    def test_D40_D41_whatever_happens_in_whatever_order(self) -> None:
        """Bounds hold, and every viewer's bytes are a stream that a player can play."""
        run_state_machine_as_test(AnyOrder, settings=settings(max_examples=60, stateful_step_count=30))
