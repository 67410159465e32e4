"""The source: run for a moment, with the very command that the daemon would use."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from contextlib import closing, suppress

from onionstream.check.finding import Finding, Verdict
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
from onionstream.encoder.surroundings import check_files, is_runnable
from onionstream.settings.config import Config
from onionstream.video.demux import Demuxer
from onionstream.video.errors import VideoError
from onionstream.video.samples import Kind, Sample

PATIENCE = 15.0
"""Seconds in which a source must give its first picture."""


def look(config: Config, surroundings: commands.Surroundings) -> Finding:
    """
    Run the source until its first picture.

    :param config: what is to be run.
    :param surroundings: what ffmpeg finds here.
    """
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
            pieces = (one.init if isinstance(one, Beginning) else one for one in follower.turn(files, 0))
            read = (one for piece in pieces if isinstance(piece, bytes) for one in demuxer.feed(piece))
            seen = any(isinstance(one, Sample) for one in read)
    except FolderError as error:
        return Finding(Verdict.MISSING, f"{name}: {error}")
    except PlaylistError as error:
        return Finding(Verdict.MISSING, f"{name}: the playlist {error}")
    except VideoError as error:
        return Finding(Verdict.MISSING, f"{name}: what is written there cannot be used ({error})")
    if seen:
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
