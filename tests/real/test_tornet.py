"""
Tests of the private Tor network: it carries what it is given, and nothing of it is left at its end.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from twisted.internet.endpoints import TCP4ServerEndpoint, UNIXServerEndpoint
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from tests.real.daemon import clock, free_port, running
from tests.real.waiting import until
from tests.tornet.network import Onion, TorNetwork, shared
from tests.tornet.socks import WayError, fetch

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ANSWER = b"well come this way"

# The program may have inherited that SIGINT is ignored, as everything that a shell starts with "&" does.
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
{}
print(*pids, flush=True)
signal.pause()
"""
WHOLE = PROGRAM.format("from tests.tornet.network import shared; pids = (shared().folder, *shared().pids())")
ONE = PROGRAM.format(
    "import sys; from pathlib import Path; from tests.tornet.node import Node; folder = Path(sys.argv[1])\n"
    "node = Node(folder); node.start(['DisableNetwork 1']); node.listen(); pids = (folder, node.pid)"
)


class Answer(Resource):
    """A site of one page."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        """Always the same."""
        return ANSWER


class CarryTests(TestCase):
    """Onion services of the network that all tests share."""

    timeout = 600

    async def test_an_onion_on_a_port_answers(self) -> None:
        """A request by its name, through the client's SOCKS port, comes to the site on a loopback port."""
        port = free_port()
        network, onion = await self.served(TCP4ServerEndpoint(clock(), port, interface="127.0.0.1"), port)
        await self.answers(network.socks_port, onion)

    async def test_an_onion_on_a_socket_answers_a_second_client(self) -> None:
        """The site listens on a UNIX socket; the client is one that was added."""
        folder = Path(tempfile.mkdtemp(prefix="o-"))
        self.addCleanup(shutil.rmtree, folder)
        network, onion = await self.served(UNIXServerEndpoint(clock(), str(folder / "web")), folder / "web")
        client = await deferToThread(network.new_client)
        self.addCleanup(network.drop, client)
        await self.answers(client.socks_port, onion)

    async def test_there_is_no_way_out(self) -> None:
        """An address that is no onion service is not reached: no relay is an exit."""
        network = await deferToThread(shared)
        client = await deferToThread(network.new_client, "SocksTimeout 5")
        self.addCleanup(network.drop, client)
        with self.assertRaises(WayError):
            await deferToThread(fetch, client.socks_port, "192.0.2.1")

    async def served(self, endpoint: IStreamServerEndpoint, target: int | Path) -> tuple[TorNetwork, Onion]:
        """:return: the network, and a service for the site at this place; it ends with the test."""
        listener = await endpoint.listen(Site(Answer()))
        self.addCleanup(listener.stopListening)
        network = await deferToThread(shared)
        onion = await deferToThread(network.serve, target)
        self.addCleanup(network.drop, onion.node)
        return network, onion

    async def answers(self, socks_port: int, onion: Onion) -> None:
        """The page comes."""
        response = await deferToThread(fetch, socks_port, onion.hostname)
        self.assertEqual(response.partition(b"\r\n\r\n")[2], ANSWER)


class EndTests(TestCase):
    """What is left of tors whose program ends."""

    timeout = 600

    async def ended(self, number: signal.Signals, program: str, *arguments: str) -> Path:
        """
        Run a program until it has told which tors it has started, send it a signal, and wait for their end.

        :return: their folder.
        """
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, *arguments],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": "."},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        assert process.stdout is not None
        with process.stdout as out:
            folder, *words = (await deferToThread(out.readline)).split()
        pids = [int(word) for word in words]
        self.assertEqual([pid for pid in pids if not running(pid)], [])
        process.send_signal(number)
        await until(clock(), "the tors' end", lambda: [pid for pid in pids if running(pid)], lambda left: not left)
        await until(clock(), "the program's end", process.poll, lambda status: status is not None)
        return Path(folder)

    async def test_the_network_goes_with_a_run_that_is_interrupted(self) -> None:
        """Ctrl-C: seven tors end, and their folder is gone."""
        folder = await self.ended(signal.SIGINT, WHOLE)
        self.assertFalse(folder.exists())

    async def test_a_tor_goes_with_a_program_that_is_killed(self) -> None:
        """It hears that its control connection has ended."""
        folder = Path(tempfile.mkdtemp(prefix="o-"))
        self.addCleanup(shutil.rmtree, folder)
        await self.ended(signal.SIGKILL, ONE, str(folder / "tor"))
