"""The commands by which the chat is kept in order: what they do stands in the log of deeds, and can be undone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from onionstream.chat.errors import ChatError
from onionstream.chat.events import Message
from onionstream.chat.moderation import Moderation, Record
from onionstream.chat.people import Person
from onionstream.chat.room import Room
from onionstream.chat.staff import DEEDS, Deed
from onionstream.chat.sweep import Extent
from onionstream.chat.tripcode import Tripcode, is_full
from onionstream.control.acts import MOST, Act, clock, count_in, nothing, number_in
from onionstream.control.events import Called, Fact, of_person
from onionstream.control.protocol import Answer, RefusedError, UsageError

Newcomers = Callable[[int, int], Sequence[Message]]
"""
What people who have come within the second number of minutes have said in the last minutes, of which the first number
is.
"""

_MARK = re.compile("#?([0-9a-f]{10})")
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)


class Deeds:
    """What the broadcaster does with messages and people from a terminal, as he does it on the page."""

    def __init__(
        self,
        moderation: Moderation,
        room: Room,
        newcomers: Newcomers,
        called: Called,
        key: bytes,
        *,
        now: Callable[[], float],
        when: Callable[[], float],
    ) -> None:
        """
        :param moderation: does it, and writes it down.
        :param room: the chat.
        :param newcomers: finds what they have said.
        :param called: what somebody is called.
        :param key: the broadcaster's.
        :param now: seconds of the monotonic clock.
        :param when: seconds since the epoch.
        """
        self._moderation = moderation
        self._room = room
        self._newcomers = newcomers
        self._called = called
        self._key = key
        self._now = now
        self._when = when

    def acts(self) -> Mapping[str, Act]:
        """:return: what each of the commands does."""
        return {
            "hide": self.hide,
            "unhide": self.unhide,
            "sweep": self.sweep,
            "ban": self.ban,
            "unban": self.unban,
            "mods show": self.mods,
            "mods add": self.appoint,
            "mods drop": self.dismiss,
            "log": self.log,
            "undo": self.undo,
        }

    def hide(self, words: Sequence[str]) -> Answer:
        """Hide messages."""
        return self._messages("hide", Deed.HIDE, "Hidden", words)

    def unhide(self, words: Sequence[str]) -> Answer:
        """Show messages again."""
        return self._messages("unhide", Deed.SHOW, "Shown again", words)

    def sweep(self, words: Sequence[str]) -> Answer:
        """Hide what newcomers have said lately."""
        if len(words) != 2:
            raise UsageError(
                "Two numbers of minutes are expected after `sweep`: of the last so many, by people who "
                "have come in the last so many, such as `sweep 5 10`."
            )
        found = self._newcomers(number_in(words[0]), number_in(words[1]))
        if not found:
            return Answer(("There are no such messages.",), {"messages": [], "deeds": []})
        record = self._moderation.sweep(self._key, found, int(self._when()))
        return self._answer(f"Hidden: {record.whom(self._called)}.", record, messages=list(record.messages))

    def ban(self, words: Sequence[str]) -> Answer:
        """Ban somebody, and perhaps hide all that he has said."""
        if not words or words[1:] not in ((), ("hide",)):
            raise UsageError("Expected after `ban`: a mark or the number of a message, and `hide` if that is wanted.")
        hidden = " All of his messages are hidden." if words[1:] else ""
        return self._person(Deed.BAN_AND_HIDE if hidden else Deed.BAN, words[0], f"is banned.{hidden}")

    def unban(self, words: Sequence[str]) -> Answer:
        """Take a ban back."""
        if len(words) != 1:
            raise UsageError("One mark is expected after `unban`; `bans` shows them.")
        return self._person(Deed.UNBAN, words[0], "may chat again.")

    def mods(self, words: Sequence[str]) -> Answer:
        """Who is a moderator, by tripcode."""
        nothing("mods show", words)
        configured = [Tripcode(one).full for one in sorted(self._moderation.configured)]
        appointed = {Tripcode(one).full: when for one, when in self._moderation.appointed.items()}
        lines = (*(f"{one}  (in the configuration)" for one in configured), *appointed)
        return Answer(lines or ("There are no moderators.",), {"configured": configured, "appointed": appointed})

    def appoint(self, words: Sequence[str]) -> Answer:
        """Somebody with a tripcode is a moderator from now on."""
        if len(words) != 1:
            raise UsageError("One mark is expected after `mods add`; `users` shows them.")
        return self._person(Deed.APPOINT, words[0], "is a moderator now.")

    def dismiss(self, words: Sequence[str]) -> Answer:
        """Whoever has a tripcode is no moderator any more."""
        if len(words) != 1 or not is_full(words[0]):
            raise UsageError("A tripcode in full is expected after `mods drop`; `mods show` has them.")
        digest = Tripcode.of(words[0]).digest
        record = self._moderation.dismiss(self._key, digest, self._now(), int(self._when()))
        return self._answer(f"{record.whom(self._called)} is no moderator any more.", record, tripcode=words[0])

    def log(self, words: Sequence[str]) -> Answer:
        """What was done, the latest last."""
        records = [*self._moderation][: count_in(words)][::-1]
        lines = tuple(
            f"{one.number:>5}  {clock(one.when)}  {self._called(one.actor)}: {self._done(one)}"
            f"{' (taken back)' * one.undone}"
            for one in records
        )
        return Answer(lines or ("Nothing was done yet.",), [self._of_record(one) for one in records])

    def undo(self, words: Sequence[str]) -> Answer:
        """Take back what was done."""

        def act(number: int) -> Record:
            return self._moderation.undo(self._key, number, self._now(), int(self._when()))

        records = _each(_numbers("undo", words, "`log` has them"), act)
        lines = tuple(f"Taken back: {self._done(one)}" for one in records)
        return Answer(lines, {"numbers": [one.number for one in records]})

    def _messages(self, verb: str, deed: Deed, told: str, words: Sequence[str]) -> Answer:
        def act(number: int) -> Record:
            return self._moderation.to_message(self._key, deed, number, int(self._when()))

        records = _each(_numbers(verb, words, "`chat show` has those of messages"), act)
        numbers = [number for one in records for number in one.messages]
        return self._answer(f"{told}: {', '.join(map(str, numbers))}.", *records, numbers=numbers)

    def _person(self, deed: Deed, word: str, told: str) -> Answer:
        """Do something to somebody."""
        record = self._moderation.to_person(self._key, deed, self._mark(word), self._now(), int(self._when()))
        return self._answer(f"{record.whom(self._called)} {told}", record, **self._target(record))

    def _answer(self, sentence: str, *records: Record, **data: object) -> Answer:
        """:return: what was done, and how it is taken back."""
        deeds = [one.number for one in records]
        return Answer((sentence, f"To take it back: undo {' '.join(map(str, deeds))}"), {**data, "deeds": deeds})

    def _done(self, record: Record) -> str:
        return f"{DEEDS[record.deed]} {record.whom(self._called)}"

    def _of_record(self, record: Record) -> Fact:
        return {
            "number": record.number,
            "when": record.when,
            "actor": of_person(record.actor, self._called),
            "deed": record.deed.value,
            "target": self._target(record),
            "messages": list(record.messages),
            "undone": record.undone,
        }

    def _target(self, record: Record) -> Fact:
        match record.target:
            case Person() as person:
                return of_person(person, self._called)
            case Tripcode() as trip:
                return {"tripcode": trip.shown}
            case Extent(messages, people):
                return {"messages": messages, "people": people}

    def _mark(self, word: str) -> str:
        """:return: the mark that is meant, by itself or by the number of a message."""
        if mark := _MARK.fullmatch(word.lower()):
            return mark[1]
        if not _NUMBER.fullmatch(word):
            raise UsageError(
                f"`{word}` is neither a mark of ten digits and letters, as `users` and `chat show` have it, "
                "nor the number of a message."
            )
        if (message := self._room.message(int(word))) is None:
            raise RefusedError(f"There is no message {word}.")
        return message.author.mark


def _numbers(verb: str, words: Sequence[str], where: str) -> list[int]:
    """:return: the numbers that are given, each of them once; so many at the most that the log can hold the deeds."""
    if not 1 <= len(words) <= MOST:
        raise UsageError(f"Numbers are expected after `{verb}`, {MOST} at the most; {where}.")
    return [*dict.fromkeys(map(number_in, words))]


def _each(numbers: Sequence[int], act: Callable[[int], Record]) -> list[Record]:
    """
    :return: what was done; where it cannot be, the others are done all the same.
    :raises ChatError: nothing was.
    """
    results = [_tried(act, number) for number in numbers]
    if done := [one for one in results if isinstance(one, Record)]:
        return done
    raise next(one for one in results if isinstance(one, ChatError))


def _tried(act: Callable[[int], Record], number: int) -> Record | ChatError:
    """:return: what was done, or why it was not."""
    try:
        return act(number)
    except ChatError as error:
        return error
