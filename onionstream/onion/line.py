"""
txtorcon's control protocol, made safe against a tor that answers anything at all (B-90).

txtorcon trusts its tor: a reply it cannot read raises in the reactor or warns, an endless one fills the memory, and the
cookie is read from whatever file the reply names, which is left open. Here every such case ends the connection and
leaves a sentence in `problem`. The names that begin with an underscore are txtorcon's own; the tests of this module
fail where another version has other names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from txtorcon import TorControlProtocol, TorProtocolFactory  # type: ignore[import-untyped]

LONGEST_LINE = 16 * 1024
"""Bytes. The longest that tor sends us have some 700."""

LONGEST_REPLY = 64 * 1024
"""Bytes of one reply. The longest that we ask for, with the options of an onion service, have some 1000."""

_COOKIE = 32  # bytes (control-spec, "AUTHENTICATE")


class CarefulProtocol(TorControlProtocol):  # type: ignore[misc] # it has no types
    """
    One control connection.

    :ivar problem: why we have cut it, as words that follow "tor"; empty: we have not.
    """

    MAX_LENGTH = LONGEST_LINE
    command: Any

    def __init__(self, cookie: Path | None) -> None:
        """:param cookie: the file with our tor's cookie; ``None``: the one it names."""
        super().__init__(None)
        self.problem = ""
        self._cookie_path = cookie
        self._reply_size = 0

    def lineReceived(self, line: bytes) -> None:
        """Read a line, or end the connection."""
        self._reply_size += len(line)
        if self.problem:
            return
        try:
            self._step(line.decode("ascii"))
        except Exception:  # noqa: BLE001 - txtorcon raises what it likes at a line that it cannot read
            self.cut("says what cannot be understood")
        if self.fsm.state is self.state_idle:
            self._reply_size = 0
        elif self._reply_size > LONGEST_REPLY:
            self.cut("gives an answer without an end")

    def _step(self, line: str) -> None:
        """As ``FSM.process``, which only warns of a line that has no place."""
        state = self.fsm.state.process(line)
        if state is None:
            raise ValueError
        self.fsm.state = state

    def _maybe_issue_command(self) -> None:
        """As txtorcon's, which also makes a text of each command, with the cookie in it, for a log that is not kept."""
        if self.command or not self.commands:
            return
        self.command = self.commands.pop(0)
        self.defer = self.command[0]
        self.transport.write(self.command[1] + b"\r\n")

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002 - it is thrown away
        """End the connection."""
        self.cut("gives an answer without an end")

    def connectionLost(self, reason: Failure) -> None:
        """Tell those who wait. ``on_disconnect`` is what txtorcon has itself given up; looking at it warns."""
        self.on_disconnect = None
        super().connectionLost(reason)

    def cut(self, problem: str) -> None:
        """End the connection at once, for a reason."""
        if not self.problem:
            self.problem = problem
            self.transport.abortConnection()

    def _read_cookie(self, cookiefile: str) -> None:
        """
        Read no more than a cookie, and close the file.

        :raises RuntimeError: as txtorcon expects.
        """
        path = self._cookie_path or Path(cookiefile)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as problem:
            self.problem = f"lets nobody in who cannot read {path}: {problem.strerror}"
            raise RuntimeError(self.problem) from problem
        try:
            self._cookie_data = os.read(descriptor, _COOKIE + 1)
        except OSError as problem:
            raise RuntimeError from problem
        finally:
            os.close(descriptor)
        if len(self._cookie_data) != _COOKIE:
            raise RuntimeError


class CarefulFactory(TorProtocolFactory):  # type: ignore[misc] # it has no types
    """Makes such protocols."""

    def __init__(self, cookie: Path | None) -> None:
        """:param cookie: as for the protocol."""
        super().__init__(None)
        self._cookie = cookie

    def buildProtocol(self, addr: IAddress) -> CarefulProtocol:  # noqa: ARG002 - there is one address
        """:return: the protocol for a new connection."""
        protocol = CarefulProtocol(self._cookie)
        protocol.factory = self
        return protocol
