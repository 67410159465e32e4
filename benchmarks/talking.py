"""People who talk: what a browser with the page's script says to the site, and nothing that costs a browser's time."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from enum import Enum
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

_COOKIE = re.compile(rb"\r\nSet-Cookie: t=([^;\r]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
_LAST = re.compile(rb"\r\nConnection: close", re.IGNORECASE)
_NONCE = re.compile(rb'name="nonce" value="([^"]+)"')
_SENTENCE = re.compile(rb'<p id="err"[^>]*>([^<]*)<')


class Fate(Enum):
    """What becomes of something that somebody wants to say."""

    SAID = "said"
    LATER = "said a little later"
    CAPTCHA = "a captcha is asked for"
    NO_CAPTCHA = "a captcha is asked for, and there is none to be had"
    REFUSED = "refused for another reason"
    BUSY = "over the circuit's budget"
    CUT = "the connection is cut"


@dataclass(frozen=True, slots=True)
class Way:
    """
    To a site.

    :ivar port: on 127.0.0.1; 0: by the socket.
    :ivar socket: where tor comes.
    :ivar circuit: by which.
    """

    port: int = 0
    socket: Path = Path()
    circuit: int = 0

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """:return: a connection on which HTTP is spoken."""
        if self.port:
            return await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = await asyncio.open_unix_connection(str(self.socket))
        high, low = divmod(self.circuit, 0x10000)
        writer.write(b"PROXY TCP6 fc00:dead:beef:4dad::%x:%x ::1 %d 80\r\n" % (high, low, low))
        return reader, writer


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the site; status 0: the connection was cut before it."""

    status: int = 0
    head: bytes = b""
    body: bytes = b""


class Person:
    """
    Somebody with a cookie, who talks over one connection after the other.

    :ivar cookie: the header's line; empty: he has none yet.
    :ivar sentence: what he was told last.
    :ivar asked: requests that he has made.
    """

    def __init__(self, way: Way) -> None:
        """:param way: to the site."""
        self.cookie = b""
        self.sentence = ""
        self.asked = 0
        self._way = way
        self._nonce = ""
        self._link: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def arrive(self) -> bool:
        """Open the page; :return: whether he has a cookie now."""
        found = _COOKIE.search((await self.ask(b"GET", "/")).head)
        if found:
            self.cookie = b"Cookie: t=%s\r\n" % found[1]
        return bool(found)

    async def say(self, text: str) -> Fate:
        """Say something, once; the form is opened where that is needed."""
        if not self._nonce and (fate := await self.look()) in (Fate.BUSY, Fate.CUT):
            return fate
        body = urlencode({"text": text, "nonce": self._nonce}).encode()
        answer = await self.ask(b"POST", "/form", b"Accept: text/plain\r\n", body)
        if answer.status == 200:
            self._nonce, self.sentence = answer.body.decode(), ""
            return Fate.SAID
        if answer.status == 409:
            self._nonce = ""
            return await self.look()
        return _refusal(answer)

    async def look(self) -> Fate:
        """Open the form; :return: what it says of what he wanted to say last. A captcha stays unanswered."""
        answer = await self.ask(b"GET", "/form")
        if answer.status != 200:
            return _refusal(answer)
        nonce, sentence = _NONCE.search(answer.body), _SENTENCE.search(answer.body)
        self._nonce = nonce[1].decode() if nonce else ""
        self.sentence = unescape(sentence[1].decode()) if sentence else ""
        if b'name="captcha"' in answer.body:
            return Fate.CAPTCHA
        if "captcha" in self.sentence:
            return Fate.NO_CAPTCHA
        return Fate.LATER if "follows in" in self.sentence else Fate.REFUSED

    async def ask(self, method: bytes, path: str, more: bytes = b"", body: bytes = b"") -> Answer:
        """One request, and its answer."""
        kind = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" % len(body) if body else b""
        head = b"%s %s HTTP/1.1\r\nHost: localhost\r\n" % (method, path.encode())
        self.asked += 1
        try:
            return await self._exchange(b"".join((head, self.cookie, kind, more, b"\r\n", body)))
        except (OSError, asyncio.IncompleteReadError):
            self.leave()
            return Answer()

    def leave(self) -> None:
        """Close the connection."""
        if self._link is not None:
            self._link[1].close()
            self._link = None

    async def _exchange(self, request: bytes) -> Answer:
        self._link = self._link or await self._way.open()
        reader, writer = self._link
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        if _LAST.search(head):
            self.leave()
        return Answer(int(head[9:12]), head, body)


def _refusal(answer: Answer) -> Fate:
    if answer.status in (429, 503):
        return Fate.BUSY
    return Fate.REFUSED if answer.status else Fate.CUT
