"""Fragments as a kind of player gets them: made once, for all viewers with such a player."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from onionstream.video.deflate import HEAD, stored, zeros
from onionstream.video.fragment import Fragment
from onionstream.video.mux import TrackRun, fragment_header, init_segment
from onionstream.video.profile import Profile
from onionstream.video.samples import Tracks
from onionstream.video.squeeze import Squeeze

KEPT = 64
"""Packed fragments that are kept: a few seconds, for viewers who are not quite at the live edge."""

_BOX_HEADER = 8


def _all_sync(run: TrackRun) -> TrackRun:
    """The same samples, all said to be keyframes."""
    return TrackRun(run.kind, tuple(replace(sample, keyframe=True) for sample in run.samples))


class Packing:
    """
    Packs for one profile.

    :ivar profile: what the players need.
    """

    def __init__(self, profile: Profile) -> None:
        """
        :param profile: what the players need.
        """
        self.profile = profile
        self._packed: OrderedDict[tuple[int, bool], tuple[bytes, ...]] = OrderedDict()

    def init(self, tracks: Tracks) -> bytes:
        """The beginning of a response: the init segment of these tracks."""
        return (HEAD if self.profile.gzip else b"") + b"".join(self._filled((init_segment(tracks),)))

    def squeeze(self, tracks: Tracks, begins: float) -> Squeeze | None:
        """
        The times of a viewer who begins now, if his player needs times of his own.

        :param tracks: what he gets.
        :param begins: seconds on the broadcast's timeline: his first fragment.
        """
        profile = self.profile
        if not profile.nearer:
            return None
        sound = tracks.audio.rate if tracks.audio is not None else None
        return Squeeze(profile.nearer, begins=begins + profile.settled, pace=profile.pace, sound=sound)

    def fragment(self, fragment: Fragment, squeeze: Squeeze | None = None) -> tuple[bytes, ...]:
        """
        A fragment, in pieces that are to be sent one after the other.

        :param fragment: what to send.
        :param squeeze: of the viewer, if his player's profile asks for it. Once it is done, all viewers with the same
            profile are moved by the same time and get the same pieces; the last of those are kept.
        """
        if squeeze is not None and not squeeze.done(fragment.start):
            return self._pack(fragment, squeeze)
        key = fragment.number, squeeze is not None
        packed = self._packed.get(key)
        if packed is None:
            packed = self._packed[key] = self._pack(fragment, squeeze)
            if len(self._packed) > KEPT:
                self._packed.popitem(last=False)
        return packed

    def _pack(self, fragment: Fragment, squeeze: Squeeze | None) -> tuple[bytes, ...]:
        """Make the pieces anew."""
        if squeeze is None and not self.profile.all_sync:
            return self._filled((fragment.header, fragment.media))
        runs = fragment.runs if squeeze is None else squeeze.runs(fragment.runs)
        if self.profile.all_sync:
            runs = tuple(_all_sync(run) for run in runs)
        media = b"".join(sample.data for run in runs for sample in run.samples)
        return self._filled((fragment_header(fragment.number, runs), media))

    def _filled(self, pieces: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """The pieces, and an empty box (``free``, ISO/IEC 14496-12, 8.1.2) up to the border of a block."""
        if not self.profile.block:
            return pieces
        size = sum(len(piece) for piece in pieces)
        filling = -(size + _BOX_HEADER) % self.profile.block
        opened = (_BOX_HEADER + filling).to_bytes(4, "big") + b"free"
        if self.profile.gzip:
            return (stored(b"".join((*pieces, opened))) + zeros(filling),)
        return (*pieces, opened + bytes(filling))
