"""What may be wrong with something a person wants to say or to be called."""

from __future__ import annotations

from inspect import getdoc


class ChatError(Exception):
    """This cannot be said."""

    @property
    def sentence(self) -> str:
        """What the person reads: the docstring of the error, or what it was made with."""
        return str(self) or " ".join((getdoc(self) or "").split())
