"""
A program that gives up every network, is to die with its parent, and becomes another program:
``python offline.py PROGRAM ARGUMENT...``.

Where ``unshare`` may not make a network without anything in it (Ubuntu forbids it to most programs, and so does our
systemd unit), a filter of the kernel's (seccomp(2)) takes the way to the network away: of all sockets only those of the
machine itself (``AF_UNIX``) can be made, by this process and by all that come from it, for ever. ``setpriv``, which
ties its life to ours elsewhere, sets capabilities that nobody has asked for and may not work there either. It is run by
its path and knows nothing of the rest of the house, so that it starts within 30 ms.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import struct
import sys
from collections.abc import Sequence

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
"""BPF: load 32 bits; jump if equal; jump if at least; return (linux/bpf_common.h)."""

_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Where these stand in what the filter sees (``struct seccomp_data``); of an argument it is the lower half."""

_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
"""``SECCOMP_RET_ALLOW`` and ``SECCOMP_RET_ERRNO`` (linux/seccomp.h)."""

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SECCOMP_MODE_FILTER = 1, 22, 38, 2
"""prctl(2)."""

_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Of each machine its name in linux/audit.h, and the number of its call ``socket``."""

_IO_URING_SETUP = 425
"""The number of that call on every machine; with a ring, sockets can be made without ``socket``."""

_OTHER_CALLS = 0x40000000
"""From here on x86 has the same calls by other numbers (x32)."""


class OfflineError(Exception):
    """This kind of machine or its kernel knows no such filter."""


def rules(machine: str) -> bytes:
    """
    :param machine: as uname(2) calls it.
    :return: the filter, as the kernel reads it: 8 bytes for each step.
    :raises OfflineError: the numbers of that machine are not known here.
    """
    if machine not in _MACHINES:
        raise OfflineError(f"the calls of a machine of kind {machine} are not known")
    architecture, make_socket = _MACHINES[machine]
    steps = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 7, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 5, 0, _OTHER_CALLS),
        (_EQUAL, 4, 0, _IO_URING_SETUP),
        (_EQUAL, 0, 4, make_socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 2, 0, socket.AF_UNIX),
        (_RETURN, 0, 0, _ERROR | errno.EAFNOSUPPORT),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    )
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class _Filter(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def go_offline() -> None:
    """Give it up without a way back, and die with our parent; :raises OfflineError: that cannot be done here."""
    steps = rules(os.uname().machine)
    prctl = ctypes.CDLL(None).prctl
    program = _Filter(len(steps) // 8, steps)
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        raise OfflineError("the kernel takes no such filter")


def main(words: Sequence[str]) -> None:
    """:param words: a program, by its path, and its arguments; it takes this one's place."""
    try:
        go_offline()
        os.execv(words[0], list(words))  # noqa: S606 - to become it is what this program is for
    except (OfflineError, OSError) as error:
        sys.exit(f"offline: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
