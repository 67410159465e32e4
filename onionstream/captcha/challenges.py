"""The captchas that wait for their answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from hmac import compare_digest
from unicodedata import normalize

OUTSTANDING = 2048
"""Captchas that wait for an answer at the most (D-50)."""

LIFETIME = 300.0
"""Seconds in which a captcha may be answered (D-24)."""

FAILURES = 3
"""Wrong answers of one person, and then a pause (D-24)..."""

PAUSE = 30.0
"""... of so many seconds."""

PEOPLE = 4096
"""People whose failures are remembered at the most."""

LONGEST_ANSWER = 100
"""Characters. Nobody who has read the question needs as many."""

_SAME = str.maketrans("01258АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "OIZSBABESIJKMHOPCTYXABEZHIKMNOPTYX")  # noqa: RUF001 - they look alike, that is why


class Outcome(Enum):
    """What an answer is worth."""

    RIGHT = "right"
    """It is right, and the captcha is spent."""

    WRONG = "wrong"
    """It is wrong, and the captcha is spent."""

    OLD = "old"
    """There is no such captcha: it has expired, was answered already or is somebody else's; or this is a pause."""

    EARLY = "early"
    """This one is not answered as soon as that (D-25). It was not looked at; the captcha stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """
    One captcha.

    :ivar key: of the person who may answer it.
    :ivar solution: what he should answer.
    :ivar posed: seconds when it was posed.
    :ivar patience: seconds before which no answer is looked at.
    :ivar picture: a PNG; empty: it is an exercise in words.
    """

    key: bytes
    solution: str
    posed: float
    patience: float = 0.0
    picture: bytes = b""


def plain(answer: str) -> str:
    """
    What of an answer is compared: neither capitals nor spaces matter, nor that O is not 0 and that the keyboard is a
    Russian or a Greek one.

    :param answer: as it was typed, of any length.
    :return: its letters and digits; empty: too long to be one.
    """
    if len(answer) > LONGEST_ANSWER:
        return ""
    return "".join(filter(str.isalnum, normalize("NFKC", answer).upper().translate(_SAME)))


class Challenges:
    """
    The captchas that are posed, in their order.

    Each is good for one answer, right or wrong (A53), and only for the person for whom it was posed (D-24). When there
    are too many, the oldest goes.

    :ivar lifetime: seconds; may be set at any time.
    """

    def __init__(self, lifetime: float = LIFETIME, outstanding: int = OUTSTANDING, people: int = PEOPLE) -> None:
        """
        :param lifetime: seconds.
        :param outstanding: captchas that may wait for an answer.
        :param people: whose failures are remembered.
        """
        self.lifetime = lifetime
        self._outstanding = outstanding
        self._people = people
        self._posed: dict[str, Challenge] = {}  # the oldest stands first
        self._failed: dict[bytes, tuple[int, float]] = {}  # how often, and when last; who did last stands last

    def __len__(self) -> int:
        """How many wait for an answer."""
        return len(self._posed)

    @property
    def people(self) -> int:
        """How many people's failures are remembered."""
        return len(self._failed)

    def pose(self, name: str, challenge: Challenge) -> None:
        """
        :param name: what it is called by; new, and not to be guessed.
        :param challenge: posed no earlier than any before it.
        """
        self.forget(challenge.posed)
        self._posed[name] = challenge
        if len(self._posed) > self._outstanding:
            del self._posed[next(iter(self._posed))]

    def lives(self, name: str, now: float) -> bool:
        """:return: whether it still waits for its answer."""
        self.forget(now)
        return name in self._posed

    def picture(self, name: str, now: float) -> bytes | None:
        """:return: the picture of one that waits for an answer; ``None``: there is none."""
        self.forget(now)
        challenge = self._posed.get(name)
        return challenge.picture or None if challenge else None

    def pause(self, key: bytes, now: float) -> float:
        """:return: seconds for which a person is not asked again, since he was wrong too often; 0: he may be asked."""
        failures, last = self._failed.get(key, (0, now))
        return max(0.0, last + PAUSE - now) if failures >= FAILURES else 0.0

    def solve(self, name: str, key: bytes, answer: str, now: float) -> Outcome:
        """
        Take an answer.

        :param name: of the captcha.
        :param key: of the person who answers.
        :param answer: as it was typed.
        :param now: seconds.
        """
        self.forget(now)
        challenge = self._posed.get(name)
        if challenge is None or not compare_digest(challenge.key, key):
            return Outcome.OLD
        if now - challenge.posed < challenge.patience:
            return Outcome.EARLY
        del self._posed[name]
        if self.pause(key, now):
            return Outcome.OLD  # else one could have many posed first and then guess them all
        if compare_digest(plain(answer).encode(), plain(challenge.solution).encode()):
            self._failed.pop(key, None)
            return Outcome.RIGHT
        self._fail(key, now)
        return Outcome.WRONG

    def forget(self, now: float) -> None:
        """Forget captchas that have expired, and failures of long ago."""
        while self._posed and now - next(iter(self._posed.values())).posed >= self.lifetime:
            del self._posed[next(iter(self._posed))]
        while self._failed and now - next(iter(self._failed.values()))[1] >= LIFETIME:
            del self._failed[next(iter(self._failed))]

    def _fail(self, key: bytes, now: float) -> None:
        """One more failure; after a pause they are counted anew."""
        failures = self._failed.pop(key, (0, now))[0] % FAILURES
        self._failed[key] = failures + 1, now
        if len(self._failed) > self._people:
            del self._failed[next(iter(self._failed))]
