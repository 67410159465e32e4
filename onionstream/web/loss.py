"""What somebody would lose by another tripcode: he is asked before (S69)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from onionstream.chat.looks import Look
from onionstream.chat.modes import loses
from onionstream.chat.people import Person
from onionstream.chat.room import Room
from onionstream.chat.rules import Mode
from onionstream.chat.tripcode import Tripcode
from onionstream.web.admission import Admission


class Loss(Enum):
    """What it is; the value is what he reads."""

    PLACE = (
        "You would be no member any more, and outside at once. Only a tripcode that is on the list lets you in again."
    )
    WORD = "You would be no member any more, and only members can write at the moment."


@dataclass(frozen=True, slots=True)
class Costly:
    """
    A change that somebody has to want twice.

    :ivar look: how he would look.
    :ivar loss: what it costs.
    """

    look: Look
    loss: Loss


def foresee(person: Person, trip: Tripcode | None, room: Room, admission: Admission) -> Loss | None:
    """
    :param person: is inside.
    :param trip: he would have this one.
    :param room: its rules may be for members only.
    :param admission: its door may be.
    :return: what he would lose; ``None``: nothing.
    """
    if not admission.keeps(person.key, trip):
        return Loss.PLACE
    rules = room.rules
    if rules.mode is Mode.MEMBERS and loses(person, trip, rules.members, room.moderators):
        return Loss.WORD
    return None
