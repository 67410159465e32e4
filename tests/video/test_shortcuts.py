"""What is not asked for each viewer and fragment, because it is known: the answers would be the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, product
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.detail import Detail
from onionstream.video.fragment import Fragment
from onionstream.video.line import Line
from onionstream.video.packing import Packing
from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN, Profile
from onionstream.video.squeeze import Squeeze
from onionstream.video.viewer import Patience, Viewer
from onionstream.video.window import Window
from tests.fakes import FakeResponse
from tests.video.onair import fragments
from tests.video.streams import film, tracks

PROFILES = (PLAIN, FIREFOX, CHROMIUM, replace(FIREFOX, slow=0.5), replace(CHROMIUM, waits=False))

MADE = [fragments(film(20, body=300), length)[1] for length in (0.1, 0.2, 0.6)]
"""Twenty seconds in short, usual and long fragments."""

TURNS = st.lists(st.integers(1, 80), min_size=2, max_size=5)
"""After so many more fragments a line stands still, after the next so many it carries everything again, and so on."""

SQUEEZES = st.builds(
    Squeeze,
    already=st.integers(0, 10),
    total=st.integers(10, 60),
    begins=st.floats(0, 100),
    pace=st.floats(0.01, 0.2),
    rate=st.sampled_from((8000, 44100, 48000)),
)


class _Asking(Viewer):
    """Asks everything, each time."""

    def advance(self) -> None:
        """To it no fragment is in time, no player has anything to spare, and no squeeze is ever done."""
        self._in_time = -1.0
        if self._playback is not None:
            self._playback._spare = -inf
            self._playback._squeezed = inf
        super().advance()


class ShortcutTests(SynchronousTestCase):
    """Of viewers, lines and squeezes."""

    @settings(max_examples=10)
    @given(TURNS)
    def test_viewers_get_the_same_bytes(self, turns: list[int]) -> None:
        """Whatever their lines do, and whenever; for each player, with short and long fragments and patience."""
        for profile, made, behind in product(PROFILES, MADE, (1.5, 5.0)):
            quick, asking = (self._watch(kind, profile, made, behind, turns) for kind in (Viewer, _Asking))
            self.assertTrue(quick and quick == asking, (profile, len(made), behind))

    def _watch(
        self, kind: type[Viewer], profile: Profile, made: list[Fragment], behind: float, turns: list[int]
    ) -> bytes:
        """:return: all that a viewer gets."""
        window, response = Window(60, 2**25), FakeResponse()
        coming = iter(made)
        window.append(next(coming))
        viewer = kind(response, window, Packing(profile), Patience(behind=behind), lambda _: None)
        viewer.begin(tracks())
        for number, count in enumerate([*turns, 1000]):
            for one in islice(coming, count):
                window.append(one)
                viewer.advance()
            (viewer.resumeProducing if number % 2 else viewer.pauseProducing)()
        viewer.resumeProducing()
        return response.data

    @given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 1), st.integers(0, 20))))
    def test_a_good_line_carries_all(self, fragments: list[tuple[bool, bool, float, int]]) -> None:
        """Of what is in time; and nothing is different afterwards."""
        line, now = Line(), 0.0
        for late, key, carried, seconds in fragments:
            now += seconds
            if line.good(now):
                before = line.falls
                decided = line.decide(late=False, strained=False, keyframe=key, newest=key, carried=carried, now=now)
                self.assertEqual((decided, line.good(now), line.falls), (Detail.WHOLE, True, before))
            line.decide(late=late, strained=late, keyframe=key, newest=key, carried=carried, now=now)

    @given(SQUEEZES, st.floats(0, 50), st.floats(0, 1))
    def test_from_its_end_a_squeeze_is_done(self, squeeze: Squeeze, later: float, length: float) -> None:
        """It says when that is; and what it is then is one object for all who get it."""
        earliest = max(0.0, squeeze.ends) + later
        self.assertIs(squeeze.phase(earliest, earliest + length), squeeze.done)
        self.assertIs(replace(squeeze, already=0, begins=squeeze.begins + 1).done, squeeze.done)
