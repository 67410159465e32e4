"""How much one person has said lately, and whether that asks for a captcha."""

from __future__ import annotations

from dataclasses import dataclass, field

from onionstream.chat.rules import Rules

BURST = "You have written a lot in a short time."
EVERY = "It is time for one more captcha."


@dataclass(slots=True, kw_only=True)
class Standing:
    """
    What is known of one person's messages.

    :ivar messages: that he has sent and that were taken, in all.
    :ivar since: those since his last captcha.
    :ivar said: seconds of the monotonic clock when his last one was said, if any was.
    :ivar demand: why his next one needs a captcha, because of the last ones; empty: it does not.
    :ivar credit: he has solved a captcha, and it was not used for a message yet.
    :ivar name: what his name looks like (D-12), to compare it with others'.
    """

    messages: int = 0
    since: int = 0
    said: float | None = None
    demand: str = ""
    credit: bool = False
    name: str = ""
    _recent: list[tuple[float, int]] = field(default_factory=list)  # when, and of how many lines

    def prove(self) -> None:
        """A captcha is solved: all is well again, and the next message is paid for (S52)."""
        self.since, self.demand, self.credit = 0, "", True
        self._recent.clear()

    def between(self, now: float, rules: Rules) -> float:
        """:return: seconds until the next message may be said; 0: now."""
        return 0.0 if self.said is None else max(0.0, self.said + rules.pause - now)

    def burst(self, now: float, rules: Rules) -> float:
        """:return: seconds for which what was sent lately is too much; 0: it is not."""
        self._prune(now, rules)
        if self._too_much(rules):
            return self._recent[0][0] + rules.burst_seconds - now
        return 0.0

    def count(self, lines: int, now: float, rules: Rules) -> None:
        """A message was taken."""
        self._recent.append((now, lines))
        self._prune(now, rules)
        self.messages += 1
        self.since = 0 if self.credit else self.since + 1
        self.credit = False
        if self._too_much(rules):
            self.demand = BURST

    def reason(self, rules: Rules) -> str:
        """:return: why the next message needs a captcha; empty: nothing he has said asks for one."""
        return self.demand or (EVERY if 0 < rules.every <= self.since + 1 else "")

    def _too_much(self, rules: Rules) -> bool:
        lines = sum(lines for _, lines in self._recent)
        return len(self._recent) >= rules.burst or lines > rules.burst_lines

    def _prune(self, now: float, rules: Rules) -> None:
        """Forget what is old, and what is more than the rules ask about: each message has a line at least."""
        recent = [one for one in self._recent if now - one[0] < rules.burst_seconds]
        self._recent = recent[-max(rules.burst, rules.burst_lines + 1) :]
