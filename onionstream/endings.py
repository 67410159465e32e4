"""What became of a process, in words."""

from __future__ import annotations

import signal

from twisted.internet.error import ProcessTerminated
from twisted.python.failure import Failure


def how_it_ended(reason: Failure) -> str:
    """:return: what became of a process, to follow its name."""
    end = reason.value
    if not isinstance(end, ProcessTerminated):
        return "ended by itself"
    if end.signal is not None:
        return f"was ended by signal {end.signal} ({signal.Signals(end.signal).name})"
    return f"ended with status {end.exitCode}"
