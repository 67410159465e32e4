"""The figures of the chat: those that a broadcaster may choose, and those that bound its memory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from onionstream.chat.looks import UNNAMED


class When(Enum):
    """When somebody has to solve a captcha before his message is said."""

    NEVER = "never"
    SUSPICION = "suspicion"
    FIRST = "first"


class Mode(Enum):
    """
    Who may write.

    OPEN: everybody. SLOW: everybody, but nobody more than one message in some time. MEMBERS: only people whose tripcode
    is on the list. CLOSED: nobody. The broadcaster and moderators always may.
    """

    OPEN = "open"
    SLOW = "slow"
    MEMBERS = "members"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    What holds for everybody but the broadcaster and moderators, who only have to keep to the length.

    :ivar characters: code points of one message.
    :ivar lines: of one message.
    :ivar between: seconds between two messages of one person. What comes sooner waits for its turn.
    :ivar burst: so many messages in ``burst_seconds``, and the next one needs a captcha; without captchas it waits.
    :ivar burst_lines: the same for more than so many lines.
    :ivar burst_seconds: seconds.
    :ivar every: each of so many messages of a person needs a captcha; 0: none does for that.
    :ivar captcha: ``FIRST``: the first message too; ``NEVER``: none, for no reason.
    :ivar mode: who may write.
    :ivar slow: seconds between two messages of one person where the mode is ``SLOW``.
    :ivar members: digests of tripcodes, in full (D-12).
    :ivar raid: seconds of the monotonic clock: whoever has come later needs a captcha once, whatever ``captcha`` says;
        ``None``: he does not.
    :ivar kept: messages, hidden ones too, and...
    :ivar kept_bytes: ... what they may take of memory (D-50).
    :ivar reserved: names that nobody may have, nor any that look like them.
    :ivar unnamed: what those without a name are called.
    """

    characters: int = 512
    lines: int = 12
    between: float = 3.0
    burst: int = 4
    burst_lines: int = 20
    burst_seconds: float = 20.0
    every: int = 0
    captcha: When = When.SUSPICION
    mode: Mode = Mode.OPEN
    slow: float = 30.0
    members: frozenset[bytes] = frozenset()
    raid: float | None = None
    kept: int = 8192
    kept_bytes: int = 16 * 2**20
    reserved: tuple[str, ...] = ()
    unnamed: str = UNNAMED

    @property
    def pause(self) -> float:
        """Seconds between two messages of one person, as the mode has it."""
        return max(self.between, self.slow) if self.mode is Mode.SLOW else self.between


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """
    How much is remembered at the same time (D-50). What there is of messages stands in the rules.

    :ivar people: of whom something is known, without those who are banned.
    :ivar bans: people who are banned.
    :ivar waiting: messages that wait for their turn.
    :ivar texts: that were said lately.
    :ivar buckets: circuits over which something was said lately.
    :ivar restyled: people who have changed their look lately.
    """

    people: int = 4096
    bans: int = 4096
    waiting: int = 256
    texts: int = 4096
    buckets: int = 4096
    restyled: int = 4096


BOUNDS = Bounds()
"""All of them at their usual values."""
