"""
The log: one line for each event, and of an error only its class and the places in the code it came through.

``script/server`` hands ``observer`` to twistd (``--logger``). A text that an exception carries, an argument or a local
variable may be a visitor's; a line number never is (L-50, L-51).
"""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path

from twisted.logger import FileLogObserver, ILogObserver, LogEvent, LogLevel, formatEvent
from twisted.python.failure import Failure

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
    if not text.strip():
        return None
    level = event.get("log_level", LogLevel.info)
    time = datetime.fromtimestamp(event["log_time"], timezone.utc)
    mark = "" if level in (LogLevel.debug, LogLevel.info) else f"{level.name.upper()}: "
    return f"{time:%Y-%m-%d %H:%M:%S}Z {mark}{' '.join(text.split())}\n"


def observer() -> ILogObserver:
    """:return: writes to the standard output, for twistd's ``--logger``."""
    out: ILogObserver = FileLogObserver(sys.stdout, line)
    return out
