"""Captchas in forms: which one somebody is shown, and what he reads when he was wrong."""

from __future__ import annotations

from hashlib import blake2b
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from onionstream.allowance import BusyError
from onionstream.captcha.captchas import Outcome, Posed
from onionstream.web.areas import Router
from onionstream.web.errors import NotFound
from onionstream.web.headers import Document, apply
from onionstream.web.request import BoundedRequest
from onionstream.web.shelf import Shelf

MOST = 2048
"""Captchas whose question may be shown again at the most; as many as wait for an answer (D-50)."""

KEPT = 3600.0
"""Seconds for which it is known who was shown which one, at the most; how long it lives is a setting (D-24)."""

REQUIRED = "Please solve the captcha."
SENTENCES = {
    Outcome.WRONG: "That was wrong. Try this one.",
    Outcome.OLD: "That one had expired. Try this one.",
    Outcome.EARLY: "Too soon. Answer it once more.",
}


class CaptchaSource(Protocol):
    """What is used of ``Captchas``."""

    def pose(self, key: bytes, now: float, *, words: bool = False, bucket: bytes | None = None) -> Posed:
        """See there."""

    def lives(self, name: str, now: float, /) -> bool:
        """See there."""

    def picture(self, name: str, now: float, /) -> bytes | None:
        """See there."""

    def solve(self, name: str, key: bytes, answer: str, now: float, /) -> Outcome:
        """See there."""


class Asking:
    """
    The area of ``/captcha/ID.png``, and the captchas of all forms.

    Who loads a form anew is shown the captcha he has, so that this costs nothing: a new one has to be asked for, or
    paid for with an answer.
    """

    router = Router()

    def __init__(self, captchas: CaptchaSource, secret: bytes, clock: IReactorTime) -> None:
        """
        :param captchas: poses and solves.
        :param secret: of this start of the daemon, up to 64 bytes: nobody learns a circuit from its hash (L-65).
        :param clock: never goes back.
        """
        self._captchas = captchas
        self._secret = secret
        self._clock = clock
        self._shown: Shelf[Posed] = Shelf(MOST, KEPT)

    def __len__(self) -> int:
        """How many captchas may be shown again."""
        return len(self._shown)

    @router.route("/captcha/<name>.png", methods=["GET"])
    def picture(self, request: BoundedRequest, name: str) -> bytes:
        """The picture of a captcha that waits for its answer. Its name is the secret of who was asked."""
        picture = self._captchas.picture(name, self._clock.seconds())
        if picture is None:
            raise NotFound
        apply(request, Document.MEDIA, content_type="image/png")
        return picture

    def bucket(self, request: BoundedRequest) -> bytes | None:
        """
        :param request: any.
        :return: what limits know its circuit by; ``None``: it came over none. It is never shown or logged (D-50).
        """
        if request.circuit is None:
            return None
        return blake2b(b"%d" % request.circuit, key=self._secret, digest_size=16).digest()

    def pose(self, request: BoundedRequest, key: bytes, *, words: bool = False, unwanted: str = "") -> Posed | None:
        """
        :param request: whose answer it stands in.
        :param key: of the person who is to answer.
        :param words: an exercise in words, for those who cannot see pictures.
        :param unwanted: the name of one that he does not want.
        :return: a captcha, if another one is not to be had the one he has; ``None``: there is none for him now.
        """
        now = self._clock.seconds()
        shown = self._shown.get(key, now)
        if shown is not None and self._captchas.lives(shown.id, now):
            if shown.id != unwanted and words == (shown.question is not None):
                return shown
        else:
            shown = None
        try:
            posed = self._captchas.pose(key, now, words=words, bucket=self.bucket(request))
        except BusyError:
            return shown
        self._shown.put(key, posed, now)
        return posed

    def solve(self, key: bytes, name: str, answer: str) -> Outcome | None:
        """
        Take an answer.

        :param key: of the person who answers.
        :param name: of the captcha.
        :param answer: as it was typed.
        :return: what it is worth; ``None``: he gave none, and the captcha stays.
        """
        if not answer.strip():
            return None
        now = self._clock.seconds()
        outcome = self._captchas.solve(name, key, answer, now)
        if outcome is not Outcome.EARLY:
            self._shown.pop(key, now)
        return outcome


def complaint(outcome: Outcome | None) -> str:
    """
    :param outcome: of ``Asking.solve``, and not ``RIGHT``.
    :return: what the person reads.
    """
    return REQUIRED if outcome is None else SENTENCES[outcome]
