"""
What the person who runs onionstream can set: ``config.toml`` as frozen values.

Each table of the file is one class and each key one field, so the defaults there are the defaults of the program. The
classes stand in ``media_settings`` and ``site_settings``; others take them from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import tomli

from onionstream.settings import agreement, schema
from onionstream.settings.media_settings import (
    Audio,
    CameraSource,
    CommandSource,
    Delivery,
    Encoder,
    FileSource,
    FolderSource,
    Players,
    ScreenSource,
    Source,
    Stream,
    TestSource,
    Video,
)
from onionstream.settings.schema import SchemaError, one_line
from onionstream.settings.site_settings import Captcha, Chat, Doors, Tor, Web, WordFilters

__all__ = [
    "Audio",
    "CameraSource",
    "Captcha",
    "Chat",
    "CommandSource",
    "Config",
    "ConfigError",
    "Delivery",
    "Doors",
    "Encoder",
    "FileSource",
    "FolderSource",
    "Players",
    "ScreenSource",
    "Source",
    "Stream",
    "TestSource",
    "Tor",
    "Video",
    "Web",
    "WordFilters",
    "parse",
]

_LONGEST_ERROR = 6000  # characters; the file's name alone may have 4096
_TOML_HINTS = {
    "Cannot overwrite a value": "this key or table was given before",
    "Illegal character '\\n'": "the text has no quote at its end, or a line break in it",
    "Invalid value": "this is no value; texts need quotes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that can be set, one field for each table of ``config.toml``."""

    stream: Stream = field(default_factory=Stream)
    source: Source = field(default_factory=Source)
    video: Video = field(default_factory=Video)
    audio: Audio = field(default_factory=Audio)
    encoder: Encoder = field(default_factory=Encoder)
    delivery: Delivery = field(default_factory=Delivery)
    players: Players = field(default_factory=Players)
    web: Web = field(default_factory=Web)
    chat: Chat = field(default_factory=Chat)
    captcha: Captcha = field(default_factory=Captcha)
    doors: Doors = field(default_factory=Doors)
    tor: Tor = field(default_factory=Tor)


class ConfigError(Exception):
    """The configuration cannot be used; the text is one line that begins with the file's name."""

    def __init__(self, name: str, sentence: str, line: int | None = None) -> None:
        """Make the line, whatever characters the file and its name hold."""
        place = f"{name}, line {line}" if line else name
        super().__init__(one_line(f"{place}: {sentence}", _LONGEST_ERROR))


def parse(text: str, name: str) -> Config:
    """
    :param text: what a configuration file holds.
    :param name: the file's name, for errors.
    :raises ConfigError: it is no TOML, or not one that this program understands.
    """
    try:
        config = schema.read(Config, tomli.loads(text + "\n"))  # so that the parser names the last line too
        agreement.check(config)
    except SchemaError as problem:
        raise ConfigError(name, str(problem), schema.line_of(text, problem.table, problem.key)) from problem
    except RecursionError as problem:
        raise ConfigError(name, "tables or lists stand too deep inside each other") from problem
    except ValueError as problem:  # tomli's own, or Python's about a number of thousands of digits
        raise _toml_error(name, str(problem)) from problem
    return config


def _toml_error(name: str, words: str) -> ConfigError:
    """:return: the error for what the TOML parser said: ``Invalid value (at line 1, column 5)``."""
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", words, re.DOTALL)
    if not match:
        return ConfigError(name, f"this is not TOML: {words}")
    said = _TOML_HINTS.get(match[1], match[1])
    return ConfigError(name, f"this is not TOML: {said} (column {match[3]})", int(match[2]))
