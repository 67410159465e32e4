"""The live page: one document without an end, in which everything but the video is and moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from secrets import token_hex, token_urlsafe
from urllib.parse import urlencode

from twisted.internet.interfaces import IReactorTime

from onionstream.chat.events import Event
from onionstream.chat.people import Role
from onionstream.chat.presence import Presence, Way
from onionstream.chat.room import Room
from onionstream.onion.budgets import Share
from onionstream.regular import Regular
from onionstream.web import css
from onionstream.web.areas import Router
from onionstream.web.errors import WebError
from onionstream.web.feed import Feed
from onionstream.web.fragments import Words, sheet
from onionstream.web.headers import Document, apply
from onionstream.web.hub import MOST, OpenDocument
from onionstream.web.identity import Recognition, Who
from onionstream.web.lasting import LastingAnswer, last
from onionstream.web.pieces import Hole
from onionstream.web.request import BoundedRequest
from onionstream.web.stage import Stage
from onionstream.web.templates import TEMPLATES
from onionstream.web.theme import themed

HEARTBEAT = 20.0
"""Seconds between two signs of life; a page that gets none for 50 s says so by itself."""

MINUTE = 60.0
"""Seconds between two times that the time on air is told."""

SWEEP = 2.0
"""Seconds between two looks for readers who take nothing, do not watch, or are logged in no more."""

SOONEST, LATEST = 3, 6
"""Seconds after the end of a document in which a browser loads it anew; not all at once."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """
    One request for the live page.

    :ivar who: if we know.
    :ivar theme: one of ``THEMES``.
    :ivar role: as what he sees it. Without a cookie nobody is more than a viewer: the address of a live document holds
        the right to read only, and somebody may have copied it (L-61).
    """

    who: Who | None
    theme: str
    role: Role

    @property
    def key(self) -> bytes | None:
        """By it the chat knows the reader."""
        return None if self.who is None else self.who.key

    def address(self, path: str, **query: str) -> str:
        """
        :param path: of something on this site.
        :param query: what is said there beside the theme.
        :return: its address for this reader.
        """
        said = {"theme": self.theme} if self.theme else {}
        address = f"{path}?{urlencode(said | query)}" if said or query else path
        return address if self.who is None else self.who.address(address)

    @property
    def player(self) -> str:
        """The address of the player for this reader; it looks the same in every theme."""
        return "/player" if self.who is None else self.who.address("/player")


class Live:
    """
    The area of ``/live``.

    :ivar feed: what its documents are told.
    """

    router = Router()

    def __init__(
        self,
        room: Room,
        presence: Presence,
        identity: Recognition,
        stage: Callable[[], Stage],
        *,
        clock: IReactorTime,
        when: Callable[[], float],
        chance: Callable[[], float],
        proof: Callable[[Who], str],
        words: Words = Words(),  # noqa: B008 - it is frozen
    ) -> None:
        """
        :param room: what was said, and who is who.
        :param presence: who is here; readers of the page are entered and taken out here.
        :param identity: who a request is from.
        :param stage: what the stream is doing, now.
        :param clock: for all timers.
        :param when: seconds since 1970-01-01 00:00 UTC, now.
        :param chance: from 0 to 1.
        :param proof: what somebody's buttons send with them; see ``Moderating``.
        :param words: what people are called who have no name.
        """
        self.feed = Feed(room, presence, stage, clock, words)
        self._room = room
        self._presence = presence
        self._identity = identity
        self._clock = clock
        self._when = when
        self._chance = chance
        self._proof = proof

    def tell(self, event: Event) -> None:
        """Something has happened in the room."""
        self.feed.tell(event, int(self._when()))

    def stage_changed(self) -> None:
        """Something about the stream is different."""
        self.feed.stage_changed()

    def presence_changed(self) -> None:
        """Somebody has come or gone, or watches from now on, or does not any more."""
        self.feed.presence_changed()

    def turn_out(self, admits: Callable[[bytes | None], bool]) -> None:
        """See ``Hub.turn_out``."""
        self.feed.hub.turn_out(admits)

    def close(self) -> None:
        """The daemon ends: so do all documents."""
        self.feed.close()

    def timers(self) -> tuple[Regular, ...]:
        """:return: what has to run as long as the daemon does."""
        feed = self.feed
        return (
            Regular(HEARTBEAT, feed.beat, self._clock),
            Regular(MINUTE, feed.minute, self._clock),
            Regular(SWEEP, feed.check, self._clock),
        )

    @router.route("/live", methods=["GET"])
    async def document(self, request: BoundedRequest) -> str | None:
        """
        The document that does not end, and that the browser loads anew when it does.

        One that has ended because its reader has opened it elsewhere is followed by one that is finished: or the tabs
        of one reader would end each other for ever.
        """
        query = request.query("r", "theme", "again")
        who, theme = self._identity.reader(request, query.get("r")), themed(query)
        if who is not None and self._identity.clean(request, who, query.get("r")):
            return ""
        visit = _Visit(who, theme, Role.VIEWER if who is None or not who.cookie else self._room.person(who.key).role)
        if self.feed.hub.was_older(query.get("again", "")):
            apply(request, Document.FRAME)
            return TEMPLATES.get_template("again.html").render(theme=theme, again=visit.address("/live"))
        request.take(Share.LONG)
        await self._go_on(request, visit)
        return None

    async def _go_on(self, request: BoundedRequest, visit: _Visit) -> None:
        nonce, serial = token_urlsafe(16), token_hex(8)
        apply(request, Document.FRAME if visit.role is Role.VIEWER else Document.STAFF, nonce)
        wait = SOONEST + int(self._chance() * (LATEST - SOONEST + 1))
        request.setHeader("Refresh", f"{min(wait, LATEST)}; url={visit.address('/live', again=serial)}")
        request.close_delimited()
        if request.method == b"HEAD":
            return
        if visit.key is not None:
            self._presence.enter(visit.key, Way.PAGE)
        try:
            answer = LastingAnswer(request)
            document = self._document(request, answer, visit, nonce, serial)
            await last(request, answer, self.feed.hub, document, self._head(document, visit, nonce))
        finally:
            if visit.key is not None:
                self._presence.leave(visit.key, Way.PAGE)

    def _document(
        self, request: BoundedRequest, answer: LastingAnswer, visit: _Visit, nonce: str, serial: str
    ) -> OpenDocument:
        fillings = {
            Hole.NONCE: nonce.encode(),
            Hole.AGAIN: escape(visit.address("/live")).encode(),
            Hole.PLAYER: escape(visit.player).encode(),
        }
        # Those who came together do not all load it anew together.
        most = MOST - int(self._chance() * MOST / 6)
        may_stay = None if visit.role is Role.VIEWER else partial(self._knows, request, visit)
        return OpenDocument(answer, visit.key, serial, fillings, most=most, role=visit.role, may_stay=may_stay)

    def _knows(self, request: BoundedRequest, visit: _Visit) -> bool:
        """:return: whether somebody would still be the same by what his browser has sent: a login comes to an end."""
        try:
            who = self._identity.reader(request, None)
        except WebError:
            return False
        return who is not None and who.key == visit.key

    def _head(self, document: OpenDocument, visit: _Visit, nonce: str) -> list[bytes]:
        messages = self.feed.history(staff=document.staff)
        style = self.feed.style(messages) + css.powers(visit.role)
        if visit.key is not None:
            style += css.mine(self._room.person(visit.key))
        begin = TEMPLATES.get_template("live.html").render(
            theme=visit.theme,
            nonce=nonce,
            proof=self._proof(visit.who) if document.staff and visit.who is not None else "",
            broadcaster=visit.role is Role.BROADCASTER,
            rules=sheet(style),
            player=visit.player,
            again=visit.address("/live"),
            video=self._shared(visit, "/stream.mp4"),
            hls=self._shared(visit, "/stream.m3u8"),
            plain=self._shared(visit, "/plain?theme=light" if visit.theme else "/plain"),
        )
        return [begin.encode(), *map(document.fill, self.feed.markup(messages, int(self._when())))]

    def _shared(self, visit: _Visit, address: str) -> str:
        """:return: an address that people may pass on: without a token, unless nobody gets in without one (L-61)."""
        return address if visit.who is None or self._identity.takes_strangers else visit.who.address(address)
