"""Configurations of every kind, a machine to start them on, and questions about the command line that comes of it."""

from __future__ import annotations

from onionstream.encoder.commands import Command, Surroundings
from onionstream.settings.config import (
    CommandSource,
    Config,
    FileSource,
    Source,
)

DAEMON = {
    "PATH": "/usr/bin",
    "HOME": "/home/alice",
    "USER": "alice",
    "LANG": "de_CH.UTF-8",
    "TZ": "Europe/Zurich",
    "DISPLAY": ":0",
    "PULSE_SERVER": "unix:/run/user/1000/pulse/native",
    "XDG_RUNTIME_DIR": "/run/user/1000",
    "FFREPORT": "file=/tmp/report",
    "AV_LOG_FORCE_COLOR": "1",
    "SECRET": "hunter2",
}
HERE = Surroundings(program="/usr/bin/ffmpeg", environment=DAEMON, home="/home/alice", font="/fonts/it's [1]:2.ttf")

SCREEN = Config(source=Source(kind="screen"))
CAMERA = Config(source=Source(kind="camera"))
OWN = Config(source=Source(kind="command", command=CommandSource(input=("-f", "v4l2", "-i", "/dev/video0"))))


def files(*paths: str) -> Config:
    """:return: a configuration whose source are files."""
    return Config(source=Source(kind="file", file=FileSource(paths=paths)))


EACH_KIND = {"test": Config(), "file": files("/a.mp4"), "files": files("/a.mp4", "/b.mov"), "screen": SCREEN} | {
    "camera": CAMERA,
    "command": OWN,
}


def value(made: Command, option: str) -> str:
    """:return: what follows the last use of an option."""
    return made.arguments[len(made.arguments) - made.arguments[::-1].index(option)]


def follows(made: Command, *words: str) -> bool:
    """:return: whether these words stand together in the command line."""
    line = made.arguments
    return any(line[start : start + len(words)] == words for start in range(len(line)))
