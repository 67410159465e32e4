"""The one directory authority of the network, which is a relay as well."""

from __future__ import annotations

import random
import re
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.real.processes import find
from tests.tornet.node import PATIENCE, Node, TorError

LOOPBACK = "127.0.0.1"
VOTING = 300
"""Seconds from one vote to the next; the time periods of onion services are 24 times as long."""

_SHORTEST = 2
"""Seconds: tor accepts no shorter delays around a vote, even in a test network."""

_PORTS = range(20000, 30000)
"""Below those that the kernel gives to whoever connects somewhere, so that a free one stays free until it is used."""


def relay_lines(join_lines: Sequence[str]) -> list[str]:
    """:return: what every relay has in its torrc. None of them is an exit: there is no way out of this network."""
    return [
        *join_lines,
        f"Address {LOOPBACK}",
        "AssumeReachable 1",
        "ExitRelay 0",
        "ExitPolicy reject *:*",
        "SocksPort 0",
        "ContactInfo nobody@example.invalid",
    ]


def pretend_bandwidth(folder: Path) -> None:
    """
    Write the memory of a relay that has carried 1 MB/s all day, into a folder in which none has run yet.

    Circuits go by bandwidth, and a new relay knows of none. Had one seen a few bytes before the vote, it would get all
    the weight and be wanted twice in each circuit, which tor refuses: then nothing is ever built. So all say the same.
    """
    until = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 60))
    day = 24 * 3600
    (folder / "state").write_text(
        "".join(
            f"BWHistory{way}Ends {until}\nBWHistory{way}Interval {day}\n"
            f"BWHistory{way}Values {day * 1_000_000}\nBWHistory{way}Maxima 1000000\n"
            for way in ("Read", "Write")
        )
    )


class Authority(Node):
    """
    Says who belongs to the network.

    Tor votes by the clock. Here the first vote is put as far away as can be, and called when all relays have shown up.
    """

    def prepare(self) -> str:
        """
        Make its keys (1 to 2 s) and choose its ports.

        :return: the line by which others know it.
        """
        said = self.run("--ORPort", "1", "--list-fingerprint", "--quiet")
        pretend_bandwidth(self.folder)
        self._ports = random.sample([port for port in random.sample(_PORTS, 20) if _free(port)], 2)
        fingerprint = _find(r"^\w+ ((?:[0-9A-F]{4} ?){10})$", said).replace(" ", "")
        return (
            f"DirAuthority {self.folder.name} orport={self._ports[0]} v3ident={self._certify()}"
            f" {LOOPBACK}:{self._ports[1]} {fingerprint}"
        )

    def start_voting(self, join_lines: Sequence[str]) -> None:
        """Start it."""
        self.start(
            [
                *relay_lines(join_lines),
                f"ORPort {LOOPBACK}:{self._ports[0]}",
                f"DirPort {LOOPBACK}:{self._ports[1]}",
                "AuthoritativeDirectory 1",
                "V3AuthoritativeDirectory 1",
                *_times("V3Auth", "VotingInterval"),
                *_times("TestingV3AuthInitial", "VotingInterval"),
                "V3AuthNIntervalsValid 100",
                f"TestingV3AuthVotingStartOffset {(int(time.time()) - 1) % VOTING}",
                "TestingDirAuthVoteGuard *",
                "TestingDirAuthVoteHSDir *",
                "TestingMinFastFlagThreshold 0",
            ]
        )

    def vote(self, relays: int) -> None:
        """
        Wait until so many relays have shown up, itself included, let them vote at once, and wait for the outcome.
        """
        self.wait_for("all relays", lambda: self._known() == relays)
        self.control.command(f"SETCONF TestingV3AuthVotingStartOffset={(int(time.time()) + 2 * _SHORTEST) % VOTING}")
        self.wait_for("a consensus", lambda: self._listed() == relays)

    def _known(self) -> int:
        lines = self.control.get("desc/all-recent")
        return len({line.split()[1] for line in lines if line.startswith("router ")})

    def _listed(self) -> int:
        return sum(line.startswith("s ") and " Running" in line for line in self.control.get("ns/all"))

    def _certify(self) -> str:
        """:return: the fingerprint of the new certificate."""
        keys = self.folder / "keys"
        certificate = keys / "authority_certificate"
        files = ("-i", keys / "authority_identity_key", "-s", keys / "authority_signing_key", "-c", certificate)
        subprocess.run(
            [find("tor-gencert"), "--create-identity-key", "--passphrase-fd", "0", *files],
            check=True,
            input=b"a test\n",
            capture_output=True,
            timeout=PATIENCE,
        )
        return _find(r"^fingerprint ([0-9A-F]{40})$", certificate.read_text())


def _times(prefix: str, interval: str) -> list[str]:
    return [
        f"{prefix}{interval} {VOTING} seconds",
        f"{prefix}VoteDelay {_SHORTEST} seconds",
        f"{prefix}DistDelay {_SHORTEST} seconds",
    ]


def _find(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise TorError(f"no {pattern} in what tor wrote: {text!r}")
    return match[1]


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) != 0
