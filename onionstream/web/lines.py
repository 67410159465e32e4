"""
Messages as lines of text, for text browsers and terminals.

There is no colour there, and nothing but the place of a character tells what is ours and what somebody has typed. So
before each name stands a sign of ours, that nobody can type there: ``*`` the broadcaster, ``+`` a moderator, ``-``
everybody else, and directly after it ``!`` and the tripcode, if there is one.
"""

from __future__ import annotations

from onionstream.chat.events import Message
from onionstream.chat.people import Person, Role
from onionstream.chat.text import printable
from onionstream.web.fragments import Moment, Words

_SIGNS = {Role.BROADCASTER: "*", Role.MODERATOR: "+", Role.VIEWER: "-"}
_INDENT = " " * 8


def sign(person: Person) -> str:
    """:return: what stands before somebody's name."""
    trip = person.look.trip
    return _SIGNS[person.role] + ("" if trip is None else f"!{trip.shown}")


def comment(text: str) -> str:
    """:return: something of ours between the messages: no message has a line that begins like this."""
    return f"# {printable(text)}\n"


def line(message: Message, words: Words) -> str:
    """
    :param message: what was said.
    :param words: what people are called.
    :return: one line, and one more for each further line of it, which are indented.
    """
    called = printable("".join(words.of(message.author)))
    first, *more = map(printable, message.text.split("\n"))
    start = f"{Moment.of(message.when).clock} {sign(message.author)} {called}: {first}\n"
    return start + "".join(f"{_INDENT}{one}\n" for one in more)
