"""What is new in the chat and on the stage, written into all live documents: each thing once, and not too often."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from itertools import chain

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.events import Banned, Changed, Event, Hidden, Message, Said, Shown, Unbanned
from onionstream.chat.looks import Own
from onionstream.chat.moderation import Record
from onionstream.chat.people import Person, Role
from onionstream.chat.presence import Groups, Presence
from onionstream.chat.room import Room
from onionstream.web import css
from onionstream.web.fragments import Fragments, Words, named
from onionstream.web.hub import MOST, Hub, OpenDocument
from onionstream.web.pace import Pace
from onionstream.web.pieces import Fragment, Twofold, filled
from onionstream.web.stage import Air, Stage

DAY = 24 * 60 * 60
"""Seconds."""

COUNTS = 1.0
"""Seconds between two times that the number of viewers is sent."""

USERS = 5.0
"""Seconds between two times that the list of users is sent, at the least, ..."""

USERS_RATE = 1024
"""... and bytes of it in a second at the most: a long list is sent more rarely."""

PATIENCE = 10.0
"""Seconds that somebody may have the page open without the video before he is told."""

HISTORY = 96 * 1024
"""Bytes of old messages that a document begins with, at the most, however many messages that is."""

DRESSED = 256
"""People with a colour of their own whose rule all open documents are known to have."""

_BANNED = "You have been banned from this stream."

_ROLES = {
    Role.VIEWER: "You are no moderator any more.",
    Role.MODERATOR: "You are a moderator now. This page comes back with your buttons.",
    Role.BROADCASTER: "You are the broadcaster now. This page comes back with your buttons.",
}

_NOTES = {
    Air.RESTARTING: "The broadcaster is reconnecting. The picture comes back by itself.",
    Air.STARTING: "The stream is starting. The picture will be here in a moment, by itself.",
}


class Feed:
    """
    Knows what all open live documents show, and tells them what changes.

    :ivar hub: the documents.
    :ivar fragments: how it looks.
    :ivar shown: old messages that a document begins with, at the most.
    """

    def __init__(
        self, room: Room, presence: Presence, stage: Callable[[], Stage], clock: IReactorTime, words: Words
    ) -> None:
        """
        :param room: what was said, and who is who.
        :param presence: who is here.
        :param stage: what the stream is doing, now.
        :param clock: for the pace.
        :param words: what people are called.
        """
        self.fragments = Fragments(words)
        self.hub = Hub(clock, self.fragments.note("This page goes on in your newer tab."))
        self.shown = 100
        self._room = room
        self._presence = presence
        self._stage = stage
        self._clock = clock
        self._counts = Pace(clock, COUNTS, self._show_counts)
        self._users = Pace(clock, USERS, self._show_users)
        self._listed: tuple[Person, ...] = ()
        self._rendered: dict[int, Twofold] = {}
        self._dressed: OrderedDict[str, Person] = OrderedDict()
        self._day: int | None = None
        self._newest = 0
        self._states: dict[str, Fragment] = {}
        self.stage_changed()
        self._show_users()

    def tell(self, event: Event, now: int) -> None:
        """
        Something has happened in the room.

        :param event: what.
        :param now: seconds since 1970-01-01 00:00 UTC.
        """
        match event:
            case Said(message):
                self._publish(*self._dress([message.author]), *self._said(message, now // DAY))
            case Hidden(numbers):
                self._restyle(css.hidden, css.faded, numbers)
            case Shown(numbers):
                self._restyle(css.shown, css.restored, numbers)
            case Changed(person):
                self._change(person)
                if event.role:
                    self.hub.end(person.key, self.fragments.note(_ROLES[person.role]))
            case Banned(person) | Unbanned(person):
                self._publish(self.fragments.style(css.banned(person), css.badges(person)))
                self._users.want()
                if isinstance(event, Banned):
                    self.hub.end(person.key, self.fragments.note(_BANNED))

    def done(self, key: bytes, record: Record) -> None:
        """Somebody of the staff has done something: his own documents say so."""
        self._answer(key, self.fragments.done(record))

    def not_done(self, key: bytes, sentence: str) -> None:
        """He has not, and his documents say why."""
        self._answer(key, self.fragments.not_done(sentence))

    def _answer(self, key: bytes, done: bytes) -> None:
        self.hub.each(lambda document: not document.staff or document.key != key or document.tell((done,)))

    def call(self, words: Words) -> None:
        """
        People without a name are called something else from now on; open documents keep what they show of messages.

        :param words: what people are called.
        """
        if words != self.fragments.words:
            self.fragments.words, self._rendered = words, {}
            self._users.want()

    def stage_changed(self) -> None:
        """Something on the stage is different: the state, the title, the number of viewers."""
        stage = self._stage()
        if self._show("note", self.fragments.note(_NOTES.get(stage.state) or stage.note)):
            self.hub.each(_forget_note)
        self._show("state", self.fragments.state(stage.state))
        self._show("title", self.fragments.title(stage.title))
        self._show("about", self.fragments.description(stage.description))
        self.minute()
        self._counts.want()

    def presence_changed(self) -> None:
        """Somebody has come or gone, or watches now, or does not any more."""
        self._counts.want()
        self._users.want()

    def minute(self) -> None:
        """Tell how long the stream has been on air. To be called once a minute."""
        self._show("up", self.fragments.uptime(self._stage().uptime(self._clock.seconds())))

    def beat(self) -> None:
        """Show all readers that their connections live. To be called every 20 s."""
        self.hub.publish(self.fragments.heartbeat())

    def check(self) -> None:
        """Look for readers who take nothing, may not stay, or do not watch. To be called every few seconds."""
        self.hub.flush()
        self.hub.check()
        now, online = self._clock.seconds(), self._stage().state is Air.ONLINE
        self.hub.each(lambda document: self._remind(document, now, online))

    def close(self) -> None:
        """All documents end, and browsers load them anew as soon as there is somebody to answer."""
        self._counts.stop()
        self._users.stop()
        self.hub.close(self.fragments.note("The site is restarting. This page comes back by itself."))

    def history(self, *, staff: bool = False) -> list[Message]:
        """
        What a document begins with. Nothing is on its way to other documents then that is in here.

        :param staff: with those that are hidden.
        :return: oldest first; as many as there are, up to ``shown`` of them and ``HISTORY`` bytes.
        """
        self.hub.flush()
        messages = self._room.history(self.shown)
        if staff:
            every = {one.number: one for one in (*messages, *self._room.hidden(self.shown))}
            messages = [every[number] for number in sorted(every)[-self.shown :]]
        self._rendered = {one.number: self._rendered.get(one.number) or self.fragments.message(one) for one in messages}
        room, newest_first = HISTORY, list[Message]()
        for message in reversed(messages):
            room -= len(filled(self._rendered[message.number], {}, staff=staff))
            if room < 0:
                break
            newest_first.append(message)
        if messages and self._day is None:
            self._day = messages[-1].when // DAY
        return newest_first[::-1]

    def markup(self, messages: list[Message], now: int) -> list[Fragment]:
        """
        :param messages: as ``history`` has returned them just now.
        :param now: seconds since 1970-01-01 00:00 UTC.
        :return: all that a document shows at its beginning.
        """
        pieces: list[Fragment] = [self.fragments.heartbeat(), *self._present().values()]
        if not messages:
            pieces.append(self.fragments.empty())
        before = None
        for message in messages:
            day = message.when // DAY
            if day != before:
                pieces.append(self.fragments.day(message.when, first=before is None and day == now // DAY))
            pieces.append(self._rendered[message.number])
            before = day
        return pieces

    def style(self, messages: list[Message]) -> str:
        """
        :param messages: as ``history`` has returned them just now.
        :return: the rules that a document needs that begins with these, and that others have got one by one.
        """
        people = dict(self._dressed)
        people |= {one.mark: one for one in chain((message.author for message in messages), self._listed)}
        dressed = (css.colours(one) for one in people.values() if isinstance(one.hue, Own))
        banned = (css.banned(one) for one in people.values() if one.banned)
        return "".join((*dressed, *banned, css.faded(one.number for one in messages if one.hidden)))

    def _present(self) -> dict[str, Fragment]:
        """:return: all states for a new document, with counts that others perhaps do not have yet."""
        self.minute()
        present: dict[str, Fragment] = {**self._states, **self._counted()}
        if present != self._states:  # then it is to hear of the next ones, whether or not they are news to the others
            self._states = {slot: markup for slot, markup in self._states.items() if slot not in self._counted()}
            self._counts.want()
        return present

    def _publish(self, *fragments: Fragment | None) -> None:
        if some := [fragment for fragment in fragments if fragment is not None]:
            self.hub.publish(*some)

    def _said(self, message: Message, today: int) -> Iterable[Fragment]:
        """A new message, and before it the line of a new day."""
        day, before = message.when // DAY, self._day
        self._day, self._newest = day, message.number
        if day != before:
            yield self.fragments.day(message.when, first=before is None and day == today)
        self._rendered[message.number] = markup = self.fragments.message(message)
        if len(self._rendered) > self.shown:
            del self._rendered[next(iter(self._rendered))]
        yield markup

    def _open(self, numbers: Iterable[int]) -> list[int]:
        """Those of the messages that may stand in an open document."""
        return [number for number in numbers if number > self._newest - MOST - self.shown]

    def _change(self, person: Person) -> None:
        listed = any(one.mark == person.mark for one in self._listed)
        if not (listed or person.standing.messages):
            return  # he is to be seen nowhere, and new ones like him can be had for nothing
        self._rendered = {}
        if isinstance(person.hue, Own):
            self._remember(person)
        else:
            self._dressed.pop(person.mark, None)
        self._publish(self.fragments.style(css.looks(person, self.fragments.called(person))))
        if listed:
            self._users.want()

    def _dress(self, people: Iterable[Person]) -> list[Fragment | None]:
        """Give all documents the colours that these people have for themselves, where that is not known to be so."""
        bare = [one for one in people if isinstance(one.hue, Own) and self._dressed.get(one.mark) is not one]
        for one in bare:
            self._remember(one)
        return [self.fragments.style("".join(map(css.colours, bare)))]

    def _remember(self, person: Person) -> None:
        self._dressed[person.mark] = person
        while len(self._dressed) > DRESSED:
            self._dressed.popitem(last=False)

    def _restyle(
        self,
        viewers: Callable[[Iterable[int]], str],
        staff: Callable[[Iterable[int]], str],
        numbers: Iterable[int],
    ) -> None:
        """Messages look different, and for the staff in another way."""
        there = self._open(numbers)
        for number in numbers:
            self._rendered.pop(number, None)
        if there:
            self.hub.publish(Twofold(self.fragments.style(viewers(there)), self.fragments.style(staff(there))))

    def _show(self, slot: str, markup: Fragment) -> bool:
        """
        :param slot: what changes.
        :param markup: what it is now.
        :return: whether that is new.
        """
        if self._states.get(slot) == markup:
            return False
        self._states[slot] = markup
        self.hub.publish(markup)
        return True

    def _show_counts(self) -> None:
        for slot, markup in self._counted().items():
            self._show(slot, markup)

    def _counted(self) -> dict[str, bytes]:
        watching, here = self._stage().watching, len(self._presence)
        return {"count": self.fragments.count(watching), "here": self.fragments.here(here)}

    def _show_users(self) -> None:
        groups: Groups = self._presence.groups(self._room.person)
        self._listed = tuple(chain(*named(groups)))
        markup = self.fragments.users(groups, self._room.bans)
        self._users.rest = max(USERS, len(filled(markup, {}, staff=False)) / USERS_RATE)
        self._publish(*self._dress(self._listed))
        self._show("users", markup)

    def _remind(self, document: OpenDocument, now: float, online: bool) -> bool:
        """Tell somebody that his player shows nothing, or take that back; :return: whether his document goes on."""
        if not online or document.key is None or self._presence.watches(document.key):
            document.lacking = None
            noted, document.noted = document.noted, False
            return not noted or document.tell((self._states["note"],))
        if document.lacking is None:
            document.lacking = now
        if document.noted or now - document.lacking <= PATIENCE:
            return True
        document.noted = True
        return document.tell((self.fragments.player_note("You are not receiving the video.", "Load the player"),))


def _forget_note(document: OpenDocument) -> None:
    """What a document said for itself is covered by what all say now."""
    document.noted, document.lacking = False, None
