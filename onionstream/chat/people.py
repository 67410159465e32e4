"""Who is who."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from onionstream.chat.looks import Look, Own


class Role(Enum):
    """What a person is to the others."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    BROADCASTER = "broadcaster"


@dataclass(eq=False, slots=True, kw_only=True)
class Person:
    """
    Somebody, as the chat knows him. There is one object for one person, also in the messages he has written: what
    changes here changes there.

    :ivar key: 16 bytes; what his tokens are about. It is never shown.
    :ivar mark: ten hexadecimal digits, others after each start of the daemon: by it pages call him (L-65).
    :ivar look: how he looks now.
    :ivar role: what he is.
    :ivar banned: he may not chat.
    :ivar proven: he has solved a captcha, and nothing has asked for another one since.
    :ivar first: seconds of the monotonic clock when he first did something, and...
    :ivar last: ... did so last.
    """

    key: bytes
    mark: str
    look: Look = field(default_factory=Look)
    role: Role = Role.VIEWER
    banned: bool = False
    proven: bool = False
    first: float = 0.0
    last: float = 0.0

    @property
    def tag(self) -> str:
        """What tells him from others without a name; empty where there is one."""
        return "" if self.look.name else f"#{self.mark[:3]}"

    @property
    def hue(self) -> int | Own:
        """The colour of his name: a number of the palette, or one of his own."""
        return int(self.mark[3], 16) if self.look.colour is None else self.look.colour
