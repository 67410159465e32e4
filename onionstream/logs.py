"""
The log: one line for each event, and of an error only its class and the places in the code it came through.

``script/server`` hands ``observer`` to twistd (``--logger``). A text that an exception carries, an argument or a local
variable may be a visitor's; a line number never is (L-50, L-51).
"""

from __future__ import annotations

import re
import select
import sys
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TextIO

from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent
from twisted.python.failure import Failure
from zope.interface import implementer

_LONGEST = 1000
"""Characters of a line that are written, at most 4000 bytes."""

_TWISTEDS_OWN = re.compile(r"twistd .* starting up\.|reactor class: \S+|\w+ starting on (?:\d+|'.*')")
"""What Twisted says at each start, between our lines; the last one of a port or of a UNIX socket."""

_FRAMES = 6
"""Innermost places of a traceback that are told."""


def where(failure: Failure) -> str:
    """
    :param failure: any.
    :return: the innermost places of its traceback, outermost first, without paths, arguments or values.
    """
    frames = failure.frames[-_FRAMES:]
    return " > ".join(f"{Path(path).name}:{line} {function}" for function, path, line, *_ in frames) or "no frame"


def told(failure: Failure) -> str:
    """:return: what may be written down about an error."""
    return f"{failure.type.__qualname__ if failure.type else 'an error'} in {where(failure)}"


def line(event: LogEvent) -> str | None:
    """
    :param event: of Twisted's logger, new or old.
    :return: the line for it, with the time in UTC; None for one that says nothing.
    """
    failure = event.get("log_failure")
    text = told(failure) if isinstance(failure, Failure) else formatEvent(event)
    level = event.get("log_level", LogLevel.info)
    if not text.strip() or (level is LogLevel.info and _TWISTEDS_OWN.fullmatch(text)):
        return None
    time = datetime.fromtimestamp(event["log_time"], timezone.utc)
    mark = "" if level in (LogLevel.debug, LogLevel.info) else f"{level.name.upper()}: "
    return f"{time:%Y-%m-%d %H:%M:%S}Z {mark}{' '.join(text.split())}\n"


def write(stream: TextIO | None, text: str) -> None:
    """
    Write to a terminal, a pipe or a file, or leave it when that would wait or fail.

    A terminal that was stopped (Ctrl-S), a pipe that nobody reads and a full disk must not hold up the stream.

    :param stream: None: there is none.
    :param text: lines; of a long one the beginning, for a pipe that is ready has room for 4096 bytes (``PIPE_BUF``).
    """
    for one in text.splitlines():
        with suppress(OSError, ValueError):  # ValueError: it was closed
            if stream is not None and _takes(stream.fileno()):
                stream.write(f"{one[:_LONGEST]}\n")
                stream.flush()


def _takes(descriptor: int) -> bool:
    """:return: whether a write would not wait."""
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(0))


@implementer(ILogObserver)
class Observer:
    """Writes a line for each event."""

    def __init__(self, stream: TextIO) -> None:
        """:param stream: where to."""
        self._stream = stream

    def __call__(self, event: LogEvent) -> None:
        """Write, unless it says nothing."""
        if text := line(event):
            write(self._stream, text)


def observer() -> ILogObserver:
    """:return: writes to the standard output, for twistd's ``--logger``."""
    return Observer(sys.stdout)
