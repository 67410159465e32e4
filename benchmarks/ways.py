"""The ways from a browser to the daemon: loopback, a line that is like Tor's, and a real onion service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.forwarding import Line
from benchmarks.lines import TORISH, Shape
from tests.real.profiles import CLOSED_PORT
from tests.tornet.network import TorNetwork

THROUGH = ("loopback", "proxy", "onion")


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way.

    :ivar line: leads to the daemon; events happen to it.
    :ivar url: of the daemon, as the browser is to ask for it.
    :ivar socks_port: the proxy for a new viewer, on 127.0.0.1.
    """

    line: Line
    url: str
    socks_port: Callable[[], int]


@contextmanager
def open_way(through: str) -> Iterator[Way]:
    """
    A way for the time of a ``with`` block.

    :param through: one of `THROUGH`. With ``onion`` the line is behind the service's tor: when it stands still it is as
        if the circuit did.
    """
    with Line.open(TORISH if through == "proxy" else Shape()) as line:
        if through == "onion":
            with TorNetwork.start() as network:
                onion = network.serve(line.port)
                yield Way(line, f"http://{onion.hostname}/", lambda: network.new_client().socks_port)
        else:
            yield Way(line, f"http://127.0.0.1:{line.port}/", lambda: CLOSED_PORT)
