"""A tor under our care on the private network, with a small site behind its onion service."""

from __future__ import annotations

import shutil
import socket
import time
from base64 import b32decode, b32encode
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorUNIX
from twisted.internet.threads import deferToThread

from onionstream.onion.clients import invite
from onionstream.onion.progress import State
from onionstream.onion.selftest import Gauge, SelfTest, Times
from onionstream.onion.tor import Tor
from onionstream.settings import config
from tests.real.onionsite import OnionSite
from tests.real.torcase import TorCase, paths_in
from tests.tornet.network import TorNetwork, shared
from tests.tornet.node import Node
from tests.tornet.socks import WayError, connect, fetch

_KNOWN = ("cached-certs", "cached-microdesc-consensus", "cached-microdescs", "cached-microdescs.new")
"""What a tor knows of its network, without its guards."""

_PATIENCE = 120.0
"""Seconds until a service must be reachable. It takes three as a rule."""


QUICK_TEST = Times(soon=0.1, again=(1.0,), way=15.0, video=1.5, gauge=1.5)
"""A self-test that a test can wait for."""


class Fill(Gauge):
    """Where the small site sends as much as it can."""

    def open(self) -> str:
        """:return: a path."""
        return "/fill?0"

    def close(self) -> None:
        """It was always there."""


class Download:
    """A connection that reads on and on, in a thread of its own."""

    def __init__(self, link: socket.socket, path: str) -> None:
        """:param link: to the site."""
        self.total = 0
        self._link = link
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.ended: Deferred[None] = deferToThread(self._read)

    def _read(self) -> None:
        while data := self._link.recv(1 << 16):
            self.total += len(data)

    async def close(self) -> None:
        """End it."""
        with suppress(OSError):  # the other end was the quicker
            self._link.shutdown(socket.SHUT_RDWR)
        await self.ended
        self._link.close()


class OnionCase(TorCase):
    """Tests with a tor that is published."""

    timeout = 600
    network: TorNetwork
    site: OnionSite
    state: Path
    publications: int
    expected: int

    async def published(self, name: str = "") -> Tor:
        """
        :param name: of the state directory.
        :return: a tor whose address is published, with a site.
        """
        self.network = await deferToThread(shared)
        self.state = self.folder(name)
        data = paths_in(self.state).data
        data.mkdir(mode=0o700)
        for name in _KNOWN:
            if (known := self.network.client.folder / name).exists():
                shutil.copy(known, data / name)
        self.site = OnionSite()
        await self.site.open(cast("IReactorUNIX", self.reactor), paths_in(self.state).site)
        self.addCleanup(self.site.close)
        tor = self.tor(self.state, "\n".join(self.network.join_lines))
        self.follow(tor)
        await self.reachable(tor)
        self.expected = self.publications + 1
        return tor

    def follow(self, tor: Tor) -> None:
        """Count how often it is published, also where the time between is too short for a look."""
        before, self.publications = tor.state, 0

        def note(_: None) -> None:
            nonlocal before
            self.publications += (before, tor.state) == (State.PUBLISHING, State.REACHABLE)
            before = tor.state
            tor.changed().addCallback(note)

        note(None)

    def service_pid(self) -> int:
        """:return: the process of the tor under test; those of the network are ours too."""
        (pid,) = [pid for pid in self.processes() if pid not in self.network.pids()]
        return pid

    async def reachable(self, tor: Tor) -> None:
        """Wait until it is published."""
        await self.see("the publication", lambda: (tor.state, tor.status().sentence), _reachable, timeout=_PATIENCE)

    async def anew(self, tor: Tor) -> None:
        """Wait until it is published once more than when this was waited for before."""
        await self.see("a new publication", lambda: self.publications, lambda count: count >= self.expected)
        self.expected = self.publications + 1
        await self.reachable(tor)

    async def page(self, tor: Tor, client: Node | None = None, identity: str = "") -> bytes:
        """:return: what a client gets, who tries again while the network learns of the service."""
        port = (client or self.network.client).socks_port
        return await deferToThread(_insist, partial(fetch, port, tor.status().address, "/", identity))

    async def download(self, tor: Tor, *, client: Node | None = None, identity: str = "") -> Download:
        """:return: a stream that a client receives; it ends with the test."""
        port = (client or self.network.client).socks_port
        link = await deferToThread(connect, port, tor.status().address, 80, _PATIENCE, identity)
        download = Download(link, "/stream.mp4")
        self.addCleanup(download.close)
        return download

    def self_test(self, tor: Tor, times: Times = QUICK_TEST) -> SelfTest:
        """:return: the self-test of a tor; it is not started."""
        reactor = cast("IReactorUNIX", self.reactor)
        test = SelfTest(config.Tor(), tor, reactor, paths_in(self.state), Fill(), times=times)
        self.addCleanup(test.stopService)
        return test

    async def invited(self, name: str) -> Node:
        """Invite somebody; :return: his tor, which has the key that he was given."""
        key = b32decode(invite(paths_in(self.state).service, name) + "====")
        address = (paths_in(self.state).service / "hostname").read_text().strip().removesuffix(".onion")
        keys = self.folder("keys")
        (keys / f"{name}.auth_private").write_text(
            f"{address}:descriptor:x25519:{b32encode(key).decode().rstrip('=')}\n"
        )
        client = await deferToThread(self.network.new_client, f'ClientOnionAuthDir "{keys}"')
        self.addCleanup(self.network.drop, client)
        return client


def _reachable(seen: tuple[State, str]) -> bool:
    return seen[0] is State.REACHABLE


def _insist(fetching: partial[bytes]) -> bytes:
    """:return: what comes when it comes."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with suppress(WayError):
            return fetching()
        time.sleep(0.5)
    return fetching()
