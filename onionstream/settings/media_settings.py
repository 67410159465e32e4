"""Settings of what is seen and heard: the tables ``[stream]`` to ``[players]`` of ``config.toml``, one class each."""

from __future__ import annotations

from dataclasses import dataclass, field

from onionstream.settings.schema import at_most, between, matching, one_of, that

_ENCODERS = ("libx264", "h264_nvenc", "h264_qsv", "h264_vaapi", "h264_v4l2m2m")
_PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")
_DEVICE = matching(r"/.+", 'a device file in full, which begins with "/"')
_DISPLAY = r"(:\d{1,4}(\.\d{1,2})?)?"
_REGION = r"(\d{2,5}x\d{2,5}\+\d{1,5}\+\d{1,5})?"
_SOUND = r"((pulse|alsa):.{1,200})?"


def _is_size(text: str) -> bool:
    """:return: whether this is a size for 4:2:0, in which both sides are even, and one that players can show."""
    width, _, height = text.partition("x")
    return width in map(str, range(16, 3841, 2)) and height in map(str, range(16, 2161, 2))


_SIZE = that(_is_size, ': WIDTHxHEIGHT, both even, from "16x16" to "3840x2160"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """
    ``[stream]``: what viewers read about the stream.

    :ivar title: shown above everything else, at most 200 characters.
    :ivar description: a few sentences under the title, at most 2000 characters; may be empty.
    :ivar slate: what stands in the picture while the encoder gives none; may be empty.
    """

    title: str = field(default="A live stream", metadata=at_most(200, "characters", least=1))
    description: str = field(default="", metadata=at_most(2000, "characters", several_lines=True))
    slate: str = field(default="One moment, please", metadata=at_most(40, "characters"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSource:
    """
    ``[source.test]``: a moving test picture with a clock and a tone; needs nothing.

    :ivar code: also draw the wall clock as squares that a program can read: it tells viewers this machine's clock.
    """

    code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """
    ``[source.file]``: one file, or several one after the other, over and over.

    :ivar paths: video files of one kind, with the same codecs; relative ones from the configuration file's folder.
    """

    paths: tuple[str, ...] = field(default=(), metadata=at_most(1000, "paths"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSource:
    """
    ``[source.screen]``: an X11 screen with the sound of a PulseAudio (or PipeWire) source.

    :ivar display: the X display, such as ``:0``; empty: the one in ``$DISPLAY``.
    :ivar region: ``WIDTHxHEIGHT+X+Y`` in pixels; empty: the whole screen.
    :ivar cursor: draw the mouse pointer.
    :ivar sound: name of the PulseAudio source, such as ``default``; empty: no sound.
    :ivar clock: draw the time (UTC) over the picture. It tells viewers this machine's clock.
    """

    display: str = field(default="", metadata=matching(_DISPLAY, 'a display of this machine, such as ":0", or ""'))
    region: str = field(default="", metadata=matching(_REGION, 'WIDTHxHEIGHT+X+Y, such as "1280x720+0+0", or ""'))
    cursor: bool = True
    sound: str = field(default="default", metadata=at_most(200, "characters"))
    clock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSource:
    """
    ``[source.camera]``: a video4linux camera with the sound of a microphone.

    :ivar device: the camera's device file.
    :ivar size: ``WIDTHxHEIGHT`` to ask the camera for; empty: its own choice.
    :ivar rate: frames a second to ask the camera for; 0: its own choice.
    :ivar sound: ``pulse:NAME`` or ``alsa:NAME``, such as ``pulse:default``; empty: no sound.
    """

    device: str = field(default="/dev/video0", metadata=_DEVICE)
    size: str = field(default="", metadata=matching(r"(\d{2,4}x\d{2,4})?", 'WIDTHxHEIGHT, such as "1280x720", or ""'))
    rate: int = field(default=0, metadata=between(0, 240))
    sound: str = field(default="pulse:default", metadata=matching(_SOUND, '"pulse:NAME", "alsa:NAME" or ""'))


def _is_playlist(text: str) -> bool:
    """:return: whether this may be the name of a file in a folder, or nothing."""
    return not text or ("/" not in text and not text.startswith(".") and len(text.encode()) <= 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSource:
    """
    ``[source.folder]``: the segments of an HLS stream that OBS or a script writes into a folder.

    :ivar path: of the folder; a relative one from the configuration file's folder.
    :ivar playlist: the name of the playlist in it; empty: the newest file whose name ends with ``.m3u8``.
    :ivar stale: seconds without anything new after which the stream counts as over.
    """

    path: str = field(default="", metadata=at_most(1000, "characters"))
    playlist: str = field(default="", metadata=that(_is_playlist, ': the name of a file in the folder, or ""'))
    stale: float = field(default=30.0, metadata=between(2, 600))


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSource:
    """
    ``[source.command]``: your own ffmpeg arguments for the input side.

    :ivar input: the arguments up to and including the last ``-i``, one string each; none that uses a network.
    :ivar capture: the input needs the desktop's screen or sound: hand ffmpeg the environment variables for those.
    """

    input: tuple[str, ...] = field(default=(), metadata=at_most(200, "words"))
    capture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    ``[source]``: where the picture comes from.

    :ivar kind: which of the tables below is used: ``test``, ``file``, ``screen``, ``camera``, ``folder`` or
        ``command``.
    """

    kind: str = field(default="test", metadata=one_of("test", "file", "screen", "camera", "folder", "command"))
    test: TestSource = field(default_factory=TestSource)
    file: FileSource = field(default_factory=FileSource)
    screen: ScreenSource = field(default_factory=ScreenSource)
    camera: CameraSource = field(default_factory=CameraSource)
    folder: FolderSource = field(default_factory=FolderSource)
    command: CommandSource = field(default_factory=CommandSource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """
    ``[video]``: how the picture is encoded, always as H.264.

    :ivar size: ``WIDTHxHEIGHT`` in pixels, both even; the picture is fitted into it with black bars.
    :ivar rate: frames a second.
    :ivar bitrate: kbit/s.
    :ivar keyframes: seconds from one keyframe to the next.
    :ivar encoder: ffmpeg's name of the encoder: ``libx264``, or a hardware encoder by name.
    :ivar preset: libx264's preset; others ignore it.
    :ivar device: the device file a hardware encoder works on; only ``h264_vaapi`` needs it.
    """

    size: str = field(default="640x360", metadata=_SIZE)
    rate: int = field(default=30, metadata=between(1, 120))
    bitrate: int = field(default=400, metadata=between(20, 20000))
    keyframes: float = field(default=1.0, metadata=between(0.1, 10))
    encoder: str = field(default="libx264", metadata=one_of(*_ENCODERS))
    preset: str = field(default="medium", metadata=one_of(*_PRESETS))
    device: str = field(default="/dev/dri/renderD128", metadata=_DEVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """
    ``[audio]``: how the sound is encoded, always as AAC at 48 kHz.

    :ivar enabled: send sound at all.
    :ivar bitrate: kbit/s.
    :ivar channels: 1 or 2.
    """

    enabled: bool = True
    bitrate: int = field(default=48, metadata=between(8, 512))
    channels: int = field(default=1, metadata=between(1, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """
    ``[encoder]``: the ffmpeg process and when it is started again.

    :ivar program: ffmpeg's name or path.
    :ivar stall: seconds without a picture after which ffmpeg counts as stuck and is started again.
    :ivar first_wait: seconds before the first restart; each failure after that doubles it.
    :ivar longest_wait: seconds; no wait is longer.
    :ivar settled: a run of at least this many seconds counts as healthy; the next wait is ``first_wait`` again.
    """

    program: str = field(default="ffmpeg", metadata=matching(r"[^-].*", 'a name or a path, such as "ffmpeg"'))
    stall: float = field(default=8.0, metadata=between(2, 600))
    first_wait: float = field(default=0.2, metadata=between(0.1, 3600))
    longest_wait: float = field(default=60.0, metadata=between(0.1, 86400))
    settled: float = field(default=60.0, metadata=between(1, 86400))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    ``[delivery]``: how the video goes out to viewers.

    :ivar fragment: milliseconds of video in one piece; smaller is sooner, larger is cheaper.
    :ivar window: seconds of the stream kept in memory for viewers who lag.
    :ivar window_size: MiB the window takes at the most.
    :ivar behind: seconds a viewer may lag before he is moved to the newest keyframe.
    :ivar silent: seconds after which a viewer who takes nothing at all is let go.
    :ivar slate: seconds without a picture from the encoder after which viewers see the slate; 0: never.
    """

    fragment: int = field(default=100, metadata=between(10, 2000))
    window: float = field(default=60.0, metadata=between(2, 600))
    window_size: int = field(default=32, metadata=between(1, 1024))
    behind: float = field(default=10.0, metadata=between(1, 300))
    silent: float = field(default=45.0, metadata=between(5, 3600))
    slate: float = field(default=1.0, metadata=between(0, 3600))


@dataclass(frozen=True, slots=True, kw_only=True)
class Players:
    """
    ``[players]``: what is done so that each kind of player shows the stream smooth and near.

    :ivar padding: fill what Firefox gets up to the blocks in which it reads.
    :ivar sync: tell Firefox that every frame is a keyframe.
    :ivar backlog: give Chromium at once what it gathers before it begins.
    :ivar squeeze: bring viewers nearer to the live edge than their players would stay.
    :ivar closing: cut out of Chromium's times what it has missed.
    :ivar thinning: leave pictures out for viewers whose line is too slow.
    :ivar firefox: seconds of the stream that Firefox is left with by the squeeze.
    :ivar firefox_sound: the same with the sound on from the start.
    :ivar firefox_fast: the same in the fast mode, without sound.
    :ivar chromium: seconds of the stream that Chromium is left with by the squeeze.
    :ivar chromium_fast: the same in the fast mode.
    :ivar slow: seconds that a viewer with Firefox may lag before pictures are left out.
    """

    padding: bool = True
    sync: bool = True
    backlog: bool = True
    squeeze: bool = True
    closing: bool = True
    thinning: bool = True
    firefox: float = field(default=0.6, metadata=between(0.2, 1))
    firefox_sound: float = field(default=1.0, metadata=between(0.3, 3))
    firefox_fast: float = field(default=0.25, metadata=between(0.2, 1))
    chromium: float = field(default=1.2, metadata=between(0.3, 3))
    chromium_fast: float = field(default=0.8, metadata=between(0.3, 3))
    slow: float = field(default=1.0, metadata=between(0.5, 60))
