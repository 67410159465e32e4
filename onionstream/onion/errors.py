"""What can go wrong with tor; the text of each error is a sentence or two for people, without an address or a key."""

from __future__ import annotations


class OnionError(Exception):
    """Something about the onion service does not work."""


class CannotStartError(OnionError):
    """tor was not started, because it could not do what it should."""


class KeyFilesError(CannotStartError):
    """The files of the onion service do not belong together: starting tor could mean another address (R-15)."""


class ControlError(OnionError):
    """tor's control connection does not do what it should, or what tor answered cannot be used (B-90)."""


class NobodyListensError(ControlError):
    """There is no tor behind the control socket."""


class LostError(ControlError):
    """tor has closed its control connection, as it does when it ends."""


class RefusedError(ControlError):
    """
    tor does not do what it is asked for.

    :ivar code: its answer's number (control-spec, "Replies").
    """

    def __init__(self, code: int) -> None:
        """Its own words are not kept: they repeat what was asked."""
        super().__init__(f"tor refuses what it is asked for ({code}).")
        self.code = code


class NoProxyLineError(OnionError):
    """A connection does not begin as those of tor's do (B-40)."""


class InvitationError(OnionError):
    """Somebody cannot be invited, or his invitation cannot be taken back."""


class VisitError(OnionError):
    """A visit to the own onion address came to nothing; the text is the end of a sentence, without a full stop."""


class SocksError(VisitError):
    """
    tor has found no way to the onion address.

    :ivar code: of its reply; 0: it gave none.
    """

    def __init__(self, words: str, code: int = 0) -> None:
        """Keep the number beside the words."""
        super().__init__(words)
        self.code = code


class StatusError(VisitError):
    """
    The site answered the visit with an error.

    :ivar status: of HTTP.
    """

    def __init__(self, status: int) -> None:
        """Keep the number beside the words."""
        super().__init__(f"the site answered with status {status}")
        self.status = status
