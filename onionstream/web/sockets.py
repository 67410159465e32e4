"""
The two places where the site listens: a UNIX socket that only its owner can reach, and one port on the loopback
address.

Both are opened before the reactor runs, so that "the port is taken" is one sentence at the start and not a traceback.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IReactorTCP, IReactorUNIX
from twisted.internet.protocol import ServerFactory

LOOPBACK = "127.0.0.1"
"""The only address we ever listen on (L-01): everybody else comes through the onion."""

_WAITING = 1024
"""Connections that may wait to be accepted: a whole audience that comes back at once."""


class ListenError(Exception):
    """The site cannot listen where it should."""


def listen_on_loopback(reactor: IReactorTCP, port: int, site: ServerFactory[Any]) -> IListeningPort:
    """
    Listen on a TCP port of the loopback address.

    :param port: 0 lets the system choose.
    :raises ListenError: when the port is taken or not allowed.
    """
    try:
        return reactor.listenTCP(port, site, _WAITING, LOOPBACK)
    except CannotListenError as error:
        raise _port_error(port, error.socketError) from error


def listen_on_unix(reactor: IReactorUNIX, path: Path, site: ServerFactory[Any]) -> IListeningPort:
    """
    Listen on a UNIX socket with mode 0600 (L-08), in the place of an old one.

    The caller holds the lock of the directory: whoever made an old socket there does not run any more (R-43).

    :raises ListenError: when it cannot be made.
    """
    before = os.umask(0o177)  # Twisted sets the mode only after the socket is there
    try:
        path.unlink(missing_ok=True)
        return reactor.listenUNIX(str(path), site, _WAITING, 0o600)
    except (OSError, CannotListenError) as error:
        reason = getattr(error, "socketError", error)
        raise ListenError(f"The site cannot make its socket {path}: {_words(reason)}.") from error
    finally:
        os.umask(before)


def check_port(port: int) -> None:
    """:raises ListenError: when the port is taken or not allowed."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise _port_error(port, error) from error


def _port_error(port: int, reason: BaseException) -> ListenError:
    return ListenError(
        f"The site cannot listen on port {port} of {LOOPBACK}: {_words(reason)}. "
        "Choose another one with --port, or with `port` in the table [web] of the configuration."
    )


def _words(reason: BaseException) -> str:
    """What the system says."""
    return getattr(reason, "strerror", None) or str(reason)
