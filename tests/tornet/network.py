"""
The network: one authority, five relays, a client, and onion services as they are asked for.

Everything is on 127.0.0.1, and nothing leads out of it. It needs ``tor`` and ``tor-gencert`` (Debian's package tor),
and about 9 s to start: nearly all of it is tor's own clock, which ticks once a second. Every call here blocks; a test
with a running reactor calls ``await deferToThread(shared)``.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tests.tornet.authority import LOOPBACK, Authority, pretend_bandwidth, relay_lines
from tests.tornet.node import Node

RELAYS = 5
"""Beside the authority. A way to an onion service has up to four hops on each side: with three nodes none is built."""

PATIENT = ("LearnCircuitBuildTimeout 0", "CircuitBuildTimeout 20")
"""What tor learns about the speed of circuits on a busy test machine is wrong."""


@dataclass(frozen=True, slots=True)
class Onion:
    """
    An onion service that is published.

    :ivar hostname: with ``.onion``.
    :ivar node: its tor.
    """

    hostname: str
    node: Node


class TorNetwork:
    """
    A network that runs: see `start`.

    :ivar folder: of all its files; goes at the end.
    :ivar join_lines: what another tor needs in its torrc to be in this network.
    :ivar client: a tor with a SOCKS port.
    """

    client: Node

    def __init__(self) -> None:
        """Nothing of it runs yet: see `start`."""
        self.folder = Path(tempfile.mkdtemp(prefix="tor-"))
        self.join_lines: tuple[str, ...] = ()
        self._nodes: list[Node] = []
        self._extra = 0

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[TorNetwork]:
        """
        A network for the time of a ``with`` block; its client is ready when that begins.

        :raises tests.tornet.node.TorError: with the end of the log of whom it waited for.
        """
        network = cls()
        try:
            network._gather()
            network.client = network.new_client()
            yield network
        finally:
            network._end()

    @property
    def socks_port(self) -> int:
        """The client's, on 127.0.0.1."""
        return self.client.socks_port

    def pids(self) -> list[int]:
        """The processes of all its tors."""
        return [node.pid for node in self._nodes if node.pid is not None]

    def new_client(self, *lines: str) -> Node:
        """
        Another tor with a SOCKS port, which knows nothing of the others' circuits; about 2 s.

        :param lines: more of its torrc.
        """
        node = self._start("client", f"SocksPort {LOOPBACK}:auto", *lines)
        node.bootstrap()
        return node

    def serve(self, target: int | Path, *lines: str) -> Onion:
        """
        Publish an onion service with a tor of its own; about 5 s.

        :param target: a port of 127.0.0.1, or a UNIX socket, for the virtual port 80.
        :param lines: more of its torrc.
        :return: when all who are to know of it have been told.
        """
        place = f"{LOOPBACK}:{target}" if isinstance(target, int) else f'unix:"{target}"'
        service = self.folder / f"onion{self._extra}"
        node = self._start(
            "service",
            "SocksPort 0",
            f'HiddenServiceDir "{service}"',
            f"HiddenServicePort 80 {place}",
            *lines,
            events="HS_DESC",
        )
        node.wait_for("its descriptors", lambda: _published(node))
        return Onion((service / "hostname").read_text().strip(), node)

    def drop(self, node: Node) -> None:
        """End a tor that was added."""
        self._nodes.remove(node)
        node.terminate()
        node.wait()

    def _end(self) -> None:
        """End all of it, wait for that, and remove what it has written."""
        for node in self._nodes:
            node.terminate()
        for node in self._nodes:
            node.wait()
        self._nodes = []
        shutil.rmtree(self.folder, ignore_errors=True)

    def _gather(self) -> None:
        """Start authority and relays, and let them agree on who is there."""
        authority = Authority(self.folder / "authority")
        relays = [Node(self.folder / f"relay{number}") for number in range(RELAYS)]
        self._nodes += [authority, *relays]
        self.join_lines = ("TestingTorNetwork 1", authority.prepare(), *PATIENT)
        authority.start_voting(self.join_lines)
        # A relay that finds no authority to tell of itself waits long before it tries again.
        authority.listen()
        for relay in relays:
            pretend_bandwidth(relay.folder)
            relay.start([*relay_lines(self.join_lines), f"ORPort {LOOPBACK}:auto"])
        for relay in relays:
            relay.listen()
        authority.vote(len(self._nodes))
        for relay in relays:
            # They have asked for a consensus when there was none, and would ask again much later.
            relay.control.command("SIGNAL RELOAD")
        for relay in relays:
            # Whoever asks a relay for what it does not have yet asks again after ten seconds.
            relay.wait_for("all descriptors", partial(_has_descriptors, relay, len(self._nodes)))

    def _start(self, kind: str, *lines: str, events: str = "") -> Node:
        """:return: a tor that takes commands; what it does on the network begins after it was asked for `events`."""
        node = Node(self.folder / f"{kind}{self._extra}")
        self._extra += 1
        self._nodes.append(node)
        node.start([*self.join_lines, "DisableNetwork 1", *lines])
        node.listen()
        node.control.command(f"SETEVENTS {events}")
        node.control.command("SETCONF DisableNetwork=0")
        return node


@cache
def shared() -> TorNetwork:
    """
    One network for all tests of a run, started for the first that asks.

    It ends with this process: in good order when Python ends, which it also does after a Ctrl-C, and by itself when the
    process is killed, for then its control connections are closed.
    """
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(TorNetwork.start())


def _has_descriptors(relay: Node, count: int) -> bool:
    return relay.control.get("md/all").count("onion-key") == count


def _published(node: Node) -> bool:
    """Whether every upload that was begun is over, and one at least went well."""
    node.control.get("version")  # which reads the events too
    actions = [event.split()[1] for event in node.control.events]
    good, bad = actions.count("UPLOADED"), actions.count("FAILED")
    return good > 0 and good + bad >= actions.count("UPLOAD")
