"""The socket that tor uses, on a real one: whatever comes there, nothing is left of it."""

from __future__ import annotations

import contextlib
import gc
import shutil
import socket
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime, IReactorUNIX
from twisted.internet.threads import deferToThread
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.trial.unittest import TestCase

from onionstream.onion.budgets import Budgets
from onionstream.web.areas import Areas
from onionstream.web.circuits import CircuitChannel, CircuitSite, Visitor
from onionstream.web.http import BoundedChannel, BoundedSite
from onionstream.web.limits import Limits
from onionstream.web.sockets import listen_on_unix
from tests.real.waiting import until
from tests.tornet.network import shared
from tests.tornet.socks import connect
from tests.web.onion import Lasting, line
from tests.web.wire import Trial, get

CLIENTS = 1000
AT_ONCE = 100


def garbage(chance: Random) -> bytes:
    """:return: anything before a good line and a request, or instead of them."""
    good = line(chance.randrange(1 << 32))
    noise = chance.randbytes(chance.choice((1, 10, 106, 107, 108, 5000)))
    return chance.choice(
        (
            noise + good + get(),
            good[: chance.randrange(len(good))] + b"\xff" + noise,
            good[: chance.randrange(len(good))],
            b"\x00" + noise,
            get("/", "X: " + "a" * 1000),
            good.replace(b"::1", b"::2"),
            b"",
        )
    )


class SocketCase(TestCase):
    """A site on a UNIX socket, with deadlines that a test can wait for."""

    timeout = 600

    def setUp(self) -> None:
        """Listen."""
        from twisted.internet import reactor

        self.reactor = cast("IReactorTime", reactor)
        folder = Path(tempfile.mkdtemp(prefix="o-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.path = folder / "web.sock"
        self.trial = Trial()
        self.site = BoundedSite(Areas(self.trial, Lasting()), Limits(proxy_seconds=0.5), self.reactor)
        self.budgets = Budgets()
        self.circuits = CircuitSite(self.site, self.budgets)
        self.port = listen_on_unix(cast("IReactorUNIX", reactor), self.path, self.circuits)
        self.addCleanup(self.port.stopListening)
        self.events: list[LogEvent] = []
        observer = cast("ILogObserver", self.events.append)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.addCleanup(lambda: Deferred.fromCoroutine(self.site.drain(0)))


class CircuitsTest(SocketCase):
    """Whatever comes."""

    def connect(self, sent: bytes) -> socket.socket:
        """:return: a client that has said something."""
        link = socket.socket(socket.AF_UNIX)
        self.addCleanup(link.close)
        link.connect(str(self.path))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            link.sendall(sent)
        link.setblocking(False)
        return link

    def heard(self, link: socket.socket) -> bytes | None:
        """:return: what a client gets; empty: its connection is closed; ``None``: nothing so far."""
        try:
            return link.recv(1 << 16)
        except BlockingIOError:
            return None
        except ConnectionResetError:
            return b""

    async def answer(self, link: socket.socket) -> bytes | None:
        """:return: the first that a client gets."""
        return await until(self.reactor, "an answer", lambda: self.heard(link), lambda seen: seen is not None)

    async def nobody(self) -> None:
        """Wait until no connection is open."""
        await until(self.reactor, "the end of all", lambda: self.site.connections, lambda seen: seen == 0)

    def left(self) -> tuple[int, int, int, int]:
        """:return: how many files are open, timers wait, circuits are known, objects of a connection live."""
        gc.collect()
        kinds = (CircuitChannel, BoundedChannel, Visitor)
        alive = sum(isinstance(thing, kinds) for thing in gc.get_objects())
        return len(list(Path("/proc/self/fd").iterdir())), len(self.reactor.getDelayedCalls()), len(self.budgets), alive

    async def good(self) -> None:
        """A good request is answered."""
        link = self.connect(line(0) + get())
        answer = await self.answer(link)
        self.assertTrue(answer and answer.startswith(b"HTTP/1.1 200 OK\r\n"))
        link.close()
        await self.nobody()

    async def test_B40_1000_connections_with_garbage_leave_nothing_behind(self) -> None:
        """No answer, no file, no timer, no circuit, no object, no line in the log; and the next one is served."""
        await self.good()
        before = self.left()
        chance = Random(40)
        for _ in range(CLIENTS // AT_ONCE):
            links = [self.connect(garbage(chance)) for _ in range(AT_ONCE)]
            for link in links[::3]:
                link.close()
            for link in links:
                if link.fileno() >= 0:
                    self.assertEqual(await self.answer(link), b"")
                    link.close()
            await self.nobody()
        self.assertEqual(self.left(), before)
        self.assertGreater(self.circuits.cut, CLIENTS * 2 // 3 - 1)
        self.assertEqual(self.events, [])
        await self.good()

    async def test_B40_split_at_each_byte_of_a_real_connection(self) -> None:
        """Each byte is a packet of its own."""
        link = self.connect(b"")
        for byte in line(7) + get():
            link.send(bytes([byte]))
            await until(self.reactor, "a turn of the reactor", lambda: True)
        answer = await self.answer(link)
        self.assertTrue(answer and answer.endswith(b"hello"))
        link.close()
        await self.nobody()
        self.assertEqual(len(self.budgets), 1)

    async def test_D34_a_client_that_vanishes_gives_its_video_back(self) -> None:
        """All of its connections at once, while answers go on; some have read what came, and one has not."""
        for _ in range(5):
            links = [self.connect(line(7) + get("/video")) for _ in range(3)]
            for link in links[1:]:
                self.assertIn(b"200 OK", await self.answer(link) or b"")
            for link in links:
                link.close()
            await self.nobody()
        self.assertEqual(self.budgets._busy, {})


class OnionTest(SocketCase):
    """The same socket behind a real tor, in a network of its own."""

    timeout = 600

    async def test_D84_two_clients_have_two_circuits(self) -> None:
        """Each of them the same one for all of its connections; the control connection calls it by the same number."""
        network = await deferToThread(shared)
        onion = await deferToThread(network.serve, self.path, "HiddenServiceExportCircuitID haproxy")
        self.addCleanup(network.drop, onion.node)
        other = await deferToThread(network.new_client)
        self.addCleanup(network.drop, other)
        for port in (network.socks_port, other.socks_port, network.socks_port):
            link = await deferToThread(connect, port, onion.hostname)
            self.addCleanup(link.close)
            link.sendall(get("/later"))
        seen = self.trial.requests
        await until(self.reactor, "three requests", lambda: len(seen), lambda number: number == 3)
        circuits = Counter(request.circuit for request in seen)
        self.assertEqual(sorted(circuits.values()), [1, 2])
        status = "\n".join(await deferToThread(onion.node.control.get, "circuit-status"))
        for circuit in circuits:
            self.assertRegex(status, rf"(?m)^{circuit} BUILT .*PURPOSE=HS_SERVICE_REND")
