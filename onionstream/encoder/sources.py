"""
The input side of ffmpeg's command line, for each kind of source.

Whatever ffmpeg opens has its format forced and its protocols listed, so that no file can send it anywhere else (L-04).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from onionstream.encoder import picture
from onionstream.encoder.picture import Size
from onionstream.settings.config import CameraSource, Config, FileSource, ScreenSource

FORMATS = {
    "3gp": "mov",
    "asf": "asf",
    "avi": "avi",
    "flv": "flv",
    "m2ts": "mpegts",
    "m4v": "mov",
    "mkv": "matroska",
    "mov": "mov",
    "mp4": "mov",
    "mpeg": "mpeg",
    "mpg": "mpeg",
    "mts": "mpegts",
    "mxf": "mxf",
    "nut": "nut",
    "ogg": "ogg",
    "ogv": "ogg",
    "ts": "mpegts",
    "vob": "mpeg",
    "webm": "matroska",
    "wmv": "asf",
}
"""ffmpeg's name of the format of a file, by the end of the file's name. Formats that can name other files or addresses
(playlists, ffmpeg's own lists) are not among them."""

X11_VARIABLES = ("DISPLAY", "XAUTHORITY")
SOUND_VARIABLES = ("PULSE_SERVER", "XDG_RUNTIME_DIR")

_MAIN = ("0:V:0", "0:a:0?")
"""A file's first picture that is no cover, and its first sound if it has one."""

_SOUND_FRAGMENT = 48000 * 2 * 2 // 50
"""Bytes of 20 ms of sound (48 kHz, stereo, 16 bits). PulseAudio's own choice is up to 2 s."""

_WHOLE = "aresample=async=1:first_pts=0"
"""Sound without holes: silence where it begins late, has a gap, or a sound card's clock falls 0.1 s behind; and a cut
where that runs ahead. Stretching it instead (``async=1000``) gave a second of frames a wrong time at each start."""


class CommandError(Exception):
    """With this configuration no ffmpeg can be started; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """
    Where a picture comes from, in ffmpeg's words.

    :ivar arguments: up to and including the last ``-i`` and its value.
    :ivar text: the same for people.
    :ivar maps: which streams of the inputs are used; empty: ffmpeg's own choice.
    :ivar drawn: a filter chain over the picture in its final size; may be empty.
    :ivar sound: a filter chain for the sound; may be empty.
    :ivar stdin: what ffmpeg reads on file descriptor 0.
    :ivar variables: names of the environment variables it needs.
    :ivar files: that it reads, by their paths in full.
    """

    arguments: tuple[str, ...]
    text: str
    maps: tuple[str, ...] = ()
    drawn: str = ""
    sound: str = ""
    stdin: bytes = b""
    variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def source_input(config: Config, display: str, font: str) -> Input:
    """
    :param config: which source, and what it should become.
    :param display: the X display of the daemon's environment; may be empty.
    :param font: path of a font file, or empty.
    :raises CommandError: something is missing.
    """
    kinds: Mapping[str, Callable[[], Input]] = {
        "test": lambda: _test(config, font),
        "file": lambda: _file(config.source.file),
        "screen": lambda: _screen(config.source.screen, config, display, font),
        "camera": lambda: _camera(config.source.camera, sound=config.audio.enabled),
        "command": lambda: _command(config),
    }
    if config.source.kind not in kinds:
        raise CommandError(f"A source of the kind {config.source.kind} needs no ffmpeg.")
    return kinds[config.source.kind]()


def slate_input(config: Config, font: str) -> Input:
    """
    :return: a still picture with silence, as long as from one keyframe to the next.
    :param config: what it should become.
    :param font: path of a font file, or empty: then there are no words.
    """
    size, video, words = Size.parse(config.video.size), config.video, config.stream.slate
    seconds = max(video.keyframes, 1 / video.rate)
    still = ("-f", "lavfi", "-i", f"color=c=0x17191f:size={size}:rate={video.rate}:duration={seconds}")
    silence = ("-f", "lavfi", "-i", f"anullsrc=r=48000:duration={seconds}")
    return Input(
        arguments=still + silence,
        maps=("0:v:0", "1:a:0"),
        drawn=picture.sign(font, words) if font and words else "",
        text="slate",
    )


def _test(config: Config, font: str) -> Input:
    """:return: a test picture with a clock, and a low hum with a beep each second."""
    size, rate = Size.parse(config.video.size), config.video.rate
    pictures = ("-re", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}")
    tone = ("-re", "-f", "lavfi", "-i", "sine=frequency=220:beep_factor=4:sample_rate=48000,volume=0.3")
    drawn = [picture.running_clock(font)] if font else []
    if config.source.test.code:
        drawn.append(picture.clock_code(size, rate))
    return Input(
        arguments=pictures + tone if config.audio.enabled else pictures,
        maps=("0:v:0", "1:a:0"),
        drawn=",".join(drawn),
        text="test picture",
    )


def _file(source: FileSource) -> Input:
    """:return: one file or a list of files, over and over, at their own speed."""
    form = _one_format(source.paths)
    once = ("-re", "-stream_loop", "-1", "-threads", "2")
    if len(source.paths) == 1:
        opened = ("-protocol_whitelist", "file", "-f", form, "-i", f"file:{source.paths[0]}")
        return Input(
            arguments=once + opened, text="a file, over and over", maps=_MAIN, sound=_WHOLE, files=source.paths
        )
    known = ("-protocol_whitelist", "file,pipe", "-format_whitelist", f"concat,{form}")
    return Input(
        arguments=(*once, *known, "-f", "concat", "-safe", "0", "-i", "pipe:0"),
        text=f"{len(source.paths)} files, over and over",
        maps=_MAIN,
        sound=_WHOLE,
        stdin=_playlist(source.paths, form),
        files=source.paths,
    )


def _one_format(paths: tuple[str, ...]) -> str:
    """:return: ffmpeg's name of the format that all files have; it stops at the first that has another one."""
    formats = {_format(path): path for path in paths}
    if len(formats) > 1:
        first, second, *_ = formats.values()
        raise CommandError(f'"{first}" and "{second}" cannot follow each other: a list needs files of one kind.')
    return next(iter(formats))


def _format(path: str) -> str:
    """:return: ffmpeg's name of a file's format."""
    ending = PurePath(path).name.rpartition(".")[2].lower()
    if ending not in FORMATS:
        known = ", ".join(FORMATS)
        raise CommandError(f'The file "{path}" cannot be a source: its name must end with one of {known}.')
    return FORMATS[ending]


def _playlist(paths: tuple[str, ...], form: str) -> bytes:
    """
    :return: a list of files as ffmpeg's concat demuxer reads it.

    ``file:`` stands before each, so that no name can be taken for another protocol. Each gets a list of formats of its
    own: ffmpeg would otherwise also follow a list inside the list, whatever its name ends with (seen in ffmpeg 5.1).
    """
    for path in paths:
        if "\n" in path or "\r" in path:
            raise CommandError(f"The file {path!r} cannot be in a list of files: its name has a line break.")
    entries = [f"file 'file:{_in_quotes(path)}'\noption format_whitelist {form}\n" for path in paths]
    return "".join(["ffconcat version 1.0\n", *entries]).encode(errors="surrogateescape")


def _in_quotes(text: str) -> str:
    """:return: a text as it stands between single quotes."""
    return text.replace("'", r"'\''")


def _screen(source: ScreenSource, config: Config, display: str, font: str) -> Input:
    """:return: a screen, with the sound of a sound server when one is named."""
    display = source.display or display
    if not display:
        raise CommandError("There is no screen: set display in [source.screen], or start onionstream in the desktop.")
    if source.clock and not font:
        raise CommandError("The clock over the screen needs a font: install fonts-dejavu-core, or set clock = false.")
    sound = _sound("pulse", source.sound) if config.audio.enabled and source.sound else ()
    rate = ("-framerate", str(config.video.rate))
    cursor = ("-draw_mouse", str(int(source.cursor)))
    grab = ("-thread_queue_size", "64", "-f", "x11grab", *rate, *cursor, *_region(source.region), "-i", display)
    return Input(
        arguments=grab + sound,
        text=f"screen {display}",
        maps=("0:v:0", "1:a:0") if sound else ("0:v:0",),
        drawn=picture.wall_clock(font) if source.clock else "",
        sound=_WHOLE,
        variables=X11_VARIABLES + (SOUND_VARIABLES if sound else ()),
    )


def _region(region: str) -> tuple[str, ...]:
    """:param region: ``WIDTHxHEIGHT+X+Y``, or empty for all."""
    if not region:
        return ()
    size, x, y = region.split("+")
    return ("-video_size", size, "-grab_x", x, "-grab_y", y)


def _camera(source: CameraSource, *, sound: bool) -> Input:
    """
    :return: a camera, with a microphone when one is named.

    Not tried on a real camera where this was written. Its frames are stamped with the wall clock (``-ts abs``), as the
    sound's are, so that ``-isync`` can bring them together.
    """
    system, _, name = source.sound.partition(":")
    size = ("-video_size", source.size) if source.size else ()
    rate = ("-framerate", str(source.rate)) if source.rate else ()
    camera = ("-thread_queue_size", "64", "-threads", "2", "-f", "v4l2", "-ts", "abs", *size, *rate)
    microphone = _sound(system, name) if sound and name else ()
    return Input(
        arguments=(*camera, "-i", source.device, *microphone),
        text=f"camera {source.device}",
        maps=("0:v:0", "1:a:0") if microphone else ("0:v:0",),
        sound=_WHOLE,
        variables=SOUND_VARIABLES if microphone else (),
    )


def _sound(system: str, name: str) -> tuple[str, ...]:
    """
    :param system: ``pulse`` or ``alsa``.
    :param name: what it calls the source of sound.
    :return: a second input; ``-isync 0`` lines its first sample up with the first frame of the picture.
    """
    pulse = ("-name", "onionstream", "-fragment_size", str(_SOUND_FRAGMENT)) if system == "pulse" else ()
    return ("-thread_queue_size", "512", "-f", system, *pulse, "-isync", "0", "-i", name)


def _command(config: Config) -> Input:
    """
    :return: the person's own arguments, as they are; :mod:`onionstream.settings.ffmpeg_input` has looked at them.

    Before each ``-i`` stands which protocols that input may use. A ``lavfi`` graph has no clock of its own: without
    ``-re`` it would give as many pictures as the processor can make.
    """
    source = config.source.command
    words: list[str] = ["-threads", "2"]
    for before, word in zip(("", *source.input), source.input, strict=False):
        if word == "-i":
            words += ["-protocol_whitelist", "file"]
        elif word == "lavfi" and before == "-f":
            words[-1:] = ["-re", "-f"]
        words.append(word)
    return Input(
        arguments=tuple(words),
        text="your own ffmpeg input",
        sound=_WHOLE,
        variables=X11_VARIABLES + SOUND_VARIABLES if source.capture else (),
    )
