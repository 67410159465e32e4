"""
All findings, in the order in which they are shown, and those about what is installed here.

Nothing is guessed where it can be tried.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from onionstream.check import beside, source
from onionstream.check.finding import Finding, Verdict
from onionstream.encoder import commands
from onionstream.encoder.confinement import find_confinement
from onionstream.encoder.surroundings import is_runnable, look_around
from onionstream.onion import version
from onionstream.onion.errors import CannotStartError
from onionstream.onion.surroundings import Surroundings
from onionstream.settings.config import Config
from onionstream.web.sockets import ListenError, check_port

OLDEST_FFMPEG = (5, 1)
"""The first version with ``-fps_mode``."""

PATIENCE = 15.0
"""Seconds in which a program must say which one it is."""


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
    yield source.look(config, surroundings)
    yield _tor(config, environment)
    yield from beside.look(config, state)
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


def _tor(config: Config, environment: Mapping[str, str]) -> Finding:
    """Without tor the stream can run, but only on this machine."""
    settings = config.tor
    if not settings.enabled:
        return Finding(
            Verdict.WARNING, "no onion address is wanted ([tor] enabled, or --no-tor): only this machine can watch"
        )
    if settings.control:
        return Finding(Verdict.GOOD, f"the tor of this system is used: {settings.control}")
    try:
        program = Surroundings(search_path=environment.get("PATH", "")).program(settings.program)
        said = _said(program, "--version")
        old = version.warning(said)
    except CannotStartError as error:
        return Finding(Verdict.WARNING, f"no onion address: {error}")
    return Finding(Verdict.WARNING, old) if old else Finding(Verdict.GOOD, f"tor {_dotted(_version(said))}")


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
