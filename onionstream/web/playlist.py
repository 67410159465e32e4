"""The video as HLS: for mpv, VLC, iOS, and Chromium where it does better with that (S18 to S20)."""

from __future__ import annotations

import re

from twisted.internet.defer import Deferred, TimeoutError  # noqa: A004 - what ``addTimeout`` ends with
from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.internet.task import deferLater
from zope.interface import implementer

from onionstream.chat.presence import Presence
from onionstream.onion.budgets import Share
from onionstream.video.broadcast import Broadcast, State
from onionstream.video.playlist import Segments
from onionstream.web.areas import Router
from onionstream.web.fetchers import Fetchers
from onionstream.web.headers import Document, apply
from onionstream.web.identity import READ, Recognition, Who
from onionstream.web.request import BoundedRequest
from onionstream.web.watch import VIDEO_BUFFER, Offline

PLAYLIST = "application/x-mpegURL"
"""The playlist's type (S18); nothing else says what it is, since browsers may not guess."""

WAITING = 20.0
"""Seconds that a playlist is waited for at the beginning of a stream; it takes seven, with a keyframe each second."""

LOOK = 0.5
"""Seconds between two looks for it: segments are made when somebody asks, so nothing tells that there is one."""

PATIENCE = 60.0
"""Seconds that one segment may take: after that the window has forgotten it."""


_NUMBER = re.compile("[1-9][0-9]{0,15}")


def _parsed(number: str) -> int:
    """
    :return: the number in an address, which has one spelling.
    :raises Offline: it is none.
    """
    if not _NUMBER.fullmatch(number):
        raise Offline
    return int(number)


@implementer(IPushProducer)
class _Sending:
    """
    A segment on its way, one fragment after the other, as the connection takes them.

    :ivar done: fires when the last is written; cancelled when the client has gone.
    """

    def __init__(self, request: BoundedRequest, pieces: tuple[bytes, ...]) -> None:
        self._request = request
        self._pieces = list(reversed(pieces))
        self._flowing = False
        self.done: Deferred[None] = Deferred()

    def resumeProducing(self) -> None:
        """There is room."""
        if self._flowing:
            return
        self._flowing = True
        while self._flowing and self._pieces:
            self._request.write(self._pieces.pop())
        if self._flowing and not self.done.called:
            self._request.unregisterProducer()
            self.done.callback(None)

    def pauseProducing(self) -> None:
        """There is none."""
        self._flowing = False

    def stopProducing(self) -> None:
        """The client has gone."""
        self._flowing = False
        self._pieces.clear()


class Playlist:
    """The area of ``/stream.m3u8``, ``/init.mp4`` and what the playlist lists."""

    router = Router()

    def __init__(self, broadcast: Broadcast, door: Recognition, presence: Presence, clock: IReactorTime) -> None:
        """
        :param broadcast: what is shown.
        :param door: who asks, and whether he may come in.
        :param presence: is told who watches.
        :param clock: for those who do not take what they ask for.
        """
        self._broadcast = broadcast
        self._door = door
        self._clock = clock
        self._segments = Segments(broadcast.window)
        self._fetchers = Fetchers(presence, clock)

    def close(self) -> None:
        """The site ends."""
        self._fetchers.close()

    @router.route("/stream.m3u8", methods=["GET"])
    async def playlist(self, request: BoundedRequest) -> str:
        """
        What there is to fetch. Addresses carry a capability where this one did, and no cookie came with it.

        In the first seconds of a stream it is waited for.
        """
        who = self._who(request)
        text = self._text(who)
        if text is None:
            request.take(Share.LONG)
            text = await self._begun(who)
        apply(request, Document.MEDIA, content_type=PLAYLIST)
        return text

    @router.route("/init.mp4", methods=["GET"])
    def newest_init(self, request: BoundedRequest) -> bytes:
        """The init segment of the newest segment."""
        return self._init(request, None)

    @router.route("/init<number>.mp4", methods=["GET"])
    def numbered_init(self, request: BoundedRequest, number: str) -> bytes:
        """An init segment that the playlist names."""
        return self._init(request, number)

    @router.route("/stream<number>.m4s", methods=["GET"])
    async def segment(self, request: BoundedRequest, number: str) -> None:
        """
        One segment.

        Its bytes are those that everybody gets, and are not copied: whoever does not take them costs little.
        """
        who = self._who(request)
        sequence = _parsed(number)
        pieces = self._segments.segment(sequence)
        if pieces is None:
            raise Offline
        apply(request, Document.MEDIA, content_type="video/mp4")
        request.setHeader("Content-Length", str(sum(map(len, pieces))))
        if request.method != b"GET":
            return
        self._fetchers.fetched(None if who is None else who.key, sequence)
        request.small_send_buffer(VIDEO_BUFFER)
        sending = _Sending(request, pieces)
        request.registerProducer(sending, True)
        sending.resumeProducing()
        try:
            await sending.done.addTimeout(PATIENCE, self._clock)
        except TimeoutError:
            request.abort()

    def _text(self, who: Who | None) -> str | None:
        """:return: the playlist for somebody; None: there is none yet."""
        return self._segments.playlist(lambda name: name if who is None else who.address(name))

    async def _begun(self, who: Who | None) -> str:
        """
        :return: the playlist for somebody, as soon as there is one.
        :raises Offline: there is none soon.
        """
        for _ in range(round(WAITING / LOOK)):
            await deferLater(self._clock, LOOK)
            if self._broadcast.state is State.OFFLINE:
                break
            if (text := self._text(who)) is not None:
                return text
        raise Offline

    def _init(self, request: BoundedRequest, number: str | None) -> bytes:
        self._who(request)
        data = self._segments.init(None if number is None else _parsed(number))
        if data is None:
            raise Offline
        apply(request, Document.MEDIA, content_type="video/mp4")
        return data

    def _who(self, request: BoundedRequest) -> Who | None:
        """
        :return: who asks.
        :raises Offline: there is no stream.
        """
        who = self._door.reader(request, request.query(READ).get(READ))
        if self._broadcast.state is State.OFFLINE:
            raise Offline
        return who
