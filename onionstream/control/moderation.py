"""The commands about the chat: who is here, what is said, and who may."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from onionstream.chat.bans import Ban
from onionstream.chat.events import Message
from onionstream.chat.people import Person, Role
from onionstream.chat.presence import Presence
from onionstream.chat.room import Room
from onionstream.control.acts import Act, nothing, number_in
from onionstream.control.events import Called, of_message, of_person
from onionstream.control.protocol import Answer, RefusedError, UsageError

USUAL, MOST = 20, 256
"""Messages that are shown if nothing is said, and at the most (D-50)."""

_MARK = re.compile("#?([0-9a-f]{10})")
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)


class Moderation:
    """What can be done in the chat, by whoever has the control socket: it is the broadcaster."""

    def __init__(
        self,
        room: Room,
        present: Presence,
        called: Called,
        key: bytes,
        *,
        now: Callable[[], float],
        when: Callable[[], float],
    ) -> None:
        """
        :param room: the chat.
        :param present: who is here.
        :param called: what somebody is called.
        :param key: of the broadcaster, when he speaks from here.
        :param now: seconds of the monotonic clock.
        :param when: seconds since the epoch.
        """
        self._room = room
        self._present = present
        self._called = called
        self._key = key
        self._now = now
        self._when = when

    def acts(self) -> Mapping[str, Act]:
        """:return: what each of the commands does."""
        return {
            "say": self.say,
            "chat show": self.show,
            "chat hidden": self.hidden,
            "hide": self.hide,
            "unhide": self.unhide,
            "ban": self.ban,
            "unban": self.unban,
            "bans": self.bans,
            "users": self.users,
        }

    def say(self, words: Sequence[str]) -> Answer:
        """Say something as the broadcaster, whom nothing but word filters can hold up."""
        if not words:
            raise UsageError("A text is expected after `say`.")
        self._room.appoint(self._key, Role.BROADCASTER, self._now())
        said = self._room.say(self._key, " ".join(words), self._now(), int(self._when()))
        if not isinstance(said, Message):  # what a broadcaster says never waits
            raise RefusedError("That is not said yet.")
        return Answer((f"It is message {said.number}.",), {"number": said.number})

    def show(self, words: Sequence[str]) -> Answer:
        """The latest messages that everybody sees."""
        return self._messages(self._room.history(_count(words)))

    def hidden(self, words: Sequence[str]) -> Answer:
        """The latest messages that nobody sees."""
        return self._messages(self._room.hidden(_count(words)))

    def hide(self, words: Sequence[str]) -> Answer:
        """Hide messages."""
        done = self._room.hide(*_numbers("hide", words))
        return Answer((f"Hidden: {_list(done)}.",), {"numbers": list(done)})

    def unhide(self, words: Sequence[str]) -> Answer:
        """Show messages again."""
        done = self._room.unhide(*_numbers("unhide", words))
        return Answer((f"Shown again: {_list(done)}.",), {"numbers": list(done)})

    def ban(self, words: Sequence[str]) -> Answer:
        """Ban somebody, and perhaps hide all that he has said."""
        if not words or words[1:] not in ((), ("hide",)):
            raise UsageError("Expected after `ban`: a mark or the number of a message, and `hide` if that is wanted.")
        person = self._person(words[0])
        was = person.banned
        self._room.ban(person.key, hide=len(words) > 1, when=int(self._when()))
        hidden = " All of his messages are hidden." if words[1:] else ""
        told = "was banned already" if was else "is banned"
        return Answer((f"{self._called(person)} {told}.{hidden}",), of_person(person, self._called))

    def unban(self, words: Sequence[str]) -> Answer:
        """Take a ban back."""
        if len(words) != 1:
            raise UsageError("One mark is expected after `unban`; `bans` shows them.")
        person = self._person(words[0])
        if not person.banned:
            raise RefusedError(f"{self._called(person)} is not banned.")
        self._room.unban(person.key)
        return Answer((f"{self._called(person)} may chat again.",), of_person(person, self._called))

    def bans(self, words: Sequence[str]) -> Answer:
        """Who is banned, since when, and by what."""
        nothing("bans", words)
        bans = list(self._room.bans)
        lines = [
            f"{ban.person.mark}  {_time(ban.when)}  {ban.why.value:<10}  {self._called(ban.person)}" for ban in bans
        ]
        return Answer(tuple(lines) or ("Nobody is banned.",), [self._ban(ban) for ban in bans])

    def users(self, words: Sequence[str]) -> Answer:
        """Who is here: those who watch, and then the others."""
        nothing("users", words)
        groups = self._present.groups(self._room.person)
        here = [*((one, True) for one in groups.watching), *((one, False) for one in groups.others)]
        lines = [self._user(one, watches=watches) for one, watches in here]
        data = [{**of_person(one, self._called), "watching": watches, "banned": one.banned} for one, watches in here]
        return Answer(tuple(lines) or ("Nobody is here.",), data)

    def _user(self, person: Person, *, watches: bool) -> str:
        trip = person.look.trip
        notes = [person.role.value, "watches" if watches else "", "banned" if person.banned else ""]
        shown = "" if trip is None else f" !{trip.shown}"
        return f"{person.mark}  {self._called(person)}{shown}  ({', '.join(filter(None, notes))})"

    def _ban(self, ban: Ban) -> dict[str, object]:
        return {**of_person(ban.person, self._called), "when": ban.when, "why": ban.why.value}

    def _messages(self, messages: Sequence[Message]) -> Answer:
        lines = tuple(line for message in messages for line in self._message(message))
        return Answer(lines or ("There are none.",), [of_message(message, self._called) for message in messages])

    def _message(self, message: Message) -> list[str]:
        first, *more = message.text.split("\n")
        author = message.author
        start = f"{message.number:>5}  {_time(message.when)}  {author.mark}  {self._called(author)}: {first}"
        return [start, *(f"{'':>14}{line}" for line in more)]

    def _person(self, word: str) -> Person:
        """:return: whom a mark, or the number of a message, means; :raises RefusedError: nobody."""
        if mark := _MARK.fullmatch(word.lower()):
            found = self._room.find(mark[1], self._present)
        elif _NUMBER.fullmatch(word):
            message = self._room.message(int(word))
            found = message.author if message else None
        else:
            raise UsageError(
                f"`{word}` is neither a mark of ten digits, as `users` and `chat show` have it, nor a number."
            )
        if found is None:
            raise RefusedError(f"Nobody is known by {word}.")
        return found


def _count(words: Sequence[str]) -> int:
    """:return: how many messages are wanted."""
    if not words:
        return USUAL
    if len(words) > 1:
        raise UsageError("One number is expected there, and nothing after it.")
    return min(MOST, number_in(words[0]))


def _numbers(verb: str, words: Sequence[str]) -> list[int]:
    if not words:
        raise UsageError(f"Numbers of messages are expected after `{verb}`; `chat show` has them.")
    return [number_in(word) for word in words]


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _time(when: int) -> str:
    """:return: hours and minutes, UTC."""
    return f"{when // 3600 % 24:02}:{when // 60 % 60:02}" if when else "--:--"
