"""What viewers see: the page, the player in it, and the video."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex, token_urlsafe
from urllib.parse import urlencode

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

from onionstream.config import Stream
from onionstream.onion.budgets import Share
from onionstream.onion.rates import Rates
from onionstream.video.broadcast import Broadcast, OffAirError, State
from onionstream.video.profile import Mode, Profile, Profiles, Trick
from onionstream.video.viewer import Viewer
from onionstream.web.areas import Router
from onionstream.web.direct import DirectWriter
from onionstream.web.errors import BadRequest, NotFound
from onionstream.web.headers import Document, apply
from onionstream.web.request import BoundedRequest
from onionstream.web.templates import TEMPLATES

VIDEO_BUFFER = 16 * 1024
"""Bytes the system may hold for one viewer, and as many again in this process: half a second, so that a slow line shows
early (D-40)."""

LONGEST_AGENT = 200
"""Bytes of a player's name at the most; browsers have about 100. What calls itself by a longer one is none we know."""

PULSE = 25.0
"""Seconds between two signs of life on a page that waits: a dead connection shows itself by not taking them."""


class Offline(NotFound):
    """The stream is offline. Please come back when it has begun."""


class _VideoResponse:
    """
    A request for the video, as its viewer writes to it.

    :ivar done: fires when the response is to end; cancelled when the client has gone.
    """

    __slots__ = ("_clock", "_rates", "_request", "abort", "done", "unsent", "write")

    def __init__(self, request: BoundedRequest, rates: Rates, clock: IReactorTime) -> None:
        """
        :param request: its headers are set, and nothing is written yet.
        :param rates: what is known of circuits.
        :param clock: of ``rates``.
        """
        self._request = request
        self._rates = rates
        self._clock = clock
        self.done: Deferred[None] = Deferred()
        self.write = DirectWriter(request).write
        self.unsent = request.unsent
        self.abort = request.abort  # which cancels ``done``

    def wavering(self) -> float:
        """See ``Response``: what tor tells of the circuit."""
        rate = self._rates.of(self._request.circuit, self._clock.seconds())
        return 0.0 if rate is None else rate.wavering

    def finish(self) -> None:
        """End cleanly."""
        self._request.unregisterProducer()
        self.done.callback(None)


def _agent(request: BoundedRequest) -> str:
    """What kind of player asks; it is looked at here and kept nowhere."""
    agent = request.getHeader(b"User-Agent") or b""
    return agent.decode("latin-1") if len(agent) <= LONGEST_AGENT else ""


@dataclass(frozen=True, slots=True)
class _Wish:
    """
    What a viewer asks for in the query of the player or the video.

    :ivar mode: how near he wants to be.
    :ivar sound: his player is to begin with the sound on.
    :ivar left_out: tricks that he does not want, to see what they are good for: ``without=padding,squeeze``.
    """

    mode: Mode
    sound: bool
    left_out: frozenset[Trick]

    @classmethod
    def of(cls, request: BoundedRequest, *more: str) -> _Wish:
        """
        :param more: names that the query may have beside ours.
        :raises BadRequest: when he asks for something that is not there.
        """
        query = request.query("mode", "sound", "without", *more)
        if query.get("sound", "on") != "on":
            raise BadRequest
        try:
            left_out = frozenset(Trick(name) for name in query.get("without", "").split(",") if name)
            return cls(Mode(query.get("mode", Mode.NORMAL.value)), "sound" in query, left_out)
        except ValueError:
            raise BadRequest from None

    @property
    def query(self) -> str:
        """The same, for the address of the video; empty for the usual."""
        said = {"mode": self.mode.value} if self.mode is not Mode.NORMAL else {}
        if self.sound:
            said["sound"] = "on"
        if self.left_out:
            said["without"] = ",".join(sorted(trick.value for trick in self.left_out))
        return urlencode(said, safe=",")


class Watch:
    """
    The area of ``/``, ``/player``, ``/video`` and ``/stream.mp4``.

    :ivar stream: what viewers read about the stream; may be replaced at any time.
    :ivar profiles: what each kind of player gets; may be replaced at any time.
    """

    router = Router()

    def __init__(
        self, broadcast: Broadcast, stream: Stream, profiles: Profiles, clock: IReactorTime, rates: Rates | None = None
    ) -> None:
        """
        :param broadcast: what is shown.
        :param stream: what is said about it.
        :param profiles: what each kind of player gets.
        :param clock: for the pulse of pages that wait.
        :param rates: what tor tells of circuits.
        """
        self.stream = stream
        self.profiles = profiles
        self._broadcast = broadcast
        self._clock = clock
        self._rates = Rates() if rates is None else rates

    @router.route("/", methods=["GET"])
    def shell(self, request: BoundedRequest) -> str:
        """The page: finite, with all that moves in frames."""
        nonce = token_urlsafe(16)
        apply(request, Document.SHELL, nonce)
        return TEMPLATES.get_template("watch.html").render(
            stream=self.stream, nonce=nonce, live="/live", form="/form", player="/player", theme=""
        )

    @router.route("/player", methods=["GET"])
    async def player(self, request: BoundedRequest) -> None:
        """
        A frame with the video in it, or what there is to say instead.

        This page stays open until that is no longer true, ends then, and is loaded anew by the browser. So a viewer who
        waits gets the picture by itself, and one whose video has ended learns why: without a script, and without asking
        again and again.
        """
        apply(request, Document.PLAYER)
        wish = _Wish.of(request)
        request.take(Share.LONG)
        request.setHeader("Refresh", "1")
        request.close_delimited()
        if request.method == b"HEAD":
            return
        if self._online:
            page, until = TEMPLATES.get_template("player.html").render(query=wish.query), self._broadcast.ended()
        else:
            starting = self._broadcast.state is State.STARTING
            page, until = TEMPLATES.get_template("waiting.html").render(starting=starting), self._broadcast.changed()
        request.write(page.encode())
        pulse = LoopingCall(request.write, b"\n")
        pulse.clock = self._clock
        pulse.start(PULSE, now=False)
        try:
            await until
        finally:
            pulse.stop()

    @router.route("/video", methods=["GET"])
    def element(self, request: BoundedRequest) -> str:
        """
        The video element in a page of its own, which is finite.

        Where Tor Browser asks before it plays, pressing works in a finished page only.

        The video's address is another one each time. Firefox does not ask for one again while it still has what came
        before: it showed the end of the last stream instead of the next (measured).
        """
        apply(request, Document.PLAYER)
        wish = _Wish.of(request)
        query = "&".join(filter(None, (f"play={token_hex(4)}", wish.query)))
        return TEMPLATES.get_template("video.html").render(query=query, sound=wish.sound)

    @router.route("/stream.mp4", methods=["GET"])
    async def video(self, request: BoundedRequest) -> None:
        """
        The video: one response that goes on as long as the stream does.

        Its length is not known, and a range of it is not to be had: a request for one gets all of it with status 200,
        which is what Firefox plays best (measured; with a length it freezes).
        """
        wish = _Wish.of(request, "play")
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
                await response.done
        finally:
            self._broadcast.leave(viewer)

    @property
    def _online(self) -> bool:
        return self._broadcast.state is State.ONLINE

    def _viewer(self, response: _VideoResponse, profile: Profile) -> Viewer:
        """:raises Offline: when there is no stream, nor will there be one in a moment."""
        try:
            return self._broadcast.watch(response, profile)
        except OffAirError:
            raise Offline from None
