"""Captchas, as the site uses them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random, SystemRandom

from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime

from onionstream.allowance import Allowance, Allowances, BusyError
from onionstream.captcha.challenges import LIFETIME, Challenge, Challenges, Outcome
from onionstream.captcha.drawing import LENGTH, LETTERS, Artist
from onionstream.captcha.fonts import find_fonts
from onionstream.captcha.pool import STOCK, Pool
from onionstream.captcha.words import BURST, EVERY, PATIENCE, pose
from onionstream.threads import Runner

__all__ = ["Captchas", "Outcome", "Posed", "Settings"]

_NAME = 96
"""Bits of a captcha's name: nobody guesses somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What the person who runs onionstream can set.

    :ivar length: letters of one picture; some have one more.
    :ivar letters: those that there are.
    :ivar lifetime: seconds in which a captcha may be answered.
    :ivar fonts: paths of font files; none: good ones of this machine.
    """

    length: int = LENGTH
    letters: str = LETTERS
    lifetime: float = LIFETIME
    fonts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posed:
    """
    A captcha for somebody.

    :ivar id: 16 characters that stand in addresses and forms.
    :ivar question: the exercise in words; ``None``: it is a picture.
    """

    id: str
    question: str | None


class Captchas(Service):
    """
    Poses captchas and takes their answers.

    They hold up programs a little and people who want to do harm not at all (D-24): what counts is that every answer
    costs a captcha, and that there are only so many of those.
    """

    def __init__(
        self,
        workers: Runner,
        clock: IReactorTime,
        settings: Settings = Settings(),
        chance: Random | None = None,
        stock: int = STOCK,
    ) -> None:
        """
        :param workers: where pictures are drawn.
        :param clock: when to try again if that did not work.
        :param settings: may be replaced.
        :param chance: for letters and words; none: the system's.
        :param stock: pictures that are drawn beforehand.
        :raises FontError: a font of the settings cannot be used.
        """
        self._chance = chance or SystemRandom()
        self._pool = Pool(self._artist(settings), workers, clock, stock, self._chance)
        self._challenges = Challenges(settings.lifetime)
        self._all = Allowance(burst=30, every=0.1)
        self._each = Allowances(burst=3, every=5.0)
        self._words = Allowance(burst=BURST, every=EVERY)
        self._words_each = Allowances(burst=2, every=60.0)

    def startService(self) -> None:
        """Pictures are drawn from now on."""
        super().startService()
        self._pool.open()

    def stopService(self) -> None:
        """No more are drawn."""
        super().stopService()
        self._pool.close()

    def replace(self, settings: Settings) -> None:
        """
        Have other settings (SIGHUP). What is posed stays.

        :raises FontError: a font cannot be used; the old settings stay.
        """
        self._pool.replace(self._artist(settings))
        self._challenges.lifetime = settings.lifetime

    def waiting(self, now: float) -> int:
        """:return: how many wait for an answer. :param now: seconds of the monotonic clock."""
        self._challenges.forget(now)
        return len(self._challenges)

    def pose(self, key: bytes, now: float, *, words: bool = False, bucket: bytes | None = None) -> Posed:
        """
        :param key: of the person who is to answer.
        :param now: seconds of the monotonic clock.
        :param words: an exercise in words, for those who cannot see pictures.
        :param bucket: the hash of his circuit, for limits only; ``None``: there is none, and they hold for his key.
        :raises BusyError: he, or all together, have asked for too many.
        """
        if pause := self._challenges.pause(key, now):
            raise BusyError("That was wrong several times.", seconds=pause)
        return self._in_words(key, now, bucket or key) if words else self._in_a_picture(key, now, bucket or key)

    def lives(self, id: str, now: float) -> bool:  # noqa: A002 - it is called so in the pages too
        """:return: whether it still waits for its answer, be it a picture or an exercise in words."""
        return self._challenges.lives(id, now)

    def picture(self, id: str, now: float) -> bytes | None:  # noqa: A002 - see above
        """:return: the PNG of a captcha that waits for its answer; ``None``: there is none (any more)."""
        return self._challenges.picture(id, now)

    def solve(self, id: str, key: bytes, answer: str, now: float) -> Outcome:  # noqa: A002 - see above
        """
        Take an answer. Unless it comes too early, the captcha is spent.

        :param id: of the captcha, as it came back with the form.
        :param key: of the person who answers.
        :param answer: as it was typed, of any length.
        :param now: seconds of the monotonic clock.
        """
        return self._challenges.solve(id, key, answer, now)

    def _in_a_picture(self, key: bytes, now: float, bucket: bytes) -> Posed:
        _ask((self._each.wait(bucket, now), self._all.wait(now)))
        picture = self._pool.take()
        self._each.take(bucket, now)
        self._all.take(now)
        return self._posed(Challenge(key=key, solution=picture.solution, posed=now, picture=picture.png), None)

    def _in_words(self, key: bytes, now: float, bucket: bytes) -> Posed:
        _ask((self._words_each.wait(bucket, now), self._words.wait(now)))
        self._words_each.take(bucket, now)
        self._words.take(now)
        question, solution = pose(self._chance)
        return self._posed(Challenge(key=key, solution=solution, posed=now, patience=PATIENCE), question)

    def _posed(self, challenge: Challenge, question: str | None) -> Posed:
        name = urlsafe_b64encode(self._chance.randbytes(_NAME // 8)).decode()
        self._challenges.pose(name, challenge)
        return Posed(name, question)

    def _artist(self, settings: Settings) -> Artist:
        return Artist(find_fonts(settings.fonts, settings.letters), settings.length, settings.letters)


def _ask(waits: Iterable[float]) -> None:
    """:raises BusyError: one of these times is not over yet."""
    if wait := max(waits):
        raise BusyError("Too many captchas were asked for.", seconds=wait)
