"""
From a parsed TOML table to a frozen dataclass, checked.

A dataclass is the whole description: its annotations are the types (``int``, ``float``, ``bool``, ``str``,
``tuple[str, ...]`` or another such dataclass for a sub-table) and the rule of a key hangs on its field, as in
``field(default=30, metadata=between(1, 120))``. Nothing here knows what the tables are about.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value", bound="DataclassInstance")

LONGEST_TEXT = 4096  # characters of one text; no path on Linux is longer
_LONGEST_SHOWN = 60  # characters of a text that an error repeats
_MOST_LISTED = 9  # names that an error lists when none of them is near; the tables at the top are always listed

_HEADER = re.compile(r"\s*\[+([^\[\]]+)\]")
_ASSIGNMENT = re.compile(r"\s*[\"']?([\w.-]+)[\"']?\s*=")
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}  # Unicode's categories: controls, surrogates, line and paragraph separators

_NOUNS: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    tuple[str, ...]: 'a list of texts, such as ["one", "two"]',
}


class SchemaError(Exception):
    """
    A table does not hold what it should; the text is one sentence: where, what was found, what would be right.

    :ivar table: the table's name with dots, such as ``source.file``; empty for the top of the file.
    :ivar key: the key in it, or the name of a table inside it.
    """

    def __init__(self, table: str, key: str, sentence: str) -> None:
        """Keep the place beside the sentence."""
        super().__init__(sentence)
        self.table = table
        self.key = key


@dataclass(frozen=True, slots=True)
class Rule:
    """
    What a value must be beyond its type.

    :ivar allows: says whether a value of the right type is good.
    :ivar ending: ends the words "a whole number" or "text in quotes", with its own space or sign before it.
    :ivar names: the good values, where they can be listed.
    :ivar several_lines: a text may have more than one line.
    """

    allows: Callable[[Any], bool] = lambda _: True
    ending: str = ""
    names: tuple[str, ...] = ()
    several_lines: bool = False


_NO_RULE = Rule()


def between(least: float, most: float) -> dict[str, Rule]:
    """:return: metadata for a number that is neither below ``least`` nor above ``most``."""
    return that(lambda number: least <= number <= most, f" from {least} to {most}")


def one_of(*names: str) -> dict[str, Rule]:
    """:return: metadata for a text that is one of ``names``."""
    return {"rule": Rule(names.__contains__, ": one of " + ", ".join(map(shown, names)), names)}


def matching(pattern: str, form: str) -> dict[str, Rule]:
    """:return: metadata for a text that matches ``pattern`` from end to end; ``form`` says it in words."""
    return that(lambda text: re.fullmatch(pattern, text, re.ASCII) is not None, f": {form}")


def at_most(most: int, unit: str, *, least: int = 0, several_lines: bool = False) -> dict[str, Rule]:
    """:return: metadata for a text of ``least`` to ``most`` characters, or a list with that many members."""
    ending = f", {least} to {most} {unit}" if least else f", at most {most} {unit}"
    return {"rule": Rule(lambda value: least <= len(value) <= most, ending, several_lines=several_lines)}


def that(allows: Callable[[Any], bool], ending: str) -> dict[str, Rule]:
    """:return: metadata for a value that ``allows`` is true of; ``ending`` as in `Rule`."""
    return {"rule": Rule(allows, ending)}


def one_line(text: str, longest: int = _LONGEST_SHOWN) -> str:
    """:return: a text as an error repeats it: what is not printable is spelled out, and a long one is cut."""
    short = text if len(text) <= longest else f"{text[:longest]}…"
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in short)


def shown(value: object) -> str:
    """:return: a value as an error shows it: as TOML writes it, in one line and never long."""
    if isinstance(value, str):
        return f'"{one_line(value)}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return "a huge number" if _is_huge(value) else str(value)
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else "a date or time"


def read(cls: type[Value], table: Mapping[str, object], name: str = "") -> Value:
    """
    :param cls: a dataclass in which every field has a default.
    :param table: what a TOML parser made of one table.
    :param name: the table's name with dots; empty for the top of the file.
    :return: the value; keys that the table does not have keep their defaults.
    :raises SchemaError: a key or table is unknown, or its value is not what it should be.
    """
    kinds = get_type_hints(cls)
    for key, value in table.items():
        if key not in kinds:
            raise SchemaError(name, key, _unknown(cls, name, key, value))
    found = [one for one in fields(cls) if one.name in table]
    return cls(**{one.name: _read_key(one, kinds[one.name], table[one.name], name) for one in found})


def line_of(text: str, table: str, key: str) -> int | None:
    """
    :param text: the TOML that was parsed.
    :return: the line, counted from 1, where a key or a table inside ``table`` stands; ``None`` where that is not plain.
    """
    here, inside_text, whole = "", False, _inside(table, key)
    for number, line in enumerate(text.split("\n"), 1):
        if not inside_text:
            if header := _HEADER.match(line):
                here = re.sub(r"[\s\"']", "", header[1])
            elif (assignment := _ASSIGNMENT.match(line)) and _inside(here, assignment[1]) == whole:
                return number
            if header and f"{here}.".startswith(f"{whole}."):
                return number
        inside_text ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return None


def _read_key(one: Field[Any], kind: object, found: object, table: str) -> object:
    """:return: the value of one key or of one whole sub-table."""
    if inner := _as_table(kind):
        name = _inside(table, one.name)
        if isinstance(found, dict):
            return read(inner, found, name)
        sentence = f"[{name}] is {shown(found)}, but must be a table: a line [{name}] and its keys under it"
        raise SchemaError(table, one.name, sentence)
    problem = _problem(kind, found, one.metadata.get("rule", _NO_RULE))
    if problem:
        raise SchemaError(table, one.name, f"[{table}] {one.name} {problem}" if table else f"{one.name} {problem}")
    if kind is float and isinstance(found, int):
        return float(found)
    return tuple(found) if isinstance(found, list) else found


def _as_table(kind: object) -> type[DataclassInstance] | None:
    """:return: the dataclass that an annotation names, if it names one."""
    return kind if isinstance(kind, type) and is_dataclass(kind) else None


def _problem(kind: object, found: object, rule: Rule) -> str:
    """:return: what is wrong with a value, as the rest of a sentence; empty when it is good."""
    if not _is_a(kind, found):
        return f"is {shown(found)}, but must be {_NOUNS[kind]}{rule.ending}"
    for text in found if isinstance(found, list) else [found]:
        if isinstance(text, str) and (problem := _unprintable(text, rule)):
            return problem
    if rule.allows(found):
        return ""
    near = get_close_matches(found, rule.names, 1) if isinstance(found, str) else []
    hint = f"; did you mean {shown(near[0])}?" if near else ""
    size = f"a list of {len(found)}" if isinstance(found, list) else shown(found)
    return f"is {size}, but must be {_NOUNS[kind]}{rule.ending}{hint}"


def _is_a(kind: object, found: object) -> bool:
    """:return: whether a value has the type that an annotation asks for. ``true`` is no number; nor are nan and inf."""
    if isinstance(found, bool):
        return kind is bool
    if isinstance(found, int):
        return kind in (int, float) and not _is_huge(found)
    if isinstance(found, float):
        return kind is float and math.isfinite(found)
    if isinstance(found, list):
        return kind == tuple[str, ...] and all(isinstance(member, str) for member in found)
    return type(found) is kind


def _is_huge(number: float) -> bool:
    """:return: whether a whole number needs more than the 64 bits TOML has for one; Python may refuse to print it."""
    return isinstance(number, int) and number.bit_length() > 64


def _unprintable(text: str, rule: Rule) -> str:
    """
    :return: what is wrong with the characters of a text, or nothing.

    Texts become command lines, headings and lines of a log: in none of them may one begin a new line or hide something.
    """
    if len(text) > LONGEST_TEXT:
        return f"holds a text of {len(text)} characters, but none may be longer than {LONGEST_TEXT}"
    for character in text.replace("\n", "") if rule.several_lines else text:
        if unicodedata.category(character) in _UNPRINTABLE:
            return f"holds the control character U+{ord(character):04X}, but must be printable text"
    return ""


def _inside(table: str, key: str) -> str:
    """:return: the full name of a table inside another."""
    return f"{table}.{key}" if table else key


def _tables(cls: type[DataclassInstance], name: str) -> Iterator[tuple[str, set[str]]]:
    """:return: the tables inside a table, at any depth: the name and the keys of each, tables not among them."""
    for key, kind in get_type_hints(cls).items():
        if inner := _as_table(kind):
            yield _inside(name, key), {one for one, inmost in get_type_hints(inner).items() if not _as_table(inmost)}
            yield from _tables(inner, _inside(name, key))


def _unknown(cls: type[DataclassInstance], table: str, key: str, value: object) -> str:
    """:return: the sentence about a key or table that nobody knows, with the nearest that is known."""
    kinds = get_type_hints(cls)
    names = {one: f"[{_inside(table, one)}]" if _as_table(kind) else f"`{one}`" for one, kind in kinds.items()}
    where = f"[{table}] has" if table else "there is"
    what = "table" if isinstance(value, dict) else "key"
    return f"{where} no {what} `{one_line(key)}`; {_nearest(cls, table, key, names)}"


def _nearest(cls: type[DataclassInstance], table: str, key: str, names: Mapping[str, str]) -> str:
    """:return: what the person may have meant by an unknown key."""
    if near := get_close_matches(key[:_LONGEST_SHOWN], names, 1):
        return f"did you mean {names[near[0]]}?"
    if homes := [f"[{inner}]" for inner, keys in _tables(cls, table) if key in keys]:
        return f"it belongs under {' or '.join(homes)}"
    if not table or len(names) <= _MOST_LISTED:
        return f"known are {', '.join(names.values())}"
    return "none of those that are known is near"
