"""Lets in whoever knows the broadcaster's password: one attempt after the other, off the reactor (D-21, R-27)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from secrets import token_urlsafe

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from onionstream.allowance import BusyError
from onionstream.passwords import Password, Printed
from onionstream.threads import Runner
from onionstream.web.attempts import EVERY, Attempts
from onionstream.web.basic import Credentials

USER = "broadcaster"
"""The name to log in with, in any letter case."""


def new_password() -> Printed:
    """:return: one that holds until the daemon ends: 128 bits of chance, as 22 letters, digits, ``-`` and ``_``."""
    return Printed(token_urlsafe(16))


@dataclass(eq=False, slots=True)
class _Attempt:
    """
    Somebody wants to come in.

    :ivar given: what he has sent.
    :ivar answer: fires with whether that was right.
    """

    given: Credentials
    answer: Deferred[bool]


class Guard:
    """
    Tries passwords.

    :ivar password: the right one; may be replaced at any time.
    """

    def __init__(self, password: Password, workers: Runner, clock: IReactorTime) -> None:
        """
        :param password: the right one.
        :param workers: where slow ones are tried.
        :param clock: never goes back.
        """
        self.password = password
        self._workers = workers
        self._clock = clock
        self._attempts: Attempts[_Attempt] = Attempts()
        self._later: IDelayedCall | None = None

    def __len__(self) -> int:
        """How many attempts wait."""
        return len(self._attempts)

    def wants_captcha(self, bucket: bytes | None) -> bool:
        """
        :param bucket: what limits know a circuit by; ``None``: this machine itself, which is never asked.
        :return: whether an attempt needs a captcha.
        """
        return bucket is not None and self._attempts.suspicious(self._clock.seconds())

    def attempt(self, bucket: bytes | None, given: Credentials) -> Deferred[bool]:
        """
        Try a name and a password, as soon as it is their turn.

        :param bucket: see ``wants_captcha``.
        :return: fires with whether they are right, or fails with ``BusyError``. May be cancelled; what is being tried
            is then tried to its end, and counts.
        :raises BusyError: not now; ``OftenError``: this circuit has tried too often.
        """
        attempt = _Attempt(given, Deferred(lambda _: self._attempts.leave(bucket, attempt)))
        displaced = self._attempts.enter(bucket, attempt, self._clock.seconds())
        if displaced is not None:
            displaced.answer.errback(BusyError("Many are trying to log in.", seconds=EVERY))
        self._go_on()
        return attempt.answer

    def _go_on(self) -> None:
        """Try the next one, or wait until one may be tried."""
        if self._later is not None and self._later.active():
            self._later.cancel()
        now = self._clock.seconds()
        if (attempt := self._attempts.take(now)) is not None:
            Deferred.fromCoroutine(self._try(attempt))
        elif wait := self._attempts.wait(now):
            self._later = self._clock.callLater(wait, self._go_on)

    async def _try(self, attempt: _Attempt) -> None:
        """Try one, tell the result, and go on; whatever happens meanwhile to him who waits for it."""
        result: bool | Failure
        try:
            result = await self._right(attempt.given)
        except Exception:  # noqa: BLE001 - there may be no memory, or no threads any more: it is his to hear
            result = Failure()
        self._attempts.done(self._clock.seconds(), wrong=result is False)
        self._go_on()
        if not attempt.answer.called:  # else it was cancelled
            attempt.answer.callback(result)

    async def _right(self, given: Credentials) -> bool:
        """A wrong name takes as long as a wrong password (D-23)."""
        password = self.password
        matches = self._workers.run(password.matches, given.password) if password.slow else None
        right = password.matches(given.password) if matches is None else await matches
        return hmac.compare_digest(given.user.lower(), USER.encode()) and right and password is self.password
