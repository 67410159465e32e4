"""
The daemon's own secrets, kept in the file ``secrets`` of the state directory.

They are made once. With new ones every visitor would be somebody else and every tripcode another one; so a file that
cannot be used is never replaced, but told of in a sentence. (``onion/key`` does the same for the address, R-15.)
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from onionstream.files import ownfile
from onionstream.files.state import StateError

NAME = "secrets"

_FORM = re.compile("onionstream secrets 1\ntokens ([0-9a-f]{64})\npepper ([0-9a-f]{64})\n")
_LONGEST = 4096  # bytes; it has 196


class SecretFileError(StateError):
    """The file with the secrets cannot be used."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """
    What nobody else may know.

    :ivar tokens: signs what visitors carry; 32 bytes.
    :ivar pepper: goes into tripcodes; 32 bytes.
    :ivar note: why new ones are not on the disk, for the broadcaster; empty: they are.
    """

    tokens: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    note: str = ""


def load(state: Path) -> Secrets:
    """
    Read the secrets; where there is no file yet, make them.

    A disk that is full keeps nobody from starting (R-30): new secrets that cannot be written hold until the end.

    :param state: the state directory, which must be locked for us.
    :raises SecretFileError: the file is there and cannot be used. It is as it was before.
    """
    path = state / NAME
    try:
        text = ownfile.read(path, _LONGEST)
    except ownfile.OwnFileError as problem:
        raise _refused(path, str(problem)) from problem
    return _made(path) if text is None else _parsed(path, text)


def _made(path: Path) -> Secrets:
    """:return: new ones."""
    new = Secrets(secrets.token_bytes(32), secrets.token_bytes(32))
    body = f"onionstream secrets 1\ntokens {new.tokens.hex()}\npepper {new.pepper.hex()}\n"
    try:
        ownfile.write(path, f"{body}check {_check(body)}\n")
    except OSError as problem:
        reason = f"The file {path} cannot be written: {problem.strerror}."
        return replace(new, note=f"{reason} After the next start all visitors are new, and so are their tripcodes.")
    return new


def _parsed(path: Path, text: str) -> Secrets:
    """:raises SecretFileError: it is not as it was written."""
    body, _, check = text.partition("check ")
    found = _FORM.fullmatch(body)
    if not text:
        raise _refused(path, "is empty")
    if found is None or check != f"{_check(body)}\n":
        raise _refused(path, "is damaged")
    return Secrets(bytes.fromhex(found[1]), bytes.fromhex(found[2]))


def _check(body: str) -> str:
    """:return: what shows that a digit has changed."""
    return sha256(body.encode()).hexdigest()[:16]


def _refused(path: Path, what: str) -> SecretFileError:
    """:return: the error, with what to do."""
    return SecretFileError(
        f"The file {path} {what}. Put it back from a copy, or move it away: then the next start makes a new one, all "
        "visitors are new, and so are their tripcodes."
    )
