"""
A daemon that only runs a tor, to be killed by a test: ``python -m tests.real.tor_daemon STATE``.

When it hears tor on the control connection, it makes the file ``heard`` in the state directory.
"""

from __future__ import annotations

import sys
from pathlib import Path

from onionstream.onion.progress import State
from tests.real.torcase import a_tor


def main() -> None:
    """Run until killed."""
    from twisted.internet import reactor

    state = Path(sys.argv[1])
    tor = a_tor(reactor, state)

    def look(_: object = None) -> None:
        if tor.state is State.CONNECTING:
            (state / "heard").touch()
        tor.changed().addCallback(look)

    look()
    tor.startService()
    reactor.run()


if __name__ == "__main__":
    main()
