"""The configuration as it is shown, without what nobody should see over a shoulder (S82)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from onionstream.control.protocol import UsageError
from onionstream.control.verbs import WITHHELD
from onionstream.settings.config import Config

_SECRET = re.compile("password|passphrase|secret|pepper|hash|token|torrc")
"""In the names of keys whose values are not shown; ``extra_torrc`` may hold bridges that nobody else should know."""


def tables(settings: Config, wanted: str = "") -> dict[str, dict[str, object]]:
    """
    :param wanted: one table, with those inside it; empty: all.
    :return: by the names of the tables, their keys and values.
    :raises UsageError: there is no such table.
    """
    found = dict(_tables("", settings))
    if not wanted:
        return found
    wanted = wanted.strip("[]")
    if wanted not in found:
        raise UsageError(f"There is no table [{wanted}]. There are: {', '.join(found)}.")
    return {name: table for name, table in found.items() if name == wanted or name.startswith(f"{wanted}.")}


def lines(found: dict[str, dict[str, object]]) -> Iterator[str]:
    """:return: tables as a configuration file has them."""
    for name, table in found.items():
        yield f"[{name}]"
        yield from (f"{key} = {value if value == WITHHELD else _written(value)}" for key, value in table.items())
        yield ""


def _tables(name: str, table: object) -> Iterator[tuple[str, dict[str, object]]]:
    """:return: a table and those inside it."""
    values = {one.name: getattr(table, one.name) for one in fields(table)}  # type: ignore[arg-type]
    inside = {key: value for key, value in values.items() if is_dataclass(value)}
    if name:
        yield name, {key: _seen(key, value) for key, value in values.items() if key not in inside}
    for key, value in inside.items():
        yield from _tables(f"{name}.{key}".strip("."), value)


def _seen(key: str, value: object) -> object:
    """:return: what may be seen of a value."""
    return WITHHELD if value and _SECRET.search(key) else value


def _written(value: object) -> str:
    """:return: a value as TOML has it."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return str(value)
