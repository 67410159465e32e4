"""
A tor of the system, which runs without us: our onion service is set in it over its control port, and taken out again.

Its torrc is not ours, and so some things cannot be had: nobody checks where else it listens, and ``extra_torrc`` has no
reader. It must run as the same user, because the key of the service is in our state directory, where nobody else may
look. It must have no other onion service: whoever sets one service over a control port sets all of them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from twisted.internet.defer import CancelledError, Deferred, TimeoutError  # noqa: A004 - Twisted's own
from twisted.internet.interfaces import IReactorProcess, IReactorTime, IReactorUNIX
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.onion import version
from onionstream.onion.attention import Attention
from onionstream.onion.control import Control, connect
from onionstream.onion.errors import ControlError, OnionError, RefusedError
from onionstream.onion.progress import Progress
from onionstream.onion.replies import service_directories
from onionstream.onion.run import ASKED_PATIENCE, Owner


class Attached:
    """
    A connection to a tor of the system, with our service in it.

    :ivar control: the connection; ``None``: not yet, or no longer.
    """

    _log = Logger()

    def __init__(self, owner: Owner, reactor: IReactorProcess, service: Path) -> None:
        """
        :param owner: hears how it goes.
        :param reactor: also gives ``IReactorTime`` and ``IReactorUNIX``.
        :param service: the directory of the onion service.
        """
        self.control: Control | None = None
        self._owner = owner
        self._reactor = IReactorUNIX(reactor)
        self._clock = IReactorTime(reactor)
        self._service = service
        self._attention: Attention | None = None
        self._talk: Deferred[None] | None = None
        self._offered = ""
        self._why = ""

    def begin(self, socket: Path, offer: str) -> None:
        """
        Connect, and offer the service.

        :param socket: tor's control socket.
        :param offer: the command that sets the service (`onionstream.onion.torrc.setconf`).
        """
        self._since = self._clock.seconds()
        self._talk = Deferred.fromCoroutine(self._converse(socket, offer))
        self._talk.addErrback(lambda failure: failure.trap(CancelledError))

    async def offer_anew(self) -> None:
        """
        End all connections to the service, and offer it again.

        :raises ControlError: tor does not do it.
        """
        if self.control is not None and self._offered:
            await self.control.withdraw()
            if self._attention is not None:
                self._attention.withdrawn()
            await self._set(self.control, self._offered)

    async def renew(self, offer: str = "") -> None:
        """
        Let tor read the service, and who is invited, again. A RELOAD would make it forget the service.

        :param offer: the service with other settings; empty: as it is.
        :raises ControlError: tor does not take it.
        """
        if self.control is not None and self._offered:
            self._offered = offer or self._offered
            await self._set(self.control, self._offered)

    def end(self, why: str, *, asking: bool = True) -> None:
        """
        Take the service out of tor, which runs on; the owner is told when that is done.

        :param why: a sentence.
        :param asking: tor can be asked to.
        """
        if self._why:
            return
        self._why = why
        if self._talk is not None:
            self._talk.cancel()
        if self._attention is not None:
            self._attention.end()
        leaving = Deferred.fromCoroutine(self._withdraw() if asking else self._leave())
        leaving.addErrback(lambda failure: self._log.failure("Leaving a tor met a fault of ours", failure))

    async def _converse(self, socket: Path, offer: str) -> None:
        """All that is said to tor of our own accord."""
        try:
            control = self.control = await connect(self._reactor, socket)
            await self._check(control)
            await self._set(control, offer)
            self._offered = offer
            address = self._owner.control_open()
            self._attention = Attention(control, self._clock, self._heard, self._owner.traffic, self._hung)
            await self._attention.begin(address)
            await control.follow({"SIGNAL": self._signalled})
        except OnionError as problem:
            self.end(str(problem))
            return
        how = await control.lost()
        self.control = None
        self.end(f"tor {how}.")

    async def _check(self, control: Control) -> None:
        """:raises OnionError: this tor cannot have our service in it, or should not."""
        if old := version.warning(f"Tor version {control.version}"):
            self._log.warn("{old}", old=old)
        await control.check()
        user = (await control.ask("GETINFO process/uid")).strip().removeprefix("process/uid=")
        if user not in {str(os.geteuid()), "-1"}:
            raise ControlError(
                f"That tor runs as another user (number {user}) and could not read the key of the onion service: run "
                "onionstream as the same user, or leave control in [tor] empty."
            )
        directories = service_directories(await control.ask("GETCONF HiddenServiceOptions"))
        if set(directories) - {str(self._service)}:
            raise ControlError(
                "That tor has another onion service already, which would be lost: give onionstream a tor of its own "
                "(leave control in [tor] empty)."
            )
        if directories:  # of a daemon that was killed: the service begins afresh, so that its upload is heard
            await control.withdraw()

    async def _set(self, control: Control, offer: str) -> None:
        """:raises ControlError: tor does not take the service."""
        try:
            await control.ask(offer)
        except RefusedError as problem:
            raise ControlError(
                f"That tor does not take the onion service ({problem.code}): it must be able to read and write "
                f"{self._service}, and Sandbox must be off."
            ) from problem

    def _signalled(self, event: str) -> None:
        """Somebody has given tor a signal. After a RELOAD it has only what stands in its torrc."""
        if event.strip() == "RELOAD":
            renewing = Deferred.fromCoroutine(self.renew())
            renewing.addErrback(self._not_renewed)

    def _not_renewed(self, failure: Failure) -> None:
        failure.trap(ControlError)
        self.end(failure.getErrorMessage())

    def _heard(self, progress: Progress) -> None:
        if not self._why:
            self._owner.heard(progress)

    def _hung(self, why: str) -> None:
        self.end(why, asking=False)

    async def _withdraw(self) -> None:
        """Take the service out, and leave."""
        if self.control is not None and self._offered:
            asking = Deferred.fromCoroutine(self.control.withdraw())
            with suppress(ControlError, TimeoutError):
                await asking.addTimeout(ASKED_PATIENCE, self._clock)
        await self._leave()

    async def _leave(self) -> None:
        """Close the connection."""
        if self.control is not None:
            self.control.close()
            self.control = None
        self._owner.over(self._why, self._clock.seconds() - self._since)
