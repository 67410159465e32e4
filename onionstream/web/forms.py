"""What a form or the query of an address holds, strictly: the fields a route knows, each once, none too long."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qsl

from onionstream.web.errors import BadRequest

TYPE = b"application/x-www-form-urlencoded"


def is_form(content_types: Collection[bytes]) -> bool:
    """
    :param content_types: all ``Content-Type`` headers of a request.
    :return: whether there is one and it means a form in UTF-8; no browser sends another charset by itself.
    """
    if len(content_types) != 1:
        return False
    kind, _, parameter = next(iter(content_types)).partition(b";")
    charset = parameter.replace(b'"', b"").strip().lower()
    return kind.strip().lower() == TYPE and charset in (b"", b"charset=utf-8")


def parse(encoded: bytes, known: Collection[str], most: int, longest: int) -> dict[str, str]:
    """
    :param encoded: ``name=value&...``, percent-encoded UTF-8.
    :param known: the names that may occur.
    :param most: fields at the most.
    :param longest: a field's name or value has at most this many bytes, decoded.
    :return: the fields that were sent, by name. Whether one may be missing is for the route to say.
    :raises BadRequest: a field is unknown, there twice or too long, there are too many, or it is not UTF-8.
    """
    try:
        pairs = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=most)
    except ValueError:  # UnicodeDecodeError is one
        raise BadRequest from None
    fields = dict(pairs)
    wrong = len(fields) < len(pairs) or not fields.keys() <= set(known)
    if wrong or any(len(value.encode()) > longest for value in fields.values()):
        raise BadRequest
    return fields


def single(encoded: bytes, name: str, most: int) -> str | None:
    """
    :param encoded: perhaps such a form, and perhaps not.
    :param name: of a field.
    :param most: fields at the most.
    :return: its value; ``None``: it is not there, or not once.
    """
    try:
        pairs = parse_qsl(encoded.decode("ascii"), max_num_fields=most)
    except ValueError:
        return None
    values = [value for key, value in pairs if key == name]
    return values[0] if len(values) == 1 else None
