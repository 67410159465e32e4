"""
``--passwd`` and ``--forget-passwd``: the broadcaster's password, changed from the command line, also while the daemon
runs.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from getpass import GetPassWarning, getpass
from pathlib import Path

from onionstream.files import passwordfile
from onionstream.files.state import tell
from onionstream.passwords import LONGEST, UnfitError


def choose(state: Path, ask: Callable[[], str]) -> str:
    """
    Keep a password of one's own.

    :param state: the state directory.
    :param ask: for the password; raises ``UnfitError``.
    :return: what to tell the broadcaster.
    :raises UnfitError: it is no good.
    :raises PasswordFileError: it cannot be kept.
    """
    with suppress(OSError):  # what is wrong with it is told when the file is written
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    passwordfile.keep(state, ask())
    return f"The password is kept, as a hash from which it cannot be read.\n{tell(state)}\n"


def forget(state: Path) -> str:
    """
    Go back to passwords that are made up at each start; see ``choose``.

    :raises PasswordFileError: that cannot be.
    """
    if not passwordfile.forget(state):
        return "No password was chosen: each start makes one up, and shows it in the terminal.\n"
    return f"The password is forgotten: each start makes one up again, and shows it in the terminal.\n{tell(state)}\n"


def ask() -> str:
    """
    Ask for a password: in a terminal twice, without showing it; or else take the first line that comes.

    :raises UnfitError: what came is none.
    """
    return _typed() if sys.stdin.isatty() else _line(sys.stdin.buffer.readline(LONGEST + 2))


def _typed() -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)  # or it would be shown
            first = getpass("New password (it is not shown): ")
            again = getpass("Once more: ")
    except GetPassWarning:
        raise UnfitError("This terminal would show the password: pass it by a pipe. Nothing was changed.") from None
    except (EOFError, KeyboardInterrupt):
        raise UnfitError("Nothing was changed.") from None
    if first != again:
        raise UnfitError("The two are not the same. Nothing was changed.")
    return first


def _line(data: bytes) -> str:
    try:
        return data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UnfitError("The password is not UTF-8. Nothing was changed.") from None
