"""What the broadcaster reads in the terminal: where to watch, how to log in, and whether the picture is on air."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import StringIO
from typing import IO, Protocol

import segno
from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred

from onionstream.onion.progress import State as OnionState
from onionstream.onion.progress import Status
from onionstream.onion.report import Planned, Report
from onionstream.passwords import Password, Printed
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
    :param password: what is shown of the broadcaster's.
    :param source: what is encoded, and how.
    :param state: the state directory.
    """
    rows = [("Watch", address or "only through the UNIX socket: [web] port is 0")]
    if address:
        rows.append(("Your page", f"{address}broadcaster"))
    rows += [("Name", "broadcaster"), ("Password", password), ("Source", source), ("State", state)]
    return "".join(("\n  onionstream\n\n", *(f"  {name:<10} {value}\n" for name, value in rows), "\n"))


def password(present: Password, *, kept: bool) -> str:
    """
    What is shown of the broadcaster's password.

    :param present: the one to log in with.
    :param kept: what is shown may be kept in a journal (``is_kept``).
    """
    if not isinstance(present, Printed):
        return "the one that you have chosen (--passwd)"
    if not kept:
        return present.text
    return "not shown here, because this output is kept in a journal; start it in a terminal, or choose one (--passwd)"


def is_kept(environment: Mapping[str, str], output: IO[str] | None) -> bool:
    """
    Whether what is written there may be kept in systemd's journal.

    ``$JOURNAL_STREAM`` says that somebody's output is (systemd.exec(5)). A terminal of a desktop inherits it from the
    desktop; what stands in a terminal is not kept.
    """
    return "JOURNAL_STREAM" in environment and (output is None or not output.isatty())


class Address(Protocol):
    """What of the onion service is needed here."""

    def status(self) -> Status:
        """How it is."""

    def changed(self) -> Deferred[None]:
        """Fires when that changes."""


def qr_code(address: str) -> str:
    """:return: an address as a picture of letters, to be read from the screen by a phone."""
    drawn = StringIO()
    segno.make(address, error="l").terminal(drawn, compact=True, border=2)
    return "".join(f"  {line}\n" for line in drawn.getvalue().splitlines())


class Following(Service):
    """Writes a line whenever something has changed."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """
        :param write: takes text for the terminal.
        """
        self._write = write
        self._following: Deferred[None] | None = None

    def startService(self) -> None:
        """Begin to follow."""
        super().startService()
        self._following = Deferred.fromCoroutine(self.follow())
        self._following.addErrback(lambda failure: failure.trap(CancelledError))

    def stopService(self) -> None:
        """Follow no longer."""
        super().stopService()
        if self._following is not None:
            self._following.cancel()

    async def follow(self) -> None:
        """Wait and write, for ever."""
        raise NotImplementedError


class Onion(Following):
    """Writes how far tor has come, and the address when it is published."""

    def __init__(self, write: Callable[[str], object], onion: Address, *, show_address: bool) -> None:
        """
        :param write: takes text for the terminal.
        :param onion: the onion service.
        :param show_address: with a code for phones; not where what is shown is kept (L-24).
        """
        super().__init__(write)
        self._onion = onion
        self._show_address = show_address
        self._shown = ""

    async def follow(self) -> None:
        """See ``Following``."""
        told = ""
        while True:
            await self._onion.changed()
            status = self._onion.status()
            if status.state is OnionState.CONNECTING and status.sentence != told:  # the rest stands in the log
                told = status.sentence
                self._write(f"  {told}\n")
            if status.state is OnionState.REACHABLE and status.address != self._shown:
                self._shown = status.address
                self._write(self._announcement(status.address))

    def _announcement(self, address: str) -> str:
        if not self._show_address:
            return "  The address stands in onion/hostname in the state directory: this output is kept in a journal.\n"
        url = f"http://{address}/"
        return f"\n{qr_code(url)}\n  Viewers open  {url}  in Tor Browser.\n\n"


class Testing(Protocol):
    """What of the self-test is needed here."""

    @property
    def last(self) -> Report | None:
        """What the last test found."""

    def changed(self) -> Deferred[None]:
        """Fires when a test has ended."""


class Findings(Following):
    """Writes what each self-test has found."""

    def __init__(self, write: Callable[[str], object], test: Testing, planned: Callable[[], Planned]) -> None:
        """
        :param write: takes text for the terminal.
        :param test: the self-test.
        :param planned: what the encoder is told to make, now.
        """
        super().__init__(write)
        self._test = test
        self._planned = planned

    async def follow(self) -> None:
        """See ``Following``."""
        while True:
            await self._test.changed()
            if self._test.last is not None:
                found = self._test.last.sentences(self._planned())[1:]  # the first one stands in the log
                self._write("".join(f"  {sentence}\n" for sentence in found))


class Terminal(Following):
    """Writes a line whenever the stream comes on air, or goes."""

    def __init__(self, write: Callable[[str], object], broadcast: Broadcast, encoder: Callable[[], str]) -> None:
        """
        :param write: takes text for the terminal.
        :param broadcast: the stream.
        :param encoder: how the encoder is, in a sentence.
        """
        super().__init__(write)
        self._broadcast = broadcast
        self._encoder = encoder

    async def follow(self) -> None:
        """See ``Following``."""
        while True:
            await self._broadcast.changed()
            self._write(f"  {self._line()}\n")

    def _line(self) -> str:
        match self._broadcast.state:
            case State.ONLINE:
                return "On air."
            case State.STARTING:
                return f"Waiting for the picture. {self._encoder()}"
            case State.OFFLINE:
                return f"Off air. {self._encoder()}"
