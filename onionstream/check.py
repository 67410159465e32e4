"""
``--check``: what is there and what is missing on this machine, one line each, before anybody goes on air.

Nothing is guessed where it can be tried: the source is run for a moment, with the very command the daemon would use.
"""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from onionstream.encoder import commands
from onionstream.encoder.commands import Command, command
from onionstream.encoder.complaints import advice, complaint
from onionstream.encoder.confinement import find_confinement
from onionstream.encoder.folder import text
from onionstream.encoder.follower import Beginning, Follower
from onionstream.encoder.lastlines import LastLines
from onionstream.encoder.playlist import PlaylistError
from onionstream.encoder.playout import LARGEST
from onionstream.encoder.segmentfiles import FolderError, SegmentFiles
from onionstream.encoder.sources import CommandError
from onionstream.encoder.surroundings import check_files, is_runnable, look_around
from onionstream.files.state import StateDirectory, StateError
from onionstream.onion import version
from onionstream.onion.errors import CannotStartError
from onionstream.onion.surroundings import Surroundings
from onionstream.settings.config import Config
from onionstream.video.demux import Demuxer
from onionstream.video.errors import VideoError
from onionstream.video.samples import Kind, Sample
from onionstream.web.sockets import ListenError, check_port

OLDEST_FFMPEG = (5, 1)
"""The first version with ``-fps_mode``."""

PATIENCE = 15.0
"""Seconds in which a source must give its first picture."""


class Verdict(Enum):
    """How a finding counts; the value stands at the beginning of its line."""

    GOOD = "ok"
    WARNING = "warning"
    MISSING = "PROBLEM"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that was looked at.

    :ivar verdict: whether the stream can run with it.
    :ivar text: what it is, and what to do.
    """

    verdict: Verdict
    text: str

    def __str__(self) -> str:
        """The line that is shown."""
        return f"{self.verdict.value:<8} {self.text}"


def findings(config: Config, state: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """
    Look at everything the daemon needs, in the order in which it is shown.

    :param config: what is to be run.
    :param state: the state directory.
    :param environment: of this process.
    """
    surroundings = look_around(config.encoder.program, environment)
    yield from _ffmpeg(config, surroundings)
    yield _font(surroundings)
    yield _protection()
    yield _source(config, surroundings)
    yield _tor(config, environment)
    yield _state(state)
    yield _port(config.web.port)


def _version(text: str) -> tuple[int, ...]:
    """The first version number in a text, or nothing."""
    match = re.search(r"(\d+(?:\.\d+)+)", text)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _said(*arguments: str) -> str:
    """What a program prints, or nothing when it cannot be run."""
    try:
        done = subprocess.run(arguments, capture_output=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


def _ffmpeg(config: Config, surroundings: commands.Surroundings) -> Iterator[Finding]:
    program = surroundings.program
    if not is_runnable(program):
        yield Finding(
            Verdict.MISSING, f'ffmpeg: no program "{program}": apt install ffmpeg, or set program in [encoder]'
        )
        return
    version = _version(_said(program, "-version"))
    if version and version < OLDEST_FFMPEG:
        yield Finding(Verdict.MISSING, f"ffmpeg {_dotted(version)} is too old: {_dotted(OLDEST_FFMPEG)} is needed")
        return
    known = _said(program, "-hide_banner", "-encoders")
    wanted = [config.video.encoder, *(["aac"] if config.audio.enabled else [])]
    missing = [name for name in wanted if not re.search(rf"^ \S+ {re.escape(name)} ", known, re.MULTILINE)]
    for name in missing:
        yield Finding(Verdict.MISSING, f"ffmpeg {_dotted(version)} has no encoder {name}: install a complete ffmpeg")
    if not missing:
        yield Finding(Verdict.GOOD, f"ffmpeg {_dotted(version)} with {' and '.join(wanted)}")


def _font(surroundings: commands.Surroundings) -> Finding:
    if surroundings.font:
        return Finding(Verdict.GOOD, f"font {surroundings.font}")
    return Finding(Verdict.WARNING, "no font: the test picture has no large clock. apt install fonts-dejavu-core")


def _protection() -> Finding:
    lacking = find_confinement().missing
    if not lacking:
        return Finding(Verdict.GOOD, "ffmpeg runs without network and with bounds (unshare, setpriv, prlimit, nice)")
    return Finding(Verdict.WARNING, f"ffmpeg runs with less protection: {' '.join(lacking)}")


def _source(config: Config, surroundings: commands.Surroundings) -> Finding:
    """Run the source until its first picture."""
    if config.source.kind == "folder":
        return _folder(config)
    try:
        wanted = command(config, surroundings)
        check_files(wanted)
    except CommandError as error:
        return Finding(Verdict.MISSING, f"source {config.source.kind}: {error}")
    if not is_runnable(wanted.program):
        return Finding(Verdict.MISSING, f"source {config.source.kind}: cannot be tried without ffmpeg")
    started = time.monotonic()
    seen, words = _try(find_confinement().around(wanted))
    if seen:
        return Finding(Verdict.GOOD, f"source: {wanted.text}; first picture after {time.monotonic() - started:.1f} s")
    said = words.last(50)
    text = complaint(said) or f"no picture within {PATIENCE:.0f} s"
    return Finding(Verdict.MISSING, " ".join(filter(None, (f"source {config.source.kind}: {text}.", advice(text)))))


def _folder(config: Config) -> Finding:
    """Read what lies in the folder, however old."""
    settings, follower, demuxer = config.source.folder, Follower(), Demuxer(LARGEST)
    name = f"source: {text(settings)}"
    try:
        files = SegmentFiles(settings.path, settings.playlist)
        with closing(files):
            pieces = [one.init if isinstance(one, Beginning) else one for one in follower.turn(files, 0)]
            pictures = sum(isinstance(one, Sample) for piece in pieces for one in demuxer.feed(piece))
    except FolderError as error:
        return Finding(Verdict.MISSING, f"{name}: {error}")
    except PlaylistError as error:
        return Finding(Verdict.MISSING, f"{name}: the playlist {error}")
    except VideoError as error:
        return Finding(Verdict.MISSING, f"{name}: what is written there cannot be used ({error})")
    if pictures:
        return Finding(Verdict.GOOD, f"{name}, in which a stream is written")
    return Finding(Verdict.WARNING, f"{name}, in which nothing is written yet: start OBS, or your script")


def _try(wanted: Command) -> tuple[bool, LastLines]:
    """Run ffmpeg until its first picture, its end, or the end of our patience; :return: whether there was a picture."""
    words = LastLines()
    pipe = subprocess.PIPE
    with subprocess.Popen(
        wanted.arguments, env=dict(wanted.environment), stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(wanted.stdin)
            process.stdin.close()
        try:
            seen = _gives_picture(process, words)
        finally:
            process.kill()
    words.end_run()
    return seen, words


def _gives_picture(process: subprocess.Popen[bytes], words: LastLines) -> bool:
    """Whether a video frame comes out of it in time; what it says meanwhile goes into ``words``."""
    demuxer = Demuxer()
    until = time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as pipes:
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
            pipes.register(pipe, selectors.EVENT_READ)
        while pipes.get_map() and (left := until - time.monotonic()) > 0:
            for key, _ in pipes.select(left):
                data = os.read(key.fd, 1 << 16)
                if not data:
                    pipes.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    words.feed(data)
                elif _has_picture(demuxer, data):
                    return True
    return False


def _has_picture(demuxer: Demuxer, data: bytes) -> bool:
    """Whether a frame is complete now."""
    try:
        return any(isinstance(event, Sample) and event.kind is Kind.VIDEO for event in demuxer.feed(data))
    except VideoError:
        return False


def _tor(config: Config, environment: Mapping[str, str]) -> Finding:
    """Without tor the stream can run, but only on this machine."""
    settings = config.tor
    if not settings.enabled:
        return Finding(Verdict.WARNING, "no onion address is wanted ([tor] enabled): only this machine can watch")
    if settings.control:
        return Finding(Verdict.GOOD, f"the tor of this system is used: {settings.control}")
    try:
        program = Surroundings(search_path=environment.get("PATH", "")).program(settings.program)
        said = _said(program, "--version")
        old = version.warning(said)
    except CannotStartError as error:
        return Finding(Verdict.WARNING, f"no onion address: {error}")
    return Finding(Verdict.WARNING, old) if old else Finding(Verdict.GOOD, f"tor {_dotted(_version(said))}")


def _state(path: Path) -> Finding:
    try:
        StateDirectory(path).close()
    except StateError as error:
        return Finding(Verdict.MISSING, f"state: {error}")
    return Finding(Verdict.GOOD, f"state directory {path}, for you alone")


def _port(port: int) -> Finding:
    if not port:
        return Finding(Verdict.GOOD, "no port: the site is on its UNIX socket only")
    try:
        check_port(port)
    except ListenError as error:
        return Finding(Verdict.MISSING, str(error))
    return Finding(Verdict.GOOD, f"port {port} of 127.0.0.1 is free")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version) or "of unknown version"
