"""What tor finds on this machine: its program, and what starts it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from onionstream.onion.errors import CannotStartError

_SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin"  # where Debian has tor, and an ordinary user's $PATH does not look


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What tor finds on this machine.

    :ivar search_path: as ``$PATH``: where programs are.
    :ivar wrapper: programs that start tor, each with its arguments: to end it with us, and to keep Ctrl-C from it.
    :ivar extra: lines for its configuration that nobody checks, for tests.
    """

    search_path: str = ""
    wrapper: tuple[str, ...] = ()
    extra: str = ""

    def program(self, name: str) -> str:
        """
        :return: the path of a program, in full.
        :raises CannotStartError: there is none.
        """
        found = shutil.which(name, path=f"{self.search_path}:{_SYSTEM_PATH}")
        if not found:
            raise CannotStartError(
                f'There is no program "{name}" that this user may run. Install it (apt install --no-install-recommends '
                "tor), or set program in [tor]."
            )
        return str(Path(found).absolute())
