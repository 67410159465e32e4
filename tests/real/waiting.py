"""
Waiting for something that another program does, in a test with a running reactor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds that are enough for anything that comes at all, also on a machine that is very busy."""


class NotSeenError(AssertionError):
    """
    What was waited for did not come in time; the text says what it was and what was seen last.
    """


async def until(
    clock: IReactorTime,
    what: str,
    look: Callable[[], T],
    good: Callable[[T], bool] = bool,
    *,
    timeout: float = PATIENCE,
    every: float = 0.05,
) -> T:
    """
    Look again and again until what is seen is good.

    :param clock: whose time counts; the reactor.
    :param what: what is waited for, as the end of "waited for ...".
    :param look: called each time; must be quick, and its result must have a telling ``repr``.
    :param good: whether that result is the one waited for; by default any true one.
    :param timeout: seconds.
    :param every: seconds between two looks.
    :return: the first good result.
    :raises NotSeenError: after `timeout`.
    """
    end = clock.seconds() + timeout
    while not good(seen := look()):
        if clock.seconds() >= end:
            raise NotSeenError(f"waited {timeout:g} s for {what}; seen last: {seen!r}")
        await deferLater(clock, every)
    return seen
