"""
What the commands of the control socket see of the daemon: of each part what they need, and no more.

A part of the composition root (``tap``), as ``livecontrol`` is, in which it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onionstream.assembly.livechat import LiveChat
from onionstream.encoder.intake import Intake
from onionstream.files.state import StateDirectory
from onionstream.life import Reload
from onionstream.onion.guests import Guests
from onionstream.onion.report import Planned
from onionstream.onion.selftest import SelfTest
from onionstream.onion.tor import Tor
from onionstream.video.broadcast import Broadcast
from onionstream.web.http import BoundedSite


@dataclass(frozen=True, slots=True)
class Parts:
    """
    All that can be steered.

    :ivar site: knows how many connections are open.
    :ivar planned: what the encoder is told to make, now.
    :ivar reload: reads the configuration again, and has its values.
    :ivar guests: told when somebody was invited.
    """

    state: StateDirectory
    chat: LiveChat
    broadcast: Broadcast
    encoder: Intake
    tor: Tor
    test: SelfTest
    site: BoundedSite
    reload: Reload
    guests: Guests
    planned: Callable[[], Planned]


class Stage:
    """See ``steering.Stage``."""

    def __init__(self, parts: Parts, seconds: Callable[[], float]) -> None:
        """
        :param parts: of the daemon.
        :param seconds: of the monotonic clock.
        """
        self._parts = parts
        self._seconds = seconds

    @property
    def title(self) -> str:
        """The one that pages have."""
        return self._parts.chat.stage.title

    @property
    def state(self) -> str:
        """In a word."""
        return self._parts.chat.stage.state.value

    @property
    def minutes(self) -> int | None:
        """On air."""
        return self._parts.chat.stage.uptime(self._seconds())


class Encoder:
    """See ``steering.Encoder``."""

    def __init__(self, encoder: Intake) -> None:
        """:param encoder: it."""
        self._encoder = encoder
        self.start, self.stop, self.restart = encoder.startService, encoder.stopService, encoder.restart

    @property
    def sentence(self) -> str:
        """How it is."""
        return self._encoder.status().sentence

    @property
    def generation(self) -> int:
        """Its run."""
        return self._encoder.status().generation

    @property
    def lines(self) -> Sequence[str]:
        """Its last words."""
        return self._encoder.status().lines


class Audience:
    """See ``steering.Audience``."""

    def __init__(self, parts: Parts) -> None:
        """:param parts: of the daemon."""
        self._parts = parts

    @property
    def watching(self) -> int:
        """Videos."""
        return self._parts.broadcast.watching

    @property
    def slow(self) -> int:
        """Those that are not whole."""
        return self._parts.broadcast.audience().slow

    @property
    def people(self) -> int:
        """Who is here."""
        return len(self._parts.chat.presence)

    @property
    def connections(self) -> int:
        """To the site."""
        return self._parts.site.connections


class Onion:
    """See ``steering.Onion``."""

    def __init__(self, parts: Parts) -> None:
        """:param parts: of the daemon."""
        self._parts = parts

    @property
    def state(self) -> str:
        """In a word."""
        return self._parts.tor.status().state.value

    @property
    def sentence(self) -> str:
        """In a sentence."""
        return self._parts.tor.status().sentence

    @property
    def address(self) -> str:
        """For those who may know it, as everybody at this socket."""
        return self._parts.tor.status().address

    @property
    def findings(self) -> Sequence[str]:
        """Of the last self-test."""
        last = self._parts.test.last
        return ("There was none yet.",) if last is None else last.sentences(self._parts.planned())

    async def test(self) -> Sequence[str]:
        """A new one."""
        report = await self._parts.test.run()
        return report.sentences(self._parts.planned())
