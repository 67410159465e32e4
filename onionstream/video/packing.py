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


def _all_sync(run: TrackRun) -> TrackRun:
    """The same samples, all said to be keyframes."""
    return TrackRun(run.kind, tuple(replace(sample, keyframe=True) for sample in run.samples))


def _size(pieces: tuple[bytes, ...]) -> int:
    """Bytes of all of them."""
    return sum(len(piece) for piece in pieces)


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
        self._packed: OrderedDict[_Key, tuple[bytes, ...]] = OrderedDict()
        self._size = 0

    def init(self, tracks: Tracks) -> bytes:
        """The beginning of a response: the init segment of these tracks."""
        return (HEAD if self.profile.gzip else b"") + b"".join(self._filled((init_segment(tracks),)))

    def fragment(
        self, fragment: Fragment, squeeze: Squeeze | None = None, detail: Detail = Detail.WHOLE
    ) -> tuple[bytes, ...]:
        """
        A fragment, in pieces that are to be sent one after the other.

        Viewers who get the same bytes get the same objects: those who began at the same keyframe, and all whose squeeze
        is done or has not begun.

        :param fragment: what to send.
        :param squeeze: of the viewer, if his player's profile asks for it.
        :param detail: how much of the picture he gets.
        :return: nothing at all when all that is in it is left out.
        """
        phase = None if squeeze is None else squeeze.phase(*fragment.span)
        if phase is None and detail is Detail.WHOLE and not self._changes:
            return fragment.header, fragment.media
        key = fragment.number, detail, phase
        packed = self._packed.get(key)
        if packed is None:
            packed = self._pack(fragment, phase, detail)
            self._keep(key, packed)
        return packed

    @property
    def _changes(self) -> bool:
        """Whether fragments differ from what they are, apart from their times."""
        return self._aligned or self.profile.gzip or self.profile.all_sync

    @property
    def _aligned(self) -> bool:
        """Whether each fragment is filled up."""
        return self.profile.block > 0 and not self.profile.fill

    def _keep(self, key: _Key, packed: tuple[bytes, ...]) -> None:
        """Keep these pieces, and forget the oldest where they are too much."""
        self._packed[key] = packed
        self._size += _size(packed)
        while self._size > KEPT and len(self._packed) > 1:
            self._size -= _size(self._packed.popitem(last=False)[1])

    def _pack(self, fragment: Fragment, squeeze: Squeeze | None, detail: Detail) -> tuple[bytes, ...]:
        """Make the pieces anew."""
        runs = reduced(fragment.runs, detail)
        if squeeze is not None:
            runs = squeeze.runs(runs, fragment.sound_before)
        if not runs:
            return ()
        if self.profile.all_sync:
            runs = tuple(_all_sync(run) for run in runs)
        whole = sum(len(run.samples) for run in runs) == sum(len(run.samples) for run in fragment.runs)
        media = fragment.media if whole else b"".join(sample.data for run in runs for sample in run.samples)
        return self._filled((fragment_header(fragment.number, runs), media))

    def _filled(self, pieces: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """The pieces, and an empty box up to the border of a block."""
        if not self._aligned:
            return (stored(b"".join(pieces)),) if self.profile.gzip else pieces
        box = filling(_size(pieces), self.profile.block)
        if self.profile.gzip:
            opened = opening(box)
            return (stored(b"".join((*pieces, opened))) + zeros(box - len(opened)),)
        return (*pieces, empty(box))
