"""
Made-up people and what they say, nice things and hard ones, for `tests.real.gallery`.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from onionstream.chat.bans import Ban, Why
from onionstream.chat.events import Message
from onionstream.chat.looks import Look, Own
from onionstream.chat.moderation import Record
from onionstream.chat.people import Person, Role
from onionstream.chat.staff import Deed
from onionstream.chat.tripcode import Tripcode
from onionstream.web.fragments import Moment
from onionstream.web.overview import Done, Moderator, Overview

NOW = 1795372260
"""Seconds since 1970-01-01 00:00 UTC: 2026-11-22, 18:31."""

YOU = "you"
"""Who looks at the page."""

SAID = (
    ("quiet_fox", "hello from the quiet side of the network"),
    ("moss", "the picture is smooth even over three hops"),
    ("somebody", "how much torque does the shoulder joint take?"),
    ("host", "About 4 Nm with the new gearbox. Will show the measurement in a minute."),
    ("tuxedo", "I built one of these last winter; the third axis drifted for me until I lapped the gears."),
    ("ada", "I think the encoder slips — listen to the clicking when it reverses"),
    ("host", "Good ears. That is the grub screw, tightening it now."),
    ("aide", "Questions about the gearbox first, please, then the rest."),
    (YOU, "can you put the code next to the arm in the picture? thanks"),
    ("moss", "chat appears instantly with no script, how?"),
    ("ada", "it is one endless page :)"),
)
HARD = (
    ("long", "a very long name"),
    ("quiet_fox", "a very long word: " + "onion" * 14),
    ("arabic", "مرحبا بالجميع، هذه رسالة طويلة من اليمين إلى اليسار مع abc 123 في الوسط"),
    (YOU, "שלום לכולם (hello)"),
    ("emoji", "🧅🧅 👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ ☺ ✓ ★"),
    ("ada", "\n".join(f"line {number} of twelve, said in one go" for number in range(1, 13))),
    ("host", "<b>no markup</b> &amp; http://" + "a" * 56 + ".onion/"),
)
_NAMES = {
    "host": "",
    "aide": "gearhead",
    "quiet_fox": "quiet_fox",
    "moss": "moss",
    "somebody": "",
    "tuxedo": "tuxedo",
    "ada": "ada",
    "long": "W" * 24,
    "arabic": "مراقب",
    "emoji": "👩‍🚀🧅",
    YOU: "",
    "lurker": "lurker_42",
}
_ROLES = {"host": Role.BROADCASTER, "aide": Role.MODERATOR}
_TRIPS = ("moss", "ada", "long", "host")
_HUES: dict[str, int | Own] = {
    "moss": 8,
    "ada": 6,
    "quiet_fox": 11,
    "tuxedo": 0,
    "emoji": Own(dark="#ff96d6", light="#bd137b"),
}


def people() -> dict[str, Person]:
    """
    :return: everybody by a short name, new each time; the first are the first of the list.
    """
    return {key: _person(key, name) for key, name in _NAMES.items()}


def messages(sayings: Iterable[tuple[str, str]], you: Person) -> list[Message]:
    """
    :param sayings: who, and what.
    :param you: whoever looks at the page.
    :return: one every minute.
    """
    here = people() | {YOU: you}
    return [
        Message(number=number, author=here[who], text=text, when=NOW + 60 * number)
        for number, (who, text) in enumerate(sayings, 1)
    ]


def _person(key: str, name: str) -> Person:
    digest = sha256(key.encode())
    trip = Tripcode(digest.digest()) if key in _TRIPS else None
    look = Look(name=name, colour=_HUES.get(key), trip=trip)
    return Person(key=digest.digest()[:16], mark=digest.hexdigest()[:10], look=look, role=_ROLES.get(key, Role.VIEWER))


def a_banned_one() -> Person:
    """
    :return: somebody who has said something.
    """
    tuxedo = people()["tuxedo"]
    tuxedo.banned = True
    return tuxedo


A_BAN = Ban(person=a_banned_one(), when=NOW, why=Why.FILTER)
"""
Of one of them.
"""

DONE = Record(number=3, when=NOW, actor=people()[YOU], deed=Deed.BAN, target=people()["tuxedo"])
"""
The last of it.
"""


def an_overview() -> Overview:
    """
    :return: what was done, and who may do it.
    """
    when = Moment.of(NOW)
    done = (
        Done(2, when, "gearhead", "Banned:", "tuxedo"),
        Done(0, when, "Broadcaster", "Hidden: a message of", "W" * 24),
    )
    trip = Tripcode(bytes(range(32)))
    moderators = Moderator(trip.shown, trip.full, None), Moderator(trip.shown, trip.full, when)
    return Overview(proof="p", done=done, more=3, moderators=moderators)
