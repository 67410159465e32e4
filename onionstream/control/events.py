"""What happens, as objects for JSON: for bots, and for programs that read the chat aloud (A65, A66)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onionstream.chat.events import Banned, Changed, Event, Hidden, Message, Said, Shown, Unbanned
from onionstream.chat.people import Person

Called = Callable[[Person], str]
"""What somebody is called."""

Fact = dict[str, object]
"""One object; ``event`` says what it is about."""


def of_person(person: Person, called: Called) -> Fact:
    """:return: who somebody is: nothing that his tokens could be made of."""
    trip = person.look.trip
    return {
        "mark": person.mark,
        "name": called(person),
        "role": person.role.value,
        "tripcode": None if trip is None else trip.shown,
    }


def of_message(message: Message, called: Called) -> Fact:
    """:return: what was said, and by whom."""
    return {
        "number": message.number,
        "when": message.when,
        "author": of_person(message.author, called),
        "text": message.text,
        "hidden": message.hidden,
    }


def of_room(event: Event, called: Called) -> Fact:
    """
    :param event: of the chat.
    :return: the same as an object.
    """
    match event:
        case Said(message):
            return {"event": "message", **of_message(message, called)}
        case Hidden(numbers):
            return {"event": "hidden", "numbers": list(numbers)}
        case Shown(numbers):
            return {"event": "shown", "numbers": list(numbers)}
        case Changed(person):
            return {"event": "look", "person": of_person(person, called)}
        case Banned(person):
            return {"event": "ban", "person": of_person(person, called)}
        case Unbanned(person):
            return {"event": "unban", "person": of_person(person, called)}


class Comings:
    """Finds out who has come and who has gone, when all that is told is who is here; so many at a time."""

    def __init__(self, present: Iterable[bytes], most: int = 200) -> None:
        """
        :param present: the keys of those who are here, now.
        :param most: changes that one look finds; the next one goes on.
        """
        self._known = set(present)
        self._most = most

    def look(self, present: Iterable[bytes]) -> list[tuple[str, bytes]]:
        """
        :param present: the keys of those who are here, now.
        :return: ``leave`` or ``join``, and whose key it is.
        """
        now = dict.fromkeys(present)
        gone = [key for key in self._known if key not in now]
        come = [key for key in now if key not in self._known]
        changes = [*(("leave", key) for key in gone), *(("join", key) for key in come)][: self._most]
        for what, key in changes:
            (self._known.discard if what == "leave" else self._known.add)(key)
        return changes
