"""
Who is banned and who is a moderator, as it stands in ``bans.toml`` and ``moderators.toml`` of the state directory.

People may edit these files, so they are read as strictly as the configuration: what is not understood is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Generic, TypeVar

import tomli

from onionstream.chat.bans import Ban, Why
from onionstream.chat.rules import BOUNDS
from onionstream.chat.tripcode import FULL, Tripcode
from onionstream.settings import schema

MODERATORS = 1024
"""Of them at the most."""

_MINUTE = "%Y-%m-%d %H:%M"
_KEY = "[0-9a-f]{32}"
_WHO = ("person", "tripcode")


class ListError(Exception):
    """A file does not hold what it should; the text is half a sentence, in which the file itself is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Banned:
    """
    Somebody who is banned.

    :ivar key: by which the chat knows him.
    :ivar trip: his tripcode, if he has one.
    :ivar when: seconds since the epoch; 0: nobody knows.
    :ivar why: who has banned him.
    """

    key: bytes
    trip: Tripcode | None
    when: int
    why: Why


Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Form(Generic[Entry]):
    """
    How one of the files is written.

    :ivar name: of the file.
    :ivar read: its text -> what it holds, by what tells one from another; raises ``ListError``.
    :ivar written: the other way round.
    """

    name: str
    read: Callable[[str], dict[bytes, Entry]]
    written: Callable[[Mapping[bytes, Entry]], str]


def _is_time(text: str) -> bool:
    return text == "" or _seconds(text) is not None


_TIME = schema.that(_is_time, ', such as "2026-11-22 18:31", or ""')


@dataclass(frozen=True, slots=True, kw_only=True)
class _BanTable:
    """One table of ``bans.toml``."""

    person: str = field(default="", metadata=schema.matching(_KEY, "32 digits and letters from a to f"))
    tripcode: str = field(
        default="", metadata=schema.matching(f"({FULL})?", 'a whole tripcode of 43 characters, or ""')
    )
    when: str = field(default="", metadata=_TIME)
    why: str = field(default="moderation", metadata=schema.one_of(*(why.value for why in Why)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ModeratorTable:
    """One table of ``moderators.toml``."""

    tripcode: str = field(default="", metadata=schema.matching(FULL, "a whole tripcode of 43 characters"))
    when: str = field(default="", metadata=_TIME)


def _read_bans(text: str) -> dict[bytes, Banned]:
    found = {}
    for table in _tables(text, "ban", "person", BOUNDS.bans):
        one = _table(_BanTable, table, "ban")
        trip = Tripcode.of(one.tripcode) if one.tripcode else None
        key = bytes.fromhex(one.person)
        found[key] = Banned(key=key, trip=trip, when=_seconds(one.when) or 0, why=Why(one.why))
    return found


def _read_moderators(text: str) -> dict[bytes, int]:
    tables = (
        _table(_ModeratorTable, table, "moderator") for table in _tables(text, "moderator", "tripcode", MODERATORS)
    )
    return {Tripcode.of(one.tripcode).digest: _seconds(one.when) or 0 for one in tables}


def _write_bans(bans: Mapping[bytes, Banned]) -> str:
    return _BANS_HEAD + "".join(
        f'\n[[ban]]\nperson = "{ban.key.hex()}"\n'
        + (f'tripcode = "{ban.trip.full}"\n' if ban.trip else "")
        + f'when = "{_minute(ban.when)}"\nwhy = "{ban.why.value}"\n'
        for ban in bans.values()
    )


def _write_moderators(moderators: Mapping[bytes, int]) -> str:
    return _MODERATORS_HEAD + "".join(
        f'\n[[moderator]]\ntripcode = "{Tripcode(digest).full}"\nwhen = "{_minute(when)}"\n'
        for digest, when in moderators.items()
    )


_BANS_HEAD = """\
# Who is banned. onionstream writes this file when that changes. You may take tables out or put some in: then send
# SIGHUP. Times are in UTC.
"""
_MODERATORS_HEAD = """\
# Whom you have made moderators, by their tripcodes. onionstream writes this file when that changes. You may take tables
# out or put some in: then send SIGHUP. Times are in UTC.
"""

BANS = Form("bans.toml", _read_bans, _write_bans)
"""Who is banned, by key."""

MODERATOR_LIST = Form("moderators.toml", _read_moderators, _write_moderators)
"""When whose tripcode was made one of a moderator, by its digest."""


def of_bans(bans: Iterable[Ban]) -> dict[bytes, Banned]:
    """:return: the same, as it is kept."""
    return {
        ban.person.key: Banned(key=ban.person.key, trip=ban.person.look.trip, when=ban.when, why=ban.why)
        for ban in bans
    }


Table = TypeVar("Table", _BanTable, _ModeratorTable)


def _tables(text: str, name: str, must: str, most: int) -> list[dict[str, object]]:
    """:raises ListError: it is no TOML, holds something else or too many, or one of them lacks what it must have."""
    try:
        whole = tomli.loads(text + "\n")
    except ValueError as problem:
        raise ListError(f"is not right: {schema.one_line(str(problem), 200)}") from problem
    tables = whole.pop(name, [])
    if whole:
        raise ListError(f"holds `{schema.one_line(next(iter(whole)))}`, but only [[{name}]] is known there")
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise ListError(f"is not right: [[{name}]] has two brackets on each side")
    if len(tables) > most:
        raise ListError(f"holds more than {most} times [[{name}]]")
    if not all(must in one for one in tables):
        raise ListError(f"is not right: each [[{name}]] must have `{must}`")
    return tables


def _table(kind: type[Table], table: dict[str, object], name: str) -> Table:
    """:raises ListError: it does not hold what it should."""
    try:
        return schema.read(kind, table, name)
    except schema.SchemaError as problem:
        raise ListError(f"is not right: {_said(problem)}") from None


def _said(problem: schema.SchemaError) -> str:
    """:return: what is wrong, without what identifies somebody: this goes into the log (L-50)."""
    said, found, right = str(problem).partition(", but must be ")
    return f"[{problem.table}] {problem.key} must be {right}" if found and problem.key in _WHO else said + found + right


def _seconds(text: str) -> int | None:
    """:return: seconds since the epoch; ``None``: it is no time."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", text, re.ASCII):
        return None
    try:
        return max(0, int(datetime.strptime(text, _MINUTE).replace(tzinfo=timezone.utc).timestamp()))
    except ValueError:
        return None


def _minute(when: int) -> str:
    """:return: a time as it stands in the files."""
    return datetime.fromtimestamp(when, timezone.utc).strftime(_MINUTE) if when else ""
