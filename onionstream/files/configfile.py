"""The configuration file: where ``config`` and the disk meet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from onionstream.files.textfile import TextFileError, read_text
from onionstream.settings.config import Config, ConfigError, parse

LARGEST = 1 << 20
"""Bytes of the largest configuration file."""


def load(path: str | Path) -> Config:
    """
    Read a configuration file. Relative paths in it are meant from its folder.

    One without a byte is none: an editor is about to write it, or a full disk has cost what was in it. To take it for
    all defaults would open a door that was shut.

    :raises ConfigError: it cannot be read or used.
    """
    path = Path(path)
    try:
        text = read_text(path, LARGEST)
    except TextFileError as problem:
        raise ConfigError(str(path), f"this file {problem}") from problem
    if not text:
        raise ConfigError(str(path), "this file is empty; if you want all defaults, write a comment into it")
    config = parse(text, str(path))
    folder = path.absolute().parent
    file, segments = config.source.file, config.source.folder
    source = replace(
        config.source,
        file=replace(file, paths=_from(folder, file.paths)),
        folder=replace(segments, path=str(folder / segments.path) if segments.path else ""),
    )
    return replace(
        config,
        source=source,
        captcha=replace(config.captcha, fonts=_from(folder, config.captcha.fonts)),
        chat=replace(config.chat, emotes=str(folder / config.chat.emotes) if config.chat.emotes else ""),
    )


def _from(folder: Path, paths: tuple[str, ...]) -> tuple[str, ...]:
    """:return: the paths in full, relative ones from this folder."""
    return tuple(str(folder / one) for one in paths)
