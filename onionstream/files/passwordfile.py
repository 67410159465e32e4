"""
A password that the broadcaster has chosen, kept as a slow hash in the file ``password`` of the state directory (D-20).

Without the file each start makes one up. A file that cannot be used is told of in a sentence, and never passed over: or
the broadcaster would stand before a password that he does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes

from twisted.logger import Logger

from onionstream.files import ownfile
from onionstream.files.state import StateError
from onionstream.passwords import SALT, Hashed, check

NAME = "password"

ANOTHER = "The password is another one: whoever is logged in has to do it again."

_FORM = re.compile("onionstream password 1\n(.*)\n")
_LONGEST = 4096  # bytes; it has 167


class PasswordFileError(StateError):
    """The file with the password cannot be used."""


def load(state: Path) -> Hashed | None:
    """
    :param state: the state directory.
    :return: the password that was chosen; ``None``: none was.
    :raises PasswordFileError: the file is there and cannot be used.
    """
    path = state / NAME
    try:
        text = ownfile.read(path, _LONGEST)
    except ownfile.OwnFileError as problem:
        raise _refused(path, str(problem)) from problem
    if text is None:
        return None
    found = _FORM.fullmatch(text)
    if found is None or (kept := Hashed.of(found[1])) is None:
        raise _refused(path, "is damaged")
    return kept


def keep(state: Path, password: str) -> None:
    """
    Keep a password, in place of the one that was kept before.

    :raises UnfitError: it is no good; nothing has changed.
    :raises PasswordFileError: it cannot be written; nothing has changed.
    """
    check(password)
    try:
        ownfile.write(state / NAME, f"onionstream password 1\n{Hashed.make(password, token_bytes(SALT))}\n")
    except OSError as problem:
        raise PasswordFileError(f"The file {state / NAME} cannot be written: {problem.strerror}.") from problem


def forget(state: Path) -> bool:
    """
    Keep no password any more.

    :return: whether there was one.
    :raises PasswordFileError: it cannot be removed.
    """
    try:
        (state / NAME).unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as problem:
        raise PasswordFileError(f"The file {state / NAME} cannot be removed: {problem.strerror}.") from problem
    return True


class PasswordFile:
    """The file, looked at again whenever somebody says that it may be another one."""

    _log = Logger()

    def __init__(self, state: Path, changed: Callable[[Hashed | None], object]) -> None:
        """
        :param state: the state directory.
        :param changed: called with the new one; ``None``: none is kept any more.
        :raises PasswordFileError: there is one that cannot be used.
        """
        self.present = load(state)
        self._state = state
        self._changed = changed

    def look(self) -> str:
        """Look; a file that cannot be used changes nothing. :return: what the log says of it, or nothing."""
        try:
            found = load(self._state)
        except PasswordFileError as error:
            self._log.error("The password stays as it was: {error}", error=error)
            return f"The password stays as it was: {error}"
        if found == self.present:
            return ""
        self.present = found
        self._log.info("{another}", another=ANOTHER)
        self._changed(found)
        return ANOTHER


def _refused(path: Path, what: str) -> PasswordFileError:
    """:return: the error, with what to do."""
    return PasswordFileError(
        f"The file {path} {what}. Choose a new password with --passwd, or have one made up with --forget-passwd."
    )
