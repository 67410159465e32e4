"""
A real browser under remote control: what its frames hold, real clicks and keys, pictures of the page.

Both browsers speak JSON over a websocket, Chromium by its DevTools protocol (`tests.real.devtools`) and Firefox by
WebDriver BiDi (`tests.real.bidi`); `attached` finds out which, and gives the same small interface for both. What is
evaluated is evaluated beside the page and not in it: with scripts off that works too, only that no timer goes off.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.interfaces import IReactorTCP, IReactorTime, ITransport
from twisted.internet.protocol import Protocol as Connection
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Event, Ping, TextMessage
from wsproto.events import Request as Greeting

from tests.real.browser import Browser
from tests.real.waiting import until

T = TypeVar("T")
Json: TypeAlias = Any  # what json.loads gives


class RefusedError(Exception):
    """
    The browser would not, or could not, do it; the text holds what it said.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """
    One document that is shown now. After it is loaded anew, ask for the frames again.

    :ivar key: by which the browser calls it.
    :ivar parent: the key of the document that it is in; empty: it is the page.
    :ivar name: as in ``target``; empty: it has none.
    :ivar address: where it is from, path and query only; empty: it is from nowhere (``srcdoc``).
    """

    key: str
    parent: str
    name: str
    address: str


class Remote(Protocol):
    """
    A page in a browser that is under remote control.

    Coordinates are CSS pixels from the page's left and top, wherever a frame lies.
    """

    async def open(self, url: str) -> None:
        """
        Show another page, without waiting until it is loaded.
        """

    async def frames(self) -> list[Frame]:
        """
        :return: the page, then the documents in it.
        """

    async def evaluate(self, expression: str, frame: Frame | None = None) -> Json:
        """
        :param expression: of JavaScript. If it is a promise, what comes of it is waited for: needs scripts to be on.
        :param frame: in which document; None: the page.
        :return: its value, which must be one that JSON can say.
        :raises RefusedError: if it throws, or the frame has gone.
        """

    async def click(self, x: float, y: float) -> None:
        """
        Click with the left button.
        """

    async def write(self, text: str) -> None:
        """
        Type a text into whatever has the focus.
        """

    async def press(self, key: str) -> None:
        """
        :param key: ``Enter``, ``Tab`` or ``Escape``.
        """

    async def picture(self) -> bytes:
        """
        :return: what is seen of the page now, as PNG.
        """

    async def tab(self, url: str) -> Remote:
        """
        :return: another page of the same browser, which is in front of this one from now on. It ends with it.
        """

    async def end(self) -> None:
        """
        Let go of the browser, which runs on.
        """


class Conversation(Connection):
    """
    Commands and their answers over a websocket, each with its number. Events are not listened to.

    (Twisted has a websocket client, but its ``Host`` header has no port, and Firefox then says no: Twisted 26.10.)

    :ivar open: fires when it can be used.
    """

    def __init__(self, host: str, target: str) -> None:
        """
        :param host: with the port.
        :param target: the path.
        """
        self.open: Deferred[Conversation] = Deferred()
        self._greeting = Greeting(host=host, target=target)
        self._socket = WSConnection(ConnectionType.CLIENT)
        self._text = ""
        self._numbers = count(1)
        self._asked: dict[int, Deferred[Json]] = {}
        self._over = False
        self._gone: Deferred[None] = Deferred()

    async def ask(self, method: str, parameters: Json = None, **more: str) -> Json:
        """
        :param method: the command's name.
        :param parameters: a dict; None: none.
        :param more: what else is to be said beside them.
        :return: the answer.
        :raises RefusedError: if there was none, or a refusal.
        """
        if self._over:
            raise RefusedError(f"{method}: the browser has gone")
        number = next(self._numbers)
        answer = self._asked[number] = Deferred()
        self._send(TextMessage(json.dumps({"id": number, "method": method, "params": parameters or {}, **more})))
        return await answer

    async def end(self) -> None:
        """
        Close the connection, and wait until it is.
        """
        if not self._over:
            self._link.loseConnection()
            await self._gone

    def connectionMade(self) -> None:
        """
        Ask for a websocket.
        """
        self._send(self._greeting)

    def dataReceived(self, data: bytes) -> None:
        """
        Pieces of what was said, in pieces.
        """
        self._socket.receive_data(data)
        for event in self._socket.events():
            if isinstance(event, AcceptConnection):
                self.open.callback(self)
            elif isinstance(event, TextMessage):
                self._text += event.data
                if event.message_finished:
                    text, self._text = self._text, ""
                    self._heard(json.loads(text))
            elif isinstance(event, Ping):
                self._send(event.response())

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """
        Nobody is left waiting for an answer.
        """
        self._over = True
        asked, self._asked = self._asked, {}
        waiting: list[Deferred[Json]] = list(asked.values())
        if not self.open.called:
            waiting.append(self.open)
        for answer in waiting:
            answer.errback(Failure(RefusedError("the browser has gone")))
        self._gone.callback(None)

    def _heard(self, said: Json) -> None:
        answer = self._asked.pop(said.get("id") or 0, None)
        if answer is None:
            return
        if "error" in said:
            answer.errback(Failure(RefusedError(f"{said.get('message', '')} {said['error']}")))
        else:
            answer.callback(said["result"])

    def _send(self, event: Event) -> None:
        self._link.write(self._socket.send(event))

    @property
    def _link(self) -> ITransport:
        assert self.transport is not None
        return self.transport


async def conversation(reactor: object, host: str, target: str) -> Conversation:
    """
    :param reactor: the reactor.
    :param host: a number of this machine, and a port.
    :param target: the path.
    :return: one that is open.
    """
    name, _, port = host.rpartition(":")
    endpoint = TCP4ClientEndpoint(cast("IReactorTCP", reactor), name, int(port))
    talk = Conversation(host, target)
    await connectProtocol(endpoint, talk)
    return await talk.open


async def written(reactor: object, path: Path, read: Callable[[str], T]) -> T:
    """
    Wait until a browser has written down where it listens.

    :param reactor: the reactor.
    :param path: the file in its profile.
    :param read: takes out of the file what is wanted; raises ValueError where it is not complete yet.
    :return: what it took.
    """

    def look() -> list[T]:
        try:
            return [read(path.read_text())]
        except (OSError, ValueError):
            return []

    return (await until(cast("IReactorTime", reactor), f"the browser to write {path.name}", look))[0]


async def attached(reactor: object, browser: Browser) -> Remote:
    """
    Take control of a browser that was started with ``Habits(remote=True)``.

    :param reactor: the reactor.
    :param browser: it may have been started just now.
    :return: its only window.
    """
    from tests.real import bidi, devtools

    attach: Callable[[object, Path], Awaitable[Remote]]
    attach = bidi.attach if browser.name == "firefox" else devtools.attach
    return await attach(reactor, browser.profile)
