"""
The form in which something is said: a finished document in a frame of its own.

What is sent is answered by a redirect to the address that the frame has already, with a fragment: so the box has the
focus again, and the browser's history does not grow (measured in Firefox ESR 153). What could not be said waits here
for its writer's next look at the form, and is lost in no case (S53).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from http import HTTPStatus
from math import ceil
from secrets import token_urlsafe

from twisted.internet.interfaces import IReactorTime

from onionstream.captcha.captchas import Outcome
from onionstream.chat.errors import ChatError
from onionstream.chat.refusals import BannedError, CaptchaError
from onionstream.chat.room import Room
from onionstream.chat.text import EmptyError
from onionstream.chat.turns import Later
from onionstream.web.areas import Router
from onionstream.web.asking import REQUIRED, Asking, complaint
from onionstream.web.drafts import DRAFTS, KEPT, Button, Draft, granted, pressed, settled
from onionstream.web.fragments import Words
from onionstream.web.frame import Called, View, opened, send_back, sent
from onionstream.web.identity import Recognition, Who
from onionstream.web.nonces import Nonces, SpentError, StaleError
from onionstream.web.request import BoundedRequest
from onionstream.web.shelf import Shelf
from onionstream.web.templates import TEMPLATES
from onionstream.web.textual import shows_text

FORM = "say"
"""What the form's nonces are for."""

AGAIN = "This form was too old, or the site was started again. Press Chat again to send it."


class Say:
    """
    The area of ``/form``.

    :ivar words: what people are called who have no name; may be replaced at any time.
    """

    router = Router()

    def __init__(
        self,
        room: Room,
        identity: Recognition,
        nonces: Nonces,
        asking: Asking,
        clock: IReactorTime,
        wall: Callable[[], float],
        words: Words = Words(),  # noqa: B008 - it is frozen
    ) -> None:
        """
        :param room: where it is said.
        :param identity: knows who says it.
        :param nonces: let each form be sent once.
        :param asking: poses captchas.
        :param clock: never goes back.
        :param wall: seconds since 1970-01-01 00:00 UTC.
        :param words: what people are called who have no name.
        """
        self.words = words
        self._room = room
        self._identity = identity
        self._nonces = nonces
        self._asking = asking
        self._clock = clock
        self._wall = wall
        self._drafts: Shelf[Draft] = Shelf(DRAFTS, KEPT)
        self._answered: Shelf[bytes] = Shelf(DRAFTS, KEPT)

    def __len__(self) -> int:
        """How many things are kept for people."""
        return len(self._drafts) + len(self._answered)

    @router.route("/form", methods=["GET"])
    def form(self, request: BoundedRequest) -> str:
        """The form, with what its reader could not send the last time."""
        nonce = token_urlsafe(16)
        loaded = opened(request, self._identity, nonce)
        return "" if loaded is None else self._render(request, *loaded, nonce)

    @router.route("/form", methods=["POST"])
    def say(self, request: BoundedRequest) -> str:
        """Say what was typed, and send the frame back to the form; a script gets a word instead (``script.js``)."""
        may = "captcha", "words", "answer", "ask"
        view, who, fields = sent(request, self._identity, ("text", "nonce"), *may)
        button = pressed(fields)
        draft = self._take(request, who, fields) if button is None else granted(fields, button)
        if draft is not None:
            self._drafts.put(who.key, draft, self._clock.seconds())
        waiting = self._drafts.get(who.key, self._clock.seconds())
        if request.getHeader(b"Accept") == b"text/plain":
            return self._tell(request, who, waiting)
        if button in (Button.LINES, Button.LINE):
            view = replace(view, rows=button is Button.LINES)
        send_back(request, who.form_address(view.address("/form")), "cap" if waiting and waiting.asked else "msg")
        return ""

    def _take(self, request: BoundedRequest, who: Who, fields: dict[str, str]) -> Draft | None:
        """
        Say something, once.

        :return: what its writer is to see in the form; ``None``: nothing new.
        """
        now, text = self._clock.seconds(), fields["text"]
        digest = blake2b("\0".join((fields["nonce"], text)).encode(), digest_size=16).digest()
        try:
            self._nonces.spend(who, FORM, fields["nonce"])
        except SpentError:
            # A button pressed twice: what became of the first one holds. Another text in an old form is not lost.
            return None if self._answered.get(who.key, now) == digest else Draft(text=text, sentence=AGAIN)
        except StaleError:
            return Draft(text=text, sentence=AGAIN)
        self._answered.put(who.key, digest, now)
        self._drafts.pop(who.key, now)
        outcome = (
            self._asking.solve(who.key, fields["captcha"], fields.get("answer", "")) if "captcha" in fields else None
        )
        if outcome not in (None, Outcome.RIGHT):
            return Draft(text=text, sentence=complaint(outcome), asked=True, words="words" in fields)
        return self._say(request, who, fields, proven=outcome is Outcome.RIGHT)

    def _say(self, request: BoundedRequest, who: Who, fields: dict[str, str], *, proven: bool) -> Draft | None:
        """
        :param proven: he has just solved a captcha, which buys this message (S52).
        :return: see ``_take``.
        """
        text, bucket = fields["text"], self._asking.bucket(request)
        try:
            now, when = self._clock.seconds(), int(self._wall())
            said = self._room.say(who.key, text, now, when, proven=proven, bucket=bucket)
        except BannedError as error:
            return Draft(sentence=error.sentence)
        except CaptchaError as error:
            sentence = REQUIRED if "captcha" in fields else error.sentence
            return Draft(text=text, sentence=sentence, asked=True, words="words" in fields)
        except EmptyError as error:
            return None if proven else Draft(sentence=error.sentence)  # S46: he wanted to be trusted, no more
        except ChatError as error:
            return Draft(text=text, sentence=error.sentence)
        if isinstance(said, Later):
            return Draft(sentence=f"Your message follows in {ceil(said.seconds)} s.", refused=False)
        return None

    def _render(self, request: BoundedRequest, view: View, who: Who, nonce: str) -> str:
        """:return: the form; what was kept for him is shown this once."""
        draft = self._drafts.pop(who.key, self._clock.seconds()) or Draft()
        person = self._room.person(who.key)
        posed = None
        if draft.asked and not person.banned:
            posed = self._asking.pose(request, who.key, words=draft.words, unwanted=draft.unwanted)
            draft = settled(draft, posed)
        return TEMPLATES.get_template("form.html").render(
            who=who,
            called=Called.of(person, self.words),
            banned=person.banned,
            draft=draft,
            posed=posed,
            view=view,
            theme=view.theme,
            several=view.rows or "\n" in draft.text,
            frames=not shows_text(request),
            characters=self._room.rules.characters,
            once=self._nonces.issue(who, FORM),
            nonce=nonce,
        )

    def _tell(self, request: BoundedRequest, who: Who, waiting: Draft | None) -> str:
        """:return: for the script: the nonce of the next message; nothing if it has to load the form anew."""
        request.setHeader("Content-Type", "text/plain; charset=utf-8")
        if waiting is not None:
            request.setResponseCode(HTTPStatus.CONFLICT)
            return ""
        return self._nonces.issue(who, FORM)
