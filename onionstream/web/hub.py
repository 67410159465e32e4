"""
All open documents of one kind, such as the live pages, and how the same news reach all of them.

A document is an answer that goes on. What is new is rendered once and written to each as the same bytes; whoever does
not take them meets his own bound, and the others notice nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from onionstream.chat.people import Role
from onionstream.web import pieces
from onionstream.web.pace import Pace
from onionstream.web.pieces import Fragment, Hole

UNSENT = 64 * 1024
"""Bytes of news that may wait for one reader; with more he is cut off, and his browser opens the page anew (D-42)."""

SILENT = 45.0
"""Seconds after which a reader who takes nothing is cut off (R-22)."""

MOST = 3000
"""Pieces of news in one document. Then it ends, so that no browser has to keep more than it shows with ease."""

REST = 0.05
"""Seconds between two writes to all. What comes meanwhile goes out together; what comes alone goes out at once."""

AT_ONCE = 2
"""Live documents of one person (one for each tab; browsers open six connections to a site, and a tab takes two)."""

REMEMBERED = 4096
"""Documents that ended because their reader opened newer ones; of more than these it is forgotten (D-50)."""


class Response(Protocol):
    """The open answer of one document."""

    def write(self, data: bytes) -> None:
        """Send it, or keep it until there is room."""

    def unsent(self) -> int:
        """Bytes that wait because the connection takes no more at the moment."""

    def finish(self) -> None:
        """End it; what is unsent is sent first."""

    def abort(self) -> None:
        """Cut the connection."""


@implementer(IPushProducer)
class OpenDocument:
    """
    One open document. It is the producer of its response, so that Twisted can tell it of the response's end.

    :ivar key: whose it is; ``None``: nobody's whom we know.
    :ivar serial: what it is called when its browser asks for it again.
    :ivar role: as what its reader has opened it; by that it is decided what is in it.
    :ivar lacking: seconds of the clock since when its reader should have the video open and has not.
    :ivar noted: it says so.
    """

    __slots__ = (
        "_ended", "_fillings", "_head", "_may_stay", "_most", "_response", "_taken", "_taken_at", "_told", "_written",
        "key", "lacking", "noted", "role", "serial",
    )  # fmt: skip

    def __init__(
        self,
        response: Response,
        key: bytes | None = None,
        serial: str = "",
        fillings: Mapping[Hole, bytes] | None = None,
        most: int = MOST,
        role: Role = Role.VIEWER,
        may_stay: Callable[[], bool] | None = None,
    ) -> None:
        """
        :param response: nothing is written yet.
        :param key: whose it is.
        :param serial: see there.
        :param fillings: what its fragments have in their holes.
        :param most: pieces of news after which it ends.
        :param role: see there.
        :param may_stay: asked every few seconds, whether its reader may still see it; ``None``: he always may.
        """
        self.key = key
        self.serial = serial
        self.role = role
        self.lacking: float | None = None
        self.noted = False
        self._response = response
        self._fillings = fillings or {}
        self._most = most
        self._may_stay = may_stay
        self._told = self._written = self._head = self._taken = 0
        self._taken_at: float | None = None
        self._ended = False

    @property
    def staff(self) -> bool:
        """Whether its reader watches over the chat."""
        return self.role is not Role.VIEWER

    def begin(self, head: bytes) -> None:
        """
        Write what it begins with.

        :param head: may be larger than what may wait of the news; that bound holds when this is taken.
        """
        self._head = len(head)
        self._write(head)

    def fill(self, fragment: Fragment) -> bytes:
        """:return: the fragment as it stands in this document."""
        return fragment if isinstance(fragment, bytes) else pieces.filled(fragment, self._fillings, staff=self.staff)

    def tell(self, fragments: Sequence[Fragment], count: int | None = None) -> bool:
        """
        :param fragments: what is new; written in one piece.
        :param count: pieces of news that it is, where some are joined already.
        :return: whether it goes on after this.
        """
        if self._ended:
            return False
        self._told += len(fragments) if count is None else count
        self._write(b"".join(map(self.fill, fragments)))
        if self._told >= self._most:
            self.end()
        elif self._response.unsent() > self._bound():
            self.abort()
        return not self._ended

    def check(self, now: float) -> bool:
        """
        End it when its reader may not see it any more, and cut it off when nothing was taken for too long.

        :param now: seconds of a monotonic clock.
        :return: whether it goes on.
        """
        if self._may_stay is not None and not self._may_stay():
            self.end()
            return False
        unsent = self._response.unsent()
        taken = self._written - unsent
        if unsent == 0 or taken != self._taken or self._taken_at is None:
            self._taken, self._taken_at = taken, now
        elif now - self._taken_at >= SILENT:
            self.abort()
        return not self._ended

    def end(self, last: bytes = b"") -> None:
        """
        End it cleanly.

        :param last: what it says at its end.
        """
        if not self._ended:
            self._ended = True
            if last:
                self._response.write(last)
            self._response.finish()

    def abort(self) -> None:
        """Cut it off."""
        if not self._ended:
            self._ended = True
            self._response.abort()

    def pauseProducing(self) -> None:
        """Nothing: news are short, and have a bound of their own."""

    def resumeProducing(self) -> None:
        """All was taken, the beginning too."""
        self._head = 0

    def stopProducing(self) -> None:
        """The connection is gone."""
        self._ended = True

    def _write(self, data: bytes) -> None:
        self._written += len(data)
        self._response.write(data)

    def _bound(self) -> int:
        """Bytes that may wait: of news, and what the beginning was larger, as long as that is not taken."""
        if self._head and self._written - self._response.unsent() >= self._head:
            self._head = 0
        return UNSENT + self._head


class Hub:
    """All open documents of one kind."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, last_of_older: bytes = b"") -> None:
        """
        :param clock: for the pace.
        :param last_of_older: the last that a document says which ends because its reader has opened newer ones.
        """
        self._clock = clock
        self._last_of_older = last_of_older
        self._documents: dict[OpenDocument, None] = {}
        self._older: OrderedDict[str, None] = OrderedDict()
        self._news: list[Fragment] = []
        self._pace = Pace(clock, REST, self._send)

    def __len__(self) -> int:
        """How many are open."""
        return len(self._documents)

    def join(self, document: OpenDocument) -> None:
        """
        Take a document in; it has begun. Of its reader's others the oldest ends when there are too many.

        :param document: to be taken out with ``leave`` when its answer has ended.
        """
        if document.key is not None:
            theirs = [one for one in self._documents if one.key == document.key]
            for one in theirs[: max(0, len(theirs) + 1 - AT_ONCE)]:
                self._supersede(one)
        self._documents[document] = None

    def leave(self, document: OpenDocument) -> None:
        """:param document: has ended; if it is not here any more nothing happens."""
        self._documents.pop(document, None)

    def was_older(self, serial: str) -> bool:
        """:return: whether the document with this serial ended because its reader had opened newer ones."""
        return serial in self._older

    def end(self, key: bytes, last: bytes = b"") -> None:
        """
        All documents of one person end, and what is to be said to all is said there before.

        :param last: the last that they say.
        """
        self.flush()
        self.each(lambda document: document.end(last) if document.key == key else None)

    def turn_out(self, admits: Callable[[bytes | None], bool]) -> None:
        """
        The door is another one: end the documents of those who would not come in by it.

        :param admits: whether somebody known by a key would, or somebody whom nobody knows.
        """
        self.each(lambda document: None if admits(document.key) else document.end())

    def publish(self, *fragments: Fragment) -> None:
        """
        :param fragments: what is new, for all: now, or in a moment together with what else comes till then.
        """
        self._news.extend(fragments)
        self._pace.want()

    def flush(self) -> None:
        """Write now what is to be written in a moment. To be called before a document begins with what is known."""
        self._pace.hurry()

    def check(self) -> None:
        """Look for those who take nothing, or may not stay. To be called every few seconds."""
        now = self._clock.seconds()
        self.each(lambda document: document.check(now))

    def close(self, last: bytes = b"") -> None:
        """
        All documents end.

        :param last: the last that they say.
        """
        self.flush()
        self.each(lambda document: document.end(last))
        self._documents.clear()

    def each(self, act: Callable[[OpenDocument], object]) -> None:
        """
        Do something with each document; what goes wrong with one is not felt by the others.

        :param act: returns ``False`` for one that is over.
        """
        for document in tuple(self._documents):
            if document not in self._documents:
                continue
            try:
                if act(document) is False:
                    self.leave(document)
            except Exception:  # noqa: BLE001 - whatever it is, the others go on
                self._log.failure("An open page broke; the others go on.")
                self.leave(document)
                with suppress(Exception):
                    document.abort()

    def _send(self) -> None:
        news, self._news = self._news, []
        told = {staff: pieces.of(news, staff=staff) for staff in (False, True)}
        joined = {staff: pieces.joined(parts) for staff, parts in told.items()}
        self.each(lambda one: not joined[one.staff] or one.tell(joined[one.staff], len(told[one.staff])))

    def _supersede(self, document: OpenDocument) -> None:
        self.leave(document)
        self._older[document.serial] = None
        while len(self._older) > REMEMBERED:
            self._older.popitem(last=False)
        document.end(self._last_of_older)
