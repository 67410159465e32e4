"""Whose name is whose: who has a tripcode and talks shall not be mistaken for somebody else."""

from __future__ import annotations

from collections.abc import Iterable

from onionstream.chat.filters import Filters
from onionstream.chat.looks import Look, shape
from onionstream.chat.people import Person, Role
from onionstream.chat.refusals import NameFilteredError, TakenError

RECENT = 3600.0
"""Seconds after his last message for which the name of somebody with a tripcode is his."""


def check(person: Person, look: Look, others: Iterable[Person], now: float) -> None:
    """
    :param person: wants to look like that.
    :param others: everybody who is known.
    :raises TakenError: it is the name of somebody with another tripcode, or of the broadcaster or a moderator.
    """
    name = shape(look.name) if look.name else ""
    for other in others:
        if name and other.standing.name == name and other is not person and _owned(other, look, now):
            raise TakenError


def _owned(other: Person, look: Look, now: float) -> bool:
    """:return: whether the name of that person is not for somebody with this look."""
    if other.staff:
        return True
    said, trip = other.standing.said, other.look.trip
    return trip is not None and trip != look.trip and said is not None and now - said < RECENT


def permit(person: Person, look: Look, filters: Filters) -> None:
    """:raises NameFilteredError: a filter has something against this name."""
    broadcaster = person.role is Role.BROADCASTER
    if look.name and filters.judge(look.name, broadcaster=broadcaster).action is not None:
        raise NameFilteredError
