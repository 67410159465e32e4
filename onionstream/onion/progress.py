"""
How far tor has come, as a value: from what tor says on its control connection to a state and a sentence.

===========  ==========================================================
state        means
===========  ==========================================================
DISABLED     the configuration wants no onion service
STOPPED      nobody wants one at the moment
STARTING     tor is being started
CONNECTING   tor looks for its network; `Status.percent` says how far
PUBLISHING   it has found it, and the address is not published yet
REACHABLE    the address is published
FAILED       tor does not run; it is started again after a while
STOPPING     tor is being ended
===========  ==========================================================

Every state may be followed by FAILED, which leads back to STARTING, and by STOPPING.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from onionstream.onion.replies import keywords, number
from onionstream.onion.scrub import scrub

_LONGEST_WORDS = 80  # characters that tor may take to say what it does

_REASONS = {
    "NOROUTE": "This machine seems to have no network.",
    "CLOCK_SKEW": "The clock of this machine seems to be wrong: set it.",
    "PT_MISSING": "The program for the bridges (ClientTransportPlugin in extra_torrc) did not start.",
    "IDENTITY": "A relay or bridge is not who it should be: look at the Bridge lines in extra_torrc.",
}
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
_NO_ANSWER = "Nobody answers: this network may block Tor, and bridges may help (extra_torrc in [tor])."


class State(Enum):
    """How the onion service is; the table at the top says what each means."""

    DISABLED = "disabled"
    STOPPED = "stopped"
    STARTING = "starting"
    CONNECTING = "connecting"
    PUBLISHING = "publishing"
    REACHABLE = "reachable"
    FAILED = "failed"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """
    How the onion service is, for people.

    :ivar state: in a word.
    :ivar sentence: what happens, and what a person can do about it. It never holds the address.
    :ivar address: ``….onion``; empty while there is none. For those who may know it and never for a log (L-24).
    :ivar percent: how far tor has come into its network.
    :ivar seconds: how long it has been in this state.
    :ivar lines: what tor said last, without addresses and names, the oldest first.
    """

    state: State
    sentence: str
    address: str = field(repr=False)
    percent: int
    seconds: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    How far one run of tor has come. Each event gives another value.

    :ivar percent: of tor's own counting.
    :ivar doing: what it does, in tor's words.
    :ivar trouble: a sentence about what keeps it; may be empty.
    :ivar clock: a sentence about this machine's clock; may be empty.
    :ivar published: whether a directory has taken the address.
    :ivar cut_off: tor has heard nothing from its network for a while.
    """

    percent: int = 0
    doing: str = "starting"
    trouble: str = ""
    clock: str = ""
    published: bool = False
    cut_off: bool = False

    @property
    def state(self) -> State:
        """One of the three states in which tor runs."""
        if self.percent < 100 or self.cut_off:
            return State.CONNECTING
        return State.REACHABLE if self.published else State.PUBLISHING

    @property
    def sentence(self) -> str:
        """What happens, and what a person can do about it."""
        words = {
            State.CONNECTING: f"tor: {self.percent} %, {self.doing}.",
            State.PUBLISHING: "tor is connected and is publishing the address.",
            State.REACHABLE: "The onion address is published: viewers can come.",
        }
        if self.cut_off:
            words[State.CONNECTING] = "tor hears nothing from its network any more."
        return " ".join(filter(None, [words[self.state], self.trouble, self.clock]))

    def bootstrap(self, event: str) -> Progress:
        """:param event: ``NOTICE BOOTSTRAP PROGRESS=…``, of ``STATUS_CLIENT`` or ``status/bootstrap-phase``."""
        found = keywords(event)
        percent = number(found.get("PROGRESS", ""))
        if "BOOTSTRAP" not in event.split(" ", 2)[:2] or percent is None or percent > 100:
            return self
        summary = scrub(found.get("SUMMARY", ""))[:_LONGEST_WORDS]
        doing = summary[:1].lower() + summary[1:]
        trouble = _REASONS.get(found.get("REASON", ""), _NO_ANSWER) if "WARNING" in found else ""
        return replace(self, percent=percent, doing=doing or self.doing, trouble=trouble)

    def descriptor(self, event: str) -> Progress:
        """:param event: of ``HS_DESC``, about our address."""
        match event.split(" ")[0]:
            case "UPLOADED":
                return replace(self, published=True, trouble="")
            case "FAILED" if not self.published and "UPLOAD_REJECTED" in event:
                return replace(self, trouble="A directory has refused the address; a wrong clock may be the reason.")
            case _:
                return self

    def withdrawn(self) -> Progress:
        """:return: how far it has come when the service has been taken out and is to be published again."""
        return replace(self, published=False)

    def general(self, event: str) -> Progress:
        """:param event: of ``STATUS_GENERAL``."""
        words = event.split(" ")
        if words[1:2] != ["CLOCK_SKEW"]:
            return self
        skew = keywords(event).get("SKEW", "")
        return replace(self, clock=_about_clock(skew))

    def liveness(self, event: str) -> Progress:
        """:param event: of ``NETWORK_LIVENESS``: ``UP`` or ``DOWN``."""
        word = event.strip()
        return replace(self, cut_off=word == "DOWN") if word in {"UP", "DOWN"} else self


def _about_clock(skew: str) -> str:
    """:param skew: seconds, negative for a clock that is late."""
    seconds = number(skew.lstrip("+-"))
    if not seconds:
        return _REASONS["CLOCK_SKEW"]
    unit, size = next((unit, size) for unit, size in _UNITS if seconds >= size)
    count = round(seconds / size)
    where = "behind" if skew.startswith("-") else "ahead"
    return f"The clock of this machine is {count} {unit}{'s' * (count > 1)} {where}: set it."
