"""How the stream is doing, for the broadcaster: a document that goes on, so that nothing has to be loaded anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime

from onionstream.onion.budgets import Share
from onionstream.regular import Regular
from onionstream.web.areas import Router
from onionstream.web.figures import Figures
from onionstream.web.headers import Document, apply
from onionstream.web.hub import Hub, OpenDocument
from onionstream.web.lasting import LastingAnswer, last
from onionstream.web.request import BoundedRequest
from onionstream.web.sessions import Sessions
from onionstream.web.templates import TEMPLATES

LOOK = 2.0
"""Seconds between two looks at the figures."""

HEARTBEAT = 20.0
"""Seconds between two signs of life; a page that gets none for 50 s says so by itself."""

AGAIN = 3
"""Seconds after the end of a document in which a browser loads it anew."""

ADDRESS = "/broadcaster/now"

_MACROS: Any = TEMPLATES.get_template("_dashboard.html").module
PARTS = ("air", "lately", "encoder", "viewers", "delay", "chat", "onion", "machine", "words")
"""What it shows, in order; each is a slot and a macro."""


class Dashboard:
    """The area of ``/broadcaster/now``."""

    router = Router()

    def __init__(self, look: Callable[[], Figures], sessions: Sessions, clock: IReactorTime) -> None:
        """
        :param look: how all is doing, now.
        :param sessions: who is logged in.
        :param clock: for all timers.
        """
        self.hub = Hub(clock, str(_MACROS.elsewhere()).encode())
        self._look = look
        self._sessions = sessions
        self._clock = clock
        self._shown: dict[str, bytes] = {}

    def timers(self) -> tuple[Regular, ...]:
        """:return: what has to run as long as the daemon does."""
        return (
            Regular(LOOK, self.look, self._clock),
            Regular(HEARTBEAT, self.beat, self._clock),
        )

    def look(self) -> None:
        """Show what is different now, to whoever is still logged in."""
        parts = self._parts()
        changed = [markup for name, markup in parts.items() if self._shown.get(name) != markup]
        self._shown = parts
        self.hub.check()
        if changed:
            self.hub.publish(*changed)

    def beat(self) -> None:
        """Show that the connections live."""
        self.hub.publish(str(_MACROS.heartbeat(ADDRESS)).encode())

    def close(self) -> None:
        """The daemon ends: so do all documents."""
        self.hub.close()

    def markup(self) -> str:
        """:return: all of it as it is now, for a page that ends."""
        return b"".join(self._parts().values()).decode()

    @router.route(ADDRESS, methods=["GET"])
    async def document(self, request: BoundedRequest) -> None:
        """
        The document that does not end.

        :raises LoginError: it is not the broadcaster who asks for it.
        """
        session = self._sessions.require(request)
        request.take(Share.LONG)
        apply(request, Document.FRAME)
        request.setHeader("Refresh", f"{AGAIN}; url={ADDRESS}")
        request.close_delimited()
        if request.method == b"HEAD":
            return
        self.hub.flush()
        if not self._shown:
            self._shown = self._parts()
        parts = self._shown  # as all others have it: what is new since the last look comes to all with the next
        begin = TEMPLATES.get_template("dashboard.html").render(heartbeat=_MACROS.heartbeat(ADDRESS))
        answer = LastingAnswer(request)
        document = OpenDocument(answer, session.key, may_stay=lambda: self._sessions.staff(request) is not None)
        await last(request, answer, self.hub, document, [begin.encode(), *parts.values()])

    def _parts(self) -> dict[str, bytes]:
        figures = self._look()
        return {name: str(getattr(_MACROS, name)(figures)).encode() for name in PARTS}
