"""What viewers see: the page, the player in it, and the video."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_bytes, token_hex, token_urlsafe
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

from onionstream.chat.events import Banned, Event
from onionstream.chat.presence import Presence, Way
from onionstream.onion.budgets import Share
from onionstream.onion.rates import Rates
from onionstream.video.broadcast import Broadcast, OffAirError, State
from onionstream.video.profile import Profile, Profiles
from onionstream.video.viewer import Viewer
from onionstream.web.areas import Router
from onionstream.web.errors import NotFound
from onionstream.web.headers import Document, apply
from onionstream.web.identity import READ, Recognition, Who
from onionstream.web.lasting import LastingAnswer
from onionstream.web.request import BoundedRequest
from onionstream.web.templates import TEMPLATES
from onionstream.web.theme import themed
from onionstream.web.wish import FIELDS, Wish

VIDEO_BUFFER = 16 * 1024
"""Bytes the system may hold for one viewer, and as many again in this process: half a second, so that a slow line shows
early (D-40)."""

LONGEST_AGENT = 200
"""Bytes of a player's name at the most; browsers have about 100. What calls itself by a longer one is none we know."""

AGAIN = 5
"""Seconds after which a player whose page has ended is loaded anew: whoever starts again is there by then. A browser
that finds nobody shows an error in the player's place, and does not try once more."""

SOON = b'<meta http-equiv="refresh" content="1">\n'
"""Ends a page whose next one has something new to show. Of two such times browsers take the shorter one (measured in
Firefox ESR 153 and Chromium 156)."""

WAITING = 15
"""Seconds after which somebody's second tab looks again whether there is a picture; his first one need not ask."""

VIDEOS = 2
"""Videos of one person at once. A browser opens six connections to one site: two of them, two live documents and a
player leave one for forms, however many tabs there are."""

PULSE = 25.0
"""Seconds between two signs of life on a page that waits: a dead connection shows itself by not taking them."""


class Offline(NotFound):
    """The stream is offline. Please come back when it has begun."""


class _VideoResponse(LastingAnswer):
    """A request for the video, as its viewer writes to it."""

    __slots__ = ("_clock", "_rates")

    def __init__(self, request: BoundedRequest, rates: Rates, clock: IReactorTime) -> None:
        """
        :param request: its headers are set, and nothing is written yet.
        :param rates: what is known of circuits.
        :param clock: of ``rates``.
        """
        super().__init__(request)
        self._rates = rates
        self._clock = clock

    def wavering(self) -> float:
        """See ``Response``: what tor tells of the circuit."""
        rate = self._rates.of(self._request.circuit, self._clock.seconds())
        return 0.0 if rate is None else rate.wavering


def _agent(request: BoundedRequest) -> str:
    """What kind of player asks; it is looked at here and kept nowhere."""
    agent = request.getHeader(b"User-Agent") or b""
    return agent.decode("latin-1") if len(agent) <= LONGEST_AGENT else ""


class Doorkeeper(Recognition, Protocol):
    """Knows who asks, and who may come in; see ``door.Door``."""

    def turn_away(self, request: BoundedRequest, theme: str = "") -> str | None:
        """:return: the page for somebody who may not come in; ``None``: he may."""

    async def knock(self, request: BoundedRequest, /) -> str:
        """:return: what follows when somebody has done what the door asks for."""


class About(Protocol):
    """What is said about the stream: ``titlefile.Titles``."""

    @property
    def title(self) -> str:
        """One line."""


class Watch:
    """
    The area of ``/``, ``/player``, ``/video`` and ``/stream.mp4``.

    :ivar profiles: what each kind of player gets; may be replaced at any time.
    """

    router = Router()

    def __init__(
        self,
        broadcast: Broadcast,
        stream: About,
        profiles: Profiles,
        door: Doorkeeper,
        presence: Presence,
        clock: IReactorTime,
        rates: Rates | None = None,
    ) -> None:
        """
        :param broadcast: what is shown.
        :param stream: what is said about it; asked each time.
        :param profiles: what each kind of player gets.
        :param door: who asks, and whether he may come in.
        :param presence: is told who has the video.
        :param clock: for the pulse of pages that wait.
        :param rates: what tor tells of circuits.
        """
        self._stream = stream
        self.profiles = profiles
        self._broadcast = broadcast
        self._door = door
        self._presence = presence
        self._clock = clock
        self._rates = Rates() if rates is None else rates
        self._kept: dict[bytes, Deferred[None]] = {}
        self._videos: dict[bytes, list[Viewer]] = {}

    def tell(self, event: Event) -> None:
        """Something has happened in the chat: who is banned gets no more of the video (S26)."""
        if not isinstance(event, Banned):
            return
        key = event.person.key
        for viewer in tuple(self._videos.get(key, ())):
            viewer.abort()
        if (until := self._kept.get(key)) is not None:
            until.cancel()

    @router.route("/", methods=["GET"])
    def shell(self, request: BoundedRequest) -> str:
        """The page: finite, with the player, the live document and the form in frames."""
        theme = themed(request.query("theme"))
        outside = self._door.turn_away(request, theme)
        return self.page(request, self._door.meet(request), theme) if outside is None else outside

    @router.route("/", methods=["POST"])
    async def knock(self, request: BoundedRequest) -> str:
        """The door's answer, at its old address (S77)."""
        return await self._door.knock(request)

    def page(self, request: BoundedRequest, who: Who, theme: str = "") -> str:
        """
        :param request: whose answer it is to be.
        :param who: whose page it is.
        :param theme: one of ``THEMES``.
        :return: the page, as a body.
        """
        nonce = token_urlsafe(16)
        apply(request, Document.SHELL, nonce)
        query = f"?theme={theme}" if theme else ""
        return TEMPLATES.get_template("watch.html").render(
            stream=self._stream,
            plain=who.form_address(f"/plain{query}"),
            video="/stream.mp4" if self._door.takes_strangers else who.address("/stream.mp4"),
            live=who.address(f"/live{query}"),
            form=who.form_address(f"/form{query}"),
            player=who.address("/player"),
            theme=theme,
            nonce=nonce,
        )

    @router.route("/player", methods=["GET"])
    async def player(self, request: BoundedRequest) -> bytes | None:
        """
        A frame with the video in it, or what there is to say instead.

        This page stays open until that is no longer true, ends then, and is loaded anew by the browser. So a viewer who
        waits gets the picture by itself, and one whose video has ended learns why: without a script, and without asking
        again and again.

        It is one more connection, of the six that a browser opens to one host, and beside the video and the live
        document there is room for it in one tab only. So a person who has one already gets a page that is finite: the
        live document says it when the video of that tab has ended, and where there is none yet it asks again.
        """
        apply(request, Document.PLAYER)
        query = request.query(READ, *FIELDS)
        who, wish = self._door.reader(request, query.get(READ)), Wish.of(query)
        if who is not None and self._door.clean(request, who, query.get(READ)):
            return b""
        online, page = self._online, self._player(_for(who, "/video", wish.query))
        if who is not None and who.key in self._kept:
            if not online:
                request.setHeader("Refresh", f"{WAITING}")
            return page
        request.take(Share.LONG)
        request.setHeader("Refresh", f"{AGAIN}")
        request.close_delimited()
        if request.method == b"GET":
            await self._keep(request, who, page, self._broadcast.ended() if online else self._broadcast.changed())
        return None

    def _player(self, address: str) -> bytes:
        """:return: the frame with the video from this address, or what there is to say instead."""
        if self._online:
            return TEMPLATES.get_template("player.html").render(address=address).encode()
        starting = self._broadcast.state is State.STARTING
        return TEMPLATES.get_template("waiting.html").render(starting=starting).encode()

    async def _keep(self, request: BoundedRequest, who: Who | None, page: bytes, until: Deferred[None]) -> None:
        """Keep the page open until something happens."""
        key = token_bytes(16) if who is None else who.key
        self._kept[key] = until
        try:
            await self._show(request, page, until)
        finally:
            self._kept.pop(key, None)

    async def _show(self, request: BoundedRequest, page: bytes, until: Deferred[None]) -> None:
        """Write the page and signs of life, and at its end whether to come back soon."""
        request.write(page)
        pulse = LoopingCall(request.write, b"\n")
        pulse.clock = self._clock
        pulse.start(PULSE, now=False)
        try:
            await until
        except CancelledError:
            if request.channel is None:  # he has gone; else he was sent away
                raise
        finally:
            pulse.stop()
        if self._broadcast.state is not State.OFFLINE:
            request.write(SOON)

    @router.route("/video", methods=["GET"])
    def element(self, request: BoundedRequest) -> str:
        """
        The video element in a page of its own, which is finite.

        Where Tor Browser asks before it plays, pressing works in a finished page only.

        The video's address is another one each time. Firefox does not ask for one again while it still has what came
        before: it showed the end of the last stream instead of the next (measured).
        """
        apply(request, Document.PLAYER)
        query = request.query(READ, *FIELDS)
        who, wish = self._door.reader(request, query.get(READ)), Wish.of(query)
        address = _for(who, "/stream.mp4", "&".join(filter(None, (f"play={token_hex(4)}", wish.query))))
        return TEMPLATES.get_template("video.html").render(address=address, sound=wish.sound)

    @router.route("/stream.mp4", methods=["GET"])
    async def video(self, request: BoundedRequest) -> None:
        """
        The video: one response that goes on as long as the stream does.

        Its length is not known, and a range of it is not to be had: a request for one gets all of it with status 200,
        which is what Firefox plays best (measured; with a length it freezes).
        """
        query = request.query(READ, "play", *FIELDS)
        who, wish = self._door.reader(request, query.get(READ)), Wish.of(query)
        request.take(Share.VIDEO)
        response = _VideoResponse(request, self._rates, self._clock)
        profile = self.profiles.choose(_agent(request), wish.mode, wish.left_out, sound=wish.sound)
        viewer = self._viewer(response, profile)
        try:
            apply(request, Document.MEDIA, content_type="video/mp4")
            if profile.gzip:
                request.setHeader("Content-Encoding", "gzip")
            request.close_delimited()
            if request.method == b"GET":
                request.small_send_buffer(VIDEO_BUFFER)
                request.registerProducer(viewer, True)
                self._broadcast.welcome(viewer)
                await self._watched(response, viewer, who)
        finally:
            self._broadcast.leave(viewer)

    async def _watched(self, response: _VideoResponse, viewer: Viewer, who: Who | None) -> None:
        """
        Until the response ends somebody watches: one more person where nobody knows who it is.

        Of a person's videos the oldest ends when there are too many, as his live documents do.
        """
        key = token_bytes(16) if who is None else who.key
        theirs = self._videos.setdefault(key, [])
        theirs.append(viewer)
        self._presence.enter(key, Way.VIDEO)
        for older in theirs[:-VIDEOS]:
            older.finish()
        try:
            await response.done
        finally:
            theirs.remove(viewer)
            if not theirs:
                self._videos.pop(key, None)
            self._presence.leave(key, Way.VIDEO)

    def turn_out(self, admits: Callable[[bytes], bool]) -> None:
        """
        The door is another one: end the videos of those who would not come in by it (S26), and what is around them.

        :param admits: whether somebody known by a key would.
        """
        for key, until in list(self._kept.items()):
            if not admits(key):
                until.cancel()
        for key, theirs in list(self._videos.items()):
            if not admits(key):
                for viewer in tuple(theirs):
                    viewer.finish()

    @property
    def _online(self) -> bool:
        return self._broadcast.state is State.ONLINE

    def _viewer(self, response: _VideoResponse, profile: Profile) -> Viewer:
        """:raises Offline: when there is no stream, nor will there be one in a moment."""
        try:
            return self._broadcast.watch(response, profile)
        except OffAirError:
            raise Offline from None


def _for(who: Who | None, path: str, query: str) -> str:
    """:return: an address of this site, as this visitor is to use it."""
    address = f"{path}?{query}" if query else path
    return address if who is None else who.address(address)
