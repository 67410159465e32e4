"""What the broadcaster reads in the terminal: where to watch, how to log in, and whether the picture is on air."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Protocol

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred

from onionstream.video.broadcast import State


class Broadcast(Protocol):
    """What of the broadcast is needed here."""

    @property
    def state(self) -> State:
        """What a visitor finds."""

    def changed(self) -> Deferred[None]:
        """Fires when the state next changes."""


def banner(*, address: str, password: str, source: str, state: str) -> str:
    """
    What is shown at the start.

    :param address: of the site on this machine; empty when it listens on no port.
    :param password: of the broadcaster; empty where it must not be shown, because what is shown is kept.
    :param source: what is encoded, and how.
    :param state: the state directory.
    """
    rows = [("Watch", address or "only through the UNIX socket: [web] port is 0")]
    if address:
        rows.append(("Your page", f"{address}broadcaster"))
    shown = password or "not shown here, because this output is kept in a journal; start it in a terminal to see it"
    rows += [("Name", "broadcaster"), ("Password", shown), ("Source", source), ("State", state)]
    return "".join(("\n  onionstream\n\n", *(f"  {name:<10} {value}\n" for name, value in rows), "\n"))


def is_kept(environment: Mapping[str, str], output: IO[str] | None) -> bool:
    """
    Whether what is written there may be kept in systemd's journal.

    ``$JOURNAL_STREAM`` says that somebody's output is (systemd.exec(5)). A terminal of a desktop inherits it from the
    desktop; what stands in a terminal is not kept.
    """
    return "JOURNAL_STREAM" in environment and (output is None or not output.isatty())


class Terminal(Service):
    """Writes a line whenever the stream comes on air, or goes."""

    def __init__(self, write: Callable[[str], object], broadcast: Broadcast, encoder: Callable[[], str]) -> None:
        """
        :param write: takes text for the terminal.
        :param broadcast: the stream.
        :param encoder: how the encoder is, in a sentence.
        """
        self._write = write
        self._broadcast = broadcast
        self._encoder = encoder
        self._following: Deferred[None] | None = None

    def startService(self) -> None:
        """Begin to follow the stream."""
        super().startService()
        self._following = Deferred.fromCoroutine(self._follow())
        self._following.addErrback(lambda failure: failure.trap(CancelledError))

    def stopService(self) -> None:
        """Follow no longer."""
        super().stopService()
        if self._following is not None:
            self._following.cancel()

    async def _follow(self) -> None:
        while True:
            await self._broadcast.changed()
            self._write(f"  {self._line()}\n")

    def _line(self) -> str:
        match self._broadcast.state:
            case State.ONLINE:
                return "On air."
            case State.STARTING:
                return f"Starting. {self._encoder()}"
            case State.OFFLINE:
                return f"Off air. {self._encoder()}"
