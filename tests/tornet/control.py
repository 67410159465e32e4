"""
Tor's control protocol over a UNIX socket: as much of it as a test network needs, and blocking.

The protocol: control-spec.txt of the Tor Project.
"""

from __future__ import annotations

import socket
from pathlib import Path

_PATIENCE = 60.0
"""Seconds for one reply, which takes milliseconds on a quiet machine."""


class ControlError(Exception):
    """Tor refused a command, or has gone; the text says which, and what tor said."""


class Control:
    """
    One authenticated connection. Tor ends when it is closed, so no tor outlives the process that holds it.

    :ivar events: the asynchronous events that have come so far, in tor's words; they are read when a reply is.
    """

    def __init__(self, path: Path) -> None:
        """
        :param path: of the socket. Whoever can open it may use it: its directory is for the owner alone.
        :raises OSError: while tor does not listen there.
        """
        self.events: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_PATIENCE)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._lines = self._socket.makefile("r", encoding="latin-1", newline="\r\n")
        self.command("AUTHENTICATE")
        self.command("TAKEOWNERSHIP")

    def command(self, line: str) -> list[str]:
        """
        Send a command.

        :return: the lines of the reply without their status; also those of a reply that has a body.
        :raises ControlError: when tor does not say that it did it.
        """
        self._socket.sendall(f"{line}\r\n".encode("ascii"))
        reply: list[str] = []
        while True:
            status, mark, text = self._line()
            if status == "650":
                self.events.append(text)
                continue
            reply.append(text)
            if mark == "+":
                reply += self._body()
            elif mark == " ":
                break
        if not status.startswith("2"):
            raise ControlError(f"{line.partition(' ')[0]}: tor said {status} {text}")
        return reply

    def get(self, key: str) -> list[str]:
        """:return: the lines of a GETINFO key's value; the empty ones are left out."""
        first, *rest = self.command(f"GETINFO {key}")[:-1]
        return [line for line in (first.partition("=")[2], *rest) if line]

    def close(self) -> None:
        """Let go of tor, which ends by that."""
        self._lines.close()
        self._socket.close()

    def _line(self) -> tuple[str, str, str]:
        """:return: of one line: status, what stands between (a space: it is the last), and the text."""
        line = self._raw()
        return line[:3], line[3:4], line[4:]

    def _body(self) -> list[str]:
        body = []
        while (line := self._raw()) != ".":
            body.append(line)
        return body

    def _raw(self) -> str:
        line = self._lines.readline()
        if not line.endswith("\n"):
            raise ControlError("tor has closed the control connection")
        return line.rstrip("\r\n")
