"""
What ``sender.c`` does, for a machine without a C compiler.

    python -m benchmarks.sender SIZE MILLISECONDS [stamp]
"""

from __future__ import annotations

import select
import socket
import sys
import time
from contextlib import suppress

from benchmarks.hearing import stamp

_HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: video/mp4\r\n\r\n"
_SEND_BUFFER = 128 * 1024


def _welcome(listener: socket.socket, viewers: list[socket.socket]) -> None:
    with suppress(BlockingIOError):
        while True:
            viewer, _ = listener.accept()
            viewer.setblocking(False)
            viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            viewer.send(_HEAD)
            viewers.append(viewer)


def _took(viewer: socket.socket, fragment: bytes) -> bool:
    """:return: whether the connection is still there."""
    try:
        viewer.send(fragment)
    except BlockingIOError:
        return True  # he does not get it
    except OSError:
        return False
    return True


def main() -> None:
    """Send until it is killed."""
    size, every, stamped = int(sys.argv[1]), int(sys.argv[2]) / 1000, len(sys.argv) > 3
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener.setblocking(False)
    print(listener.getsockname()[1], flush=True)
    viewers: list[socket.socket] = []
    due = time.monotonic()
    while True:
        due += every
        while (left := due - time.monotonic()) > 0:
            if select.select([listener], [], [], left)[0]:
                _welcome(listener, viewers)
        fragment = f"{stamp()}\n".encode().rjust(size) if stamped else bytes(size)
        viewers = [viewer for viewer in viewers if _took(viewer, fragment)]


if __name__ == "__main__":
    main()
