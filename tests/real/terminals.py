"""
Programs in a terminal: what they show, as somebody before the screen sees it, and keys for them.

The terminal is a VT52, which knows little: no colours, no attributes, no regions. So its screen is easy to keep, and
the programs draw plainly.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import struct
import termios
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.real.daemon import clock
from tests.real.processes import Family, find
from tests.real.waiting import until

ROWS, COLUMNS = 30, 100

TAB_STOP = 8


class Screen:
    """
    What a VT52 shows.

    :ivar text: its rows, without the spaces at their ends.
    """

    def __init__(self) -> None:
        """Empty, with the cursor at its upper left."""
        self._rows = [[" "] * COLUMNS for _ in range(ROWS)]
        self._row = self._column = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = ""

    @property
    def text(self) -> str:
        """All rows."""
        return "\n".join("".join(row).rstrip() for row in self._rows)

    def feed(self, data: bytes) -> None:
        """:param data: what the program has written, in any pieces."""
        for one in self._decoder.decode(data):
            if self._begun or one == "\x1b":
                self._begin(one)
            else:
                self._show(one)

    def _begin(self, one: str) -> None:
        """One more character of an escape sequence."""
        self._begun += one
        if len(self._begun) == 1 or (self._begun[1] == "Y" and len(self._begun) < 4):
            return
        sequence, self._begun = self._begun[1:], ""
        self._obey(sequence)

    def _obey(self, sequence: str) -> None:
        """An escape sequence, without its first character."""
        match sequence[0]:
            case "Y":
                self._go(ord(sequence[1]) - 32, ord(sequence[2]) - 32)
            case "H":
                self._go(0, 0)
            case "A" | "I":
                self._go(self._row - 1, self._column)
            case "B":
                self._go(self._row + 1, self._column)
            case "C":
                self._go(self._row, self._column + 1)
            case "D":
                self._go(self._row, self._column - 1)
            case "K":
                self._clear(self._row)
            case "J":
                self._clear(self._row)
                self._rows[self._row + 1 :] = [[" "] * COLUMNS for _ in self._rows[self._row + 1 :]]

    def _show(self, one: str) -> None:
        """A character that is none of an escape sequence."""
        match one:
            case "\r":
                self._column = 0
            case "\n":
                self._feed_line()
            case "\b":
                self._go(self._row, self._column - 1)
            case "\t":
                self._go(self._row, (self._column // TAB_STOP + 1) * TAB_STOP)
            case _ if one.isprintable():
                self._rows[self._row][self._column] = one
                self._go(self._row, self._column + 1)

    def _feed_line(self) -> None:
        """One row down, or all others one row up."""
        if self._row == ROWS - 1:
            self._rows = [*self._rows[1:], [" "] * COLUMNS]
        self._go(self._row + 1, self._column)

    def _go(self, row: int, column: int) -> None:
        """To a place, or to the edge that is nearest to it."""
        self._row = min(max(row, 0), ROWS - 1)
        self._column = min(max(column, 0), COLUMNS - 1)

    def _clear(self, row: int) -> None:
        """A row, from the cursor on."""
        self._rows[row][self._column :] = [" "] * (COLUMNS - self._column)


class Terminal:
    """
    A program in a terminal of its own.

    :ivar screen: what it shows.
    """

    def __init__(self, command: Sequence[str], home: Path) -> None:
        """
        :param command: the program's name, and its arguments.
        :param home: a folder for what it keeps.
        """
        self.screen = Screen()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.set_blocking(self._master, False)
        environment = {
            "HOME": str(home), "PATH": os.environ["PATH"], "TERM": "vt52", "LC_ALL": "C.UTF-8",
            "LINES": str(ROWS), "COLUMNS": str(COLUMNS),
        }  # fmt: skip
        # The terminal has to be its controlling one, which the shell makes it by opening it.
        line = ["sh", "-c", 'tty=$1; shift; exec "$@" <>"$tty" >&0 2>&0', "sh", os.ttyname(slave)]
        self._family = Family(
            [*line, find(command[0]), *command[1:]], environment=environment, log=home / "terminal.txt"
        )
        self._slave = slave  # held open, so that what the program wrote last can be read after its end

    def type(self, keys: str) -> None:
        r""":param keys: to be pressed; ``\r`` is Enter."""
        os.write(self._master, keys.encode())

    def look(self) -> str:
        """:return: what the screen shows now."""
        with suppress(BlockingIOError):
            while data := os.read(self._master, 1 << 16):
                self.screen.feed(data)
        return self.screen.text

    async def shows(self, *words: str, but: str = "") -> str:
        """
        Wait until all of these words are on the screen.

        :param but: something that must not be there.
        :return: the screen.
        """

        def good(text: str) -> bool:
            return all(word in text for word in words) and not (but and but in text)

        return await until(clock(), f"{words} on the screen", self.look, good)

    async def ended(self) -> None:
        """Wait for the program's end."""
        running: Callable[[], bool] = lambda: self._family.running  # noqa: E731
        await until(clock(), "the program's end", running, lambda runs: not runs)

    def end(self) -> None:
        """End it, whatever it does."""
        self._family.end()
        os.close(self._master)
        os.close(self._slave)
