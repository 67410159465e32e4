"""The chat for text browsers and terminals: a page that is finished, and lines that go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.events import Banned, Event, Message, Said
from onionstream.chat.room import Room
from onionstream.onion.budgets import Share
from onionstream.regular import Regular
from onionstream.web import lines
from onionstream.web.areas import Router
from onionstream.web.emotes import Emotes, Piece
from onionstream.web.errors import BadRequest
from onionstream.web.feed import DAY
from onionstream.web.fragments import Moment, Words
from onionstream.web.headers import Document, apply
from onionstream.web.hub import Hub, OpenDocument
from onionstream.web.identity import READ, WRITE, Recognition, Who
from onionstream.web.lasting import LastingAnswer, last
from onionstream.web.live import SWEEP
from onionstream.web.request import BoundedRequest
from onionstream.web.stage import Air, Stage
from onionstream.web.templates import TEMPLATES
from onionstream.web.textual import shows_text
from onionstream.web.theme import themed

_SENTENCES = {
    Air.OFFLINE: "The stream is offline.",
    Air.STARTING: "The stream is starting.",
    Air.RESTARTING: "The broadcaster is reconnecting.",
    Air.ONLINE: "The stream is live.",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """
    A message as the page needs it.

    :ivar day: to be shown before it; empty: it is the same as that of the one before.
    """

    number: int
    day: str
    moment: Moment
    sign: str
    called: str
    lines: list[list[Piece]]


class Plain:
    """
    The area of ``/plain`` and ``/chat.txt``.

    :ivar hub: the open answers of ``/chat.txt``.
    :ivar words: what people are called who have no name; may be replaced at any time.
    :ivar shown: messages on the page, and at the beginning of the lines; the same.
    :ivar emotes: pictures in messages; may be replaced before the first one.
    """

    router = Router()

    def __init__(
        self,
        room: Room,
        identity: Recognition,
        stage: Callable[[], Stage],
        *,
        clock: IReactorTime,
        when: Callable[[], float],
        words: Words = Words(),  # noqa: B008 - it is frozen
    ) -> None:
        """
        :param room: what was said.
        :param identity: who a request is from.
        :param stage: what the stream is doing, now.
        :param clock: for all timers.
        :param when: seconds since 1970-01-01 00:00 UTC, now.
        :param words: what people are called who have no name.
        """
        self.hub = Hub(clock)
        self.words = words
        self.shown = 100
        self.emotes = Emotes()
        self._room = room
        self._identity = identity
        self._stage = stage
        self._clock = clock
        self._when = when
        self._told = stage()

    def tell(self, event: Event) -> None:
        """Something has happened in the room; what is hidden later stays in terminals, which cannot take it back."""
        if isinstance(event, Banned):
            self.hub.end(event.person.key, lines.comment("You have been banned from this stream.").encode())
        if isinstance(event, Said):
            self.hub.publish(lines.line(event.message, self.words).encode())

    def stage_changed(self) -> None:
        """Something about the stream is different."""
        before, stage = self._told, self._stage()
        self._told = stage
        if stage.title != before.title:
            self.hub.publish(lines.comment(f"The title is: {stage.title}").encode())
        if stage.state is not before.state:
            self.hub.publish(lines.comment(_SENTENCES[stage.state]).encode())
        if stage.note != before.note:
            self.hub.publish(lines.comment(stage.note or "Everybody may write again.").encode())

    def turn_out(self, admits: Callable[[bytes | None], bool]) -> None:
        """See ``Hub.turn_out``."""
        self.hub.turn_out(admits)

    def close(self) -> None:
        """The daemon ends: so do all answers."""
        self.hub.close(lines.comment("The site is restarting.").encode())

    def timers(self) -> tuple[Regular, ...]:
        """:return: what has to run as long as the daemon does."""
        return (Regular(SWEEP, self.hub.check, self._clock),)

    @router.route("/plain", methods=["GET"])
    def page(self, request: BoundedRequest) -> str:
        """The chat and what is said about the stream, as it is now: a page that ends, without frames."""
        query = request.query(READ, WRITE, "theme", "again")
        theme, again = themed(query), query.get("again", "")
        if again not in ("", "1"):
            raise BadRequest
        who = self._identity.stay(self._known(request, query) or self._identity.meet(request))
        apply(request, Document.SHELL)
        if self._identity.clean(request, who, query.get(READ), query.get(WRITE)):
            return ""
        look = f"?theme={theme}" if theme else ""
        # To an address that differs in its fragment only, no browser goes by loading anything.
        other = urlencode({name: value for name, value in (("theme", theme), ("again", "" if again else "1")) if value})
        reload = (f"/plain?{other}" if other else "/plain") + "#end"
        writes = who.cookie or who.write
        stage = self._stage()
        minutes = stage.uptime(self._clock.seconds())
        return TEMPLATES.get_template("plain.html").render(
            theme=theme,
            reload=who.form_address(reload) if writes else who.address(reload),
            form=who.form_address(f"/form{look}#msg") if writes else "",
            frames=f"/{look}",
            video=self._copied(who, "/stream.mp4"),
            hls=self._copied(who, "/stream.m3u8"),
            text=self._copied(who, "/chat.txt"),
            stage=stage,
            sentence=_SENTENCES[stage.state],
            uptime="" if minutes is None else f"{minutes // 60}:{minutes % 60:02}",
            messages=list(self._lines(self._room.history(self.shown))),
        )

    def _known(self, request: BoundedRequest, query: dict[str, str]) -> Who | None:
        """:return: whoever this page is for; from the live page one comes with the right to read only."""
        if READ in query:
            return self._identity.reader(request, query[READ])
        return self._identity.writer(request, query.get(WRITE))

    def _copied(self, who: Who, address: str) -> str:
        """:return: an address that people copy into another program: without a token, where it can be (L-61)."""
        return address if self._identity.takes_strangers else who.address(address)

    @router.route("/chat.txt", methods=["GET"])
    async def text(self, request: BoundedRequest) -> bytes | None:
        """The chat as lines of text: those that are there, and then, but for text browsers, all that follow."""
        who = self._identity.reader(request, request.query(READ).get(READ))
        apply(request, Document.MEDIA, content_type="text/plain; charset=utf-8")
        if shows_text(request):
            return "".join(self._head()).encode()
        request.take(Share.LONG)
        request.close_delimited()
        if request.method == b"HEAD":
            return None
        self.hub.flush()
        answer = LastingAnswer(request)
        await last(
            request,
            answer,
            self.hub,
            OpenDocument(answer, None if who is None else who.key),
            [one.encode() for one in self._head()],
        )
        return None

    def _head(self) -> Iterator[str]:
        stage = self._stage()
        yield lines.comment(stage.title)
        yield lines.comment(f"{_SENTENCES[stage.state]} {stage.watching} watching. Times are in UTC.")
        yield lines.comment("Before names: * the broadcaster, + a moderator, - others; after it ! and a tripcode.")
        for message in self._room.history(self.shown):
            yield lines.line(message, self.words)

    def _lines(self, messages: list[Message]) -> Iterator[_Line]:
        today = int(self._when()) // DAY
        before = today if messages and messages[-1].when // DAY == today == messages[0].when // DAY else None
        for message in messages:
            moment, day = Moment.of(message.when), message.when // DAY
            yield _Line(
                number=message.number,
                day="" if day == before else moment.words,
                moment=moment,
                sign=lines.sign(message.author),
                called="".join(self.words.of(message.author)),
                lines=[self.emotes.pieces(message.number, one) if one else [] for one in message.text.split("\n")],
            )
            before = day
