"""Those who watch over the chat: who is one of them, and which of them may do what to whom."""

from __future__ import annotations

from collections.abc import Container, Mapping
from enum import Enum

from onionstream.chat.errors import ChatError
from onionstream.chat.people import Person, Role
from onionstream.chat.tripcode import Tripcode


class RightsError(ChatError):
    """You may not do this."""


class Deed(Enum):
    """
    What can be done to messages, or to a person and all that he has said.

    HIDE, SHOW: one message. HIDE_ALL, BAN, BAN_AND_HIDE, UNBAN, APPOINT, DISMISS: a person. SWEEP: messages of many.
    """

    HIDE = "hide"
    SHOW = "show"
    HIDE_ALL = "hideall"
    BAN = "ban"
    BAN_AND_HIDE = "banhide"
    UNBAN = "unban"
    APPOINT = "appoint"
    DISMISS = "dismiss"
    SWEEP = "sweep"


DEEDS = {
    Deed.HIDE: "Hidden: a message of",
    Deed.SHOW: "Shown again: a message of",
    Deed.HIDE_ALL: "Hidden: all messages of",
    Deed.BAN: "Banned:",
    Deed.BAN_AND_HIDE: "Banned, and all messages hidden:",
    Deed.UNBAN: "Not banned any more:",
    Deed.APPOINT: "A moderator now:",
    Deed.DISMISS: "No moderator any more:",
    Deed.SWEEP: "Hidden:",
}
"""What was done, in words that end before those for whom it was done to."""

_MESSAGES = frozenset({Deed.HIDE, Deed.SHOW, Deed.HIDE_ALL})
_WATCH = _MESSAGES | {Deed.BAN, Deed.BAN_AND_HIDE, Deed.UNBAN}

RIGHTS: Mapping[Role, Mapping[Role, Container[Deed]]] = {
    Role.BROADCASTER: {
        Role.VIEWER: _WATCH | {Deed.APPOINT},
        Role.MODERATOR: _WATCH | {Deed.DISMISS},
        Role.BROADCASTER: _MESSAGES,
    },
    Role.MODERATOR: {Role.VIEWER: _WATCH},
    Role.VIEWER: {},
}
"""What each may do, and to whom; nobody may do anything else."""


def may(actor: Person, deed: Deed, target: Person) -> bool:
    """:return: whether somebody may do this to somebody. Who is banned may do nothing."""
    return not actor.banned and deed in RIGHTS[actor.role].get(target.role, ())


def trusted(person: Person, moderators: Container[bytes]) -> Role:
    """
    :param person: has a tripcode.
    :param moderators: digests of the tripcodes that make moderators.
    :return: what he is by that.
    """
    if person.role is Role.BROADCASTER:
        return person.role
    trip = person.look.trip
    return Role.MODERATOR if trip is not None and trip.digest in moderators else Role.VIEWER


def role(person: Person, had: Tripcode | None, moderators: Container[bytes]) -> Role:
    """
    :param person: as he is now.
    :param had: his tripcode until now.
    :param moderators: as above.
    :return: what he is by his tripcode, if that is another one; who is a moderator without one stays so.
    """
    if had == person.look.trip:
        return person.role
    now = trusted(person, moderators)
    return now if now is not Role.VIEWER or (had is not None and had.digest in moderators) else person.role
