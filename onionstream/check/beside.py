"""The state directory, and the files that people make for us, there and elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from onionstream.captcha.captchas import Settings
from onionstream.captcha.fonts import FontError, find_fonts
from onionstream.check.finding import Finding, Verdict
from onionstream.files import emotefiles, ledger, titlefile
from onionstream.files.banlists import BANS, MODERATOR_LIST, Form
from onionstream.files.ledger import LedgerError
from onionstream.files.state import StateDirectory, StateError
from onionstream.files.titlefile import ABOUT, TITLE, Kind, TitleError
from onionstream.settings.config import Config


def look(config: Config, state: Path) -> Iterator[Finding]:
    """
    Read them all.

    :param config: names some of them.
    :param state: the state directory, where the others are.
    """
    yield _state(state)
    yield _fonts(config)
    yield from _emotes(config.chat.emotes)
    forms: tuple[Form[Any], ...] = (BANS, MODERATOR_LIST) if config.chat.keep_bans else (MODERATOR_LIST,)
    for form in forms:
        yield from _list(state, form)
    for kind in (TITLE, ABOUT):
        yield from _words(state, kind)


def _state(path: Path) -> Finding:
    try:
        StateDirectory(path).close()
    except StateError as error:
        return Finding(Verdict.MISSING, f"state: {error}")
    return Finding(Verdict.GOOD, f"state directory {path}, for you alone")


def _fonts(config: Config) -> Finding:
    """Without them the daemon does not start."""
    try:
        found = find_fonts(config.captcha.fonts, Settings().letters)
    except FontError as error:
        return Finding(Verdict.MISSING, f"captchas: {error}")
    return Finding(Verdict.GOOD, f"captchas are drawn with {len(found)} font{'s' * (len(found) > 1)}")


def _emotes(folder: str) -> Iterator[Finding]:
    """One line for each that is not used."""
    if not folder:
        return
    try:
        found = emotefiles.look(folder)
    except emotefiles.FolderError:
        yield Finding(Verdict.WARNING, f"emotes in {folder}: the folder cannot be read")
        return
    for problem in found.problems:
        yield Finding(Verdict.WARNING, f"emotes in {folder}: {problem}")
    if found.pictures:
        yield Finding(Verdict.GOOD, f"emotes in {folder}: {len(found.pictures)}")


def _list(state: Path, form: Form[Any]) -> Iterator[Finding]:
    """If it is not right the daemon does not start."""
    try:
        ledger.read(state, form)
    except LedgerError as error:
        yield Finding(Verdict.MISSING, str(error))


def _words(state: Path, kind: Kind) -> Iterator[Finding]:
    """The configuration has others."""
    try:
        titlefile.read(state, kind)
    except TitleError as error:
        yield Finding(Verdict.WARNING, f"{kind.file} {error}: the configuration's words are shown instead")
