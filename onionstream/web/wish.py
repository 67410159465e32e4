"""What a viewer asks for: how near, with sound, and which of our tricks he does without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from onionstream.video.profile import Mode, Trick
from onionstream.web.errors import BadRequest

FIELDS = ("mode", "sound", "without")
"""The names of a query that say it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What a viewer asks for in the query of the player or the video.

    :ivar mode: how near he wants to be.
    :ivar sound: his player is to begin with the sound on.
    :ivar left_out: tricks that he does not want, to see what they are good for: ``without=padding,squeeze``.
    """

    mode: Mode
    sound: bool
    left_out: frozenset[Trick]

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wish:
        """
        :param query: of an address; other fields are of no meaning here.
        :raises BadRequest: when he asks for something that is not there.
        """
        if query.get("sound", "on") != "on":
            raise BadRequest
        try:
            left_out = frozenset(Trick(name) for name in query.get("without", "").split(",") if name)
            return cls(Mode(query.get("mode", Mode.NORMAL.value)), "sound" in query, left_out)
        except ValueError:
            raise BadRequest from None

    @property
    def query(self) -> str:
        """The same, for the address of the video; empty for the usual."""
        said = {"mode": self.mode.value} if self.mode is not Mode.NORMAL else {}
        if self.sound:
            said["sound"] = "on"
        if self.left_out:
            said["without"] = ",".join(sorted(trick.value for trick in self.left_out))
        return urlencode(said, safe=",")
