"""
ffmpeg's command line and environment, made from the configuration. ffmpeg 5.1 or newer is needed.

What goes out is fragmented MP4 on file descriptor 1, one fragment for each frame, with nothing in it that tells about
this machine as far as ffmpeg lets us; the rest is left behind when :mod:`onionstream.video` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from onionstream.encoder import picture
from onionstream.encoder.picture import Size
from onionstream.encoder.sources import Input, slate_input, source_input
from onionstream.settings.config import Config, Video

_SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"

_GIB = 2**30

RATE = 48000
"""Samples of sound a second."""


class Sound(Protocol):
    """What a sound is like; see ``video.samples.AudioTrack``."""

    @property
    def rate(self) -> int:
        """Samples a second."""

    @property
    def channels(self) -> int:
        """1 to 8."""


def _words(text: str) -> tuple[str, ...]:
    """:return: the words of a text, one argument each."""
    return tuple(text.split())


_GLOBAL = _words("-nostdin -hide_banner -nostats -loglevel level+warning -max_alloc 268435456 -filter_threads 2")

_CLEAN = _words("-map_metadata -1 -map_chapters -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact")

# -min_frag_duration, in microseconds: without it a fragment also ends before a track's first frame in it, and ffmpeg
# 5.1 then gives half of the sound's frames a wrong time whenever two of them wait at once (seen with every file, not
# with the test picture). Measured: the same delay.
_OUTPUT = _words(
    """
    -max_muxing_queue_size 1024 -f mp4 -movflags frag_every_frame+empty_moov+default_base_moof+skip_trailer
    -min_frag_duration 1 -flush_packets 1 pipe:1
    """
)

# What picture.fitted makes. Without these words in the stream each player guesses.
_COLOURS = _words("-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv")

_HARDWARE = {
    "h264_nvenc": "-preset p4 -tune ull -zerolatency 1 -rc cbr -no-scenecut 1",
    "h264_qsv": "-preset veryfast -async_depth 1 -look_ahead 0",
    "h264_v4l2m2m": "",
    "h264_vaapi": "-rc_mode CBR -async_depth 1",
}

_PIXELS = {"h264_qsv": "format=nv12", "h264_vaapi": "format=nv12,hwupload"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What a command needs to know about the machine.

    :ivar program: path of ffmpeg in full; a bare name when it was not found.
    :ivar environment: the daemon's environment variables.
    :ivar home: the person's home directory.
    :ivar font: path of a font file; empty: there is none.
    """

    program: str
    environment: Mapping[str, str]
    home: str
    font: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """
    One way to start ffmpeg.

    :ivar program: path of ffmpeg in full.
    :ivar arguments: its command line, or that of a program that becomes it
        (:mod:`onionstream.encoder.confinement`); the first one is a path in full.
    :ivar environment: all of its environment.
    :ivar text: what it does, for people.
    :ivar stdin: what it reads on file descriptor 0, which ends after it.
    :ivar network: it needs this machine's network, such as for a screen elsewhere.
    :ivar address_space: bytes of memory it may map; 0: no bound, for hardware maps what it likes.
    :ivar files: that it reads, by their paths in full.
    :ivar file_size: bytes; no file it writes may be larger. It writes none, but sound servers share memory as files.
    """

    program: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    text: str
    stdin: bytes = b""
    network: bool = False
    address_space: int = 0
    files: tuple[str, ...] = ()
    file_size: int = 0


def command(config: Config, surroundings: Surroundings) -> Command:
    """
    :return: how to start ffmpeg for this configuration.
    :raises CommandError: something is missing.
    """
    return _command(
        source_input(config, surroundings.environment.get("DISPLAY", ""), surroundings.font), config, surroundings
    )


def slate(config: Config, surroundings: Surroundings, sound: Sound | None = None) -> Command:
    """
    :return: how to make what viewers see while there is no picture; with the settings of the stream.
    :param sound: what its sound is like, where the settings do not say that.
    """
    if sound is not None:
        config = replace(config, audio=replace(config.audio, enabled=True, channels=sound.channels))
    return _command(slate_input(config, surroundings.font), config, surroundings, sound.rate if sound else RATE)


def _command(source: Input, config: Config, surroundings: Surroundings, rate: int = RATE) -> Command:
    """:return: how to make this of it."""
    environment = _environment(source, config, surroundings)
    arguments = (
        *_GLOBAL,
        *_device(config.video),
        *source.arguments,
        *_maps(source, config),
        *_encoding(source, config, rate),
    )
    return Command(
        program=surroundings.program,
        arguments=(surroundings.program, *arguments),
        environment=environment,
        text=_text(source, config),
        stdin=source.stdin,
        network=_is_remote(environment),
        files=source.files,
        address_space=2 * _GIB if config.video.encoder == "libx264" else 0,
        file_size=_GIB // 8 if "XDG_RUNTIME_DIR" in source.variables else 0,
    )


def _environment(source: Input, config: Config, surroundings: Surroundings) -> dict[str, str]:
    """:return: what ffmpeg may know of the daemon's environment (L-53, D-73): little, and more only for capture."""
    theirs = surroundings.environment
    known = {"PATH": theirs.get("PATH", _SEARCH_PATH), "LANG": "C.UTF-8", "TZ": "UTC"}
    known |= {name: theirs[name] for name in source.variables if name in theirs}
    if "XAUTHORITY" in source.variables:
        known.setdefault(
            "XAUTHORITY", f"{surroundings.home}/.Xauthority"
        )  # Xlib would look in $HOME, which is not here
    if config.source.kind == "screen" and config.source.screen.display:
        known["DISPLAY"] = config.source.screen.display
    return known


def _is_remote(environment: Mapping[str, str]) -> bool:
    """:return: whether the screen or the sound server is reached over a network, be it only the loopback one."""
    display, server = environment.get("DISPLAY", ""), environment.get("PULSE_SERVER", "")
    remote_display = not display.startswith((":", "unix:", "/")) and bool(display)
    return remote_display or not (server.startswith("/") or "unix:" in server or not server)


def _device(video: Video) -> tuple[str, ...]:
    """:return: the hardware that ffmpeg opens before everything else."""
    return ("-vaapi_device", video.device) if video.encoder == "h264_vaapi" else ()


def _maps(source: Input, config: Config) -> tuple[str, ...]:
    """:return: which streams are used."""
    wanted = source.maps if config.audio.enabled else source.maps[:1]
    chosen = tuple(word for one in wanted for word in ("-map", one))
    return (*chosen, "-sn", "-dn", *(() if config.audio.enabled else ("-an",)))


def _encoding(source: Input, config: Config, rate: int) -> tuple[str, ...]:
    """:return: the output side."""
    sound = _audio_encoding(source, config, rate) if config.audio.enabled else ()
    return (*_CLEAN, *_video_encoding(source, config.video), *sound, *_OUTPUT)


def _video_encoding(source: Input, video: Video) -> tuple[str, ...]:
    """:return: filters and encoder of the picture; a keyframe can be decoded by itself and stands where it must."""
    filters = (picture.fitted(Size.parse(video.size)), source.drawn, _PIXELS.get(video.encoder, "format=yuv420p"))
    rate, distance = str(video.rate), str(max(1, round(video.rate * video.keyframes)))
    return (
        *("-vf", ",".join(_present(filters)), "-r", rate, "-fps_mode:v", "cfr"),
        *("-c:v", video.encoder, *_tuning(video), "-threads:v", "2", "-bf", "0"),
        *("-g", distance, "-keyint_min", distance, *_rate_control(video.bitrate), *_COLOURS),
    )


def _tuning(video: Video) -> tuple[str, ...]:
    """
    :return: what an encoder needs to give each frame out at once.

    Of the hardware encoders none could be tried where this was written; the options are those of ffmpeg's manual.
    """
    if video.encoder == "libx264":
        return ("-preset", video.preset, "-tune", "zerolatency", "-sc_threshold", "0")
    return _words(_HARDWARE[video.encoder])


def _rate_control(bitrate: int) -> tuple[str, ...]:
    """:param bitrate: kbit/s, kept within every second: a circuit's queue is all the smoothing there is."""
    return ("-b:v", f"{bitrate}k", "-maxrate", f"{bitrate}k", "-bufsize", f"{bitrate}k")


def _audio_encoding(source: Input, config: Config, rate: int) -> tuple[str, ...]:
    """:return: filters and encoder of the sound."""
    filters = ("-af", source.sound) if source.sound else ()
    channels, bitrate = str(config.audio.channels), f"{config.audio.bitrate}k"
    return (*filters, "-c:a", "aac", "-ar", str(rate), "-ac", channels, "-b:a", bitrate)


def _text(source: Input, config: Config) -> str:
    """:return: a sentence's worth for people."""
    video, audio = config.video, config.audio
    silent = not audio.enabled or len(source.maps) == 1
    sound = "no sound" if silent else f"sound {audio.bitrate} kbit/s"
    return f"{source.text}, {video.size}, {video.rate} frames a second, {video.bitrate} kbit/s, {sound}"


def _present(filters: Iterable[str]) -> list[str]:
    """:return: those that are not empty."""
    return [one for one in filters if one]
