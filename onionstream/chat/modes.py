"""Who may write at the moment, and who has to show first that he is a person."""

from __future__ import annotations

from dataclasses import replace

from onionstream.chat.people import Person
from onionstream.chat.refusals import ClosedError, MembersError, SlowError
from onionstream.chat.rules import Mode, Rules, When
from onionstream.chat.staff import role
from onionstream.chat.tripcode import Tripcode

WAITS = 6.0
"""Seconds that a message waits for its turn in slow mode; with more to go its writer keeps it."""

FIRST = "Solve a captcha once before you write."
RAID = "New people have to solve a captcha first at the moment."


def permit(person: Person, rules: Rules, now: float) -> None:
    """
    Look whether somebody may write now, whatever it is.

    :param now: seconds of the monotonic clock.
    :raises ClosedError, MembersError, SlowError: he may not.
    """
    if person.staff:
        return
    match rules.mode:
        case Mode.CLOSED:
            raise ClosedError
        case Mode.MEMBERS if not is_member(person, rules.members):
            raise MembersError
        case Mode.SLOW if (wait := person.standing.between(now, rules)) > WAITS:
            raise SlowError(wait, rules.pause)


def is_member(person: Person, members: frozenset[bytes]) -> bool:
    """:return: whether somebody has a tripcode that is on the list; all of it is compared (D-12)."""
    return person.look.trip is not None and person.look.trip.digest in members


def loses(person: Person, trip: Tripcode | None, members: frozenset[bytes], moderators: frozenset[bytes]) -> bool:
    """
    :param trip: a tripcode that somebody could have instead of his; ``None``: none at all.
    :param members: digests of the tripcodes on the list.
    :param moderators: digests of those that make moderators.
    :return: whether he may be now where only members are, and could not be there with that (S69).
    """
    after = replace(person, look=replace(person.look, trip=trip))
    after.role = role(after, person.look.trip, moderators)
    now, then = (one.staff or is_member(one, members) for one in (person, after))
    return now and not then


def reason(person: Person, rules: Rules) -> str:
    """:return: why the next message of somebody needs a captcha, whatever others do; empty: it needs none."""
    if is_new(person, rules):
        return RAID
    if rules.captcha is When.NEVER:
        return ""
    if demand := person.standing.reason(rules):
        return demand
    return FIRST if rules.captcha is When.FIRST and not person.proven else ""


def is_new(person: Person, rules: Rules) -> bool:
    """:return: whether he has come with a raid, as far as we know, and has to show that he is a person."""
    if rules.raid is None or person.proven:
        return False
    return not person.standing.messages or person.first > rules.raid
