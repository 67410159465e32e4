"""What passes from the demuxer to the muxer: codec parameters, and samples of one frame each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from onionstream.video.avc import AvcConfig

AAC_FRAME = 1024
"""Audio samples in one frame of sound (ISO/IEC 14496-3)."""


class Kind(Enum):
    """The two kinds of track; the value is the track's number in what we send."""

    VIDEO = 1
    AUDIO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack:
    """
    An H.264 track.

    :ivar width: pixels.
    :ivar height: pixels.
    :ivar timescale: ticks a second of its samples' times.
    :ivar avc: what a decoder needs before the first frame.
    """

    width: int
    height: int
    timescale: int
    avc: AvcConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """
    An AAC-LC track.

    :ivar rate: audio samples a second.
    :ivar channels: 1 to 8.
    :ivar timescale: ticks a second of its samples' times.
    :ivar config: the AudioSpecificConfig, two bytes (ISO/IEC 14496-3, 1.6.2.1).
    """

    rate: int
    channels: int
    timescale: int
    config: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """
    What one run of an encoder sends; at least one of the two.

    :ivar video: None for sound alone.
    :ivar audio: None for a silent film.
    """

    video: VideoTrack | None = None
    audio: AudioTrack | None = None

    @property
    def kinds(self) -> frozenset[Kind]:
        """Which tracks there are."""
        present = ((Kind.VIDEO, self.video), (Kind.AUDIO, self.audio))
        return frozenset(kind for kind, track in present if track is not None)

    @property
    def leading(self) -> Kind:
        """The track that others go along with: the picture, if there is one."""
        return Kind.AUDIO if self.video is None else Kind.VIDEO

    def timescale(self, kind: Kind) -> int:
        """Ticks a second of the track's times; :raises KeyError: when there is no such track."""
        track = self.video if kind is Kind.VIDEO else self.audio
        if track is None:
            raise KeyError(kind)
        return track.timescale

    def continues(self, before: Tracks) -> bool:
        """
        Whether a player that was given ``before`` can go on with samples of these tracks.

        The picture may change its size (parameter sets stand before every keyframe); the sound must stay the same,
        since AAC has nothing of the kind.
        """
        if self.kinds != before.kinds:
            return False
        return self.audio is None or (before.audio is not None and self.audio.config == before.audio.config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """
    One frame.

    :ivar kind: its track.
    :ivar decode_time: ticks of the track's timescale.
    :ivar duration: ticks.
    :ivar offset: ticks from decode time to the time of showing (B-frames); may be negative.
    :ivar keyframe: a decoder may start here; always so for sound.
    :ivar disposable: no other picture refers to this one.
    :ivar data: the frame, as ``AvcConfig.clean`` makes it, or a raw AAC frame; a view of its fragment's media, once it
        is in one.
    """

    kind: Kind
    decode_time: int
    duration: int
    offset: int = 0
    keyframe: bool = True
    disposable: bool = False
    data: bytes | memoryview
