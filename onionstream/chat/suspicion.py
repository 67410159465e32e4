"""What a message has to pass before it is said: whether it needs a captcha, and whether it has to wait."""

from __future__ import annotations

from onionstream.chat import modes
from onionstream.chat.flood import Flood
from onionstream.chat.people import Person
from onionstream.chat.refusals import CaptchaError, WaitError
from onionstream.chat.rules import Bounds, Rules, When
from onionstream.chat.text import lines
from onionstream.chat.turns import Turns


class Suspicion:
    """
    What is known against people, and what it leads to.

    :ivar turns: messages that wait.
    """

    def __init__(self, bounds: Bounds) -> None:
        """:param bounds: of its memory."""
        self.turns = Turns(bounds.waiting)
        self._flood = Flood(bounds)

    def reason(self, person: Person, rules: Rules, now: float, bucket: bytes | None) -> str:
        """:return: why his next message needs a captcha, whatever it is; empty: it needs none."""
        standing = person.standing
        if person.staff or standing.credit:
            return ""
        if reason := modes.reason(person, rules):
            return reason
        if rules.captcha is When.NEVER:
            return ""
        return self._flood.place(now, new=not standing.messages, bucket=bucket)

    def check(self, person: Person, text: str, rules: Rules, now: float, bucket: bytes | None) -> float:
        """
        :return: seconds for which the message has to wait; 0: it can be said at once.
        :raises CaptchaError: not without a captcha.
        :raises WaitError: it cannot even wait here.
        """
        standing = person.standing
        if standing.credit or person.staff:
            return 0.0
        never = rules.captcha is When.NEVER
        if reason := self.reason(person, rules, now, bucket) or ("" if never else self._flood.text(text, now)):
            raise CaptchaError(reason)
        if never and (burst := standing.burst(now, rules)):
            raise WaitError(burst)
        if turn := self.turns.get(person.key):
            raise WaitError(turn.due - now)
        wait = standing.between(now, rules)
        if wait and self.turns.full:
            raise WaitError(wait)
        return wait

    def count(self, person: Person, text: str, rules: Rules, now: float, bucket: bytes | None) -> None:
        """He wants to say this, whatever becomes of it."""
        if not person.staff:
            self._flood.count(text, now, new=not person.standing.messages, bucket=bucket)
        person.standing.count(lines(text), now, rules)
        person.proven = person.proven and not person.standing.reason(rules)

    def forget(self, now: float) -> None:
        """Forget what is old."""
        self._flood.forget(now)
