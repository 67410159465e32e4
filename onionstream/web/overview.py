"""What the broadcaster sees of the moderation: what was done, and who the moderators are."""

from __future__ import annotations

from dataclasses import dataclass

from onionstream.chat.moderation import Moderation
from onionstream.chat.people import Person
from onionstream.chat.staff import DEEDS
from onionstream.chat.tripcode import Tripcode
from onionstream.web.fragments import Moment, Words

SHOWN = 50
"""Deeds on the page; of others there is a number."""


@dataclass(frozen=True, slots=True)
class Done:
    """
    A line of the log.

    :ivar number: by which it is taken back; 0: it is already.
    :ivar deed: what was done, in words that end before...
    :ivar target: ... those for whom it was done to.
    """

    number: int
    when: Moment
    actor: str
    deed: str
    target: str


@dataclass(frozen=True, slots=True)
class Moderator:
    """
    A line of the list.

    :ivar shown: what all see of his tripcode.
    :ivar full: all of it.
    :ivar since: when he was made one; ``None``: the configuration makes him one.
    """

    shown: str
    full: str
    since: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """
    All of it.

    :ivar proof: goes with every button; see ``Moderating``.
    :ivar done: the latest first.
    :ivar more: so many are older.
    """

    proof: str = ""
    done: tuple[Done, ...] = ()
    more: int = 0
    moderators: tuple[Moderator, ...] = ()

    @classmethod
    def of(cls, moderation: Moderation, words: Words, proof: str) -> Overview:
        """
        :param moderation: what was done.
        :param words: what people are called.
        :param proof: see there.
        """

        def called(person: Person) -> str:
            return "".join(words.of(person))

        records = tuple(moderation)
        done = (
            Done(
                0 if one.undone else one.number,
                Moment.of(one.when),
                called(one.actor),
                DEEDS[one.deed],
                one.whom(called),
            )
            for one in records[:SHOWN]
        )
        configured = (_moderator(digest, None) for digest in sorted(moderation.configured))
        appointed = (_moderator(digest, Moment.of(when)) for digest, when in moderation.appointed.items())
        return cls(
            proof=proof, done=tuple(done), more=max(0, len(records) - SHOWN), moderators=(*configured, *appointed)
        )


def _moderator(digest: bytes, since: Moment | None) -> Moderator:
    trip = Tripcode(digest)
    return Moderator(trip.shown, trip.full, since)
