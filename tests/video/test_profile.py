"""What each kind of player needs, and its tricks one by one; ``tests.web.test_agents`` has who gets which."""

from __future__ import annotations

from dataclasses import fields
from math import inf

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN, Mode, Profile, Profiles, Trick, without

MEANT = {
    Trick.PADDING: {"block", "fill", "gzip"},
    Trick.SYNC: {"all_sync"},
    Trick.BACKLOG: {"backlog"},
    Trick.SQUEEZE: {"buffer"},
    Trick.CLOSING: {"waits"},
    Trick.THINNING: {"slow"},
}
"""The fields that are of a trick."""

ALL = Profile(block=1, fill=1.0, gzip=True, all_sync=True, backlog=1.0, buffer=1.0, waits=True, slow=1.0)
"""A profile in which each trick is done."""

AGENTS = ("Gecko/20100101 Firefox/140.0", "Chrome/156.0", "mpv")

_OFF = {"slow": inf}
"""What a field is when its trick is not done, where that is not what it is by itself."""


def _changed(before: Profile, after: Profile) -> set[str]:
    """The names of the fields in which they differ."""
    return {one.name for one in fields(Profile) if getattr(before, one.name) != getattr(after, one.name)}


class TrickTests(SynchronousTestCase):
    """``without``."""

    def test_each_switches_off_exactly_one_thing(self) -> None:
        """And no other."""
        self.assertEqual(set(MEANT), set(Trick))
        for trick, meant in MEANT.items():
            self.assertEqual(_changed(ALL, without(ALL, frozenset({trick}))), meant, trick)

    def test_all_of_them(self) -> None:
        """Leave nothing but the stream as it is."""
        for profile in (ALL, FIREFOX, CHROMIUM):
            bare = without(profile, frozenset(Trick))
            for meant in MEANT.values():
                for name in meant:
                    self.assertEqual(getattr(bare, name), _OFF.get(name, getattr(Profile(), name)), name)

    @given(st.sets(st.sampled_from(Trick)), st.sets(st.sampled_from(Trick)))
    def test_the_order_does_not_matter(self, some: set[Trick], more: set[Trick]) -> None:
        """One after the other or all at once; twice is once."""
        together = without(ALL, frozenset(some | more))
        self.assertEqual(without(without(ALL, frozenset(some)), frozenset(more)), together)
        self.assertEqual(without(together, frozenset(some)), together)


class ModeTests(SynchronousTestCase):
    """``Profiles.choose``."""

    @given(
        st.sampled_from(AGENTS), st.sampled_from(Mode), st.sets(st.sampled_from(Trick)), st.sets(st.sampled_from(Trick))
    )
    def test_what_nobody_gets_and_what_he_does_not_want(
        self, agent: str, mode: Mode, nobody: set[Trick], he: set[Trick]
    ) -> None:
        """Both are left out, in every mode."""
        profiles = Profiles(left_out=frozenset(nobody))
        chosen = profiles.choose(agent, mode, frozenset(he))
        self.assertEqual(chosen, without(Profiles().choose(agent, mode), frozenset(nobody | he)))

    def test_how_near_each_mode_brings_a_player(self) -> None:
        """Fast is nearer than normal; safe has three seconds in hand, and nothing is taken of them."""
        for agent, normal, fast in zip(AGENTS, (0.6, 1.2, 0.0), (0.25, 0.8, 0.0), strict=True):
            profiles = Profiles()
            self.assertEqual(profiles.choose(agent).buffer, normal)
            self.assertEqual(profiles.choose(agent, Mode.FAST).buffer, fast)
            safe = profiles.choose(agent, Mode.SAFE)
            self.assertEqual((safe.buffer, safe.backlog), (0, 3.0))
            self.assertEqual(profiles.choose(agent, Mode.PLAIN), PLAIN)

    def test_nothing_is_taken_that_a_player_does_not_have(self) -> None:
        """What it is left with is less than what it gathers, or the squeeze would be for nothing."""
        for profile in (FIREFOX, CHROMIUM):
            self.assertLess(profile.buffer, max(profile.backlog, profile.gathers))
        self.assertLess(CHROMIUM.backlog, CHROMIUM.gathers)
