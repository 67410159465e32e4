"""Why something that a person wants is not done."""

from __future__ import annotations

from math import ceil

from onionstream.chat.errors import ChatError


class BannedError(ChatError):
    """You cannot chat here any more."""


class FilterBanError(BannedError):
    """The word filter has stopped your message, and you cannot chat here any more."""


class BlockedError(ChatError):
    """The word filter has stopped your message; nobody has seen it."""


class CaptchaError(ChatError):
    """A captcha has to be solved first."""

    def __init__(self, because: str) -> None:
        """:param because: a sentence."""
        super().__init__(because)
        self.because = because


class WaitError(ChatError):
    """It is too early for one more message."""

    def __init__(self, seconds: float) -> None:
        """:param seconds: after which it is not."""
        self.seconds = max(1, ceil(seconds))
        super().__init__(f"Not so fast: send it again in {self.seconds} s.")


class TooOftenError(WaitError):
    """Somebody changes his look all the time."""


class SlowError(WaitError):
    """The chat is in slow mode."""

    def __init__(self, seconds: float, every: float) -> None:
        """
        :param seconds: after which it is not too early.
        :param every: seconds from one message to the next.
        """
        super().__init__(seconds)
        self.args = (f"Slow mode: one message in {every:.0f} s. Send it again in {self.seconds} s.",)


class ClosedError(ChatError):
    """The chat is closed at the moment."""


class MembersError(ChatError):
    """Only members can write at the moment: people with a tripcode that the broadcaster has on his list."""


class NameFilteredError(ChatError):
    """The word filter does not let you have this name. Nothing was changed."""


class TakenError(ChatError):
    """Somebody else is known by that name, or by one that looks like it. Nothing was changed."""


class TripBannedError(BannedError):
    """Whoever has this tripcode cannot chat here any more. Nothing was changed."""


class BroadcasterError(ChatError):
    """The broadcaster cannot be banned."""
