"""
The program ``onionstream``: the daemon in this terminal, or with ``ctl`` as its first word a command to one that runs.

The same daemon is to be had as ``twistd onionstream``, where twistd's own options can be given too.
"""

from __future__ import annotations

import os
import sys

from onionstream.control import client

_TWISTD = ("twistd", "--nodaemon", "--pidfile=", "--umask=0077", "--logger=onionstream.logs.observer", "onionstream")


def main() -> int:
    """
    Do what the command line says.

    :return: the exit status.
    """
    if sys.argv[1:2] == ["ctl"]:
        return control(sys.argv[2:])
    from twisted.scripts.twistd import run  # the control command has no need of it, and it takes half a second

    sys.argv = [*_TWISTD, *sys.argv[1:]]
    run()
    return 0


def control(arguments: list[str]) -> int:
    """:return: the exit status of a command to the daemon."""
    try:
        status = client.main(arguments, os.environ, sys.stdout, sys.stderr)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = 130  # as of a program that SIGINT has ended
    except BrokenPipeError:  # whoever read it has enough; Python would complain of that at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    return status
