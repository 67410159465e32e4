"""Who is invited, and what to do when that has changed while tor runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.onion.clients import invited
from onionstream.onion.errors import ControlError, InvitationError


class Door(Protocol):
    """What of tor is needed here (``onionstream.onion.tor.Tor``)."""

    def reload(self) -> Deferred[None]:
        """Let tor read again who is invited."""

    def offer_anew(self) -> Deferred[None]:
        """End all connections, and let in only those who may come now."""


class Guests:
    """
    Tells tor of new guests, and shows to the door who is no guest any more.

    Until somebody is invited everybody may come; so the first invitation puts out all the others.
    """

    _log = Logger()

    def __init__(self, directory: Path, door: Door) -> None:
        """
        :param directory: of the onion service (``onion/`` in the state directory).
        :param door: the running tor.
        """
        self._directory = directory
        self._door = door
        self._names = self._invited()

    def look(self) -> str:
        """Look who is invited now, and do what follows from it; :return: what that is, in a sentence, or nothing."""
        before, self._names = self._names, self._invited()
        added, gone = self._names - before, before - self._names
        if gone or (added and not before):
            return self._tell(self._door.offer_anew, "The guests have changed: all connections end.")
        return self._tell(self._door.reload, "Another guest can come.") if added else ""

    def _invited(self) -> frozenset[str]:
        try:
            return frozenset(invited(self._directory))
        except InvitationError as problem:
            self._log.warn("{problem}", problem=problem)
            return frozenset()

    def _tell(self, act: Callable[[], Deferred[None]], done: str) -> str:
        """:param done: what the log says when tor has heard of it; :return: the same."""

        def failed(failure: Failure) -> None:
            failure.trap(ControlError)
            self._log.warn("tor could not be told who is invited: {problem}", problem=failure.getErrorMessage())

        act().addCallbacks(lambda _: self._log.info("{done}", done=done), failed)
        return done
