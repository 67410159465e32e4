"""The commands about what is said in the chat, and who is here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from onionstream.chat.bans import Ban
from onionstream.chat.events import Message
from onionstream.chat.people import Person
from onionstream.chat.presence import Presence
from onionstream.chat.room import Room
from onionstream.control.acts import Act, clock, count_in, nothing
from onionstream.control.events import Called, of_message, of_person
from onionstream.control.protocol import Answer, RefusedError, UsageError


class Talk:
    """What can be seen of the chat, and said in it, by whoever has the control socket: it is the broadcaster."""

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
        :param key: the broadcaster's.
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
            "bans": self.bans,
            "users": self.users,
        }

    def say(self, words: Sequence[str]) -> Answer:
        """Say something as the broadcaster, whom nothing but word filters can hold up."""
        if not words:
            raise UsageError("A text is expected after `say`.")
        said = self._room.say(self._key, " ".join(words), self._now(), int(self._when()))
        if not isinstance(said, Message):  # what a broadcaster says never waits
            raise RefusedError("That is not said yet.")
        return Answer((f"It is message {said.number}.",), {"number": said.number})

    def show(self, words: Sequence[str]) -> Answer:
        """The latest messages that everybody sees."""
        return self._messages(self._room.history(count_in(words)))

    def hidden(self, words: Sequence[str]) -> Answer:
        """The latest messages that nobody sees."""
        return self._messages(self._room.hidden(count_in(words)))

    def bans(self, words: Sequence[str]) -> Answer:
        """Who is banned, since when, and by what."""
        nothing("bans", words)
        bans = list(self._room.bans)
        lines = [
            f"{ban.person.mark}  {clock(ban.when)}  {ban.why.value:<10}  {self._called(ban.person)}" for ban in bans
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
        start = f"{message.number:>5}  {clock(message.when)}  {author.mark}  {self._called(author)}: {first}"
        return [start, *(f"{'':>14}{line}" for line in more)]
