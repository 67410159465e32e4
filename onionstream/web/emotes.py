"""Emotes in messages: which piece of a text is shown as which picture, and the pictures themselves (A55)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.allowance import BusyError
from onionstream.chat.emotes import Emote, split
from onionstream.files.emotefiles import FolderError, Found, Picture, look
from onionstream.logs import told
from onionstream.web.areas import Router
from onionstream.web.errors import NotFound
from onionstream.web.headers import Document, apply
from onionstream.web.request import BoundedRequest

SETS = 4
"""Sets of emotes, one after the other, that messages may have been said with; before that they are words again."""

_NAMED = 10  # problems that are named one by one


class Workers(Protocol):
    """Threads, where looking at files holds nobody up."""

    def run(self, function: Callable[[], Found]) -> Deferred[Found]:
        """:raises BusyError: too much is to be done already."""


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A piece of a message, as templates need it.

    :ivar text: as it was typed.
    :ivar name: of the emote; empty: it is text.
    :ivar address: of its picture.
    :ivar width: of the picture, in pixels.
    :ivar height: the same.
    """

    text: str
    name: str = ""
    address: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class _Set:
    """The emotes that messages have whose number is larger than this one."""

    after: int
    pictures: Mapping[str, Picture]


class Emotes:
    """
    The area of ``/emote/``.

    A message keeps the emotes that there were when it was said, also when others are found in the folder later.

    The address of a picture is a secret, made of the picture with a key of this start. Whoever is outside cannot try
    whether there is one that he knows (S76); and who keeps no cookies has nothing else to show that he is inside, since
    what is written for the pages is the same for everybody.

    :ivar folder: where the pictures are; empty: there are none. ``look`` makes use of it.
    """

    router = Router()
    _log = Logger()

    def __init__(self, workers: Workers | None = None, newest: Callable[[], int] = lambda: 0, folder: str = "") -> None:
        """
        :param workers: look at files; none: there are no emotes.
        :param newest: the number of the newest message, now.
        :param folder: where the pictures are.
        """
        self.folder = folder
        self._secret = token_bytes(32)
        self._workers = workers
        self._newest = newest
        self._sets: list[_Set] = []
        self._served: dict[str, bytes] = {}

    def look(self) -> None:
        """Look into the folder, in a thread. What is found is for messages that are said after that."""
        if self._workers is None:
            return
        try:
            looking = self._workers.run(lambda: look(self.folder))
        except BusyError:
            return  # there is one who waits, and he will see what is there then
        looking.addCallbacks(self._take, self._fail)

    def pieces(self, number: int, text: str) -> list[Piece]:
        """
        :param number: of a message.
        :param text: of that message, or a line of it.
        :return: the text in pieces.
        """
        pictures = next((one.pictures for one in reversed(self._sets) if one.after < number), {})
        if not pictures:
            return [Piece(text)]
        return [self._piece(one, pictures) for one in split(text, pictures)]

    @router.route("/emote/<name>", methods=["GET"])
    def picture(self, request: BoundedRequest, name: str) -> bytes:
        """A picture; its address changes with it, so browsers may keep it."""
        if name not in self._served:
            raise NotFound
        apply(request, Document.ASSET, content_type="image/png")
        return self._served[name]

    def _piece(self, one: str | Emote, pictures: Mapping[str, Picture]) -> Piece:
        if isinstance(one, str):
            return Piece(one)
        picture = pictures[one.name]
        return Piece(one.text, one.name, f"/emote/{self._file(picture)}", picture.width, picture.height)

    def _take(self, found: Found) -> None:
        """From now on there are these."""
        if found.problems:
            named = "; ".join(found.problems[:_NAMED])
            more = f"; and {rest} more" if (rest := len(found.problems) - _NAMED) > 0 else ""
            self._log.warn("Not all of [chat] emotes is used: {named}{more}.", named=named, more=more)
        if found.pictures == (self._sets[-1].pictures if self._sets else {}):
            return
        self._sets = [*self._sets, _Set(self._newest(), found.pictures)][-SETS:]
        self._served = {self._file(one): one.png for each in self._sets for one in each.pictures.values()}
        self._log.info("Emotes: {count}.", count=len(found.pictures))

    def _file(self, picture: Picture) -> str:
        """:return: the name under which it is served."""
        return f"{blake2b(picture.png, key=self._secret, digest_size=16).hexdigest()}.png"

    def _fail(self, failure: Failure) -> None:
        """What there was stays, rather than that messages lose their pictures by a wrong word in a file (R-34)."""
        if failure.check(FolderError):
            self._log.warn("The folder of [chat] emotes cannot be read: there are the same emotes as before.")
        elif not failure.check(CancelledError):  # the daemon ends
            self._log.error("{told}", told=told(failure))
