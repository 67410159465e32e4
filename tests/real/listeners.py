"""
Where a process listens, read from ``/proc``.
"""

from __future__ import annotations

import socket
from pathlib import Path

_TCP_LISTEN = "0A"
_UNIX_ACCEPTS = 0x10000
"""``__SO_ACCEPTCON``, include/linux/net.h."""


def listening(pid: int) -> list[str]:
    """
    :return: of what a process has open: ``address:port`` of each listening TCP socket, ``udp address:port`` of each UDP
        socket, and the path of each listening UNIX socket (an abstract one begins with ``@``).
    """
    inodes = set(_open_sockets(pid))
    return [place for inode, place in (*_tcp(pid), *_udp(pid), *_unix(pid)) if inode in inodes]


def _open_sockets(pid: int) -> list[str]:
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        target = str(entry.readlink())
        if target.startswith("socket:["):
            found.append(target[8:-1])
    return found


def _rows(pid: int, name: str) -> list[list[str]]:
    return [line.split() for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]]


def _tcp(pid: int) -> list[tuple[str, str]]:
    rows = _rows(pid, "tcp") + _rows(pid, "tcp6")
    return [(row[9], _address(row[1])) for row in rows if row[3] == _TCP_LISTEN]


def _udp(pid: int) -> list[tuple[str, str]]:
    return [(row[9], "udp " + _address(row[1])) for row in _rows(pid, "udp") + _rows(pid, "udp6")]


def _unix(pid: int) -> list[tuple[str, str]]:
    return [(row[6], row[7]) for row in _rows(pid, "unix") if int(row[3], 16) & _UNIX_ACCEPTS and len(row) > 7]


def _address(text: str) -> str:
    """:param text: as the kernel writes it: 32-bit words of the host's byte order, in hexadecimal."""
    address, port = text.split(":")
    words = [bytes.fromhex(address[start : start + 8])[::-1] for start in range(0, len(address), 8)]
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return f"{socket.inet_ntop(family, b''.join(words))}:{int(port, 16)}"
