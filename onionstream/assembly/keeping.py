"""
Bans and moderators that outlive the daemon: the room on one side, files on the other.

A part of the composition root (``tap``), as ``livechat`` is, in which it is used.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.application.service import IService

from onionstream.chat.errors import ChatError
from onionstream.chat.events import Banned, Event, Unbanned
from onionstream.chat.moderation import Moderation
from onionstream.chat.room import Room
from onionstream.files.banlists import BANS, MODERATOR_LIST, of_bans
from onionstream.files.banlists import Banned as Entry
from onionstream.files.ledger import Ledger
from onionstream.regular import Regular
from onionstream.threads import Workers
from onionstream.web.pace import Pace

REST = 1.0
"""Seconds between two times that a file is written: the word filter may ban many in a raid."""

AGAIN = 60.0
"""Seconds after which it is tried again to write what could not be written: the disk may have room by then (R-30)."""


class Keeping:
    """Knows who is banned and who is a moderator, whatever happens to the daemon."""

    def __init__(
        self,
        state: Path,
        room: Room,
        moderation: Moderation,
        reactor: Any,  # noqa: ANN401 - what it provides depends on the platform
        *,
        bans: bool,
    ) -> None:
        """
        Read the files.

        :param state: the state directory.
        :param room: where people are banned.
        :param moderation: where they are made moderators.
        :param reactor: the clock, and where threads tell their results.
        :param bans: they are kept.
        :raises LedgerError: a file cannot be used.
        """
        self._room = room
        self._moderation = moderation
        self._clock = reactor
        self._writers = Workers(reactor, threads=1, queue=2, name="lists")
        self._bans: Ledger[Entry] = Ledger(state, BANS, self._writers)
        self._moderators: Ledger[int] = Ledger(state, MODERATOR_LIST, self._writers)
        self._bans.kept = bans
        self._paces = Pace(reactor, REST, self._bans.save), Pace(reactor, REST, self._moderators.save)
        self._apply_moderators(self._moderators.load(), ())
        self._apply_bans(self._bans.load() if bans else {}, ())
        self._bans.current, self._bans.apply = lambda: of_bans(room.bans), self._apply_bans
        self._moderators.current, self._moderators.apply = lambda: moderation.appointed, self._apply_moderators
        moderation.changed = self._paces[1].want

    def services(self) -> tuple[IService, ...]:
        """:return: what has to run as long as the daemon does."""
        return self._writers, self._bans, self._moderators

    def timers(self) -> tuple[IService, ...]:
        """:return: what is done now and then; where all is written that does nothing."""
        return tuple(Regular(AGAIN, one.save, self._clock) for one in (self._bans, self._moderators))

    def tell(self, event: Event) -> None:
        """Something has happened in the room."""
        if isinstance(event, Banned | Unbanned):
            self._paces[0].want()

    def keep_bans(self, kept: bool) -> None:
        """The configuration is another one."""
        if kept != self._bans.kept:
            self._bans.kept = kept
            self._bans.look()

    def look(self) -> None:
        """The files may have been changed."""
        self._bans.look()
        self._moderators.look()

    def close(self) -> None:
        """The daemon ends; what is still to be written is written when the services stop."""
        for pace in self._paces:
            pace.stop()

    def _apply_bans(self, new: Mapping[bytes, Entry], gone: Collection[bytes]) -> None:
        """Those that are changed are taken back first."""
        for key in (*gone, *new):
            self._room.unban(key)
        for one in new.values():
            with suppress(ChatError):  # there may be no room for more
                self._room.ban(one.key, when=one.when, why=one.why, trip=one.trip)

    def _apply_moderators(self, new: Mapping[bytes, int], gone: Collection[bytes]) -> None:
        kept = {digest: when for digest, when in self._moderation.appointed.items() if digest not in gone}
        self._moderation.trust({**kept, **new}, self._clock.seconds())
