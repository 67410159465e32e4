"""Fragments as a kind of player gets them: made once, for all viewers who get the same."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TypeAlias

from onionstream.video.deflate import HEAD, stored, zeros
from onionstream.video.detail import Detail, reduced
from onionstream.video.filling import empty, filling, opening
from onionstream.video.fragment import Fragment
from onionstream.video.mux import TrackRun, fragment_header, init_segment
from onionstream.video.profile import Profile
from onionstream.video.samples import Tracks
from onionstream.video.squeeze import Squeeze

KEPT = 4 * 1024 * 1024
"""Bytes of packed fragments that are kept, for viewers who are not quite at the live edge: 50 s of 600 kbit/s."""

_Key: TypeAlias = tuple[int, Detail, Squeeze | None]
_Last: TypeAlias = tuple[Fragment, Squeeze | None, Detail, bytes]


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
        # Whether each fragment is filled up; and whether fragments differ from what they are, apart from their times.
        self._aligned = profile.block > 0 and not profile.fill
        self._changes = self._aligned or profile.gzip or profile.all_sync
        self._packed: OrderedDict[_Key, bytes] = OrderedDict()
        self._size = 0
        self._last: _Last | None = None

    def init(self, tracks: Tracks) -> bytes:
        """The beginning of a response: the init segment of these tracks."""
        return (HEAD if self.profile.gzip else b"") + self._filled(init_segment(tracks))

    def fragment(self, fragment: Fragment, squeeze: Squeeze | None = None, detail: Detail = Detail.WHOLE) -> bytes:
        """
        A fragment, in one piece: a viewer costs one write.

        Viewers who get the same bytes get the same object: those who began at the same keyframe, and all whose squeeze
        is done or has not begun. Most ask for what the one before them has asked for, and get that at once.

        :param fragment: what to send.
        :param squeeze: of the viewer, if his player's profile asks for it.
        :param detail: how much of the picture he gets.
        :return: nothing at all when all that is in it is left out.
        """
        last = self._last
        if last is not None and last[0] is fragment and last[1] is squeeze and last[2] is detail:
            return last[3]
        packed = self._once(fragment, squeeze, detail)
        self._last = fragment, squeeze, detail, packed
        return packed

    def _once(self, fragment: Fragment, squeeze: Squeeze | None, detail: Detail) -> bytes:
        """Packed now, or kept from the last time."""
        phase = None if squeeze is None else squeeze.phase(*fragment.span)
        if phase is None and detail is Detail.WHOLE and not self._changes:
            return fragment.data
        key = fragment.number, detail, phase
        packed = self._packed.get(key)
        if packed is None:
            packed = self._pack(fragment, phase, detail)
            self._keep(key, packed)
        return packed

    def _keep(self, key: _Key, packed: bytes) -> None:
        """Keep it, and forget the oldest where they are too much."""
        self._packed[key] = packed
        self._size += len(packed)
        while self._size > KEPT and len(self._packed) > 1:
            self._size -= len(self._packed.popitem(last=False)[1])

    def _pack(self, fragment: Fragment, squeeze: Squeeze | None, detail: Detail) -> bytes:
        """Make it anew."""
        runs = reduced(fragment.runs, detail)
        if squeeze is not None:
            runs = squeeze.runs(runs, fragment.sound_before)
        if not runs:
            return b""
        if self.profile.all_sync:
            runs = tuple(_all_sync(run) for run in runs)
        whole = sum(len(run.samples) for run in runs) == sum(len(run.samples) for run in fragment.runs)
        media = [fragment.media] if whole else [sample.data for run in runs for sample in run.samples]
        return self._filled(fragment_header(fragment.number, runs), *media)

    def _filled(self, *pieces: bytes | memoryview) -> bytes:
        """The pieces in one, and an empty box up to the border of a block."""
        data = b"".join(pieces)
        if not self._aligned:
            return stored(data) if self.profile.gzip else data
        box = filling(len(data), self.profile.block)
        if self.profile.gzip:
            opened = opening(box)
            return stored(data + opened) + zeros(box - len(opened))
        return data + empty(box)
